"""Closed lists of Italian and English words that careers are told in, and asked about."""

from qa.lexicon import word_set

ACTIVITIES = {
    "coaching": {
        "it": word_set(
            "allenare allena allenato allenava allenò allenando guidare guida guidato guidò guidando panchina panchine staff vice assistente"
            " subentrare subentra subentrato traghettare traghettato ct coordinatore"
        ),
        "en": word_set("coach coaches coached coaching manage managed managing bench staff assistant charge"),
    },
    "playing": {
        "it": word_set(
            "giocare gioca giocato giocava giocò giocatore giocatrice calciatrice militare milita militato vestire veste vestito maglia"
            " indossare indossato presenze debutto esordio difensore centrocampista attaccante calciatore"
        ),
        "en": word_set(
            "play plays played playing player appearances shirt wore debut defender midfielder striker goalkeeper footballer"
        ),
    },
    "moving": {
        "it": word_set(
            "passare passa passato passò trasferirsi trasferito trasferimento approdare approdato approdo firmare firmato ingaggio ingaggiato acquistato"
            " ceduto lasciare lascia lasciato cresciuto cominciato"
        ),
        "en": word_set(
            "sign signs signed signing join joins joined leave leaves left move moved transfer called spent drafted"
        ),
    },
    "winning": {
        "it": word_set(
            "vincere vince vinto vinse vincendo vittoria alzare alzato alzando alzò sollevato aggiudicarsi aggiudicato laurearsi laureato trionfo"
            " trionfare trionfato titolo trofeo palmarès"
        ),
        "en": word_set("win wins won winning winner victory lift lifted title trophy triumph"),
    },
}
"""What careers are made of, by the words that tell of it: a question for a list of clubs or trophies asks about one of these."""

LISTED = {
    "trophies": {
        "it": word_set(
            "trofei titoli coppe tornei trofeo titolo coppa torneo supercoppa campionato scudetto medaglia liga corse corsa"
        ),
        "en": word_set(
            "trophies titles cups tournaments trophy title cup tournament supercup league championship medal races race"
        ),
    },
    "teams": {
        "it": word_set("squadre squadra club società formazioni formazione nazionali nazionale"),
        "en": word_set("teams team clubs club sides side"),
    },
    "places": {
        "it": word_set("paesi paese nazioni nazione città campionati"),
        "en": word_set("countries country cities city leagues"),
    },
}
"""What is asked for lists of, by the names it goes by, alone or as part of the name of one."""

OCCUPATIONS = {
    "it": word_set(
        "allenatore allenatrice tecnico mister trainer ct vice assistente presidente direttore direttrice dirigente capitano portiere difensore"
        " centrocampista attaccante giocatore giocatrice calciatore calciatrice tennista ciclista corridore nuotatore nuotatrice cestista pallavolista"
        " playmaker guardia ala pivot palleggiatore palleggiatrice schiacciatore schiacciatrice arbitro medico famiglia società club squadra formazione"
        " figlio figlia fratello sorella compagno"
    ),
    "en": word_set(
        "coach manager assistant president director captain goalkeeper defender midfielder striker player tennis cyclist rider swimmer guard"
        " forward referee doctor family club team son daughter brother sister"
    ),
}
"""By language, what a person or a club is: a sentence that has one beside a name says who that is."""

OVERVIEW = {
    "it": word_set(
        "riassumere riassumi riassumimi riassunto raccontare racconta raccontami raccontaci parlare parla parlami parlaci dire dice dicono dimmi"
        " dicci descrivere descrivi descrivimi presentare presenta presentami illustrare sintetizzare sintetizza sintesi sapere sai sa si conoscere"
        " elenco elenca elencami lista tappe profilo ritratto breve brevemente poche parole articoli articolo qualcosa"
    ),
    "en": word_set(
        "me us summarise summarize summary tell describe describing overview know known introduce profile brief briefly short words articles article"
        " say says something list"
    ),
}
"""By language, words that ask for a summary or a list: they ask for nothing in particular."""

CAREER = {
    "it": word_set("carriera storia vita percorso biografia"),
    "en": word_set("career story history life path biography"),
}
"""By language, what a summary may be one of."""

ROLES = {
    "it": word_set("allenatore allenatrice tecnico mister giocatore giocatrice calciatore calciatrice"),
    "en": word_set("coach coaching manager player footballer playing"),
}
"""By language, as what somebody has a career."""

POSTS = {
    "it": word_set(
        "chi era c'era cera stava sedeva seduto seduta sedere allenava allenato allenare guidava guidato guidare dirigeva dirigere gestiva faceva"
        " occupava occuparsi ricopriva carica incarico ruolo guida comando capo testa panchina panca posto poltrona timone"
        " allenatore allenatrice tecnico mister ct coach trainer selezionatore vice assistente squadra prima squadre club società nazionale settore giovanile"
        " giovanili vivaio staff predecessore successore precedere precedette preceduto sostituire sostituito sostituisce sostituì sostituto"
        " rimpiazzare rimpiazzato rimpiazza rimpiazzò avvicendare avvicendato subentrare subentrato subentrata subentra subentrò succedere succeduto"
        " succede succedette prendere preso prende prenderà prese raccogliere raccolto raccoglie ereditare ereditato eredita ereditò eredità"
        " rilevare rilevato rilevò lasciare lasciato lascia lasciò liberare libero arrivare arrivasse arrivo arrivato venire venisse chiamare chiamassero"
        " chiamato chiamato promuovere promosso ingaggiare ingaggiato affidarsi affidare scegliere scelto"
        " esonerare esonerato esonero licenziare licenziato cacciare cacciato benservito mandare mandato dare dato perdere perso"
        " lavoro nome cognome chiamava chiama subito appena esattamente volta mezzo oggi adesso"
    ),
    "en": word_set(
        "coach coached coaching manager managed manage boss head bench charge job post role seat team club side national led lead ran run"
        " predecessor successor precede preceded replace replaced replaces replacing succeed succeeded take took takes taken taking over came come"
        " arrived arrive appointed hired signed name sacked fired dismissed resigned left leave immediately right straight first now"
    ),
}
"""By language, the words in which one asks who had a post before or after somebody."""

SIDES = {
    "it": word_set("nazionale giovanile giovanili vivaio primavera femminile"),
    "en": word_set("national youth academy women reserves"),
}
"""By language, words that tell a side from the first team of a club: a post with one is another than the one with the other."""

COMING = {
    "it": word_set(
        "arrivare arrivato arriva arrivò entrare entrato entra entrò approdare approdato approda approdò sbarcare sbarcato andare andato va andò"
        " passare passato passa passò finire finito finita finì trasferirsi trasferito trasferì tornare tornato portare portato porta"
        " iniziare iniziato inizio cominciare cominciato conclusa conclusosi terminata chiusa"
        " esperienza avventura parentesi periodo uscire uscito esce uscì avere avuto aveva ricoprire"
        " ricoperto svolgere svolto"
    ),
    "en": word_set(
        "arrive arrived arrives enter entered go goes went gone move moved join joined joins start started beginning spell stint time get got"
        " have had end ended over"
    ),
}
"""By language, words for coming to a club, and for the time there."""

ASKING = {
    "it": word_set(
        "turno fase punto ruolo mansione funzione qualifica veste avversaria avversario squadra club società paese città maglia anno mese giorno"
        " data motivo ragione esattamente dopo"
    ),
    "en": word_set(
        "round stage far role position job capacity opponent team side club country city year month day date reason exactly after"
    ),
}
"""By language, what is asked for of something that happened."""
