import pytest

from qa.conversation import standalone

HISTORY = (("Con quale squadra Rossi ha vinto il titolo?", "Ha vinto con il Pontelago, nel 2011 [1]."),)


def test_without_history_a_question_stays_as_it_is():
    assert standalone("E quando?", (), "it") == "E quando?"


@pytest.mark.parametrize("question", ["E quando è stato esonerato?", "Quante partite ha vinto?", "Quando è nato?"])
def test_a_whole_question_gets_the_names_of_the_last_one_and_of_its_answer(question):
    assert standalone(question, HISTORY, "it") == f"Su Pontelago, Rossi: {question}"


def test_names_that_it_has_itself_are_not_repeated():
    question = "E quando ha lasciato il Pontelago?"
    assert standalone(question, HISTORY, "it") == f"Su Rossi: {question}"


@pytest.mark.parametrize("question", ["Perché?", "E dopo?", "Contro chi?", "E con la Virtus?", "Con la Virtus?"])
def test_a_question_that_is_cut_short_is_put_behind_the_last_one(question):
    assert standalone(question, HISTORY, "it") == f"{HISTORY[0][0]} Su Pontelago: {question}"


def test_without_any_name_the_last_question_itself_is_carried_over():
    history = (("Quando è finito il campionato?", "Gli articoli non rispondono a questa domanda."),)
    assert standalone("E come è andata?", history, "it") == f"{history[0][0]} E come è andata?"


@pytest.mark.parametrize(
    "question",
    [
        "Quanti abitanti ha la città dove gioca la Virtus Roccamare?",
        "Quando è nato Mario Bianchi?",
        "È vero che Mario Bianchi ha lasciato la Virtus?",
        "E' vero che Mario Bianchi ha lasciato la Virtus?",
        "E\u0300 vero che Mario Bianchi ha lasciato la Virtus?",
    ],
)
def test_a_question_about_a_name_of_its_own_changes_the_subject(question):
    assert standalone(question, HISTORY, "it") == question


def test_what_was_asked_before_a_change_of_subject_is_forgotten():
    history = (("Chi è Verdi?", "Un giocatore."), *HISTORY)
    assert "Verdi" not in standalone("E quando?", history, "it")


def test_a_follow_up_of_a_follow_up_knows_what_it_is_about():
    history = (*HISTORY, ("E quando è stato esonerato?", "Nel 2013 [1]."))
    assert standalone("E dopo?", history, "it") == "Su Pontelago, Rossi: E quando è stato esonerato? E dopo?"
    assert (
        standalone("Quante partite aveva perso?", history, "it") == "Su Pontelago, Rossi: Quante partite aveva perso?"
    )


def test_a_long_conversation_does_not_grow_a_question_without_end():
    history = [*HISTORY, *(("E dopo?", f"Ha allenato Squadra Numero{n} [1].") for n in range(50))]
    assert len(standalone("E dopo?", history, "it")) < 300


@pytest.mark.parametrize(
    "answer",
    [
        "Gli articoli dicono: OMNIPRESS: «Bruno Calafati ha segnato al Montelupara.» [1]",
        "The articles say: “Bruno Calafati scored.” [1]",
        "",
    ],
)
def test_what_an_article_says_besides_is_not_what_was_spoken_of(answer):
    assert standalone("Quando è nato?", ((HISTORY[0][0], answer),), "it") == "Su Rossi: Quando è nato?"


def test_in_the_language_of_the_question():
    history = (("Who coached Bari?", "Gaetano Auteri did [1]."),)
    assert standalone("When was he sacked?", history, "en") == "On Gaetano Auteri, Bari: When was he sacked?"
