"""The page in a real browser, with a scripted language model."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from fakes import HaltingModel, SmallEmbeddings, SmallReader
from gradio.utils import get_upload_folder
from gradio_client import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright
from reportlab.pdfgen.canvas import Canvas

from eval.page import seconds_to_answer
from qa.config import Settings
from qa.errors import ModelError
from qa.models.chat import ChatModel
from qa.pipeline import QA
from qa.schema import Answer
from qa.ui.loading import Loading
from qa.ui.server import serving

pytestmark = [
    pytest.mark.browser,
    # Gradio itself counts every event with pandas functions that pandas is about to drop.
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),
]

CHROMIUM = shutil.which("chromium")
QUESTION = "Contro chi festeggiò la Supercoppa Italiana?"
REPLY = "Carrera vinse la Supercoppa Italiana a Pechino contro il Napoli."
Visit = Callable[..., Page]

# A shared computer may be slow; nothing waits this long unless it fails.
expect.set_options(timeout=60_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("needs Chromium: apt-get install --no-install-recommends chromium")
    quiet = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*quiet.split(), "--disable-component-update", "--disable-sync"]
        )
        yield browser
        browser.close()


@pytest.fixture
def serve() -> Iterator[Callable[[QA], str]]:
    """Serve a bot's page on a free port; gives the address."""
    with ExitStack() as served:

        def start(bot: QA) -> str:
            loading = Loading()
            loading.start(bot)
            return served.enter_context(serving(bot, loading))

        yield start


@pytest.fixture
def visit(browser: Browser, serve: Callable[[QA], str], bot: QA) -> Iterator[Visit]:
    """Open the page as a new person; afterwards, nothing may have left this computer or failed in the browser."""
    contexts, hosts, errors, served = [], set(), [], {}

    def open_page(of: QA = bot, path: str = "", ready: bool = True, **context: object) -> Page:
        if of not in served:
            served[of] = serve(of)
        contexts.append(
            browser.new_context(**{"locale": "it-IT", "viewport": {"width": 1280, "height": 860}, **context})
        )
        contexts[-1].on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(served[of] + path)
        if ready:
            expect(page.locator("#conversation .example").first).to_be_visible()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert hosts <= {"127.0.0.1", None}
    assert errors == []


def ask(page: Page, question: str) -> None:
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")


def test_marker_opens_the_article_at_the_quote(visit: Visit, bot: QA, scripted_chat) -> None:
    scripted_chat.llm.otherwise = REPLY
    page = visit()
    ask(page, QUESTION)
    expect(page.locator("#conversation .answer")).to_contain_text("Pechino")
    marker = page.locator("button.cite").first
    card = page.locator(f"#sources .card[data-key='{marker.get_attribute('value')}']")
    expect(card.locator(".place")).to_contain_text("2021")
    marker.hover()
    expect(card).to_have_class(re.compile("active"))
    quote = card.locator("blockquote").inner_text()
    marker.click()
    expect(page.locator("#sources mark")).to_have_text(quote)
    expect(page.locator("#sources mark")).to_be_in_viewport()
    assert any(quote in bot.article(info.source).text for info in bot.articles())
    page.locator("#sources button.back").click()
    expect(card).to_be_visible()


def test_example_question_is_asked_when_picked(visit: Visit, scripted_chat) -> None:
    scripted_chat.llm.otherwise = REPLY
    page = visit()
    example = page.locator("#conversation .example").first
    text = example.inner_text().strip()
    example.click()
    expect(page.locator("#conversation .question")).to_have_text(text)
    expect(page.locator("#conversation .answer:not(.partial)")).to_be_visible()


def test_abstention_shows_the_nearest_passages(visit: Visit, scripted_chat) -> None:
    scripted_chat.llm.otherwise = "NON LO SO"
    page = visit()
    ask(page, "Qual è il piatto preferito di Carrera?")
    # It quotes the nearest passage where one is near, and lists the nearest ones where none is.
    nearest = page.locator("#conversation :is(button.cite, .nearest button.near)")
    expect(nearest.first).to_be_visible()
    nearest.first.click()
    expect(page.locator("#sources mark")).to_be_in_viewport()


def test_conflict_stands_in_dated_columns(visit: Visit, scripted_chat) -> None:
    scripted_chat.llm.otherwise = REPLY
    page = visit()
    ask(page, "Quante presenze ha fatto Carrera nel Bari?")
    sides = page.locator("#conversation .conflict .side")
    expect(sides).to_have_count(2)
    expect(sides.nth(0)).to_contain_text("156 presenze")
    expect(sides.nth(1).locator(".date")).to_have_text("9 febbraio 2021, 18:18")
    sides.nth(1).locator("button.cite").click()
    expect(page.locator("#sources mark")).to_contain_text("180 presenze")


