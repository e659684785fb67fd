"""Feedback becomes gold cases only when a person agrees, and only when they are valid."""

import pytest
import typer
from typer.testing import CliRunner

from eval.cases import GoldError, is_held_out, load_cases
from eval.dialogue import review
from eval.review import build, nuggets_from, nuggets_line, pending, propose, values_of
from qa.errors import QAError
from qa.feedback import Feedback, write_feedback
from qa.schema import Citation

SOURCE = "000_10ec5b338d670312.txt"
QUOTE = "A chiamarlo è la famiglia De Laurentiis"
QUESTION = "Quale famiglia ha chiamato Carrera al Bari?"


def feedback(**changes):
    cited = Citation(marker=1, source=SOURCE, title="", date=None, quote=QUOTE, start=0, end=len(QUOTE))
    values = {
        "id": "one",
        "at": "2026-11-22T10:00:00+00:00",
        "liked": True,
        "question": QUESTION,
        "text": "Lo ha chiamato la famiglia De Laurentiis [1].",
        "status": "answered",
        "citations": (cited,),
        "model": "scripted",
        "fingerprint": "f",
    }
    return Feedback(**{**values, **changes})


@pytest.fixture
def walk(tmp_path):
    """Answer the prompts with these lines; returns the cases, and what was printed."""

    def walked(*lines):
        app = typer.Typer()
        app.command()(lambda: review(tmp_path, tmp_path / "gold.jsonl") and None)
        result = CliRunner().invoke(app, input="".join(f"{line}\n" for line in lines))
        assert result.exception is None, result.output
        gold = tmp_path / "gold.jsonl"
        return list(load_cases(gold)) if gold.exists() else []

    return walked


# What is proposed


def test_what_was_liked_is_taken_for_right():
    draft = propose(feedback())
    assert draft["nuggets"] == [{"text": "De Laurentiis", "vital": True}]
    assert draft["support"] == [{"source": SOURCE, "quote": QUOTE}]
    assert (draft["category"], draft["language"], draft["answerable"]) == ("single_fact", "it", True)


def test_of_what_was_disliked_the_correction_counts():
    draft = propose(
        feedback(liked=False, text="Lo ha chiamato Agnelli [1].", correction="È stato Aurelio De Laurentiis.")
    )
    assert draft["nuggets"] == [{"text": "Aurelio De Laurentiis", "vital": True}]


def test_a_liked_abstention_is_unanswerable_and_a_liked_conflict_a_conflict():
    abstained = propose(feedback(status="abstained", text="Gli articoli non lo dicono."))
    assert (abstained["category"], abstained["answerable"], abstained["nuggets"]) == ("unanswerable", False, [])
    assert abstained["support"] == []
    conflict = propose(feedback(status="conflict"))
    assert (conflict["category"], conflict["conflict"]) == ("conflict", True)


def test_values_are_numbers_and_names_that_the_question_does_not_hold():
    said = "Nel Bari ha giocato 156 partite dal 1986 al 1991, poi la Juventus [1]. Vinse nel 2017."
    assert values_of(said, "Quante partite ha giocato Carrera nel Bari?") == ["156", "1986", "1991", "Juventus", "2017"]


# What is accepted


def test_a_case_gets_the_next_number_of_its_category_and_its_holdout_from_its_id(tmp_path):
    path = tmp_path / "gold.jsonl"
    first = build(propose(feedback()), path)
    assert first.id == "feedback-single_fact-01"
    assert first.holdout == is_held_out(first.id)
    path.write_text(first.model_dump_json() + "\n", encoding="utf-8")
    assert build(propose(feedback()), path).id == "feedback-single_fact-02"


def test_evidence_must_stand_in_a_seed_article(tmp_path):
    elsewhere = propose(feedback()) | {"support": [{"source": "mine.txt", "quote": QUOTE}]}
    with pytest.raises(GoldError, match="does not stand in mine"):
        build(elsewhere, tmp_path / "gold.jsonl")


def test_facts_are_written_and_read_alike():
    nuggets = nuggets_from("De Laurentiis | i De Laurentiis; 2021;", vital=True)
    assert nuggets == [
        {"text": "De Laurentiis", "vital": True, "aliases": ["i De Laurentiis"]},
        {"text": "2021", "vital": True, "aliases": []},
    ]
    assert nuggets_line(nuggets, vital=True) == "De Laurentiis | i De Laurentiis; 2021"
    assert nuggets_line(nuggets, vital=False) == ""


# The walk


def test_what_is_accepted_is_a_case_and_not_asked_about_again(walk, tmp_path):
    write_feedback(tmp_path, feedback())
    (case,) = walk("a")
    assert (case.id, case.question, case.vital[0].text) == ("feedback-single_fact-01", QUESTION, "De Laurentiis")
    assert pending(tmp_path) == []


def test_what_is_dropped_is_gone_and_what_is_left_comes_again(walk, tmp_path):
    write_feedback(tmp_path, feedback(id="one"))
    write_feedback(tmp_path, feedback(id="two"))
    assert walk("d", "l") == []
    assert [one.id for one in pending(tmp_path)] == ["two"]


def test_quitting_leaves_the_rest(walk, tmp_path):
    write_feedback(tmp_path, feedback(id="one"))
    write_feedback(tmp_path, feedback(id="two"))
    assert len(walk("a", "q")) == 1
    assert [one.id for one in pending(tmp_path)] == ["two"]


def test_an_invalid_case_has_to_be_edited_first(walk, tmp_path):
    write_feedback(tmp_path, feedback(liked=False, correction="non è così"))
    edits = ["date_number", "", "y", "2021 | 2021-02", "-", "1986", "y", "", "Dal comunicato."]
    (case,) = walk("a", "x", "e", *edits, "a")
    assert case.category == "date_number"
    assert case.vital[0].aliases == ("2021-02",)
    assert (case.forbidden, case.note) == (("1986",), "Dal comunicato.")
    assert case.support[0].quote == QUOTE


def test_the_last_opinion_counts_and_one_taken_back_does_not(tmp_path):
    for liked, correction in ((True, ""), (False, "È stato un altro.")):
        write_feedback(tmp_path, feedback(liked=liked, correction=correction))
    assert [one.liked for one in pending(tmp_path)] == [False]
    write_feedback(tmp_path, feedback(liked=None))
    assert pending(tmp_path) == []


def test_without_feedback_there_is_nothing_to_do(walk):
    assert walk() == []


def test_a_damaged_file_is_named(tmp_path):
    (tmp_path / "feedback.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(QAError, match="no feedback"):
        pending(tmp_path)
