"""Whether the evidence was retrieved, keyed on the gold spans, so that chunks may change and figures stay comparable.

A passage *covers* a support if it holds at least half of the characters of its quote, wherever the article has it.
"""

from collections.abc import Mapping, Sequence

from eval.cases import Support
from eval.metrics.citations import quote_spans
from eval.metrics.scores import RetrievalScore
from qa.schema import Article, Passage

_COVERED_SHARE = 0.5


def score_retrieval(
    support: Sequence[Support], passages: Sequence[Passage], articles: Mapping[str, Article]
) -> RetrievalScore | None:
    """Score a ranking of passages, best first, against the supports of one case; None if it has none.

    * R@k: share of the supports that one of the first k passages covers (``Success@k`` of each support, averaged).
    * all-evidence R@5: 1 if the first five passages cover every support.
    * MRR@10 (``RR@10``): 1 / rank of the first passage that covers a support.
    * nDCG@10 (Järvelin & Kekäläinen 2002): each support is one relevant item, ranked where it is first covered. A
      passage that covers several takes a rank for each, one that adds none keeps its rank; so a second copy gains
      nothing and the ideal is 1.

    Args:
        support: The gold spans.
        passages: Best first; ten or more for the metrics at ten to mean what they say.
        articles: By file name.
    """
    import ir_measures
    from ir_measures import RR, Success, nDCG

    if not support:
        return None
    covered = [[s for s in range(len(support)) if _covers(passage, support[s], articles)] for passage in passages]
    needed = [
        ir_measures.Qrel(str(s), "uncovered", 1) for s in range(len(support)) if not any(s in at for at in covered)
    ]
    covering = [ir_measures.Qrel(str(s), f"passage {rank}", 1) for rank, at in enumerate(covered) for s in at]
    ranking = [
        ir_measures.ScoredDoc(str(s), f"passage {rank}", -rank)
        for s in range(len(support))
        for rank in range(len(covered))
    ]
    by_support = ir_measures.calc_aggregate([Success @ 1, Success @ 3, Success @ 5], needed + covering, ranking)
    items = _by_first_coverage(covered)
    as_ranked = ir_measures.calc_aggregate(
        [RR @ 10, nDCG @ 10],
        [ir_measures.Qrel("case", f"support {s}", 1) for s in range(len(support))],
        [ir_measures.ScoredDoc("case", item, -rank) for rank, item in enumerate(items)],
    )
    return RetrievalScore(
        recall_at_1=by_support[Success @ 1],
        recall_at_3=by_support[Success @ 3],
        recall_at_5=by_support[Success @ 5],
        all_evidence_at_5=float(by_support[Success @ 5] == 1),
        mrr_at_10=as_ranked[RR @ 10],
        ndcg_at_10=as_ranked[nDCG @ 10],
    )


def _by_first_coverage(covered: Sequence[Sequence[int]]) -> list[str]:
    """Return the ranking of items: each support where it is first covered, else the passage."""
    items: list[str] = []
    for rank, supports in enumerate(covered):
        new = [item for item in (f"support {s}" for s in supports) if item not in items]
        items += new or [f"passage {rank}"]
    return items


def _covers(passage: Passage, support: Support, articles: Mapping[str, Article]) -> bool:
    enough = _COVERED_SHARE * len(support.quote)
    return passage.source == support.source and any(
        min(passage.end, place.stop) - max(passage.start, place.start) >= enough
        for place in quote_spans(support, articles)
    )
