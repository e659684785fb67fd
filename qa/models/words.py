"""Vectors of single words, as a model of whole texts sees them."""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class WordVectors:
    """The words of a text, each with its vector.

    Attributes:
        spans: Start and end of each word in the text, shape (words, 2).
        vectors: Unit vectors, shape (words, dimension).
    """

    spans: npt.NDArray[np.int64]
    vectors: npt.NDArray[np.float32]


def word_spans(text: str) -> npt.NDArray[np.int64]:
    """Return start and end of every word of ``text``, shape (words, 2)."""
    return np.array([match.span() for match in WORD.finditer(text)], np.int64).reshape(-1, 2)


def words_in_context(text: str, offsets: npt.ArrayLike, tokens: npt.NDArray[np.float32]) -> WordVectors:
    """Return each word's vector as the mean of its tokens' vectors; words without a token, behind the model's limit, are left out.

    Args:
        text: What was read.
        offsets: Start and end of each token in ``text``, in order; tokens that end at or before 0 belong to no word.
        tokens: Vectors of the tokens, shape (tokens, dimension).
    """
    spans, places = word_spans(text), np.asarray(offsets, np.int64).reshape(-1, 2)
    owner = (
        np.searchsorted(spans[:, 0], places[:, 1], side="left") - 1
    )  # the last word that begins before the token ends
    held = owner >= 0
    held[held] = places[held, 0] < spans[owner[held], 1]
    sums = np.zeros((len(spans), tokens.shape[1]), np.float32)
    np.add.at(sums, owner[held], tokens[held])
    norms = np.linalg.norm(sums, axis=1)
    read = norms > 0
    return WordVectors(spans[read], sums[read] / norms[read, None])
