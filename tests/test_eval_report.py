"""The report is whole, needs no network, shows untrusted text as text, and can be filtered."""

import json
import re
import shutil
from pathlib import Path

import pytest
from eval_fakes import REFUSAL, HonestBot, make_subject, oracle, run

from eval.baseline import accept
from eval.charts import OUTCOMES
from eval.compare import compare
from eval.labels import LABELS, number, points
from eval.metrics.calibration import calibrate
from eval.questions import Piece, highlighted, split_markers
from eval.replies import ReplyFile
from eval.report import interval_of, write_report
from eval.runs import load_run, write_samples
from eval.selection import Selection
from eval.statistics import wilson
from qa.schema import Citation, Passage

HOSTILE = '<script>alert("x")</script>'


class Hostile(HonestBot):
    """An honest answer with markup before it, as an article could put it there."""

    def cite(self, statement, source):
        text, citations = super().cite(statement, source)
        return f"{HOSTILE} {text}", citations


def mostly_right(prompt):
    return REFUSAL if "Roccalta" in prompt.rsplit("\n", 1)[1] else oracle(prompt)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("report")


@pytest.fixture(scope="module")
def baseline(home):
    made = run(make_subject(home), home, Selection(sets=("carrera",), live=True))
    accept(made, ReplyFile(home / "none.jsonl"), home / "baseline")
    return load_run(home / "baseline")


@pytest.fixture(scope="module")
def made(home):
    return run(make_subject(home, reply=mostly_right, bot=Hostile), home)


@pytest.fixture(scope="module")
def page(home, baseline, made):
    return write_report(made, compare(baseline, made), root=home / "runs", baseline=home / "baseline")


@pytest.fixture(scope="module")
def text(page):
    return page.read_text(encoding="utf-8")


def test_every_question_and_its_answer_are_there(text, made):
    for sample in made.samples:
        assert text.count(f">{sample.case.id}") == 1
    assert text.count('<details class="question"') == len(made.samples)


def test_untrusted_text_stays_text(text):
    assert HOSTILE not in text
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;" in text


def test_citations_are_highlighted_where_they_stand(text):
    assert (
        "<mark>La Valmora è allenata da Bruno Zanetti, arrivato in panchina la scorsa estate.<sup>1</sup></mark>"
        in text
    )


def test_plotly_is_there_once_and_nothing_comes_from_the_network(text):
    assert text.count("plotly.js v") == 1
    head = text[: text.index("plotly.js v")]
    assert not re.search(r"<(?:link|img|iframe)\b|\bsrc=|@import|url\(", head)
    assert "default-src 'none'" in head


def test_every_chart_that_the_page_wants_has_its_data(text):
    charts = json.loads(re.search(r'id="charts">(.*?)</script>', text, re.DOTALL)[1])
    assert set(re.findall(r'data-chart="(\w+)"', text)) <= charts.keys()
    bars = {trace["name"]: sum(int(n or 0) for n in trace["text"]) for trace in charts["categories"]["data"]}
    assert bars == {"right": 17, "abstained": 2}


def test_the_failures_are_laid_at_the_door_of_the_reader(text):
    row = re.search(r"<tr><th>all of it</th>(.*?)</tr>", text, re.DOTALL)[1]
    assert re.findall(r">(\d+)<", row) == ["10", "2", "12"]


