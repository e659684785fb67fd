"""Memory over many questions, and a second question about the same evidence.

As a module it is the process of its own in which they are asked, with their number as its argument; it prints one JSON object.
"""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
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
from qa.schema import Record

_SET = "wider"
_MEGABYTE = 1e6
_SETTLED = 0.2
"""Share of the questions after which memory should no longer grow: by then, caches are full."""


class Soaked(Record):
    """What the process found.

    Attributes:
        resident: Bytes of memory after each question.
        peak: The most there ever was.
        pairs: Seconds of a question and of a rewording right after it, where the model read for both.
    """

    resident: tuple[int, ...]
    peak: int
    pairs: tuple[tuple[float, float], ...]


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
    if soaked.pairs:
        first, second = zip(*soaked.pairs, strict=True)
        ratio, interval = paired_ratio(second, first)
        what = "a rewording right after its question / the question"
        rows.append(Row(what=what, value=ratio, unit="×", interval=interval, most=0.5, n=len(soaked.pairs)))
    return rows


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
        pairs = tuple(rewordings(bot, case_set.cases))
    print(json.dumps(Soaked(resident=tuple(resident), peak=peak, pairs=pairs).model_dump()))  # noqa: T201 - its purpose


def rewordings(bot: QA, cases: Sequence[Case]) -> Iterator[tuple[float, float]]:
    """Yield the seconds of a question and of its rewording, which is about the same evidence, where the model was asked for both."""
    groups: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        if case.category == "paraphrase" and case.group:
            groups[case.group].append(case)
    for first, second, *_ in (group for group in groups.values() if len(group) > 1):
        (_, one, answer), (_, other, again) = ask_product(bot, first.question), ask_product(bot, second.question)
        if answer.usage.model_calls and again.usage.model_calls:
            yield one, other


if __name__ == "__main__":
    main(int(sys.argv[1]))
