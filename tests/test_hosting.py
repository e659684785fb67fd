"""The page for others: who comes in, behind which proxy, how many at once, and as a tool over MCP."""

import base64
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager

import httpx
import pytest
import uvicorn
from fakes import SmallEmbeddings, SmallReader
from gradio_client import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from qa.config import Settings
from qa.errors import ConfigError
from qa.models.chat import ChatModel
from qa.passwords import Users, user
from qa.pipeline import QA
from qa.schema import Answer
from qa.ui.access import Access
from qa.ui.line import Line, LineFullError
from qa.ui.loading import Loading
from qa.ui.server import build_app, in_background, serving
from qa.ui.texts import texts

pytestmark = [
    # Gradio itself counts every event with pandas functions that pandas is about to drop.
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),
]

CHROMIUM = shutil.which("chromium")
QUESTION = "Contro chi festeggiò la Supercoppa Italiana?"
REPLY = "Carrera vinse la Supercoppa Italiana a Pechino contro il Napoli."
NAME, PASSWORD = "ada", "perché sì: certo"
ADA = user(NAME, PASSWORD)
Host = Callable[..., QA]

expect.set_options(timeout=60_000)


def basic(name: str = NAME, password: str = PASSWORD) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


@pytest.fixture
def host(settings: Settings, scripted_chat: ChatModel, small_embeddings: SmallEmbeddings) -> Iterator[Host]:
    """Make a bot with some settings changed."""
    with ExitStack() as made:

        def make(**changes: object) -> QA:
            scripted_chat.llm.otherwise = scripted_chat.llm.otherwise or REPLY
            changed = settings.replace(**changes)
            return made.enter_context(
                QA(changed, chat=scripted_chat, embeddings=small_embeddings, reader=SmallReader())
            )

        yield make


def started(bot: QA) -> Loading:
    loading = Loading()
    loading.start(bot)
    return loading


@pytest.fixture
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("needs Chromium: apt-get install --no-install-recommends chromium")
    quiet = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=quiet.split())
        yield browser
        browser.close()


# Who comes in


def every_route(app: object, before: str = "") -> Iterator[tuple[str, str]]:
    """Yield (method, path) of all that an application serves, its mounted parts too."""
    for route in getattr(app, "routes", []):
        path = before + getattr(route, "path", "")
        for part in (getattr(route, "app", None), getattr(route, "original_router", None)):
            yield from every_route(part, path)
        for method in getattr(route, "methods", None) or {"GET", "POST", "DELETE"}:
            yield method, path.replace("{", "").replace("}", "").replace(":path", "")


def test_without_a_password_nothing_at_all_is_served(host: Host) -> None:
    bot = host(auth=ADA)
    app = build_app(bot, Loading())
    routes = set(every_route(app))
    paths = {path.removeprefix("/") for _, path in routes}
    # Those that Gradio's own `auth` leaves open are among them.
    assert paths >= {f"gradio_api/{name}" for name in ("upload", "queue/join", "queue/data", "cancel", "reset", "info")}
    assert paths >= {"config", "login", "gradio_api/heartbeat/session_hash", "gradio_api/file=path_or_url"}
    client = TestClient(app)  # not entered: what starts with the app is not needed
    for method, path in sorted(routes):
        refused = client.request(method, "/" + path.removeprefix("/"))
        assert refused.status_code == 401, (method, path)
        assert refused.headers["www-authenticate"] == 'Basic realm="Carrera QA", charset="UTF-8"'
        assert "default-src 'self'" in refused.headers["content-security-policy"]


@pytest.fixture
def guarded() -> TestClient:
    async def hello(_: Request) -> Response:
        return Response("hello")

    app = Starlette(routes=[Route("/", hello, methods=["GET", "POST"])])
    return TestClient(Access(app, Users(ADA)))


def test_a_right_password_comes_in_and_stays_in(guarded: TestClient) -> None:
    assert guarded.get("/", headers=basic()).text == "hello"
    assert guarded.get("/", headers=basic()).text == "hello"
    assert guarded.get("/", headers=basic(password=PASSWORD + "x")).status_code == 401


@pytest.mark.parametrize(
    "header",
    ["", "Basic", "Basic !", "Basic " + base64.b64encode(b"ada").decode(), "Bearer x", "Basic /w==", "Basic \xe9"],
)
def test_what_is_no_basic_authentication_is_refused(guarded: TestClient, header: str) -> None:
    assert guarded.get("/", headers={"Authorization": header.encode("latin-1")}).status_code == 401


def test_each_right_password_is_hashed_once(monkeypatch: pytest.MonkeyPatch, guarded: TestClient) -> None:
    asked: list[str] = []
    accept = Users.accept
    monkeypatch.setattr(Users, "accept", lambda self, *who: asked.append(who[0]) or accept(self, *who))
    for _ in range(3):
        guarded.get("/", headers=basic())
    guarded.get("/", headers=basic("eve"))
    guarded.get("/", headers=basic("eve"))
    assert asked == [NAME, "eve", "eve"]


