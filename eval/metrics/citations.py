"""Whether an answer cites what it says: ALCE's citation recall and precision, gold spans, groundedness."""

from collections.abc import Mapping, Sequence

from eval.cases import Case, Support
from eval.metrics.atoms import AtomFinder, find_atoms, unsupported
from eval.metrics.reading import (
    evidence,
    is_verbatim,
    markers,
    own_words,
    sentences,
    without_attributions,
    without_markers,
    without_phrases,
)
from qa.schema import Answer, Article, Citation


def quote_fidelity(answer: Answer, articles: Mapping[str, Article]) -> float | None:
    """Share of the citations whose quote is ``article.text[start:end]``, to the letter; None without citations."""
    return _mean([is_verbatim(citation, articles) for citation in answer.citations])


def markers_in_range(answer: Answer) -> bool:
    """Whether every ``[n]`` of the text has a citation of that number."""
    return set(markers(answer.text)) <= {citation.marker for citation in answer.citations}


def citation_recall_precision(
    answer: Answer, articles: Mapping[str, Article], find: AtomFinder = find_atoms
) -> tuple[float, float] | None:
    """Return ALCE's citation recall and precision.

    Gao et al. 2023, "Enabling Large Language Models to Generate Text with Citations", and ``compute_autoais`` of its
    ``eval.py``. Recall: share of the sentences that the union of their citations supports; a sentence without citation,
    or with a marker out of range, is not supported. Precision: share of the citations that stand in a supported
    sentence and are not irrelevant; one is irrelevant if it does not support the sentence
    alone and the others do so without it;
    0 without citations. The citations of a sentence with a marker out of range are not counted.

    In place of the NLI model, a text supports a sentence that has no atom the text does not state.

    Returns:
        None if the text holds no sentence.
    """
    cited = {citation.marker: evidence(citation, articles) for citation in reversed(answer.citations)}
    checked = [
        _check_sentence(_unattributed(sentence, answer), cited, find)
        for sentence in sentences(answer.text, answer.language)
    ]
    if not checked:
        return None
    citations = sum(total for _, _, total in checked)
    relevant = sum(good for _, good, _ in checked)
    return sum(supported for supported, _, _ in checked) / len(checked), relevant / citations if citations else 0.0


def _check_sentence(sentence: str, cited: Mapping[int, str], find: AtomFinder) -> tuple[bool, int, int]:
    """Return whether the sentence is supported, how many of its citations are relevant, and how many it has."""
    references = markers(sentence)
    if not references or not set(references) <= cited.keys():
        return False, 0, 0
    texts = [cited[reference] for reference in references]
    atoms = find(without_markers(sentence))

    def supports(some: Sequence[str]) -> bool:
        return not unsupported(atoms, "\n".join(some), find)

    if not supports(texts):
        return False, 0, len(texts)
    relevant = sum(supports([text]) or not supports(texts[:i] + texts[i + 1 :]) for i, text in enumerate(texts))
    return True, len(texts) if len(texts) == 1 else relevant, len(texts)


def _unattributed(sentence: str, answer: Answer) -> str:
    """Return a sentence without the origin of what it cites, which the citations state themselves."""
    named = markers(sentence)
    return without_attributions(sentence, [citation for citation in answer.citations if citation.marker in named])


def span_recall_precision(
    citations: Sequence[Citation], support: Sequence[Support], articles: Mapping[str, Article]
) -> tuple[float, float] | None:
    """Return the recall and precision of the cited characters against the gold spans.

    HotpotQA's supporting-fact recall and precision (Yang et al. 2018, ``hotpot_evaluate_v1.py``: 0 where nothing was
    cited) with characters in place of sentences, since a citation may begin and end anywhere. A quote that stands in
    its article several times is found by citing it once.

    Returns:
        None if the case names no support.
    """
    if not support:
        return None
    cited = {(c.source, offset) for c in citations for offset in range(c.start, c.end)}
    places = [[{(s.source, offset) for offset in span} for span in quote_spans(s, articles)] for s in support]
    found = sum(max((len(place & cited) for place in each), default=0) for each in places)
    gold = set().union(*(place for each in places for place in each))
    return found / sum(len(s.quote) for s in support), len(cited & gold) / len(cited) if cited else 0.0


def quote_spans(support: Support, articles: Mapping[str, Article]) -> list[range]:
    """Return the offsets of every place where the quote stands in its article."""
    text = articles[support.source].text if support.source in articles else ""
    starts: list[int] = []
    while (start := text.find(support.quote, starts[-1] + 1 if starts else 0)) >= 0:
        starts.append(start)
    return [range(start, start + len(support.quote)) for start in starts]


def ungrounded_atoms(
    case: Case, answer: Answer, articles: Mapping[str, Article], find: AtomFinder = find_atoms
) -> tuple[str, ...]:
    """Return the atoms of the answer's own words that stand in no text it cites.

    The share of answers with such an atom is the groundedness error. Neither verbatim quotations nor the product's phrases
    state anything of their own. An abstention may repeat what the question says, since it asserts nothing of it.
    """
    asked = [case.question, *(turn for pair in case.history for turn in pair)] if answer.status == "abstained" else []
    texts = [*asked, *(evidence(citation, articles) for citation in answer.citations)]
    said = without_phrases(own_words(answer, articles), answer.language)
    return tuple(unsupported(find(said), "\n".join(texts), find))


def _mean(values: Sequence[bool]) -> float | None:
    return sum(values) / len(values) if values else None
