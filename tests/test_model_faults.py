"""Whatever the model's server does, a question ends in bounded time with an honest answer, and the next one works."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil
import pytest
from fakes import SmallEmbeddings, SmallReader
from model_server import (
    Behaviour,
    Handler,
    ModelServer,
    cut,
    events,
    hang,
    model_server,
    refuse,
    repeat,
    say,
)

from qa.config import Settings
from qa.models.chat import ChatModel, load_chat_model
from qa.pipeline import QA
from qa.schema import Answer, Final, Working

QUESTION = "Contro chi ha festeggiato la Supercoppa a Mosca?"
REPLY = "La vittoria della Supercoppa contro la Lokomotiv Mosca fu l’unica gioia dell’annata successiva."
HALF = "La vittoria della Supercoppa contro la Lokomotiv Mosca fu"
FAILED = "Il modello linguistico non ha risposto. Gli articoli dicono:"
KEY = "sk-secret-0123456789"
SHORT, AMPLE = 0.3, 60.0
"""Seconds for a reply: for servers that never end, and for all others."""
Ask = Callable[[float, Sequence[Behaviour]], tuple[Answer, Answer]]


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with model_server() as model:
        yield model


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory, seeds: Path) -> Iterator[QA]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("faults"), sources=(seeds,))
    with QA(settings, embeddings=SmallEmbeddings(), reader=SmallReader()) as made:
        yield made


@pytest.fixture
def ask(server: ModelServer, bot: QA) -> Ask:
    """Ask twice: while the server does what the script says, and when it is well again."""

    def asked(timeout: float, script: Sequence[Behaviour]) -> tuple[Answer, Answer]:
        server.requests.clear()
        server.script.clear()
        server.script.extend(script)
        server.otherwise = say(REPLY)
        settings = Settings(
            model="openai:some-model", model_base_url=server.url, model_api_key=KEY, model_timeout=timeout
        )
        with load_chat_model(settings) as bot._chat:
            first = bot.ask(QUESTION)
            server.script.clear()
            if timeout == AMPLE:
                return first, bot.ask(QUESTION)
        # A busy machine may need longer for a good reply than these servers are waited for.
        with load_chat_model(settings.replace(model_timeout=AMPLE)) as bot._chat:
            return first, bot.ask(QUESTION)

    return asked


def check_honest(answer: Answer, reason: str) -> None:
    """It says that the model failed and why, quotes what was found, and says nothing of the model's."""
    assert answer.text.startswith(FAILED), answer.text
    (note,) = answer.notes
    assert reason in note
    assert KEY not in answer.model_dump_json()
    assert answer.raw_text == ""
    assert answer.citations
    for citation in answer.citations:
        assert f"[{citation.marker}]" in answer.text
    # Nothing stands in it but the phrase, and whole quotations with their origin and marker.
    left = answer.text.removeprefix(FAILED)
    for citation in answer.citations:
        assert f"«{citation.quote}»" in left
        left = left.replace(f"«{citation.quote}»", "")
    assert HALF not in left


def check_well(answer: Answer) -> None:
    assert answer.status == "answered"
    assert FAILED not in answer.text
    assert answer.raw_text.strip() == REPLY
    assert not any("did not answer:" in note for note in answer.notes)


def gzipped(handler: Handler) -> None:
    handler.whole(200, b"\x1f\x8b no archive", Content_Encoding="gzip")


