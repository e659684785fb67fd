import pytest

from qa.evidence import excerpts
from qa.retrieval import ScoredSentence


def sentence(chunk, number, score):
    return ScoredSentence(chunk, number, 0.5, 0.0, fits=False, score=score)


@pytest.fixture
def long_chunks(bot_on):
    """The index of an article of four paragraphs with five sentences each, and its chunks."""
    seasons = ("nel Lecco", "nel Pavia", "nel Varese", "nel Legnano")
    paragraphs = [
        " ".join(f"Nella stagione numero {n} il portiere Mario Neri ha giocato {season}." for n in range(3, 8))
        for season in seasons
    ]
    bot = bot_on("\n\n".join(["La carriera di Mario Neri", *paragraphs]))
    index = bot.retriever.index
    chunks = [chunk for chunk in index.snapshot.chunks if "portiere" in chunk.text]
    assert [len(chunk.sentences) for chunk in chunks] == [5, 5, 5, 5]
    return index, chunks


def text_of(chunk, first, last):
    return chunk.text[chunk.sentences[first].start - chunk.start : chunk.sentences[last].end - chunk.start]


def test_the_best_sentences_are_read_with_what_stands_around_them(long_chunks):
    index, (a, b, c, d) = long_chunks
    ranked = [sentence(chunk, 2, score) for chunk, score in zip((a, b, c, d), (4, 3, 2, 1), strict=True)]
    read = excerpts(ranked, index, 3)
    assert [passage.text for passage in read] == [text_of(a, 1, 3), text_of(b, 1, 3), text_of(c, 1, 3)]
    assert [passage.score for passage in read] == [4, 3, 2]
    for passage in read:
        article = index.snapshot.articles[passage.source].article
        assert article.text[passage.start : passage.end] == passage.text


def test_nothing_is_read_beyond_a_chunk(long_chunks):
    index, (a, b, *_) = long_chunks
    end = len(b.sentences) - 1
    read = excerpts([sentence(a, 0, 2), sentence(b, end, 1)], index, 4)
    assert [passage.text for passage in read] == [text_of(a, 0, 1), text_of(b, end - 1, end)]


def test_sentences_of_one_chunk_are_one_passage_with_what_stands_between_them(long_chunks):
    index, (a, b, *_) = long_chunks
    read = excerpts([sentence(a, 0, 3), sentence(b, 2, 2), sentence(a, 3, 1)], index, 4)
    assert [passage.text for passage in read] == [text_of(a, 0, 4), text_of(b, 1, 3)]
    assert read[0].score == 3
