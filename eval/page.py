"""How long it takes from opening the page to the first cited answer.

Each time the page is opened in a browser that has never seen it, with the question in its address, as soon as the server gives
its address, and stops when the first marker of the answer can be pressed. Needs the model files, Chromium and an otherwise
idle machine.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import quote

from qa.errors import QAError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parent.parent
QUESTIONS = (
    "Chi ha vinto la Supercoppa contro la Lokomotiv Mosca?",
    "Chi ha vinto la Supercoppa di Russia?",
    "Quante presenze ha fatto Carrera con il Bari?",
)
"""Two that the model reads for, about the seed articles; one that is answered without it."""
_LONGEST = 600_000
_ADDRESS = re.compile(r"http://\S+")
_FIRST_MARKER = "#conversation button.cite"
_FINISHED = "#conversation :is(.answer:not(.partial), .conflict)"


@dataclass(frozen=True)
class Opened:
    """How long a page took.

    Attributes:
        name: How it was started.
        question: What it was opened on.
        seconds: From opening it to the answer.
        cited: Whether the answer cites anything.
    """

    name: str
    question: str
    seconds: float
    cited: bool

    def __str__(self) -> str:
        return f"{self.seconds:7.1f} s  {self.name}: {self.question} ({'cited' if self.cited else 'NOT CITED'})"


def seconds_to_answer(browser: "Browser", url: str, question: str) -> tuple[float, bool]:
    """Open the page on a question; return the seconds until it is answered, and whether the answer cites anything."""
    context = browser.new_context(locale="it-IT")
    try:
        page = context.new_page()
        start = time.perf_counter()
        page.goto(f"{url}/?q={quote(question)}", timeout=_LONGEST)
        page.locator(_FINISHED).first.wait_for(timeout=_LONGEST)
        return time.perf_counter() - start, page.locator(_FIRST_MARKER).count() > 0
    finally:
        context.close()


@contextmanager
def serving_process(data_dir: Path) -> Iterator[str]:
    """Run ``app.py`` in a process of its own and give its address as soon as it is printed."""
    environment = {**os.environ, "QA_DATA_DIR": str(data_dir), "QA_PORT": "0"}
    command = [sys.executable, str(ROOT / "app.py")]
    with subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own file
        try:
            printed = process.stdout.readline() if process.stdout else ""
            found = _ADDRESS.search(printed)
            if found is None:
                raise QAError("The page did not start.", hint="Start `python app.py` and read what it says.")
            yield found[0]
        finally:
            process.terminate()


def measure(questions: tuple[str, ...]) -> Iterator[Opened]:
    """Yield a first start, a later one, and a page that is open already.

    Args:
        questions: The first is asked of a page that has just started, each other one once of a warm page.

    Raises:
        QAError: There is no Chromium, or the page does not start.
    """
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    if chromium is None:
        raise QAError("Chromium is needed.", hint="apt-get install --no-install-recommends chromium")
    first, *others = questions
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        with serving_process(Path(folder)) as url:
            yield _opened("cold, first start (articles are indexed)", browser, url, first)
        with serving_process(Path(folder)) as url:
            yield _opened("cold, new process", browser, url, first)
            for question in others:
                yield _opened("warm", browser, url, question)
            yield _opened("warm, asked before", browser, url, first, times=3)
        browser.close()


def _opened(name: str, browser: "Browser", url: str, question: str, times: int = 1) -> Opened:
    """Open the page on a question so many times, and return the median."""
    seconds, cited = zip(*(seconds_to_answer(browser, url, question) for _ in range(times)), strict=True)
    return Opened(name, question, median(seconds), all(cited))
