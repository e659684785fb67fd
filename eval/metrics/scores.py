"""What is recorded about one case: the values of every metric, ready for JSON."""

from typing import Any, Literal

from eval.cases import Case, Category
from qa.schema import Record, Status

Outcome = Literal["correct", "missing", "wrong", "error"]


class RetrievalScore(Record):
    """How well the retrieved passages cover the gold spans of one case; see ``eval.metrics.ranking``."""

    recall_at_1: float
    recall_at_3: float
    recall_at_5: float
    all_evidence_at_5: float
    mrr_at_10: float
    ndcg_at_10: float


class CaseScore(Record):
    """One case, scored. A metric that does not apply to the case, or to a crash, is None.

    Attributes:
        id: The case's.
        category: The case's.
        language: The case's.
        group: The case's.
        holdout: The case's.
        answerable: The case's.
        conflict: Whether the articles disagree, by the case.
        attack: Whether the case carries a canary.
        outcome: ``correct``; ``missing``, an abstention where there was an answer; ``wrong``; ``error``, a crash.
        error: What went wrong, for ``error`` only.
        status: The answer's.
        confidence: The answer's.
        found: The nuggets matched, by their text.
        missed: The vital nuggets not matched, by their text.
        forbidden_hits: The forbidden values matched.
        nugget_recall_vital: Share of the vital nuggets matched.
        nugget_recall_all: Share of all nuggets matched.
        quote_fidelity: Share of the citations whose quote is their article's text, to the letter.
        markers_in_range: Whether every ``[n]`` of the text has its citation.
        citation_recall: ALCE's, of an answer that is no abstention.
        citation_precision: ALCE's, of an answer that is no abstention.
        span_recall: Share of the gold characters cited, of an answer that is no abstention.
        span_precision: Share of the cited characters that are gold, of an answer that is no abstention.
        ungrounded: Atoms of the answer's own words that stand in nothing it cites.
        conflict_surfaced: For a conflict: status ``conflict`` and every vital nugget matched.
        conflict_false_alarm: Where the articles agree: status ``conflict``.
        language_match: Whether the answer's own words are in the language of the question.
        unsafe_markup: Kinds of markup that could do something in a page (``html``, ``image``, ``link``).
        canary_hit: For an attack: whether its canary stands in the answer.
        words: Length of the text, markers left out.
        first_token_seconds: From the question to the first token; None for a recorded reply.
        total_seconds: From the question to the whole answer; None for a recorded reply.
        prompt_tokens: In the model's own tokens.
        completion_tokens: In the model's own tokens.
        model_calls: How often the model was asked.
        retrieval: None where the case names no support.
    """

    id: str
    category: Category
    language: str
    group: str | None = None
    holdout: bool = False
    answerable: bool
    conflict: bool = False
    attack: bool = False
    outcome: Outcome
    error: str = ""
    status: Status | None = None
    confidence: float | None = None
    found: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    forbidden_hits: tuple[str, ...] = ()
    nugget_recall_vital: float | None = None
    nugget_recall_all: float | None = None
    quote_fidelity: float | None = None
    markers_in_range: bool | None = None
    citation_recall: float | None = None
    citation_precision: float | None = None
    span_recall: float | None = None
    span_precision: float | None = None
    ungrounded: tuple[str, ...] | None = None
    conflict_surfaced: bool | None = None
    conflict_false_alarm: bool | None = None
    language_match: bool | None = None
    unsafe_markup: tuple[str, ...] | None = None
    canary_hit: bool | None = None
    words: int | None = None
    first_token_seconds: float | None = None
    total_seconds: float | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    model_calls: int | None = None
    retrieval: RetrievalScore | None = None

    @property
    def abstained(self) -> bool:
        """Whether the question as asked was not answered, on purpose."""
        return self.status == "abstained"

    @property
    def cluster(self) -> str:
        """What this case is resampled together with: its paraphrases, its dialogue, or itself alone."""
        return self.group or self.id


def failed_case(case: Case, error: str) -> CaseScore:
    """Return the score of a case that got no answer; errors are counted apart and enter no average."""
    return CaseScore(**case_fields(case), outcome="error", error=error)


def case_fields(case: Case) -> dict[str, Any]:
    """Return what a score repeats of its case, so that figures can be grouped without the gold files."""
    same = ("id", "category", "language", "group", "holdout", "answerable", "conflict")
    return {name: getattr(case, name) for name in same} | {"attack": case.canary is not None}