CHUNK = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
ENDS = {"index": 0, "delta": {}, "finish_reason": "stop"}
LLAMA_CONTEXT = (
    "the request exceeds the available context size (4096 tokens), try increasing it",
    "request (9000 tokens) exceeds the available context size (4096 tokens), try increasing it",
)
OPENAI_CONTEXT = "This model's maximum context length is 4096 tokens. However, your messages resulted in 9000 tokens."
FAULTS: dict[str, tuple[float, str, tuple[Behaviour, ...]]] = {
    "never answers": (SHORT, "in time", (hang,) * 3),
    "sends a word now and then, without an end": (SHORT, "in time", (repeat("ancora "),)),
    "sends only signs of life": (SHORT, "in time", (repeat(b": processing\n\n"),)),
    "sends words as fast as it can, without an end": (AMPLE, "more than it was asked", (repeat("ancora " * 50, 0),)),
    "is busy for longer than there is time": (SHORT, "too often", (refuse(429, "slow down", Retry_After="100"),)),
    "stays busy": (AMPLE, "too often", (refuse(429, "slow down", Retry_After="0.001"),) * 3),
    "stays ill": (AMPLE, "failed on its server", (refuse(500, "ill", Retry_After="0.001"),) * 3),
    "cut in mid-stream": (AMPLE, "broke off", (cut(HALF, in_order=False),)),
    "cut in mid-stream in good order": (AMPLE, "broke off", (cut(HALF, in_order=True),)),
    "malformed JSON": (AMPLE, "makes no sense", (events("{not json"),)),
    "malformed JSON after half a reply": (
        AMPLE,
        "makes no sense",
        (events({**CHUNK, "choices": [{"index": 0, "delta": {"content": HALF}}]}, "{not"),),
    ),
    "JSON of no use": (AMPLE, "", (events([]),)),
    "nothing": (AMPLE, "", (events(None),)),
    "choices that are none": (AMPLE, "", (events({**CHUNK, "choices": "none"}),)),
    "text that is a number": (AMPLE, "", (events({**CHUNK, "choices": [{"index": 0, "delta": {"content": 5}}]}),)),
    "a page instead": (AMPLE, "", (lambda handler: handler.whole(200, b"<html>Welcome</html>", "text/html"),)),
    "an archive that is none": (AMPLE, "", (gzipped,) * 3),
    "empty content": (AMPLE, "empty", (events({**CHUNK, "choices": [ENDS]}, "[DONE]"),)),
    "blanks": (AMPLE, "empty", (say(" \n "),)),
    "no event at all": (AMPLE, "", (events(),)),
    "too long for llama.cpp": (AMPLE, "QA_CONTEXT_TOKENS", (refuse(400, LLAMA_CONTEXT[0]),)),
    "too long for llama.cpp, newer": (AMPLE, "QA_CONTEXT_TOKENS", (refuse(400, LLAMA_CONTEXT[1]),)),
    "too long for OpenAI": (AMPLE, "QA_CONTEXT_TOKENS", (refuse(400, OPENAI_CONTEXT),)),
    "too long for a proxy": (AMPLE, "QA_CONTEXT_TOKENS", (refuse(413, "Request Entity Too Large"),)),
    "out of memory": (
        AMPLE,
        "failed on its server",
        (refuse(500, "failed to allocate compute buffers", Retry_After="0.001"),) * 3,
    ),
    "out of memory in mid-stream": (
        AMPLE,
        "failed on its server",
        (
            events(
                {**CHUNK, "choices": [{"index": 0, "delta": {"content": HALF}}]},
                {"error": {"code": 500, "message": "Compute error.", "type": "server_error"}},
            ),
        ),
    ),
    "wrong model name": (AMPLE, "was not found", (refuse(404, "model 'some-model' not found"),)),
    "wrong key": (AMPLE, "refused the API key", (refuse(401, f"Incorrect API key provided: {KEY}"),)),
    "repeats the key": (AMPLE, "refused the request", (refuse(400, f"No: Bearer {KEY}"),)),
}


# The OpenAI SDK warns of what does not fit its types.
@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings:UserWarning")
@pytest.mark.parametrize(("timeout", "reason", "script"), FAULTS.values(), ids=FAULTS)
def test_a_fault_of_the_server_ends_in_an_honest_answer_and_the_next_question_works(
    ask: Ask, timeout: float, reason: str, script: tuple[Behaviour, ...]
) -> None:
    failed, well = ask(timeout, script)
    check_honest(failed, reason)
    check_well(well)


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504])
def test_a_passing_fault_is_not_noticed(server: ModelServer, ask: Ask, status: int) -> None:
    answer, _ = ask(AMPLE, [refuse(status, "wait", Retry_After="0.001")])
    check_well(answer)
    first, second, _ = server.requests
    assert json.dumps(first) == json.dumps(second)


def test_a_server_that_is_not_there(bot: QA) -> None:
    with model_server() as gone:
        url = gone.url
    with load_chat_model(Settings(model="openai:some-model", model_base_url=url)) as bot._chat:
        check_honest(bot.ask(QUESTION), "cannot be reached")


@pytest.mark.model
def test_a_local_server_that_dies_is_started_again(
    tmp_path: Path, seeds: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(data_dir=tmp_path, sources=(seeds,), max_tokens=16)
    with QA(settings, embeddings=SmallEmbeddings(), reader=SmallReader()) as bot:
        dead, events = bot.chat, bot.stream(QUESTION)
        next(event for event in events if isinstance(event, Working))
        kill(dead)
        check_honest(next(event.answer for event in events if isinstance(event, Final)), "cannot be reached")
        check_read(bot.ask(QUESTION))
        assert bot.chat is not dead
        kill(bot.chat)
        check_read(bot.ask(QUESTION))  # between two questions, nobody notices
    assert caplog.text.count("has died or hangs") == 2


@pytest.mark.model
def test_a_local_server_that_hangs_is_started_again(tmp_path: Path, seeds: Path) -> None:
    settings = Settings(data_dir=tmp_path, sources=(seeds,), max_tokens=16, model_timeout=8, resamples=0)
    with QA(settings, embeddings=SmallEmbeddings(), reader=SmallReader()) as bot:
        hung = bot.chat
        assert hung._server is not None
        process = psutil.Process(hung._server.pid)
        process.suspend()
        check_honest(bot.ask(QUESTION), "did not answer in time")
        assert process.is_running()
        bot.settings = settings.replace(model_timeout=AMPLE)
        check_read(bot.ask(QUESTION))
        assert bot.chat is not hung
        assert not process.is_running()


def kill(chat: ChatModel) -> None:
    """Do what a crash of llama.cpp does, or a machine that is out of memory."""
    assert chat._server is not None
    process = psutil.Process(chat._server.pid)
    process.kill()
    psutil.wait_procs([process])


def check_read(answer: Answer) -> None:
    """The model was asked, and answered."""
    assert answer.usage.completion_tokens > 0
    assert not any("did not answer" in note for note in answer.notes)
