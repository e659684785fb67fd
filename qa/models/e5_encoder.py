"""Runs multilingual-e5-small on torch alone: loading sentence-transformers takes longer than an answer, and 400 MB.

The arithmetic is that of transformers' ``BertModel`` (Devlin et al. 2019) with mean pooling, in single precision. The
table of 250,000 words stays in its file, in half precision as it is stored there; only the rows of a text's own words
are read.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from qa.models.encoders import Vectors, torch_threads
from qa.models.words import WordVectors, words_in_context

if TYPE_CHECKING:
    from tokenizers import Encoding
    from torch import Tensor

_TOGETHER = 1024
"""Tokens that are computed at once, padding included; more do not fit the processor's caches."""

_WORDS = "embeddings.word_embeddings.weight"

T = TypeVar("T")


class E5Encoder:
    """The model in a folder that `qa.models.e5.convert` has written, as an `Encoder`.

    Args:
        folder: With weights, tokenizer and configuration.
    """

    def __init__(self, folder: Path) -> None:
        import torch
        from safetensors.torch import load_file
        from tokenizers import Tokenizer

        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        about = json.loads((folder / "config_sentence_transformers.json").read_text(encoding="utf-8"))
        self.prompts: Mapping[str, str] = about["prompts"]
        self.max_tokens: int | None = config["max_position_embeddings"]
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(self.max_tokens)
        self._workers = torch.get_num_threads()
        self._padding: int = config["pad_token_id"]
        # The file is mapped: what is not used of it is not in memory. Mapped twice, so that what is read once can go.
        self._words = load_file(folder / "model.safetensors")[_WORDS]
        stored = load_file(folder / "model.safetensors")
        tensors = {name: tensor.float() for name, tensor in stored.items() if name != _WORDS}
        weights = _Weights(tensors, config["layer_norm_eps"])
        embeddings = weights.tensors["embeddings.position_embeddings.weight"]
        self._places = embeddings + weights.tensors["embeddings.token_type_embeddings.weight"][0]
        self._norm = weights.norm("embeddings")
        layers = (f"encoder.layer.{number}" for number in range(config["num_hidden_layers"]))
        self._layers = [_layer(weights, name, config["num_attention_heads"]) for name in layers]

    def encode(self, texts: Sequence[str], *, query: bool) -> Vectors:
        """Return one unit vector for each of at least one text, shape (len(texts), dimension)."""
        from torch.nn.functional import normalize

        prompt = self.prompts["query" if query else "document"]
        encoded = self._tokenizer.encode_batch_fast([prompt + text for text in texts])
        return np.stack(self._each(encoded, lambda tokens: normalize(tokens.mean(dim=0), dim=0).numpy()))

    def encode_words(self, texts: Sequence[str], *, query: bool) -> list[WordVectors]:
        """Return the vectors of the words of each text, each word seen in its text."""
        prompt = self.prompts["query" if query else "document"]
        encoded = self._tokenizer.encode_batch([prompt + text for text in texts])
        return [
            words_in_context(text, np.asarray(one.offsets) - len(prompt), vectors)
            for text, one, vectors in zip(texts, encoded, self._each(encoded, lambda t: t.numpy()), strict=True)
        ]

    def _each(self, encoded: "Sequence[Encoding]", make: "Callable[[Tensor], T]") -> list[T]:
        """Return what ``make`` makes of the tokens' vectors of each text, shape (tokens, dimension), in the order of the texts.

        Each batch is computed by one thread, and as many batches at once as there are cores: threads that share a
        batch wait for one another in every layer, and much longer where the language model keeps the cores busy.
        """
        batches = list(_batches([len(one) for one in encoded]))

        def compute(batch: Sequence[int]) -> list[T]:
            with torch_threads(1):
                return [make(tokens) for tokens in self._read([encoded[place].ids for place in batch])]

        if len(batches) == 1:
            made = [compute(batches[0])]
        else:
            with ThreadPoolExecutor(self._workers) as pool:
                made = list(pool.map(compute, batches))
        by_place = {
            p: one for batch, ones in zip(batches, made, strict=True) for p, one in zip(batch, ones, strict=True)
        }
        return [by_place[place] for place in range(len(encoded))]

    def _read(self, texts: Sequence[Sequence[int]]) -> "Iterator[Tensor]":
        """Yield the vectors of the tokens of each text."""
        import torch
        from torch.nn.functional import embedding

        longest = max(map(len, texts))
        padded = torch.tensor([[*ids, *[self._padding] * (longest - len(ids))] for ids in texts])
        lengths = torch.tensor([len(ids) for ids in texts])
        mask = torch.arange(longest)[None, :] < lengths[:, None]
        with torch.inference_mode():
            values = self._norm(embedding(padded, self._words).float() + self._places[:longest])
            for layer in self._layers:
                values = layer(values, None if mask.all() else mask[:, None, None, :])
            yield from (tokens[: len(ids)] for tokens, ids in zip(values, texts, strict=True))


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield the places of texts of like length, the longest first, so that little is padded."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lambda place: -lengths[place]):
        if batch and lengths[batch[0]] * (len(batch) + 1) > _TOGETHER:
            yield batch
            batch = []
        batch.append(place)
    yield batch


