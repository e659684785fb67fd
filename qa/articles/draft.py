"""What a reader of one file format hands on."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from qa.errors import ArticleError
from qa.schema import Span

MAX_CHARACTERS = 1_000_000
MAX_ELEMENTS = 200_000
"""Elements of a page or a Word file: many times those of a long article."""
_LONGEST_LINE = 200


@dataclass(frozen=True, slots=True)
class Draft:
    """An article as far as its file format tells.

    Attributes:
        text: Everything that was read.
        start: Where the article itself begins, after front matter and the like.
        title: The title that the format states.
        date: ISO date that the format states.
        publisher: Who published it, as the format states.
        url: Where it was published.
        headings: Spans that the format marks as headings.
    """

    text: str
    start: int = 0
    title: str | None = None
    date: str | None = None
    publisher: str | None = None
    url: str | None = None
    headings: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of a format that has no text of its own (HTML, Word, PDF)."""

    text: str
    heading: bool = False


def text_of(blocks: Iterable[Block]) -> tuple[str, tuple[Span, ...]]:
    """Join blocks by blank lines; return the text and the spans of its headings."""
    pieces: list[str] = []
    headings: list[Span] = []
    position = 0
    for block in blocks:
        piece = " ".join(block.text.split()) if block.heading else block.text.strip()
        if not piece:
            continue
        if block.heading:
            headings.append(Span(start=position, end=position + len(piece)))
        pieces.append(piece)
        position += len(piece) + 2
    return "\n\n".join(pieces), tuple(headings)


def check_length(characters: int) -> None:
    """Raise an `ArticleError` if a text is longer than any article; checked as early as can be, before work is spent on it."""
    if characters > MAX_CHARACTERS:
        raise ArticleError(f"The text has more than {MAX_CHARACTERS:,} characters.", hint="Split it into its articles.")


def check_elements(elements: Iterable[object]) -> None:
    """Raise an `ArticleError` if a document has more elements than ``MAX_ELEMENTS``."""
    if next(islice(elements, MAX_ELEMENTS, None), None) is not None:
        raise ArticleError(
            f"The document has more than {MAX_ELEMENTS:,} elements.", hint="Save the article's text as .txt."
        )


def one_line(value: object) -> str | None:
    """Return metadata as one printable line of bounded length, or None if it is no text or empty."""
    if not isinstance(value, str):
        return None
    line = re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in value)).strip()
    return line[:_LONGEST_LINE].rstrip() or None


def web_address(value: object) -> str | None:
    """Return ``value`` if it is an address that a browser may be given, else None."""
    return value if isinstance(value, str) and re.fullmatch(r"https?://[^\s<>\"']{4,2000}", value) else None


def heading_words(line: str) -> str:
    """Return a heading without Markdown's marks around it."""
    return " ".join(line.strip("#*_=- \t\r\n").split())
