"""Which chunks and sentences of the articles a question is about: dense and lexical candidates, fused."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from qa.language import detect_language
from qa.lexical import LexicalIndex
from qa.schema import Chunk, Passage, Span
from qa.store import Snapshot, Store

if TYPE_CHECKING:
    import numpy as np

    from qa.models.embeddings import SentenceEmbeddings

_SENTENCES_PER_CHUNK = 6  # On the generous side, so that a chunk's second-best sentences are scored as well.
_CHUNK_WEIGHT = 0.5  # How much of a sentence's rank comes from the chunk around it.


@dataclass(frozen=True)
class ScoredSentence:
    """A sentence of a candidate chunk: its place in its article, its similarity to the question, its fused score."""

    chunk: Chunk
    number: int
    similarity: float
    score: float

    @property
    def span(self) -> Span:
        """Offsets into the article's text."""
        return self.chunk.sentences[self.number]

    @property
    def text(self) -> str:
        """The sentence, to the letter."""
        return self.chunk.text[self.span.start - self.chunk.start : self.span.end - self.chunk.start]


@dataclass(frozen=True)
class ScoredChunk:
    """A candidate chunk; ``similarities`` holds the cosine of each of its sentences with the question."""

    chunk: Chunk
    score: float
    similarities: tuple[float, ...]


@dataclass(frozen=True)
class Index:
    """What one moment's articles look like to the search: the store for vectors, the snapshot for texts, BM25 for words."""

    store: Store
    snapshot: Snapshot

    @cached_property
    def lexical(self) -> LexicalIndex:
        """BM25 over every chunk and its header."""
        chunks = self.snapshot.chunks
        languages = [self.snapshot.articles[chunk.source].article.language for chunk in chunks]
        return LexicalIndex([f"{chunk.header}\n{chunk.text}" for chunk in chunks], languages)

    def passage(self, found: ScoredChunk) -> Passage:
        """Return a chunk as a passage, with its article's title, date and origin."""
        chunk = found.chunk
        about = self.snapshot.articles[chunk.source].article.model_dump(include={"title", "date", "publisher", "url"})
        return Passage(text=chunk.text, source=chunk.source, start=chunk.start, end=chunk.end, score=found.score, **about)


class HybridRetriever(BaseRetriever):
    """LangChain retriever over an ``Index``: documents are chunks, their metadata the other fields of a ``Passage``.

    A chunk's dense score is that of its best sentence (late interaction at the level of sentences); dense and lexical scores of the candidates
    are standardised and added.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: Index
    embeddings: Any  # SentenceEmbeddings; pydantic would import torch to check it.
    candidates: int = 30
    k: int = 5

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:  # noqa: ARG002 - LangChain's signature
        passages = [self.index.passage(found) for found in self.ranked(query)[: self.k]]
        return [Document(page_content=p.text, metadata=p.model_dump(exclude={"text"})) for p in passages]

    def ranked(self, question: str) -> list[ScoredChunk]:
        """Return all candidate chunks, best first."""
        chunks = self.index.snapshot.chunks
        if not chunks:
            return []
        similarities = self._similarities(question)
        lexical = self.index.lexical.scores(question, detect_language(question, "it"))
        best_lexical = lexical.argsort()[::-1][: self.candidates].tolist()
        pool = sorted({*(i for i, _ in similarities), *(i for i in best_lexical if lexical[i] > 0)})
        floor = min(similarities.values(), default=0.0)
        by_sentence = [tuple(similarities.get((i, n), floor) for n in range(len(chunks[i].sentences))) for i in pool]
        dense = [max(values) for values in by_sentence]
        fused = standardised(dense) + standardised([float(lexical[i]) for i in pool])
        found = [ScoredChunk(chunks[i], float(score), values) for i, score, values in zip(pool, fused, by_sentence, strict=True)]
        return sorted(found, key=lambda chunk: -chunk.score)

    def _similarities(self, question: str) -> dict[tuple[int, int], float]:
        """Cosine of the nearest sentences by (place of the chunk in the snapshot, number of the sentence)."""
        embeddings: SentenceEmbeddings = self.embeddings
        positions = self.index.snapshot.positions
        nearest = self.index.store.search(embeddings.encode_queries([question])[0], self.candidates * _SENTENCES_PER_CHUNK)
        # Sentences that no committed article vouches for are unknown to the snapshot.
        return {(positions[chunk_id], number): similarity for chunk_id, number, similarity in nearest if chunk_id in positions}


def rank_sentences(question: str, language: str, found: Sequence[ScoredChunk], corpus_language: str = "it") -> list[ScoredSentence]:
    """Return the sentences of some candidate chunks, best first.

    Three standardised signs are added: similarity to the question, BM25 among these sentences, and half of the chunk's own score, since a
    sentence that drops its subject is best known by the company it keeps.
    """
    rows = [(chunk, number) for chunk in found for number in range(len(chunk.chunk.sentences))]
    if not rows:
        return []
    plain = [ScoredSentence(chunk.chunk, number, chunk.similarities[number], 0.0) for chunk, number in rows]
    lexical = LexicalIndex([sentence.text for sentence in plain], [corpus_language] * len(plain)).scores(question, language)
    scores = (
        standardised([sentence.similarity for sentence in plain])
        + standardised(lexical)
        + _CHUNK_WEIGHT * standardised([chunk.score for chunk, _ in rows])
    )
    ranked = [
        ScoredSentence(sentence.chunk, sentence.number, sentence.similarity, float(score))
        for sentence, score in zip(plain, scores, strict=True)
    ]
    return sorted(ranked, key=lambda sentence: -sentence.score)


def standardised(values: "Sequence[float] | np.ndarray") -> "np.ndarray":
    """Return z-scores, shape (n,); all zero where the values do not differ."""
    import numpy as np  # noqa: PLC0415

    array = np.asarray(values, dtype=np.float64)
    spread = array.std() if array.size else 0.0
    return (array - array.mean()) / spread if spread > 1e-9 else np.zeros_like(array)  # noqa: PLR2004 - zero, in floats
