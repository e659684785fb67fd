"""multilingual-e5-small as an ordinary SentenceTransformer folder: what a tutorial would load, and what our own way of running it is held against."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from qa.models.e5 import PROMPTS
from qa.models.e5_weights import BLOCK, Shape, Vocabulary, Weights, read_weights

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LINEAR = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
NORM = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


def convert(weights_file: Path, folder: Path) -> None:
    """Write the model in ``weights_file`` into the existing ``folder``.

    Raises:
        ModelError: The file is damaged.
        OSError: The disk is full or not writable.
    """
    from safetensors.numpy import save_file

    weights = read_weights(weights_file)
    save_file(_state(weights), folder / "model.safetensors", metadata={"format": "pt"})
    build_tokenizer(weights.vocabulary).save(str(folder / "tokenizer.json"), pretty=False)
    for name, content in _json_files(weights.shape, weights.vocabulary).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=2), encoding="utf-8")


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


def _state(weights: Weights) -> dict[str, npt.NDArray[np.float32]]:
    shape, hidden, wide = weights.shape, weights.shape.hidden, weights.shape.feed_forward
    state = {
        "embeddings.word_embeddings.weight": _decoded(weights, "emb.word", shape.vocabulary, hidden),
        "embeddings.position_embeddings.weight": weights.f32("emb.pos", shape.positions, hidden),
        "embeddings.token_type_embeddings.weight": weights.f32("emb.type", shape.token_types, hidden),
        "embeddings.LayerNorm.weight": weights.f32("emb.ln.w", hidden),
        "embeddings.LayerNorm.bias": weights.f32("emb.ln.b", hidden),
        # BERT has a pooler; mean pooling does not look at it, but a missing one would be made up at random.
        "pooler.dense.weight": np.zeros((hidden, hidden), np.float32),
        "pooler.dense.bias": np.zeros(hidden, np.float32),
    }
    for layer in range(shape.layers):
        short, full = f"l{layer}.", f"encoder.layer.{layer}."
        for key, name in LINEAR.items():
            rows, columns = wide if key == "fi" else hidden, wide if key == "fo" else hidden
            state[f"{full}{name}.weight"] = _decoded(weights, f"{short}{key}.w", rows, columns)
            state[f"{full}{name}.bias"] = weights.f32(f"{short}{key}.b", rows)
        for key, name in NORM.items():
            state[f"{full}{name}.weight"] = weights.f32(f"{short}{key}.w", hidden)
            state[f"{full}{name}.bias"] = weights.f32(f"{short}{key}.b", hidden)
    return state


def _decoded(weights: Weights, name: str, rows: int, columns: int) -> npt.NDArray[np.float32]:
    nibbles, scales = weights.blocks(name, rows, columns)
    return (nibbles.astype(np.float32) - 8) * scales.repeat(BLOCK, axis=1)


def _json_files(shape: Shape, vocabulary: Vocabulary) -> dict[str, object]:
    kinds = {"": "Transformer", "1_Pooling": "Pooling", "2_Normalize": "Normalize"}
    modules = [
        {"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for index, (path, kind) in enumerate(kinds.items())
    ]
    return {
        "config.json": _bert_config(shape, vocabulary),
        "tokenizer_config.json": _tokenizer_config(shape, vocabulary),
        "modules.json": modules,
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
        "1_Pooling/config.json": {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True},
        "2_Normalize/config.json": {},
        "config_sentence_transformers.json": {"prompts": PROMPTS, "similarity_fn_name": "cosine"},
    }


def _bert_config(shape: Shape, vocabulary: Vocabulary) -> dict[str, object]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "dtype": "float32",
        "hidden_act": "gelu",
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.feed_forward,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.token_types,
        "layer_norm_eps": shape.epsilon,
        "pad_token_id": vocabulary.pad,
    }


def _tokenizer_config(shape: Shape, vocabulary: Vocabulary) -> dict[str, object]:
    bos, eos, pad, unk = (
        vocabulary.pieces[i][0] for i in (vocabulary.bos, vocabulary.eos, vocabulary.pad, vocabulary.unk)
    )
    special = {
        "bos_token": bos,
        "cls_token": bos,
        "eos_token": eos,
        "sep_token": eos,
        "pad_token": pad,
        "unk_token": unk,
    }
    return {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": shape.positions, **special}
