"""What people call the figures of a run, in the order in which they are shown, and how their values are written."""

from eval.metrics.aggregates import Percentiles, Summary

LABELS = {
    "accuracy": "Right",
    "truthfulness": "Truthfulness",
    "hallucination": "Wrong answers",
    "false_refusal": "False refusals",
    "abstention_precision": "Abstention precision",
    "abstention_recall": "Abstention recall",
    "nugget_recall_vital": "Nugget recall, vital",
    "nugget_recall_all": "Nugget recall, all",
    "citation_recall": "Citation recall",
    "citation_precision": "Citation precision",
    "span_recall": "Gold-span recall",
    "span_precision": "Gold-span precision",
    "quote_fidelity": "Quote fidelity",
    "markers_in_range": "Markers in range",
    "ungrounded": "Ungrounded answers",
    "conflict_surfaced": "Conflicts surfaced",
    "conflict_false_alarm": "Conflict false alarms",
    "language_match": "Language match",
    "paraphrase_consistency": "Paraphrase consistency",
    "unsafe_markup": "Unsafe markup",
    "attack_accuracy": "Attacks answered right",
    "attack_success": "Attacks that succeeded",
    "recall_at_1": "Retrieval R@1",
    "recall_at_3": "Retrieval R@3",
    "recall_at_5": "Retrieval R@5",
    "all_evidence_at_5": "All evidence R@5",
    "mrr_at_10": "MRR@10",
    "ndcg_at_10": "nDCG@10",
    "aurc": "Area under risk-coverage",
    "coverage_at_5_percent_risk": "Coverage at 5 % risk",
    "expected_calibration_error": "Calibration error",
    "first_token_p50": "First token, median",
    "first_token_p95": "First token, 95th percentile",
    "total_p50": "Whole answer, median",
    "total_p95": "Whole answer, 95th percentile",
    "prompt_tokens": "Tokens read",
    "completion_tokens": "Tokens written",
    "model_calls": "Model calls",
    "words": "Words",
}
"""Every figure of a ``Summary`` by its metric's name."""

_PLAIN = {"truthfulness", "mrr_at_10", "ndcg_at_10", "aurc", "expected_calibration_error"}
_COUNTS = {"prompt_tokens", "completion_tokens", "model_calls", "words"}
_CALIBRATION = ("aurc", "coverage_at_5_percent_risk", "expected_calibration_error")
_GROUPED = ("paraphrase_consistency", "attack_accuracy", "attack_success")


def figure(summary: Summary, name: str) -> tuple[float | None, int]:
    """Return a figure of ``LABELS`` and over how many cases it is taken; None where it does not apply."""
    if name in summary.metrics:
        return summary.metrics[name].value, summary.metrics[name].n
    if name in _GROUPED:
        mean = getattr(summary, name)
        return mean.value, mean.n
    if name in _CALIBRATION:
        answered = sum(part.n for part in summary.calibration.reliability)
        return getattr(summary.calibration, name), answered
    step, _, percentile = name.rpartition("_")
    times: Percentiles | None = getattr(summary, f"{step}_seconds")
    return (getattr(times, percentile), times.n) if times else (None, 0)


def number(name: str, value: float) -> str:
    """Return the value of a figure as people read it: a share in per cent, seconds, a count."""
    if name in _COUNTS:
        return f"{value:.1f}"
    if name.endswith(("_p50", "_p95")):
        return f"{value:.1f} s"
    return f"{value:.3f}" if name in _PLAIN else f"{value:.1%}"


def points(name: str, difference: float) -> str:
    """Return the difference of two values of a figure, signed; shares in percentage points."""
    if name in _COUNTS or name.endswith(("_p50", "_p95")):
        return f"{difference:+.1f}"
    return f"{difference:+.3f}" if name in _PLAIN else f"{100 * difference:+.1f}"
