"""Past one machine: several processes over one Chroma server and one server of language models."""

import gc
import json
import socket
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from fakes import SmallEmbeddings, SmallReader, scripted_chat_model

from qa.config import Settings
from qa.errors import ModelError, StoreError
from qa.models.chat import load_chat_model
from qa.pipeline import QA

QUESTION = "Contro chi festeggiò la Supercoppa Italiana?"
REPLY = "Carrera vinse la Supercoppa Italiana a Pechino contro il Napoli."
NEWS = "Il nuovo stadio\n\nIl Vigorlamusa ha inaugurato lo stadio Belfiore con Massimo Carrera in tribuna.\n"

pytestmark = [
    pytest.mark.usefixtures("sockets_left_open"),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


@pytest.fixture
def sockets_left_open() -> Iterator[None]:
    """Chroma's client of a server has no way to close its sockets; take them away before another test meets them."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def chroma(folder: Path, port: int) -> Iterator[str]:
    """Run the Rust server of the `chroma` command until the block is left."""
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--path", str(folder)]
    with subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:  # noqa: S603 - Chroma's own command
        assert process.stdout is not None
        for line in process.stdout:
            if "Connect to Chroma at" in line:
                break
        reader = threading.Thread(target=process.stdout.read, daemon=True)
        reader.start()
        url = f"http://127.0.0.1:{port}"
        try:
            with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as client:  # it says so before it listens
                client.get(f"{url}/api/v2/heartbeat").raise_for_status()
            yield url
        finally:
            process.terminate()
            process.wait(30)
            reader.join()


class OpenAIServer(BaseHTTPRequestHandler):
    """As much of an OpenAI-compatible server as a question needs: one model that always says the same."""

    asked: list[str]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(body["messages"][-1]["content"])
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        about = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": body["model"]}
        for delta, reason in (({"role": "assistant", "content": REPLY}, None), ({}, "stop")):
            choice = {"index": 0, "delta": delta, "finish_reason": reason}
            self.wfile.write(f"data: {json.dumps({**about, 'choices': [choice]})}\n\n".encode())
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def openai_server(port: int) -> Iterator[list[str]]:
    """Serve until the block is left; yields what is asked."""
    asked: list[str] = []
    handler = type("Handler", (OpenAIServer,), {"asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield asked
        finally:
            server.shutdown()
            thread.join()


def bot(settings: Settings) -> QA:
    return QA(settings, chat=scripted_chat_model(otherwise=REPLY), embeddings=SmallEmbeddings(), reader=SmallReader())


def said(asked: QA, question: str) -> dict[str, object]:
    """What an answer says and what it was read from, without times and the last digits of scores."""
    answer = asked.ask(question).model_dump(include={"text", "status", "citations", "passages", "notes"})
    for passage in answer["passages"]:
        passage["score"] = round(passage["score"], 4)
    return answer


@pytest.mark.slow
def test_two_apps_and_an_ingesting_process_over_one_server_answer_like_the_embedded_store(tmp_path, seeds):
    news = tmp_path / "news"
    news.mkdir()
    plain = Settings(data_dir=tmp_path / "own", sources=(seeds, news))
    with chroma(tmp_path / "server", free_port()) as url:
        shared = plain.replace(data_dir=tmp_path / "shared", chroma_url=url)
        # Two app processes have nothing in common but the server, their files and the lock beside them.
        with bot(plain) as embedded, bot(shared) as first, bot(shared) as second:
            for question in (QUESTION, "Quante presenze ha nel Bari?", "Qual è il suo piatto preferito?"):
                expected = said(embedded, question)
                assert said(first, question) == said(second, question) == expected
            assert "[1]" in said(first, QUESTION)["text"]
            assert not any(p.source == "stadio.txt" for p in first.retrieve("Vigorlamusa Belfiore"))

            (news / "stadio.txt").write_text(NEWS, encoding="utf-8")
            code = (
                "import sys; sys.path[:0] = sys.argv[1:3]; from fakes import SmallEmbeddings, SmallReader; from pathlib import Path\n"
                "from qa.config import Settings; from qa.pipeline import QA\n"
                "sources = tuple(map(Path, sys.argv[5:]))\n"
                "settings = Settings(data_dir=Path(sys.argv[3]), chroma_url=sys.argv[4], sources=sources)\n"
                "print(QA(settings, embeddings=SmallEmbeddings(), reader=SmallReader()).sync().added)\n"
            )
            here = Path(__file__).parent
            command = [sys.executable, "-c", code, str(here), str(here.parent), str(shared.data_dir), url]
            command += [str(seeds), str(news)]
            ingested = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)  # noqa: S603 - our own code
            assert ingested.stdout.strip() == "('stadio.txt',)"

            # Found by a word that stands in the new article alone: the lexical index has followed, too.
            for app in (first, second):
                assert app.retriever.index.lexical.scores("Vigorlamusa", "it").max() > 0
                assert app.retrieve("Vigorlamusa")[0].source == "stadio.txt"
            embedded.sync()
            assert said(first, QUESTION) == said(second, QUESTION) == said(embedded, QUESTION)

            (news / "stadio.txt").unlink()
            assert second.sync().removed == ("stadio.txt",)
            assert first.retriever.index.lexical.scores("Vigorlamusa", "it").max() == 0
            assert not any(p.source == "stadio.txt" for p in first.retrieve("Vigorlamusa Belfiore"))


@pytest.mark.slow
def test_a_lost_server_is_a_clear_error_and_its_return_needs_no_restart(tmp_path, seeds):
    port = free_port()
    with bot(Settings(data_dir=tmp_path / "data", sources=(seeds,), chroma_url=f"http://127.0.0.1:{port}")) as app:
        with pytest.raises(StoreError, match=r"does not answer.*QA_CHROMA_URL") as caught:
            app.ask(QUESTION)
        assert caught.value.retryable
        with chroma(tmp_path / "server", port):
            before = said(app, QUESTION)
        for _ in range(2):
            with pytest.raises(StoreError) as caught:
                app.ask(QUESTION)
            assert caught.value.retryable
            assert caught.value.hint
        with chroma(tmp_path / "server", port):
            assert said(app, QUESTION) == before
        with chroma(tmp_path / "emptied", port):
            # Another server, or one that has lost its data: what it holds is what counts, until the next sync.
            app.sync()
            assert said(app, QUESTION) == before


def test_two_apps_ask_one_server_of_language_models(settings, small_embeddings):
    port = free_port()
    served = settings.replace(model="openai:tiny", model_base_url=f"http://127.0.0.1:{port}/v1")
    with bot(settings) as own:
        expected = own.ask(QUESTION)
    with load_chat_model(served) as one, load_chat_model(served) as other:
        apps = [QA(served, chat=chat, embeddings=small_embeddings, reader=SmallReader()) for chat in (one, other)]
        with openai_server(port) as asked:
            answers = [app.ask(QUESTION) for app in apps]
            assert len(asked) == 2
            assert asked[0] == asked[1]
            assert QUESTION in asked[0]
        assert [(a.text, a.citations) for a in answers] == [(expected.text, expected.citations)] * 2
        # Gone: the articles' own sentences must do, and the answer says that the model did not.
        lost = apps[0].ask(QUESTION)
        assert lost.citations
        assert any("cannot be reached" in note for note in lost.notes), lost.notes
        with pytest.raises(ModelError, match="cannot be reached") as caught:
            one.invoke("Chi?")
        assert caught.value.retryable
        with openai_server(port) as asked:
            assert apps[0].ask(QUESTION).text == expected.text
            assert asked
        for app in apps:
            app.close()
