"""Who may use the page: ASGI middleware before everything it serves."""

import base64
import hmac
import secrets
from ipaddress import ip_address
from typing import TYPE_CHECKING

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from qa.ui.texts import language_of, texts

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from qa.passwords import Users

_CHALLENGE = {"WWW-Authenticate": 'Basic realm="Carrera QA", charset="UTF-8"'}
_READING = {"GET", "HEAD", "OPTIONS"}


def on_loopback(host: str) -> bool:
    """Return whether only programs on this computer reach an address."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class Access:
    """ASGI middleware that lets in users alone, by HTTP Basic authentication (RFC 7617).

    Gradio's own ``auth`` covers neither what it adds for MCP nor some of its routes, such as ``/gradio_api/cancel``.

    Args:
        app: What is protected, all of it.
        users: Whom to let in.
    """

    def __init__(self, app: "ASGIApp", users: "Users") -> None:
        self.app = app
        self._users = users
        # scrypt is slow on purpose, so each right password is checked once; what is kept says nothing about it.
        self._key = secrets.token_bytes(32)
        self._accepted: set[bytes] = set()
        # One check at a time: whoever guesses cannot fill the processor or the memory.
        self._checking = CapacityLimiter(1)

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Handle one request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        words = texts(language_of(request))
        if not await self._knows(request.headers.get("authorization", "")):
            await PlainTextResponse(words["log_in"], 401, _CHALLENGE)(scope, receive, send)
        elif request.method not in _READING and request.headers.get("sec-fetch-site") in {"cross-site", "same-site"}:
            # A browser sends the password along with whatever another site makes it send here.
            await PlainTextResponse(words["other_site"], 403)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _knows(self, authorization: str) -> bool:
        scheme, _, encoded = authorization.partition(" ")
        try:
            name, colon, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        except ValueError:  # not base64, or not UTF-8
            return False
        if scheme.lower() != "basic" or not colon:
            return False
        seal = hmac.digest(self._key, f"{name}:{password}".encode(), "sha256")
        if seal in self._accepted:
            return True
        if await to_thread.run_sync(self._users.accept, name, password, limiter=self._checking):
            self._accepted.add(seal)
            return True
        return False
