"""Runs multilingual-e5-small on ONNX Runtime, which Chroma brings: sentence-transformers takes longer to load than an answer takes, and 800 MB."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from qa.models.e5 import GRAPH, PROMPTS, TOKENIZER
from qa.models.e5_graph import IDS, MASK, TOKENS
from qa.models.encoders import Vectors
from qa.models.words import WordVectors, words_in_context

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

T = TypeVar("T")


class E5Encoder:
    """The model in a folder that `qa.models.e5.convert` has written, as an `Encoder`.

    Each text is computed by itself: its vectors are the same in any company.

    Args:
        folder: With graph and tokenizer.
    """

    def __init__(self, folder: Path) -> None:
        self.prompts: Mapping[str, str] = PROMPTS
        self._session, self._tokenizer = session(folder), tokenizer(folder)
        truncation = self._tokenizer.truncation
        self.max_tokens: int | None = truncation["max_length"] if truncation else None
        self._workers = os.cpu_count() or 1

    def encode(self, texts: Sequence[str], *, query: bool) -> Vectors:
        """Return one unit vector for each of at least one text, shape (len(texts), dimension)."""
        prompt = self.prompts["query" if query else "document"]
        encoded = self._tokenizer.encode_batch_fast([prompt + text for text in texts])
        return np.stack(self._each(encoded, _pooled))

    def encode_words(self, texts: Sequence[str], *, query: bool) -> list[WordVectors]:
        """Return the vectors of the words of each text, each word seen in its text."""
        prompt = self.prompts["query" if query else "document"]
        encoded = self._tokenizer.encode_batch([prompt + text for text in texts])
        return [
            words_in_context(text, np.asarray(one.offsets) - len(prompt), tokens)
            for text, one, tokens in zip(texts, encoded, self._each(encoded, lambda tokens: tokens), strict=True)
        ]

    def _each(self, encoded: "Sequence[Encoding]", make: Callable[[Vectors], T]) -> list[T]:
        """Return what ``make`` makes of the vectors of the tokens of each text, shape (tokens, dimension)."""
        if len(encoded) == 1:
            return [make(self._read(encoded[0].ids))]
        with ThreadPoolExecutor(self._workers) as pool:
            return list(pool.map(lambda one: make(self._read(one.ids)), encoded))

    def _read(self, ids: Sequence[int]) -> Vectors:
        values = np.asarray([ids], np.int64)
        tokens: Vectors = self._session.run([TOKENS], {IDS: values, MASK: np.ones_like(values, np.int32)})[0][0]
        return tokens


@lru_cache(maxsize=1)
def tokenizer(folder: Path) -> "Tokenizer":
    """Return the tokenizer in a folder that `qa.models.e5.convert` has written: encoder and reader share it, since its words take 280 MB."""
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(folder / TOKENIZER))


def session(folder: Path) -> "InferenceSession":
    """Return the graph in a folder that `qa.models.e5.convert` or `qa.models.e5.adapt` has written.

    One thread a text, and as many texts at once as there are cores: threads that share a text wait for one another in every layer, and much longer
    where the language model keeps the cores busy.
    """
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # does nothing but on Windows
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # would keep the most that it has ever needed
    return onnxruntime.InferenceSession(folder / GRAPH, options, providers=["CPUExecutionProvider"])


def _pooled(tokens: Vectors) -> Vectors:
    mean = tokens.mean(axis=0)
    pooled: Vectors = mean / np.linalg.norm(mean)
    return pooled
