"""What happened to somebody at a club: told by the articles' sentences, also where these leave the club to those before them."""

import pytest

from qa.happenings import asked_happening
from qa.recounting import recounted
from qa.retrieval import Sentence

ARTICLE = """Sara Gallo riparte dal Trapani

Sara Gallo riparte dalla Serie C. Il Trapani le ha affidato la panchina di Ugo Neri fino a giugno, e punta alla promozione.

Da giocatrice era una mediana: ha vestito la maglia del Gubbio prima del trasferimento al Rieti.

Nel 2012 accettò l'offerta della Dinamo Varna, prima come assistente e poi da prima allenatrice.
Vinse il campionato con la Dinamo dopo dodici anni e la Supercoppa Nazionale contro il Varna.
In Europa League il cammino si fermò agli ottavi contro il Porto. Esonerata nel 2015, un anno dopo la Gallo riparte sulla panchina del Larissa.

In Grecia conquista un posto in Europa League e perde la finale di coppa contro il Volos.
A marzo 2019 viene esonerata per le troppe sconfitte, ora la chiama il Trapani.

Al Larissa c'erano con lei il vice Pia Sala e il preparatore atletico Ivo Bo.
"""

OTHER = """La carriera di Sara Gallo

Sara Gallo ha cominciato alla Dinamo Varna in qualità di assistente. In Europa League arrivò ai quarti.
"""


@pytest.fixture
def asked(bot_on):
    """Ask one question of the article."""
    return bot_on(ARTICLE).ask


def quotes(answer) -> list[str]:
    return [" ".join(citation.quote.split()) for citation in answer.citations]


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (
            "Quando è stata esonerata Gallo dal Larissa?",
            "A marzo 2019 viene esonerata per le troppe sconfitte, ora la chiama il Trapani.",
        ),
        (
            "In che anno la Dinamo Varna ha cacciato Gallo?",
            "Esonerata nel 2015, un anno dopo la Gallo riparte sulla panchina del Larissa.",
        ),
        (
            "In which year was Gallo sacked by Dinamo Varna?",
            "Esonerata nel 2015, un anno dopo la Gallo riparte sulla panchina del Larissa.",
        ),
        (
            "Perché il Larissa ha licenziato Gallo?",
            "A marzo 2019 viene esonerata per le troppe sconfitte, ora la chiama il Trapani.",
        ),
        (
            "Contro chi ha perso la finale di coppa con il Larissa?",
            "In Grecia conquista un posto in Europa League e perde la finale di coppa contro il Volos.",
        ),
        (
            "Chi ha eliminato la Dinamo Varna in Europa League?",
            "In Europa League il cammino si fermò agli ottavi contro il Porto.",
        ),
        (
            "Fin dove è arrivata la Dinamo Varna di Gallo in Europa League?",
            "In Europa League il cammino si fermò agli ottavi contro il Porto.",
        ),
        (
            "Con che ruolo Gallo è arrivata alla Dinamo Varna?",
            "Nel 2012 accettò l'offerta della Dinamo Varna, prima come assistente e poi da prima allenatrice.",
        ),
        (
            "At which stage was Dinamo Varna knocked out of the Europa League?",
            "In Europa League il cammino si fermò agli ottavi contro il Porto.",
        ),
        (
            "Who beat Gallo's Larissa in the cup final?",
            "In Grecia conquista un posto in Europa League e perde la finale di coppa contro il Volos.",
        ),
        (
            "Chi ha fatto fuori la Dinamo Varna in Europa League?",
            "In Europa League il cammino si fermò agli ottavi contro il Porto.",
        ),
        (
            "Chi era l'avversario nella Supercoppa Nazionale?",
            "Vinse il campionato con la Dinamo dopo dodici anni e la Supercoppa Nazionale contro il Varna.",
        ),
        (
            "Da quanti anni la Dinamo non vinceva il campionato?",
            "Vinse il campionato con la Dinamo dopo dodici anni e la Supercoppa Nazionale contro il Varna.",
        ),
        (
            "Quando è finita l'avventura di Gallo al Larissa?",
            "A marzo 2019 viene esonerata per le troppe sconfitte, ora la chiama il Trapani.",
        ),
        (
            "Con quale squadra Gallo ha vinto il campionato?",
            "Vinse il campionato con la Dinamo dopo dodici anni e la Supercoppa Nazionale contro il Varna.",
        ),
        (
            "Chi era il vice di Gallo al Larissa?",
            "Al Larissa c'erano con lei il vice Pia Sala e il preparatore atletico Ivo Bo.",
        ),
        (
            "Who was Gallo's fitness coach at Larissa?",
            "Al Larissa c'erano con lei il vice Pia Sala e il preparatore atletico Ivo Bo.",
        ),
        (
            "Come mai Gallo è stata cacciata dal Larissa?",
            "A marzo 2019 viene esonerata per le troppe sconfitte, ora la chiama il Trapani.",
        ),
        (
            "Dove è andata Gallo dopo la Dinamo Varna?",
            "Esonerata nel 2015, un anno dopo la Gallo riparte sulla panchina del Larissa.",
        ),
        (
            "Dove ha allenato Gallo dopo la Dinamo Varna?",
            "Esonerata nel 2015, un anno dopo la Gallo riparte sulla panchina del Larissa.",
        ),
        (
            "Da giocatrice, in quale squadra è andata Gallo dopo il Gubbio?",
            "Da giocatrice era una mediana: ha vestito la maglia del Gubbio prima del trasferimento al Rieti.",
        ),
        (
            "In che ruolo giocava Gallo?",
            "Da giocatrice era una mediana: ha vestito la maglia del Gubbio prima del trasferimento al Rieti.",
        ),
    ],
)
def test_a_sentence_that_leaves_the_club_to_those_before_it_answers_without_the_model(
    asked, scripted_chat, question, told
):
    answer = asked(question)
    assert answer.status == "answered"
    assert quotes(answer) == [told]
    assert scripted_chat.llm.asked() == []


