"""The terminal: where text goes, and how errors and log lines look there.

Articles, questions and what a model says are untrusted: they reach the terminal through `plain`, never as Rich markup
and without control characters, so that no article can recolour, retitle or rewrite what somebody reads.
"""

import logging
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, TextIO, cast

from qa.errors import QAError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

FAILURE, INTERRUPTED = 1, 130
_PIPE_WIDTH = 1000  # No line that goes into a file or another program is wrapped or cut off.
_BIDI_CONTROLS = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))


def plain(text: str, style: str = "") -> "Text":
    """Return untrusted text for a console: shown as it is, without control characters or marks that reverse it."""
    from rich.text import Text

    shown = "".join(c for c in text if c in "\n\t" or not (unicodedata.category(c) == "Cc" or c in _BIDI_CONTROLS))
    return Text(shown, style=style)


def output() -> "Console":
    """Return the console for results; plain and unwrapped where standard output is not a terminal."""
    return _console(sys.stdout)


def messages() -> "Console":
    """Return the console for everything else: errors, progress, log lines."""
    return _console(sys.stderr)


@cache
def _console(stream: TextIO) -> "Console":
    # Cached, because a progress bar and the log lines printed meanwhile have to share one console.
    from rich.console import Console

    return Console(file=stream, highlight=False, emoji=False, width=None if stream.isatty() else _PIPE_WIDTH)


@contextmanager
def explained_errors() -> Iterator[None]:
    """End the program with one clear line instead of a traceback when something fails that the reader can cure.

    Raises:
        SystemExit: With 1 after a `QAError`, with 130 after Ctrl-C.
    """
    try:
        yield
    except QAError as error:
        show_error(error)
        raise SystemExit(FAILURE) from None
    except KeyboardInterrupt:
        messages().print()
        raise SystemExit(INTERRUPTED) from None


def show_error(error: QAError) -> None:
    """Print what happened in red, and what can be done about it."""
    console = messages()
    console.print(plain(f"Error: {error.message}", "bold red"))
    if error.hint:
        console.print(plain(error.hint))


def console_handler() -> logging.Handler:
    """Return what prints log lines to standard error."""
    return _ConsoleHandler()


class _ConsoleHandler(logging.Handler):
    """Prints above a progress bar instead of through it."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            messages().print(plain(self.format(record), "yellow" if record.levelno >= logging.WARNING else "dim"))
        except (OSError, ValueError):
            self.handleError(record)


def tolerate_narrow_encodings() -> None:
    """Print a question mark for what the terminal's encoding lacks, instead of failing in the middle of an answer."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = cast("Any", getattr(stream, "reconfigure", None))
        if reconfigure:
            reconfigure(errors="replace")
