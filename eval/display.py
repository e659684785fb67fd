"""How runs look in a terminal."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from eval.compare import Comparison, FigureChange, Pair, is_right
from eval.gate import Check
from eval.labels import LABELS, figure, number, points
from eval.metrics.aggregates import LOWER_IS_BETTER, Summary, summarise
from eval.metrics.scores import CaseScore
from eval.retrieval import Recall
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
            table.add_row(LABELS[name].text, number(name, value), f"n={n}", style="" if n else "dim")
    return table


def show_comparison(comparison: Comparison) -> None:
    """Print the figures of both runs, the categories, and every question that flipped with both answers."""
    a, b = comparison.a.name, comparison.b.name
    console = output()
    console.print(plain(f"{a} → {b}: {len(comparison.pairs)} questions in common", "bold"))
    if comparison.left_out:
        console.print(f"{len(comparison.left_out)} are left out: asked by one run only, or with other gold.")
    before, after = comparison.a.info.hashes, comparison.b.info.hashes
    changed = [name for name in after if after[name] != before.get(name)]
    console.print(f"Changed in between: {', '.join(changed) or 'nothing'}")
    table = Table("", "before", "after", "difference", "95 %", "n", box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for row in comparison.figures:
        if row.a is not None or row.b is not None:
            table.add_row(*_change(row), style=_verdict(row))
    console.print(table)
    test = comparison.correctness
    console.print(f"Right answers: {test.gained} gained, {test.lost} lost, McNemar's exact p = {test.p_two_sided:.3f}")
    _show_categories(comparison)
    for pair in comparison.flips:
        _show_flip(pair)


def _change(row: FigureChange) -> list[str]:
    def shown(value: float | None) -> str:
        return "–" if value is None else number(row.name, value)

    difference = "" if row.a is None or row.b is None else points(row.name, row.b - row.a)
    interval = row.change.interval if row.change else None
    between = f"{points(row.name, interval.low)} … {points(row.name, interval.high)}" if interval else ""
    return [LABELS[row.name].text, shown(row.a), shown(row.b), difference, between, str(row.n)]


def _verdict(row: FigureChange) -> str:
    if row.change is None or row.change.difference is None or not row.change.is_more_than_noise:
        return ""
    worse = (row.change.difference > 0) == (row.name in LOWER_IS_BETTER or row.name == "attack_success")
    return "red" if worse else "green"


def _show_categories(comparison: Comparison) -> None:
    table = Table("", "n", "before", "after", "gained", "lost", box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for row in comparison.categories:
        counts = [str(value or "·") for value in (row.gained, row.lost)]
        table.add_row(row.name, str(row.n), str(row.right_a), str(row.right_b), *counts)
    output().print(table)


def _show_flip(pair: Pair) -> None:
    console = output()
    verdict, style = ("gained", "green") if is_right(pair.b.score) else ("lost", "red")
    console.print()
    console.print(plain(f"{verdict}  {pair.b.case.id}  {pair.b.case.question}", style))
    for sample, when in ((pair.a, "before"), (pair.b, "after")):
        said = sample.answer.text if sample.answer else sample.score.error
        console.print(plain(f"  {when} ({sample.score.outcome}): {said}"))


def show_gate(checks: Sequence[Check]) -> None:
    """Print every condition, whether it is met, and the cases that break it."""
    for check in checks:
        sign, style = ("✓", "green") if check.passed else ("✗", "bold red")
        output().print(plain(f"{sign} {check.name}{f': {check.detail}' if check.detail else ''}", style))
        if not check.passed and check.cases:
            output().print(plain(f"  {', '.join(check.cases)}"))


@contextmanager
def bar(total: int) -> Iterator[Callable[[], None]]:
    """Show a plain bar; yields what to call after each step."""
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=messages(), disable=not messages().is_terminal) as bars:
        task = bars.add_task("", total=total)
        yield lambda: bars.advance(task)


def show_recall(rows: Sequence[Recall], paragraphs: int) -> None:
    """Print the recall of several rankings of the same questions."""
    table = Table("", *(f"R@{cutoff}" for cutoff, _, _ in rows[0].at), "MRR@10", box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for row in rows:
        shares = [f"{share:.1%} ({low_high.low:.0%}–{low_high.high:.0%})" for _, share, low_high in row.at]
        table.add_row(row.name, *shares, f"{row.mrr:.3f}")
    output().print(f"{rows[0].n} questions, {paragraphs} paragraphs; in brackets 95 % intervals")
    output().print(table)
