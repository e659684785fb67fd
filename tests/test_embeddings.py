"""Embeddings: the converted local model, and any sentence-transformers folder."""

import hashlib
import logging
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eval import e5_transformer
from qa.config import Settings
from qa.errors import ModelError
from qa.models import conversion
from qa.models.artifacts import EMBEDDER, Artifact, fetch
from qa.models.e5 import GRAPH, PROMPTS, TABLE, convert
from qa.models.e5_encoder import E5Encoder
from qa.models.e5_weights import read_weights
from qa.models.embeddings import SentenceEmbeddings, load_embeddings
from qa.models.transformer_encoder import TransformerEncoder, load_transformer, quiet_transformers, sampled

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "query", "passage", ":", "carrera", "allena", "lo", "spartak", "mosca"]

# A weight file of the real layout, small enough to make here: two layers, 32 dimensions.


def tiny_weights(seed: int = 0) -> bytes:
    random = np.random.default_rng(seed)
    hidden, layers, heads, wide, positions, types = 32, 2, 4, 64, 16, 2
    pieces = ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁query", "▁passage", ":", "▁carrera", "▁mosca", "a", "è"]
    vocabulary = len(pieces) + 1  # the real file has more rows than pieces, too
    tensors: dict[str, tuple[int, int, bytes]] = {}

    def f32(name, count):
        values = random.normal(1 if name.endswith("ln.w") else 0, 0.1, count).astype("<f4")
        tensors[name] = (0, count, values.tobytes())

    def q4(name, count):
        blocks = [
            np.float16(0.05).tobytes() + random.integers(0, 256, 16, np.uint8).tobytes() for _ in range(count // 32)
        ]
        tensors[name] = (1, count, b"".join(blocks))

    q4("emb.word", vocabulary * hidden)
    for name, count in [("pos", positions * hidden), ("type", types * hidden), ("ln.w", hidden), ("ln.b", hidden)]:
        f32(f"emb.{name}", count)
    for layer in range(layers):
        for key in ("q", "k", "v", "ao", "fi", "fo"):
            q4(f"l{layer}.{key}.w", hidden * (wide if key in {"fi", "fo"} else hidden))
            f32(f"l{layer}.{key}.b", wide if key == "fi" else hidden)
        for key in ("aln", "oln"):
            f32(f"l{layer}.{key}.w", hidden)
            f32(f"l{layer}.{key}.b", hidden)

    encoded = [piece.encode() for piece in pieces]
    offsets = np.cumsum([0, *map(len, encoded)]).astype("<u4").tobytes()
    scores = np.linspace(-1, -2, len(pieces), dtype="<f4").tobytes()
    header = b"E5S1" + struct.pack("<I7ifi", 1, hidden, layers, heads, wide, vocabulary, positions, types, 1e-12, 32)
    tokenizer = struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, sum(map(len, encoded))) + offsets + scores
    start = header + tokenizer + b"".join(encoded) + struct.pack("<iI", 0, 0) + struct.pack("<i", len(tensors))
    at = len(start) + sum(2 + len(name) + 21 for name in tensors)
    directory = b""
    for name, (kind, count, data) in tensors.items():
        directory += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", kind, count, at, len(data))
        at += len(data)
    return start + directory + b"".join(data for _, _, data in tensors.values())


@pytest.fixture(scope="module")
def weights_file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "tiny.bin"
    path.write_bytes(tiny_weights())
    return path


