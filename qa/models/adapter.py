"""What turns the encoder multilingual-e5-small into a reader: small matrices that were trained for it, and come with the package."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

ADAPTER = Path(__file__).with_name("reader.safetensors")
_MADE = "made"


@dataclass(frozen=True)
class Head:
    """What makes a number of a sentence, seen with a question: a layer over the mean of its tokens and that mean times the question's, and their cosine.

    Attributes:
        hidden: Weights, shape (units, 2 x the encoder's dimension).
        hidden_bias: Shape (units,).
        out: Weights, shape (units,).
        cosine: Weight of the cosine of sentence and question.
        bias: The constant term.
    """

    hidden: npt.NDArray[np.float32]
    hidden_bias: npt.NDArray[np.float32]
    out: npt.NDArray[np.float32]
    cosine: float
    bias: float

    def log_odds(
        self, sentences: npt.NDArray[np.float32], question: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float32]:
        """Return how likely each sentence answers, as the logarithm of the odds, shape (sentences,).

        Args:
            sentences: Mean of the tokens of each, shape (sentences, dimension).
            question: Mean of its tokens, shape (dimension,).
        """
        both = np.concatenate([sentences, sentences * question], axis=1)
        units = np.tanh(both @ self.hidden.T + self.hidden_bias)
        norms = np.linalg.norm(sentences, axis=1) * np.linalg.norm(question)
        cosines = sentences @ question / np.maximum(norms, 1e-9)
        found: npt.NDArray[np.float32] = units @ self.out + self.cosine * cosines + self.bias
        return found


@dataclass(frozen=True)
class Adapter:
    """The trained parts.

    Attributes:
        adaptations: Of the encoder, see `qa.models.e5_graph.build_graph`.
        head: Of its output.
        made: How they were trained.
    """

    adaptations: Mapping[str, npt.NDArray[np.float32]]
    head: Head
    made: Mapping[str, Any]


def load_adapter(path: Path = ADAPTER) -> Adapter:
    """Read the parts from a file that `save_adapter` has written."""
    from safetensors import safe_open

    with safe_open(path, "numpy") as stored:
        arrays = {name: stored.get_tensor(name).astype(np.float32) for name in stored.keys()}  # noqa: SIM118 - no mapping
        made = json.loads(stored.metadata()[_MADE])
    head = Head(
        hidden=arrays.pop("head.hidden"),
        hidden_bias=arrays.pop("head.hidden_bias"),
        out=arrays.pop("head.out"),
        cosine=arrays.pop("head.cosine").item(),
        bias=arrays.pop("head.bias").item(),
    )
    return Adapter(arrays, head, made)


def save_adapter(path: Path, arrays: Mapping[str, npt.NDArray[np.float32]], made: Mapping[str, Any]) -> None:
    """Write trained parts, by the names that `load_adapter` expects, in half precision, with how they were made."""
    from safetensors.numpy import save_file

    halves = {name: np.ascontiguousarray(array, np.float16) for name, array in arrays.items()}
    save_file(halves, path, metadata={_MADE: json.dumps(made, ensure_ascii=False)})
