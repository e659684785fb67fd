"""The page to people who mean harm: real requests to a real server."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from fakes import SmallEmbeddings, SmallReader, scripted_chat_model
from starlette.testclient import TestClient

from qa.config import Settings
from qa.pipeline import QA
from qa.ui.loading import Loading
from qa.ui.server import MAX_FILE_BYTES, build_app, serving

SECRET = "the-secret-of-another-file"
SCRIPT = b"<script>alert(1)</script>"


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QA]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "secret.txt").write_text(SECRET)
    (folder / "data").mkdir()
    (folder / "data" / "feedback.jsonl").write_text(SECRET)
    seeds = Path(__file__).parent.parent / "seeds"
    settings = Settings(data_dir=folder / "data", sources=(seeds,))
    with QA(
        settings, chat=scripted_chat_model(otherwise="Non so."), embeddings=SmallEmbeddings(), reader=SmallReader()
    ) as made:
        yield made


@pytest.fixture(scope="module")
def page(bot: QA) -> Iterator[httpx.Client]:
    loading = Loading()
    loading.start(bot)
    with serving(bot, loading) as url, httpx.Client(base_url=url, timeout=60) as client:
        yield client


# Files


def outside(folder: Path) -> list[str]:
    """Files that nobody may read through the page, as one may ask for them."""
    return [
        "/etc/passwd",
        "/proc/self/environ",
        "/proc/self/cmdline",
        "pyproject.toml",
        "app.py",
        ".env",
        "../../../../../../etc/passwd",
        "..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "%252e%252e%252fetc%252fpasswd",
        "....//....//etc/passwd",
        "/etc/./passwd",
        "//etc/passwd",
        "file:///etc/passwd",
        "/etc/passwd%00.txt",
        "C:\\Windows\\win.ini",
        "http://127.0.0.1:1/",
        f"{folder}/secret.txt",
        f"{folder}/data/feedback.jsonl",
        f"{folder}/data/articles/../feedback.jsonl",
        f"{Path(__file__).parent.parent}/pyproject.toml",
    ]


@pytest.mark.parametrize(
    "route",
    [
        "/gradio_api/file={}",
        "/gradio_api/file/{}",
        "/file={}",
        "/file/{}",
        "/static/{}",
        "/assets/{}",
        "/svelte/{}",
        "/reports/{}",
        "/gradio_api/proxy={}",
        "/gradio_api/stream/x/y/{}",
        "/gradio_api/custom_component/x/client/{}",
        "/{}",
    ],
)
def test_no_route_serves_a_file_from_elsewhere(page: httpx.Client, bot: QA, route: str) -> None:
    for wanted in outside(bot.settings.data_dir.parent):
        reply = page.get(route.format(wanted))
        # Gradio shows the page itself for some addresses that it does not know.
        assert reply.status_code >= 400 or reply.text.lstrip().lower().startswith("<!doctype html>"), wanted
        assert "root:" not in reply.text
        assert SECRET not in reply.text
        assert "[project]" not in reply.text


def test_an_event_cannot_name_a_file_that_was_not_uploaded(page: httpx.Client, bot: QA) -> None:
    events = {event["api_name"]: event["id"] for event in page.get("/config").json()["dependencies"]}
    for wanted in ("/etc/passwd", f"{bot.settings.data_dir}/feedback.jsonl", "../../etc/passwd"):
        data = [[{"path": wanted, "orig_name": "a.txt", "meta": {"_type": "gradio.FileData"}}]]
        body = {"data": data, "fn_index": events["upload"], "session_hash": "s", "trigger_id": None}
        joined = page.post("/gradio_api/queue/join", json=body)
        if joined.status_code == 200:
            with page.stream("GET", "/gradio_api/queue/data?session_hash=s") as stream:
                told = [json.loads(line[5:]) for line in stream.iter_lines() if line.startswith("data:")]
            assert any(message["msg"] == "process_completed" and not message["success"] for message in told)
            assert SECRET not in json.dumps(told)
    assert len(bot.articles()) == 2


@pytest.mark.parametrize(
    "name",
    [
        "../../evil.txt",
        "/etc/evil.txt",
        "..\\..\\evil.txt",
        "a/../../evil.txt",
        "evil.txt\x00.md",
        "." * 300 + ".txt",
        "<img src=x>.txt",
    ],
)
def test_an_uploaded_name_stays_in_its_folder_and_is_never_shown_as_a_page(page: httpx.Client, name: str) -> None:
    reply = page.post("/gradio_api/upload", files={"files": (name, SCRIPT)})
    if reply.status_code == 200:
        (kept,) = map(Path, reply.json())
        assert ".." not in kept.parts
        assert "gradio" in kept.parts
        assert kept.read_bytes() == SCRIPT
        back = page.get(f"/gradio_api/file={kept}")
        if back.status_code == 200:
            assert back.headers["content-type"].split(";")[0] in {"text/plain", "application/octet-stream"}
            assert back.headers["x-content-type-options"] == "nosniff"
        kept.unlink()


def test_an_uploaded_page_is_handed_out_as_a_file_only(page: httpx.Client) -> None:
    (kept,) = page.post("/gradio_api/upload", files={"files": ("a.html", SCRIPT)}).json()
    back = page.get(f"/gradio_api/file={kept}")
    assert back.headers["content-disposition"].startswith("attachment")
    assert back.headers["x-content-type-options"] == "nosniff"
    Path(kept).unlink()


def test_a_file_that_is_too_large_is_refused(page: httpx.Client) -> None:
    reply = page.post("/gradio_api/upload", files={"files": ("a.txt", bytes(MAX_FILE_BYTES + 1))})
    assert reply.status_code == 413
    assert f"{MAX_FILE_BYTES}" in reply.text


def test_nothing_is_kept_where_uploads_are_off(bot: QA) -> None:
    with QA(bot.settings.replace(uploads=False), chat=bot.chat, embeddings=bot.embeddings, reader=bot.reader) as closed:
        client = TestClient(build_app(closed, Loading()), base_url="http://127.0.0.1")
        assert client.post("/gradio_api/upload", files={"files": ("a.txt", SCRIPT)}).status_code == 403


# Other sites

FOREIGN = [
    {"Host": "evil.example"},
    {"Host": "evil.example", "Origin": "http://evil.example"},
    {"Host": "127.0.0.1.evil.example"},
    {"Host": "[::1"},
    {"Origin": "http://evil.example"},
    {"Origin": "http://localhost:3000"},
    {"Origin": "null"},
    {"Origin": "http://evil.example", "X-Forwarded-Host": "evil.example, 127.0.0.1"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_another_site_can_ask_nothing(page: httpx.Client, headers: dict[str, str]) -> None:
    call = {"data": ["Chi allena il Bari?", []]}
    replies = [
        page.get("/config", headers=headers),
        page.get("/", headers=headers),
        page.post("/gradio_api/call/ask", json=call, headers=headers),
        page.post("/gradio_api/upload", files={"files": ("a.txt", SCRIPT)}, headers=headers),
        page.options("/gradio_api/call/ask", headers={**headers, "Access-Control-Request-Method": "POST"}),
    ]
    for reply in replies:
        assert reply.status_code == 403
        assert not any(name.startswith("access-control") for name in reply.headers)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_of_another_site_is_refused_and_a_link_is_not(page: httpx.Client, site: str) -> None:
    headers = {"Sec-Fetch-Site": site}
    assert page.post("/gradio_api/call/ask", json={"data": ["Chi?", []]}, headers=headers).status_code == 403
    assert page.get("/?q=Chi%3F", headers=headers).status_code == 200


def test_the_page_itself_and_programs_are_let_in(page: httpx.Client) -> None:
    host = page.base_url.netloc.decode()
    port = page.base_url.port
    for headers in (
        {},
        {"Origin": f"http://{host}"},
        {"Host": f"localhost:{port}", "Origin": f"http://localhost:{port}"},
    ):
        assert page.get("/config", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("root_path", "headers", "status"),
    [
        ("/carrera", {"Host": "example.org", "Origin": "https://example.org"}, 200),
        (
            "/carrera",
            {"Host": "127.0.0.1:7860", "X-Forwarded-Host": "example.org", "Origin": "https://example.org"},
            200,
        ),
        ("https://example.org/carrera", {"Origin": "https://example.org"}, 200),
        ("https://example.org/carrera", {"Origin": "https://evil.example"}, 403),
        ("/carrera", {"Host": "example.org", "Origin": "https://evil.example"}, 403),
    ],
)
def test_behind_a_proxy_its_own_name_is_let_in(bot: QA, root_path: str, headers: dict[str, str], status: int) -> None:
    with QA(
        bot.settings.replace(root_path=root_path), chat=bot.chat, embeddings=bot.embeddings, reader=bot.reader
    ) as proxied:
        client = TestClient(build_app(proxied, Loading()), base_url="http://127.0.0.1")
        assert client.get("/robots.txt", headers=headers).status_code == status


def test_every_reply_tells_the_browser_what_it_may_do(page: httpx.Client) -> None:
    for path in ("/", "/config", "/nowhere", "/gradio_api/info"):
        headers = page.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "frame-ancestors 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    "query",
    [
        "?q=<script>alert(1)</script>",
        "?q=%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E",
        "?__theme=<script>alert(1)</script>",
    ],
)
def test_the_address_is_no_part_of_the_page(page: httpx.Client, query: str) -> None:
    text = page.get(f"/{query}").text
    assert "<script>alert(1)" not in text
    assert "<img src=x" not in text


def test_no_error_shows_where_it_happened(page: httpx.Client) -> None:
    for reply in (
        page.post("/gradio_api/call/ask", json={"data": {"not": "a list"}}),
        page.post("/gradio_api/call/ask", content=b"{", headers={"content-type": "application/json"}),
        page.post("/gradio_api/queue/join", json={"data": [], "fn_index": 10**6, "session_hash": "s"}),
    ):
        assert "Traceback" not in reply.text
        assert str(Path(__file__).parent.parent) not in reply.text


# What listens


def listening() -> set[tuple[str, int]]:
    own = psutil.Process()
    found = [c for process in (own, *own.children(recursive=True)) for c in process.net_connections("tcp")]
    return {tuple(c.laddr) for c in found if c.status == psutil.CONN_LISTEN}


def test_nothing_listens_beyond_this_computer(page: httpx.Client) -> None:
    found = listening()
    assert ("127.0.0.1", page.base_url.port) in found
    assert {host for host, _ in found} <= {"127.0.0.1", "::1"}


@pytest.mark.model
@pytest.mark.slow
def test_the_local_model_listens_on_this_computer_alone_and_wants_its_key() -> None:
    from qa.models.chat import load_chat_model

    before = listening()
    with load_chat_model(Settings()) as chat:
        (address,) = listening() - before
        assert address[0] == "127.0.0.1"
        url = f"http://127.0.0.1:{address[1]}"
        for path in ("/v1/chat/completions", "/completion", "/tokenize", "/infill"):
            assert httpx.post(url + path, json={"prompt": "x", "content": "x", "messages": []}).status_code == 401
        for path in ("/props", "/slots", "/metrics"):
            assert httpx.get(url + path).status_code in {401, 404, 501}
        assert chat.count_tokens("Bari") > 0
    with socket.socket() as probe:
        assert probe.connect_ex(address) != 0
