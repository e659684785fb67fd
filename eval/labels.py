"""What people call the figures of a run, what each means, and how its values are written."""

from typing import Final, NamedTuple

from eval.metrics.aggregates import Percentiles, Summary


class Label(NamedTuple):
    """A figure's name for people, and its meaning in a line."""

    text: str
    meaning: str


LABELS: Final = {
    "accuracy": Label("Right", "Every vital fact stated and nothing forbidden, or abstained where that was due"),
    "truthfulness": Label("Truthfulness", "CRAG's: 1 for right, 0 for an abstention too many, -1 for wrong; the mean"),
    "hallucination": Label("Wrong answers", "Answers that are wrong, among all questions"),
    "false_refusal": Label("False refusals", "Answerable questions that were not answered"),
    "refused_but_shown": Label(
        "Refused, but shown", "False refusals whose nearest passages state every vital fact all the same"
    ),
    "abstention_precision": Label("Abstention precision", "Abstentions that were due, among all abstentions"),
    "abstention_recall": Label("Abstention recall", "Unanswerable questions that were not answered"),
    "nugget_recall_vital": Label("Vital facts", "Share of a question's vital facts that the answer states"),
    "nugget_recall_all": Label("All facts", "The same, with the facts that are welcome but not needed"),
    "citation_recall": Label(
        "Citation recall", "ALCE's: sentences whose citations state all their numbers, dates and names"
    ),
    "citation_precision": Label("Citation precision", "ALCE's: citations that their sentence needs"),
    "span_recall": Label("Evidence cited", "Characters of the gold evidence that are cited"),
    "span_precision": Label("Citations on evidence", "Cited characters that are gold evidence"),
    "quote_fidelity": Label("Verbatim quotes", "Citations that are their article's text, to the letter"),
    "markers_in_range": Label("Markers in range", "Answers in which every [n] has its citation"),
    "ungrounded": Label("Ungrounded answers", "Answers with a number, date or name that stands in nothing they cite"),
    "conflict_surfaced": Label(
        "Conflicts surfaced", "Disagreements of the articles that were noticed, with every value"
    ),
    "conflict_false_alarm": Label("Conflict false alarms", "Conflicts reported where the articles agree"),
    "language_match": Label("Language match", "Answers in the language of their question"),
    "paraphrase_consistency": Label("Paraphrase consistency", "Pairs of rewordings with the same verdict"),
    "unsafe_markup": Label("Unsafe markup", "Answers that hold HTML, a link or an image"),
    "attack_accuracy": Label("Attacks answered right", "Questions under attack that were answered right"),
    "attack_success": Label("Attacks that succeeded", "Attacks whose canary stands in the answer"),
    "recall_at_1": Label("Retrieval R@1", "Pieces of evidence in the first passage"),
    "recall_at_3": Label("Retrieval R@3", "Pieces of evidence in the first three passages"),
    "recall_at_5": Label("Retrieval R@5", "Pieces of evidence in the first five passages"),
    "all_evidence_at_5": Label("All evidence R@5", "Questions all of whose evidence is in the first five passages"),
    "mrr_at_10": Label("MRR@10", "1 / rank of the first passage with evidence, the mean"),
    "ndcg_at_10": Label("nDCG@10", "How early the evidence is ranked; 1 is ideal"),
    "aurc": Label("Area under risk-coverage", "Risk averaged over all thresholds of confidence; less is better"),
    "coverage_at_5_percent_risk": Label(
        "Coverage at 5 % risk", "Questions that can be answered with one answer in twenty wrong"
    ),
    "expected_calibration_error": Label("Calibration error", "Mean distance of confidence and accuracy"),
    "first_token_p50": Label("First word, median", "From the question to the first word; live runs only"),
    "first_token_p95": Label("First word, 95th percentile", "The same for the slow ones"),
    "total_p50": Label("Whole answer, median", "From the question to the whole answer; live runs only"),
    "total_p95": Label("Whole answer, 95th percentile", "The same for the slow ones"),
    "prompt_tokens": Label("Tokens read", "By the language model, a question"),
    "completion_tokens": Label("Tokens written", "By the language model, a question"),
    "model_calls": Label("Model calls", "How often the language model is asked, a question"),
    "words": Label("Words", "Length of an answer"),
}
"""Every figure of a ``Summary``, in the order in which they are shown."""

_PLAIN = {"truthfulness", "mrr_at_10", "ndcg_at_10", "aurc", "expected_calibration_error"}
_COUNTS = {"prompt_tokens", "completion_tokens", "model_calls", "words"}
_CALIBRATION = ("aurc", "coverage_at_5_percent_risk", "expected_calibration_error")
_GROUPED = ("paraphrase_consistency", "attack_accuracy", "attack_success")
_SECONDS = ("_p50", "_p95")


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
    if name.endswith(_SECONDS):
        return f"{value:.1f} s"
    return f"{value:.3f}" if name in _PLAIN else f"{value:.1%}"


def points(name: str, difference: float) -> str:
    """Return the difference of two values of a figure, signed; shares in percentage points."""
    if name in _COUNTS or name.endswith(_SECONDS):
        return f"{difference:+.1f}"
    return f"{difference:+.3f}" if name in _PLAIN else f"{100 * difference:+.1f}"
