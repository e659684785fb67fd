"""Who may use the page, and from where: ASGI middleware before everything it serves."""

import base64
import hmac
import secrets
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from qa.ui.texts import language_of, texts

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from qa.config import Settings
    from qa.passwords import Users

_CHALLENGE = {"WWW-Authenticate": 'Basic realm="Carrera QA", charset="UTF-8"'}
_READING = {"GET", "HEAD", "OPTIONS"}


def on_loopback(host: str) -> bool:
    """Return whether only programs on this computer reach an address."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def closed_routes(*, uploads: bool) -> list[Route]:
    """Return routes that stand before those of Gradio that nobody may use.

    Args:
        uploads: Whether files may be sent; Gradio's own route keeps whatever anybody sends.
    """

    def refuse(request: Request) -> Response:
        return PlainTextResponse(texts(language_of(request))["not_now"], 403)

    def miss(_: Request) -> Response:
        return PlainTextResponse("Not Found", 404)

    proxy = Route("/gradio_api/proxy={url:path}", miss)  # it would ask other hosts
    return [proxy] if uploads else [proxy, Route("/gradio_api/upload", refuse, methods=["POST"])]


class OneSite:
    """ASGI middleware that refuses what the pages of other sites ask of this one.

    A browser says where such a request comes from. It does not where a name of another site is made to point to this computer (DNS rebinding); so
    where nobody else reaches this server and no password is asked for, it answers to this computer's own names alone.

    Args:
        app: What is protected, all of it.
        settings: Where the page is served.
    """

    def __init__(self, app: "ASGIApp", settings: "Settings") -> None:
        self.app = app
        self._by_own_names = on_loopback(settings.host) and not (settings.root_path or settings.auth)
        self._public = _host(settings.root_path or "")

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Handle one request."""
        if scope["type"] == "http" and self._is_foreign(request := Request(scope)):
            await PlainTextResponse(texts(language_of(request))["other_site"], 403)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _is_foreign(self, request: Request) -> bool:
        headers = request.headers
        host, origin = headers.get("host", ""), headers.get("origin")
        if self._by_own_names and not on_loopback(_name(host)):
            return True
        # A proxy passes on by which name it was called, in one header or the other, or the settings know.
        own = {host, headers.get("x-forwarded-host", host), self._public or host}
        if origin is not None and _host(origin) not in own:
            return True
        return request.method not in _READING and headers.get("sec-fetch-site") in {"cross-site", "same-site"}


def _host(address: str) -> str:
    """Return name and port of an address, empty for one that has none."""
    return address.partition("://")[2].partition("/")[0]


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


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
        if await self._knows(request.headers.get("authorization", "")):
            await self.app(scope, receive, send)
        else:
            await PlainTextResponse(texts(language_of(request))["log_in"], 401, _CHALLENGE)(scope, receive, send)

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
