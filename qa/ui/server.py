"""Serves the page: on this computer only, unless the settings say otherwise, and asking nothing of any other host."""

import errno
import logging
import socket
from typing import TYPE_CHECKING, Any

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware

from qa.config import Settings
from qa.errors import ConfigError, QAError

if TYPE_CHECKING:
    import gradio as gr
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

QUEUE_SIZE = 32
"""Questions that may wait; one more is told that the queue is full."""
_PORTS_TRIED = 100
# Gradio needs inline and generated scripts; what matters is that nothing is loaded from or sent to another host.
_POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
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
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self.app(scope, receive, guarded if scope["type"] == "http" else send)


def free_port(host: str, wanted: int) -> int:
    """Return ``wanted`` or the next port that is free; any free one for 0.

    Raises:
        ConfigError: The host is not an address of this computer, or all these ports are taken.
    """
    for port in range(wanted, min(wanted + _PORTS_TRIED, 65536)):
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
                return int(probe.getsockname()[1])
        except (socket.gaierror, OSError) as error:
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise ConfigError(
                    f"The page cannot be served on {host}: {error.strerror}.",
                    hint="Set QA_HOST to an address of this computer, such as 127.0.0.1.",
                ) from error
    raise ConfigError(
        f"No free port from {wanted} on.", hint="Set QA_PORT to another number, or to 0 for any free one."
    )


def launch(page: "gr.Blocks", settings: Settings, **options: Any) -> str:
    """Serve ``page`` in the background and return its address."""
    from qa.ui.page import APPEARANCE

    page.queue(max_size=QUEUE_SIZE, default_concurrency_limit=4, api_open=False)
    _, address, _ = page.launch(
        server_name=settings.host,
        server_port=free_port(settings.host, settings.port),
        app_kwargs={"middleware": [Middleware(SecurityHeaders)]},
        share=False,
        prevent_thread_lock=True,
        quiet=True,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        strict_cors=True,
        max_file_size="20mb",
        **APPEARANCE,
        **options,
    )
    return str(address)


def main() -> None:
    """Serve the page with the settings of the environment until Ctrl-C; what loads is shown on the page."""
    from qa.pipeline import QA
    from qa.ui.loading import Loading
    from qa.ui.page import build_page

    try:
        settings = Settings()
        logging.basicConfig(level=settings.log_level)
        loading = Loading()
        with QA(settings, progress=loading.progress) as bot:
            loading.start(bot)
            page = build_page(bot, loading)
            print(f"The chat is at {launch(page, settings)}  (Ctrl-C ends it)", flush=True)  # noqa: T201 - its purpose
            page.block_thread()
    except QAError as error:
        raise SystemExit(str(error)) from None
