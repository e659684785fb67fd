"""Articles cut into chunks of whole sentences, with exact offsets."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from qa.articles.addressed import addressed_to_machines
from qa.articles.draft import heading_words
from qa.config import fingerprint
from qa.schema import Article, Chunk, Span
from qa.sentences import paragraph_spans, sentence_spans

_SHORT_PARAGRAPH = 150  # Characters; below this a paragraph says too little to be found by itself.
_CLAUSE_END = re.compile(r"[,;:]\s+|[，、；：]|\s[–—-]\s")
_SPACE = re.compile(r"\s+")


def chunk_article(article: Article, max_characters: int = 700) -> list[Chunk]:
    """Cut the body of an article into chunks: runs of whole sentences, bounded by paragraphs and headings.

    A paragraph shorter than 150 characters joins a neighbour under the same heading where the result fits; one longer
    than ``max_characters`` is cut at sentence ends into parts of like length. A sentence of up to twice
    ``max_characters`` stays whole; a still longer one is cut at a clause's or word's end, and inside a "word" only
    where that alone is longer than ``max_characters``. Headings are in no chunk's text; they stand in the ``header`` of
    the chunks under them. What is addressed to machines is in no chunk at all.

    Args:
        article: The article.
        max_characters: Bound on a chunk's length, in code points.

    Returns:
        Chunks in reading order. ``chunk.text == article.text[chunk.start:chunk.end]``; ``sentences``
        are offsets into the article's text.
    """
    chunks: list[Chunk] = []
    for section, start, end in _sections(article):
        header = " | ".join(part for part in (article.title, article.date, section) if part)
        parts: list[list[Span]] = []
        for paragraph in paragraph_spans(article.text, start, end):
            sentences = sentence_spans(article.text, paragraph.start, paragraph.end, article.language)
            parts += _balanced(list(_bounded(article.text, sentences, max_characters)), max_characters)
        chunks += [_chunk(article, part, header) for part in _joined(article.text, parts, max_characters)]
    return chunks


def _chunk(article: Article, sentences: Sequence[Span], header: str) -> Chunk:
    start, end = sentences[0].start, sentences[-1].end
    text = article.text[start:end]
    identity = fingerprint([article.source, start, end, text, header])
    return Chunk(
        id=identity, source=article.source, text=text, start=start, end=end, header=header, sentences=tuple(sentences)
    )


def _sections(article: Article) -> Iterator[tuple[str, int, int]]:
    """Yield (heading, start, end) of each stretch of the body between headings and what is addressed to machines."""
    heading, start = "", article.body.start
    apart = [(span, False) for span in addressed_to_machines(article.text, article.body.start, article.body.end)]
    apart += [(span, True) for span in article.headings]
    for span, is_heading in sorted(apart, key=lambda part: (part[0].start, part[0].end)):
        if span.start > start:
            yield heading, start, span.start
        if is_heading:
            heading = heading_words(article.text[span.start : span.end])
        start = max(start, span.end)
    yield heading, start, article.body.end


def _bounded(text: str, sentences: Sequence[Span], max_characters: int) -> Iterator[Span]:
    """Yield the sentences, those longer than twice the bound cut at the ends of clauses or words."""
    for sentence in sentences:
        start = sentence.start
        if sentence.end - start > 2 * max_characters:
            while sentence.end - start > max_characters:
                cut = _last_border(text, start, start + max_characters)
                yield Span(start=start, end=start + len(text[start:cut].rstrip()))
                start = cut
                while text[start].isspace():
                    start += 1
        yield Span(start=start, end=sentence.end)


def _last_border(text: str, start: int, limit: int) -> int:
    """Return the last good place to cut: a clause's end in the second half, else a word's end, else the limit."""
    for pattern, first in ((_CLAUSE_END, (start + limit) // 2), (_SPACE, start)):
        borders = [match.end() for match in pattern.finditer(text, first, limit)]
        if borders:
            return borders[-1]
    return limit


def _balanced(sentences: Sequence[Span], max_characters: int) -> list[list[Span]]:
    """Cut into as few parts as the bound allows, the longest of them as short as it can be."""
    if not sentences:
        return []
    fewest = len(_packed(sentences, max_characters))
    low, high = 1, max_characters
    while low < high:
        middle = (low + high) // 2
        if len(_packed(sentences, middle)) > fewest:
            low = middle + 1
        else:
            high = middle
    return _packed(sentences, low)


def _packed(sentences: Sequence[Span], limit: int) -> list[list[Span]]:
    parts = [[sentences[0]]]
    for _, sentence in pairwise(sentences):
        if sentence.end - parts[-1][0].start <= limit:
            parts[-1].append(sentence)
        else:
            parts.append([sentence])
    return parts


def _joined(text: str, parts: Sequence[list[Span]], max_characters: int) -> list[list[Span]]:
    """Join each short part to the one before, or to the one after where it announces that ("Ecco le sue parole:")."""
    joined: list[list[Span]] = []
    for part in parts:
        if joined and part[-1].end - joined[-1][0].start <= max_characters and _belong_together(text, joined, part):
            joined[-1] += part
        else:
            joined.append(list(part))
    return joined


def _belong_together(text: str, joined: Sequence[list[Span]], part: Sequence[Span]) -> bool:
    previous = joined[-1]
    if _is_short(part) and not _announces(text, part):
        return True
    return _is_short(previous) and (len(joined) == 1 or _announces(text, previous))


def _is_short(part: Sequence[Span]) -> bool:
    return part[-1].end - part[0].start < _SHORT_PARAGRAPH


def _announces(text: str, part: Sequence[Span]) -> bool:
    return text[part[-1].end - 1] == ":"