@pytest.mark.parametrize(
    "question",
    [
        "Quando è stata esonerata Gallo dal Trapani?",  # Not said of this club.
        "Perché la Dinamo Varna ha esonerato Gallo?",  # Without a reason.
        "Perché Gallo si è dimessa dal Larissa?",  # She did not resign.
        "Contro chi ha perso la finale di coppa con la Dinamo Varna?",  # That was with another club.
        "Chi ha eliminato il Larissa in Europa League?",  # The final that was lost was another cup's.
        "Fin dove è arrivato il Larissa di Gallo in Europa League?",
        "Quando è stata esonerata Gallo dal Larissa la seconda volta?",  # Nothing tells of a second time.
        "Dove ha allenato Gallo dopo il Larissa?",
        "Perché nel 2015 il Larissa ha esonerato Gallo?",  # What a question says itself may be wrong.
        "Quando ha vinto Gallo con il Larissa?",  # "ora" is no "oro".
        "Quando ha lasciato Gallo il Larissa da giocatrice?",  # She coached there.
        "Dove ha allenato Neri dopo il Trapani?",  # The article goes on about somebody else.
        "In che ruolo giocava Neri?",  # "punta" is a verb here.
        "Contro chi ha perso il Volos con il Larissa?",  # The question names it.
        "Con che ruolo è arrivata Gallo al Porto?",
        "Quando è stata esonerata Gallo dal Larissa prima del Trapani?",
        "Perché Gallo non è stata esonerata dal Larissa?",  # She was.
        "Contro chi ha perso Gallo prima di andare al Larissa?",  # Which one that was could not be told.
        "Chi è il presidente del Larissa?",
        "Chi era il vice di Neri al Trapani?",
        "Dopo gli ottavi fin dove è arrivata la Dinamo Varna in Europa League?",
        "Who beat Gallo's Larissa in the league?",  # Told of the cup.
    ],
)
def test_what_is_not_told_of_that_club_is_left_to_the_model(bot_on, question):
    index = bot_on(ARTICLE).retriever.index
    assert recounted(question, "it", [Sentence(chunk, 0) for chunk in index.snapshot.chunks], index) == ([], None)


