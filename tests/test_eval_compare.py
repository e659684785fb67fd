"""Two runs compared, a baseline accepted, and the commands that show them."""

import pytest
from eval_fakes import CLUBS, REFUSAL, make_subject, oracle, run
from typer.testing import CliRunner

import eval.__main__ as command_line
from eval.baseline import accept, flakes, history, milestone
from eval.cases import GoldError
from eval.compare import compare
from eval.display import show_comparison, show_gate, show_run
from eval.gate import Check, gate
from eval.metrics.scores import failed_case
from eval.replies import ReplyFile
from eval.runs import Run, RunError, load_run
from eval.selection import Selection
from qa.errors import QAError

N = 3 * len(CLUBS) + 1


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("compare")


@pytest.fixture(scope="module")
def right(home):
    return run(make_subject(home), home)


def loses(prompt):
    """Refuse to answer about one club."""
    return REFUSAL if "Roccalta" in prompt.rsplit("\n", 1)[1] else oracle(prompt)


@pytest.fixture(scope="module")
def worse(home, right):
    (home / "replies.jsonl").rename(home / "right.jsonl")
    return run(make_subject(home, reply=loses), home)


def with_samples(made, samples):
    return Run(made.folder, made.info, tuple(samples))


# Comparing


def test_what_differs_between_two_runs_is_found(right, worse):
    found = compare(right, worse)
    assert len(found.pairs) == N
    assert [pair.b.case.id for pair in found.flips] == ["carrera-single_fact-05", "carrera-date_number-05"]
    assert (found.correctness.gained, found.correctness.lost, found.correctness.p_worse) == (0, 2, 0.25)
    assert (found.wrongness.gained, found.wrongness.lost) == (0, 0)
    rows = {row.name: (row.n, row.right_a, row.right_b, row.gained, row.lost) for row in found.categories}
    assert rows["single_fact"] == (6, 6, 5, 0, 1)
    assert rows["unanswerable"] == (6, 6, 6, 0, 0)


def test_the_difference_of_a_figure_is_between_the_same_cases(right, worse):
    figures = {row.name: row for row in compare(right, worse).figures}
    accuracy = figures["accuracy"]
    assert (accuracy.a, accuracy.b, accuracy.n) == (1.0, pytest.approx(16 / 18), 18)
    assert accuracy.change.difference == pytest.approx(-2 / 18)
    assert accuracy.change.interval.low <= accuracy.change.difference <= accuracy.change.interval.high
    assert figures["attack_success"].change.difference == 0
    assert figures["total_p50"].a is None


def test_a_run_does_not_differ_from_itself(right):
    found = compare(right, right)
    assert (found.flips, found.left_out) == ((), ())
    assert not any(row.change.is_more_than_noise for row in found.figures if row.change)


def test_only_cases_with_the_same_gold_are_compared(right, worse):
    first, *others = worse.samples
    changed = first.model_copy(update={"case": first.case.model_copy(update={"forbidden": ("x",)})})
    found = compare(right, with_samples(worse, [changed, *others[:-1]]))
    assert set(found.left_out) == {first.case.id, worse.samples[-1].case.id}
    assert len(found.pairs) == N - 2


def test_runs_without_a_common_case_cannot_be_compared(right):
    with pytest.raises(RunError, match="no question in common"):
        compare(right, with_samples(right, []))


def test_a_crash_is_no_flip_of_the_test_of_correctness(right):
    first, *others = right.samples
    crashed = first.model_copy(update={"answer": None, "score": failed_case(first.case, "gone")})
    found = compare(right, with_samples(right, [crashed, *others]))
    assert found.correctness.lost == 0
    assert len(found.flips) == 1


# The gate's finer points; tests/test_eval_gate.py breaks everything else


def by_name(checks):
    return {check.name: check for check in checks}


def test_two_flips_of_nineteen_pass_as_chance(right, worse):
    checks = by_name(gate(right, worse))
    assert all(check.passed for check in checks.values())
    assert checks["No fewer questions are answered right"].detail == "0 gained, 2 lost, one-sided p = 0.250"


def test_an_unfinished_run_fails(right):
    assert not by_name(gate(right, with_samples(right, right.samples[:-1])))["Every question was asked"].passed


def test_replies_that_changed_fail_only_beyond_the_usual(home, right):
    rechecked = Selection(sets=("carrera",), recheck=1.0)
    changed = run(make_subject(home, reply=lambda prompt: oracle(prompt).upper()), home, rechecked)
    name = "The model still says what is recorded"
    assert by_name(gate(right, changed))[name].passed  # nothing is known of the usual rate yet
    assert not by_name(gate(right, changed, flakes=(2, 40)))[name].passed
    assert by_name(gate(right, changed, flakes=(70, 100)))[name].passed
    assert by_name(gate(right, right))[name].detail == "not asked"


