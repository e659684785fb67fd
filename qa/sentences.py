"""Paragraph and sentence borders of Italian and English news text, with exact offsets.

Own rules rather than a library: nupunkt, sentencex and pysbd each miss several of the cases a newspaper prints every
day ("dott. Rossi", "1. FC Köln", "Serie A. Poi", "finale.Poi", "Così. Va bene”."), and none of them promises that every
character is kept.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from qa.boundaries import ends_sentence
from qa.schema import Span

_WRAP_COLUMNS = range(40, 121)  # How wide lines are that an editor wrapped; the ends of others end paragraphs.

_NEWLINE = re.compile(r"\r\n|[\n\r\f\v\x85\u2028\u2029]")
_ITEM = re.compile(r"[-*•–—·]\s|\d{1,3}[.)]\s|#{1,6}\s|[|>]|[A-ZÀ-Þ]\w{2,15}:\s")
_UNDERLINE = re.compile(r"=+|-{3,}")  # Marks the line above as a heading in Markdown.
_CLOSERS = r"»”’\"')\]}*_"
_TERMINATOR = re.compile(
    rf"(?P<mark>[.!?…。！？｡।؟۔։]++)"
    rf"(?P<close>(?:(?:\s?[»”]|“)(?=[\s.,;:!?…]|$)|[{_CLOSERS}]|\[\d{{1,3}}\])*+)"
    r"(?P<more>[.!?…]*+)"
    r"(?P<space>\s*+)"
)


def paragraph_spans(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Return the paragraphs of ``text[start:end]``, trimmed, in order.

    A blank line ends a paragraph. So does a single line break, unless the line was only wrapped: the next line begins
    with a small letter, or its first word would not have fitted on the line before.
    """
    end = len(text) if end is None else end
    paragraphs: list[Span] = []
    block: list[tuple[int, int]] = []
    for line in _lines(text, start, end):
        if line[0] < line[1]:
            block.append(line)
            continue
        paragraphs += _paragraphs_of_block(text, block)
        block = []
    return paragraphs + _paragraphs_of_block(text, block)


def sentence_spans(text: str, start: int = 0, end: int | None = None, language: str = "it") -> list[Span]:
    """Return the sentences of ``text[start:end]``, trimmed, in order.

    Spans never overlap, and every character that is not white space lies in exactly one of them. A sentence never
    crosses a paragraph's end. Quotations are cut at their inner sentence ends; a closing quotation mark stays with the
    sentence it closes.

    Args:
        text: Any text; offsets count its code points.
        start: First offset looked at.
        end: Offset to stop before; the end of the text when None.
        language: ISO 639-1 code; chooses the abbreviations.
    """
    sentences: list[Span] = []
    for paragraph in paragraph_spans(text, start, end):
        begin = paragraph.start
        for cut in _sentence_ends(text[paragraph.start : paragraph.end], language):
            _append_trimmed(sentences, text, begin, paragraph.start + cut)
            begin = paragraph.start + cut
        _append_trimmed(sentences, text, begin, paragraph.end)
    return sentences


def _append_trimmed(spans: list[Span], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end -= len(piece) - len(piece.rstrip())
    if start < end:
        spans.append(Span(start=start, end=end))


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the trimmed (start, end) of each line; equal offsets for a blank one."""
    position = start
    while position <= end:
        newline = _NEWLINE.search(text, position, end)
        stop = newline.start() if newline else end
        line = text[position:stop]
        left = position + len(line) - len(line.lstrip())
        yield left, max(left, position + len(line.rstrip()))
        if newline is None:
            return
        position = newline.end()


def _paragraphs_of_block(text: str, lines: list[tuple[int, int]]) -> list[Span]:
    if not lines:
        return []
    width = max(end - start for start, end in lines)
    paragraphs: list[Span] = []
    begin = lines[0][0]
    for (start, end), (next_start, next_end) in pairwise(lines):
        if not _is_wrapped(text[start:end], text[next_start:next_end], width):
            paragraphs.append(Span(start=begin, end=end))
            begin = next_start
    paragraphs.append(Span(start=begin, end=lines[-1][1]))
    return paragraphs


def _is_wrapped(line: str, following: str, width: int) -> bool:
    if _UNDERLINE.fullmatch(following):
        return True
    if _ITEM.match(following):
        return False
    if following[0].islower() and line[-1] not in ".!?…":
        return True
    first_word = following.split(maxsplit=1)[0]
    return width in _WRAP_COLUMNS and len(line) + 1 + len(first_word) > width


def _sentence_ends(paragraph: str, language: str) -> Iterator[int]:
    quotes = counted = 0
    for match in _TERMINATOR.finditer(paragraph):
        end = match.end("more")
        if end == len(paragraph):
            return
        if match["close"].endswith('"') and not match["more"] and not match["space"]:
            # A straight quotation mark between two words opens or closes, by the number of those before it.
            last = end - 1
            quotes += paragraph.count('"', counted, last)
            counted = last
            end -= quotes % 2 == 0
        if ends_sentence(paragraph, match, end, language):
            yield end
