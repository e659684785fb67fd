"""What the page is made of, without a browser."""

import html
import platform
import re
import string
import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest
from fakes import SmallEmbeddings, SmallReader
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from qa.additions import NewArticle, add_articles
from qa.config import Settings
from qa.errors import ConfigError, ModelError
from qa.pipeline import QA
from qa.schema import Answer, Article, Citation, Passage, Span
from qa.topics import Topics, find_topics
from qa.ui.conversation import LONGEST, Failure, Turn, dump, history, restore
from qa.ui.derived import Derived
from qa.ui.export import markdown, plain_answer
from qa.ui.loading import Loading
from qa.ui.markup import answer_html, excerpt, plain, turn_messages
from qa.ui.server import SecurityHeaders, address, bind
from qa.ui.sources import opened, panel
from qa.ui.suggestions import suggestions
from qa.ui.texts import Labels, language_of, readable_date, texts

HOSTILE = (
    "<script>alert(1)</script> ![x](http://example.invalid/x.png) [y](javascript:z) "
    "{{a}} ${b} $c$ `d` www.example.invalid"
)


def citation(marker: int = 1, **changes: object) -> Citation:
    values = {"source": "a.txt", "title": "Titolo", "date": "2021-02", "quote": "due", "start": 4, "end": 7}
    return Citation(marker=marker, **{**values, **changes})


def answered(question: str = "Che cosa?", **changes: object) -> Turn:
    values = {"text": "Due [1].", "status": "answered", "citations": (citation(),)}
    return Turn(question=question, answer=Answer(**{**values, **changes}))


# Text as HTML


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cn", "Cs"]) | st.just("\n")))
def test_plain_shows_the_same_characters(text: str) -> None:
    assert html.unescape(plain(text).replace("<br>", "\n")) == text


@given(st.text())
def test_plain_holds_no_structure(text: str) -> None:
    assert re.fullmatch(r"(?:[^\W_]| |<br>|&#\d+;)*", plain(text))


def test_plain_leaves_nothing_that_markdown_or_templates_read() -> None:
    shown = plain(HOSTILE)
    assert not set(shown) & set(string.punctuation) - set("&#;")
    assert html.unescape(shown) == HOSTILE


def test_plain_drops_what_turns_the_reading_order() -> None:
    assert plain("a\u202eb\u2066c") == "a b c"


def test_answer_keeps_each_statement_with_its_markers() -> None:
    shown = answer_html("Uno [1][2]. Due [3]! Tre.", lambda n: f"<i>{n}</i>")
    assert re.findall(r'<span class="claim">(.*?)<span class="markers">(.*?)</span></span>', shown) == [
        ("Uno", "<i>1</i><i>2</i>&#46;"),
        (" Due", "<i>3</i>&#33;"),
    ]
    assert shown.endswith(plain(" Tre."))


def test_marker_without_a_citation_leads_nowhere() -> None:
    (_, message) = turn_messages([answered(text="Due [1]. Tre [7].")], "it")
    assert re.findall(r'value="([^"]*)"', message["content"]) == ["0-c-1"]
    assert plain("[7]") in message["content"]


def test_hostile_answer_and_article_stay_text() -> None:
    turn = answered(
        HOSTILE, text=f"{HOSTILE} [1].", citations=(citation(title=HOSTILE, quote=HOSTILE, publisher=HOSTILE),)
    )
    shown = turn_messages([turn], "it")[1]["content"] + panel([turn], "it")
    tags = set(re.findall(r"<(\w+)", shown))
    assert tags <= {
        "details",
        "summary",
        "div",
        "span",
        "button",
        "h2",
        "article",
        "header",
        "b",
        "blockquote",
        "p",
        "br",
    }
    assert "example.invalid" not in shown


def test_a_follow_up_says_what_it_was_read_as() -> None:
    answer = Answer(text="Due [1].", status="answered", question=f"Chi? Su {HOSTILE}: E dopo?")
    turn = Turn(question="E dopo?", answer=answer)
    shown = turn_messages([turn], "it")[1]["content"]
    assert plain("Intesa come: Chi? Su ") in shown
    assert set(re.findall(r"<(\w+)", shown)) <= {"div", "span", "button"}
    assert (
        plain("Intesa come")
        not in turn_messages([Turn(question=f"{answer.question} ", answer=answer)], "it")[1]["content"]
    )


