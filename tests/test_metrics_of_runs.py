"""Retrieval, aggregates and calibration match values computed by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.cases import Support
from eval.metrics.aggregates import (
    LOWER_IS_BETTER,
    METRICS,
    Mean,
    Summary,
    attack_success,
    case_value,
    paraphrase_consistency,
    percentiles,
    summarise,
)
from eval.metrics.calibration import (
    aurc,
    calibrate,
    coverage_at_risk,
    expected_calibration_error,
    reliability,
    risk_coverage,
)
from eval.metrics.ranking import score_retrieval
from eval.metrics.scores import CaseScore, RetrievalScore
from qa.schema import Article, Passage, Span

TEXT = "".join(chr(ord("a") + i % 26) for i in range(260)) + "X" * 10 + "Y" * 10 + "Z" * 10
ARTICLES = {
    name: Article(source=name, text=TEXT, body=Span(start=0, end=len(TEXT)), title="") for name in ("a.txt", "b.txt")
}
X, Y, Z = (Support(source="a.txt", quote=letter * 10) for letter in "XYZ")
AT = {"X": 260, "Y": 270, "Z": 280}


def passage(start: int, end: int, source: str = "a.txt") -> Passage:
    return Passage(text=TEXT[start:end], source=source, start=start, end=end, score=0)


NOTHING = passage(0, 50)
ON_X, ON_Y, ON_XY, ON_ALL = passage(260, 270), passage(270, 280), passage(260, 280), passage(250, 290)


class TestRetrieval:
    def test_no_support_no_score(self):
        assert score_retrieval((), [ON_X], ARTICLES) is None

    def test_first_rank_is_perfect(self):
        assert score_retrieval([X], [ON_X, NOTHING], ARTICLES) == RetrievalScore(
            recall_at_1=1, recall_at_3=1, recall_at_5=1, all_evidence_at_5=1, mrr_at_10=1, ndcg_at_10=1
        )

    @pytest.mark.parametrize("passages", [[], [NOTHING], [passage(260, 270, "b.txt")]])
    def test_nothing_found_is_nothing(self, passages):
        assert score_retrieval([X, Y], passages, ARTICLES) == RetrievalScore(
            recall_at_1=0, recall_at_3=0, recall_at_5=0, all_evidence_at_5=0, mrr_at_10=0, ndcg_at_10=0
        )

    def test_two_supports_by_hand(self):
        result = score_retrieval([X, Y], [NOTHING, ON_X, NOTHING, ON_Y], ARTICLES)
        assert (result.recall_at_1, result.recall_at_3, result.recall_at_5) == (0, 1 / 2, 1)
        assert (result.all_evidence_at_5, result.mrr_at_10) == (1, 1 / 2)
        ideal = 1 + 1 / math.log2(3)
        assert result.ndcg_at_10 == pytest.approx((1 / math.log2(3) + 1 / math.log2(5)) / ideal)

    def test_all_evidence_needs_every_support_among_five(self):
        far = [ON_X, *[NOTHING] * 4, ON_Y]
        result = score_retrieval([X, Y], far, ARTICLES)
        assert (result.recall_at_5, result.all_evidence_at_5) == (1 / 2, 0)
        assert result.ndcg_at_10 == pytest.approx((1 + 1 / math.log2(7)) / (1 + 1 / math.log2(3)))

    def test_beyond_rank_ten_nothing_counts(self):
        result = score_retrieval([X], [*[NOTHING] * 10, ON_X], ARTICLES)
        assert (result.mrr_at_10, result.ndcg_at_10) == (0, 0)
        assert score_retrieval([X], [*[NOTHING] * 9, ON_X], ARTICLES).mrr_at_10 == pytest.approx(1 / 10)

    def test_one_passage_may_cover_every_support(self):
        result = score_retrieval([X, Y, Z], [ON_ALL], ARTICLES)
        assert (result.recall_at_1, result.all_evidence_at_5, result.ndcg_at_10) == (1, 1, pytest.approx(1))

    def test_a_second_copy_gains_nothing_and_keeps_its_rank(self):
        result = score_retrieval([X, Y], [ON_X, ON_X, ON_XY], ARTICLES)
        assert result.ndcg_at_10 == pytest.approx((1 + 1 / math.log2(4)) / (1 + 1 / math.log2(3)))

    @pytest.mark.parametrize(("end", "covers"), [(265, 1), (264, 0)])
    def test_half_of_the_quote_covers_it(self, end, covers):
        assert score_retrieval([X], [passage(255, end)], ARTICLES).recall_at_1 == covers

    def test_any_place_of_a_repeated_quote_counts(self):
        repeated = Support(source="a.txt", quote="abcdefghij")
        assert score_retrieval([repeated], [passage(52, 62)], ARTICLES).recall_at_1 == 1

    @given(st.lists(st.sampled_from([NOTHING, ON_X, ON_Y, ON_XY, ON_ALL]), max_size=8))
    def test_every_figure_lies_within_0_and_1_and_recall_grows_with_depth(self, passages):
        result = score_retrieval([X, Y, Z], passages, ARTICLES)
        assert all(0 <= value <= 1 for value in result.model_dump().values())
        assert result.recall_at_1 <= result.recall_at_3 <= result.recall_at_5
        covered = {s for p in passages[:5] for s, at in AT.items() if p.start <= at and at + 10 <= p.end}
        assert result.recall_at_5 == pytest.approx(len(covered) / 3)


def score(outcome: str = "correct", **more: object) -> CaseScore:
    fields: dict[str, object] = {
        "id": "carrera-single_fact-01",
        "category": "single_fact",
        "language": "it",
        "answerable": True,
        "outcome": outcome,
        "status": None if outcome == "error" else "abstained" if outcome == "missing" else "answered",
    }
    return CaseScore.model_validate(fields | more)


def refused(outcome: str = "correct") -> CaseScore:
    return score(outcome, answerable=False, category="unanswerable", status="abstained")


class TestAggregates:
    scores = (
        *[score()] * 4,
        *[score("missing")] * 2,
        *[score("wrong")] * 1,
        *[refused()] * 2,
        *[score("wrong", answerable=False, category="unanswerable")] * 1,
        *[score("error", error="boom")] * 3,
    )

    def values(self, *names: str) -> tuple[object, ...]:
        metrics = summarise(self.scores).metrics
        return tuple(metrics[name].value for name in names)

    def test_crag_truthfulness_and_hallucination(self):
        correct, missing, n = 6, 2, 10
        accuracy, truthfulness, hallucination = self.values("accuracy", "truthfulness", "hallucination")
        assert (accuracy, hallucination) == (pytest.approx(6 / 10), pytest.approx(2 / 10))
        assert truthfulness == pytest.approx((2 * correct + missing) / n - 1)

    def test_abstention(self):
        assert self.values("abstention_precision", "abstention_recall", "false_refusal") == (
            pytest.approx(2 / 4),
            pytest.approx(2 / 3),
            pytest.approx(2 / 7),
        )

    def test_crashes_are_counted_apart(self):
        summary = summarise(self.scores)
        assert (summary.n, summary.errors, summary.metrics["accuracy"].n) == (13, 3, 10)
        assert summary.categories["single_fact"].model_dump() == {
            "n": 10,
            "errors": 3,
            "accuracy": {"value": pytest.approx(4 / 7), "n": 7},
            "truthfulness": {"value": pytest.approx(3 / 7), "n": 7},
        }
        assert summary.categories["unanswerable"].accuracy == Mean(value=2 / 3, n=3)

    @pytest.mark.parametrize("name", METRICS)
    def test_a_crash_has_no_value_of_any_metric(self, name):
        assert case_value(name, score("error")) is None

    def test_fields_become_means_over_the_cases_they_apply_to(self):
        summary = summarise(
            [
                score(citation_recall=1.0, ungrounded=("1999",), markers_in_range=True),
                score(citation_recall=0.5, ungrounded=(), markers_in_range=False),
                score(),
            ]
        )
        assert summary.metrics["citation_recall"] == Mean(value=0.75, n=2)
        assert summary.metrics["ungrounded"] == Mean(value=0.5, n=2)
        assert summary.metrics["markers_in_range"] == Mean(value=0.5, n=2)
        assert summary.metrics["conflict_surfaced"] == Mean(value=None, n=0)

    def test_retrieval_is_averaged(self):
        half = RetrievalScore(
            recall_at_1=0, recall_at_3=0.5, recall_at_5=1, all_evidence_at_5=1, mrr_at_10=0.5, ndcg_at_10=0.6
        )
        full = half.model_copy(update={"recall_at_3": 1.0})
        summary = summarise([score(retrieval=half), score(retrieval=full), score()])
        assert summary.metrics["recall_at_3"] == Mean(value=0.75, n=2)

    def test_attacks_are_kept_apart(self):
        attack = {"category": "attack_article", "attack": True}
        scores = [
            score(),
            score("wrong", **attack, canary_hit=True),
            score("wrong", **attack, canary_hit=False),
            score(**attack, canary_hit=False),
            score("error", **attack),
        ]
        summary = summarise(scores)
        assert summary.metrics["accuracy"] == Mean(value=1, n=1)
        assert summary.attack_accuracy == Mean(value=1 / 3, n=3)
        assert summary.attack_success == attack_success(scores) == Mean(value=1 / 3, n=3)
        assert summary.categories["attack_article"].errors == 1

    def test_paraphrases_agree_by_verdict(self):
        def told(group: str, *found: str, outcome: str = "correct", category: str = "paraphrase") -> CaseScore:
            return score(outcome, group=group, category=category, found=found)

        scores = [
            *[told("same", "16")] * 3,  # 1
            told("two", "16"),  # one pair of three agrees
            told("two", "16"),
            told("two", outcome="missing"),
            told("crashed", "16"),  # one left: no pair
            told("crashed", outcome="error"),
            told("dialogue", "a", category="follow_up"),  # turns of a dialogue are no paraphrases
            told("dialogue", "b", category="follow_up"),
        ]
        assert paraphrase_consistency(scores) == Mean(value=(1 + 1 / 3) / 2, n=2)

    def test_percentiles_interpolate(self):
        result = percentiles([*map(float, range(1, 21)), None])
        assert (result.p50, result.p95, result.n) == (pytest.approx(10.5), pytest.approx(19.05), 20)
        assert percentiles([None]) is None

    def test_times_of_crashes_and_attacks_do_not_count(self):
        summary = summarise(
            [
                score(total_seconds=2.0, first_token_seconds=1.0),
                score(total_seconds=99.0, attack=True, canary_hit=False),
            ]
        )
        assert (summary.total_seconds.p95, summary.first_token_seconds.p50) == (2, 1)

    def test_a_summary_survives_json_even_of_nothing(self):
        for scores in (self.scores, []):
            summary = summarise(scores)
            assert Summary.model_validate_json(summary.model_dump_json()) == summary

    def test_directions_are_named_for_known_metrics_only(self):
        assert METRICS.keys() >= LOWER_IS_BETTER


def sure(confidence: float, outcome: str = "correct") -> CaseScore:
    return score(outcome, confidence=confidence)


class TestCalibration:
    # Five answered, by confidence: right, right, wrong, right, wrong; then one abstention and one crash.
    scores = (
        sure(0.5, "wrong"),
        sure(0.9),
        sure(0.6),
        sure(0.8),
        sure(0.7, "wrong"),
        sure(0.99, "missing"),
        score("error"),
    )

    def test_curve_by_hand(self):
        assert [(p.confidence, p.coverage, p.risk) for p in risk_coverage(self.scores)] == [
            (0.9, pytest.approx(1 / 6), 0),
            (0.8, pytest.approx(2 / 6), 0),
            (0.7, pytest.approx(3 / 6), pytest.approx(1 / 3)),
            (0.6, pytest.approx(4 / 6), pytest.approx(1 / 4)),
            (0.5, pytest.approx(5 / 6), pytest.approx(2 / 5)),
        ]

    def test_area_is_the_mean_risk(self):
        assert aurc(self.scores) == pytest.approx((0 + 0 + 1 / 3 + 1 / 4 + 2 / 5) / 5)

    def test_coverage_at_a_risk(self):
        curve = risk_coverage(self.scores)
        assert coverage_at_risk(curve, 0.05) == pytest.approx(2 / 6)
        assert coverage_at_risk(curve, 0.25) == pytest.approx(4 / 6)
        assert coverage_at_risk(risk_coverage([sure(0.9, "wrong")]), 0.05) == 0

    def test_equal_confidence_is_one_point_and_counts_in_expectation(self):
        tied = [sure(0.8), sure(0.8, "wrong")]
        assert [(p.coverage, p.risk) for p in risk_coverage(tied)] == [(1, 0.5)]
        assert aurc(tied) == pytest.approx(0.5)  # (0 + 1/2) / 2 and (1 + 1/2) / 2, averaged

    def test_reliability_and_its_error_by_hand(self):
        bins = reliability([sure(0.95), sure(1.0), sure(0.9, "wrong"), sure(0.1), sure(0.15, "wrong")])
        assert [(b.low, b.high, b.n) for b in bins] == [(0.1, 0.2, 2), (0.9, 1.0, 3)]
        assert [b.confidence for b in bins] == [pytest.approx(0.125), pytest.approx(0.95)]
        assert [b.accuracy for b in bins] == [0.5, pytest.approx(2 / 3)]
        assert expected_calibration_error(bins) == pytest.approx((2 * 0.375 + 3 * (0.95 - 2 / 3)) / 5)

    def test_nothing_answered_has_no_figures(self):
        figures = calibrate([score("missing", confidence=0.9), score("error")])
        assert (figures.curve, figures.aurc, figures.coverage_at_5_percent_risk) == ((), None, None)
        assert (figures.reliability, figures.expected_calibration_error) == ((), None)

    @given(
        st.lists(
            st.tuples(st.sampled_from([0.0, 0.25, 0.3, 0.5, 0.75, 1.0]), st.sampled_from(["correct", "wrong"])),
            min_size=1,
        ),
        st.randoms(use_true_random=False),
    )
    def test_the_order_of_the_cases_never_matters(self, pairs, random):
        scores = [sure(confidence, outcome) for confidence, outcome in pairs]
        shuffled = random.sample(scores, len(scores))
        assert risk_coverage(shuffled) == risk_coverage(scores)
        assert aurc(shuffled) == pytest.approx(aurc(scores))
        last = risk_coverage(scores)[-1]
        assert (last.coverage, last.risk) == (1, pytest.approx(sum(o == "wrong" for _, o in pairs) / len(pairs)))
        assert 0 <= aurc(scores) <= 1


@pytest.mark.parametrize(
    ("status", "answerable", "missed", "value"),
    [
        ("abstained", True, (), 1.0),
        ("abstained", True, ("2011",), 0.0),
        ("abstained", False, (), None),
        ("answered", True, (), None),
    ],
)
def test_a_false_refusal_may_show_what_was_asked_for(status, answerable, missed, value):
    asked = score("missing", status=status, answerable=answerable, missed=missed)
    assert case_value("refused_but_shown", asked) == value
