"""Serves the page: on this computer only, unless the settings say otherwise, and asking nothing of any other host."""

import asyncio
import errno
import logging
import os
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware

from qa.config import Settings
from qa.errors import ConfigError, QAError
from qa.logs import configure_logging
from qa.passwords import Users
from qa.ui.memory import share_arenas

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI
    from mcp.server.fastmcp import FastMCP
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from qa.pipeline import QA
    from qa.ui.loading import Loading

MAX_FILE_BYTES = 20_000_000
_PORTS_TRIED = 100
_OTHER_EVENTS = 40
"""Events of the page other than questions that are handled at once."""
_FLOOD = 1000
"""Events that Gradio itself holds back; questions wait in ``qa.ui.line``, and long before."""
_SESSIONS = 500
"""Open pages and calls of programs that Gradio remembers, a few dozen kB each; beyond that the one that was quiet longest goes."""
# Gradio needs inline and generated scripts; what matters is that nothing is loaded from or sent to another host.
_POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class SecurityHeaders:
    """ASGI middleware that lets a browser talk to this server only."""

    def __init__(self, app: "ASGIApp") -> None:
        self.app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Handle one request."""

        async def guarded(message: "Message") -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)  # a report has a stricter policy of its own
            await send(message)

        await self.app(scope, receive, guarded if scope["type"] == "http" else send)


def bind(host: str, port: int) -> socket.socket:
    """Return a socket that listens on ``port`` or, if that is taken, on the next free one; on any free one for 0.

    Raises:
        ConfigError: The host is not an address of this computer, or all these ports are taken.
    """
    for candidate in range(port, min(port + _PORTS_TRIED, 65536)):
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(host, candidate, type=socket.SOCK_STREAM)[0]
        except socket.gaierror as error:
            raise _unusable(host, error) from error
        listening = socket.socket(family, kind, protocol)
        try:
            if os.name == "posix":  # Elsewhere the option would let two servers share a port.
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen()
        except OSError as error:
            listening.close()
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise _unusable(host, error) from error
        else:
            return listening
    raise ConfigError(f"No free port from {port} on.", hint="Set QA_PORT to another number, or to 0 for any free one.")


def _unusable(host: str, error: OSError) -> ConfigError:
    return ConfigError(
        f"The page cannot be served on {host}: {error.strerror}.",
        hint="Set QA_HOST to an address of this computer, such as 127.0.0.1.",
    )


def address(listening: socket.socket) -> str:
    """Return what to type into a browser on this computer."""
    host, port = listening.getsockname()[:2]
    if ip_address(host).is_unspecified:
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def build_server(bot: "QA", loading: "Loading") -> "uvicorn.Server":
    """Return a server for a bot's page; ``run(sockets=[…])`` serves it until a signal or ``should_exit``.

    Raises:
        ConfigError: The settings want MCP, and its extra is not installed.
    """
    import uvicorn

    share_arenas()  # before there are threads that each have a heap already
    config = uvicorn.Config(
        build_app(bot, loading), log_level="warning", log_config=None, timeout_graceful_shutdown=1, ws="none"
    )
    logging.getLogger("uvicorn.error").addFilter(_worth_logging)
    return uvicorn.Server(config)


def build_app(bot: "QA", loading: "Loading") -> "FastAPI":
    """Return the page, its API, the reports of the eval suite and, if wanted, the MCP tool as one ASGI application.

    Raises:
        ConfigError: The settings want MCP, and its extra is not installed.
    """
    # Where no event loop runs, Gradio makes one for each of its locks and never closes it.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _assembled(bot, loading)).result()


async def _assembled(bot: "QA", loading: "Loading") -> "FastAPI":
    import gradio as gr
    from fastapi import FastAPI

    from qa.ui.access import Access, OneSite, closed_routes
    from qa.ui.articles import uploads_allowed
    from qa.ui.line import Line
    from qa.ui.page import APPEARANCE, build_page
    from qa.ui.quality import report_route
    from qa.ui.tool import build_tool

    settings = bot.settings
    line = Line(settings.questions_at_once, settings.queue_size)
    tool = build_tool(bot, line) if settings.mcp else None
    page = build_page(bot, loading, line)
    # A question that waits in the line is an event that Gradio handles.
    page.max_threads = settings.questions_at_once + settings.queue_size + _OTHER_EVENTS
    page.state_session_capacity = _SESSIONS
    page.queue(max_size=_FLOOD, api_open=False)
    middleware = [Middleware(SecurityHeaders), Middleware(OneSite, settings=settings)]
    if settings.auth:
        middleware.append(Middleware(Access, users=Users(settings.auth.get_secret_value())))
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, middleware=middleware, lifespan=_lifespan(tool))
    app.routes.extend(closed_routes(uploads=uploads_allowed(settings)))
    if settings.runs_dir:
        app.routes.append(report_route(settings.runs_dir))
    if tool:
        app.routes.extend(tool.streamable_http_app().routes)
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        root_path=settings.root_path,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        show_error=False,
        max_file_size=MAX_FILE_BYTES,
        **APPEARANCE,
    )
    return app


def _lifespan(tool: "FastMCP | None") -> "Callable[[FastAPI], AbstractAsyncContextManager[None]]":
    @asynccontextmanager
    async def lifespan(_: "FastAPI") -> AsyncIterator[None]:
        if tool is None:
            yield
            return
        async with tool.session_manager.run():
            yield

    return lifespan


def _worth_logging(record: logging.LogRecord) -> bool:
    """Leave out that open pages were cut off when the server ended: each keeps a connection for as long as it is open."""
    cut_off = record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError)
    return not cut_off and "timeout graceful shutdown exceeded" not in record.getMessage()


@contextmanager
def serving(bot: "QA", loading: "Loading", *, port: int = 0) -> Iterator[str]:
    """Serve a bot's page in the background, on any free port for 0, and give its address; leaving ends it."""
    with in_background(build_server(bot, loading), bot.settings.host, port) as url:
        yield url


@contextmanager
def in_background(server: "uvicorn.Server", host: str, port: int) -> Iterator[str]:
    """Run any server on a thread and give its address; leaving ends it."""
    with bind(host, port) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="page", daemon=True)
        thread.start()
        try:
            yield address(listening)
        finally:
            server.should_exit = True
            thread.join()


def main() -> None:
    """Serve the page with the settings of the environment until Ctrl-C; what loads is shown on the page."""
    from qa.pipeline import QA
    from qa.ui.loading import Loading

    loading = Loading()
    try:
        settings = Settings()
        configure_logging(settings)
        with bind(settings.host, settings.port) as listening:
            bot = QA(settings, progress=loading.progress)
            server = build_server(bot, loading)
            print(f"The chat is at {address(listening)}  (Ctrl-C ends it)", flush=True)  # noqa: T201 - its purpose
            loading.start(bot)
            server.run(sockets=[listening])
    except KeyboardInterrupt:
        if not loading.ready:
            # A model that is being loaded would hold the process, or crash it while Python takes itself down.
            os._exit(0)
        bot.close()
    except QAError as error:
        raise SystemExit(str(error)) from None