@pytest.fixture(scope="module")
def converted(weights_file, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("converted")
    convert(weights_file, folder)
    return folder


def load_folder(folder: Path, **options) -> SentenceEmbeddings:
    return load_embeddings(Settings(embedding_model=str(folder), **options))


@pytest.fixture(scope="module")
def transformer_folder(weights_file, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("transformer")
    e5_transformer.convert(weights_file, folder)
    return folder


@pytest.fixture(scope="module")
def by_transformers(transformer_folder) -> SentenceEmbeddings:
    return load_folder(transformer_folder)


@pytest.fixture(scope="module")
def by_onnx(converted) -> SentenceEmbeddings:
    return SentenceEmbeddings(E5Encoder(converted), name="tiny", identity="tiny")


@pytest.fixture(scope="module", params=["by_transformers", "by_onnx"])
def tiny(request) -> SentenceEmbeddings:
    """The model, run in both ways."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def bert_folder(tmp_path_factory) -> Path:
    """A SentenceTransformer with random weights and mean pooling, without prompts or normalisation."""
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("bert") / "multilingual-e5-small-copy"
    torch.manual_seed(1)
    with quiet_transformers():
        config = BertConfig(
            vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
        )
        BertModel(config).save_pretrained(folder)
        (folder / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
        BertTokenizerFast(vocab=str(folder / "vocab.txt"), model_max_length=32).save_pretrained(folder)
        SentenceTransformer(str(folder), device="cpu").save(str(folder), create_model_card=False)
    return folder


def test_importing_the_module_loads_no_heavy_library():
    heavy = "{'onnx', 'onnxruntime', 'torch', 'transformers', 'sentence_transformers', 'huggingface_hub', 'safetensors', 'sentencepiece', 'tokenizers'}"
    code = f"import sys, qa.models.embeddings; print({heavy} & set(sys.modules))"
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)  # noqa: S603 - our own code
    assert run.stdout.strip() == "set()"


# The weight file


def test_tensors_are_read_block_by_block(weights_file):
    data = bytearray(tiny_weights())
    weights = read_weights(weights_file)
    numbers, scales = weights.blocks("emb.word", 13, 32)
    offset = weights._tensors["emb.word"].offset
    packed = np.frombuffer(data, np.uint8, 16, offset + 2)
    assert scales.tolist() == [[np.frombuffer(data, "<f2", 1, offset)[0]]] * 13
    assert numbers[0].tolist() == [*(packed & 15), *(packed >> 4)]
    assert (numbers.shape, scales.shape) == ((13, 32), (13, 1))


def test_a_tensor_of_another_shape_is_damage(weights_file):
    weights = read_weights(weights_file)
    with pytest.raises(ModelError, match=r"emb\.pos is not of its shape"):
        weights.f32("emb.pos", 17, 32)
    with pytest.raises(ModelError, match=r"emb\.none is missing"):
        weights.blocks("emb.none", 1, 32)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_file_is_named_as_such_or_still_reads(tmp_path, data):
    """Cut anywhere, or with any bytes changed in header, tokenizer or directory: an error of ours, never another."""
    content = bytearray(tiny_weights())
    cut = data.draw(st.integers(0, len(content)))
    at = data.draw(st.integers(0, 900))
    content[at : at + 4] = data.draw(st.binary(min_size=4, max_size=4))
    path = tmp_path / "damaged.bin"
    path.write_bytes(content[:cut])
    problem = None
    try:
        weights = read_weights(path)
        weights.blocks("emb.word", 13, 32)
        weights.f32("l1.oln.b", 32)
    except ModelError as error:
        problem = error
    assert problem is None or ("damaged" in problem.message and "Delete it" in problem.hint)


@pytest.mark.parametrize("cut", [0, 3, 40, 200, 700, -1])
def test_a_file_that_ends_too_early_is_damaged(tmp_path, cut):
    (tmp_path / "cut.bin").write_bytes(tiny_weights()[:cut])
    for way in (convert, e5_transformer.convert):
        with pytest.raises(ModelError, match="damaged"):
            way(tmp_path / "cut.bin", tmp_path)


# The conversion


@pytest.fixture
def tiny_artifact(tmp_path, weights_file) -> Artifact:
    """The small weight file, put into the cache by hand."""
    content = weights_file.read_bytes()
    (tmp_path / "tiny.bin").write_bytes(content)
    return Artifact("tiny", "tiny.bin", len(content), hashlib.sha256(content).hexdigest(), "MIT", (), "QA_X")


def test_weights_are_converted_once(tmp_path, tiny_artifact, by_onnx):
    folder = conversion.converted(tiny_artifact, "made", tmp_path, convert)
    np.testing.assert_array_equal(
        E5Encoder(folder).encode(["carrera"], query=True), by_onnx.encode_queries(["carrera"])
    )
    made = (folder / "model.onnx").stat().st_mtime_ns
    (tmp_path / "tiny.bin").unlink()  # the folder is complete, nothing else is needed
    assert conversion.converted(tiny_artifact, "made", tmp_path, convert) == folder
    assert (folder / "model.onnx").stat().st_mtime_ns == made
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == [folder.name]


@pytest.mark.parametrize("file", ["model.onnx", "sentencepiece.model", "manifest.json"])
@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"")])
def test_a_damaged_conversion_is_made_again(tmp_path, tiny_artifact, file, damage):
    folder = conversion.converted(tiny_artifact, "made", tmp_path, convert)
    before = (folder / file).read_bytes()
    damage(folder / file)
    assert conversion.converted(tiny_artifact, "made", tmp_path, convert) == folder
    assert (folder / file).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == [folder.name]


def test_a_conversion_that_fails_leaves_no_folder(tmp_path):
    content = tiny_weights()[:-1]
    (tmp_path / "cut.bin").write_bytes(content)
    cut = Artifact("cut", "cut.bin", len(content), hashlib.sha256(content).hexdigest(), "MIT", (), "QA_X")
    with pytest.raises(ModelError, match="damaged"):
        conversion.converted(cut, "made", tmp_path, convert)
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []


# The converted model


def test_vectors_have_unit_length_and_the_stated_shape(tiny):
    vectors = tiny.encode_documents(["Carrera a Mosca", "", "è " * 500])
    assert vectors.shape == (3, tiny.dimension) == (3, 32)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert tiny.max_tokens == 16


def test_nothing_to_encode_gives_no_rows(tiny):
    assert tiny.encode_documents([]).shape == tiny.encode_queries([]).shape == (0, 32)
    assert tiny.embed_documents([]) == []


def test_questions_and_passages_carry_their_prompts(tiny, transformer_folder):
    from sentence_transformers import SentenceTransformer

    with quiet_transformers():
        bare = SentenceTransformer(modules=list(load_transformer("tiny", transformer_folder).children()), device="cpu")
    for encode, prompt in [(tiny.encode_queries, "query: "), (tiny.encode_documents, "passage: ")]:
        np.testing.assert_allclose(encode(["carrera"])[0], bare.encode(f"{prompt}carrera"), atol=1e-5)


def test_the_langchain_methods_say_the_same(tiny):
    texts = ["carrera", "mosca"]
    np.testing.assert_allclose(tiny.embed_documents(texts), tiny.encode_documents(texts), atol=1e-6)
    assert tiny.embed_query("carrera") == pytest.approx(list(tiny.encode_queries(["carrera"])[0]), abs=1e-6)
    assert all(type(x) is float for x in tiny.embed_query("carrera"))


def test_order_and_batch_do_not_matter(tiny):
    texts = ["carrera a mosca " * n for n in range(1, 40)]
    together = tiny.encode_documents(texts)
    alone = np.concatenate([tiny.encode_documents([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-5)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
def test_any_text_can_be_encoded(tiny, text):
    assert np.isfinite(tiny.encode_queries([text, text + "\ud83d"])).all()
    assert all(np.isfinite(words.vectors).all() for words in tiny.encode_words([text, text + "\ud83d"]))


def test_words_are_seen_in_their_text_and_behind_the_prompt(tiny):
    [alone] = tiny.encode_words(["carrera"])
    [together] = tiny.encode_words(["carrera mosca"])
    [asked] = tiny.encode_words(["carrera"], query=True)
    assert alone.spans.tolist() == [[0, 7]]
    assert together.spans.tolist() == [[0, 7], [8, 13]]
    assert together.vectors.shape == (2, tiny.dimension)
    assert not np.allclose(alone.vectors[0], together.vectors[0], atol=1e-3)
    assert not np.allclose(alone.vectors[0], asked.vectors[0], atol=1e-3)


def test_no_texts_no_words(tiny):
    assert tiny.encode_words([]) == []


def test_a_model_that_does_not_tell_its_tokens_apart_gets_each_word_alone():
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import StaticEmbedding
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    tokenizer = Tokenizer(WordLevel({"[UNK]": 0, "carrera": 1, "mosca": 2}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    static = StaticEmbedding(tokenizer, embedding_weights=np.eye(3, 8, dtype=np.float32))
    encoder = TransformerEncoder(SentenceTransformer(modules=[static], device="cpu"))
    model = SentenceEmbeddings(encoder, name="static", identity="static")
    [words] = model.encode_words(["carrera, mosca"])
    assert words.spans.tolist() == [[0, 7], [9, 14]]
    np.testing.assert_allclose(words.vectors @ words.vectors.T, np.eye(2), atol=1e-6)


def test_several_threads_may_share_it(tiny):
    texts = [f"carrera {'mosca ' * n}" for n in range(8)]
    expected = [tiny.embed_query(text) for text in texts]
    found = {}
    threads = [threading.Thread(target=lambda n=n: found.update({n: tiny.embed_query(texts[n])})) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for n in range(8):
        assert found[n] == pytest.approx(expected[n], abs=1e-5)


def test_torch_keeps_the_number_of_threads_it_had(tiny):
    import torch

    before = torch.get_num_threads()
    tiny.embed_query("carrera")
    assert torch.get_num_threads() == before


def test_the_fingerprint_follows_weights_prompts_and_length(by_transformers, transformer_folder, tmp_path):
    assert load_folder(transformer_folder).fingerprint == by_transformers.fingerprint
    (tmp_path / "other.bin").write_bytes(tiny_weights(seed=1))
    (tmp_path / "other").mkdir()
    e5_transformer.convert(tmp_path / "other.bin", tmp_path / "other")
    other = load_folder(tmp_path / "other")
    prompted, shorter = load_transformer("x", transformer_folder), load_transformer("x", transformer_folder)
    prompted.prompts = {"query": "domanda: ", "document": ""}
    shorter.max_seq_length = 8
    changed = [
        other,
        *(SentenceEmbeddings(TransformerEncoder(m), name="x", identity=sampled(m)) for m in (prompted, shorter)),
    ]
    assert len({by_transformers.fingerprint, *(one.fingerprint for one in changed)}) == 4


def test_the_graph_says_what_sentence_transformers_says(by_transformers, by_onnx):
    texts = ["", "  carrera  a\nmosca ", *("carrera è a mosca " * n for n in range(60)), "qualcosa, altro"]
    np.testing.assert_allclose(by_onnx.encode_documents(texts), by_transformers.encode_documents(texts), atol=1e-5)
    np.testing.assert_allclose(by_onnx.encode_queries(texts), by_transformers.encode_queries(texts), atol=1e-5)
    assert (by_onnx.dimension, by_onnx.max_tokens) == (by_transformers.dimension, by_transformers.max_tokens)
    for query in (True, False):
        ours, theirs = (model.encode_words(texts, query=query) for model in (by_onnx, by_transformers))
        for one, other in zip(ours, theirs, strict=True):
            assert one.spans.tolist() == other.spans.tolist()
            np.testing.assert_allclose(one.vectors, other.vectors, atol=1e-5)


def test_a_text_has_the_same_vector_in_any_company(by_onnx):
    texts = [f"carrera {'mosca ' * n}" for n in range(9)]
    together = by_onnx.encode_documents(texts)
    for text, vector in zip(texts, together, strict=True):
        np.testing.assert_array_equal(by_onnx.encode_documents([text])[0], vector)


# Other models


def test_any_sentence_transformers_folder_can_be_used(bert_folder):
    model = load_folder(bert_folder)
    vectors = model.encode_documents(["carrera allena lo spartak", "mosca"])
    assert vectors.shape == (2, model.dimension) == (2, 16)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert model.name == str(bert_folder)


def test_e5_models_without_prompts_get_theirs_and_others_none(bert_folder, tmp_path):
    assert load_folder(bert_folder)._encoder.prompts == PROMPTS
    plain = tmp_path / "another-model"
    plain.symlink_to(bert_folder)
    assert not any(load_folder(plain)._encoder.prompts.values())


@pytest.mark.parametrize("name", ["/none/such", "./none", "~/none-such", "models/mine/none", "C:\\models\\none"])
def test_a_missing_folder_is_reported_without_asking_a_hub(name, no_network):
    with pytest.raises(ModelError, match="There is no folder") as caught:
        load_embeddings(Settings(embedding_model=name))
    assert "QA_EMBEDDING_MODEL" in caught.value.hint
    assert no_network == []


def test_a_hub_that_cannot_be_reached_is_reported_at_once(monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    with pytest.raises(ModelError, match="nobody/none-such cannot be loaded") as caught:
        load_embeddings(Settings(embedding_model="nobody/none-such"))
    assert "QA_EMBEDDING_MODEL" in caught.value.hint


def test_a_folder_that_holds_no_model_is_reported(tmp_path):
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_folder(tmp_path)


def test_loading_says_nothing_and_leaves_the_logging_as_it_was(transformer_folder, capfd):
    from transformers.utils import logging as transformers_logging

    transformers_logging.set_verbosity(logging.INFO)
    try:
        load_folder(transformer_folder).embed_query("carrera")
        assert transformers_logging.get_verbosity() == logging.INFO
    finally:
        transformers_logging.set_verbosity_warning()
    assert transformers_logging.is_progress_bar_enabled()
    assert capfd.readouterr() == ("", "")


# The local model: the real weights


@pytest.fixture
def no_network(monkeypatch) -> list[object]:
    """Refuse and record every attempt to connect or to look a name up."""
    attempts: list[object] = []

    def refuse(*args, **kwargs):
        attempts.append(args)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return attempts


@pytest.fixture(scope="session")
def real_cache() -> Path:
    """The user's cache, so that the weights are fetched once and not by every run."""
    cache_dir = Settings().cache_dir
    fetch(EMBEDDER, cache_dir)
    return cache_dir


@pytest.fixture(scope="module")
def local(real_cache) -> SentenceEmbeddings:
    return load_embeddings(Settings(cache_dir=real_cache))


@pytest.mark.embedder
def test_the_local_model_is_e5_small(local):
    assert (local.name, local.dimension, local.max_tokens) == ("multilingual-e5-small", 384, 512)


@pytest.mark.embedder
def test_the_local_model_finds_the_passage_that_answers(local):
    passages = [
        "Il tecnico ha guidato lo Spartak Mosca alla vittoria del campionato russo nel 2017.",
        "La ricetta prevede farina, uova e un pizzico di sale.",
        "Il treno per Bergamo parte ogni mezz'ora dalla stazione centrale.",
    ]
    for question in ("Chi ha vinto il campionato in Russia?", "Who won the Russian league?"):
        scores = local.encode_documents(passages) @ local.encode_queries([question])[0]
        assert scores.argmax() == 0


@pytest.mark.embedder
def test_the_local_model_loads_without_any_network(local, real_cache, no_network):
    again = load_embeddings(Settings(cache_dir=real_cache))
    np.testing.assert_allclose(again.embed_query("Dove è nato?"), local.embed_query("Dove è nato?"), atol=1e-6)
    assert again.fingerprint == local.fingerprint
    assert no_network == []


@pytest.mark.embedder
def test_loading_the_local_model_brings_no_torch_along(real_cache):
    heavy = "{'onnx', 'torch', 'transformers', 'sentence_transformers', 'sklearn', 'scipy'}"
    code = f"""
import sys
from qa.config import Settings
from qa.models.embeddings import load_embeddings
load_embeddings(Settings()).embed_query("Dove?")
print({heavy} & set(sys.modules))
"""
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)  # noqa: S603 - our own code
    assert run.stdout.strip() == "set()"


@pytest.mark.embedder
def test_the_local_model_says_what_sentence_transformers_says(local, real_cache, tmp_path):
    e5_transformer.convert(fetch(EMBEDDER, real_cache), tmp_path)
    plain = load_folder(tmp_path)
    texts = ["Dove è nato?", "Nel 2016 le strade si dividono: Conte va al Chelsea.", "Who won the Russian league?"]
    np.testing.assert_allclose(local.encode_documents(texts), plain.encode_documents(texts), atol=1e-5)
    np.testing.assert_allclose(local.encode_queries(texts), plain.encode_queries(texts), atol=1e-5)


@pytest.mark.embedder
def test_the_table_of_words_lies_in_a_file_of_its_own_that_can_be_mapped(tmp_path):
    convert(fetch(EMBEDDER, Settings().cache_dir), tmp_path)
    graph, table = (tmp_path / GRAPH).stat(), (tmp_path / TABLE).stat()
    assert table.st_size > 3 * graph.st_size
    assert table.st_mode == graph.st_mode