def test_the_summary_is_one_table_of_figures_and_one_of_flips(page, made):
    lines = page.with_name("summary.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("|")]
    assert len({line.count("|") for line in rows[: rows.index("| | question | before | after |")]}) == 1
    lost = [line for line in rows if line.startswith("| lost |")]
    assert len(lost) == 2
    assert all("Roccalta" in line and HOSTILE not in line for line in lost)


def test_without_a_baseline_and_with_a_crash_there_is_a_report_all_the_same(tmp_path):
    made = run(make_subject(tmp_path, reply=ConnectionError("gone")), tmp_path)
    page = write_report(made, None, root=tmp_path / "runs", baseline=tmp_path / "none")
    assert "cannot be reached" in page.read_text(encoding="utf-8")
    assert "first run of these questions" in page.read_text(encoding="utf-8")


def test_the_history_joins_baselines_and_runs_without_counting_one_twice(text, home):
    charts = json.loads(re.search(r'id="charts">(.*?)</script>', text, re.DOTALL)[1])
    assert len(charts["history"]["data"][0]["y"]) == 2
    assert charts["history"]["data"][0]["y"] == [1.0, pytest.approx(16 / 18)]


# Parts


def test_a_figure_that_is_a_share_gets_wilsons_interval(made):
    assert interval_of("accuracy", made.scores) == wilson(16, 18)
    assert interval_of("attack_success", made.scores) == wilson(0, 1)
    assert interval_of("aurc", made.scores) is None
    assert interval_of("words", made.scores).low < interval_of("words", made.scores).high


def test_every_figure_has_a_label_and_is_written_in_its_unit(made):
    assert number("accuracy", 0.5) == "50.0%"
    assert points("accuracy", -0.125) == "-12.5"
    assert number("truthfulness", -0.5) == "-0.500"
    assert points("truthfulness", 0.25) == "+0.250"
    assert number("total_p50", 1.25) == "1.2 s"
    assert number("words", 12.34) == "12.3"
    assert all(label.text and label.meaning for label in LABELS.values())


def test_text_is_cut_at_its_markers():
    assert split_markers("Sì [1][2]. No.") == (Piece("Sì "), Piece("", 1), Piece("", 2), Piece(". No."))
    assert split_markers("") == ()


def citation(marker, start, end):
    return Citation(marker=marker, source="a.txt", title="", date=None, quote="x", start=start, end=end)


def test_overlapping_citations_are_highlighted_once():
    passage = Passage(text="abcdefghij", source="a.txt", start=100, end=110, score=1)
    cut = highlighted(passage, [citation(2, 104, 108), citation(1, 102, 106)])
    assert cut == (Piece("ab"), Piece("cdef", 1), Piece("gh", 2), Piece("ij"))
    assert "".join(piece.text for piece in cut) == passage.text


def test_outcomes_have_names_for_people():
    assert set(OUTCOMES) == {"correct", "missing", "wrong", "error"}
    assert calibrate([]).curve == ()


# The page in a browser


@pytest.fixture(scope="module")
def opened(page):
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs Chromium: apt-get install --no-install-recommends chromium")
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        tab = browser.new_page()
        trouble = []
        tab.on("pageerror", lambda error: trouble.append(str(error)))
        tab.on("console", lambda message: trouble.append(message.text))
        tab.on("request", lambda request: trouble.append(request.url) if request.url.startswith("http") else None)
        tab.goto(page.as_uri())
        yield tab, trouble
        browser.close()


@pytest.mark.browser
def test_in_a_browser_the_charts_are_drawn_and_the_filters_work(opened):
    tab, trouble = opened
    assert tab.locator("[data-chart] .main-svg").count() >= 4
    tab.fill("input[name=text]", "Roccalta")
    assert tab.locator(".question:visible").count() == 3
    tab.select_option("select[name=outcome]", "missing")
    assert tab.locator("#count").inner_text() == "2 of 19"
    tab.click("button[type=reset]")
    tab.click("text=Show the lost")
    assert tab.locator(".question:visible").count() == 2
    tab.locator(".question:visible summary").first.click()
    assert tab.locator(".question[open] blockquote").first.is_visible()
    assert trouble == []


def test_samples_are_rewritten_as_they_were(made):
    before = (made.folder / "samples.jsonl").read_bytes()
    write_samples(made.folder, load_run(made.folder).samples)
    assert (made.folder / "samples.jsonl").read_bytes() == before


def test_the_readme_explains_every_figure():
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    rows = [f"| {label.text} | {label.meaning} |" for label in LABELS.values()]
    assert [row for row in rows if row not in readme] == []
