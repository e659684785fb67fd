"""How the page bears several people at once: throughput, waiting times, fairness, memory, and a full line.

The page runs in a process of its own (``python -m eval.load``), as it does for users, and only on this computer.
"""

import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen

from eval.cases import load_set
from eval.measured import Measured, Row, begin, quantile
from eval.people import Asked, crowd
from eval.runs import ROOT
from eval.soak import memory
from qa.config import Settings
from qa.errors import QAError
from qa.models.chat import ChatModel
from qa.pipeline import QA

_SET = "wider"
_MEGABYTE = 1e6
_AT_ONCE, _WAITING, _MANY = 1, 2, 6
"""For the test of a full line: questions at once, those that may wait, people who ask at the same moment."""
_READY = "ready at "


def load(people: Sequence[int], seconds: float, *, quick: bool) -> Measured:
    """Let so many people at once ask for so long, one number after the other, then overfill a short line.

    Args:
        people: How many at once.
        seconds: For how long each time.
        quick: Whether a canned reply takes the place of the language model's.

    Raises:
        QAError: The page does not start, or this is no Linux.
    """
    memory("VmRSS")
    measured = begin("load", {"people": list(people), "seconds": seconds, "quick": quick})
    questions = [case.question for case in load_set(_SET).cases if not case.history]
    rows, samples = [], []
    with page(quick=quick) as (url, process):
        crowd(url, 1, 60, questions, each=1)  # not counted: what loads at the first question
        for number in people:
            with watched(process) as resident:
                asked = crowd(url, number, seconds, questions)
            rows += figures(number, asked, resident)
            samples += [{"people": number, **one.model_dump()} for one in asked]
    with page(quick=quick, at_once=_AT_ONCE, waiting=_WAITING) as (url, _):
        crowd(url, 1, 60, questions, each=1)
        asked = crowd(url, _MANY, seconds, questions, each=1)
    rows += full_line(asked)
    samples += [{"people": _MANY, "room": _AT_ONCE + _WAITING, **one.model_dump()} for one in asked]
    return measured.model_copy(update={"rows": tuple(rows), "samples": tuple(samples)})


def figures(people: int, asked: Sequence[Asked], resident: Sequence[int]) -> list[Row]:
    """Return what so many people at once met with."""
    answered = [one for one in asked if one.outcome == "answered"]
    if not answered:
        raise QAError(f"Nobody of {people} was answered: {asked[0].said if asked else 'nothing was asked'}.")
    span = max(one.began + one.seconds for one in asked)
    each = Counter(one.person for one in answered)
    fewest, most = min(each[person] for person in range(people)), max(each.values())
    who, n = f"{people} at once", len(answered)
    waits = [one.seconds for one in answered]
    grown = (resident[-1] - resident[len(resident) // 5]) / _MEGABYTE
    return [
        Row(what=f"{who}: answers", value=60 * n / span, unit="/min", n=n),
        Row(what=f"{who}: whole answer, median", value=quantile(waits, 0.5), unit="s", n=n),
        Row(what=f"{who}: whole answer, 95th percentile", value=quantile(waits, 0.95), unit="s", n=n),
        Row(what=f"{who}: fewest answers a person / most", value=fewest / most, unit="×", least=0.5, n=people),
        Row(what=f"{who}: questions that failed", value=len(asked) - n, most=0, n=len(asked)),
        Row(what=f"{who}: memory of the page, most", value=max(resident) / _MEGABYTE, unit="MB", most=2500),
        Row(what=f"{who}: memory, growth over the last four fifths", value=grown, unit="MB"),
    ]


def full_line(asked: Sequence[Asked]) -> list[Row]:
    """Return how a line that is too short for all was answered: each question with an answer or a refusal."""
    counts = Counter(one.outcome for one in asked)
    expected = _MANY - _AT_ONCE - _WAITING
    refused = [one.seconds for one in asked if one.outcome == "refused"]
    what = f"{_MANY} at once, room for {_AT_ONCE + _WAITING}"
    rows = [
        Row(what=f"{what}: refused with the numbers", value=counts["refused"], least=1, most=expected, n=len(asked)),
        Row(what=f"{what}: failed otherwise", value=counts["failed"], most=0, n=len(asked)),
    ]
    if refused:
        rows.append(Row(what=f"{what}: slowest refusal", value=max(refused), unit="s", most=2.0, n=len(refused)))
    return rows


@contextmanager
def watched(process: int) -> Iterator[list[int]]:
    """Yield a list that gets a process's resident memory in bytes, every half second."""
    resident = [memory("VmRSS", process)]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            resident.append(memory("VmRSS", process))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield resident
    finally:
        done.set()
        watcher.join()


@contextmanager
def page(*, quick: bool, at_once: int = 4, waiting: int = 32) -> Iterator[tuple[str, int]]:
    """Run a page of the suite's own in another process, and give its address and process id once it is ready.

    Raises:
        QAError: It does not start.
    """
    command = [sys.executable, "-u", "-m", "eval.load", str(at_once), str(waiting), "quick" if quick else "model"]
    with Popen(command, cwd=Path(__file__).parent.parent, text=True, stdin=PIPE, stdout=PIPE, stderr=DEVNULL) as child:  # noqa: S603 - this module
        assert child.stdin and child.stdout  # noqa: S101, PT018 - both are pipes
        try:
            url = next((line.removeprefix(_READY).strip() for line in child.stdout if line.startswith(_READY)), None)
            if url is None:
                raise QAError("The page does not start.", hint=f"Run `python {' '.join(command[2:])}` to see why.")
            yield url, child.pid
        finally:
            child.stdin.close()  # which ends it


def serve(at_once: int, waiting: int, *, quick: bool) -> None:
    """Serve the page until standard input is closed."""
    from qa.ui.loading import Loading
    from qa.ui.server import serving

    case_set = load_set(_SET)
    changes = {"data_dir": ROOT / ".index" / _SET, "sources": case_set.sources, "chroma_url": None}
    settings = Settings().replace(questions_at_once=at_once, queue_size=waiting, **changes)
    with QA(settings, chat=canned() if quick else None) as bot:
        loading = Loading()
        with serving(bot, loading) as url:
            loading.start(bot)
            while not loading.ready and loading.failure is None:
                time.sleep(0.1)
            if loading.ready:
                print(f"{_READY}{url}")  # noqa: T201 - its purpose
                sys.stdin.read()


def canned() -> ChatModel:
    """Return a model that says the same at once, whatever is asked."""
    from langchain_core.language_models.fake_chat_models import FakeListChatModel

    llm = FakeListChatModel(responses=["Massimo Carrera ha allenato lo Spartak Mosca."])
    return ChatModel(llm, name="canned", identity="canned", context_tokens=4096)


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]), quick=sys.argv[3] == "quick")
