"""multilingual-e5-small as a reader: it sees a question and a text together, and says of each sentence of the text how likely it answers.

The encoder is adapted (LoRA, Hu et al. 2022) and given a head; both were trained on articles and questions that were written for it.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from qa.models.adapter import Head
from qa.models.e5_encoder import session
from qa.models.e5_graph import IDS, MASK, TOKENS
from qa.models.encoders import encodable
from qa.models.readers import Text

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LogOdds = npt.NDArray[np.float32]
_QUESTION, _TEXT, _NEITHER = 0, 1, -1
_UNREAD = -10.0  # Log-odds of a sentence that was not read.


class E5Reader:
    """The adapted model; several threads may share one.

    Args:
        folder: With the adapted graph.
        tokenizer: The encoder's; of a question and a text that are too long together, it leaves out the end of the longer one.
        head: What makes log-odds of the encoder's tokens.
        fingerprint: Hash of all weights.
    """

    def __init__(self, folder: Path, tokenizer: "Tokenizer", head: Head, fingerprint: str) -> None:
        self.fingerprint = fingerprint
        self._head = head
        self._session, self._tokenizer = session(folder), tokenizer
        self._workers = os.cpu_count() or 1

    def read(self, question: str, texts: Sequence[Text]) -> list[LogOdds]:
        """See `qa.models.readers.Reader.read`."""
        with ThreadPoolExecutor(self._workers) as pool:
            return list(pool.map(partial(self._read, question), texts))

    def _read(self, question: str, text: Text) -> LogOdds:
        encoded = self._tokenizer.encode(encodable(question), encodable(text.text))
        ids = np.asarray([encoded.ids], np.int64)
        tokens = self._session.run([TOKENS], {IDS: ids, MASK: np.ones_like(ids, np.int32)})[0][0]
        inside, asked = owned(text, encoded.sequence_ids, encoded.offsets)
        counts = inside.sum(axis=1, keepdims=True)
        means = inside.astype(np.float32) @ tokens / np.maximum(counts, 1)
        question_mean = tokens[asked].sum(axis=0) / max(1, asked.sum())  # of a question that has no tokens: zero
        found = self._head.log_odds(means, question_mean)
        return np.where(counts[:, 0] > 0, found, _UNREAD)


def owned(
    text: Text, parts: Sequence[int | None], places: Sequence[tuple[int, int]]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return which tokens belong to each sentence of a text, shape (sentences, tokens), and which to the question, shape (tokens,).

    Args:
        text: What was read behind the question.
        parts: For each token 0 (question), 1 (text) or None.
        places: Start and end of each token in its part.
    """
    part = np.array([_NEITHER if of is None else of for of in parts])
    offsets = np.asarray(places)
    spans = np.array([(sentence.start, sentence.end) for sentence in text.sentences]).reshape(-1, 2)
    inside = (part == _TEXT) & (offsets[:, 0] < spans[:, 1:]) & (offsets[:, 1] > spans[:, :1])
    return inside, part == _QUESTION
