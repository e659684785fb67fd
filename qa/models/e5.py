"""Writes multilingual-e5-small in the form in which `qa.models.e5_encoder` runs it.

The model is intfloat/multilingual-e5-small (Wang et al., "Multilingual E5 Text Embeddings", 2024), MIT licence: a BERT
encoder with the tokenizer of XLM-RoBERTa, mean pooling, unit length, and a prompt before queries and passages.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from qa.models.artifacts import EMBEDDER
from qa.models.conversion import converted
from qa.models.e5_weights import Vocabulary, Weights, read_weights
from qa.models.progress import Progress

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from qa.models.e5_graph import Adaptations

CONVERSION_VERSION = 3
PROMPTS = {"query": "query: ", "document": "passage: "}
GRAPH, TABLE, TOKENIZER = "model.onnx", "words.bin", "tokenizer.json"
_LARGE = 1_000_000  # Bytes.


def convert(weights_file: Path, folder: Path) -> None:
    """Write the model in ``weights_file``, as it was published, into the existing ``folder``: an ONNX graph and a tokenizer.

    Raises:
        ModelError: The file is damaged.
        OSError: The disk is full or not writable.
    """
    weights = read_weights(weights_file)
    _write_graph(weights, folder, None)
    tokenizer = build_tokenizer(weights.vocabulary)
    tokenizer.enable_truncation(weights.shape.positions)
    tokenizer.save(str(folder / TOKENIZER), pretty=False)


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


def build_tokenizer(vocabulary: Vocabulary) -> "Tokenizer":
    """Return the unigram tokenizer of XLM-RoBERTa, put together as in transformers' ``XLMRobertaTokenizer``."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    bos, eos = vocabulary.pieces[vocabulary.bos][0], vocabulary.pieces[vocabulary.eos][0]
    tokenizer = Tokenizer(models.Unigram(vocabulary.pieces, unk_id=vocabulary.unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC()])
    metaspace = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), metaspace])
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, vocabulary.bos), (eos, vocabulary.eos)],
    )
    return tokenizer