def test_markup_in_a_question_stays_text(visit: Visit, scripted_chat) -> None:
    scripted_chat.llm.otherwise = "NON LO SO"
    page = visit()
    hostile = '<img src=x onerror="alert(1)"> ![a](http://example.invalid/x.png) [b](http://example.invalid) ${1+1} $x$'
    ask(page, hostile)
    expect(page.locator("#conversation .question")).to_have_text(hostile)
    expect(page.locator("#conversation .answer:not(.partial)")).to_be_visible()
    expect(page.locator("#sources h2")).to_contain_text("<img src=x")
    assert page.locator("#conversation .question *, #sources h2 *").count() == 0


def test_two_people_see_only_their_own_conversation(visit: Visit, scripted_chat) -> None:
    scripted_chat.llm.otherwise = REPLY
    first, second = visit(), visit()
    ask(first, QUESTION)
    expect(first.locator("button.cite").first).to_be_visible()
    ask(second, "Dove vinse la Supercoppa?")
    expect(second.locator("button.cite").first).to_be_visible()
    expect(first.locator("#conversation .question")).to_have_text([QUESTION])
    expect(second.locator("#conversation .question")).to_have_text(["Dove vinse la Supercoppa?"])


def test_conversation_and_citations_survive_a_reload(visit: Visit, scripted_chat) -> None:
    scripted_chat.llm.otherwise = REPLY
    page = visit()
    ask(page, QUESTION)
    expect(page.locator("button.cite").first).to_be_visible()
    page.reload()
    page.locator("button.cite").first.click()
    expect(page.locator("#sources mark")).to_contain_text("Supercoppa Italiana")


@pytest.fixture
def halting(settings: Settings, small_embeddings: SmallEmbeddings) -> Iterator[tuple[QA, HaltingModel]]:
    """A bot whose model halts after its first word, and the model."""
    llm = HaltingModel(otherwise=REPLY)
    chat = ChatModel(llm, name="halting", identity="halting-1", context_tokens=4096)
    with QA(settings, chat=chat, embeddings=small_embeddings, reader=SmallReader()) as bot:
        yield bot, llm
        llm.go_on.set()


def test_stop_stops_the_model_too_and_retry_asks_again(visit: Visit, halting: tuple[QA, HaltingModel]) -> None:
    bot, llm = halting
    page = visit(of=bot)
    ask(page, QUESTION)
    expect(page.locator("#status")).to_contain_text("Scrivo una bozza, parole: 1")
    page.get_by_role("button", name="Ferma").click()
    expect(page.locator("#conversation")).to_contain_text("Interrotto.")
    llm.go_on.set()
    assert llm.given_up.wait(60)
    page.get_by_label("Riprova").click()
    expect(page.locator("button.cite").first).to_be_visible()
    expect(page.locator("#conversation .question")).to_have_text([QUESTION])


def test_leaving_the_page_stops_the_model(visit: Visit, halting: tuple[QA, HaltingModel]) -> None:
    bot, llm = halting
    llm.otherwise = "parola " * 20_000
    page = visit(of=bot)
    ask(page, QUESTION)
    expect(page.locator("#status")).to_contain_text("Scrivo una bozza")
    page.close()
    llm.go_on.set()
    assert llm.given_up.wait(60)


def test_failure_to_load_is_told_with_its_hint(visit: Visit, settings: Settings, scripted_chat) -> None:
    class Unreachable(SmallEmbeddings):
        def encode_documents(self, texts):
            raise ModelError("The model cannot be fetched.", hint="Check the connection.")

    with QA(settings, chat=scripted_chat, embeddings=Unreachable(), reader=SmallReader()) as bot:
        page = visit(of=bot, ready=False)
        expect(page.locator("#banner .failure")).to_contain_text("The model cannot be fetched.")
        ask(page, QUESTION)
        expect(page.locator("#conversation .failure")).to_contain_text("Check the connection.")


@pytest.mark.parametrize(
    ("locale", "hint"), [("it-CH", "Fai una domanda"), ("en-GB", "Ask a question"), ("fr-FR", "Ask a question")]
)
def test_page_speaks_the_language_of_the_browser(visit: Visit, locale: str, hint: str) -> None:
    page = visit(locale=locale)
    expect(page.locator("#question textarea")).to_have_attribute("placeholder", re.compile(hint))
    assert page.locator("html").get_attribute("lang") == ("it" if locale.startswith("it") else "en")


