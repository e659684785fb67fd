"""multilingual-e5-small as a reader: it sees a question and a text together, and says of each sentence of the text how likely it answers.

The encoder is adapted (LoRA, Hu et al. 2022) and given a head; both were trained on articles and questions that were written for it.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qa.models.adapter import Head
from qa.models.e5_encoder import positions, session
from qa.models.e5_graph import IDS, MASK, TOKENS
from qa.models.e5_tokenizer import FIRST, SECOND, Tokenizer, Tokens
from qa.models.encoders import encodable
from qa.models.readers import Text

LogOdds = npt.NDArray[np.float32]
_UNREAD = -10.0  # Log-odds of a sentence that was not read.


class E5Reader:
    """The adapted model; several threads may share one.

    Args:
        folder: With the adapted graph.
        tokenizer: The encoder's; of a question and a text that are too long together, it leaves out the end of the longer one.
        head: What makes log-odds of the encoder's tokens.
        fingerprint: Hash of all weights.
    """

    def __init__(self, folder: Path, tokenizer: Tokenizer, head: Head, fingerprint: str) -> None:
        self.fingerprint = fingerprint
        self._head = head
        self._session, self._tokenizer = session(folder), tokenizer
        self._most = positions(self._session)
        self._workers = os.cpu_count() or 1

    def read(self, question: str, texts: Sequence[Text]) -> list[LogOdds]:
        """See `qa.models.readers.Reader.read`."""
        with ThreadPoolExecutor(self._workers) as pool:
            return list(pool.map(partial(self._read, question), texts))

    def _read(self, question: str, text: Text) -> LogOdds:
        read = self._tokenizer.encode_pair(encodable(question), encodable(text.text), self._most)
        ids = np.asarray([read.ids], np.int64)
        tokens = self._session.run([TOKENS], {IDS: ids, MASK: np.ones_like(ids, np.int32)})[0][0]
        inside, asked = owned(text, read)
        counts = inside.sum(axis=1, keepdims=True)
        means = inside.astype(np.float32) @ tokens / np.maximum(counts, 1)
        question_mean = tokens[asked].sum(axis=0) / max(1, asked.sum())  # of a question that has no tokens: zero
        found = self._head.log_odds(means, question_mean)
        return np.where(counts[:, 0] > 0, found, _UNREAD)


def owned(text: Text, tokens: Tokens) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return which tokens belong to each sentence of a text, shape (sentences, tokens), and which to the question, shape (tokens,).

    Args:
        text: What was read behind the question.
        tokens: Of the question, and of the text.
    """
    starts, ends = tokens.offsets.T
    spans = np.array([(sentence.start, sentence.end) for sentence in text.sentences]).reshape(-1, 2)
    inside = (tokens.parts == SECOND) & (starts < spans[:, 1:]) & (ends > spans[:, :1])
    return inside, tokens.parts == FIRST
