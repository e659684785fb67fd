"""Writes multilingual-e5-small in the form in which `qa.models.e5_encoder` runs it.

The model is intfloat/multilingual-e5-small (Wang et al., "Multilingual E5 Text Embeddings", 2024), MIT licence: a BERT
encoder with the tokenizer of XLM-RoBERTa, mean pooling, unit length, and a prompt before queries and passages.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from qa.models.artifacts import EMBEDDER
from qa.models.conversion import converted
from qa.models.e5_tokenizer import sentencepiece_model
from qa.models.e5_weights import Weights, read_weights
from qa.models.progress import Progress

if TYPE_CHECKING:
    from qa.models.e5_graph import Adaptations

CONVERSION_VERSION = 4
PROMPTS = {"query": "query: ", "document": "passage: "}
GRAPH, TABLE, TOKENIZER = "model.onnx", "words.bin", "sentencepiece.model"
_LARGE = 1_000_000  # Bytes.


def convert(weights_file: Path, folder: Path) -> None:
    """Write the model in ``weights_file``, as it was published, into the existing ``folder``: an ONNX graph and a tokenizer.

    Raises:
        ModelError: The file is damaged.
        OSError: The disk is full or not writable.
    """
    weights = read_weights(weights_file)
    _write_graph(weights, folder, None)
    (folder / TOKENIZER).write_bytes(sentencepiece_model(weights.vocabulary))


def converted_encoder(cache_dir: Path, progress: Progress | None = None) -> Path:
    """Return the folder of the cache with the converted model: encoder and reader use its tokenizer.

    Raises:
        ModelError: As for `converted`.
    """
    return converted(EMBEDDER, f"{CONVERSION_VERSION}", cache_dir, convert, progress)


def adapt(adaptations: "Adaptations", weights_file: Path, folder: Path) -> None:
    """Write a graph alone: that of the model in ``weights_file`` with adaptations, which turn the encoder into a reader. Else like `convert`."""
    _write_graph(read_weights(weights_file), folder, adaptations)


def _write_graph(weights: Weights, folder: Path, adaptations: "Adaptations | None") -> None:
    from onnx import save_model

    from qa.models.e5_graph import build_graph

    made = build_graph(weights, adaptations)
    # The table of words lies in a file of its own, which ONNX Runtime maps: in memory are the rows of words that were read.
    save_model(made, folder / GRAPH, save_as_external_data=True, location=TABLE, size_threshold=_LARGE)
    if (folder / TABLE).exists():
        (folder / TABLE).chmod((folder / GRAPH).stat().st_mode)  # onnx writes it for its owner alone
