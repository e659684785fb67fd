"""How runs look in a terminal."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from eval.labels import LABELS, figure, number
from eval.metrics.aggregates import Summary, summarise
from eval.metrics.scores import CaseScore
from eval.runs import Run, Sample
from eval.statistics import wilson
from qa.terminal import messages, output, plain

_SIGNS = (("correct", "✓", "green"), ("missing", "–", "yellow"), ("wrong", "✗", "red"), ("error", "!", "bold red"))


@contextmanager
def tally(total: int) -> Iterator[Callable[[Sample], None]]:
    """Show a bar and the outcomes so far; yields what to call after every question."""
    counts: Counter[str] = Counter()
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
    with Progress(*columns, console=messages(), disable=not messages().is_terminal) as bars:
        task = bars.add_task(_counted(counts), total=total)

        def heard(sample: Sample) -> None:
            counts[sample.score.outcome] += 1
            bars.update(task, advance=1, description=_counted(counts))

        yield heard


def _counted(counts: Counter[str]) -> str:
    return "  ".join(f"[{style}]{sign} {counts[outcome]}[/]" for outcome, sign, style in _SIGNS)


def show_run(run: Run) -> None:
    """Print the outcomes by category and the headline figures, crashes by name."""
    scores = run.scores
    summary = summarise(scores)
    output().print(_outcomes(scores))
    output().print(_figures(summary))
    for sample in run.samples:
        if sample.score.outcome == "error":
            output().print(plain(f"{sample.case.id} crashed: {sample.score.error}", "bold red"))
    info = run.info
    looked = Counter(kind for sample in run.samples for kind, n in _replies(sample) for _ in range(n))
    output().print(
        f"{info.model}, {info.embedder}; {looked['keys']} replies, {looked['asked']} of them asked now"
        + (f", {looked['differing']} of {looked['rechecked']} not as recorded" if looked["rechecked"] else "")
        + f"; {info.seconds:.0f} s."
    )
    output().print(plain(str(run.folder)))


def _replies(sample: Sample) -> Iterator[tuple[str, int]]:
    lookups = sample.lookups
    yield "keys", len(lookups.keys)
    yield "asked", len(lookups.asked)
    yield "rechecked", len(lookups.rechecked)
    yield "differing", len(lookups.differing)


def _outcomes(scores: Sequence[CaseScore]) -> Table:
    table = Table("", "n", "right", "share", "95 %", "missing", "wrong", "crashed", box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    parts = {category: [s for s in scores if s.category == category] for category in _ordered(scores)}
    for name, part in parts.items():
        table.add_row(*_row(name, part))
    table.add_section()
    attacks = [score for score in scores if score.attack]
    questions = [score for score in scores if not score.attack]
    wholes = {
        "questions": questions,
        "  tuning": [score for score in questions if not score.holdout],
        "  held out": [score for score in questions if score.holdout],
        "attacks": attacks,
    }
    for name, part in wholes.items():
        if part:
            table.add_row(*_row(name, part), style="bold" if name == "questions" else "")
    return table


def _ordered(scores: Sequence[CaseScore]) -> list[str]:
    return list(dict.fromkeys(score.category for score in scores))


def _row(name: str, part: Sequence[CaseScore]) -> list[str]:
    counts = Counter(score.outcome for score in part)
    n = len(part) - counts["error"]
    interval = wilson(counts["correct"], n)
    share = f"{counts['correct'] / n:.0%}" if n else "–"
    between = f"{interval.low:.0%}–{interval.high:.0%}" if n else "–"
    return [name, str(len(part)), str(counts["correct"]), share, between] + [
        str(counts[outcome] or "·") for outcome in ("missing", "wrong", "error")
    ]


def _figures(summary: Summary) -> Table:
    table = Table("", "", "n", box=None, pad_edge=False, show_header=False)
    table.columns[1].justify = table.columns[2].justify = "right"
    for name in LABELS:
        value, n = figure(summary, name)
        if value is not None:
            table.add_row(LABELS[name], number(name, value), f"n={n}", style="" if n else "dim")
    return table
