"""How long a language model may take over one reply: the attempts, the pauses between them and a slow stream together.

Timeouts of HTTP clients are for each wait anew: a server that sends a little now and then would never be left.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_end: ContextVar[float] = ContextVar("end", default=math.inf)


@contextmanager
def spending(end: float) -> Iterator[None]:
    """Let what is done here take until ``end``, a moment of ``time.monotonic``, at most."""
    token = _end.set(end)
    try:
        yield
    finally:
        _end.reset(token)


def check_budget() -> None:
    """Raise a `TimeoutError` when the time is up."""
    if time.monotonic() > _end.get():
        raise TimeoutError


def hooks() -> dict[str, list[Callable[..., None]]]:
    """Return hooks for the HTTP client of an OpenAI-compatible server: no attempt and no reply outlasts the budget."""
    return {"request": [_limit], "response": [_follow]}


def _limit(request: Any) -> None:
    from openai import APITimeoutError

    left = _end.get() - time.monotonic()
    if left <= 0:
        raise APITimeoutError(request=request)
    waits = request.extensions.get("timeout", {})
    request.extensions["timeout"] = {kind: min(left, math.inf if s is None else s) for kind, s in waits.items()}


def _follow(response: Any) -> None:
    pause = _seconds(response.headers.get("retry-after"))
    if time.monotonic() + pause > _end.get():
        response.headers["x-should-retry"] = "false"  # The client's own sign: it would sleep beyond the end.
    response.stream = _followed(response.stream)


def _followed(stream: Any) -> Any:
    """Return a reply's bytes as they come, as long as there is time: those that hold no piece of text count too."""
    # By name, since the OpenAI SDK has its own copy of httpx from version 3 on.
    kind = next(base for base in type(stream).__mro__ if base.__name__ == "SyncByteStream")

    def pieces(_: Any) -> Iterator[bytes]:
        for piece in stream:
            check_budget()
            yield piece

    return type("FollowedStream", (kind,), {"__iter__": pieces, "close": lambda _: stream.close()})()


def _seconds(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0  # A date; the client's own waits are short.
