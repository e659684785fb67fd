"""What is written down of a question: enough to understand its answer, only if asked for, and never a secret."""

import json
import logging
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fakes import SmallEmbeddings, SmallReader
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from typer.testing import CliRunner

from qa.cli import app
from qa.config import Settings
from qa.errors import ConfigError, ModelError
from qa.models.chat import ChatModel
from qa.pipeline import QA
from qa.schema import Working
from qa.spans import _provider

QUESTION = "Contro chi ha festeggiato la Supercoppa a Mosca?"
KEPT = "La vittoria della Supercoppa contro la Lokomotiv Mosca fu l’unica gioia dell’annata successiva."
DROPPED = "La vinse nel 1970 contro il Real Madrid."
SECRET = "sk-secret-0123456789"
Make = Callable[..., QA]


@pytest.fixture
def make(settings: Settings, scripted_chat: ChatModel, small_embeddings: SmallEmbeddings) -> Iterator[Make]:
    """Make a bot with some settings changed."""
    scripted_chat.llm.otherwise = f"{KEPT} {DROPPED}"
    with ExitStack() as stack:
        yield lambda **changes: stack.enter_context(
            QA(settings.replace(**changes), chat=scripted_chat, embeddings=small_embeddings, reader=SmallReader())
        )


def traces(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.iterdir())]


def test_a_trace_tells_how_the_answer_came_about(make: Make, tmp_path: Path, scripted_chat: ChatModel) -> None:
    folder = tmp_path / "traces"
    bot = make(trace_dir=folder)
    answer = bot.ask(QUESTION)
    (told,) = traces(folder)
    assert told["asked"] == QUESTION
    assert (told["question"], told["language"]) == (answer.question, "it")
    assert [step["name"] for step in told["steps"]] == ["retrieve", "compare", "generate", "verify"]
    assert told["error"] == ""
    for found in (*told["chunks"], *told["sentences"]):
        assert bot.article(found["source"]).text[found["start"] : found["end"]] == found["text"]
        assert isinstance(found["score"], float)
    assert sorted((s["score"] for s in told["sentences"]), reverse=True) == [s["score"] for s in told["sentences"]]
    assert {"margin", "fits", "echo", "drawn"} <= set(told["signs"])
    assert told["confidence"] == answer.confidence > told["threshold"]
    (call,) = told["calls"]
    assert [role for role, _ in call["prompt"]] == ["system", "human"]
    assert "\n".join(text for _, text in call["prompt"]) == scripted_chat.llm.asked()[0]
    assert (call["reply"], call["error"]) == (answer.raw_text, "")
    first, second = told["checks"]
    assert (first["statement"], second["statement"], second["kept"]) == (KEPT, DROPPED, False)
    assert first["kept"] == (not any(KEPT in note for note in answer.notes))
    assert any("Lokomotiv" in support["text"] for support in first["support"])
    assert told["answer"] == answer.model_dump(mode="json")
    assert told["settings"]["model"] == "local"


def test_a_trace_is_for_its_owner_and_each_question_has_its_own(make: Make, tmp_path: Path) -> None:
    bot = make(trace_dir=tmp_path / "traces")
    for _ in range(2):
        bot.ask(QUESTION)
    files = list((tmp_path / "traces").iterdir())
    assert len(files) == 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_a_failing_model_and_what_it_had_said_are_traced(make: Make, tmp_path: Path, scripted_chat: ChatModel) -> None:
    bot = make(trace_dir=tmp_path / "traces")
    scripted_chat.llm.otherwise = ModelError("The server is gone.")
    bot.ask(QUESTION)
    ((call,),) = [told["calls"] for told in traces(tmp_path / "traces")]
    assert call["error"] == "ModelError: The server is gone."


def test_a_question_that_is_given_up_is_traced_with_what_the_model_had_said(make: Make, tmp_path: Path) -> None:
    events = make(trace_dir=tmp_path / "traces").stream(QUESTION, history=[("Ciao", "Non so.")])
    for event in events:
        if isinstance(event, Working) and event.words == 3:
            break
    events.close()
    (told,) = traces(tmp_path / "traces")
    assert (told["error"], told["answer"]) == ("given up", None)
    assert told["history"] == [["Ciao", "Non so."]]
    (call,) = told["calls"]
    assert call["reply"] == "La vittoria della"
    assert [step["name"] for step in told["steps"]] == ["retrieve", "compare", "generate"]