def test_conflict_shows_each_article_oldest_first() -> None:
    turn = answered(
        status="conflict",
        text="180 [1]; 156 [2].",
        citations=(citation(1, source="b.txt", date="2021-02-09"), citation(2, source="a.txt", date="2020")),
    )
    shown = turn_messages([turn], "en")[1]["content"]
    assert re.findall(r'class="date">([^<]*)<', shown) == [plain("2020"), plain("9 February 2021")]


def test_abstention_names_the_nearest_passages() -> None:
    passage = Passage(text="Un passaggio.", source="a.txt", start=0, end=13, score=1.0, title="Titolo")
    shown = turn_messages(
        [answered(status="abstained", text="Non lo so.", citations=(), passages=(passage,) * 5)], "it"
    )
    assert re.findall(r'class="near" value="([^"]*)"', shown[1]["content"]) == ["0-p-0", "0-p-1", "0-p-2"]


@given(st.text(), st.integers(10, 50))
def test_excerpt_is_one_short_line(text: str, limit: int) -> None:
    assert len(excerpt(text, limit)) <= limit + 2
    assert "\n" not in excerpt(text, limit)


# The conversation


def test_conversation_survives_being_stored() -> None:
    turns = (answered(), Turn(question="b", failure=Failure(message="m")), Turn(question="c", stopped=True))
    assert restore(dump((*turns, Turn(question="in progress")))) == turns
    assert history(turns) == [("Che cosa?", "Due [1].")]


def test_old_turns_are_forgotten_first() -> None:
    turns = [answered(str(number)) for number in range(LONGEST + 2)]
    assert [turn["question"] for turn in dump(turns)][:1] == ["2"]


@pytest.mark.parametrize("stored", [None, [], "x", [{"question": 1}], [{"question": "a", "unknown": 1}], {"a": 1}])
def test_stored_conversation_of_another_form_is_forgotten(stored: object) -> None:
    assert restore(stored) == ()


# Sources


@pytest.fixture
def article(bot: QA) -> Article:
    return bot.article(bot.articles()[0].source)


def test_opened_article_marks_the_quote_only(bot: QA, article: Article) -> None:
    start = article.text.index("Conte")
    cited = citation(source=article.source, quote="Conte", start=start, end=start + 5)
    shown = opened(bot, [answered(citations=(cited,))], "0-c-1", "it")
    assert re.findall(r"<mark[^>]*>(.*?)</mark>", shown or "") == ["Conte"]
    assert plain(article.text[-40:]) in (shown or "")


@pytest.mark.parametrize("source", ["gone.txt", None])
def test_changed_or_removed_article_shows_the_quote_alone(bot: QA, article: Article, source: str | None) -> None:
    cited = citation(source=source or article.source, quote="not what stands there")
    shown = opened(bot, [answered(citations=(cited,))], "0-c-1", "it") or ""
    assert plain(texts("it")["article_gone"]) in shown
    assert "not what stands there" in shown


@pytest.mark.parametrize("address", ["", "0", "0-c-9", "1-c-1", "0-p-0", "x-c-1", "0-c-", "0-c-٣", "-1-c-1"])
def test_address_that_leads_nowhere_opens_nothing(bot: QA, address: str) -> None:
    assert opened(bot, [answered()], address, "it") is None


# Languages


def test_both_languages_say_the_same_things() -> None:
    assert texts("it").keys() == texts("en").keys()
    for key, text in texts("it").items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", texts("en")[key])), key


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("it-IT,it;q=0.9,en;q=0.8", "it"),
        ("IT", "it"),
        ("en-GB,it;q=0.5", "en"),
        ("", "en"),
        (None, "en"),
        ("ita", "en"),
        ("fr", "en"),
    ],
)
def test_language_is_the_browsers_first(header: str | None, language: str) -> None:
    headers = {} if header is None else {"accept-language": header}
    assert language_of(SimpleNamespace(headers=headers)) == language


