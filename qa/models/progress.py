"""How far a download is: told to whoever wants to show it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

Advance = Callable[[int], None]
"""Takes the number of bytes that have arrived since the last call."""

Progress = Callable[[str, int], AbstractContextManager[Advance]]
"""Opened with a description and the total in bytes once for each source that is tried; leaving it ends the display."""


@contextmanager
def silent(description: str, total: int) -> Iterator[Advance]:  # noqa: ARG001 - the signature is Progress
    """Show nothing."""
    yield lambda _: None


def rich_progress(console: "Console | None" = None) -> Progress:
    """Return a `Progress` that draws a bar with size and remaining time on ``console`` (default: standard error).

    Where that is not a terminal, each download is one line.
    """
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars
    from rich.table import Column

    shown_on = console or Console(stderr=True)

    @contextmanager
    def bar(description: str, total: int) -> Iterator[Advance]:
        if not shown_on.is_terminal:
            shown_on.print(f"Fetching {description} ({total / 1e6:.1f} MB)", markup=False)
            yield lambda _: None
            return
        elastic = Column(ratio=1, no_wrap=True, overflow="ellipsis")
        name = TextColumn("{task.description}", markup=False, table_column=elastic)
        with Bars(name, BarColumn(20), DownloadColumn(), TimeRemainingColumn(), console=shown_on, expand=True) as bars:
            task = bars.add_task(description, total=total)
            yield lambda count: bars.advance(task, count)

    return bar
