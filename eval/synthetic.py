"""Articles in any number, and vectors for them, where real ones are too few or embedding them would take days.

Sentences of real paragraphs are drawn anew for every article, and some of their names and numbers are changed, so that
the vocabulary grows with the collection as it does in real text. The vectors are random but clustered: those of
sentences that come from one paragraph lie together. They say nothing about how good retrieval is; they cost the index
what real ones cost.
"""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from qa.models.encoders import Vectors
from qa.models.words import WordVectors, word_spans
from qa.sentences import sentence_spans

if TYPE_CHECKING:
    from qa.models.embeddings import SentenceEmbeddings

DIMENSION = 384
PASSAGES = 10
"""Passages of an article."""
_SENTENCES = 3
_CLUSTERS = 2000
_SPREAD = 0.7
_CHANGED = 0.3
_NAME = re.compile(r"(?<=[a-zà-ù,] )[A-ZÀ-Ù][a-zà-ù]{3,}")
_NUMBER = re.compile(r"\b\d{2,4}\b")
_ENDINGS = ("ani", "elli", "etti", "ini", "oni", "ucci", "ato", "isi", "aro", "enzi", "olo", "este")
_CONSONANTS, _VOWELS = "bcdfglmnprstvz", "aeio"


def articles(paragraphs: Sequence[str], count: int, seed: int = 0) -> Iterator[str]:
    """Yield so many articles, always the same ones, made of the sentences of some paragraphs."""
    sentences = [text[s.start : s.end] for text in paragraphs for s in sentence_spans(text, language="it")]
    draw = random.Random(seed)  # noqa: S311 - a sample, no secret
    for number in range(count):
        passages = (
            " ".join(_changed(sentence, draw) for sentence in draw.sample(sentences, _SENTENCES))
            for _ in range(PASSAGES)
        )
        yield "\n\n".join([f"Cronaca {number + 1}: {_name(draw)} e {_name(draw)}", *passages]) + "\n"


def write_articles(folder: Path, paragraphs: Sequence[str], count: int) -> None:
    """Write so many articles as files, a thousand to a folder."""
    for number, text in enumerate(articles(paragraphs, count)):
        path = folder / f"{number // 1000:04}" / f"{number:07}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def questions(paragraphs: Sequence[str], count: int) -> list[str]:
    """Return questions that hold a name and some words of the articles."""
    draw = random.Random(count)  # noqa: S311 - a sample, no secret
    asked = []
    for text in articles(paragraphs, count, seed=0):
        sentence = draw.choice(text.split(". "))
        words = [word.strip(".,;:()\"'") for word in sentence.split() if len(word) > 4]  # noqa: PLR2004 - content words
        asked.append(f"Che cosa si dice di {' '.join(words[:5])}?")
    return asked


def _changed(sentence: str, draw: random.Random) -> str:
    def other(made: str, match: re.Match[str]) -> str:
        return made if draw.random() < _CHANGED else match.group()

    sentence = _NAME.sub(lambda match: other(_name(draw), match), sentence)
    return _NUMBER.sub(lambda match: other(str(draw.randint(10, 2030)), match), sentence)


def _name(draw: random.Random) -> str:
    syllables = (draw.choice(_CONSONANTS) + draw.choice(_VOWELS) for _ in range(draw.choice((1, 2))))
    return ("".join(syllables) + draw.choice(_CONSONANTS) + draw.choice(_ENDINGS)).capitalize()


class ClusteredEncoder:
    """Random unit vectors that lie in clusters, told from the texts alone, as an `Encoder`.

    Args:
        real: A real model that reads questions and words all the same, so that they take the time that they take.
    """

    def __init__(self, real: "SentenceEmbeddings | None" = None) -> None:
        self.prompts: Mapping[str, str] = {}
        self.max_tokens: int | None = None
        self._real = real
        centres = np.random.default_rng(0).normal(size=(_CLUSTERS, DIMENSION)).astype(np.float32)
        self._centres = centres / np.linalg.norm(centres, axis=1, keepdims=True)
        self.kept: list[Vectors] = []
        """The vectors of all documents so far, for exact search beside the index."""

    def encode(self, texts: Sequence[str], *, query: bool) -> Vectors:
        """Return a unit vector for each text, shape (len(texts), dimension)."""
        vectors = self._vectors(texts)
        if not query:
            self.kept.append(vectors)
        elif self._real:
            self._real.encode_queries(texts)
        return vectors

    def encode_words(self, texts: Sequence[str], *, query: bool) -> list[WordVectors]:
        """Return the vectors of the words of each text, those of the real model if there is one."""
        if self._real:
            return self._real.encode_words(texts, query=query)
        spans = [word_spans(text) for text in texts]
        return [
            WordVectors(places, self._vectors([text[start:end] for start, end in places]))
            for text, places in zip(texts, spans, strict=True)
        ]

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        vectors = np.empty((len(texts), DIMENSION), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            seed = int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big")
            noise = np.random.default_rng(seed).normal(size=DIMENSION)
            row[:] = self._centres[seed % _CLUSTERS] + _SPREAD * noise / np.linalg.norm(noise)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors
