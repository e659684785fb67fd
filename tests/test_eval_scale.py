"""Scale: made-up articles and vectors, what one size takes, and what is made of several."""

import numpy as np
import pytest

from eval.scale import Size, extrapolated, figures, fitted, measure
from eval.scale_chart import scale_chart
from eval.synthetic import DIMENSION, PASSAGES, ClusteredEncoder, articles, questions, write_articles
from qa.text import words

PARAGRAPHS = tuple(
    f"Nel {1900 + n} la squadra di Torrebella vinse il campionato con {n} punti. "
    f"Il tecnico Bruno Zanetti disse che era la giornata numero {n} della sua vita. "
    f"Allo stadio di Rivascura arrivarono {n}00 tifosi con bandiere verdi."
    for n in range(1, 13)
)


def test_articles_are_always_the_same_and_each_another():
    first, again = list(articles(PARAGRAPHS, 5)), list(articles(PARAGRAPHS, 8))
    assert first == again[:5]
    assert len(set(again)) == 8
    assert all(text.count("\n\n") == PASSAGES for text in first)


def test_the_vocabulary_grows_with_the_collection():
    def vocabulary(count: int) -> set[str]:
        return {word for text in articles(PARAGRAPHS, count) for word in words(text)}

    few, many = vocabulary(5), vocabulary(50)
    assert few < many
    assert len(many) > 2 * len(few)


def test_files_lie_a_thousand_to_a_folder(tmp_path):
    write_articles(tmp_path, PARAGRAPHS[:3], 1001)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0000", "0001"]
    assert [path.name for path in (tmp_path / "0001").iterdir()] == ["0001000.txt"]


def test_questions_are_about_the_articles():
    asked = questions(PARAGRAPHS, 6)
    texts = list(articles(PARAGRAPHS, 6))
    assert len(asked) == 6
    for question, text in zip(asked, texts, strict=True):
        assert all(word in text for word in question.removeprefix("Che cosa si dice di ").rstrip("?").split())


def test_vectors_are_unit_clustered_and_told_from_the_texts_alone():
    encoder = ClusteredEncoder()
    texts = [f"testo numero {n}" for n in range(4000)]
    vectors = encoder.encode(texts, query=False)
    assert vectors.shape == (4000, DIMENSION)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(ClusteredEncoder().encode(texts[:3], query=True), vectors[:3])
    similarities = vectors[:200] @ vectors.T
    np.fill_diagonal(similarities, 0)
    assert np.median(similarities.max(axis=1)) > 0.4
    assert similarities.mean() < 0.2
    assert len(encoder.kept) == 1


def test_one_size_is_measured_whole(tmp_path):
    size = measure(PARAGRAPHS, 60, None, tmp_path)
    assert size.passages >= 30
    assert size.sentences >= size.passages
    assert len(size.retrieval) == len(size.recall) == 6
    assert all(0 < seconds < 60 for seconds in size.retrieval)
    assert np.mean(size.recall) > 0.99, "an index this small finds what an exact search finds"
    assert size.stored > 0
    assert min(size.index_seconds, size.open_seconds, size.unchanged_seconds) > 0
    assert size.resident > 10_000_000


def made(passages: int, milliseconds: float, recall: float = 1.0) -> Size:
    return Size(
        passages=passages,
        sentences=3 * passages,
        index_seconds=passages / 50,
        open_seconds=2 + passages / 1000,
        retrieval=(milliseconds / 1000,) * 4,
        recall=(recall,) * 4,
        unchanged_seconds=0.5,
        resident=500_000_000 + 2000 * passages,
        models=500_000_000,
        stored=3000 * passages,
    )


def test_the_largest_is_compared_with_the_smallest_and_a_million_is_computed():
    rows = {row.what: row for row in figures([made(1000, 101), made(10_000, 110), made(100_000, 400, 0.9)])}
    assert rows["retrieval, 95th percentile, 100000 / 1000 passages"].value == pytest.approx(400 / 101)
    assert rows["retrieval, 95th percentile, 100000 / 1000 passages"].met is False
    assert rows["10000 passages: recall@5 of exact search"].met
    assert rows["100000 passages: recall@5 of exact search"].met is False
    assert rows["1000 passages: indexing without embedding"].value == pytest.approx(50)
    million = rows["1000000 passages: memory, models included"]
    assert million.value == pytest.approx(2500)
    assert million.remark.startswith("computed")
    assert rows["1000000 passages: opening, to the first passages"].value == pytest.approx(1002)
    assert not [row for row in figures([made(1000, 101)]) if "1000000" in row.what]


def test_a_line_is_fitted_so_that_small_sizes_count_as_much_as_large_ones():
    assert fitted([10, 100, 1000], [1 + 10, 1 + 100, 1 + 1000], 10_000) == pytest.approx(10_001)
    assert fitted([10, 100], [5, 4], 10_000) >= 4, "noise makes nothing cheaper than nothing"
    assert {row.unit for row in extrapolated([made(10, 5), made(20, 6)])} == {"ms", "s", "MB"}


def test_the_curve_goes_on_to_a_million_where_it_was_not_measured():
    chart = scale_chart([made(1000, 100).model_dump(), made(10_000, 110).model_dump()])
    names = [trace["name"] for trace in chart["data"]]
    assert names == ["median", "median, computed", "95th percentile", "95th percentile, computed"]
    assert chart["data"][1]["x"][-1] == pytest.approx(1_000_000)
    assert chart["data"][1]["y"][0] == pytest.approx(110)
    assert len(scale_chart([made(1000, 100).model_dump()])["data"]) == 2
