"""The language of questions and articles."""

import pytest

from qa.config import resource
from qa.language import detect_language

ITALIAN = [
    "Quante presenze?",
    "Quanti gol?",
    "E poi?",
    "Chi?",
    "Con chi?",
    "Quando?",
    "Chi allenava il Bari prima di Carrera?",
    "In che anno Carrera ha vinto il campionato russo?",
    "CHI ALLENAVA IL BARI PRIMA DI CARRERA?",
    "chi allenava il bari prima di carrera?",
    "Che ruolo aveva alla Juventus?",
    "Juventus o Chelsea, chi lo voleva?",
]
ENGLISH = [
    "Who replaced Auteri at Bari?",
    "Who?",
    "And then?",
    "Is it true?",
    "How many appearances?",
    "WHICH CLUB DID CARRERA COACH?",
    "When did Carrera join Spartak Mosca?",
    "What about Conte?",
    "Did he win the Supercoppa Italiana?",
]
OTHER = {"Quién es Carrera?": "es", "Qui est l'entraîneur de Bari ?": "fr"}
UNCLEAR = [
    "Carrera Spartak?",
    "Massimo Carrera",
    "Conte",
    "AEK Atene",
    "Champions League?",
    "180?",
    "2-1",
    "",
    "   ",
    "?!",
    "Каррера",
]


@pytest.mark.parametrize("default", ["it", "en"])
@pytest.mark.parametrize(
    ("text", "language"),
    [*((text, "it") for text in ITALIAN), *((text, "en") for text in ENGLISH), *OTHER.items()],
)
def test_short_questions_are_told_whatever_the_default(text, language, default):
    assert detect_language(text, default) == language


@pytest.mark.parametrize("text", UNCLEAR)
def test_names_and_numbers_are_in_no_language(text):
    assert detect_language(text, "xx") == "xx"


def test_articles():
    for path in resource("seeds").iterdir():
        assert detect_language(path.read_text(encoding="utf-8"), "xx") == "it"
    english = (
        "Massimo Carrera returns to Bari, the club where he played from 1986 to 1991 before he moved to Juventus. " * 3
    )
    assert detect_language(english, "it") == "en"


def test_a_quotation_in_another_language_does_not_outweigh_the_article():
    italian = (
        "La squadra riparte dal nuovo allenatore, che guiderà il gruppo fino a giugno e vuole la promozione.\n\n" * 2
    )
    german = "Achtung, das ist ein Absatz auf Deutsch, der mit diesem Artikel überhaupt nichts zu tun hat.\n\n"
    assert detect_language(italian + german, "xx") == "it"


def test_a_lone_surrogate_has_no_language_and_does_no_harm():
    assert detect_language("Chi allena il Bari? \ud800", "en") == "it"