def test_phone_width_in_the_dark(visit: Visit, scripted_chat) -> None:
    scripted_chat.llm.otherwise = REPLY
    page = visit(viewport={"width": 390, "height": 844}, color_scheme="dark")
    ask(page, QUESTION)
    page.locator("button.cite").first.click()
    expect(page.locator("#sources mark")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    red, green, blue = map(
        int, re.findall(r"\d+", page.evaluate("getComputedStyle(document.body).backgroundColor"))[:3]
    )
    assert max(red, green, blue) < 64


def test_keyboard_alone_leads_to_the_quote(visit: Visit, scripted_chat) -> None:
    scripted_chat.llm.otherwise = REPLY
    page = visit()
    expect(page.locator("#question textarea")).to_be_focused()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    marker = page.locator("button.cite").first
    expect(marker).to_be_visible()
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        if marker.evaluate("node => node === document.activeElement"):
            break
    expect(marker).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#sources mark")).to_be_focused()


def test_question_in_the_address_is_asked_once(visit: Visit, scripted_chat) -> None:
    scripted_chat.llm.otherwise = REPLY
    page = visit(path="/?q=Dove%20vinse%20la%20Supercoppa%3F", ready=False)
    expect(page.locator("button.cite").first).to_be_visible()
    asked = len(scripted_chat.llm.prompts)
    page.reload()
    expect(page.locator("button.cite").first).to_be_visible()
    expect(page.locator("#conversation .question")).to_have_text(["Dove vinse la Supercoppa?"])
    assert len(scripted_chat.llm.prompts) == asked


def test_thumb_and_correction_are_written(visit: Visit, bot: QA, scripted_chat) -> None:
    scripted_chat.llm.otherwise = REPLY
    page = visit()
    ask(page, QUESTION)
    page.get_by_label("Non mi piace").click()
    page.locator("#correction textarea").fill("Contro il Napoli di De Laurentiis")
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.keyboard.press("Enter")
    expect(page.locator("#correction")).to_be_hidden()
    lines = (bot.settings.data_dir / "feedback.jsonl").read_text("utf-8").splitlines()
    first, second = map(json.loads, lines)
    assert (first["liked"], second["correction"]) == (False, "Contro il Napoli di De Laurentiis")
    assert first["id"] == second["id"]
    assert (first["question"], first["citations"][0]["marker"]) == (QUESTION, 1)


def test_conversation_can_be_saved(visit: Visit, scripted_chat) -> None:
    scripted_chat.llm.otherwise = REPLY
    page = visit()
    ask(page, QUESTION)
    expect(page.locator("button.cite").first).to_be_visible()
    with page.expect_download() as saved:
        page.locator("#export-json").click()
    (turn,) = json.loads(saved.value.path().read_text("utf-8"))
    assert turn["question"] == QUESTION
    quote = turn["answer"]["citations"][0]["quote"]
    assert "Supercoppa" in quote
    with page.expect_download() as saved:
        page.locator("#export-markdown").click()
    assert "> " + quote.split(",")[0] in saved.value.path().read_text("utf-8")


def test_articles_are_added_asked_about_and_removed(visit: Visit, tmp_path: Path, scripted_chat) -> None:
    (tmp_path / "rossi.txt").write_text("Ada Rossi allena il Pavia dal 3 marzo 2019.")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 no")
    pdf = Canvas(str(tmp_path / "verdi.pdf"))
    pdf.drawString(72, 720, "Lucia Verdi allena il Lecco dal 2018.")
    pdf.save()
    scripted_chat.llm.otherwise = "Ada Rossi allena il Pavia dal 3 marzo 2019."
    page = visit()
    page.get_by_role("tab", name="Articoli").click()
    uploaded = Path(get_upload_folder())
    before = set(uploaded.rglob("*.*"))
    files = [tmp_path / name for name in ("rossi.txt", "verdi.pdf", "broken.pdf")]
    page.locator("#upload input[type=file]").set_input_files(files)
    expect(page.locator("#articles tbody tr")).to_have_count(4)
    expect(page.locator("#articles-note .failure")).to_contain_text("broken.pdf")
    assert not {path.name for path in set(uploaded.rglob("*.*")) - before} & {path.name for path in files}
    page.locator("#articles tr", has_text="verdi.pdf").get_by_role("button", name="Leggi").click()
    expect(page.locator("#reader .text")).to_have_text("Lucia Verdi allena il Lecco dal 2018.")
    page.get_by_role("tab", name="Chat").click()
    ask(page, "Chi allena il Pavia?")
    page.locator("button.cite").first.click()
    expect(page.locator("#sources mark")).to_have_text("Ada Rossi allena il Pavia dal 3 marzo 2019.")
    page.get_by_role("tab", name="Articoli").click()
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#articles tr", has_text="rossi.txt").get_by_role("button", name="Rimuovi").click()
    expect(page.locator("#articles tbody tr")).to_have_count(3)


def test_text_can_be_pasted(visit: Visit) -> None:
    page = visit()
    page.get_by_role("tab", name="Articoli").click()
    page.get_by_role("button", name="Incolla un testo").click()
    page.locator("#paste-title input, #paste-title textarea").fill("Rossi al Pavia")
    page.locator("#paste-date input, #paste-date textarea").fill("ieri")
    page.locator("#paste-text textarea").fill("Ada Rossi allena il Pavia.")
    page.locator("#paste-add").click()
    expect(page.locator("#articles-note .failure")).to_contain_text("non è una data")
    page.locator("#paste-date input, #paste-date textarea").fill("2019-03")
    page.locator("#paste-add").click()
    expect(page.locator("#articles tr", has_text="Rossi al Pavia")).to_contain_text("marzo 2019")


def test_articles_cannot_be_changed_where_uploads_are_off(
    visit: Visit, settings: Settings, scripted_chat, small_embeddings: SmallEmbeddings
) -> None:
    with QA(
        settings.replace(uploads=False), chat=scripted_chat, embeddings=small_embeddings, reader=SmallReader()
    ) as bot:
        page = visit(of=bot)
        page.get_by_role("tab", name="Articoli").click()
        expect(page.locator("#articles tbody tr")).to_have_count(2)
        assert page.locator("#upload, #paste-text, #articles button[name=remove]").count() == 0


def test_timeline_point_opens_its_source(visit: Visit) -> None:
    page = visit()
    page.get_by_role("tab", name="Cronologia").click()
    point = page.locator("#timeline .point[aria-label^='7 maggio 2017']")
    point.click()
    expect(page.locator("#timeline-reader mark")).to_contain_text("il 7 maggio 2017 riuscì a vincere")


def test_program_gets_the_structured_answer(serve: Callable[[QA], str], bot: QA, scripted_chat) -> None:
    scripted_chat.llm.otherwise = REPLY
    client = Client(serve(bot), verbose=False)
    answer = Answer.model_validate(client.predict(QUESTION, [], api_name="/ask"))
    assert answer.citations[0].quote in bot.article(answer.citations[0].source).text
    assert set(client.view_api(return_format="dict")["named_endpoints"]) == {"/ask"}


def test_time_to_the_first_cited_answer_is_taken(
    browser: Browser, serve: Callable[[QA], str], bot: QA, scripted_chat
) -> None:
    scripted_chat.llm.otherwise = REPLY
    seconds, cited = seconds_to_answer(browser, serve(bot), QUESTION)
    assert seconds > 0
    assert cited
    assert len(scripted_chat.llm.prompts) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_accessibility_fault(visit: Visit, scripted_chat, scheme: str) -> None:
    scripted_chat.llm.otherwise = REPLY
    page = visit(color_scheme=scheme)
    assert serious_faults(page) == []
    ask(page, QUESTION)
    page.locator("button.cite").first.click()
    expect(page.locator("#sources mark")).to_be_visible()
    assert serious_faults(page) == []
    for tab, there in (("Articoli", "#articles table"), ("Cronologia", "#timeline .axis")):
        page.get_by_role("tab", name=tab).click()
        expect(page.locator(there)).to_be_visible()
        assert serious_faults(page) == []


def serious_faults(page: Page) -> list[str]:
    faults = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in faults if fault["impact"] in {"serious", "critical"}
    ]


@pytest.mark.model
@pytest.mark.slow
def test_real_model_answers_on_the_page(visit: Visit, settings: Settings) -> None:
    if not any(settings.cache_dir.glob("*.gguf")):
        pytest.skip("needs the model files: python -m qa models pull")
    with QA(settings) as bot:
        page = visit(of=bot, ready=False)
        expect(page.locator("#conversation .example").first).to_be_visible(timeout=300_000)
        ask(page, "Chi allenava il Bari prima di Carrera?")
        expect(page.locator("#conversation .answer:not(.partial)")).to_be_visible(timeout=300_000)
        expect(page.locator("#status")).to_contain_text("Risposta in")
