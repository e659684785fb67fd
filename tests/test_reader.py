"""The reader: what it makes of a question and texts, its file, and how it is trained."""

import numpy as np
import pytest
import torch
from fakes import SmallEmbeddings
from test_embeddings import tiny_weights

from eval import e5_transformer
from eval.training import loop
from eval.training.dossiers import Dossier, read_dossiers
from eval.training.examples import Example, examples
from eval.training.model import TorchReader
from qa.config import Settings
from qa.models.adapter import Head, load_adapter, save_adapter
from qa.models.e5 import TOKENIZER, adapt, convert
from qa.models.e5_reader import E5Reader
from qa.models.e5_tokenizer import Tokenizer
from qa.models.readers import Text, load_reader, readable
from qa.schema import Chunk, Span


def text(*sentences: str) -> Text:
    spans, at = [], 0
    for sentence in sentences:
        spans.append(Span(start=at, end=at + len(sentence)))
        at += len(sentence) + 1
    return Text(" ".join(sentences), tuple(spans))


@pytest.fixture(scope="module")
def torch_reader(tmp_path_factory) -> TorchReader:
    """A small reader in torch whose adaptations, as after training, are not zero."""
    folder = tmp_path_factory.mktemp("torch")
    (folder / "tiny.bin").write_bytes(tiny_weights())
    e5_transformer.convert(folder / "tiny.bin", folder)
    torch.manual_seed(0)
    made = TorchReader(folder, first_layer=1).eval()
    with torch.no_grad():
        for name, weight in made.named_parameters():
            if name.endswith(".up"):
                weight.normal_(std=0.2)
    return made


@pytest.fixture(scope="module")
def small_reader(torch_reader, tmp_path_factory) -> E5Reader:
    """The same as the product runs it."""
    folder = tmp_path_factory.mktemp("reader")
    (folder / "tiny.bin").write_bytes(tiny_weights())
    save_adapter(folder / "reader.safetensors", dict(torch_reader.trained()), {"command": "none"})
    adapter = load_adapter(folder / "reader.safetensors")
    convert(folder / "tiny.bin", folder)
    words = Tokenizer(folder / TOKENIZER)
    adapt(adapter.adaptations, folder / "tiny.bin", folder)
    return E5Reader(folder, words, adapter.head, "tiny")


# How it reads


def test_the_product_reads_as_torch_does(torch_reader, small_reader):
    texts = [text("carrera mosca", "mosca a"), text("a carrera")]
    with torch.no_grad():
        batch = torch_reader.batch("mosca", texts)
        expected = torch_reader(batch)
    for odds, row, read in zip(small_reader.read("mosca", texts), expected, batch.read, strict=True):
        np.testing.assert_allclose(odds, row[read].numpy(), atol=5e-3)  # weights are stored in half precision


def test_adaptations_change_what_is_read(torch_reader, small_reader):
    texts = [text("carrera mosca", "mosca a")]
    assert any(array.any() for name, array in torch_reader.trained() if ".up" in name)
    with torch.no_grad():
        plain = TorchReader(torch_reader.tokenizer.name_or_path, first_layer=1).eval()
        plain.load_state_dict(
            {n: torch.zeros_like(w) if n.endswith(".up") else w for n, w in torch_reader.state_dict().items()}
        )
        without = plain(plain.batch("mosca", texts)).numpy()[0]
    assert np.abs(small_reader.read("mosca", texts)[0] - without).max() > 0.01


def test_each_text_is_read_by_itself(small_reader):
    one, other = text("carrera mosca", "a"), text("mosca")
    [alone] = small_reader.read("mosca", [one])
    in_company = small_reader.read("mosca", [other, one, other])
    np.testing.assert_array_equal(in_company[1], alone)
    assert [len(odds) for odds in in_company] == [1, 2, 1]


def test_a_sentence_beyond_the_limit_does_not_answer(small_reader):
    long = text("mosca", *["carrera a"] * 300, "mosca")
    [odds] = small_reader.read("mosca", [long])
    assert odds[0] > -10
    assert odds[-1] == -10


def test_an_endless_question_is_read_as_far_as_it_goes(small_reader):
    [odds] = small_reader.read("mosca a " * 5000, [text("carrera mosca", "a")])
    assert odds.shape == (2,)


@pytest.mark.parametrize("question", ["", "\x00", "\ud800", "⚽"])
def test_no_question_breaks_it(small_reader, question):
    [odds] = small_reader.read(question, [text("carrera \ud800 mosca", "a")])
    assert np.isfinite(odds).all()


def test_nothing_is_made_of_no_texts_and_of_none_without_sentences(small_reader):
    assert small_reader.read("mosca", []) == []
    assert small_reader.read("mosca", [Text("titolo", ())])[0].shape == (0,)


