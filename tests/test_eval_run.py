"""A run asks, scores and records; it goes on after an interruption, and says the same when it is repeated."""

import json

import pytest
from eval_fakes import CLUBS, SELECTION, HonestBot, case_set, make_subject, oracle, run
from hypothesis import given
from hypothesis import strategies as st

from eval.cases import GoldError, load_all
from eval.recorder import Recorder
from eval.run import begin, execute, policy_of
from eval.runs import RunError, find_run, list_infos, load_run
from eval.selection import Selection, choose, quick_sample, select
from qa.errors import ModelError, QAError
from qa.pipeline import QA

CASES = 3 * len(CLUBS) + 1


def samples_of(made):
    return (made.folder / "samples.jsonl").read_text(encoding="utf-8")


def test_a_run_describes_itself_and_holds_a_sample_a_case(tmp_path):
    made = run(make_subject(tmp_path), tmp_path)
    assert made.info.finished
    assert made.info.total == len(made.samples) == CASES
    assert made.info.hashes.keys() == {"model", "embedder", "reader", "prompts", "settings", "gold", "code", "suite"}
    assert made.info.machine.keys() == {"system", "processor", "vectors", "cores", "memory"}
    assert made.info.versions["python"]
    assert made.info.id.endswith(made.info.commit[:7])


def test_the_product_itself_runs_without_a_crash(tmp_path):
    made = run(make_subject(tmp_path, bot=QA), tmp_path)
    assert [sample.score.error for sample in made.samples if sample.score.outcome == "error"] == []
    assert sum(sample.score.outcome == "correct" for sample in made.samples) >= CASES / 2


