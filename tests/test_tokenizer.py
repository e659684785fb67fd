"""The embedding model's tokenizer: the same tokens at the same places as those of transformers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_embeddings import tiny_weights

from eval.cases import GOLD
from eval.e5_transformer import build_tokenizer
from qa.config import Settings
from qa.errors import ModelError
from qa.models.artifacts import EMBEDDER, fetch
from qa.models.e5 import TOKENIZER, converted_encoder
from qa.models.e5_tokenizer import Tokenizer, sentencepiece_model
from qa.models.e5_weights import Vocabulary, read_weights

MOST = 16
BEGIN, END = 0, 2


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory) -> Vocabulary:
    path = tmp_path_factory.mktemp("weights") / "tiny.bin"
    path.write_bytes(tiny_weights())
    return read_weights(path).vocabulary


@pytest.fixture(scope="module")
def tiny(vocabulary, tmp_path_factory) -> Tokenizer:
    path = tmp_path_factory.mktemp("tokenizer") / TOKENIZER
    path.write_bytes(sentencepiece_model(vocabulary))
    return Tokenizer(path)


@pytest.fixture(scope="module")
def reference(vocabulary):
    """As transformers would cut."""
    made = build_tokenizer(vocabulary)
    made.enable_truncation(MOST)
    return made


def assert_same(read, expected) -> None:
    assert read.ids == expected.ids
    assert read.offsets.tolist() == [list(place) for place in expected.offsets]
    assert read.parts.tolist() == [-1 if part is None else part for part in expected.sequence_ids]


parts = st.sampled_from(["carrera", "mosca", "a", "è", ":", " ", "\n", "x", "🙂"])
texts = st.lists(parts, max_size=25).map("".join)


@given(texts)
def test_a_text_is_cut_as_by_transformers(tiny, reference, text):
    assert_same(tiny.encode(text, MOST), reference.encode(text))


@given(texts, texts)
def test_of_two_texts_the_longer_one_is_shortened_as_by_transformers(tiny, reference, first, second):
    assert_same(tiny.encode_pair(first, second, MOST), reference.encode(first, second))


@given(texts)
def test_no_text_is_longer_than_what_is_read(tiny, text):
    read = tiny.encode(text * 5, MOST)
    assert (len(read.ids), len(read.parts), len(read.offsets)) == (len(read.ids),) * 3
    assert len(read.ids) <= MOST
    assert (read.ids[0], read.ids[-1]) == (BEGIN, END)


def test_marks_that_a_text_writes_are_words_and_no_marks(tiny):
    read = tiny.encode("<s> carrera </s>", MOST)
    assert read.ids.count(BEGIN) == read.ids.count(END) == 1


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("carrera  mosca", ["carrera", "mosca"]),  # without the space before it
        ("carrerae\u0300", ["carrera", "e\u0300"]),  # two signs, one letter
        ("", []),
    ],
)
def test_a_token_stands_where_its_word_does(tiny, text, tokens):
    assert [text[start:end] for start, end in tiny.encode(text, MOST).offsets[1:-1]] == tokens


@pytest.mark.parametrize("content", [b"no model", None])
def test_a_file_that_is_none_of_sentencepieces_or_missing_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / TOKENIZER).write_bytes(content)
    with pytest.raises(ModelError, match="cannot be read") as refused:
        Tokenizer(tmp_path / TOKENIZER)
    assert f"Delete the folder {tmp_path}" in refused.value.hint


@pytest.mark.embedder
def test_real_articles_are_cut_as_by_transformers():
    cache = Settings().cache_dir
    reference = build_tokenizer(read_weights(fetch(EMBEDDER, cache)).vocabulary)
    tokenizer = Tokenizer(converted_encoder(cache) / TOKENIZER)
    articles = [path for path in sorted((GOLD / "articles").iterdir()) if path.suffix in {".md", ".txt", ".html"}]
    assert len(articles) > 10
    for path in articles:
        text = path.read_text(encoding="utf-8", errors="replace")
        read, expected = tokenizer.encode(text, len(text) + 2), reference.encode(text)
        assert read.ids == expected.ids, path.name
        np.testing.assert_array_equal(read.offsets, expected.offsets, err_msg=path.name)
