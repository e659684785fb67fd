"""What the eval suite scored, as the page reads and shows it."""

import html
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import get_args

import pytest
from axe_playwright_python.sync_playwright import Axe
from eval_fakes import make_subject, oracle, run
from fakes import SmallEmbeddings, SmallReader
from playwright.sync_api import Page, expect, sync_playwright
from starlette.applications import Starlette
from starlette.testclient import TestClient

from eval.baseline import accept
from eval.cases import Category
from eval.compare import compare
from eval.metrics.aggregates import summarise
from eval.replies import ReplyFile
from eval.report import write_report
from qa.config import Settings
from qa.models.chat import ChatModel
from qa.pipeline import QA
from qa.quality import FIGURES, NEWEST, Quality, read_quality, report_file
from qa.ui.loading import Loading
from qa.ui.quality import quality_html, report_route, reports_path
from qa.ui.server import serving
from qa.ui.texts import texts

CHROMIUM = shutil.which("chromium")
HOSTILE = "<img src=x onerror=alert(1)>"


def test_every_category_has_a_name_in_both_languages() -> None:
    for category in get_args(Category):
        assert {f"category_{category}"} <= texts("it").keys() & texts("en").keys()


def mostly_right(prompt: str) -> str:
    return "NO" if "Pietrafonda" in prompt.splitlines()[-1] else oracle(prompt)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a baseline, a newer run with a report, and one that was interrupted."""
    home = tmp_path_factory.mktemp("checkout")
    accepted = run(make_subject(home), home)
    accept(accepted, ReplyFile(home / "none.jsonl"), home / "eval" / "baseline")
    newer = run(make_subject(home, mostly_right), home)
    write_report(newer, compare(accepted, newer), root=home / "runs", baseline=home / "eval" / "baseline")
    broken = home / "runs" / "20200101T000000-broken"
    broken.mkdir()
    (broken / "run.json").write_text('{"id": "20200101T000000-bro')
    return home


@pytest.fixture
def quality(checkout: Path) -> Quality:
    return read_quality(checkout / "runs")


def shown(quality: Quality, name: str = "", language: str = "en", reports: str = "/reports") -> str:
    return html.unescape(quality_html(quality, name, language, reports))


# Reading


def test_figures_are_those_of_the_suite(quality: Quality, checkout: Path) -> None:
    from eval.runs import load_run

    assert len(quality.runs) == 2
    for scored in quality.runs:
        summary = summarise(load_run(checkout / "runs" / scored.info.id).scores)
        for name in set(FIGURES) - {"withheld"}:
            assert scored.figures.get(name) == pytest.approx(summary.metrics[name].value), name
        adds_up = scored.figures["accuracy"] + scored.figures["withheld"] + scored.figures["hallucination"]
        assert adds_up == pytest.approx(1)
        assert {part.name for part in scored.categories} == set(summary.categories)
        for part in scored.categories:
            asked = part.right + part.withheld + part.wrong
            assert part.right / asked == pytest.approx(summary.categories[part.name].accuracy.value)
        assert scored.n == summary.n


def test_newest_comes_first_and_the_baseline_is_known(quality: Quality) -> None:
    newest, oldest = quality.runs
    assert newest.info.started >= oldest.info.started
    assert quality.baseline == oldest.info.id
    assert (newest.report, oldest.report) == (True, False)
    assert quality.named("") is newest
    assert quality.named(oldest.info.id) is oldest
    assert quality.left_out == 1


def test_a_fresh_checkout_has_its_baseline_and_what_earlier_ones_scored(checkout: Path, tmp_path: Path) -> None:
    shutil.copytree(checkout / "eval", tmp_path / "eval")
    history = tmp_path / "eval" / "baseline" / "history.jsonl"
    earlier = {**json.loads(history.read_text()), "id": "20190101T000000-old", "started": "2019-01-01T00:00:00Z"}
    with history.open("a") as file:
        file.write(json.dumps(earlier) + "\n" + '{"id": "cut o')
    quality = read_quality(tmp_path / "runs")
    baseline, old = quality.runs
    assert baseline.info.id == quality.baseline
    assert baseline.categories
    assert (old.info.id, old.categories) == ("20190101T000000-old", ())
    assert old.figures["accuracy"] == baseline.figures["accuracy"]
    assert texts("en")["no_categories"] in shown(quality, old.info.id)


def test_no_folder_and_an_empty_one_have_no_runs(tmp_path: Path) -> None:
    assert read_quality(None) == read_quality(tmp_path) == read_quality(tmp_path / "none") == Quality()


@pytest.fixture
def one_run(checkout: Path, quality: Quality, tmp_path: Path) -> Path:
    """A run of its own, to be damaged."""
    name = quality.runs[0].info.id
    return Path(shutil.copytree(checkout / "runs" / name, tmp_path / "runs" / name))


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "samples.jsonl").unlink(),
        lambda folder: (folder / "samples.jsonl").write_bytes(b""),
        lambda folder: (folder / "samples.jsonl").write_bytes(b"\xff\xfe\n"),
        lambda folder: (folder / "samples.jsonl").write_text('{"score": {"outcome": "grand"}}\n'),
        lambda folder: (folder / "run.json").write_bytes(b"[]"),
        lambda folder: (folder / "run.json").write_text("[" * 100_000),
        lambda folder: rewrite(folder, finished=False),
        lambda folder: rewrite(folder, id="../../secret"),
        lambda folder: rewrite(folder, started="yesterday"),
        lambda folder: rewrite(folder, commit="x" * 101),
    ],
)
def test_a_run_that_cannot_be_read_is_left_out(one_run: Path, damage) -> None:
    damage(one_run)
    assert read_quality(one_run.parent) == Quality(left_out=1)


def rewrite(folder: Path, **changes: object) -> None:
    info = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**info, **changes}))


def test_a_last_line_that_is_half_written_is_left_out(one_run: Path, quality: Quality) -> None:
    with (one_run / "samples.jsonl").open("a") as file:
        file.write('{"set": "carrera", "case"')
    assert read_quality(one_run.parent).runs[0].figures == quality.runs[0].figures


def test_a_run_is_read_again_when_it_has_changed(one_run: Path) -> None:
    before = read_quality(one_run.parent).runs[0].n
    lines = (one_run / "samples.jsonl").read_text().splitlines(keepends=True)
    (one_run / "samples.jsonl").write_text("".join(lines[1:]))
    assert read_quality(one_run.parent).runs[0].n == before - 1


def test_only_the_newest_runs_are_read(one_run: Path) -> None:
    for number in range(NEWEST + 1):
        folder = shutil.copytree(one_run, one_run.parent / f"2030{number:04}")
        rewrite(Path(folder), id=f"2030{number:04}")
    assert len(read_quality(one_run.parent).runs) == NEWEST


# Showing


@pytest.mark.parametrize("language", ["it", "en"])
def test_without_a_run_the_tab_says_how_to_make_one(language: str) -> None:
    page = shown(Quality(left_out=2), language=language)
    assert "python -m eval run" in page
    assert texts(language)["no_runs"] in page
    assert texts(language)["left_out"].format(count=2) in page


def test_the_report_is_linked_where_there_is_one(quality: Quality) -> None:
    with_report, without = (run.info.id for run in quality.runs)
    assert f'href="/x/reports/{with_report}"' in shown(quality, with_report, reports="/x/reports")
    assert "href" not in shown(quality, without)
    assert f"python -m eval report {without}" in shown(quality, without)


def test_links_go_through_the_proxy() -> None:
    assert reports_path(Settings(root_path="/carrera")) == "/carrera/reports"


def test_hostile_run_files_stay_text(one_run: Path) -> None:
    rewrite(one_run, model=HOSTILE, commit=HOSTILE, selection={"sets": [HOSTILE]})
    quality = read_quality(one_run.parent)
    assert quality.runs
    assert "<img" not in quality_html(quality, HOSTILE, "it", "/reports")


@pytest.mark.parametrize("name", ["", "unknown", HOSTILE])
def test_an_unknown_name_shows_the_newest_run(quality: Quality, name: str) -> None:
    assert shown(quality, name) == shown(quality, quality.runs[0].info.id)


def test_a_report_is_served_and_can_reach_nothing(checkout: Path, quality: Quality) -> None:
    name = quality.runs[0].info.id
    with TestClient(Starlette(routes=[report_route(checkout / "runs")])) as client:
        reply = client.get(f"/reports/{name}")
        assert reply.text == (checkout / "runs" / name / "report.html").read_text()
        assert "sandbox allow-scripts" in reply.headers["content-security-policy"]
        assert "default-src 'none'" in reply.headers["content-security-policy"]
        for path in (name + "/samples.jsonl", "nothing", "..", "%2e%2e", "..%2f..", f"{name}%2f..%2f{name}", "%00"):
            assert client.get(f"/reports/{path}").status_code == 404, path


@pytest.mark.parametrize("name", ["..", ".", "", "../runs/a", "/etc", "a/../a"])
def test_no_name_leads_out_of_the_runs(tmp_path: Path, name: str) -> None:
    for folder in (tmp_path, tmp_path / "runs", tmp_path / "runs" / "a"):
        folder.mkdir(exist_ok=True)
        (folder / "report.html").touch()
    assert report_file(tmp_path / "runs", "a") == tmp_path / "runs" / "a" / "report.html"
    found = report_file(tmp_path / "runs", name)
    assert found is None or found.resolve() == tmp_path / "runs" / "a" / "report.html"


def test_a_link_out_of_the_runs_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "report.html").touch()
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "a").symlink_to(tmp_path / "secret")
    assert report_file(tmp_path / "runs", "a") is None


# In a browser


@contextmanager
def opened(settings: Settings, chat: ChatModel, **context: object) -> Iterator[Page]:
    if CHROMIUM is None:
        pytest.skip("needs Chromium: apt-get install --no-install-recommends chromium")
    loading = Loading()
    with (
        QA(settings, chat=chat, embeddings=SmallEmbeddings(), reader=SmallReader()) as bot,
        serving(bot, loading) as url,
    ):
        loading.start(bot)
        with sync_playwright() as playwright:
            args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=args)
            with closing(browser), closing(browser.new_context(**{"locale": "it-IT", **context})) as made:
                page = made.new_page()
                page.goto(url)
                page.get_by_role("tab", name=re.compile("Qualità|Quality")).click(timeout=60_000)
                yield page


@pytest.mark.browser
@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_runs_are_browsed_and_the_report_opens(
    checkout: Path, quality: Quality, settings: Settings, scripted_chat: ChatModel, scheme: str
) -> None:
    newest, oldest = quality.runs
    with opened(settings.replace(runs_dir=checkout / "runs"), scripted_chat, color_scheme=scheme) as page:
        expect(page.locator("#quality .runs tbody tr")).to_have_count(2, timeout=60_000)
        right = page.locator("#quality [data-figure=accuracy] td").first
        expect(right).to_have_text(f"{100 * newest.figures['accuracy']:.1f} %".replace(".", ","))
        faults = Axe().run(page).response["violations"]
        assert [fault["id"] for fault in faults if fault["impact"] in {"serious", "critical"}] == []
        with page.expect_popup() as popup:
            page.get_by_role("link", name="Apri il resoconto completo").click()
        report = popup.value
        expect(report.locator(".js-plotly-plot").first).to_be_visible(timeout=60_000)
        report.close()
        page.locator(f"#quality button[value='{oldest.info.id}']").click()
        expect(right).to_have_text(f"{100 * oldest.figures['accuracy']:.1f} %".replace(".", ","))
        expect(page.locator("#quality h2 .badge")).to_have_text("riferimento")
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.browser
@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
def test_without_a_run_the_browser_shows_the_command(
    tmp_path: Path, settings: Settings, scripted_chat: ChatModel
) -> None:
    with opened(settings.replace(runs_dir=tmp_path / "runs"), scripted_chat, locale="en-GB") as page:
        expect(page.locator("#quality code")).to_have_text("python -m eval run", timeout=60_000)
