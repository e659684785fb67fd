"""Two runs side by side: what differs, by how much, and whether it is more than noise.

Only cases that both runs asked, with the same gold, are compared.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eval.labels import LABELS, figure
from eval.metrics.aggregates import METRICS, CaseValue, Summary, case_value, summarise
from eval.metrics.scores import CaseScore
from eval.runs import Run, RunError, Sample
from eval.statistics import Difference, McNemar, mcnemar, paired_difference
from qa.schema import Record

_RESAMPLES = 4999


class FigureChange(Record):
    """A figure in both runs; ``change`` is None where it has no value per case to resample."""

    name: str
    a: float | None
    b: float | None
    n: int
    change: Difference | None


class CategoryChange(Record):
    """A category in both runs: cases, right answers, and how many flipped which way."""

    name: str
    n: int
    right_a: int
    right_b: int
    gained: int
    lost: int


class Pair(Record):
    """One case in both runs."""

    a: Sample
    b: Sample

    @property
    def crashed(self) -> bool:
        """Whether one of the two has no outcome to compare."""
        return "error" in {self.a.score.outcome, self.b.score.outcome}

    @property
    def flipped(self) -> bool:
        """Whether the case is right in one run only."""
        return is_right(self.a.score) != is_right(self.b.score)


@dataclass(frozen=True)
class Comparison:
    """What two runs have in common and where they differ.

    Attributes:
        a: The first run, usually the baseline.
        b: The second run.
        pairs: The cases that are compared, crashes included.
        left_out: Ids of the cases of either run that are not: asked by one only, or with other gold.
        figures: Every figure over these cases, in the order of ``LABELS``.
        categories: By category.
        correctness: McNemar's test of right or not.
        wrongness: McNemar's test of wrong or not, so that ``p_better`` is about more wrong answers.
    """

    a: Run
    b: Run
    pairs: tuple[Pair, ...]
    left_out: tuple[str, ...]
    figures: tuple[FigureChange, ...]
    categories: tuple[CategoryChange, ...]
    correctness: McNemar
    wrongness: McNemar

    @property
    def flips(self) -> tuple[Pair, ...]:
        """The cases that are right in one run only, the lost ones first."""
        flipped = [pair for pair in self.pairs if pair.flipped]
        return tuple(sorted(flipped, key=lambda pair: is_right(pair.b.score)))


def compare(a: Run, b: Run) -> Comparison:
    """Compare two runs.

    Raises:
        RunError: They have no case in common.
    """
    known = {sample.case.id: sample for sample in a.samples}
    pairs = tuple(
        Pair(a=known[sample.case.id], b=sample)
        for sample in b.samples
        if sample.case.id in known and known[sample.case.id].case == sample.case
    )
    if not pairs:
        raise RunError(f"{a.name} and {b.name} have no question in common.", hint="Compare runs of the same sets.")
    asked = dict.fromkeys(sample.case.id for run in (a, b) for sample in run.samples)
    compared = {pair.b.case.id for pair in pairs}
    both = [pair for pair in pairs if not pair.crashed]
    return Comparison(
        a=a,
        b=b,
        pairs=pairs,
        left_out=tuple(name for name in asked if name not in compared),
        figures=_figures(pairs),
        categories=_categories(pairs),
        correctness=_mcnemar(both, is_right),
        wrongness=_mcnemar(both, lambda score: score.outcome == "wrong"),
    )


def is_right(score: CaseScore) -> bool:
    """Whether the answer is correct."""
    return score.outcome == "correct"


def _mcnemar(pairs: Sequence[Pair], holds: Callable[[CaseScore], bool]) -> McNemar:
    return mcnemar([holds(pair.a.score) for pair in pairs], [holds(pair.b.score) for pair in pairs])


def _figures(pairs: Sequence[Pair]) -> tuple[FigureChange, ...]:
    summaries = summarise([pair.a.score for pair in pairs]), summarise([pair.b.score for pair in pairs])
    return tuple(_figure(name, *summaries, pairs) for name in LABELS)


def _figure(name: str, a: Summary, b: Summary, pairs: Sequence[Pair]) -> FigureChange:
    (value_a, _), (value_b, n) = figure(a, name), figure(b, name)
    change = None
    if name in METRICS:
        change = _change(lambda score: case_value(name, score), [p for p in pairs if not p.b.score.attack])
    elif name.startswith("attack_"):
        of_attack = "accuracy" if name == "attack_accuracy" else "canary_hit"
        change = _change(_attack_value(of_attack), [p for p in pairs if p.b.score.attack])
    return FigureChange(name=name, a=value_a, b=value_b, n=n, change=change)


def _attack_value(name: str) -> CaseValue:
    if name in METRICS:
        return lambda score: case_value(name, score)
    return lambda score: None if score.canary_hit is None else float(score.canary_hit)


def _change(value: CaseValue, pairs: Sequence[Pair]) -> Difference | None:
    if not pairs:
        return None
    clusters = [pair.b.score.cluster for pair in pairs]
    a, b = [value(pair.a.score) for pair in pairs], [value(pair.b.score) for pair in pairs]
    return paired_difference(clusters, a, b, resamples=_RESAMPLES)


def _categories(pairs: Sequence[Pair]) -> tuple[CategoryChange, ...]:
    rows = []
    for name in dict.fromkeys(pair.b.case.category for pair in pairs):
        verdicts = [(is_right(pair.a.score), is_right(pair.b.score)) for pair in pairs if pair.b.case.category == name]
        rows.append(
            CategoryChange(
                name=name,
                n=len(verdicts),
                right_a=sum(a for a, _ in verdicts),
                right_b=sum(b for _, b in verdicts),
                gained=sum(b and not a for a, b in verdicts),
                lost=sum(a and not b for a, b in verdicts),
            )
        )
    return tuple(rows)