def test_the_head_adds_a_layer_a_cosine_and_a_bias():
    head = Head(np.array([[0, 0, 1, 0]], np.float32), np.zeros(1, np.float32), np.array([2], np.float32), 3.0, -1.0)
    sentences, question = np.array([[1, 0], [0, 1]], np.float32), np.array([1, 0], np.float32)
    np.testing.assert_allclose(head.log_odds(sentences, question), [2 * np.tanh(1) + 3 - 1, -1], atol=1e-6)


def test_a_chunk_is_read_behind_its_header():
    told = "Ha vinto. Poi è andato via."
    chunk = Chunk(
        id="1",
        source="a",
        text=told,
        start=50,
        end=50 + len(told),
        header="Titolo | 2021-02-09",
        sentences=(Span(start=50, end=59), Span(start=60, end=50 + len(told))),
    )
    read = readable(chunk)
    assert read.text == f"Titolo | 2021-02-09\n{told}"
    assert [read.text[s.start : s.end] for s in read.sentences] == ["Ha vinto.", "Poi è andato via."]


# Its file


def test_the_file_keeps_how_it_was_made(tmp_path, torch_reader):
    save_adapter(tmp_path / "one", dict(torch_reader.trained()), {"command": "python -m eval train", "città": "è"})
    adapter = load_adapter(tmp_path / "one")
    assert adapter.made == {"command": "python -m eval train", "città": "è"}


def test_the_file_of_the_package_says_how_it_was_made():
    assert {"command", "date", "questions", "figures"} <= load_adapter().made.keys()


@pytest.mark.embedder
def test_the_reader_of_the_package_finds_what_is_told_in_other_words():
    reader = load_reader(Settings())
    told = text(
        "Nel 1998 Bruno Talarico ha smesso di giocare.",
        "La squadra si allena nel nuovo centro.",
        "Talarico raccoglie il testimone di Ivo Marchetti, sollevato dall'incarico domenica.",
    )
    [odds] = reader.read("Chi sedeva in panchina prima di Talarico?", [told])
    assert odds.argmax() == 2
    [odds] = reader.read("When did Talarico hang up his boots?", [told])
    assert odds.argmax() == 0
    [unanswerable] = reader.read("Quanto guadagna Marchetti al mese?", [told])
    assert unanswerable.max() < odds.max()


# How it is trained


def test_every_dossier_holds_what_it_says():
    dossiers = read_dossiers()
    assert len({dossier.id for dossier in dossiers}) == len(dossiers)
    for dossier in dossiers:
        for question in dossier.questions:
            for answer in question.answers:
                assert answer.span in dossier.articles[answer.article].sentences[answer.sentence], question


def test_no_dossier_tells_of_the_seeds_or_asks_a_gold_question():
    from eval.cases import SET_NAMES, load_set

    gold = {case.question.casefold() for name in SET_NAMES for case in load_set(name).cases}
    for dossier in read_dossiers():
        assert not gold & {question.text.casefold() for question in dossier.questions}
        told = " ".join(sentence for article in dossier.articles for sentence in article.sentences)
        assert "Massimo Carrera" not in told


@pytest.fixture(scope="module")
def dossier() -> Dossier:
    return read_dossiers()[0]


def test_examples_mark_the_sentences_that_answer(dossier):
    made = list(examples(dossier, Settings(), SmallEmbeddings()))
    assert len(made) == len(dossier.questions)
    for example, question in zip(made, dossier.questions, strict=True):
        assert example.answerable == bool(question.answers)
        marked = [
            one.text[span.start : span.end]
            for one, flags in zip(example.texts, example.answers, strict=True)
            for span, flag in zip(one.sentences, flags, strict=True)
            if flag
        ]
        assert all(any(answer.span in sentence for sentence in marked) for answer in question.answers)


def test_training_makes_the_answers_stand_out(tmp_path):
    (tmp_path / "tiny.bin").write_bytes(tiny_weights())
    e5_transformer.convert(tmp_path / "tiny.bin", tmp_path)
    torch.manual_seed(0)
    model = TorchReader(tmp_path, first_layer=0)
    asked = [
        Example("d", "mosca", (text("carrera a", "mosca a"), text("a")), ((False, True), (False,))),
        Example("d", "carrera", (text("carrera a", "mosca a"), text("a")), ((True, False), (False,))),
        Example("d", "è", (text("carrera a", "mosca a"), text("a")), ((False, False), (False,))),
    ]
    heard: list[None] = []
    losses = loop.train(model, asked * 8, epochs=20, seed=0, advance=lambda: heard.append(None))
    assert len(losses) == 3 * 20
    assert len(heard) == 8 * len(losses)
    assert np.mean(losses[-5:]) < np.mean(losses[:5]) / 2
    assert not model.training
    figures = loop.measure(model, asked)
    assert (figures.first, figures.area_under_roc, figures.questions) == (1.0, 1.0, 3)