# The baseline


def test_a_baseline_holds_the_run_without_what_nobody_compares(right, tmp_path):
    accept(right, ReplyFile(tmp_path / "replies.jsonl"), tmp_path / "baseline")
    kept = load_run(tmp_path / "baseline")
    assert {sample.case.id for sample in kept.samples} == {sample.case.id for sample in right.samples}
    assert not any(sample.answer.passages for sample in kept.samples)
    assert compare(kept, right).correctness.lost == 0
    assert (tmp_path / "baseline" / "samples.jsonl").stat().st_size < (right.folder / "samples.jsonl").stat().st_size


def test_accepting_drops_the_replies_that_are_no_longer_used(home, right, worse, tmp_path):
    file = tmp_path / "replies.jsonl"
    both = [(home / name).read_text(encoding="utf-8") for name in ("right.jsonl", "replies.jsonl")]
    file.write_text('{"key": "old", "text": "x"}\n' + "".join(both), encoding="utf-8")
    assert accept(worse, ReplyFile(file), tmp_path / "baseline") == 1
    assert len(ReplyFile(file)) == N


def test_every_baseline_is_remembered(right, worse, tmp_path):
    for made in (right, worse):
        accept(made, ReplyFile(tmp_path / "replies.jsonl"), tmp_path / "baseline")
    first, second = history(tmp_path / "baseline")
    assert (first.id, second.id) == (right.info.id, worse.info.id)
    assert first.figures["accuracy"] > second.figures["accuracy"]
    assert "total_p50" not in first.figures


def test_flakes_are_counted_over_the_baselines_of_a_model_and_a_kind_of_processor(right, tmp_path):
    (tmp_path / "history.jsonl").write_text(
        "".join(
            milestone(right).model_copy(update=update).model_dump_json() + "\n"
            for update in (
                {"model_hash": "a", "vectors": "wide", "rechecked": 100, "differing": 3},
                {"model_hash": "a", "vectors": "wide", "rechecked": 50, "differing": 0},
                {"model_hash": "a", "vectors": "narrow", "rechecked": 20, "differing": 7},
                {"model_hash": "b", "vectors": "wide", "rechecked": 10, "differing": 10},
            )
        ),
        encoding="utf-8",
    )
    assert flakes("a", "wide", tmp_path) == (3, 150)
    assert flakes("a", "narrow", tmp_path) == (7, 20)
    assert flakes("c", "wide", tmp_path) == (0, 0)


def test_an_interrupted_run_is_no_baseline(right, tmp_path):
    interrupted = Run(right.folder, right.info.model_copy(update={"finished": False}), right.samples)
    with pytest.raises(RunError, match="interrupted"):
        accept(interrupted, ReplyFile(tmp_path / "replies.jsonl"), tmp_path / "baseline")


def test_a_damaged_history_is_named(tmp_path):
    (tmp_path / "history.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(QAError, match="damaged"):
        history(tmp_path)


# In the terminal


def test_a_run_is_shown_by_category_with_its_figures(right, capsys):
    show_run(right)
    shown = capsys.readouterr().out
    assert "single_fact" in shown
    assert "100%" in shown
    assert "Retrieval R@3" in shown
    assert f"{N} replies, {N} of them asked now" in shown


def test_a_comparison_shows_both_answers_of_what_flipped(right, worse, capsys):
    show_comparison(compare(right, worse))
    shown = capsys.readouterr().out
    assert "Changed in between: nothing" in shown
    assert "0 gained, 2 lost" in shown
    assert "lost  carrera-single_fact-05  Da chi è allenata la Roccalta?" in shown
    assert (
        "before (correct): La Roccalta è allenata da Fabio Scorzelli, arrivato in panchina la scorsa estate. [1]"
        in shown
    )
    assert "after (missing): Gli articoli non lo dicono." in shown


def test_the_gate_shows_what_fails_and_where(capsys):
    show_gate(
        [
            Check(name="This holds", passed=True),
            Check(name="This does not", passed=False, detail="1 of 2", cases=("a-b-01",)),
        ]
    )
    assert capsys.readouterr().out.splitlines() == ["✓ This holds", "✗ This does not: 1 of 2", "  a-b-01"]


def test_help_names_every_command():
    shown = CliRunner().invoke(command_line.app, ["--help"]).output
    for name in ("run", "compare", "gate", "accept", "report", "retrieval", "review", "calibrate", "page"):
        assert f" {name} " in shown


def test_a_set_that_is_not_there_is_named_before_anything_is_trained():
    result = CliRunner().invoke(command_line.app, ["calibrate", "--set", "carrara"])
    assert isinstance(result.exception, GoldError)
    assert "carrara" in str(result.exception)
