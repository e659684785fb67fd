"""Nothing is sent anywhere but to this computer; secrets stand in nothing that is shown, logged or written."""

import json
import logging
import os
import subprocess
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

import httpx
import pytest
from fakes import SmallEmbeddings, SmallReader
from model_server import model_server, refuse, say

from qa.config import Settings
from qa.doctor import examine
from qa.errors import ConfigError, QAError, StoreError
from qa.logs import MaskingFormatter, configure_logging
from qa.models.chat import load_chat_model
from qa.passwords import user
from qa.pipeline import QA
from qa.secrecy import masked, without_password
from qa.store import holdings

QUESTION = "Contro chi ha festeggiato la Supercoppa a Mosca?"
KEY, PASSWORD, TOKEN = "sk-proj-abc123DEF456", 'pass"wörd\\x', "hf_0123456789abcdef"

# Run in a process of its own, so that nothing is imported before its sockets are watched: everything that opens a
# connection or looks up a name in Python passes the audit hook, libraries included.
WATCHED = """
import json, os, socket, sys, threading
asked = []
def watch(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1"):
            asked.append([event, repr(address)])
            raise OSError("blocked")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname") and arguments[0] not in (None, "", "127.0.0.1", "::1", "localhost"):
        asked.append([event, repr(arguments[0])])
        raise OSError("blocked")
sys.addaudithook(watch)
sys.path[:0] = json.loads(sys.argv[1])
from pathlib import Path
from fakes import SmallEmbeddings, SmallReader, scripted_chat_model
from qa.config import Settings
from qa.pipeline import QA
from qa.ui.loading import Loading
from qa.ui.server import serving
import httpx
settings = Settings(data_dir=Path(sys.argv[2]), sources=(Path(sys.argv[3]),))
chat = scripted_chat_model(otherwise="La vittoria della Supercoppa contro la Lokomotiv Mosca fu l’unica gioia.")
with QA(settings, chat=chat, embeddings=SmallEmbeddings(), reader=SmallReader()) as bot:
    report = bot.sync()
    answer = bot.ask(sys.argv[4])
    loading = Loading()
    loading.start(bot)
    with serving(bot, loading) as url:
        client = httpx.Client(base_url=url, trust_env=False, timeout=120)
        page = client.get("/").raise_for_status().text
        event = client.post("/gradio_api/call/ask", json={"data": [sys.argv[4], []]}).raise_for_status().json()["event_id"]
        reply = client.get(f"/gradio_api/call/ask/{event}").text
for thread in threading.enumerate():
    if thread is not threading.current_thread() and thread.name not in ("page",) and not thread.daemon:
        thread.join(5)
control = None
try:
    socket.create_connection(("192.0.2.1", 9), timeout=1)
except OSError as error:
    control = str(error)
print(json.dumps({"asked": asked, "added": len(report.added), "status": answer.status, "page": len(page),
                  "reply": "event: complete" in reply, "control": control}))
"""


def test_nothing_is_sent_but_to_this_computer(tmp_path: Path, seeds: Path) -> None:
    tests = Path(__file__).parent
    paths = json.dumps([str(tests), str(tests.parent)])
    switches = {"HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK", "GRADIO_ANALYTICS_ENABLED", "ANONYMIZED_TELEMETRY"}
    environment = {
        name: value for name, value in os.environ.items() if name not in switches and "proxy" not in name.lower()
    }
    environment |= {"LANGSMITH_TRACING": "true", "LANGCHAIN_TRACING_V2": "true", "LANGSMITH_API_KEY": KEY}
    command = [sys.executable, "-W", "ignore", "-c", WATCHED, paths, str(tmp_path), str(seeds), QUESTION]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own script
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout.splitlines()[-1])
    assert told["control"] == "blocked", "the watch sees connections"
    *others, control = told.pop("asked")
    assert "192.0.2.1" in control[1]
    assert others == []
    assert (told["added"], told["status"], told["reply"]) == (2, "answered", True)
    assert told["page"] > 1000
    assert "Supercoppa" not in ran.stderr


