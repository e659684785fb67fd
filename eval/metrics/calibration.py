"""Whether ``Answer.confidence`` can be trusted: risk against coverage, reliability."""

from collections.abc import Sequence
from itertools import groupby

from eval.metrics.scores import CaseScore
from qa.schema import Record

BINS = 10
TOLERATED_RISK = 0.05


class RiskPoint(Record):
    """Answering from ``confidence`` upwards answers a share ``coverage``, and a share ``risk`` of that wrongly."""

    confidence: float
    coverage: float
    risk: float


class ReliabilityBin(Record):
    """The answers whose confidence lies in ``[low, high)`` (the last bin includes 1)."""

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


class Calibration(Record):
    """Every figure about confidence; None where nothing was answered."""

    curve: tuple[RiskPoint, ...]
    aurc: float | None
    coverage_at_5_percent_risk: float | None
    reliability: tuple[ReliabilityBin, ...]
    expected_calibration_error: float | None


def calibrate(scores: Sequence[CaseScore]) -> Calibration:
    """Return every figure about confidence over ``scores``."""
    curve = risk_coverage(scores)
    bins = reliability(scores)
    return Calibration(
        curve=curve,
        aurc=aurc(scores),
        coverage_at_5_percent_risk=coverage_at_risk(curve, TOLERATED_RISK) if curve else None,
        reliability=bins,
        expected_calibration_error=expected_calibration_error(bins),
    )


def risk_coverage(scores: Sequence[CaseScore]) -> tuple[RiskPoint, ...]:
    """Return the risk-coverage curve (El-Yaniv & Wiener 2010): a point for each confidence that occurs, highest first.

    Coverage counts against all questions, abstentions included, so a cautious system's curve ends early. Risk is the
    share of wrong ones among those answered. Abstentions are never covered, crashes left out altogether.
    """
    total = sum(score.outcome != "error" for score in scores)
    points: list[RiskPoint] = []
    covered = wrong = 0
    for confidence, group in groupby(_ranked(scores), key=lambda pair: pair[0]):
        outcomes = [is_wrong for _, is_wrong in group]
        covered += len(outcomes)
        wrong += sum(outcomes)
        points.append(RiskPoint(confidence=confidence, coverage=covered / total, risk=wrong / covered))
    return tuple(points)


def aurc(scores: Sequence[CaseScore]) -> float | None:
    """Return the area under the risk-coverage curve (Geifman & El-Yaniv 2017) over the answered questions.

    The mean, over k, of the risk of the k answers of highest confidence; answers of equal confidence count as in random
    order, in expectation, so that the order of the cases never matters. None if nothing was answered.
    """
    risks: list[float] = []
    wrong = 0.0
    for _, group in groupby(_ranked(scores), key=lambda pair: pair[0]):
        outcomes = [is_wrong for _, is_wrong in group]
        share = sum(outcomes) / len(outcomes)
        risks += [(wrong + share * i) / (len(risks) + i) for i in range(1, len(outcomes) + 1)]
        wrong += sum(outcomes)
    return sum(risks) / len(risks) if risks else None


def coverage_at_risk(curve: Sequence[RiskPoint], risk: float) -> float:
    """Return the largest coverage of a point whose risk is ``risk`` at most; 0 if there is none."""
    return max((point.coverage for point in curve if point.risk <= risk), default=0.0)


def reliability(scores: Sequence[CaseScore]) -> tuple[ReliabilityBin, ...]:
    """Return mean confidence and accuracy of the answers in ten bins of equal width; empty bins are left out."""
    binned: dict[int, list[tuple[float, bool]]] = {}
    for confidence, is_wrong in _ranked(scores):
        binned.setdefault(min(int(confidence * BINS), BINS - 1), []).append((confidence, is_wrong))
    return tuple(
        ReliabilityBin(
            low=i / BINS,
            high=(i + 1) / BINS,
            n=len(members),
            confidence=sum(confidence for confidence, _ in members) / len(members),
            accuracy=sum(not is_wrong for _, is_wrong in members) / len(members),
        )
        for i, members in sorted(binned.items())
    )


def expected_calibration_error(bins: Sequence[ReliabilityBin]) -> float | None:
    """Return the mean distance of confidence and accuracy over the bins, weighted by size (Guo et al. 2017)."""
    total = sum(part.n for part in bins)
    return sum(part.n * abs(part.confidence - part.accuracy) for part in bins) / total if bins else None


def _ranked(scores: Sequence[CaseScore]) -> list[tuple[float, bool]]:
    """Return (confidence, is wrong) of the answers that are neither crash nor abstention, highest confidence first."""
    pairs = [
        (score.confidence, score.outcome == "wrong")
        for score in scores
        if score.confidence is not None and score.outcome != "error" and not score.abstained
    ]
    return sorted(pairs, key=lambda pair: -pair[0])
