"""How long the product takes to start, each time in a process of its own, with models and index as they are on the disk."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import IO

import httpx

from eval.measured import Row
from qa.errors import QAError

_CHECKOUT = Path(__file__).parent.parent
_PATIENCE = 120.0


def starting(question: str, repeats: int) -> list[Row]:
    """Return how long each way of starting takes, the median of several times after one that is not counted."""
    ways: tuple[tuple[str, float, Callable[[], float]], ...] = (
        ("import qa", 0.5, lambda: import_seconds("import qa")),
        ("from qa import QA", 0.5, lambda: import_seconds("from qa import QA")),
        ("qa ask, to its first words", 8.0, lambda: ask_seconds(question)),
        ("python app.py, until the page is reachable", 5.0, page_seconds),
    )
    rows = []
    for what, most, way in ways:
        way()  # fills the system's cache of files
        seconds = [way() for _ in range(repeats)]
        rows.append(Row(what=what, value=median(seconds), unit="s", most=most, n=repeats))
    return rows


def import_seconds(statement: str) -> float:
    """Return how long an import takes in a fresh interpreter."""
    code = f"import time; start = time.perf_counter(); {statement}; print(time.perf_counter() - start)"
    # Every argument is a constant of this module.
    run = subprocess.run([sys.executable, "-c", code], cwd=_CHECKOUT, capture_output=True, text=True, check=True)  # noqa: S603
    return float(run.stdout)


def ask_seconds(question: str) -> float:
    """Return how long ``python -m qa ask`` takes from its start to the first words on its standard output."""
    start = time.perf_counter()
    with _child("-m", "qa", "ask", question) as printed:
        while character := printed.read(1):
            if not character.isspace():
                return time.perf_counter() - start
    raise QAError("`python -m qa ask` printed no answer.", hint="Run it by hand to see why.")


def page_seconds() -> float:
    """Return how long ``python app.py`` takes from its start until a browser would be given the page."""
    start = time.perf_counter()
    with _child("app.py") as printed:
        address = next((word for line in printed for word in line.split() if word.startswith("http")), None)
        while address and time.perf_counter() - start < _PATIENCE:
            try:
                if httpx.get(address, trust_env=False).is_success:
                    return time.perf_counter() - start
            except httpx.ConnectError:
                time.sleep(0.02)
    raise QAError("`python app.py` served no page.", hint="Run it by hand to see why.")


@contextmanager
def _child(*arguments: str) -> Iterator[IO[str]]:
    """Run Python, give what it prints, and end it."""
    command = [sys.executable, "-u", *arguments]
    with subprocess.Popen(  # noqa: S603 - the product itself
        command,
        cwd=_CHECKOUT,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        try:
            yield process.stdout
        finally:
            process.terminate()