def test_a_question_that_fails_is_traced(make: Make, tmp_path: Path) -> None:
    bot = make(trace_dir=tmp_path / "traces", sources=())
    (bot.settings.data_dir / "index").parent.mkdir(parents=True)
    (bot.settings.data_dir / "index").write_text("no folder")
    with pytest.raises(Exception, match="Cannot write"):
        bot.ask(QUESTION)
    (told,) = traces(tmp_path / "traces")
    assert "Cannot write" in told["error"]
    assert told["steps"][0]["error"] == "StoreError"


def test_a_trace_that_cannot_be_written_costs_no_answer(
    make: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "traces").write_text("no folder")
    assert make(trace_dir=tmp_path / "traces").ask(QUESTION).status == "answered"
    assert "the trace cannot be written" in caplog.text


def test_without_the_setting_nothing_is_written(make: Make, tmp_path: Path) -> None:
    bot = make()
    # The index is written before the question exists: its graph is saved with whatever its memory held before.
    bot.sync()
    question = f"{QUESTION} {uuid4()}"
    bot.ask(question)
    kept = [path.name for path in tmp_path.rglob("*") if path.is_file() and question.encode() in path.read_bytes()]
    assert kept == []


def test_the_command_line_writes_a_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seeds: Path, scripted_chat: ChatModel
) -> None:
    monkeypatch.setenv("QA_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("QA_SOURCES", str(seeds))
    scripted_chat.llm.otherwise = KEPT
    folder = tmp_path / "traces"
    opener = partial(QA, chat=scripted_chat, embeddings=SmallEmbeddings(), reader=SmallReader())
    result = CliRunner().invoke(app, ["ask", "--trace", str(folder), QUESTION], obj=opener)
    assert result.exit_code == 0
    assert f"The trace is in {folder}." in result.stderr
    assert [told["asked"] for told in traces(folder)] == [QUESTION]


@pytest.mark.parametrize("wanted", [False, True])
def test_questions_are_logged_only_if_asked_for(make: Make, caplog: pytest.LogCaptureFixture, wanted: bool) -> None:
    with caplog.at_level(logging.DEBUG, "qa"):
        make(log_questions=wanted).ask(QUESTION)
    assert ("Supercoppa" in caplog.text) == wanted
    (record,) = [record for record in caplog.records if record.name == "qa.tracing"]
    assert vars(record)["outcome"] == "answered"
    assert vars(record)["seconds"] > 0


class Collector(BaseHTTPRequestHandler):
    """Takes spans as a collector does."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, ExportTraceServiceRequest.FromString(body)))  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize("wanted", [False, True])
def test_spans_tell_the_steps_and_no_question_unless_asked_for(make: Make, wanted: bool) -> None:
    with HTTPServer(("127.0.0.1", 0), Collector) as http:
        http.received = []  # type: ignore[attr-defined]
        threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        endpoint = f"http://127.0.0.1:{http.server_port}"
        make(otlp_endpoint=endpoint, log_questions=wanted).ask(QUESTION)
        _provider(endpoint).shutdown()
        http.shutdown()
    (received,) = http.received  # type: ignore[attr-defined]
    path, request = received
    assert path == "/v1/traces"
    spans = [span for r in request.resource_spans for scope in r.scope_spans for span in scope.spans]
    whole = next(span for span in spans if span.name == "question")
    steps = [span for span in spans if span is not whole]
    assert [span.name for span in steps] == ["retrieve", "compare", "generate", "verify"]
    for span in steps:
        assert span.parent_span_id == whole.span_id
        assert whole.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano
    told = {attribute.key: attribute.value for attribute in whole.attributes}
    assert told["qa.outcome"].string_value == "answered"
    assert (b"Supercoppa" in request.SerializeToString()) == wanted
    assert KEPT.encode() not in request.SerializeToString()


def test_no_collector_no_spans_and_no_harm(make: Make) -> None:
    endpoint = "http://127.0.0.1:9"
    assert make(otlp_endpoint=endpoint).ask(QUESTION).status == "answered"
    _provider(endpoint).shutdown()


def test_missing_packages_are_named(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(ConfigError, match=r"\[otel\]"):
        make(otlp_endpoint="http://127.0.0.1:10").ask(QUESTION)
