"""Which chunks of the articles a question is about: dense and lexical candidates, fused."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import (
    BaseRetriever,  # Brings a third of a second along: imported where the index is opened.
)
from pydantic import ConfigDict

from qa.interaction import LateInteraction
from qa.language import detect_language
from qa.retrieval import Index, ScoredChunk, standardised

if TYPE_CHECKING:
    from qa.models.embeddings import SentenceEmbeddings

_SENTENCES_PER_CHUNK = 6  # On the generous side, so that a chunk's second-best sentences are scored as well.
_ALIGNED = 12  # Chunks that are looked at word by word, and whose sentences are ranked.
_ALIGNMENT_OF_CHUNK = 2.0  # Weight of a chunk's alignment beside its dense and lexical scores, chosen on SQuAD-it.


class HybridRetriever(BaseRetriever):
    """LangChain retriever over an ``Index``: documents are chunks, their metadata the other fields of a ``Passage``.

    A chunk's dense score is that of its best sentence; dense and lexical scores of the candidates are standardised and added. The best
    dozen are ordered anew by how well their words match the question's.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: Index
    embeddings: Any  # SentenceEmbeddings; pydantic would import torch to check it.
    interaction: LateInteraction
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
        language = detect_language(question, "it")
        similarities = self._similarities(question)
        lexical = self.index.lexical.scores(question, language)
        best_lexical = lexical.argsort()[::-1][: self.candidates].tolist()
        pool = sorted({*(i for i, _ in similarities), *(i for i in best_lexical if lexical[i] > 0)})
        floor = min(similarities.values(), default=0.0)
        dense = [tuple(similarities.get((i, n), floor) for n in range(len(chunks[i].sentences))) for i in pool]
        words = [float(lexical[i]) for i in pool]
        fused = standardised([max(values) for values in dense]) + standardised(words)
        found = [ScoredChunk(chunks[i], float(f), w, d) for i, f, w, d in zip(pool, fused, words, dense, strict=True)]
        return self._aligned(question, language, sorted(found, key=lambda chunk: -chunk.score))

    def _aligned(self, question: str, language: str, found: Sequence[ScoredChunk]) -> list[ScoredChunk]:
        """Return the best dozen ordered anew by their words, then the others."""
        head, tail = found[:_ALIGNED], found[_ALIGNED:]
        alignments = self.interaction.align(question, language, [candidate.chunk for candidate in head])
        gains = _ALIGNMENT_OF_CHUNK * standardised([alignment.chunk for alignment in alignments])
        aligned = [
            replace(candidate, score=candidate.score + float(gain), alignment=alignment)
            for candidate, gain, alignment in zip(head, gains, alignments, strict=True)
        ]
        aligned.sort(key=lambda candidate: -candidate.score)
        lowered = max(0.0, tail[0].score - aligned[-1].score) if tail else 0.0
        return [*aligned, *(replace(candidate, score=candidate.score - lowered) for candidate in tail)]

    def _similarities(self, question: str) -> dict[tuple[int, int], float]:
        """Cosine of the nearest sentences by (place of the chunk in the snapshot, number of the sentence)."""
        embeddings: SentenceEmbeddings = self.embeddings
        positions = self.index.snapshot.positions
        nearest = self.index.store.search(
            embeddings.encode_queries([question])[0], self.candidates * _SENTENCES_PER_CHUNK
        )
        # Sentences that no committed article vouches for are unknown to the snapshot.
        return {
            (positions[chunk_id], number): similarity
            for chunk_id, number, similarity in nearest
            if chunk_id in positions
        }