def test_repeated_runs_say_the_same_and_ask_nothing(tmp_path):
    first = run(make_subject(tmp_path), tmp_path)
    mute = make_subject(tmp_path, reply=AssertionError("asked"))
    second, third = run(mute, tmp_path), run(mute, tmp_path)
    assert samples_of(second) == samples_of(third)
    assert [s.answer for s in first.samples] == [s.answer for s in second.samples]
    assert [s.score for s in first.samples] == [s.score for s in second.samples]
    assert not any(sample.lookups.asked for sample in second.samples)


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path):
    questions = (case_set(tmp_path),)
    subject = make_subject(tmp_path)
    heard = []

    def interrupt(sample):
        heard.append(sample.case.id)
        if len(heard) == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        execute(subject, begin(subject, SELECTION, questions), questions, interrupt)
    (folder, info), *_ = list_infos(subject.root)
    assert not info.finished
    with (folder / "samples.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"set": "carr')  # killed while it wrote

    resumed = begin(subject, SELECTION, questions)
    assert resumed.folder == folder
    assert len(resumed.samples) == 5
    finished = execute(subject, resumed, questions)
    assert [sample.case.id for sample in finished.samples] == [case.id for case in questions[0].cases]
    assert [info.finished for _, info in list_infos(subject.root)] == [True]


def test_other_work_does_not_go_on_with_an_interrupted_run(tmp_path):
    questions = (case_set(tmp_path),)
    first = begin(make_subject(tmp_path), SELECTION, questions)
    assert begin(make_subject(tmp_path), SELECTION, questions).folder == first.folder
    other = Selection(sets=("carrera",), categories=("single_fact",))
    assert begin(make_subject(tmp_path), other, questions).folder != first.folder
    (tmp_path / "articles" / "new.txt").write_text("Un altro articolo.\n", encoding="utf-8")
    assert begin(make_subject(tmp_path), SELECTION, questions).folder != first.folder


def test_times_are_reported_only_where_everything_was_asked_anew(tmp_path):
    recorded = run(make_subject(tmp_path), tmp_path)
    live = run(make_subject(tmp_path), tmp_path, Selection(sets=("carrera",), live=True))
    assert {sample.score.total_seconds for sample in recorded.samples} == {None}
    assert not any(sample.answer.timings for sample in recorded.samples)
    assert {sample.score.total_seconds for sample in live.samples} == {1.0}


def test_a_recheck_counts_what_the_model_now_says_otherwise_and_goes_on_with_the_record(tmp_path):
    first = run(make_subject(tmp_path), tmp_path)
    everything = Selection(sets=("carrera",), recheck=1.0)
    again = run(make_subject(tmp_path, reply=lambda prompt: oracle(prompt).upper()), tmp_path, everything)
    assert [s.answer for s in first.samples] == [s.answer for s in again.samples]
    assert sum(len(sample.lookups.rechecked) for sample in again.samples) == CASES
    assert sum(len(sample.lookups.differing) for sample in again.samples) == CASES - len(CLUBS)  # NO stays NO


def test_about_the_share_that_was_asked_for_is_rechecked(tmp_path):
    subject, questions = make_subject(tmp_path), case_set(tmp_path)
    info = begin(subject, Selection(sets=("carrera",), recheck=0.1), (questions,)).info
    policies = [policy_of(case, info) for case_set_ in load_all() for case in case_set_.cases]
    assert 0.04 < policies.count("recheck") / len(policies) < 0.2


class ExplodesOnce(HonestBot):
    def read(self, question):
        if "Valmora" in question:
            raise ZeroDivisionError("division by zero")
        return super().read(question)


def test_a_crash_is_one_case_counted_apart(tmp_path):
    made = run(make_subject(tmp_path, bot=ExplodesOnce), tmp_path)
    crashed = [sample for sample in made.samples if sample.score.outcome == "error"]
    assert len(crashed) == 3
    assert all(sample.answer is None for sample in crashed)
    assert crashed[0].score.error == "ZeroDivisionError: division by zero"


class Polite(HonestBot):
    """Turns a failure of the model into an abstention, as the product may."""

    def draft(self, question, passages):
        try:
            return super().draft(question, passages)
        except ModelError:
            from langchain_core.messages import AIMessage

            return AIMessage("NO")


def test_a_failure_of_the_model_is_a_crash_whatever_the_pipeline_makes_of_it(tmp_path):
    made = run(make_subject(tmp_path, reply=ConnectionError("gone"), bot=Polite), tmp_path)
    assert {sample.score.outcome for sample in made.samples} == {"error"}
    assert "cannot be reached" in made.samples[0].score.error


def test_a_model_that_cannot_be_loaded_ends_the_run(tmp_path):
    def load():
        raise ModelError("No weights.", hint="Fetch them.")

    subject = make_subject(tmp_path, bot=Polite)
    recorder = Recorder(subject.recorder.replies, "scripted-1", load)
    questions = (case_set(tmp_path),)
    broken = type(subject)(**{**vars(subject), "recorder": recorder})
    with pytest.raises(ModelError, match="No weights"):
        execute(broken, begin(broken, SELECTION, questions), questions)
    assert load_run(list_infos(broken.root)[0][0]).samples == ()


def test_no_run_touches_the_folder_of_the_user(tmp_path):
    subject = make_subject(tmp_path)
    run(subject, tmp_path)
    assert not subject.settings.data_dir.exists()


# Finding runs


def test_runs_are_found_by_name_folder_and_age(tmp_path):
    subject, questions = make_subject(tmp_path), (case_set(tmp_path),)
    with pytest.raises(RunError, match="no finished run"):
        find_run(None, subject.root)
    made = run(subject, tmp_path)
    begin(subject, SELECTION, questions)
    for name in (None, made.info.id, str(made.folder)):
        assert find_run(name, subject.root).folder == made.folder
    with pytest.raises(RunError, match="2 runs are called '20'"):
        find_run("20", subject.root)


def test_a_damaged_run_is_refused_with_a_hint(tmp_path):
    made = run(make_subject(tmp_path), tmp_path)
    (made.folder / "samples.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(RunError, match=r"cannot be read.*delete it"):
        load_run(made.folder)


# Selections


def test_a_selection_narrows_sets_categories_cases_and_holdout():
    def ids(**chosen):
        named = {name: chosen.pop(name, ()) for name in ("sets", "categories", "cases")}
        named["sets"] = named["sets"] or ("carrera", "wider", "attacks")
        return [case.id for case_set_ in choose(select(**named, **chosen)) for case in case_set_.cases]

    everything = [case for case_set_ in load_all() for case in case_set_.cases]
    assert ids() == [case.id for case in everything]
    assert ids(holdout=False) == [case.id for case in everything if not case.holdout]
    assert ids(sets=("wider",), categories=("typo",)) == [c.id for c in everything if c.id.startswith("wider-typo-")]
    assert ids(cases=("carrera-typo-02",)) == ["carrera-typo-02"]
    assert select(("carrera", "wider", "attacks"), (), ()).is_whole
    assert not select(("carrera", "wider"), (), ()).is_whole


def test_unknown_names_are_refused_with_what_is_close():
    with pytest.raises(GoldError, match=r"Did you mean carrera\?"):
        select(("carera",), (), ())
    with pytest.raises(GoldError, match="no category called 'zzz'"):
        select(("carrera",), ("zzz",), ())
    with pytest.raises(GoldError, match=r"Did you mean carrera-typo-02\?"):
        choose(select(("carrera",), (), ("carrera-typo-2",)))
    with pytest.raises(GoldError, match="No question fits"):
        choose(select(("attacks",), ("typo",), ()))


def test_the_quick_sample_has_every_category_and_nothing_held_out():
    everything = [case for case_set_ in load_all() for case in case_set_.cases]
    sample = quick_sample(everything)
    chosen = [case for case in everything if case.id in sample]
    assert {case.category for case in chosen} == {case.category for case in everything}
    assert not any(case.holdout for case in chosen)
    assert 25 <= len(chosen) <= 40


@given(st.data())
def test_the_quick_sample_does_not_depend_on_the_order(data):
    everything = [case for case_set_ in load_all() for case in case_set_.cases]
    assert quick_sample(data.draw(st.permutations(everything))) == quick_sample(everything)


def test_the_samples_of_a_run_are_plain_json(tmp_path):
    made = run(make_subject(tmp_path), tmp_path)
    lines = [json.loads(line) for line in samples_of(made).splitlines()]
    assert lines[0].keys() == {"set", "case", "answer", "score", "lookups"}
    assert isinstance(made.info, type(load_run(made.folder).info))
    assert issubclass(RunError, QAError)
