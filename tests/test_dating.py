"""Which date of a sentence dates what is asked."""

import pytest
from fakes import surely_answered

from qa.atoms import find_atoms
from qa.dating import is_reckoned, may_date

LEFT = "Esonerata nel 2018, un anno dopo Neri ricomincia dalla panchina del Lecco."


@pytest.mark.parametrize(
    ("question", "sentence", "told"),
    [
        ("Quando è stata esonerata Neri?", LEFT, ["2018"]),
        ("Quando è arrivata Neri al Lecco?", LEFT, ["2019"]),
        ("Quando è stata esonerata Neri dal Lecco?", LEFT, []),  # The one is of 2018, the other of 2019.
        ("When did Neri arrive at Lecco?", LEFT, ["2019"]),
        ("When was Neri sacked?", LEFT, ["2018"]),
        ("Quando ha giocato Neri nel Lecco?", "Neri giocò nel Lecco dal 1986 al 1991.", ["1986", "1991"]),
        ("In che anno ha vinto con il Como?", "Vinse con il Lecco nel 2016 e con il Como nel 2018.", ["2018"]),
        (
            "In quali anni ha vinto la Coppa?",
            "Vinse la Coppa nel 2016 e nel 2018, poi nel 2021 lasciò.",
            ["2016", "2018"],
        ),
        ("Quando ha lasciato?", "Vinse nel 2016 e nel 2018, poi nel 2021 lasciò.", ["2016", "2018", "2021"]),
        ("Quando ha vinto Neri?", "Neri vinse nel 2016.", ["2016"]),
    ],
)
def test_a_date_dates_what_stands_in_its_clause(question, sentence, told):
    language = "en" if question.startswith("When") else "it"
    dates = [atom for atom in find_atoms(sentence, "it") if atom.kind == "date"]
    assert [date.value for date in dates if may_date(date, sentence, "it", question, language)] == told


def test_a_year_without_digits_is_reckoned_from_another():
    dates = [atom for atom in find_atoms(LEFT, "it") if atom.kind == "date"]
    assert [is_reckoned(date, LEFT) for date in dates] == [False, True]


ARTICLE = f"Neri al Lecco\n\n{LEFT}\n"


def test_a_statement_with_the_date_of_another_clause_does_not_hold(bot_on, scripted_chat):
    scripted_chat.llm.otherwise = "Neri è stata esonerata dal Lecco nel 2018."
    answer = surely_answered(bot_on(ARTICLE), "Quando è stata esonerata Neri dal Lecco?")
    assert answer.status == "abstained"  # Nor does the sentence answer by itself.


def test_a_statement_with_the_date_of_its_clause_holds(bot_on, scripted_chat):
    scripted_chat.llm.otherwise = "Neri è stata esonerata nel 2018."
    answer = surely_answered(bot_on(ARTICLE), "Quando è stata malamente esonerata Neri?")
    assert answer.text.startswith("Neri è stata esonerata nel 2018 [1].")


def test_a_reckoned_year_is_told_beside_the_quotation(bot_on, scripted_chat):
    scripted_chat.llm.otherwise = "Neri ricomincia dalla panchina del Lecco nel 2019."
    answer = surely_answered(bot_on(f"---\ndate: 2021-02-09\n---\n{ARTICLE}"), "In che anno Neri ricomincia dal Lecco?")
    assert answer.text.startswith("Neri ricomincia dalla panchina del Lecco nel 2019 [1].")
    assert "(un anno dopo = 2019)" in answer.text
