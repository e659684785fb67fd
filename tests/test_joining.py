"""Names that a statement joins with "and"."""

import pytest
from fakes import surely_answered

from qa.atoms import find_atoms
from qa.joining import joined_names, stand_side_by_side
from qa.schema import Article, Span
from qa.verification import window_of


def names(text: str, language: str = "it"):
    return [atom for atom in find_atoms(text, language) if atom.kind == "name"]


@pytest.mark.parametrize(
    ("statement", "pairs"),
    [
        ("Ha allenato il Lecco e il Como.", [("lecco", "como")]),
        ("Ha vinto un titolo in Grecia e un titolo in Svezia.", [("grecia", "svezia")]),
        ("Ha allenato il Lecco, il Como e il Varese.", [("como", "varese")]),
        ("Ha lasciato il Lecco.", []),
        ("Ha allenato il Lecco contro il Como.", []),
        ("Ha lasciato il Lecco dopo cinque campionati di sofferenza e infine ha firmato con il Como.", []),
    ],
)
def test_names_are_joined_where_little_but_an_and_stands_between(statement, pairs):
    joined = joined_names(statement, names(statement), "it")
    assert [(left.value, right.value) for left, right in joined] == pairs


@pytest.mark.parametrize(
    ("text", "beside"),
    [
        ("Ha allenato il Lecco e il Como.", True),
        ("Ha allenato il Como prima del Lecco.", True),
        ("Partito dal Lecco, ha vinto il campionato e la coppa con il Como.", False),
        ("Ha allenato il Lecco.", False),
    ],
)
def test_names_stand_side_by_side_in_either_order(text, beside):
    left, right = names("Nel Lecco e nel Como.")
    whole = Span(start=0, end=len(text))
    window = window_of(text, Article(source="a.txt", title="", text=text, body=whole, language="it"), whole)
    assert stand_side_by_side(left, right, window) is beside


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Neri ha vinto il titolo con il Lecco e con il Gallarate.", True),
        ("Neri ha vinto il titolo con il Lecco, battendo in finale ai rigori il Gallarate.", False),
    ],
)
def test_half_of_a_list_is_not_told_of_something_else(bot_on, scripted_chat, written, kept):
    scripted_chat.llm.otherwise = "Neri ha vinto il titolo con il Lecco e il Gallarate."
    bot = bot_on(f"La carriera di Neri\n\n{written}\n")
    answer = surely_answered(bot, "Con quali squadre Neri ha davvero vinto il titolo?")
    assert ("con il Lecco e il Gallarate" in answer.text) is kept
    assert written.removesuffix(".") in answer.text
