"""Memory over many questions, and how much quicker a second question is about the same evidence, and about the same thing.

As a module it is the process of its own in which they are asked, with their number as its argument; it prints one JSON object.
"""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import cycle, islice
from pathlib import Path

import psutil

from eval.cases import Case, load_set
from eval.measured import Row
from eval.race import ask_product
from eval.runs import ROOT
from eval.statistics import paired_ratio
from qa.config import Settings
from qa.errors import QAError
from qa.pipeline import QA
from qa.schema import Record, Retrieved

_SET = "wider"
_PAIRED_TOO = "carrera"
"""Set whose questions are looked through for pairs as well; its articles are among the other's."""
_MEGABYTE = 1e6
_SETTLED = 0.2
"""Share of the questions after which memory should no longer grow: by then, caches are full."""


class Soaked(Record):
    """What the process found.

    Attributes:
        resident: Bytes of memory after each question.
        peak: The most there ever was.
        same_evidence: Seconds of a question and of another one right after it that reads the same passages.
        rewordings: Seconds of a question and of a rewording right after it, whatever that reads.
    """

    resident: tuple[int, ...]
    peak: int
    same_evidence: tuple[tuple[float, float], ...]
    rewordings: tuple[tuple[float, float], ...]


def soak(questions: int) -> list[Row]:
    """Ask so many questions of the product in a process of its own, and return what that shows.

    Raises:
        QAError: This is no Linux, or the process failed.
    """
    memory("VmRSS")  # fails here rather than there
    command = [sys.executable, "-m", "eval.soak", str(questions)]
    run = subprocess.run(command, cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=False)  # noqa: S603 - this module
    if run.returncode:
        raise QAError(f"The process failed: {run.stderr.strip()[-500:]}", hint=f"Run `{' '.join(command[1:])}`.")
    return figures(Soaked.model_validate_json(run.stdout.splitlines()[-1]))


def figures(soaked: Soaked) -> list[Row]:
    """Return peak memory, how much it grew once caches were full, and how much quicker second questions are."""
    n = len(soaked.resident)
    settled = soaked.resident[int(n * _SETTLED)]
    rows = [
        Row(what="memory with the local model, peak", value=soaked.peak / _MEGABYTE, unit="MB", most=2500, n=n),
        Row(
            what="memory, growth over the last four fifths of the questions",
            value=(soaked.resident[-1] - settled) / _MEGABYTE,
            unit="MB",
            n=n - int(n * _SETTLED),
        ),
    ]
    same = "another question on the same evidence right after / the question"
    reworded = "a rewording right after its question / the question"
    return [*rows, *_quicker(same, soaked.same_evidence, most=0.5), *_quicker(reworded, soaked.rewordings)]


def _quicker(what: str, pairs: Sequence[tuple[float, float]], most: float | None = None) -> list[Row]:
    """Return how long the second of a pair takes by the first, if there are pairs."""
    if not pairs:
        return []
    first, second = zip(*pairs, strict=True)
    ratio, interval = paired_ratio(second, first)
    return [Row(what=what, value=ratio, unit="×", interval=interval, most=most, n=len(pairs))]


def memory(name: str, process: int | None = None) -> int:
    """Return the memory in bytes of a process, this one by default, and of those it has started, llama.cpp's among them.

    Args:
        name: ``VmRSS`` for what they hold now; ``VmHWM`` for the sum of their peaks, which need not have come together.
        process: Its number.

    Raises:
        QAError: This is no Linux, or there is no such process.
    """
    try:
        root = psutil.Process(process)
    except psutil.NoSuchProcess as error:
        raise QAError(f"There is no process {process}.", hint="Start it again.") from error
    if sys.platform != "linux":
        raise QAError("Memory is measured on Linux only.", hint="Leave out what measures it.")
    return sum(_figure(name, one.pid) for one in (root, *root.children(recursive=True)))


def _figure(name: str, process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    except OSError:  # It has just ended.
        return 0
    # One that is just ending holds nothing any more, and has no such line.
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:")), 0)


def main(questions: int) -> None:
    """Ask so many questions, then pairs of rewordings, and print what was found."""
    case_set = load_set(_SET)
    settings = Settings().replace(data_dir=ROOT / ".index" / _SET, sources=case_set.sources, chroma_url=None)
    with QA(settings) as bot:
        resident = []
        for case in islice(cycle(case_set.cases), questions):
            bot.ask(case.question, history=case.history)
            resident.append(memory("VmRSS"))
        peak = memory("VmHWM")
        cases = [*load_set(_PAIRED_TOO).cases, *case_set.cases]
        soaked = Soaked(
            resident=tuple(resident),
            peak=peak,
            same_evidence=tuple(timed(bot, same_evidence(bot, cases))),
            rewordings=tuple(timed(bot, rewordings(cases))),
        )
    print(json.dumps(soaked.model_dump()))  # noqa: T201 - its purpose


def timed(bot: QA, pairs: Iterable[tuple[Case, Case]]) -> Iterator[tuple[float, float]]:
    """Yield the seconds of the one question and of the other right after it, where the model was asked for both."""
    for pair in pairs:
        (_, one, answer), (_, other, again) = (ask_product(bot, case.question, case.history) for case in pair)
        if answer.usage.model_calls and again.usage.model_calls:
            yield one, other


def same_evidence(bot: QA, cases: Sequence[Case]) -> list[tuple[Case, Case]]:
    """Return pairs of questions in one language for which the very same passages are read."""

    def read(case: Case) -> Hashable:
        with closing(bot.stream(case.question, history=case.history)) as events:
            found = next(event for event in events if isinstance(event, Retrieved))
        return (case.language, *((passage.source, passage.start, passage.end) for passage in found.passages))

    return _alike(cases, read)


def rewordings(cases: Sequence[Case]) -> list[tuple[Case, Case]]:
    """Return pairs of questions that ask the same in other words."""
    return _alike([case for case in cases if case.category == "paraphrase"], lambda case: case.group)


def _alike(cases: Iterable[Case], key: Callable[[Case], Hashable]) -> list[tuple[Case, Case]]:
    """Return the first two of the cases with each key."""
    groups: dict[Hashable, list[Case]] = defaultdict(list)
    for case in cases:
        groups[key(case)].append(case)
    return [(first, second) for first, second, *_ in (group for group in groups.values() if len(group) > 1)]


if __name__ == "__main__":
    main(int(sys.argv[1]))