@pytest.fixture
def secretive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings with a secret wherever there can be one."""
    monkeypatch.setenv("SOME_API_KEY", TOKEN)
    return Settings(
        data_dir=tmp_path / "data",
        sources=(),
        model="openai:m",
        model_base_url=f"http://ada:{PASSWORD.replace(chr(34), '').replace(chr(92), '')}@127.0.0.1:9/v1?api_key={KEY}",
        model_api_key=KEY,
        chroma_url="http://ada:geheim123@127.0.0.1:9/?token=geheim456",
        otlp_endpoint="http://ada:geheim789@127.0.0.1:9",
        auth=user("ada", "a long password"),
        log_file=True,
    )


def secrets_of(settings: Settings) -> list[str]:
    assert settings.auth
    return [KEY, TOKEN, "passwörd", "geheim123", "geheim456", "geheim789", settings.auth.get_secret_value()]


def test_settings_show_no_secret(secretive: Settings) -> None:
    shown = [
        repr(secretive),
        str(secretive),
        str(secretive.in_force()),
        secretive.fingerprint(),
        repr(examine(secretive)),
    ]
    assert [s for s in secrets_of(secretive) for text in shown if s in text and s != TOKEN] == []


def test_a_refused_setting_is_not_repeated() -> None:
    for changes in ({"auth": f"ada:{KEY}"}, {"model_api_key": [KEY]}, {"chroma_url": f"ftp://ada:{KEY}@host"}):
        with pytest.raises(ConfigError) as caught:
            Settings(**changes)
        assert KEY not in str(caught.value)


@pytest.mark.parametrize("form", ["text", "json"])
def test_log_lines_hold_no_secret_not_even_in_tracebacks(secretive: Settings, form: str) -> None:
    formatter = MaskingFormatter(secretive.replace(log_format=form))
    record = logging.LogRecord("qa", logging.ERROR, "", 0, "sent %s", (f"{KEY} {TOKEN} geheim123",), None)
    try:
        Path(f"Bearer {KEY}, {secretive.model_base_url}, {secretive.chroma_url}").read_bytes()
    except OSError:
        record.exc_info = sys.exc_info()
    line = formatter.format(record)
    assert [secret for secret in secrets_of(secretive) if secret in line] == []
    assert "FileNotFoundError" in line
    if form == "json":
        assert {"time", "level", "logger", "message", "error"} <= set(json.loads(line))


def test_secrets_are_found_as_json_and_addresses_write_them() -> None:
    for text in (
        PASSWORD,
        json.dumps(PASSWORD),
        json.dumps(PASSWORD, ensure_ascii=False),
        str(httpx.QueryParams({"x": PASSWORD})),
    ):
        assert "rd" not in masked(text, [PASSWORD])
    assert without_password("see https://u:p@host/a?key=abc&b=1#c") == "see https://host/a?key=…&b=1#c"
    assert masked("short words stay", ["or"]) == "short words stay"


def test_errors_of_servers_hold_no_secret(secretive: Settings) -> None:
    with pytest.raises(StoreError) as caught:
        holdings(secretive)
    assert [secret for secret in secrets_of(secretive) if secret in str(caught.value)] == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 500])
def test_a_key_of_the_environment_that_a_server_repeats_is_shown_nowhere(
    tmp_path: Path, seeds: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    caplog.set_level(logging.DEBUG, "qa")
    with model_server([refuse(status, f"No: {KEY}", Retry_After="0.001")] * 3) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        settings = Settings(
            data_dir=tmp_path / "data", sources=(seeds,), model="openai:m", trace_dir=tmp_path / "traces"
        )
        with (
            load_chat_model(settings) as chat,
            QA(settings, chat=chat, embeddings=SmallEmbeddings(), reader=SmallReader()) as bot,
        ):
            answer = bot.ask(QUESTION)
    (trace,) = (tmp_path / "traces").iterdir()
    assert len(answer.notes) == 1
    for text in (answer.model_dump_json(), trace.read_text(encoding="utf-8"), caplog.text):
        assert KEY not in text


def test_what_a_server_repeats_of_a_question_is_not_logged(
    tmp_path: Path, seeds: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "qa")
    with model_server([refuse(400, f"cannot process: {QUESTION}")]) as server:
        server.otherwise = say("Non lo so.")
        settings = Settings(data_dir=tmp_path / "data", sources=(seeds,), model="openai:m", model_base_url=server.url)
        with (
            load_chat_model(settings) as chat,
            QA(settings, chat=chat, embeddings=SmallEmbeddings(), reader=SmallReader()) as bot,
        ):
            bot.ask(QUESTION)
    assert "The model did not answer" in caplog.text
    assert "Supercoppa" not in caplog.text


@pytest.fixture
def logging_restored() -> object:
    root, own = logging.getLogger(), logging.getLogger("qa")
    before = (list(root.handlers), root.level, own.level)
    yield None
    for handler in root.handlers:
        if handler not in before[0]:
            handler.close()
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    own.setLevel(before[2])


@pytest.mark.usefixtures("logging_restored")
def test_logs_go_to_a_rotated_file_only_if_asked_for(tmp_path: Path) -> None:
    plain = Settings(data_dir=tmp_path / "data", log_level="INFO")
    configure_logging(plain)
    logging.getLogger("qa").info("hello")
    assert not (tmp_path / "data").exists()
    configure_logging(plain.replace(log_file=True, log_format="json"))
    logging.getLogger("qa").info("hello", extra={"seconds": 1.5})
    path = tmp_path / "data" / "logs" / "qa.log"
    assert json.loads(path.read_text(encoding="utf-8")).items() >= {"message": "hello", "seconds": 1.5}.items()
    (handler,) = [h for h in logging.getLogger().handlers if isinstance(h, RotatingFileHandler)]
    assert handler.maxBytes > 0
    assert handler.backupCount > 0


@pytest.mark.usefixtures("logging_restored")
def test_a_log_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("no folder")
    with pytest.raises(QAError, match="QA_LOG_FILE"):
        configure_logging(Settings(data_dir=tmp_path / "data", log_file=True))
