import numpy as np
import pytest
from fakes import SmallEmbeddings
from hypothesis import given
from hypothesis import strategies as st

from qa.interaction import LateInteraction
from qa.models.words import word_spans, words_in_context
from qa.schema import Chunk
from qa.sentences import sentence_spans

TEXT = "Conte va al Chelsea. Carrera allena lo Spartak Mosca. Vince la Supercoppa."


def chunk(text: str, *, start: int = 100, header: str = "Un titolo") -> Chunk:
    spans = sentence_spans(text, language="it")
    moved = tuple(span.model_copy(update={"start": span.start + start, "end": span.end + start}) for span in spans)
    return Chunk(
        id=f"{header} {text}",
        source="a.txt",
        text=text,
        start=start,
        end=start + len(text),
        header=header,
        sentences=moved,
    )


class CountingEmbeddings(SmallEmbeddings):
    """Remembers the passages whose words were embedded."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []

    def encode_words(self, texts, *, query=False):
        self.read += [] if query else texts
        return super().encode_words(texts, query=query)


def test_a_sentence_with_every_content_word_of_the_question_matches_in_full():
    [found] = LateInteraction(SmallEmbeddings()).align("Chi allena lo Spartak?", "it", [chunk(TEXT)])
    assert found.sentences[1] == pytest.approx(1.0)
    assert found.sentences[0] < 0.9


def test_a_sentence_is_read_with_the_one_before_it_but_not_with_the_one_behind_it():
    [found] = LateInteraction(SmallEmbeddings()).align("Spartak e Supercoppa", "it", [chunk(TEXT)])
    assert found.sentences[2] == pytest.approx(1.0)
    assert found.sentences[1] < 0.9


def test_the_header_counts_for_the_chunk_and_not_for_its_sentences():
    embeddings = LateInteraction(SmallEmbeddings())
    [plain, titled] = embeddings.align("Intervista", "it", [chunk(TEXT), chunk(TEXT, header="Una intervista")])
    assert titled.chunk == pytest.approx(1.0)
    assert plain.chunk < 0.9
    assert titled.sentences == pytest.approx(plain.sentences)


def test_where_the_chunk_stands_in_its_article_changes_nothing():
    aligner = LateInteraction(SmallEmbeddings())
    near = aligner.align("Chi allena lo Spartak?", "it", [chunk(TEXT, start=0)])
    far = LateInteraction(SmallEmbeddings()).align("Chi allena lo Spartak?", "it", [chunk(TEXT, start=5000)])
    assert near == far


@pytest.mark.parametrize("question", ["", "???", "🙂"])
def test_a_question_without_words_matches_nothing(question):
    [found] = LateInteraction(SmallEmbeddings()).align(question, "it", [chunk(TEXT)])
    assert found.chunk == 0
    assert found.sentences == (0.0, 0.0, 0.0)


def test_function_words_count_where_a_question_has_no_others():
    [found] = LateInteraction(SmallEmbeddings()).align("Chi è?", "it", [chunk("Chi è? Mosca.")])
    assert found.sentences[0] == pytest.approx(1.0)


def test_a_passage_is_embedded_once():
    embeddings = CountingEmbeddings()
    aligner = LateInteraction(embeddings)
    first = aligner.align("Chi allena lo Spartak?", "it", [chunk(TEXT)])
    assert aligner.align("Chi allena lo Spartak?", "it", [chunk(TEXT)]) == first
    assert len(embeddings.read) == 1


def test_more_passages_than_are_kept_are_still_aligned():
    many = [chunk(f"Frase numero {number}.") for number in range(300)]
    assert len(LateInteraction(SmallEmbeddings()).align("numero", "it", many)) == 300


def test_a_word_is_the_mean_of_its_tokens():
    tokens = np.array([[9, 9], [1, 0], [0, 1], [0, 2], [9, 9]], np.float32)
    found = words_in_context("Spartak Mosca", [(-7, 0), (0, 4), (4, 7), (7, 13), (0, 0)], tokens)
    assert found.spans.tolist() == [[0, 7], [8, 13]]
    np.testing.assert_allclose(found.vectors, [[0.5**0.5, 0.5**0.5], [0, 1]], rtol=1e-6)


def test_words_behind_the_models_limit_have_no_vector():
    found = words_in_context("Spartak Mosca", [(0, 7)], np.ones((1, 2), np.float32))
    assert found.spans.tolist() == [[0, 7]]


@given(st.text(max_size=80), st.lists(st.tuples(st.integers(-20, 90), st.integers(0, 12)), max_size=30))
def test_every_word_vector_is_a_unit_vector_of_a_word_of_the_text(text, tokens):
    offsets = sorted((start, start + length) for start, length in tokens)
    found = words_in_context(text, offsets, np.ones((len(offsets), 3), np.float32))
    assert {tuple(span) for span in found.spans.tolist()} <= {tuple(span) for span in word_spans(text).tolist()}
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1.0, rtol=1e-5)
    assert len(found.spans) == len(found.vectors)
