"""What is read to answer a question: the best sentences, each with its neighbours."""

from collections.abc import Sequence

from qa.retrieval import Index, ScoredSentence
from qa.schema import Passage

_NEIGHBOURS = 1  # Sentences before and after: Italian drops the subject that the sentence before has named.


def excerpts(sentences: Sequence[ScoredSentence], index: Index, k: int) -> tuple[Passage, ...]:
    """Return the ``k`` best sentences with their neighbours as passages, those of one chunk joined into one, best first.

    Little is read rather than much: a small model invents less, and every token costs time.
    """
    wanted: dict[str, list[ScoredSentence]] = {}
    for sentence in sentences[:k]:
        wanted.setdefault(sentence.chunk.id, []).append(sentence)
    return tuple(_excerpt(group, index) for group in wanted.values())


def _excerpt(group: Sequence[ScoredSentence], index: Index) -> Passage:
    chunk = group[0].chunk
    first = max(0, min(s.number for s in group) - _NEIGHBOURS)
    last = min(len(chunk.sentences) - 1, max(s.number for s in group) + _NEIGHBOURS)
    start, end = chunk.sentences[first].start, chunk.sentences[last].end
    about = index.snapshot.articles[chunk.source].article.model_dump(include={"title", "date", "publisher", "url"})
    text = chunk.text[start - chunk.start : end - chunk.start]
    return Passage(text=text, source=chunk.source, start=start, end=end, score=max(s.score for s in group), **about)
