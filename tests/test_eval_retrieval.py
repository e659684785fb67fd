"""Recall on a SQuAD-format file: read, sampled, ranked by the product and by two baselines."""

import gzip
import json

import pytest
from fakes import SmallEmbeddings

from eval.retrieval import Collection, cache_folder, dense, lexical, measure, product, read_collection
from eval.statistics import wilson
from qa.config import Settings
from qa.errors import QAError

TOWNS = ["Torrebella", "Rivascura", "Campolongo", "Monteverna", "Pontegrande", "Lagonero"]
PARAGRAPHS = [
    f"La fontana di {town} venne scolpita nel {1600 + 10 * n}. Oggi la visitano in molti."
    for n, town in enumerate(TOWNS)
]
QUESTIONS = [f"Quando venne scolpita la fontana di {town}?" for town in TOWNS]


def squad(paragraphs=PARAGRAPHS, questions=QUESTIONS):
    made = [
        {"context": text, "qas": [{"question": asked, "id": "1", "answers": []}]}
        for text, asked in zip(paragraphs, questions, strict=True)
    ]
    return {"version": "1.1", "data": [{"title": "Fontane", "paragraphs": made}]}


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "fontane.json"
    path.write_text(json.dumps(squad()), encoding="utf-8")
    return path


def test_a_plain_and_a_packed_file_read_alike(file, tmp_path):
    packed = tmp_path / "fontane.json.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    assert read_collection(packed) == read_collection(file)
    assert read_collection(file).paragraphs == tuple(PARAGRAPHS)
    assert read_collection(file).questions[2] == (QUESTIONS[2], 2)


def test_a_paragraph_that_comes_twice_is_one(tmp_path):
    path = tmp_path / "twice.json"
    path.write_text(json.dumps(squad([PARAGRAPHS[0]] * 2, QUESTIONS[:2])), encoding="utf-8")
    assert read_collection(path).questions == ((QUESTIONS[0], 0), (QUESTIONS[1], 0))


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"{}", b'{"data": []}', b'{"data": [{"paragraphs": [{"context": 1}]}]}']
)
@pytest.mark.parametrize("name", ["broken.json", "broken.json.gz"])
def test_another_format_is_refused_with_what_is_expected(content, name, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(QAError, match='"paragraphs"'):
        read_collection(path)


def test_the_same_seed_draws_the_same_questions():
    collection = Collection(paragraphs=("x",), questions=tuple((str(n), 0) for n in range(100)))
    assert collection.sample(10) == collection.sample(10) != collection.sample(10, seed=1)
    assert len(set(collection.sample(10))) == 10
    assert collection.sample(1000) == collection.questions


def test_every_ranking_finds_the_paragraph_that_names_the_town(file, tmp_path):
    collection, embeddings = read_collection(file), SmallEmbeddings()
    folder = cache_folder(file, tmp_path)
    own = product(collection, Settings(data_dir=tmp_path / "no"), embeddings, folder)
    for rank in (own, lexical(collection), dense(collection, embeddings, folder)):
        assert measure("x", rank, collection.questions).at[0][1] == 1.0
    assert not (tmp_path / "no").exists()


def test_what_is_indexed_once_is_not_embedded_again(file, tmp_path):
    collection, folder = read_collection(file), cache_folder(file, tmp_path)
    for embeddings in (SmallEmbeddings(), again := SmallEmbeddings()):
        product(collection, Settings(data_dir=tmp_path), embeddings, folder)
        dense(collection, embeddings, folder)
    assert again.documents == []


def test_recall_matches_a_count_by_hand():
    # The paragraph stands in place 1, 2, 6, 10 and nowhere; the last ranking is empty.
    rankings = {"a": [7], "b": [1, 7], "c": [*range(100, 105), 7], "d": [*range(100, 109), 7], "e": [1, 2, 3], "f": []}
    heard = []
    found = measure("x", lambda question: rankings[question], [(name, 7) for name in rankings], lambda: heard.append(1))
    assert [(cutoff, share) for cutoff, share, _ in found.at] == [(1, 1 / 6), (5, 2 / 6), (10, 4 / 6)]
    assert found.at[1][2] == wilson(2, 6)
    assert found.mrr == pytest.approx((1 + 1 / 2 + 1 / 6 + 1 / 10) / 6)
    assert len(heard) == 6


def test_a_question_without_any_known_word_finds_nothing(file):
    assert lexical(read_collection(file))("Xyzzy?") == []