def test_the_refusal_speaks_the_language_of_the_browser(guarded: TestClient) -> None:
    assert guarded.get("/", headers={"Accept-Language": "it-IT"}).text == texts("it")["log_in"]
    assert guarded.get("/").text == texts("en")["log_in"]


def ask(page: Page) -> None:
    """Ask on the page and see the answer."""
    page.locator("#question textarea").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator("#conversation .answer:not(.partial)")).to_be_visible()


@pytest.mark.browser
def test_people_log_in_and_ask(browser: Browser, host: Host) -> None:
    bot = host(auth=ADA)
    login = {"username": NAME, "password": PASSWORD}
    with serving(bot, started(bot)) as url, closing(browser.new_context(http_credentials=login, locale="it")) as known:
        page = known.new_page()
        page.goto(url)
        ask(page)
        page.get_by_role("tab", name="Articoli").click()
        files = [{"name": "rossi.txt", "mimeType": "text/plain", "buffer": b"Ada Rossi allena il Pavia dal 2019."}]
        page.locator("#upload input[type=file]").set_input_files(files)
        expect(page.locator("#articles tbody tr")).to_have_count(3)


def test_programs_log_in_too(host: Host) -> None:
    bot = host(auth=ADA)
    with serving(bot, started(bot)) as url:
        with pytest.raises(ValueError, match="credentials"):
            Client(url, verbose=False)
        client = Client(url, verbose=False, headers=basic())
        assert Answer.model_validate(client.predict(QUESTION, [], api_name="/ask")).text


# Behind a proxy


def proxied(target: str, prefix: str) -> Starlette:
    """Return a proxy that serves ``target`` under ``prefix`` and takes that off."""

    @asynccontextmanager
    async def lifespan(app: Starlette):
        async with httpx.AsyncClient(base_url=target, timeout=120) as app.state.client:
            yield

    async def forward(request: Request) -> Response:
        path = "/" + request.path_params["path"]
        url = httpx.URL(path, query=request.url.query.encode())
        sent = request.app.state.client.build_request(
            request.method, url, headers=request.headers.raw, content=await request.body()
        )
        reply = await request.app.state.client.send(sent, stream=True)
        headers = {k: v for k, v in reply.headers.items() if k not in {"content-length", "transfer-encoding"}}
        return StreamingResponse(reply.aiter_raw(), reply.status_code, headers)

    return Starlette(routes=[Route(prefix + "/{path:path}", forward, methods=["GET", "POST"])], lifespan=lifespan)


@contextmanager
def running(app: Starlette) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1, ws="none"))
    with in_background(server, "127.0.0.1", 0) as url:
        yield url


@pytest.mark.browser
def test_page_and_api_answer_under_a_path_of_a_proxy(browser: Browser, host: Host) -> None:
    bot = host(root_path="/carrera/chat")
    with serving(bot, started(bot)) as url, running(proxied(url, "/carrera/chat")) as outside:
        public = f"{outside}/carrera/chat/"
        client = Client(public, verbose=False)
        assert Answer.model_validate(client.predict(QUESTION, [], api_name="/ask")).text
        failed: list[str] = []
        with closing(browser.new_context(locale="it-IT")) as context:
            context.on("response", lambda reply: failed.append(reply.url) if reply.status >= 400 else None)
            page = context.new_page()
            page.goto(public)
            ask(page)
            page.get_by_role("tab", name="Cronologia").click()
            expect(page.locator("#timeline .axis")).to_be_visible()
        # Only what a browser asks for by itself, at the root of the host, is not ours.
        assert [url for url in failed if not url.endswith("favicon.ico")] == []


# How many at once


async def test_questions_come_up_in_order_and_one_too_many_is_refused() -> None:
    line = Line(at_once=1, waiting=1)
    with line.place() as first:
        assert first.turn.is_set()
        with line.place() as second:
            assert not second.turn.is_set()
            assert second.describe("en") == "In line: 1 being answered and 0 waiting before yours"
            with pytest.raises(LineFullError) as refused, line.place():
                pass
            assert (refused.value.running, refused.value.waiting) == (1, 1)
            assert refused.value.retryable
    with line.place() as third:
        assert third.turn.is_set()


async def test_whoever_leaves_the_line_lets_the_next_one_up() -> None:
    line = Line(at_once=1, waiting=2)
    with ExitStack() as running:
        running.enter_context(line.place())
        with ExitStack() as impatient:
            impatient.enter_context(line.place())
            patient = running.enter_context(line.place())
            assert line.before(patient) == (1, 1)
        assert line.before(patient) == (1, 0)
        assert not patient.turn.is_set()


