"""Questions that were typed in a hurry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.spelling import Vocabulary, respelt

VOCABULARY = Vocabulary(
    [
        "La Pallavolo Castelbrenta ha vinto la Supercoppa contro la Juventus. Poi Dmitrij Aleničev ha lasciato lo Spartak, l'AEK e il Bari, non Castellani.",
        "Conquista il distacco. All'esordio la squadra di Bianchi e Rossi allena i giovani: saremo in campionato, in Serie C, con lo staff della Juventus.",
    ]
)


def read(question: str, language: str = "it") -> str:
    return respelt(question, language, VOCABULARY if language == "it" else Vocabulary([]), VOCABULARY)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ki a vinto la supercopa", "chi ha vinto la Supercoppa"),
        ("qunti punti di distaco", "quanti punti di distacco"),
        ("in ke squdra", "in che squadra"),
        ("lo staf dela juventsu", "lo staff della Juventus"),
        ("chi allena il castelbrnta", "chi allena il Castelbrenta"),
        ("lo spartac e l'aek", "lo Spartak e l'AEK"),
        ("quando alenicev ha lasciato il bari?", "quando Aleničev ha lasciato il Bari?"),
        ("chi c'e al castelbrenta?", "chi c'e al Castelbrenta?"),
        ("Chi allena il Castelbrennta?", "Chi allena il Castelbrenta?"),
        ("Chi allenava la Juve?", "Chi allenava la Juventus?"),
        ("chi allenava la juve", "chi allenava la Juventus"),
        ("chi alenava lo spartak", "chi allenava lo Spartak"),  # Another form of a word of the articles.
    ],
)
def test_a_slip_is_read_as_what_was_meant(typed, meant):
    assert read(typed) == meant


@pytest.mark.parametrize(
    "question",
    [
        "Chi ha vinto Sanremo nel 2021?",  # No verb is meant by a name.
        "Quando ha allenato Bianchini?",  # Somebody else.
        "Che cosa ha fatto Rosi?",  # A name so short may be another's.
        "Che cosa ha fatto Spart?",  # Nor is the beginning of a name that leaves off so little it.
        "Che cosa ha fatto la Cast?",  # Two names begin so.
        "Chi ha vinto la partita di Pallavolo a Bari?",
        "Chi ha esordito?",  # Another form of a word.
        "Chi ha giocva?",  # Neither the articles nor any of their words.
        "Chi conquista il titolo?",  # Known to a dictionary, or to the articles.
        "conquista il titolo",  # A capital where a sentence begins makes no name.
        "Quanti gol ha segnato Ki?",  # No shorthand with a capital.
        "quanti cm è alto nell'u21?",
        "Quanto fa 12x4 nel 4-3-3?",
        f"chi allena {'al' * 50_000}?",
        "",
    ],
)
def test_what_may_be_meant_as_it_is_stays(question):
    assert read(question) == question


@pytest.mark.parametrize(
    ("asked", "meant", "language"),
    [
        ("Buongiorno, potrebbe dirmi chi allena il Bari?", "chi allena il Bari?", "it"),
        ("Ciao! Mi sai dire se Bianchi allena il Bari? Grazie mille!", "Bianchi allena il Bari?", "it"),
        ("scusa, vorrei sapere: chi allena il bari, per favore?", "chi allena il Bari?", "it"),
        ("Per favore, elenca le squadre", "elenca le squadre", "it"),
        ("Data e risultato grazie", "Data e risultato", "it"),
        ("Hello, could you please tell me who coaches Bari? Thanks!", "who coaches Bari?", "en"),
        ("I'd like to know when it began", "when it began", "en"),
    ],
)
def test_what_only_makes_a_question_polite_is_not_asked(asked, meant, language):
    assert read(asked, language) == meant


@pytest.mark.parametrize("asked", ["Ciao!", "Grazie", "Vinse grazie a chi?", "Chi sa dirlo?", "Salvemini dove gioca?"])
def test_a_greeting_alone_and_words_that_say_something_stay(asked):
    assert read(asked) == asked


def test_shorthand_is_that_of_the_language():
    assert read("ke team is it", "en") == "ke team is it"
    assert read("wich team is it", "en") == "which team is it"


def test_without_articles_only_question_words_are_known():
    assert (
        respelt("qunti anni ha Castelbrennta", "it", Vocabulary([]), Vocabulary([])) == "quanti anni ha Castelbrennta"
    )


@given(st.integers(1, 10), st.sampled_from("abcdefghilmnoprstuvz"))
def test_any_letter_too_many_inside_a_long_name_is_taken_out(place, letter):
    name = "Castelbrenta"
    assert read(f"Chi allena {name[:place]}{letter}{name[place:]}?") == f"Chi allena {name}?"


@given(st.integers(1, 10))
def test_any_letter_left_out_inside_a_long_name_is_put_back(place):
    name = "Castelbrenta"
    assert read(f"Chi allena {name[:place]}{name[place + 1 :]}?") == f"Chi allena {name}?"


@given(st.text(max_size=60))
def test_no_question_breaks_it_and_what_is_no_letter_stays(question):
    def signs(text: str) -> list[str]:
        return [character for character in text if not character.isalpha()]

    assert signs(read(question)) == signs(question)


def test_names_of_italian_articles_are_known_in_small_letters_in_english():
    assert read("did spartak beat juventus at bari?", "en") == "did Spartak beat Juventus at Bari?"


@pytest.mark.parametrize(
    "question",
    [
        "did Spartak beat juventus?",  # Who writes one capital writes all.
        "did it conquer the distaco?",
    ],
)
def test_what_no_name_is_stays_small_in_english(question):
    assert read(question, "en") == question


def test_a_frequent_word_is_no_name_in_small_letters():
    names = Vocabulary(["Vince la Champions League a Londra."])
    assert respelt("who won the champions league?", "en", Vocabulary([]), names) == "who won the champions league?"
