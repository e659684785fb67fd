"""Writes multilingual-e5-small in the form in which `qa.models.e5_encoder` runs it.

The model is intfloat/multilingual-e5-small (Wang et al., "Multilingual E5 Text Embeddings", 2024), MIT licence: a BERT
encoder with the tokenizer of XLM-RoBERTa, mean pooling, unit length, and a prompt before queries and passages.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from qa.models.e5_weights import Vocabulary, read_weights

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from qa.models.e5_graph import Adaptations

CONVERSION_VERSION = 2
PROMPTS = {"query": "query: ", "document": "passage: "}
GRAPH, TOKENIZER = "model.onnx", "tokenizer.json"


def convert(weights_file: Path, folder: Path, adaptations: "Adaptations | None" = None) -> None:
    """Write the model in ``weights_file`` into the existing ``folder``: an ONNX graph and a tokenizer.

    Args:
        weights_file: As it was published.
        folder: Where to write.
        adaptations: What turns the encoder into a reader; none for the encoder itself.

    Raises:
        ModelError: The file is damaged.
        OSError: The disk is full or not writable.
    """
    from qa.models.e5_graph import build_graph

    weights = read_weights(weights_file)
    (folder / GRAPH).write_bytes(build_graph(weights, adaptations).SerializeToString())
    tokenizer = build_tokenizer(weights.vocabulary)
    tokenizer.enable_truncation(weights.shape.positions)
    tokenizer.save(str(folder / TOKENIZER), pretty=False)


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
