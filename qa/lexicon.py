"""Closed lists of Italian and English words: function words, and abbreviations by the way their full stop is read."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FUNCTION_WORDS = {
    "it": _words(
        "il lo la i gli le l un uno una e ed o di d del dello della dell dei degli delle dal dallo dalla dall dai"
        " dagli dalle al allo alla all ai agli alle da nel nello nella nell nei negli nelle con per su sul sullo"
        " sulla sull sui sugli sulle tra fra che chi cosa dove quando quanto quanti quanta quante quale quali"
        " perché perchè mai è era sono ho hai ha aveva fu poi dopo prima anche ancora si ci ne non lui lei loro"
        " noi voi egli suo sua suoi sue questo questa questi queste quello quella mi ti allora davvero ma però se"
        " mentre così quindi inoltre infine ora oggi ieri domani né durante secondo senza sotto sopra verso entro"
        " fino dunque infatti tuttavia invece"
    ),
    "en": _words(
        "the an of to at on by for from with and or but nor then who whom whose what when where which why how is"
        " are was were be been did does do has have had he she it we you they his her its our your their him them"
        " not that this these those there here any many much about after before tell more can could would will so"
        " yet while if although because since as however meanwhile later now today yesterday"
    ),
}
"""By language, words that tell it from the other; those of both ("in", "come", "me", "a") are left out."""

PREPOSITIONS = {
    "it": _words(
        "di del dello della dell dei degli delle d a al allo alla all ai agli alle ad da dal dallo dalla dall dai dagli dalle"
        " in nel nello nella nell nei negli nelle con col su sul sullo sulla sull sui sugli sulle per tra fra contro"
    ),
    "en": _words("of to at by for from with in on against over under"),
}
"""By language, words after which a name is not the one that a sentence speaks of."""

SHORTHAND = {
    "it": {
        "ke": "che",
        "ki": "chi",
        "kosa": "cosa",
        "kuando": "quando",
        "qnd": "quando",
        "dv": "dove",
        "xke": "perché",
        "perke": "perché",
        "cn": "con",
        "nn": "non",
    },
    "en": {"wat": "what", "wen": "when", "wich": "which", "wot": "what"},
}
"""By language, what people type for a word, in small letters."""

QUESTION_WORDS = {
    "it": _words("qual quali quando quand cosa cos com dimmi elenca elencami"),
    "en": FUNCTION_WORDS["en"],
    "fr": _words("quand qui quoi quel quelle quels quelles lequel laquelle combien pourquoi comment"),
    "es": _words("cual cuales quien quienes cuando cuanto cuanta cuantos cuantas donde como que"),
    "de": _words("wer wem wen wessen wann warum weshalb was wie wo woher wohin welche welcher welches welchem welchen"),
    "pt": _words("qual quais quem quando quanto quanta quantos quantas onde como que"),
}
"""Words of a question that no answer repeats, and that lists of stop words, made for documents, leave in."""

PARTICIPLES = {"it": _words("stato stata stati state"), "en": _words("been being")}
"""By language, what an auxiliary adds to a verb ("è stata battuta"): sentences say the same without it."""

TIME_NOUNS = {
    "it": _words("anno anni giorno giorni mese mesi data date stagione stagioni periodo"),
    "en": _words("year years day days month months date dates season seasons period"),
}
"""By language, by what a question names the time that it asks for: no answer needs to repeat it."""

SENTENCE_STARTERS = (
    FUNCTION_WORDS["it"]
    | FUNCTION_WORDS["en"]
    | _words(
        "a alcuni altri anzi basta certo ciò così dato eppure grazie in io me molti no nessuno ogni pertanto"
        " perciò poiché poichè quasi rispetto solo tu tutti tutto come"
    )
)
"""Capitalised after an ambiguous full stop, these begin a sentence ("Serie A. Poi", as against "J. Stones")."""

TITLES = _words(
    "arch avv cav cfr comm dott dott.ssa dr dr.ssa egr es gent geom ing mons mr mrs on.le prof prof.ssa proff rag"
    " rev sig sig.na sig.ra sigg spett vs"
)
"""Abbreviations before a name or an example: their full stop ends no sentence."""

TITLES_BY_LANGUAGE = {
    "it": _words("all cap capt col dir gen mar on pres sen ss.mo ten"),
    "en": _words("capt col e.g fr ft gen gov hon i.e lt maj messrs ms mt no nos rep sen sgt"),
}
"""The same, where the word means something else in the other language ("on", "no", "all")."""

SAINTS = _words("SS Ss St Sta Sto")
"""The same with a capital only: "20' st." is the second half of a match."""

NUMBERED = _words("al art artt c ca cap capp fig figg n nn nr num p pag pagg par pp tab vol voll")
"""Abbreviations before a number, and "et al."."""

MONTHS = _words(
    "gen genn feb febbr mar apr mag giu giugn lug ago sett set ott nov dic jan jun jul aug sep sept oct dec"
)
"""Abbreviated months, before a year."""

OFTEN_LAST = _words("cit cm co corp ecc ed eds etc ibid inc jr kg km ltd max min mm op seg segg sr tel")
"""Abbreviations that may end a sentence."""

CATEGORIES = _words(
    "categoria category class classe division divisione girone group gruppi gruppo league lega lettera piano"
    " serie tipo type vitamina vitamin"
)
"""Nouns that a single letter follows as a name, not as an initial ("Serie A", "Girone C")."""

COUNTED: dict[str, dict[str, tuple[str, ...]]] = {
    "matches": {
        "it": ("presenze", "partite", "gare", "incontri", "apparizioni"),
        "en": ("matches", "games", "appearances", "caps"),
    },
    "goals": {"it": ("gol", "reti", "goal"), "en": ("goals",)},
    "victories": {"it": ("vittorie", "successi", "trionfi", "vinte", "vinti"), "en": ("wins", "victories", "won")},
    "trophies": {"it": ("trofei", "titoli"), "en": ("trophies", "titles")},
    "points": {"it": ("punti",), "en": ("points",)},
    "seasons": {"it": ("stagioni", "campionati"), "en": ("seasons",)},
    "years": {"it": ("anni",), "en": ("years",)},
    "people": {
        "it": ("spettatori", "persone", "gente", "posti", "tifosi"),
        "en": ("spectators", "people", "seats", "fans"),
    },
}
"""What sport counts, by the names it goes by: a number of one is comparable with a number of the other."""

OUTCOMES: dict[str, dict[str, tuple[str, ...]]] = {
    "won": {
        "it": ("vinto", "vinte", "vinse", "vincere", "vittorie", "battuto", "successi"),
        "en": ("won", "win", "victories", "beaten"),
    },
    "lost": {"it": ("perso", "perse", "perdere", "sconfitte"), "en": ("lost", "lose", "defeats")},
    "drawn": {"it": ("pareggiato", "pareggiate", "pareggi", "pari"), "en": ("drawn", "drew", "draws")},
}
"""How matches end: a number of those that were won is not comparable with a number of all."""

EVENTS = {
    "winning": {
        "it": _words(
            "vincere vince vinto vinse vincendo vittoria battere batte battuto battendo superato conquistare conquistato trionfo trionfare trionfato"
            " successo campione imporsi imposto imponendosi aggiudicarsi aggiudicato alzato alzando alzò sollevato laureato rimontato oro"
        ),
        "en": _words("win won winner victory beat beaten triumph champion lifted overcame gold"),
    },
    "losing": {
        "it": _words(
            "perdere perde perso perse perdendo sconfitta sconfitto sconfisse battere batte battuto ko caduto eliminato eliminazione fermato inciampare"
        ),
        "en": _words("lose lost losing defeat beat beaten eliminated knocked"),
    },
    "birth": {
        "it": _words("nascere nasce nato nacque nascita classe originario nativo compleanno"),
        "en": _words("born birth birthday native"),
    },
    "dismissal": {
        "it": _words(
            "esonerare esonerato esonero cacciare cacciato licenziare licenziato sollevare sollevato mandato allontanare allontanato allontanamento"
            " saltare saltato silurato interrotto addio benservito rottura"
        ),
        "en": _words("sack sacked sacking dismiss dismissed dismissal fire fired axed"),
    },
}
"""What happens in sport and to its people, by the words that tell of it: what answers a question about it has one of them."""

CONTESTS = {
    "it": _words(
        "contro vs battere battuto batte batté battendo vincere vinto vince vinse vincendo vittoria perdere perso perde perse perdendo sconfitta"
        " sconfitto sconfisse pareggiare pareggio superare eliminare affrontare sfida sfidare finale semifinale derby avversario avversaria partita"
        " gara match amichevole incontro spareggio"
    ),
    "en": _words(
        "against versus vs beat beaten won win victory lost lose defeat drew draw eliminated faced final semifinal derby opponent match game friendly"
    ),
}
"""By language, words without which a sentence tells of no opponent."""

MEASURES = {
    "it": _words("anni mesi settimane giorni ore minuti secondi metri centimetri chilometri euro milioni volte"),
    "en": _words(
        "years months weeks days hours minutes seconds metres meters centimetres kilometres euros pounds dollars millions times"
    ),
}
"""Units that may measure anything: two numbers of one need not be about the same."""

REASONS = {
    "it": r"\b(?:per|perche|poiche|siccome|giacche|(?:visto|dato) che|in quanto|(?:a|in) seguito|grazie|colpa|ragion[ei]|(?:caus|motiv|provoc|dovut)\w+)\b"
    r"|(?<!\bann[oi] )(?<!\bmes[ei] )(?<!\bgiorn[oi] )(?<!\bpoco )\bdopo\b",
    "en": r"\b(?:because|since|as|for|due|owing|thanks|led|(?:caus|reason)\w*)\b|(?<!\byears )(?<!\bmonths )(?<!\bdays )(?<!\bshortly )\bafter\b",
}
"""By language, what introduces a reason, in folded text: without any of it a sentence tells no "why"."""

ACTIVITIES = {
    "coaching": {
        "it": _words(
            "allenare allena allenato allenava allenò allenando guidare guida guidato guidò guidando panchina panchine staff vice assistente"
            " subentrare subentra subentrato traghettare traghettato ct coordinatore"
        ),
        "en": _words("coach coaches coached coaching manage managed managing bench staff assistant charge"),
    },
    "playing": {
        "it": _words(
            "giocare gioca giocato giocava giocò giocatore militare milita militato vestire veste vestito maglia indossare indossato presenze debutto"
            " esordio difensore centrocampista attaccante calciatore"
        ),
        "en": _words(
            "play plays played playing player appearances shirt wore debut defender midfielder striker goalkeeper footballer"
        ),
    },
    "moving": {
        "it": _words(
            "passare passa passato passò trasferirsi trasferito trasferimento approdare approdato approdo firmare firmato ingaggio ingaggiato acquistato"
            " ceduto lasciare lascia lasciato cresciuto cominciato"
        ),
        "en": _words(
            "sign signs signed signing join joins joined leave leaves left move moved transfer called spent drafted"
        ),
    },
    "winning": {
        "it": _words(
            "vincere vince vinto vinse vincendo vittoria alzare alzato alzando alzò sollevato aggiudicarsi aggiudicato laurearsi laureato trionfo"
            " trionfare trionfato titolo trofeo palmarès"
        ),
        "en": _words("win wins won winning winner victory lift lifted title trophy triumph"),
    },
}
"""What careers are made of, by the words that tell of it: a question for a list of clubs or trophies asks about one of these."""

LISTED = {
    "trophies": {
        "it": _words(
            "trofei titoli coppe tornei trofeo titolo coppa torneo supercoppa campionato scudetto medaglia liga corse corsa"
        ),
        "en": _words(
            "trophies titles cups tournaments trophy title cup tournament supercup league championship medal races race"
        ),
    },
    "teams": {
        "it": _words("squadre squadra club società formazioni formazione nazionali nazionale"),
        "en": _words("teams team clubs club sides side"),
    },
    "places": {
        "it": _words("paesi paese nazioni nazione città campionati"),
        "en": _words("countries country cities city leagues"),
    },
}
"""What is asked for lists of, by the names it goes by, alone or as part of the name of one."""

OCCUPATIONS = {
    "it": _words(
        "allenatore allenatrice tecnico mister trainer ct vice assistente presidente direttore direttrice dirigente capitano portiere difensore"
        " centrocampista attaccante giocatore giocatrice calciatore calciatrice tennista ciclista corridore nuotatore nuotatrice cestista pallavolista"
        " playmaker guardia ala pivot palleggiatore palleggiatrice schiacciatore schiacciatrice arbitro medico famiglia società club squadra formazione"
        " figlio figlia fratello sorella compagno"
    ),
    "en": _words(
        "coach manager assistant president director captain goalkeeper defender midfielder striker player tennis cyclist rider swimmer guard"
        " forward referee doctor family club team son daughter brother sister"
    ),
}
"""By language, what a person or a club is: a sentence that has one beside a name says who that is."""

OVERVIEW = {
    "it": _words(
        "riassumere riassumi riassumimi riassunto raccontare racconta raccontami raccontaci parlare parla parlami parlaci dire dice dicono dimmi"
        " dicci descrivere descrivi descrivimi presentare presenta presentami illustrare sintetizzare sintetizza sintesi sapere sai sa si conoscere"
        " elenco elenca elencami lista tappe profilo ritratto breve brevemente poche parole articoli articolo qualcosa"
    ),
    "en": _words(
        "me us summarise summarize summary tell describe describing overview know known introduce profile brief briefly short words articles article"
        " say says something list"
    ),
}
"""By language, words that ask for a summary or a list: they ask for nothing in particular."""

CAREER = {
    "it": _words("carriera storia vita percorso biografia"),
    "en": _words("career story history life path biography"),
}
"""By language, what a summary may be one of."""

ROLES = {
    "it": _words("allenatore allenatrice tecnico mister giocatore giocatrice calciatore calciatrice"),
    "en": _words("coach coaching manager player footballer playing"),
}
"""By language, as what somebody has a career."""
