import pytest

from qa.conversation import standalone

HISTORY = (("Con quale squadra Rossi ha vinto il titolo?", "Con il Pontelago [1]."),)


def test_without_history_a_question_stays_as_it_is():
    assert standalone("E quando?", (), "it") == "E quando?"


@pytest.mark.parametrize(
    "question", ["E quando è stato esonerato?", "Perché?", "Quante partite ha vinto?", "E con il Pontelago?"]
)
def test_a_question_that_leans_on_the_last_one_is_put_behind_it(question):
    assert standalone(question, HISTORY, "it") == f"{HISTORY[0][0]} {question}"


def test_a_question_with_a_name_of_its_own_changes_the_subject():
    question = "Quanti abitanti ha la città dove gioca la Virtus Roccamare?"
    assert standalone(question, HISTORY, "it") == question


def test_only_the_last_question_counts():
    history = (("Chi è Verdi?", "…"), *HISTORY)
    assert "Verdi" not in standalone("E quando?", history, "it")
