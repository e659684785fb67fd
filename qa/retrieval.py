"""The index of the articles, and which sentences of the chunks that were found for a question come nearest to it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from qa.atoms import find_atoms
from qa.interaction import Alignment
from qa.lexical import LexicalIndex
from qa.questions import answers_expectation, expected_answer
from qa.schema import Chunk, Passage, Span
from qa.spelling import Vocabulary
from qa.store import Snapshot, Store
from qa.topics import titled_subject

if TYPE_CHECKING:
    import numpy as np


# Weights of a sentence's signs beside its similarity, chosen on the tuning part of the gold set.
_ALIGNMENT = 1.0
_OWN_WORDS = 0.3
_CHUNK_WORDS = 0.3
_EXPECTED_KIND = 1.0
_QUESTION = re.compile(r"\?\W*\Z")


@dataclass(frozen=True)
class ScoredChunk:
    """A candidate chunk.

    Attributes:
        chunk: The chunk.
        score: Fused; orders the chunks of one question.
        lexical: BM25.
        similarities: Cosine of each of its sentences with the question.
        alignment: How well its words match the question's; None beyond the best dozen.
    """

    chunk: Chunk
    score: float
    lexical: float
    similarities: tuple[float, ...]
    alignment: Alignment | None = None


@dataclass(frozen=True)
class Sentence:
    """A sentence of a chunk.

    Attributes:
        chunk: Where it stands.
        number: Its number in the chunk, from 0.
    """

    chunk: Chunk
    number: int

    @property
    def span(self) -> Span:
        """Offsets into the article's text."""
        return self.chunk.sentences[self.number]

    @property
    def text(self) -> str:
        """The sentence, to the letter."""
        return self.chunk.text[self.span.start - self.chunk.start : self.span.end - self.chunk.start]

    @property
    def asks(self) -> bool:
        """Whether it asks something: then it answers nothing."""
        return _QUESTION.search(self.text) is not None


@dataclass(frozen=True)
class ScoredSentence(Sentence):
    """A sentence of a candidate chunk.

    Attributes:
        similarity: Cosine with the question.
        lexical: BM25 among the candidate sentences.
        fits: Whether it holds something new of the kind that the question asks for.
        score: Fused; orders the sentences of one question.
    """

    similarity: float
    lexical: float
    fits: bool
    score: float


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

    @cached_property
    def _vocabularies(self) -> dict[str | None, Vocabulary]:
        return {}

    def vocabulary(self, language: str | None = None) -> Vocabulary:
        """Return how the articles of a language spell their words; without one, all of them."""
        if language not in self._vocabularies:
            spoken = {source: known.article.language for source, known in self.snapshot.articles.items()}
            chunks = (chunk for chunk in self.snapshot.chunks if language in {None, spoken[chunk.source]})
            is_only = language and set(spoken.values()) == {language}
            texts = (f"{chunk.header}\n{chunk.text}" for chunk in chunks)
            self._vocabularies[language] = self.vocabulary() if is_only else Vocabulary(texts)
        return self._vocabularies[language]

    @cached_property
    def subject(self) -> str:
        """Whom the articles' titles name; empty where that is nobody, or more than one."""
        return titled_subject(known.article for known in self.snapshot.articles.values())

    def passage(self, found: ScoredChunk) -> Passage:
        """Return a chunk as a passage, with its article's title, date and origin."""
        chunk = found.chunk
        about = self.snapshot.articles[chunk.source].article.model_dump(include={"title", "date", "publisher", "url"})
        return Passage(
            text=chunk.text, source=chunk.source, start=chunk.start, end=chunk.end, score=found.score, **about
        )


def rank_sentences(question: str, language: str, found: Sequence[ScoredChunk], index: Index) -> list[ScoredSentence]:
    """Return the sentences of the chunks that were looked at word by word, best first.

    The standardised similarity leads; how well the words of the sentence and the one before it match the question's, the words that the sentence
    and its chunk share with it, and whether the sentence holds something new of the kind that is asked for, correct it. Sentences that ask
    something answer nothing, and are left out.

    Args:
        question: What is asked.
        language: Its language.
        found: Candidate chunks of the same question.
        index: Where they come from.
    """
    every = [(c, n, matched) for c in found if c.alignment for n, matched in enumerate(c.alignment.sentences)]
    unscored = [ScoredSentence(c.chunk, n, c.similarities[n], 0.0, fits=False, score=0.0) for c, n, _ in every]
    telling = [i for i, sentence in enumerate(unscored) if not sentence.asks]
    rows, plain = [every[i] for i in telling], [unscored[i] for i in telling]
    if not rows:
        return []
    articles = [index.snapshot.articles[sentence.chunk.source].article for sentence in plain]
    lexical = LexicalIndex([s.text for s in plain], [article.language for article in articles]).scores(
        question, language
    )
    expected = expected_answer(question)
    fits = [
        expected != "other"
        and answers_expectation(expected, find_atoms(s.text, article.language, article.date), question, language)
        for s, article in zip(plain, articles, strict=True)
    ]
    scores = (
        standardised([sentence.similarity for sentence in plain])
        + _ALIGNMENT * standardised([matched for _, _, matched in rows])
        + _OWN_WORDS * standardised(lexical)
        + _CHUNK_WORDS * standardised([chunk.lexical for chunk, _, _ in rows])
    )
    ranked = [
        replace(sentence, lexical=float(words), fits=fit, score=float(score) + _EXPECTED_KIND * fit)
        for sentence, words, fit, score in zip(plain, lexical, fits, scores, strict=True)
    ]
    return sorted(ranked, key=lambda sentence: -sentence.score)


def standardised(values: "Sequence[float] | np.ndarray") -> "np.ndarray":
    """Return z-scores, shape (n,); all zero where the values do not differ."""
    import numpy as np

    array = np.asarray(values, dtype=np.float64)
    spread = array.std() if array.size else 0.0
    return (array - array.mean()) / spread if spread > 1e-9 else np.zeros_like(array)  # noqa: PLR2004 - zero, in floats
