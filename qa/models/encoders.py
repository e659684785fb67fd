"""What every embedding model can do, whichever library runs it."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from qa.models.words import WordVectors

Vectors = npt.NDArray[np.float32]


class Encoder(Protocol):
    """A model of texts; several threads may share one.

    Attributes:
        prompts: What is put before a text, ``query`` and ``document``; none for a name that is missing.
        max_tokens: Texts are cut off there, prompt included; None if the model knows no limit.
    """

    prompts: Mapping[str, str]
    max_tokens: int | None

    def encode(self, texts: Sequence[str], *, query: bool) -> Vectors:
        """Return one unit vector for each of at least one text, shape (len(texts), dimension)."""
        ...

    def encode_words(self, texts: Sequence[str], *, query: bool) -> list[WordVectors]:
        """Return the vectors of the words of each text, each word seen in its text."""
        ...


def encodable(text: str) -> str:
    """Return ``text``, as long as before, without the lone surrogates that tokenizers refuse."""
    return text.encode("utf-8", "replace").decode()
