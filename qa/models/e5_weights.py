"""Reads the 4-bit weight file of multilingual-e5-small.

Layout, little endian::

    header     4 bytes "E5S1", u32 version, i32 hidden, layers, heads, feed-forward, vocabulary, positions, token types,
               f32 layer-norm epsilon, i32 elements in a quantisation block
    tokenizer  i32 pieces, bos, eos, pad, unk; u64 blob length; u32[pieces + 1] offsets into the blob;
               f32[pieces] scores; blob of UTF-8
    normaliser i32 entries, u32 length, bytes: a table that NMT and NFKC normalisation reproduce
    directory  i32 tensors; each u16 name length, name, u8 type (0: f32, 1: 4-bit), u32 elements, u64 file offset,
               u64 bytes

A 4-bit block of 32 elements is an f16 scale and 16 bytes: low nibbles are elements 0-15, high nibbles 16-31, and an
element is (nibble - 8) * scale.
"""

import struct
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.errors import ModelError

BLOCK = 32
"""Elements that share a scale."""
_BLOCK_BYTES = 18
_F32, _Q4 = 0, 1


@dataclass(frozen=True)
class Shape:
    """The encoder's dimensions, as BERT counts them."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


@dataclass(frozen=True)
class Vocabulary:
    """The unigram tokenizer: pieces with their log probabilities, by index, and the indices of the special ones."""

    pieces: list[tuple[str, float]]
    bos: int
    eos: int
    pad: int
    unk: int


@dataclass(frozen=True)
class _Tensor:
    kind: int
    elements: int
    offset: int


@dataclass(frozen=True)
class Weights:
    """The parsed file; tensors are decoded when asked for.

    Attributes:
        shape: The encoder's dimensions.
        vocabulary: The tokenizer.
    """

    shape: Shape
    vocabulary: Vocabulary
    _data: bytes
    _tensors: dict[str, _Tensor]

    def f32(self, name: str, *shape: int) -> npt.NDArray[np.float32]:
        """Return a tensor that is stored in single precision.

        Raises:
            ModelError: It is missing, of another shape, or beyond the end of the file.
        """
        tensor = self._tensor(name, _F32, shape)
        return self._array(tensor.offset, tensor.elements, "<f4").reshape(shape)

    def blocks(self, name: str, rows: int, columns: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
        """Return a tensor that is stored in 4-bit blocks: numbers from 0 to 15, shape (rows, columns), and scales, shape (rows, columns / 32).

        Raises:
            ModelError: It is missing, of another shape, or beyond the end of the file.
        """
        tensor = self._tensor(name, _Q4, (rows, columns))
        stored = self._array(tensor.offset, tensor.elements // BLOCK * _BLOCK_BYTES, "u1").reshape(-1, _BLOCK_BYTES)
        scales = stored[:, :2].copy().view("<f2").astype(np.float32)
        packed = stored[:, 2:]
        nibbles = np.concatenate([packed & 15, packed >> 4], axis=1)
        return nibbles.reshape(rows, columns), scales.reshape(rows, columns // BLOCK)

    def _tensor(self, name: str, kind: int, shape: tuple[int, ...]) -> _Tensor:
        tensor = self._tensors.get(name)
        if tensor is None or tensor.kind != kind or tensor.elements != prod(shape):
            raise _damaged(f"tensor {name} is {'missing' if tensor is None else 'not of its shape'}")
        return tensor

    def _array(self, offset: int, count: int, dtype: str) -> npt.NDArray[Any]:
        if offset + count * np.dtype(dtype).itemsize > len(self._data):
            raise _damaged("a tensor lies beyond its end")
        return np.frombuffer(self._data, dtype, count, offset)


def read_weights(path: Path) -> Weights:
    """Parse a weight file.

    Raises:
        ModelError: The file is damaged.
    """
    data = path.read_bytes()
    reader = _Reader(data)
    if reader.raw(4) != b"E5S1":
        raise _damaged("it does not begin with E5S1")
    _, *dimensions, block = reader.values("I7ifi")
    if block != BLOCK or min(dimensions) <= 0:
        raise _damaged("its header makes no sense")
    vocabulary = _read_vocabulary(reader)
    reader.raw(reader.values("iI")[1])
    return Weights(Shape(*dimensions), vocabulary, data, _read_directory(reader))


class _Reader:
    """Reads on from a position, within bounds."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def values(self, layout: str) -> tuple[Any, ...]:
        return struct.unpack("<" + layout, self.raw(struct.calcsize("<" + layout)))

    def array(self, dtype: str, count: int) -> npt.NDArray[Any]:
        return np.frombuffer(self.raw(np.dtype(dtype).itemsize * count), dtype)

    def raw(self, size: int) -> bytes:
        if not 0 <= size <= len(self._data) - self._at:
            raise _damaged("it ends too early")
        self._at += size
        return self._data[self._at - size : self._at]


def _read_vocabulary(reader: _Reader) -> Vocabulary:
    count, bos, eos, pad, unk, length = reader.values("5iQ")
    offsets = reader.array("<u4", count + 1).tolist()
    scores = reader.array("<f4", count).tolist()
    blob = reader.raw(length)
    if not all(0 <= index < count for index in (bos, eos, pad, unk)):
        raise _damaged("its special tokens are out of range")
    try:
        pieces = [blob[start:end].decode() for start, end in pairwise(offsets)]
    except UnicodeDecodeError as error:
        raise _damaged("its vocabulary is not UTF-8") from error
    return Vocabulary(list(zip(pieces, scores, strict=True)), bos, eos, pad, unk)


def _read_directory(reader: _Reader) -> dict[str, _Tensor]:
    tensors = {}
    for _ in range(reader.values("i")[0]):
        name = reader.raw(reader.values("H")[0]).decode("ascii", "replace")
        kind, elements, offset, _size = reader.values("BIQQ")
        tensors[name] = _Tensor(kind, elements, offset)
    return tensors


def _damaged(reason: str) -> ModelError:
    hint = "Delete it from the cache folder; it is fetched again."
    return ModelError(f"The embedding model's weight file is damaged: {reason}.", hint=hint)