@pytest.mark.parametrize(
    ("told", "question"),
    [
        (
            "La tecnica nata a Como ha firmato nella sede di via dei Tigli fino al 30 giugno 2022.",
            "Quando è nata Neri?",
        ),
        ("Al Lecco vinse in tre anni un campionato.", "Da quanti anni il Lecco di Neri non vinceva il campionato?"),
        ("Al Lecco restò otto partite senza vittorie contro il Como.", "Contro chi ha vinto il Lecco di Neri?"),
        ("Al Lecco ha superato a Como l'esame di Roma.", "Contro chi ha vinto il Lecco di Neri?"),
        ("Vinse un campionato con il Lecco.", "Contro chi ha vinto Neri?"),
        ("Mancava un portiere e chiamarono lei.", "In che ruolo giocava Neri?"),
        ("La figlia Pia Neri, che gioca mezzala, le corregge le esercitazioni.", "In che ruolo giocava Ada Neri?"),
        ("La notò da bambina un osservatore del Lecco.", "Con che ruolo Neri è arrivata al Lecco?"),
        ("Dal 2019 ha un mandato del Lecco.", "Quando il Lecco ha cacciato Neri?"),
        ("Nel 2019 il salto al Lecco.", "Quando Neri è saltata dal Lecco?"),
        ("Il Lecco cacciò la Neri dopo nove giornate.", "Perché il Lecco ha cacciato Neri?"),
        ("Al Lecco giocò poco. Da calciatrice contava tre presenze in Nazionale.", "Dove è andata Neri dopo il Lecco?"),
        (
            "L'addio al Lecco di Pia Sala passata al Como la fece prima allenatrice.",
            "Dove è andata Neri dopo il Lecco?",
        ),
        ("La squadra di Neri lasciò il campo per protesta.", "Perché Neri ha lasciato?"),
        ("Al Lecco conquistò la qualificazione alla Coppa Rio.", "Con quale squadra Neri ha vinto la Coppa Rio?"),
        ("Sulla panchina del Lecco la Neri causò l'allontanamento di Pia Sala.", "Quali squadre hanno cacciato Neri?"),
        (
            "A Como l'esonero per gli scarsi risultati e ora la nuova occasione al Lecco.",
            "Perché Neri ha lasciato il Lecco?",
        ),
        ("Nel 2016 vinse una Coppa di Croazia.", "Quando Neri ha vinto la Coppa Italia?"),
        (
            "Il Lecco è in Serie A dal 2014 e ha vinto la Coppa Italia nel 2018.",
            "Quando Neri ha vinto la Coppa Italia?",
        ),
        ("Al Lecco la Neri fu lasciata in tribuna per un ritardo.", "Perché Neri ha lasciato il Lecco?"),
        ("Secondo Pia Sala il Lecco punta su di lei.", "Chi è il secondo di Neri al Lecco?"),
    ],
)
def test_what_only_looks_like_an_answer_is_not_told(bot_on, told, question):
    index = bot_on(f"La carriera di Ada Neri\n\nAda Neri torna in panchina.\n\n{told}\n").retriever.index
    assert recounted(question, "it", [Sentence(chunk, 0) for chunk in index.snapshot.chunks], index) == ([], None)


def test_of_several_clubs_each_is_told_with_the_sentence_that_names_it(asked):
    assert quotes(asked("Quali squadre hanno esonerato Gallo?")) == [
        "Vinse il campionato con la Dinamo dopo dodici anni e la Supercoppa Nazionale contro il Varna.",
        "Esonerata nel 2015, un anno dopo la Gallo riparte sulla panchina del Larissa.",
        "A marzo 2019 viene esonerata per le troppe sconfitte, ora la chiama il Trapani.",
    ]


def test_articles_that_tell_another_stage_disagree(bot_on, tmp_path):
    (tmp_path / "other.txt").write_text(OTHER, encoding="utf-8")
    bot = bot_on(ARTICLE, sources=(tmp_path / "article.txt", tmp_path / "other.txt"))
    answer = bot.ask("Fin dove è arrivata la Dinamo Varna di Gallo in Europa League?")
    assert answer.status == "conflict"
    assert sorted(quotes(answer)) == [
        "In Europa League arrivò ai quarti.",
        "In Europa League il cammino si fermò agli ottavi contro il Porto.",
    ]


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Quando è stata esonerata Neri?", "time"),
        ("Perché è stata esonerata Neri?", "reason"),
        ("A che turno è uscito il Lecco dalla coppa?", "stage"),
        ("Con quale incarico è arrivata Neri?", "role"),
        ("Che ruolo aveva da giocatrice Neri?", "position"),
        ("Dove è andata Neri dopo il Lecco?", "next"),
        ("Contro chi ha perso Neri?", "opponent"),
        ("Chi ha eliminato il Lecco di Neri?", "victor"),
        ("Da chi è stato battuto il Lecco di Neri?", "victor"),
        ("Chi è stato battuto dal Lecco di Neri?", None),
        ("Chi era l'avversaria del Lecco?", "opponent"),
        ("Da quanto tempo il Lecco non vinceva?", "since"),
        ("Chi è il secondo di Neri?", "holder"),
        ("Come si chiama il direttore sportivo del Lecco?", "holder"),
        ("Di chi era il vice Neri al Lecco?", None),
        ("Quando è finita l'avventura di Neri al Lecco?", "time"),
        ("anno dell'esonero di Neri dal Lecco", "time"),
        ("Quale squadra ha eliminato il Lecco di Neri?", "victor"),
        ("Con quale squadra Neri ha vinto la Coppa Italia?", "club"),
        ("Da quali squadre è stata esonerata Neri?", "club"),
        ("Con quale squadra ha giocato Neri dopo il Lecco?", "next"),
        ("Chi è l'allenatore del Lecco?", None),
        ("Quanti gol ha segnato Neri dopo il Lecco?", None),
        ("Quando è stata esonerata?", None),
        ("Perché nel 2015 è stata esonerata Neri?", None),
        ("Chi è Ada Neri?", None),
    ],
)
def test_what_is_asked_of_something_that_happened(question, kind):
    happening = asked_happening(question, "it")
    assert (happening.kind if happening else None) == kind