@pytest.mark.parametrize(
    ("iso", "italian", "english"),
    [
        ("2021-02-09T18:18", "9 febbraio 2021, 18:18", "9 February 2021, 18:18"),
        ("2021-02-09", "9 febbraio 2021", "9 February 2021"),
        ("2021-02", "febbraio 2021", "February 2021"),
        ("2021", "2021", "2021"),
        (None, "senza data", "no date"),
    ],
)
def test_dates_are_written_as_people_write_them(iso: str | None, italian: str, english: str) -> None:
    assert (readable_date(iso, "it"), readable_date(iso, "en")) == (italian, english)


def test_labels_follow_the_language() -> None:
    import gradio as gr

    labels = Labels()
    box = labels.add(gr.Textbox(), label="question", placeholder="placeholder")
    update = labels.in_language("it")[box]
    assert (update["label"], update["placeholder"]) == ("Domanda", "Fai una domanda")


# Export


def test_markdown_keeps_sources_and_nothing_hostile_works() -> None:
    shown = markdown([answered(HOSTILE), Turn(question="b", failure=Failure(message="m"))], "it")
    assert "febbraio 2021" in shown
    assert "> due" in shown
    assert not re.search(r"(?<!\\)[<`\[!]", shown)


def test_copied_answer_names_its_sources() -> None:
    assert plain_answer(answered().answer, "en") == "Due [1].\n\n[1] Titolo · February 2021: “due”"


# Suggested questions


def test_suggestions_come_from_the_articles(bot: QA) -> None:
    topics = Derived(bot, find_topics).get()
    questions = suggestions(topics, "it")
    assert questions[0] == "Chi è Massimo Carrera?"
    assert "Che cosa è successo il 7 maggio 2017?" in questions
    assert "What happened on 7 May 2017?" in suggestions(topics, "en")


def test_topics_of_other_articles_are_other_topics() -> None:
    text = "Ada Rossi guida Lucia Bianchi. Il 3 marzo 2019 Ada Rossi vinse. Ada Rossi torna nel giugno 2030."
    topics = find_topics([Article(source="x", text=text, body=Span(start=0, end=len(text)), title="", date="2020-01")])
    assert topics == Topics("Ada Rossi", ("Lucia Bianchi",), ("2019-03-03",))
    assert find_topics([]) == Topics()


def test_what_is_derived_from_the_articles_is_made_anew_when_they_change(bot: QA) -> None:
    made: list[int] = []

    def count(articles: list[Article]) -> int:
        made.append(len(articles))
        return len(articles)

    number = Derived(bot, count)
    assert (number.get(), number.get()) == (2, 2)
    add_articles(bot, [NewArticle("rossi.txt", b"Ada Rossi allena il Pavia.")])
    assert number.get() == 3
    assert made == [2, 3]


# Loading


def wait_for(loading: Loading) -> None:
    loading.start(SimpleNamespace())  # under way already: does nothing
    for thread in threading.enumerate():
        if thread.name == "loading":
            thread.join(30)


def test_loading_makes_everything_ready(bot: QA) -> None:
    loading = Loading()
    loading.start(bot)
    wait_for(loading)
    assert loading.ready
    assert len(loading.report.added) == 2
    assert loading.failure is None


def test_loading_tells_a_failure_and_can_be_tried_again(settings: Settings, scripted_chat) -> None:
    class Flaky(SmallEmbeddings):
        broken = True

        def encode_documents(self, texts):
            if self.broken:
                raise ModelError("No model.", hint="Try later.")
            return super().encode_documents(texts)

    embeddings = Flaky()
    with QA(settings, chat=scripted_chat, embeddings=embeddings, reader=SmallReader()) as bot:
        loading = Loading()
        loading.start(bot)
        wait_for(loading)
        assert loading.failure == Failure(message="No model.", hint="Try later.")
        embeddings.broken = False
        loading.start(bot)
        wait_for(loading)
        assert loading.ready


