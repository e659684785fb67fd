"""What a question asks of a name besides its kind."""

import pytest
from fakes import surely_answered

from qa.circumstances import stands_as_asked
from qa.questions import new_names

HIRED = "Il Pontelago ha scelto Neri al posto di Verdi."
BEATEN = "Neri ha vinto la finale con il Lecco."
MOVED = "Poi Conte va al Chelsea, mentre Neri resta in Italia."


@pytest.mark.parametrize(
    ("question", "sentence", "stands"),
    [
        ("Contro chi esordirà Neri al Pontelago?", HIRED, False),
        ("Contro quale squadra ha vinto Neri?", BEATEN, True),
        ("Against whom did Neri win?", BEATEN, True),
        ("Against which club will Neri start?", HIRED, False),
        ("Chi ha scelto Neri?", HIRED, True),
        ("Dove va Conte?", MOVED, True),
        ("Dove va Neri?", "Conte e Verdi partono.", False),
        ("Where does Conte go?", MOVED, True),
        ("Il club dove va Neri chi lo allena?", "Conte e Verdi partono.", True),
    ],
)
def test_a_name_answers_only_where_it_stands_as_it_is_asked_for(question, sentence, stands):
    names = new_names(sentence, "it", question, "en" if question[0] in "AW" else "it")
    assert stands_as_asked(question, names, sentence, "it") is stands


def test_a_language_whose_words_are_not_known_is_believed():
    sentence = "Neri remplace Verdi."
    assert stands_as_asked(
        "Contro chi gioca Neri?", new_names(sentence, "fr", "Contro chi gioca Neri?", "it"), sentence, "fr"
    )


@pytest.mark.parametrize(
    ("asked", "said", "written"),
    [
        ("Contro chi esordirà Neri con il Pontelago?", "Neri esordirà con il Pontelago contro Verdi.", HIRED),
        (
            "Dove ha mandato Neri il Pontelago?",
            "Il Pontelago ha mandato Neri e Verdi.",
            "Il Pontelago ha mandato Neri e Verdi.",
        ),
    ],
)
def test_neither_statement_nor_quotation_answers_where_the_name_stands_otherwise(
    bot_on, scripted_chat, asked, said, written
):
    scripted_chat.llm.otherwise = said
    bot = bot_on(f"Il nuovo allenatore\n\n{written}\n")
    assert surely_answered(bot, asked).status == "abstained"
