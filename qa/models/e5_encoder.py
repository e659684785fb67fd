"""Runs multilingual-e5-small on ONNX Runtime, which Chroma brings: sentence-transformers takes longer to load than an answer takes, and 800 MB."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from qa.models.e5 import GRAPH, PROMPTS, TOKENIZER
from qa.models.e5_graph import IDS, MASK, POSITIONS, TOKENS
from qa.models.e5_tokenizer import Tokens, load_tokenizer
from qa.models.encoders import Vectors
from qa.models.words import WordVectors, words_in_context

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

T = TypeVar("T")


class E5Encoder:
    """The model in a folder that `qa.models.e5.convert` has written, as an `Encoder`.

    Each text is computed by itself: its vectors are the same in any company.

    Args:
        folder: With graph and tokenizer.
    """

    def __init__(self, folder: Path) -> None:
        self.prompts: Mapping[str, str] = PROMPTS
        self._session, self._tokenizer = session(folder), load_tokenizer(folder / TOKENIZER)
        self._most = positions(self._session)
        self.max_tokens: int | None = self._most
        self._workers = os.cpu_count() or 1

    def encode(self, texts: Sequence[str], *, query: bool) -> Vectors:
        """Return one unit vector for each of at least one text, shape (len(texts), dimension)."""
        prompt = self.prompts["query" if query else "document"]
        return np.stack(self._each([self._tokens(prompt + text) for text in texts], _pooled))

    def encode_words(self, texts: Sequence[str], *, query: bool) -> list[WordVectors]:
        """Return the vectors of the words of each text, each word seen in its text."""
        prompt = self.prompts["query" if query else "document"]
        read = [self._tokens(prompt + text) for text in texts]
        return [
            words_in_context(text, one.offsets - len(prompt), vectors)
            for text, one, vectors in zip(texts, read, self._each(read, lambda vectors: vectors), strict=True)
        ]

    def _tokens(self, text: str) -> Tokens:
        return self._tokenizer.encode(text, self._most)

    def _each(self, read: Sequence[Tokens], make: Callable[[Vectors], T]) -> list[T]:
        """Return what ``make`` makes of the vectors of the tokens of each text, shape (tokens, dimension)."""
        if len(read) == 1:
            return [make(self._read(read[0].ids))]
        with ThreadPoolExecutor(self._workers) as pool:
            return list(pool.map(lambda one: make(self._read(one.ids)), read))

    def _read(self, ids: Sequence[int]) -> Vectors:
        values = np.asarray([ids], np.int64)
        tokens: Vectors = self._session.run([TOKENS], {IDS: values, MASK: np.ones_like(values, np.int32)})[0][0]
        return tokens


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


def positions(graph: "InferenceSession") -> int:
    """Return how many tokens a graph reads at once."""
    return int(graph.get_modelmeta().custom_metadata_map[POSITIONS])


def _pooled(tokens: Vectors) -> Vectors:
    mean = tokens.mean(axis=0)
    pooled: Vectors = mean / np.linalg.norm(mean)
    return pooled