def test_loading_shows_how_far_a_download_is() -> None:
    loading = Loading()
    with loading.progress("model.gguf", 1_100_000_000) as advance:
        advance(40_000_000)
        advance(5_000_000)
        assert loading.describe("en") == "Downloading: model.gguf, 45 of 1100 MB"
    assert loading.describe("en") == "Getting ready: search model"


# Changing the articles


@pytest.mark.parametrize(
    ("host", "uploads", "allowed"),
    [
        ("127.0.0.1", True, True),
        ("127.0.0.1", False, False),
        ("localhost", True, True),
        ("::1", True, True),
        ("0.0.0.0", True, False),  # noqa: S104
        ("example.org", True, False),
    ],
)
def test_only_people_at_this_computer_change_the_articles(host: str, uploads: bool, allowed: bool) -> None:
    from qa.ui.articles import uploads_allowed

    assert uploads_allowed(Settings(host=host, uploads=uploads)) is allowed
    assert not uploads_allowed(Settings(host=host, uploads=uploads, root_path="/carrera"))


# Serving


def test_busy_port_gives_way_to_the_next() -> None:
    with bind("127.0.0.1", 0) as taken, bind("127.0.0.1", taken.getsockname()[1]) as next_free:
        assert 0 < next_free.getsockname()[1] - taken.getsockname()[1] < 100
        assert address(next_free) == f"http://127.0.0.1:{next_free.getsockname()[1]}"


def test_address_of_every_interface_is_this_computer() -> None:
    with bind("0.0.0.0", 0) as listening:  # noqa: S104 - never accepted from
        assert address(listening).startswith("http://127.0.0.1:")


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host"])
def test_host_of_another_computer_is_refused_with_a_hint(host: str) -> None:
    with pytest.raises(ConfigError, match="QA_HOST"):
        bind(host, 0)


def test_browser_is_told_to_talk_to_this_server_only() -> None:
    async def hello(_):
        return PlainTextResponse("hello")

    app = Starlette(routes=[Route("/", hello)], middleware=[Middleware(SecurityHeaders)])
    with TestClient(app) as client:
        policy = client.get("/").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy
    assert "*" not in policy


# Sessions


async def held_after_events(kind: type, events: int) -> tuple[int, str]:
    """Return how many components a session holds in which an update and a plain value take turns, and what it knows they show."""
    import gradio as gr
    from gradio.state_holder import SessionState

    with kind(analytics_enabled=False) as page:
        line, box = gr.HTML(), gr.Textbox()
        page.load(lambda: None, None, [line, box])
    [function] = page.fns.values()
    state = SessionState(page)
    for _ in range(events):
        await page.postprocess_data(function, {line: gr.update(visible=True)}, state)
        await page.postprocess_data(function, {line: "there", box: "here"}, state)
    return len(state.blocks_config.blocks), str(list(state.components))


async def test_a_session_holds_each_component_once_and_nothing_of_what_it_shows() -> None:
    import gradio as gr

    from qa.ui.blocks import Page

    (few, _), (many, shown) = await held_after_events(Page, 1), await held_after_events(Page, 9)
    assert many == few
    assert "here" not in shown
    (few, _), (many, shown) = await held_after_events(gr.Blocks, 1), await held_after_events(gr.Blocks, 9)
    assert many > few  # else the page need not forget anything
    assert "here" in shown


# Memory


HEAPS = """
import ctypes, threading
from qa.ui.memory import share_arenas
{first}
together = threading.Barrier(8)
def use():
    together.wait()
    kept.append([bytearray(100_000) for _ in range(20)])
    together.wait()
kept = []
threads = [threading.Thread(target=use) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
library = ctypes.CDLL(None)
library.fopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(library.fopen(b"/dev/stdout", b"w"))
library.malloc_info(0, out)
library.fflush(out)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no arenas")
def test_threads_share_few_heaps() -> None:
    def heaps(first: str) -> int:
        command = [sys.executable, "-c", HEAPS.format(first=first)]
        run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)  # noqa: S603 - our own code
        return run.stdout.count("<heap nr=")

    assert heaps("share_arenas()") <= 2 < heaps("")
