"""Intervals and tests: textbook values, and what must hold for any data."""

import math
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.statistics import Difference, Interval, mcnemar, paired_difference, wilson
from qa.errors import QAError


def wilson_by_hand(k: int, n: int) -> tuple[float, float]:
    z = 1.959963984540054
    centre = (k + z * z / 2) / (n + z * z)
    half = z * math.sqrt(k * (n - k) / n + z * z / 4) / (n + z * z)
    return centre - half, centre + half


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (5, 10, 0.2366, 0.7634),
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I
        (0, 20, 0.0, 0.1611),  # the same
        (1, 29, 0.0061, 0.1718),  # the same
    ],
)
def test_wilson_gives_published_intervals(k, n, low, high):
    interval = wilson(k, n)
    assert (interval.low, interval.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_follows_its_formula_and_holds_the_proportion(pair):
    k, n = pair
    interval = wilson(k, n)
    low, high = wilson_by_hand(k, n)
    assert (interval.low, interval.high) == (pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9))
    assert interval.low <= k / n <= interval.high


def test_wilson_of_nothing_is_the_whole_range():
    assert wilson(0, 0) == Interval(low=0, high=1)


def test_wilson_widens_with_confidence():
    assert wilson(5, 10, 0.99).low < wilson(5, 10, 0.95).low


def test_mcnemar_counts_flips_and_sums_the_binomial_tail():
    before = [True] * 10 + [False] * 9 + [True] * 5
    after = [True] * 10 + [True] * 1 + [False] * 8 + [False] * 5
    result = mcnemar(before, after)
    assert (result.gained, result.lost) == (1, 5)
    assert result.p_worse == pytest.approx((comb(6, 5) + comb(6, 6)) / 2**6)  # 7/64
    assert result.p_two_sided == pytest.approx(14 / 64)
    assert result.p_better == pytest.approx(1 - 1 / 64)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=30))
def test_mcnemar_is_symmetric_and_one_side_is_within_the_other(pairs):
    a, b = [x for x, _ in pairs], [y for _, y in pairs]
    result, swapped = mcnemar(a, b), mcnemar(b, a)
    assert (result.gained, result.lost, result.p_worse) == (swapped.lost, swapped.gained, swapped.p_better)
    assert result.p_two_sided == pytest.approx(min(1, 2 * min(result.p_worse, result.p_better)))


def test_mcnemar_without_flips_finds_nothing():
    result = mcnemar([True, False], [True, False])
    assert (result.p_two_sided, result.p_worse, result.p_better) == (1, 1, 1)


@pytest.mark.parametrize("pair", [([True], []), ([], [True, False])])
def test_unpaired_runs_are_refused(pair):
    with pytest.raises(QAError, match="cannot be paired"):
        mcnemar(*pair)
    with pytest.raises(QAError, match="cannot be paired"):
        paired_difference(["x"] * len(pair[0]), pair[0], pair[1])


def test_difference_is_that_of_the_means_and_none_is_left_out():
    result = paired_difference(["p", "q", "r", "s"], [0.0, 1.0, None, 0.5], [1.0, None, None, 0.0])
    assert result.difference == pytest.approx(0.5 - 0.5)
    assert (result.n_a, result.n_b) == (3, 2)


def test_a_constant_shift_has_no_spread():
    result = paired_difference(list(range(20)), [i / 40 for i in range(20)], [i / 40 + 0.25 for i in range(20)])
    assert result.difference == pytest.approx(0.25)
    assert result.interval is not None
    assert (result.interval.low, result.interval.high) == (pytest.approx(0.25), pytest.approx(0.25))
    assert result.is_more_than_noise


def test_bootstrap_interval_matches_the_binomial_it_resamples():
    # b is right in 20 of 100 cases, a in none: draws are Binomial(100, 0.2) / 100, 95 % of them between .12 and .28.
    result = paired_difference(list(range(100)), [0.0] * 100, [1.0] * 20 + [0.0] * 80)
    assert result.interval is not None
    assert result.interval.low == pytest.approx(0.12, abs=0.011)
    assert result.interval.high == pytest.approx(0.28, abs=0.011)


def test_clusters_are_drawn_whole():
    a, b = [0.0] * 100, [1.0] * 20 + [0.0] * 80
    alone = paired_difference(list(range(100)), a, b)
    together = paired_difference([i // 10 for i in range(100)], a, b)
    assert alone.interval is not None
    assert together.interval is not None
    # Ten clusters of ten, two of them all right: Binomial(10, 0.2) / 10.
    assert (together.interval.low, together.interval.high) == (0.0, pytest.approx(0.5))
    assert together.interval.low < alone.interval.low
    assert not together.is_more_than_noise
    assert alone.is_more_than_noise


def test_draws_without_a_value_are_left_out():
    result = paired_difference(["p", "q", "r"], [0.0, None, None], [1.0, None, None], resamples=200)
    assert result.interval == Interval(low=1, high=1)


def test_without_values_or_clusters_there_is_no_interval():
    assert paired_difference(["p", "q"], [None, None], [1.0, 0.0]) == Difference(
        difference=None, interval=None, n_a=0, n_b=2
    )
    assert paired_difference([], [], []).difference is None
    one = paired_difference(["p", "p"], [0.0, 1.0], [1.0, 1.0])
    assert (one.difference, one.interval, one.is_more_than_noise) == (0.5, None, False)


@settings(max_examples=20)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.floats(-1, 1), st.floats(-1, 1)), min_size=2, max_size=12),
    st.integers(0, 9),
)
def test_the_same_seed_gives_the_same_interval_and_swapping_mirrors_it(rows, seed):
    clusters, a, b = zip(*rows, strict=True)
    first = paired_difference(clusters, a, b, resamples=200, seed=seed)
    assert first == paired_difference(clusters, a, b, resamples=200, seed=seed)
    swapped = paired_difference(clusters, b, a, resamples=200, seed=seed)
    assert swapped.difference == pytest.approx(-first.difference)
    if first.interval is not None:
        assert swapped.interval.low == pytest.approx(-first.interval.high)
