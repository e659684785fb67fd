"""Whether a difference is more than noise: intervals and tests, from SciPy."""

import warnings
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from qa.errors import QAError
from qa.schema import Record

_ENOUGH_CLUSTERS = 2


class Interval(Record):
    """A confidence interval."""

    low: float
    high: float


class Difference(Record):
    """How much the mean of ``b`` lies above that of ``a``; None where one of them has no value at all.

    ``interval`` is None where there are fewer than two clusters to resample.
    """

    difference: float | None
    interval: Interval | None
    n_a: int
    n_b: int

    @property
    def is_more_than_noise(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.interval is not None and not self.interval.low <= 0 <= self.interval.high


class McNemar(Record):
    """Two runs over the same cases: how many flipped, and how likely so by chance.

    Attributes:
        gained: Right in the second run only.
        lost: Right in the first run only.
        p_two_sided: Of a difference in either direction at least this large.
        p_worse: Of so many losses, or more, if the second run is no worse.
        p_better: Of so many gains, or more, if the second run is no better.
    """

    gained: int
    lost: int
    p_two_sided: float
    p_worse: float
    p_better: float


def wilson(successes: int, n: int, confidence: float = 0.95) -> Interval:
    """Return Wilson's score interval of a proportion (Wilson 1927); the whole range where ``n`` is 0."""
    from scipy import stats

    if n == 0:
        return Interval(low=0.0, high=1.0)
    interval = stats.binomtest(successes, n).proportion_ci(confidence, method="wilson")
    return Interval(low=float(interval.low), high=float(interval.high))


def mcnemar(a: Sequence[bool], b: Sequence[bool]) -> McNemar:
    """Return McNemar's exact test (McNemar 1947): the binomial test of the discordant pairs of two runs.

    Args:
        a: Whether each case was right in the first run.
        b: The same cases in the second run, in the same order.

    Raises:
        QAError: The two do not pair up.
    """
    from scipy import stats

    _check_lengths(a, b)
    gained = sum(not x and y for x, y in zip(a, b, strict=True))
    lost = sum(x and not y for x, y in zip(a, b, strict=True))
    flips = gained + lost

    def p(successes: int, alternative: str) -> float:
        return float(stats.binomtest(successes, flips, alternative=alternative).pvalue) if flips else 1.0

    return McNemar(
        gained=gained,
        lost=lost,
        p_two_sided=p(gained, "two-sided"),
        p_worse=p(lost, "greater"),
        p_better=p(gained, "greater"),
    )


def paired_difference(
    clusters: Sequence[Hashable],
    a: Sequence[float | None],
    b: Sequence[float | None],
    *,
    confidence: float = 0.95,
    resamples: int = 9999,
    seed: int = 0,
) -> Difference:
    """Return mean(b) - mean(a) with a percentile bootstrap interval (Efron & Tibshirani 1993) over clusters.

    Rewordings of a question and turns of a dialogue stand or fall together, so they are drawn together, and each draw
    takes the same clusters from both runs. A value of None (the metric does not apply) is left out of its run's mean.

    Args:
        clusters: For each case, what it belongs to.
        a: Its value in the first run.
        b: Its value in the second run.
        confidence: Of the interval.
        resamples: How many draws.
        seed: Of the draws; the same seed gives the same interval.

    Raises:
        QAError: The three do not pair up.
    """
    from scipy import stats

    _check_lengths(clusters, a, b)
    members = {cluster: i for i, cluster in enumerate(dict.fromkeys(clusters))}
    index = np.array([members[cluster] for cluster in clusters], dtype=np.intp)
    sums_a, counts_a = _by_cluster(index, a, len(members))
    sums_b, counts_b = _by_cluster(index, b, len(members))

    def statistic(drawn: NDArray[np.intp], axis: int = -1) -> NDArray[np.float64]:
        with np.errstate(invalid="ignore"):  # a draw to which the metric does not apply
            mean_a = sums_a[drawn].sum(axis=axis) / counts_a[drawn].sum(axis=axis)
            mean_b = sums_b[drawn].sum(axis=axis) / counts_b[drawn].sum(axis=axis)
        return np.asarray(mean_b - mean_a)

    n_a, n_b = int(counts_a.sum()), int(counts_b.sum())
    if not n_a or not n_b:
        return Difference(difference=None, interval=None, n_a=n_a, n_b=n_b)
    every = np.arange(len(members))
    difference = float(statistic(every))
    if len(members) < _ENOUGH_CLUSTERS:
        return Difference(difference=difference, interval=None, n_a=n_a, n_b=n_b)
    with warnings.catch_warnings():
        # SciPy's own interval is undefined as soon as one draw has no value; such draws are left out below.
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        draws = stats.bootstrap(
            (every,), statistic, n_resamples=resamples, batch=1000, vectorized=True, method="percentile", rng=seed
        ).bootstrap_distribution
    low, high = np.nanquantile(draws, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Difference(difference=difference, interval=Interval(low=float(low), high=float(high)), n_a=n_a, n_b=n_b)


def paired_ratio(
    a: Sequence[float], b: Sequence[float], *, confidence: float = 0.95, resamples: int = 9999, seed: int = 0
) -> tuple[float, Interval | None]:
    """Return median(a) / median(b) with a percentile bootstrap interval (Efron & Tibshirani 1993) over pairs.

    Args:
        a: Positive values, such as seconds.
        b: Those of the same cases under another treatment, in the same order.
        confidence: Of the interval.
        resamples: How many draws.
        seed: Of the draws; the same seed gives the same interval.

    Returns:
        The ratio, and its interval; None instead of one for fewer than two pairs.

    Raises:
        QAError: The two do not pair up.
    """
    from scipy import stats

    _check_lengths(a, b)

    def statistic(x: NDArray[np.float64], y: NDArray[np.float64], axis: int = -1) -> NDArray[np.float64]:
        return np.asarray(np.median(x, axis=axis) / np.median(y, axis=axis))

    pairs = (np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64))
    ratio = float(statistic(*pairs))
    if len(a) < _ENOUGH_CLUSTERS:
        return ratio, None
    draws = stats.bootstrap(
        pairs,
        statistic,
        n_resamples=resamples,
        paired=True,
        vectorized=True,
        method="percentile",
        rng=seed,
    ).bootstrap_distribution
    low, high = np.quantile(draws, [(1 - confidence) / 2, (1 + confidence) / 2])
    return ratio, Interval(low=float(low), high=float(high))


def _by_cluster(
    index: NDArray[np.intp], values: Sequence[float | None], n: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return, for each cluster, the sum of its values and how many there are."""
    sums, counts = np.zeros(n), np.zeros(n)
    np.add.at(sums, index, [value or 0.0 for value in values])
    np.add.at(counts, index, [value is not None for value in values])
    return sums, counts


def _check_lengths(*columns: Sequence[object]) -> None:
    lengths = {len(column) for column in columns}
    if len(lengths) != 1:
        raise QAError(f"Runs of different lengths cannot be paired: {sorted(lengths)}.", hint="Compare the same cases.")
