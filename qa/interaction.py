"""Late interaction: every word of a question looks for its nearest word in a text, each word seen in its context.

The sum of the best similarities is the MaxSim of ColBERT (Khattab and Zaharia 2020), here over words instead of tokens, over the content words of the
question only, and with an embedding model that was not trained for it.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from qa.schema import Chunk
from qa.text import stems

if TYPE_CHECKING:
    import numpy as np

    from qa.models.embeddings import SentenceEmbeddings
    from qa.models.words import WordVectors

_KEPT = 256  # Chunks whose words are kept in memory: about 40 MB.


@dataclass(frozen=True)
class Alignment:
    """How well a question's words are matched, each from -1 to 1: by a whole chunk, and by each of its sentences with the one before it."""

    chunk: float
    sentences: tuple[float, ...]


class LateInteraction:
    """Aligns questions with chunks; keeps the words of those it has met last. Safe to share between threads.

    Args:
        embeddings: The model whose word vectors are compared.
    """

    def __init__(self, embeddings: "SentenceEmbeddings") -> None:
        self._embeddings = embeddings
        self._known: OrderedDict[str, WordVectors] = OrderedDict()
        self._lock = Lock()

    def align(self, question: str, language: str, chunks: Sequence[Chunk]) -> list[Alignment]:
        """Return how well each chunk and each of its sentences match the content words of ``question``.

        Args:
            question: What is asked.
            language: Its language.
            chunks: What is compared, with their headers.
        """
        asked = self._asked(question, language)
        return [_alignment(asked, chunk, words) for chunk, words in zip(chunks, self._words(chunks), strict=True)]

    def _asked(self, question: str, language: str) -> "np.ndarray":
        """Return the vectors of the question's content words, or of all its words where it has no other, shape (words, dimension)."""
        [found] = self._embeddings.encode_words([question], query=True)
        content = [bool(stems(question[start:end], language)) for start, end in found.spans]
        return found.vectors[content] if any(content) else found.vectors

    def _words(self, chunks: Sequence[Chunk]) -> "list[WordVectors]":
        with self._lock:
            missing = [chunk for chunk in chunks if chunk.id not in self._known]
            texts = [f"{chunk.header}\n{chunk.text}" for chunk in missing]
            for chunk, words in zip(missing, self._embeddings.encode_words(texts), strict=True):
                self._known[chunk.id] = words
            for chunk in chunks:
                self._known.move_to_end(chunk.id)
            found = [self._known[chunk.id] for chunk in chunks]
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return found


def _alignment(asked: "np.ndarray", chunk: Chunk, words: "WordVectors") -> Alignment:
    if not len(asked) or not len(words.spans):
        return Alignment(0.0, (0.0,) * len(chunk.sentences))
    similarities = asked @ words.vectors.T
    before_text = len(chunk.header) + 1 - chunk.start  # offsets into the article become offsets into what was read
    matched = []
    for number, sentence in enumerate(chunk.sentences):
        start = chunk.sentences[max(0, number - 1)].start + before_text
        inside = (words.spans[:, 0] >= start) & (words.spans[:, 1] <= sentence.end + before_text)
        matched.append(float(similarities[:, inside].max(axis=1).mean()) if inside.any() else 0.0)
    return Alignment(float(similarities.max(axis=1).mean()), tuple(matched))
