"""The reader in torch: multilingual-e5-small with trainable low-rank adaptations (LoRA, Hu et al. 2022) of its upper layers, and a head."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel, PreTrainedTokenizerFast

from eval.e5_transformer import LINEAR, NORM
from qa.models.e5_reader import owned
from qa.models.e5_tokenizer import NEITHER, Tokens
from qa.models.readers import Text

_FIRST_LAYER = 4  # Those below stay as they are: they need no gradients, which saves a fifth of the time.
RANK, SCALE = 16, 2.0
_HIDDEN, _DROPOUT = 128, 0.1
_WIDENED = 2.0  # Brings the means of tokens to about the size of one.


class LowRank(nn.Module):
    """A linear map that stays as it is, and a narrow one that is added to it and learns."""

    def __init__(self, base: nn.Linear) -> None:
        super().__init__()
        self.base = base.requires_grad_(requires_grad=False)
        self.down = nn.Parameter(torch.randn(RANK, base.in_features) / math.sqrt(base.in_features))
        self.up = nn.Parameter(torch.zeros(base.out_features, RANK))

    def forward(self, values: Tensor) -> Tensor:
        """Map ``values``, shape (..., in), to shape (..., out)."""
        mapped: Tensor = self.base(values)
        return mapped + SCALE * functional.linear(functional.linear(values, self.down), self.up)


@dataclass(frozen=True)
class Batch:
    """A question with several texts.

    Attributes:
        ids: Tokens, shape (texts, tokens).
        mask: Which of them are none of padding, same shape.
        sentences: For each sentence the weights of its tokens, shape (texts, sentences, tokens).
        question: Those of the question's tokens, shape (texts, 1, tokens).
        read: Which sentences there are and have been read, shape (texts, sentences).
    """

    ids: Tensor
    mask: Tensor
    sentences: Tensor
    question: Tensor
    read: Tensor


class TorchReader(nn.Module):
    """The reader with everything that can be trained of it.

    Args:
        folder: With the model as `eval.e5_transformer.convert` writes it.
        first_layer: The lowest that learns.
    """

    def __init__(self, folder: Path, first_layer: int = _FIRST_LAYER) -> None:
        super().__init__()
        self._first_layer = first_layer
        self.tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
        self.bert = BertModel.from_pretrained(folder, add_pooling_layer=False).requires_grad_(requires_grad=False)
        for layer in self.bert.encoder.layer[first_layer:]:
            for path in LINEAR.values():
                owner, _, name = path.rpartition(".")
                parent = layer.get_submodule(owner)
                setattr(parent, name, LowRank(getattr(parent, name)))
            for path in NORM.values():
                layer.get_submodule(path).requires_grad_(requires_grad=True)
        dimension = self.bert.config.hidden_size
        self.drop = nn.Dropout(_DROPOUT)
        self.hidden = nn.Linear(2 * dimension, _HIDDEN)
        self.out = nn.Linear(_HIDDEN, 1)
        self.cosine = nn.Parameter(torch.tensor(10.0))
        self.none = nn.Parameter(torch.tensor(8.5))  # Log-odds 0 at a cosine of .85, about the mean.

    def forward(self, batch: Batch) -> Tensor:
        """Return log-odds that each sentence answers, shape (texts, sentences)."""
        tokens = self.bert(input_ids=batch.ids, attention_mask=batch.mask).last_hidden_state.float()
        sentences, question = batch.sentences @ tokens, batch.question @ tokens
        cosines = functional.cosine_similarity(sentences, question, dim=-1)
        both = _WIDENED * torch.cat([sentences, sentences * question], -1)
        head: Tensor = self.out(torch.tanh(self.hidden(self.drop(both)))).squeeze(-1)
        return head + self.cosine * cosines - self.none

    def batch(self, question: str, texts: Sequence[Text]) -> Batch:
        """Return a question and texts as the model takes them."""
        rows = [self._row(question, text) for text in texts]
        longest, most = max(len(ids) for ids, _, _ in rows), max(len(inside) for _, inside, _ in rows)
        ids = torch.full((len(rows), longest), self.tokenizer.pad_token_id)
        sentences, asked = torch.zeros(len(rows), most, longest), torch.zeros(len(rows), 1, longest)
        for number, (row, inside, of_question) in enumerate(rows):
            ids[number, : len(row)] = torch.tensor(row)
            counts = inside.sum(axis=1, keepdims=True)
            sentences[number, : len(inside), : len(row)] = torch.from_numpy(inside / np.maximum(counts, 1))
            asked[number, 0, : len(row)] = torch.from_numpy(of_question / of_question.sum())
        return Batch(ids, (ids != self.tokenizer.pad_token_id).long(), sentences, asked, sentences.sum(-1) > 0)

    def _row(self, question: str, text: Text) -> tuple[list[int], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Return tokens, which of them belong to each sentence, and which to the question."""
        encoded = self.tokenizer(question, text.text, truncation="longest_first", return_offsets_mapping=True)
        parts = np.array([NEITHER if part is None else part for part in encoded.sequence_ids()], np.int8)
        inside, asked = owned(text, Tokens(encoded["input_ids"], parts, np.array(encoded["offset_mapping"])))
        return encoded["input_ids"], inside.astype(np.float32), asked.astype(np.float32)

    def trained(self) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
        """Yield what was trained, by the names of `qa.models.adapter`."""
        for number, layer in enumerate(self.bert.encoder.layer[self._first_layer :], self._first_layer):
            for key, path in LINEAR.items():
                yield f"l{number}.{key}.down", _array(layer.get_parameter(f"{path}.down"))
                yield f"l{number}.{key}.up", SCALE * _array(layer.get_parameter(f"{path}.up"))
            for key, path in NORM.items():
                yield f"l{number}.{key}.w", _array(layer.get_parameter(f"{path}.weight"))
                yield f"l{number}.{key}.b", _array(layer.get_parameter(f"{path}.bias"))
        yield "head.hidden", _WIDENED * _array(self.hidden.weight)
        yield "head.hidden_bias", _array(self.hidden.bias)
        yield "head.out", _array(self.out.weight)[0]
        yield "head.cosine", _array(self.cosine)
        yield "head.bias", _array(self.out.bias)[0] - _array(self.none)


def _array(tensor: Tensor) -> npt.NDArray[np.float32]:
    return tensor.detach().float().numpy()
