"""The language model: by URL against a scripted server, and llama.cpp itself (marked ``model``)."""

import json
import logging
import re
import signal
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import psutil
import pytest
from langchain_core.language_models import FakeListChatModel
from langsmith.utils import get_env_var, tracing_is_enabled

from qa.config import Settings
from qa.errors import ConfigError, ModelError
from qa.models.artifacts import LANGUAGE_MODEL, fetch
from qa.models.chat import ChatModel, load_chat_model
from qa.models.llama import SLOTS, Launch, Outcome, check_memory
from qa.models.local import LlamaProcess, weights_fingerprint

KEY = "sk-secret-0123456789"
WORDS = ["Massimo ", "Carrera ", "allenò ", "lo ", "Spartak."]


@dataclass
class Scripted:
    """What the server does with the next requests, and what it was sent."""

    status: int = 200
    words: list[str] = field(default_factory=lambda: list(WORDS))
    cut_after: int | None = None
    cut_in_order: bool = False
    error_text: str = "the server's own words"
    requests: list[dict] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    url: str = ""


class Handler(BaseHTTPRequestHandler):
    """Speaks as much of OpenAI's protocol as one chat model needs."""

    protocol_version = "HTTP/1.1"
    script: Scripted

    def log_message(self, *args):
        pass

    def do_POST(self):
        script = self.script
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        script.requests.append(body)
        script.keys.append(self.headers["Authorization"])
        if script.status != 200:
            self._reply(
                {"error": {"message": f"{script.error_text} {self.headers['Authorization']}", "code": script.status}}
            )
        elif body.get("stream"):
            self._stream(body)
        else:
            message = {"role": "assistant", "content": "".join(script.words)}
            usage = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            self._reply({"id": "1", "object": "chat.completion", "model": "m", "choices": [choice], "usage": usage})

    def _reply(self, reply):
        data = json.dumps(reply).encode()
        self.send_response(self.script.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Retry-After", "0.001")
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, body):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for word in self.script.words[: self.script.cut_after]:
            self._event({"choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}]})
        if self.script.cut_after is not None:
            if self.script.cut_in_order:
                self._chunk(b"")
            self.close_connection = True
            return
        self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        if body.get("stream_options", {}).get("include_usage"):
            usage = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
            self._event({"choices": [], "usage": usage})
        self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")

    def _event(self, event):
        event |= {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        self._chunk(f"data: {json.dumps(event)}\n\n".encode())

    def _chunk(self, data):
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")


@pytest.fixture
def server() -> Iterator[Scripted]:
    script = Scripted()
    handler = type("ScriptedHandler", (Handler,), {"script": script})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        script.url = f"http://127.0.0.1:{http.server_port}/v1"
        yield script
        http.shutdown()
        thread.join()


def by_url(server: Scripted, **changes) -> ChatModel:
    return load_chat_model(Settings(**{"model": "openai:some-model", "model_base_url": server.url} | changes))


def test_asks_a_server_by_url_with_the_settings(server):
    with by_url(server, max_tokens=99, temperature=0.5) as model:
        reply = model.invoke([("system", "Rispondi."), ("user", "Chi allenò lo Spartak?")])
    assert reply.content == "".join(WORDS)
    assert reply.usage_metadata["input_tokens"] == 7
    sent = server.requests[0]
    assert sent["model"] == "some-model"
    assert sent["temperature"] == 0.5
    assert sent["max_completion_tokens"] == 99
    assert [message["role"] for message in sent["messages"]] == ["system", "user"]
    assert (model.name, model.is_local, model.context_tokens) == ("openai:some-model", False, 4096)


def test_streams_pieces_and_usage(server):
    with by_url(server) as model:
        chunks = list(model.stream("Chi?"))
    assert [chunk.content for chunk in chunks if chunk.content] == WORDS
    assert sum(chunk.usage_metadata["output_tokens"] for chunk in chunks if chunk.usage_metadata) == 5


def test_a_server_of_ones_own_is_not_sent_the_openai_key(server, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with by_url(server) as model:
        model.invoke("Chi?")
    assert server.keys == ["Bearer no-key"]


def test_the_key_is_sent_and_shown_nowhere(server, caplog):
    caplog.set_level(logging.DEBUG)
    server.status = 400
    settings = Settings(model="openai:m", model_base_url=server.url, model_api_key=KEY)
    model = load_chat_model(settings)
    with pytest.raises(ModelError) as caught:
        model.invoke("Chi?")
    assert server.keys == [f"Bearer {KEY}"]
    assert "the server's own words" in str(caught.value)
    for text in (
        str(caught.value),
        repr(caught.value),
        repr(model),
        repr(model.llm),
        repr(vars(model)),
        repr(settings),
        caplog.text,
    ):
        assert KEY not in text


@pytest.mark.parametrize(
    ("status", "retryable", "said"),
    [
        (401, False, "QA_MODEL_API_KEY"),
        (403, False, "key"),
        (404, False, "QA_MODEL_BASE_URL"),
        (413, False, "QA_CONTEXT_TOKENS"),
        (422, False, "the server's own words"),
        (429, True, "quota"),
        (500, True, "server"),
        (503, True, "server"),
    ],
)
@pytest.mark.parametrize("way", ["invoke", "stream"])
def test_http_errors_say_what_to_do(server, status, retryable, said, way):
    server.status = status
    with by_url(server, model_api_key=KEY) as model, pytest.raises(ModelError) as caught:
        list(getattr(model, way)("Chi?"))
    assert caught.value.retryable is retryable
    assert said in str(caught.value)
    assert "openai:some-model" in caught.value.message
    assert KEY not in str(caught.value)


def test_a_prompt_too_long_is_told_from_other_bad_requests(server):
    server.status, server.error_text = 400, "request (9000 tokens) exceeds the available context size"
    with by_url(server) as model, pytest.raises(ModelError, match="QA_CONTEXT_TOKENS"):
        model.invoke("Chi?")


def test_passing_errors_are_tried_again(server):
    server.status = 500
    with by_url(server) as model, pytest.raises(ModelError):
        model.invoke("Chi?")
    assert len(server.requests) == 3


@pytest.mark.parametrize("way", ["invoke", "stream"])
def test_a_refused_connection_is_retryable(way):
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as gone:
        url = f"http://127.0.0.1:{gone.server_port}/v1"
    model = load_chat_model(Settings(model="openai:m", model_base_url=url))
    with pytest.raises(ModelError, match="cannot be reached") as caught:
        list(getattr(model, way)("Chi?"))
    assert caught.value.retryable


@pytest.mark.parametrize("in_order", [False, True])
@pytest.mark.parametrize("cut_after", [0, 2])
def test_a_cut_stream_is_an_error_after_the_pieces_that_came(server, cut_after, in_order):
    server.cut_after, server.cut_in_order = cut_after, in_order
    received = []
    with by_url(server) as model, pytest.raises(ModelError) as caught:
        deque(map(received.append, model.stream("Chi?")))
    assert [chunk.content for chunk in received if chunk.content] == WORDS[:cut_after]
    assert caught.value.retryable


def test_other_models_need_not_say_why_they_ended():
    model = ChatModel(FakeListChatModel(responses=["sì"]), name="fake", identity="0", context_tokens=1)
    assert "".join(chunk.content for chunk in model.stream("Chi?")) == "sì"


def test_a_server_that_keeps_silent_is_a_timeout():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        model = load_chat_model(Settings(model="openai:m", model_base_url=url, model_timeout=0.05))
        with pytest.raises(ModelError, match="QA_MODEL_TIMEOUT") as caught:
            model.invoke("Chi?")
    assert caught.value.retryable


def test_a_reader_who_stops_early_closes_the_stream(server):
    with by_url(server) as model:
        pieces = model.stream("Chi?")
        next(pieces)
        pieces.close()
        assert model.invoke("Chi?").content == "".join(WORDS)


def test_errors_of_the_caller_pass_through_unchanged(server):
    def fail(_):
        raise KeyError

    with by_url(server) as model, pytest.raises(KeyError):
        deque(map(fail, model.stream("Chi?")))


def test_nothing_is_traced_even_if_the_environment_asks_for_it(server, monkeypatch):
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    get_env_var.cache_clear()
    seen = []

    class Spy(FakeListChatModel):
        def _call(self, *args, **kwargs):
            seen.append(tracing_is_enabled())
            return super()._call(*args, **kwargs)

    model = ChatModel(Spy(responses=["sì"]), name="spy", identity="0", context_tokens=1)
    try:
        assert tracing_is_enabled()
        model.invoke("Chi?")
        assert seen == [False]
    finally:
        get_env_var.cache_clear()


@pytest.mark.parametrize("model", ["locale", "gguf:", "hf:", "hf:owner/file.gguf", "openai:", ":name", "nobody:name"])
def test_other_forms_are_refused_with_the_accepted_ones(model):
    with pytest.raises(ConfigError, match=r"gguf:FILE.*PROVIDER:NAME"):
        load_chat_model(Settings(model=model))


@pytest.mark.parametrize("model", ["local", "gguf:/somewhere.gguf", "hf:owner/repository/file.gguf"])
def test_a_base_url_contradicts_a_model_in_this_process(model, tmp_path):
    with pytest.raises(ConfigError, match="QA_MODEL_BASE_URL"):
        load_chat_model(Settings(model=model, model_base_url="http://localhost:8000/v1", cache_dir=tmp_path))


def test_a_base_url_needs_its_scheme():
    with pytest.raises(ConfigError, match="http://localhost:8000/v1"):
        load_chat_model(Settings(model="openai:m", model_base_url="localhost:8000"))


@pytest.mark.parametrize(
    ("provider", "package", "hint"),
    [
        ("anthropic", "langchain_anthropic", 'pip install ".[anthropic]"'),
        ("google_genai", "langchain_google_genai", 'pip install ".[google]"'),
        ("mistralai", "langchain_mistralai", 'pip install ".[mistral]"'),
        ("ollama", "langchain_ollama", 'pip install ".[ollama]"'),
        ("cohere", "langchain_cohere", "pip install langchain-cohere"),
    ],
)
def test_a_missing_package_names_what_to_install(provider, package, hint, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ModelError, match=re.escape(hint)):
        load_chat_model(Settings(model=f"{provider}:m", model_api_key=KEY))


def test_a_missing_key_is_told_before_the_first_question(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ModelError, match="QA_MODEL_API_KEY"):
        load_chat_model(Settings(model="openai:m"))


def test_a_missing_model_file():
    with pytest.raises(ModelError, match="QA_MODEL"):
        load_chat_model(Settings(model="gguf:/no/such/file.gguf"))


def test_a_folder_is_no_model_file(tmp_path):
    with pytest.raises(ModelError, match="Cannot read"):
        load_chat_model(Settings(model=f"gguf:{tmp_path}"))


@pytest.mark.parametrize("content", [b"", b"GGU", b"PK\x03\x04 a wheel", b"<html>"])
def test_a_file_that_is_no_gguf(tmp_path, content):
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="not a GGUF file"):
        load_chat_model(Settings(model=f"gguf:{path}"))


def test_a_damaged_gguf_says_so_and_prints_nothing(tmp_path, capfd):
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF" + bytes(range(256)) * 40)
    with pytest.raises(ModelError, match=r"cannot load model\.gguf"):
        load_chat_model(Settings(model=f"gguf:{path}"))
    assert capfd.readouterr() == ("", "")


def test_a_model_larger_than_memory_is_not_tried(tmp_path):
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF")
    check_memory(path, total=4)
    with pytest.raises(ModelError, match="smaller model"):
        check_memory(path, total=3)


def test_weights_differ_in_any_sample_or_in_size(tmp_path):
    def hashed(content: bytes) -> str:
        path = tmp_path / "weights"
        path.write_bytes(content)
        return weights_fingerprint(path)

    content = bytes(8_000_000)
    changed = bytearray(content)
    changed[-1] = 1
    assert hashed(content) == hashed(content)
    assert len({hashed(content), hashed(content + b"\0"), hashed(bytes(changed)), hashed(b""), hashed(b"GGUF")}) == 5


def test_the_fingerprint_follows_what_shapes_a_reply_and_no_address(server):
    base = by_url(server).fingerprint
    assert by_url(server, model_base_url=server.url + "/", model_api_key=KEY, log_level="DEBUG").fingerprint == base
    assert by_url(server, model="openai:other").fingerprint != base
    assert by_url(server, temperature=0.7).fingerprint != base
    assert by_url(server, max_tokens=99).fingerprint != base


def test_an_estimate_of_tokens_errs_on_the_long_side(server):
    assert by_url(server).count_tokens("Massimo Carrera allenò lo Spartak Mosca.") >= 13
    assert by_url(server).count_tokens("") == 0


MESSAGES = [("system", "Ripeti la parola che ti viene data."), ("user", "Spartak")]
SERVER_SCRIPT = """
import sys
from pathlib import Path
from qa.config import Settings
from qa.models.local import LlamaProcess, LlamaServer
settings = Settings(context_tokens=1024)
server = LlamaServer(LlamaProcess(Path(sys.argv[1]), "served", settings), settings)
print(server.url, server.api_key.get_secret_value(), server.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def weights() -> Path:
    return fetch(LANGUAGE_MODEL, Settings().cache_dir)


def test_a_reply_is_drawn_anew_by_likelihood_and_number(server):
    with by_url(server) as model:
        for number in (1, 2):
            assert "".join(piece.text for piece in model.resample(MESSAGES, number, max_tokens=9)) == "".join(WORDS)
        model.invoke(MESSAGES)
    drawn = [(sent["temperature"], sent["seed"], sent["max_completion_tokens"]) for sent in server.requests[:2]]
    assert drawn == [(1.0, 1, 9), (1.0, 2, 9)]
    assert not any("cache_prompt" in sent for sent in server.requests)  # another server may not know it
    assert server.requests[2]["temperature"] == 0.0


@pytest.fixture(scope="module")
def local(weights) -> Iterator[ChatModel]:
    with load_chat_model(Settings()) as model:
        yield model


@pytest.mark.model
def test_the_local_model_streams_with_usage_and_prints_nothing(local, capfd):
    chunks = list(local.stream(MESSAGES))
    assert "Spartak" in "".join(chunk.content for chunk in chunks)
    assert any(chunk.usage_metadata for chunk in chunks)
    assert capfd.readouterr() == ("", "")
    assert (local.is_local, local.name, local.context_tokens) == (True, LANGUAGE_MODEL.name, 4096)


@pytest.mark.model
def test_the_same_question_gets_the_same_reply(local):
    assert local.invoke(MESSAGES).content == local.invoke(MESSAGES).content


@pytest.mark.model
def test_a_reproducible_model_reads_every_prompt_whole(weights):
    with load_chat_model(Settings(model=f"gguf:{weights}", context_tokens=1024), reproducible=True) as model:
        again = [model.invoke(MESSAGES, max_tokens=1).usage_metadata for _ in range(2)]
    assert [usage["input_token_details"].get("cache_read", 0) for usage in again] == [0, 0]


@pytest.mark.model
def test_no_more_take_part_at_once_than_prompts_are_kept(weights):
    entered = threading.Event()

    def take_part():
        with local.turn():
            entered.set()

    with load_chat_model(Settings(model=f"gguf:{weights}", context_tokens=1024)) as local:
        with ExitStack() as turns:
            for _ in range(SLOTS):
                turns.enter_context(local.turn())
            other = threading.Thread(target=take_part)
            other.start()
            assert not entered.wait(0.2)
        other.join(60)
        assert entered.is_set()


@pytest.mark.model
def test_whoever_waits_too_long_for_a_turn_goes_ahead(weights):
    with (
        load_chat_model(Settings(model=f"gguf:{weights}", context_tokens=1024, model_timeout=0.1)) as local,
        ExitStack() as turns,
    ):
        for _ in range(SLOTS + 1):
            turns.enter_context(local.turn())


@pytest.mark.model
def test_replies_differ_by_their_number_and_the_prompt_is_read_for_the_first_alone(weights):
    story = [("user", "Inventa il nome di un paese e racconta in due righe che cosa vi accadde un giorno d'estate.")]
    with load_chat_model(Settings(model=f"gguf:{weights}", context_tokens=1024), reproducible=True) as model:
        drawn = [list(model.resample(story, number, max_tokens=16)) for number in (1, 2, 3)]
    assert len({"".join(piece.text for piece in pieces) for pieces in drawn}) == 3
    usages = [piece.usage_metadata for pieces in drawn for piece in pieces if piece.usage_metadata]
    assert [usage["input_token_details"].get("cache_read", 0) > 0 for usage in usages] == [False, True, True]


@pytest.mark.model
def test_a_fixed_prefix_is_read_once_even_with_others_in_between(local):
    def read_anew(prefix: str, question: str) -> int:
        usage = local.invoke([("system", prefix), ("user", question)], max_tokens=1).usage_metadata
        return usage["input_tokens"] - usage["input_token_details"]["cache_read"]

    one, two = "Sei un archivista. " * 20, "Valuta la frase che segue. " * 20
    assert read_anew(one, "Quanti anni?") > 60
    assert read_anew(two, "Chi?") > 60
    assert read_anew(one, "Dove?") < 30
    assert read_anew(two, "Quando?") < 30


@pytest.mark.model
def test_probabilities_and_grammar_reach_the_model(local):
    reply = local.invoke(MESSAGES, max_tokens=1, logprobs=True, top_logprobs=5)
    assert len(reply.response_metadata["logprobs"]["content"][0]["top_logprobs"]) == 5
    assert local.invoke(MESSAGES, extra_body={"grammar": 'root ::= "Bari"'}).content == "Bari"


@pytest.mark.model
def test_tokens_are_counted_by_the_model_itself(local):
    assert local.count_tokens("Ciao mondo") == 3


@pytest.mark.model
def test_a_prompt_longer_than_the_context_is_told(local):
    with pytest.raises(ModelError, match="QA_CONTEXT_TOKENS"):
        local.invoke("parola " * 5000)


@pytest.mark.model
def test_a_prompt_is_kept_while_another_with_the_same_instructions_is_read(local):
    instructions = ("system", "Rispondi con una frase, usando soltanto le informazioni dei brani. " * 3)

    def read(passage: str) -> dict[str, int]:
        usage = local.invoke([instructions, ("user", passage)], max_tokens=1).usage_metadata
        return {"whole": usage["input_tokens"], "kept": usage["input_token_details"]["cache_read"]}

    for passage in ("Il Pontelago ha vinto. " * 40, "La Roccamare ha perso in casa. " * 40):
        read(passage)
    again = read("Il Pontelago ha vinto. " * 40)
    assert again["kept"] > again["whole"] // 2


@pytest.mark.model
@pytest.mark.slow
def test_two_readers_at_once_have_a_whole_context_each(weights):
    with load_chat_model(Settings(model=f"gguf:{weights}", context_tokens=1024)) as model, ThreadPoolExecutor() as pool:
        assert model.context_tokens == 1024
        asked = [f"{number} " + "parola " * 280 for number in range(2)]
        replies = list(pool.map(lambda prompt: model.invoke(prompt, max_tokens=16), asked))
    assert sum(reply.usage_metadata["total_tokens"] for reply in replies) > model.context_tokens


@pytest.mark.model
def test_the_local_server_wants_its_key_and_is_gone_after_close(weights):
    with load_chat_model(Settings(model=f"gguf:{weights}", context_tokens=1024)) as model:
        url = model.llm.openai_api_base
        assert httpx.URL(url).host == "127.0.0.1"
        assert httpx.get(f"{url}/models", trust_env=False).status_code == 401
        assert model.name == weights.stem
    model.close()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/models", trust_env=False)


@pytest.fixture
def owner(weights):
    """A process that has llama.cpp serve the model; how it is asked; and llama.cpp's own process."""
    command = [sys.executable, "-c", SERVER_SCRIPT, str(weights)]
    with subprocess.Popen(  # noqa: S603 - this test's own script
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        url, key, pid = process.stdout.readline().split()
        yield process, Settings(model="openai:served", model_base_url=url, model_api_key=key), psutil.Process(int(pid))
        process.kill()


@pytest.mark.model
def test_llama_cpp_of_another_process_is_asked_by_url_and_ends_with_it(owner):
    process, settings, llama = owner
    with load_chat_model(settings) as model:
        assert "Spartak" in model.invoke(MESSAGES).content
    with pytest.raises(ModelError, match="QA_MODEL_API_KEY"):
        load_chat_model(settings.replace(model_api_key="wrong")).invoke("Chi?")
    process.stdin.close()
    assert process.wait(timeout=60) == 0
    assert (process.stdout.read(), process.stderr.read()) == ("", "")
    assert psutil.wait_procs([llama], timeout=60) == ([llama], [])
    with pytest.raises(ModelError, match="cannot be reached"):
        load_chat_model(settings).invoke("Chi?")


@pytest.mark.model
def test_llama_cpp_ends_when_its_owner_is_killed(owner):
    process, _, llama = owner
    process.kill()
    assert psutil.wait_procs([llama], timeout=60) == ([llama], [])


@pytest.mark.model
def test_llama_cpp_leaves_ctrl_c_to_its_owner_and_shows_nobody_its_key(owner):
    _, settings, llama = owner
    llama.send_signal(signal.SIGINT)
    with load_chat_model(settings) as model:
        assert "Spartak" in model.invoke(MESSAGES).content
    shown = [*llama.cmdline(), *llama.environ().values()]
    assert not any(settings.model_api_key.get_secret_value() in text for text in shown)


@pytest.mark.model
def test_a_crash_of_llama_cpp_while_it_loads_is_told(weights):
    process = LlamaProcess(weights, "model", Settings())
    psutil.Process(process.pid).kill()
    with pytest.raises(ModelError, match=f"ended with code .* while it loaded {weights.name}"):
        process.wait()
    assert not process.is_running


def test_a_computer_that_can_start_no_process_is_told(tmp_path, monkeypatch):
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(ModelError, match="cannot be started: No such file") as raised:
        load_chat_model(Settings(model=f"gguf:{path}"))
    assert "QA_MODEL" in raised.value.hint


def test_what_is_said_to_llama_cpp_and_back_is_one_line_each_and_no_key_is_shown():
    launch = Launch(weights="/m\n.gguf", alias="è", api_key=KEY, context_tokens=8, threads=0, verbose=False)
    assert launch.line().count("\n") == Outcome(message="a\nb").line().count("\n") == 1
    assert Launch(**json.loads(launch.line())) == launch
    assert KEY not in repr(launch)