class SlowEmbeddings(SmallEmbeddings):
    """Tells when a question is looked up, and goes on when it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.go = threading.Semaphore(0), threading.Event()

    def encode_queries(self, texts):
        self.asked.release()
        assert self.go.wait(60)
        return super().encode_queries(texts)


@pytest.fixture
def small_embeddings() -> Iterator[SmallEmbeddings]:
    embeddings = SlowEmbeddings()
    embeddings.go.set()
    yield embeddings
    embeddings.go.set()


@pytest.mark.browser
@pytest.mark.parametrize(("locale", "language"), [("it-IT", "it"), ("en-GB", "en")])
def test_one_question_too_many_is_told_so_and_kept(
    browser: Browser, host: Host, small_embeddings: SlowEmbeddings, locale: str, language: str
) -> None:
    small_embeddings.go.clear()
    bot = host(questions_at_once=1, queue_size=1)
    with serving(bot, started(bot)) as url, ExitStack() as opened:

        def person():
            return opened.enter_context(closing(browser.new_context(locale=locale))).new_page()

        first, second, third = person(), person(), person()
        for page in (first, second, third):
            page.goto(url)
            expect(page.locator("#conversation .example").first).to_be_visible()
            page.locator("#question textarea").fill(QUESTION)
        first.keyboard.press("Enter")
        assert small_embeddings.asked.acquire(timeout=60)
        second.keyboard.press("Enter")
        words = texts(language)
        expect(second.locator("#status")).to_contain_text(words["in_line"].format(running=1, waiting=0))
        third.keyboard.press("Enter")
        expect(third.locator("#status")).to_contain_text(words["line_full"].format(running=1, waiting=1))
        expect(third.locator("#status")).to_contain_text(words["question_kept"])
        expect(third.locator("#question textarea")).to_have_value(QUESTION)
        second.close()  # whoever leaves gives up their place
        for _ in range(60):
            third.locator("#question textarea").press("Enter")
            third.wait_for_timeout(500)
            if third.locator("#conversation .question").count():
                break
        small_embeddings.go.set()
        expect(third.locator("#conversation .answer:not(.partial)")).to_be_visible()


@pytest.mark.parametrize(("header", "language"), [("it", "it"), ("de", "en")])
def test_programs_stand_in_the_same_line(
    host: Host, small_embeddings: SlowEmbeddings, header: str, language: str
) -> None:
    small_embeddings.go.clear()
    bot = host(questions_at_once=1, queue_size=0)
    with serving(bot, started(bot)) as url:
        client = Client(url, verbose=False, headers={"Accept-Language": header})
        running = client.submit(QUESTION, [], api_name="/ask")
        assert small_embeddings.asked.acquire(timeout=60)
        with pytest.raises(Exception, match=texts(language)["line_full"].format(running=1, waiting=0)):
            client.predict(QUESTION, [], api_name="/ask")
        small_embeddings.go.set()
        assert Answer.model_validate(running.result()).text


# A tool over MCP


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, host: Host) -> None:
    monkeypatch.setitem(__import__("sys").modules, "mcp.server.fastmcp", None)
    with pytest.raises(ConfigError, match=r'pip install "\.\[mcp\]"'):
        build_app(host(mcp=True), Loading())


def test_no_tool_is_served_unless_it_is_wanted(host: Host) -> None:
    client = TestClient(build_app(host(), Loading()), base_url="http://127.0.0.1")
    assert client.post("/mcp").status_code in {404, 405}
    assert client.get("/gradio_api/mcp/").status_code == 404


@pytest.mark.parametrize("auth", [None, ADA])
async def test_ask_is_the_one_tool_and_returns_the_answer(host: Host, auth: str | None) -> None:
    pytest.importorskip("mcp", reason="needs the extra mcp")
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    bot = host(mcp=True, auth=auth)
    with serving(bot, started(bot)) as url:
        async with (
            httpx.AsyncClient(headers=basic() if auth else {}, timeout=60) as http,
            streamable_http_client(f"{url}/mcp", http_client=http) as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            (tool,) = (await session.list_tools()).tools
            assert tool.name == "ask"
            assert "\n\nThe answer's `text` has [n] markers" in tool.description
            assert tool.outputSchema["title"] == "Answer"
            assert (await session.call_tool("ask", {"question": ""})).isError
            assert (await session.call_tool("ask", {"question": "x" * 1001})).isError
            history = [["Dove vinse la Supercoppa?", "A Pechino [1]."]]
            reply = await session.call_tool("ask", {"question": QUESTION, "history": history})
        answer = Answer.model_validate(reply.structuredContent)
        assert answer.text
        assert answer.passages
        async with httpx.AsyncClient() as nobody:
            called = await nobody.post(f"{url}/mcp", headers={"Host": "rebound.example"}, json={})
            assert called.status_code == (401 if auth else 403)
