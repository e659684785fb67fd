"""The bench: what is asked of whom, what counts as a figure, and how figures are kept."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from eval_fakes import cases, make_subject, run, write_articles
from fakes import SmallEmbeddings, SmallReader, scripted_chat_model

from eval import race, soak, starting
from eval.bench import Bench
from eval.cases import CaseSet
from eval.indexing import read_all
from eval.measured import Measured, Row, begin, newest, save, show
from eval.race import Lap, Pair, figures, sample
from eval.report import write_report
from eval.soak import Soaked, memory
from eval.statistics import Interval, paired_ratio
from eval.tutorial import CHUNK, PROMPT, TutorialChain, as_answer
from qa.config import Settings
from qa.errors import QAError
from qa.pipeline import QA

ROOT = Path(__file__).parent.parent


@pytest.fixture
def questions(tmp_path) -> CaseSet:
    return CaseSet(name="carrera", cases=cases(), sources=(write_articles(tmp_path / "articles"),))


# The tutorial's chain


def test_the_chain_reads_four_chunks_with_the_stock_prompt_and_streams(tmp_path):
    articles = read_all([write_articles(tmp_path / "articles")])
    chat = scripted_chat_model("La risposta è Bruno Zanetti.")
    with TutorialChain(articles, SmallEmbeddings(), chat.llm) as chain:
        assert chain.chunks == len(articles)
        pieces = list(chain.stream("Da chi è allenata la Valmora?"))
    assert len(pieces) > 1
    assert "".join(pieces) == "La risposta è Bruno Zanetti."
    [asked] = chat.llm.asked()
    before, after = PROMPT.read_text(encoding="utf-8").rstrip("\n").split("{question} \nContext: {context}")
    assert asked.startswith(before + "Da chi è allenata la Valmora? \nContext: ")
    assert asked.endswith(after)
    assert "La Valmora è allenata da Bruno Zanetti" in asked
    assert asked.count("Ritratto della") == 4


def test_long_articles_are_split_as_in_the_tutorial(tmp_path):
    (tmp_path / "long.txt").write_text("Una frase di prova, sempre la stessa. " * 200, encoding="utf-8")
    articles = read_all([tmp_path])
    with TutorialChain(articles, SmallEmbeddings(), scripted_chat_model().llm) as chain:
        assert chain.chunks > len(articles[0].text) / CHUNK
    assert articles[0].source == "long.txt"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("I don't know.", "abstained"),
        ("I don’t know the answer", "abstained"),
        ("Non lo so.", "abstained"),
        ("Il contesto non menziona il biglietto.", "abstained"),
        ("Il biglietto non è specificato nel testo.", "abstained"),
        ("Allena il Bari.", "answered"),
        ("Non solo il Bari, ma anche lo Spartak.", "answered"),
        ("", "answered"),
    ],
)
def test_only_a_reply_that_says_so_is_an_abstention(text, status):
    assert as_answer(text).status == status


# The race


def test_questions_are_sampled_from_every_category_and_always_the_same(questions):
    held_out = questions.cases[0].model_copy(update={"id": "carrera-single_fact-99", "holdout": True})
    turn = questions.cases[0].model_copy(update={"id": "carrera-follow_up-01", "history": (("a", "b"),)})
    more = questions.model_copy(update={"cases": (*questions.cases, held_out, turn)})
    chosen = [case for _, case in sample([more], 6)]
    assert {case.category for case in chosen} == {"single_fact", "date_number", "unanswerable"}
    assert len(chosen) == 6
    assert chosen == [case for _, case in sample([more], 6)]
    assert len(sample([more], 2)) == 2
    everything = {case.id for _, case in sample([more], 1000)}
    assert everything == {case.id for case in questions.cases if not case.category.startswith("attack")}


def test_of_rewordings_only_one_is_asked(questions):
    grouped = [case.model_copy(update={"group": "g"}) for case in questions.cases]
    assert len(sample([questions.model_copy(update={"cases": tuple(grouped)})], 1000)) == 1


def test_both_are_asked_in_turn_and_scored_by_the_suite(questions, tmp_path):
    order = []

    def reply(prompt: str) -> str:
        order.append("tutorial" if prompt.startswith("You are an assistant for question-answering") else "product")
        return "La Valmora è allenata da Bruno Zanetti, arrivato in panchina la scorsa estate."

    chat = scripted_chat_model(otherwise=reply)
    made = Bench(
        Settings(data_dir=tmp_path / "d"),
        chat,
        SmallEmbeddings(),
        SmallReader(),
        plain=SmallEmbeddings(),
        root=tmp_path / "runs",
    )
    asked = [case for case in questions.cases if case.category == "single_fact"][:4]
    heard = []
    pairs = race.race([(questions, case) for case in asked], made.open, heard.append)
    assert heard == pairs
    assert [pair.case for pair in pairs] == [case.id for case in asked]
    assert order.count("tutorial") == 4
    assert [name for name in order[1:] if name == "tutorial" or order.count("product") > 1]
    right = [pair.tutorial.outcome for pair in pairs]
    assert right.count("correct") == 1, "one of the four is coached by Bruno Zanetti"
    for pair in pairs:
        for lap in (pair.product, pair.tutorial):
            assert 0 < lap.first <= lap.whole
            assert lap.text


def lap(first: float, whole: float, outcome: str = "correct") -> Lap:
    return Lap(first=first, whole=whole, outcome=outcome, text="x")


def test_the_ratio_is_that_of_the_product_to_the_tutorial():
    pairs = [
        Pair(case=str(n), category="list", product=lap(1, 3), tutorial=lap(10 + n, 12 + n, "wrong")) for n in range(9)
    ]
    rows = {row.what: row for row in figures(pairs)}
    first = rows["first shown words, product / tutorial"]
    assert first.value == pytest.approx(1 / 14)
    assert first.interval.low <= first.value <= first.interval.high
    assert first.met
    assert rows["whole answer, product, median"].value == 3
    assert not rows["whole answer, tutorial, median"].target
    assert (rows["right, product"].value, rows["right, tutorial"].value) == (100, 0)
    assert rows["wrong, tutorial"].value == 100
    assert rows["chance of so many more right by luck"].value < 0.01


def test_the_interval_of_a_ratio_holds_it_and_is_narrow_where_all_agree():
    random = np.random.default_rng(0)
    b = random.uniform(5, 30, 40)
    ratio, interval = paired_ratio(list(b * 0.25), list(b))
    assert ratio == pytest.approx(0.25)
    assert interval.low == interval.high == pytest.approx(0.25)
    ratio, interval = paired_ratio(list(b * random.uniform(0.1, 0.4, 40)), list(b))
    assert interval.low < ratio < interval.high
    assert paired_ratio([1.0], [2.0]) == (0.5, None)
    with pytest.raises(QAError, match="cannot be paired"):
        paired_ratio([1.0], [1.0, 2.0])


def test_indexing_of_both_is_measured_on_the_same_text(questions, tmp_path):
    made = Bench(
        Settings(data_dir=tmp_path / "d"),
        scripted_chat_model(),
        SmallEmbeddings(),
        SmallReader(),
        plain=SmallEmbeddings(),
        root=tmp_path,
    )
    rows = made.indexing(questions, 1)
    assert [row.unit for row in rows] == ["chunks/s", "chunks/s", "×", "×"]
    assert rows[2].value == pytest.approx(rows[0].value / rows[1].value)
    assert "6 of the tutorial's" in rows[2].remark


# Starts, memory


def test_an_import_is_timed_in_a_fresh_interpreter():
    assert 0 < starting.import_seconds("import qa") < 60


def test_a_command_that_prints_nothing_is_an_error_and_not_a_figure(monkeypatch):
    monkeypatch.setattr(starting.sys, "executable", "/bin/true")
    with pytest.raises(QAError, match="printed no answer"):
        starting.ask_seconds("Chi?")
    with pytest.raises(QAError, match="served no page"):
        starting.page_seconds()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_is_that_of_the_process_and_of_those_it_has_started():
    assert memory("VmHWM") >= memory("VmRSS") > 10_000_000
    script = "import sys; held = bytearray(50_000_000); print('ready', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", script]
    alone = memory("VmRSS")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:  # noqa: S603 - this test's own script
        child.stdout.readline()
        assert memory("VmRSS", child.pid) > 50_000_000
        assert memory("VmRSS") > alone + 50_000_000
        child.stdin.close()
    with pytest.raises(QAError, match="no process"):
        memory("VmRSS", 2**30)


def test_growth_is_counted_once_caches_are_full():
    resident = (100, *range(1_000_000_000, 1_100_000_000, 1_000_000))[:100]
    soaked = Soaked(
        resident=resident, peak=2_400_000_000, same_evidence=((10.0, 4.0),), rewordings=((10.0, 9.0), (20.0, 18.0))
    )
    rows = {row.what: row for row in soak.figures(soaked)}
    assert rows["memory with the local model, peak"].met
    growth = rows["memory, growth over the last four fifths of the questions"]
    assert (growth.value, growth.n) == (79, 80)
    same = rows["another question on the same evidence right after / the question"]
    assert (same.value, same.met) == (0.4, True)
    reworded = rows["a rewording right after its question / the question"]
    assert (reworded.value, reworded.n, reworded.target) == (0.9, 2, "")


def test_pairs_are_questions_about_the_same_thing_and_questions_that_read_the_same(
    settings, small_embeddings, questions
):
    trainer, year = questions.cases[0], questions.cases[1]
    first, second, other = (
        trainer.model_copy(update={"category": "paraphrase", "group": group, "question": text})
        for group, text in (("g", "Da chi è allenata la Valmora?"), ("g", "Chi allena la Valmora?"), ("h", "Chi è?"))
    )
    assert soak.rewordings([first, year, other, second]) == [(first, second)]
    with QA(
        settings.replace(sources=questions.sources),
        chat=scripted_chat_model(),
        embeddings=small_embeddings,
        reader=SmallReader(),
    ) as bot:
        [pair] = soak.same_evidence(bot, [first, first.model_copy(update={"language": "en"}), second])
        assert pair == (first, second)


def test_only_what_the_model_was_asked_for_is_timed(settings, small_embeddings, questions, tmp_path):
    case = questions.cases[0].model_copy(update={"question": "Da chi è allenata la Valmora?"})
    (tmp_path / "empty").mkdir()
    chat = scripted_chat_model(
        otherwise="La Valmora è allenata da Bruno Zanetti, arrivato in panchina la scorsa estate."
    )
    with QA(
        settings.replace(sources=questions.sources), chat=chat, embeddings=small_embeddings, reader=SmallReader()
    ) as bot:
        assert len(list(soak.timed(bot, [(case, case)]))) == 1
    without = settings.replace(sources=(tmp_path / "empty",), data_dir=tmp_path / "nothing")
    with QA(without, chat=chat, embeddings=small_embeddings, reader=SmallReader()) as bot:
        assert list(soak.timed(bot, [(case, case)])) == []


# What is written down


def test_the_newest_of_each_kind_is_found_again(tmp_path):
    row = Row(what="x", value=0.1234, unit="s", interval=Interval(low=0.1, high=0.2), most=0.2, n=3)
    old = begin("bench", {"limit": 3}).model_copy(update={"started": "2026-01-01T00:00:00+00:00", "rows": (row,)})
    new = old.model_copy(update={"started": "2026-01-02T00:00:00+00:00"})
    other = begin("scale", {})
    for measured in (new, old, other):
        save(measured, tmp_path)
    (tmp_path / "measured" / "bench-9999.json").write_text("{}")
    assert newest(tmp_path) == [new, other]
    assert newest(tmp_path / "nowhere") == []


def test_figures_are_shown_with_their_target_and_whether_it_is_met(tmp_path, capsys):
    rows = (
        Row(what="quick enough", value=0.3, unit="s", most=0.5, n=3),
        Row(what="too slow", value=1234.4, unit="s", most=0.5, interval=Interval(low=1000, high=2000)),
        Row(what="enough", value=2, least=2, remark="computed"),
        Row(what="without a target", value=0.0123),
    )
    assert [row.met for row in rows] == [True, False, True, None]
    measured = begin("bench", {}).model_copy(update={"rows": rows, "load": 0.0})
    assert isinstance(measured, Measured)
    show(measured, tmp_path / "x.json")
    shown = " ".join(capsys.readouterr().out.split())
    assert "quick enough 0.30 s ≤ 0.50 ✓ 3" in shown
    assert "too slow 1234 s (1000 to 2000) ≤ 0.50 ✗" in shown
    assert "enough 2 ≥ 2 ✓ computed" in shown
    assert "without a target 0.012" in shown
    assert "busy" not in shown


def test_the_report_shows_what_was_measured_with_targets_and_curve(tmp_path):
    subject = make_subject(tmp_path)
    reported = run(subject, tmp_path)
    empty = write_report(reported, None, root=subject.root, baseline=tmp_path / "none").read_text(encoding="utf-8")
    assert 'id="speed"' not in empty
    rows = (Row(what="first words <i>", value=9, unit="s", most=8), Row(what="memory", value=2, unit="MB", most=8))
    save(begin("bench", {}).model_copy(update={"rows": rows, "load": 3.2}), subject.root)
    size = {"passages": 100, "sentences": 300, "index_seconds": 1, "open_seconds": 1, "retrieval": (0.1, 0.2)}
    size |= {"recall": (1, 1), "unchanged_seconds": 0.1, "resident": 1, "models": 1, "stored": 1}
    save(begin("scale", {}).model_copy(update={"samples": (size,)}), subject.root)
    page = write_report(reported, None, root=subject.root, baseline=tmp_path / "none").read_text(encoding="utf-8")
    assert "first words &lt;i&gt;" in page
    assert '<span class="worse">≤ 8</span>' in page
    assert '<span class="better">≤ 8</span>' in page
    assert "busy with 3.2 processes" in page
    assert 'data-chart="scale"' in page
    assert '"scale": {"data"' in page


def test_a_list_of_numbers_is_wanted():
    command = [sys.executable, "-m", "eval", "load", "--people", "1,x"]
    refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert refused.returncode == 2
    assert "is no list of numbers" in refused.stderr
