"""Reader of PDF files: the text layer, its lines put together again."""

import io
import logging
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from qa.articles.draft import Block, Draft, check_length, one_line, text_of
from qa.errors import ArticleError

if TYPE_CHECKING:
    from pypdf import PdfReader

MAX_PAGES = 200
MAX_CONTENT_BYTES = 10_000_000
"""Unpacked contents of all pages together."""
MAX_PAGE_OPERATORS = 50_000
MAX_TEXT_OPERATORS = 500_000

_TEXT_OPERATORS = frozenset({b"Tj", b"TJ", b"'", b'"'})
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_LINE_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u2010\u00ad]\n(?=[^\W\d_])")
_ENDS_SENTENCE = re.compile(r"[.!?…:;][”»\"'’)]*$")
_PAGE_NUMBER = re.compile(r"\W*(?:pag\.?|pagina|page|p\.)?\s*\d+(?:\s*(?:di|of|/)\s*\d+)?\W*", re.IGNORECASE)
_LONGEST_PAGE_NUMBER = 40
_FILLED = 0.8  # Share of the usual width from which on a line counts as filled; letters differ in width.
_USUAL = 0.9  # Quantile of the lines' lengths that is the usual width.
_EDGE_LINES = 2  # At the top and at the foot of a page, where running heads, feet and page numbers stand.
_RUNNING_PAGES = 3  # A line at the edge of so many pages is a running head or foot.
_FILE_TITLE = re.compile(
    r"untitled.*|senza titolo.*|document[oi]?\s*\d*|microsoft (?:word|powerpoint).*"
    r"|.*\.(?:docx?|pdf|indd|odt|qxp|rtf|txt|html?)",
    re.IGNORECASE,
)
# pypdf lets the plain errors of its parsing through where a file breaks the format in a way it did not foresee.
_PARSING_ERRORS = (
    zlib.error,
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)


def read_pdf(data: bytes) -> Draft:
    """Read a PDF's text layer, its broken lines joined, without hyphens at line ends, running heads and page numbers.

    The file's own dates tell when it was made, not when the article appeared, so they are not used.

    Raises:
        ArticleError: The file is encrypted, damaged, has too many pages or holds pictures of text only.
    """
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.ERROR)  # Readers are told by an error or not at all.
    try:
        pages, title = _contents(data)
    except (PyPdfError, *_PARSING_ERRORS) as error:
        hint = "Export it again, or save the article's text as .txt."
        raise ArticleError(f"The PDF is damaged: {error}.", hint=hint) from error
    if not any(page.strip() for page in pages):
        raise ArticleError(
            "The PDF holds pictures of text only (a scan).", hint="Run text recognition (OCR) on it first."
        )
    text, _ = text_of(map(Block, _paragraphs(_without_running_lines(pages))))
    return Draft(text=text, title=title)


def _contents(data: bytes) -> tuple[list[str], str | None]:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise ArticleError("The PDF is protected by a password.", hint="Save a copy without the password.")
    if len(reader.pages) > MAX_PAGES:
        raise ArticleError(f"The PDF has more than {MAX_PAGES} pages.", hint="Split it into its articles.")
    return list(_texts(reader)), _title(reader)


def _texts(reader: "PdfReader") -> Iterator[str]:
    """Yield the text of each page, as long as pages and texts are of an article's size."""
    content = characters = operators = 0
    for page in reader.pages:
        stream = page.get_contents()
        content += len(stream.get_data()) if stream is not None else 0
        if content > MAX_CONTENT_BYTES:
            raise ArticleError(
                f"The pages unpack to more than {MAX_CONTENT_BYTES:,} bytes.", hint="Save the article's text as .txt."
            )
        count = _Count()
        text = page.extract_text(visitor_operand_before=count).translate(_LIGATURES)
        operators += count.operators
        if operators > MAX_TEXT_OPERATORS:
            raise _too_many_operators()
        characters += len(text)
        check_length(characters)
        yield text


class _Count:
    """Counts what sets text on a page: pypdf takes quadratic time over it."""

    def __init__(self) -> None:
        self.operators = 0

    def __call__(self, operator: bytes, *_: object) -> None:
        self.operators += operator in _TEXT_OPERATORS
        if self.operators > MAX_PAGE_OPERATORS:
            raise _too_many_operators()


def _too_many_operators() -> ArticleError:
    return ArticleError(
        f"The PDF sets text in more than {MAX_PAGE_OPERATORS:,} pieces a page, or {MAX_TEXT_OPERATORS:,} in all.",
        hint="Save the article's text as .txt.",
    )


def _title(reader: "PdfReader") -> str | None:
    title = one_line(reader.metadata.title) if reader.metadata else None
    return title if title and " " in title and not _FILE_TITLE.fullmatch(title) else None


def _without_running_lines(pages: Sequence[str]) -> list[str]:
    """Return the lines of all pages, without those at an edge that come back on other pages or only number them."""
    lines = [[line.strip() for line in page.splitlines()] for page in pages]
    edges = [_edges(page) for page in lines]
    counts = Counter(
        key for page, indices in zip(lines, edges, strict=True) for key in {_without_digits(page[i]) for i in indices}
    )
    return [
        line
        for page, indices in zip(lines, edges, strict=True)
        for index, line in enumerate(page)
        if index not in indices or not (_PAGE_NUMBER.fullmatch(line) or counts[_without_digits(line)] >= _RUNNING_PAGES)
    ]


def _edges(page: Sequence[str]) -> set[int]:
    filled = [index for index, line in enumerate(page) if line]
    return {*filled[:_EDGE_LINES], *filled[-_EDGE_LINES:]}


def _is_page_number(line: str) -> bool:
    return len(line) <= _LONGEST_PAGE_NUMBER and _PAGE_NUMBER.fullmatch(line) is not None


def _without_digits(line: str) -> str:
    return re.sub(r"\d+", "", line)


def _paragraphs(lines: Sequence[str]) -> Iterator[str]:
    """Join lines to paragraphs, across pages too."""
    lengths = sorted(len(line) for line in lines if line)
    filled = _FILLED * lengths[int(len(lengths) * _USUAL)] if lengths else 0
    paragraph: list[str] = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if paragraph and (not line or _starts_paragraph(paragraph[-1], line, following, filled)):
            yield _put_together(paragraph)
            paragraph = []
        if line:
            paragraph.append(line)
    if paragraph:
        yield _put_together(paragraph)


def _starts_paragraph(previous: str, line: str, following: str, filled: float) -> bool:
    if line[0].islower():
        return False
    if _breaks_off(previous, line, filled) or (len(previous) < filled and _ENDS_SENTENCE.search(previous)):
        return True
    is_heading = not _ENDS_SENTENCE.search(line) and _breaks_off(line, following, filled)
    return is_heading and _ENDS_SENTENCE.search(previous) is not None


def _breaks_off(line: str, following: str, filled: float) -> bool:
    """Whether a line ends although the next line's first word, with a capital, would have fitted on it."""
    first_word = following.split(maxsplit=1)[:1]
    return bool(first_word) and not following[0].islower() and len(line) + len(first_word[0]) < filled


def _put_together(lines: Sequence[str]) -> str:
    joined = _LINE_HYPHEN.sub(lambda hyphen: "" if hyphen.string[hyphen.end()].islower() else "-", "\n".join(lines))
    return re.sub(r"\s+", " ", joined.replace("\u00ad", ""))