@dataclass(frozen=True)
class _Linear:
    weight: "Tensor"
    bias: "Tensor"

    def __call__(self, values: "Tensor") -> "Tensor":
        from torch.nn.functional import linear

        return linear(values, self.weight, self.bias)


@dataclass(frozen=True)
class _Norm:
    weight: "Tensor"
    bias: "Tensor"
    epsilon: float

    def __call__(self, values: "Tensor") -> "Tensor":
        from torch.nn.functional import layer_norm

        return layer_norm(values, self.weight.shape, self.weight, self.bias, self.epsilon)


@dataclass(frozen=True)
class _Weights:
    tensors: "Mapping[str, Tensor]"
    epsilon: float

    def linear(self, *names: str) -> _Linear:
        """Return several maps of the same values as one."""
        import torch

        parts = [torch.cat([self.tensors[f"{name}.{kind}"] for name in names]) for kind in ("weight", "bias")]
        return _Linear(*parts)

    def norm(self, name: str) -> _Norm:
        weight, bias = (self.tensors[f"{name}.LayerNorm.{kind}"] for kind in ("weight", "bias"))
        return _Norm(weight, bias, self.epsilon)


@dataclass(frozen=True)
class _Layer:
    """A block of the encoder; ``look`` makes queries, keys and values at once."""

    heads: int
    look: _Linear
    gather: _Linear
    gather_norm: _Norm
    widen: _Linear
    narrow: _Linear
    narrow_norm: _Norm

    def __call__(self, values: "Tensor", mask: "Tensor | None") -> "Tensor":
        from torch.nn.functional import gelu, scaled_dot_product_attention

        texts, tokens, hidden = values.shape
        seen = self.look(values).view(texts, tokens, 3, self.heads, hidden // self.heads).permute(2, 0, 3, 1, 4)
        mixed = scaled_dot_product_attention(seen[0], seen[1], seen[2], attn_mask=mask)
        values = self.gather_norm(self.gather(mixed.transpose(1, 2).reshape(texts, tokens, hidden)) + values)
        return self.narrow_norm(self.narrow(gelu(self.widen(values))) + values)


def _layer(weights: _Weights, name: str, heads: int) -> _Layer:
    return _Layer(
        heads=heads,
        look=weights.linear(*(f"{name}.attention.self.{part}" for part in ("query", "key", "value"))),
        gather=weights.linear(f"{name}.attention.output.dense"),
        gather_norm=weights.norm(f"{name}.attention.output"),
        widen=weights.linear(f"{name}.intermediate.dense"),
        narrow=weights.linear(f"{name}.output.dense"),
        narrow_norm=weights.norm(f"{name}.output"),
    )
