"""A small HTTP server that speaks OpenAI's protocol and does what a test tells it: well, badly, or not at all."""

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Behaviour = Callable[["Handler"], None]


class ModelServer:
    """What the server does with the next requests (``script``, then ``otherwise``), and what it was sent."""

    def __init__(self) -> None:
        self.script: deque[Behaviour] = deque()
        self.otherwise: Behaviour = say("Non lo so.")
        self.requests: list[dict[str, Any]] = []
        self.released = threading.Event()
        self.url = ""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "Serving"

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        model = self.server.model
        model.requests.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        behaviour = model.script.popleft() if model.script else model.otherwise
        try:
            behaviour(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # whoever asked has left

    def whole(self, status: int, body: bytes, kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def begin(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def piece(self, text: str) -> None:
        delta = {"index": 0, "delta": {"content": text}, "finish_reason": None}
        self.line({"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [delta]})

    def line(self, event: object) -> None:
        self.raw(f"data: {event if isinstance(event, str) else json.dumps(event)}\n\n".encode())

    def raw(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def end(self, reason: str = "stop") -> None:
        choice = {"index": 0, "delta": {}, "finish_reason": reason}
        self.line({"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]})
        self.line("[DONE]")
        self.raw(b"")


def say(text: str) -> Behaviour:
    def behave(handler: Handler) -> None:
        handler.begin()
        for word in text.split(" "):
            handler.piece(f"{word} ")
        handler.end()

    return behave


def cut(text: str, *, in_order: bool) -> Behaviour:
    """Say this and break off; ``in_order``: end the HTTP reply properly all the same."""

    def behave(handler: Handler) -> None:
        handler.begin()
        handler.piece(text)
        if in_order:
            handler.raw(b"")
        handler.close_connection = True

    return behave


def refuse(status: int, message: str, **headers: str) -> Behaviour:
    error = {"error": {"code": status, "message": message, "type": "server_error"}}
    return lambda handler: handler.whole(status, json.dumps(error).encode(), **headers)


def events(*lines: object) -> Behaviour:
    """Send these as the data of events, and end the stream."""

    def behave(handler: Handler) -> None:
        handler.begin()
        for line in lines:
            handler.line(line)
        handler.raw(b"")

    return behave


def hang(handler: Handler) -> None:
    handler.server.model.released.wait()


def repeat(what: bytes | str, pause: float = 0.001) -> Behaviour:
    """Send the same again and again, without an end: pieces of text, or bytes that hold none."""

    def behave(handler: Handler) -> None:
        handler.begin()
        while not handler.server.model.released.wait(pause):
            if isinstance(what, str):
                handler.piece(what)
            else:
                handler.raw(what)

    return behave


class Serving(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        pass  # whoever asked has left

    model: ModelServer


@contextmanager
def model_server(script: Sequence[Behaviour] = ()) -> Iterator[ModelServer]:
    model = ModelServer()
    model.script.extend(script)
    with Serving(("127.0.0.1", 0), Handler) as http:
        http.model = model
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        model.url = f"http://127.0.0.1:{http.server_port}/v1"
        try:
            yield model
        finally:
            model.released.set()
            http.shutdown()
            thread.join()
