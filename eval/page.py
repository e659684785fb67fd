"""``python -m eval.page [QUESTION …]``: how long it takes from opening the page to the first cited answer.

Each row opens the page in a browser that has never seen it, with the question in its address, as soon as the server gives
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


def main(questions: tuple[str, ...]) -> None:
    """Measure a first start, a later one, and a page that is open already; print seconds."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    if chromium is None:
        raise QAError("Chromium is needed.", hint="apt-get install --no-install-recommends chromium")
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name in ("cold, first start (articles are indexed)", "cold, new process"):
            with serving_process(Path(folder)) as url:
                _print(name, questions[0], [seconds_to_answer(browser, url, questions[0])])
                if name.endswith("process"):
                    for question in questions[1:]:
                        _print("warm", question, [seconds_to_answer(browser, url, question)])
                    again = [seconds_to_answer(browser, url, questions[0]) for _ in range(3)]
                    _print("warm, asked before", questions[0], again)
        browser.close()


def _print(name: str, question: str, measured: list[tuple[float, bool]]) -> None:
    seconds = median(seconds for seconds, _ in measured)
    cited = "cited" if all(cites for _, cites in measured) else "NOT CITED"
    sys.stdout.write(f"{seconds:7.1f} s  {name}: {question} ({cited})\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        main(tuple(sys.argv[1:]) or QUESTIONS)
    except QAError as error:
        raise SystemExit(str(error)) from None
