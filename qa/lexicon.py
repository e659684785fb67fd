"""Closed lists of Italian and English words: function words, and abbreviations by the way their full stop is read."""


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text, parted by blanks."""
    return frozenset(text.split())


FUNCTION_WORDS = {
    "it": word_set(
        "il lo la i gli le l un uno una e ed o di d del dello della dell dei degli delle dal dallo dalla dall dai"
        " dagli dalle al allo alla all ai agli alle da nel nello nella nell nei negli nelle con per su sul sullo"
        " sulla sull sui sugli sulle tra fra che chi cosa dove quando quanto quanti quanta quante quale quali"
        " perché perchè mai è era sono ho hai ha aveva fu poi dopo prima anche ancora si ci ne non lui lei loro"
        " noi voi egli suo sua suoi sue questo questa questi queste quello quella mi ti allora davvero ma però se"
        " mentre così quindi inoltre infine ora oggi ieri domani né durante secondo senza sotto sopra verso entro"
        " fino dunque infatti tuttavia invece"
    ),
    "en": word_set(
        "the an of to at on by for from with and or but nor then who whom whose what when where which why how is"
        " are was were be been did does do has have had he she it we you they his her its our your their him them"
        " not that this these those there here any many much about after before tell more can could would will so"
        " yet while if although because since as however meanwhile later now today yesterday"
    ),
}
"""By language, words that tell it from the other; those of both ("in", "come", "me", "a") are left out."""

PREPOSITIONS = {
    "it": word_set(
        "di del dello della dell dei degli delle d a al allo alla all ai agli alle ad da dal dallo dalla dall dai dagli dalle"
        " in nel nello nella nell nei negli nelle con col su sul sullo sulla sull sui sugli sulle per tra fra contro"
    ),
    "en": word_set("of to at by for from with in on against over under"),
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
    "it": word_set("qual quali quando quand cosa cos com dimmi elenca elencami"),
    "en": FUNCTION_WORDS["en"],
    "fr": word_set("quand qui quoi quel quelle quels quelles lequel laquelle combien pourquoi comment"),
    "es": word_set("cual cuales quien quienes cuando cuanto cuanta cuantos cuantas donde como que"),
    "de": word_set(
        "wer wem wen wessen wann warum weshalb was wie wo woher wohin welche welcher welches welchem welchen"
    ),
    "pt": word_set("qual quais quem quando quanto quanta quantos quantas onde como que"),
}
"""Words of a question that no answer repeats, and that lists of stop words, made for documents, leave in."""

PARTICIPLES = {"it": word_set("stato stata stati state"), "en": word_set("been being")}
"""By language, what an auxiliary adds to a verb ("è stata battuta"): sentences say the same without it."""

PARTICLES = {"it": word_set("fa via mai"), "en": word_set("out off up down away back under")}
"""By language, what goes with a verb ("mandato via", "under Bianchi") or a question word ("come mai")."""

TERMS: tuple[dict[str, frozenset[str]], ...] = (
    {"it": word_set("finale finali"), "en": word_set("final finals")},
    {"it": word_set("semifinale semifinali"), "en": word_set("semifinal semifinals")},
    {"it": word_set("coppa coppe"), "en": word_set("cup cups")},
    {"it": word_set("supercoppa"), "en": word_set("supercup super")},
    {"it": word_set("campionato campionati lega"), "en": word_set("league championship title")},
    {"it": word_set("girone gironi gruppo"), "en": word_set("group")},
    {"it": word_set("stagione stagioni annata"), "en": word_set("season seasons")},
    {"it": word_set("partita partite gara gare"), "en": word_set("match matches game games")},
    {"it": word_set("promozione"), "en": word_set("promotion")},
    {"it": word_set("retrocessione"), "en": word_set("relegation")},
    {"it": word_set("spareggio"), "en": word_set("playoff playoffs")},
)
"""What competitions are told in, by language: words of one row say the same."""

TIME_NOUNS = {
    "it": word_set("anno anni giorno giorni mese mesi data date stagione stagioni periodo"),
    "en": word_set("year years day days month months date dates season seasons period"),
}
"""By language, by what a question names the time that it asks for: no answer needs to repeat it."""

SENTENCE_STARTERS = (
    FUNCTION_WORDS["it"]
    | FUNCTION_WORDS["en"]
    | word_set(
        "a alcuni altri anzi basta certo ciò così dato eppure grazie in io me molti no nessuno ogni pertanto"
        " perciò poiché poichè quasi rispetto solo tu tutti tutto come"
    )
)
"""Capitalised after an ambiguous full stop, these begin a sentence ("Serie A. Poi", as against "J. Stones")."""

TITLES = word_set(
    "arch avv cav cfr comm dott dott.ssa dr dr.ssa egr es gent geom ing mons mr mrs on.le prof prof.ssa proff rag"
    " rev sig sig.na sig.ra sigg spett vs"
)
"""Abbreviations before a name or an example: their full stop ends no sentence."""

TITLES_BY_LANGUAGE = {
    "it": word_set("all cap capt col dir gen mar on pres sen ss.mo ten"),
    "en": word_set("capt col e.g fr ft gen gov hon i.e lt maj messrs ms mt no nos rep sen sgt"),
}
"""The same, where the word means something else in the other language ("on", "no", "all")."""

SAINTS = word_set("SS Ss St Sta Sto")
"""The same with a capital only: "20' st." is the second half of a match."""

NUMBERED = word_set("al art artt c ca cap capp fig figg n nn nr num p pag pagg par pp tab vol voll")
"""Abbreviations before a number, and "et al."."""

MONTHS = word_set(
    "gen genn feb febbr mar apr mag giu giugn lug ago sett set ott nov dic jan jun jul aug sep sept oct dec"
)
"""Abbreviated months, before a year."""

OFTEN_LAST = word_set("cit cm co corp ecc ed eds etc ibid inc jr kg km ltd max min mm op seg segg sr tel")
"""Abbreviations that may end a sentence."""

CATEGORIES = word_set(
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
    "money": {
        "it": ("euro", "lire", "dollari", "sterline", "franchi", "rubli"),
        "en": ("euros", "euro", "pounds", "dollars", "lire", "francs", "roubles"),
    },
}
"""What sport counts, by the names it goes by: a number of one is comparable with a number of the other."""

PRICED = {
    "it": word_set(
        "guadagnare guadagna guadagnano guadagnava guadagnerà guadagnato percepisce stipendio ingaggio salario costare costa costava costerà costato costò"
        " pagare paga pagato venduto ceduto acquistato comprato"
    ),
    "en": word_set("earn earns earned earning salary wage wages cost costs pay paid sold bought fee"),
}
"""By language, words of which "how much" asks for money."""

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
        "it": word_set(
            "vincere vince vinto vinse vincendo vittoria battere batte battuto battendo superato conquistare conquistato trionfo trionfare trionfato"
            " successo imporsi imposto imponendosi aggiudicarsi aggiudicato alzato alzando alzò sollevato laureato rimontato"
        ),
        "en": word_set("win won winner victory beat beaten triumph champion lifted overcame"),
    },
    "losing": {
        "it": word_set(
            "perdere perde perso perse perdendo sconfitta sconfitto sconfisse battere batte battuto ko caduto eliminato eliminazione"
            " fermato fermarsi ferma fermò buttato estromesso interrompersi interrotto interruppe inciampare"
        ),
        "en": word_set("lose lost losing defeat beat beaten eliminated knocked"),
    },
    "birth": {
        "it": word_set("nascere nasce nato nacque nascita classe originario nativo compleanno"),
        "en": word_set("born birth birthday native"),
    },
    "dismissal": {
        "it": word_set(
            "esonerare esonerato esonero cacciare cacciato licenziare licenziato sollevare sollevato mandato allontanare allontanato allontanamento"
            " saltare saltato silurato benservito"
        ),
        "en": word_set("sack sacked sacking dismiss dismissed dismissal fire fired axed"),
    },
}
"""What happens in sport and to its people, by the words that tell of it: what answers a question about it has one of them."""

DEPARTURES = {
    "leaving": {
        "it": word_set(
            "lasciare lascia lasciato lasciò separarsi separato separati separazione divorzio strappo"
            " congedo congedarsi salutare salutato addio rottura interrotto"
        ),
        "en": word_set("leave leaves left leaving depart departed parted split"),
    },
    "resigning": {
        "it": word_set("dimissioni dimettersi dimesso dimise dimissionario"),
        "en": word_set("quit resign resigned resigns resignation"),
    },
}
"""How somebody leaves a post, by the words that tell of it: other words may tell of it as well ("le strade si dividono")."""

CONTESTS = {
    "it": word_set(
        "contro vs battere battuto batte batté battendo vincere vinto vince vinse vincendo vittoria perdere perso perde perse perdendo sconfitta"
        " sconfitto sconfisse pareggiare pareggio superare eliminare affrontare sfida sfidare finale semifinale derby avversario avversaria partita"
        " gara match amichevole incontro spareggio"
    ),
    "en": word_set(
        "against versus vs beat beaten won win victory lost lose defeat drew draw eliminated faced final semifinal derby opponent match game friendly"
    ),
}
"""By language, words without which a sentence tells of no opponent."""

MEASURES = {
    "it": word_set("anni mesi settimane giorni ore minuti secondi metri centimetri chilometri euro milioni volte"),
    "en": word_set(
        "years months weeks days hours minutes seconds metres meters centimetres kilometres euros pounds dollars millions times"
    ),
}
"""Units that may measure anything: two numbers of one need not be about the same."""

REASONS = {
    "it": r"\b(?:per|perche|poiche|siccome|giacche|(?:visto|dato) che|in quanto|(?:a|in) seguito|grazie|colpa|ragion[ei]|(?:caus|motiv|provoc|dovut)\w+)\b"
    r"|(?<!\bann[oi] )(?<!\bmes[ei] )(?<!\bgiorn[oi] )(?<!\bpoco )\bdopo\b"
    r"(?!(?:\W+\w+){1,2}\W+(?:giornat|partit|gar[ae]\b|mes[ei]\b|ann[oi]\b|settiman|stagion|giorni\b|turni\b))",
    "en": r"\b(?:because|since|as|for|due|owing|thanks|led|(?:caus|reason)\w*)\b|(?<!\byears )(?<!\bmonths )(?<!\bdays )(?<!\bshortly )\bafter\b"
    r"(?!(?:\W+\w+){1,2}\W+(?:games?|match(?:es)?|months?|years?|weeks?|seasons?|days?|rounds?)\b)",
}
"""By language, what introduces a reason, in folded text: without any of it a sentence tells no "why"."""

RANKS = {
    "it": r"\b(?:prim|second|terz|quart|quint|sest|settim|ottav|non|decim|\w+esim|(?:pen|terz|quart)?ultim)[oaie]\b|\bcapolist\w+|\bvetta\b|\bin testa\b"
    r"|\bfanalino\b|\bcoda\b|\b\d{1,3} ?[°ºª]",
    "en": r"\b(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\w+th|last|bottom|top|leaders?|\d{1,3}(?:st|nd|rd|th))\b",
}
"""By language, what tells a place in a table or a race, in folded text."""
