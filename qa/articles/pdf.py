"""Reader of PDF files: the text layer, its lines put together again."""

import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from qa.articles.draft import Block, Draft, one_line, text_of
from qa.errors import ArticleError

if TYPE_CHECKING:
    from pypdf import PdfReader

MAX_PAGES = 200

_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\u00ad": "-"}
)
_HYPHENATED = re.compile(r"(?<=[^\W\d_])[-\u2010]\n(?=[^\W\d_])")
_ENDS_SENTENCE = re.compile(r"[.!?…:][”»\"'’)]*$")
_FULL_LINE = 0.8  # Share of the usual width from which on a line counts as filled; letters differ in width.
_RUNNING = 3  # A line that stands at the edge of so many pages is a running head or foot.
_NO_TITLE = re.compile(
    r"untitled|senza titolo|documento?\s*\d*|microsoft (?:word|powerpoint)|.*\.(?:docx?|pdf|indd|odt|qxp|rtf|txt|html?)$",
    re.IGNORECASE,
)


def read_pdf(data: bytes) -> Draft:
    """Read a PDF's text layer: broken lines joined, hyphens at line ends undone, running heads and page numbers left out.

    The file's own dates are when it was made, not when the article appeared, so they are not used.

    Raises:
        ArticleError: The file is encrypted, damaged, has too many pages or holds pictures of text only.
    """
    from pypdf.errors import PyPdfError  # noqa: PLC0415 - heavy

    try:
        pages, title = _contents(data)
    # pypdf lets the plain errors of its parsing through where a file breaks the format in a way it did not foresee.
    except (
        PyPdfError,
        zlib.error,
        ArithmeticError,
        AttributeError,
        LookupError,
        OSError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        raise ArticleError(
            f"The PDF is damaged: {error}.", hint="Export it again, or save the article's text as .txt."
        ) from error
    if not any(page.strip() for page in pages):
        raise ArticleError(
            "The PDF has no text, only pictures (a scan?).", hint="Run text recognition (OCR) on it first."
        )
    text, headings = text_of(map(Block, _paragraphs(_without_running_lines(pages))))
    return Draft(text=text, title=title, headings=headings)


def _contents(data: bytes) -> tuple[list[str], str | None]:
    from pypdf import PdfReader  # noqa: PLC0415 - heavy

    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise ArticleError("The PDF is protected by a password.", hint="Save a copy without the password.")
    if len(reader.pages) > MAX_PAGES:
        raise ArticleError(
            f"The PDF has {len(reader.pages)} pages, at most {MAX_PAGES}.", hint="Split it into its articles."
        )
    return [page.extract_text().translate(_LIGATURES) for page in reader.pages], _title(reader)


def _title(reader: "PdfReader") -> str | None:
    title = one_line(reader.metadata.title) if reader.metadata else None
    return title if title and " " in title and not _NO_TITLE.match(title) else None


def _without_running_lines(pages: Sequence[str]) -> list[list[str]]:
    lines = [[line.strip() for line in page.splitlines()] for page in pages]
    edges = Counter(key for page in lines for key in {_running_key(line) for line in _edge_lines(page)})
    running = {key for key, count in edges.items() if count >= _RUNNING or not key}
    return [
        [line for line in page if not (line in _edge_lines(page) and line and _running_key(line) in running)]
        for page in lines
    ]


def _edge_lines(page: Sequence[str]) -> list[str]:
    filled = [line for line in page if line]
    return filled[:1] + filled[-1:]


def _running_key(line: str) -> str:
    """Return the line without its numbers; empty for a page number alone."""
    return re.sub(
        r"[\d\W_]+", " ", re.sub(r"(?i)^\W*(?:pag\.?|pagina|page|p\.)?\s*\d+(?:\s*(?:di|of|/)\s*\d+)?\W*$", "", line)
    ).strip()


def _paragraphs(pages: Sequence[Sequence[str]]) -> Iterator[str]:
    """Join lines to paragraphs, across pages too."""
    lines = [line for page in pages for line in page]
    widths = sorted(len(line) for line in lines if line)
    width = widths[int(len(widths) * 0.9)] if widths else 0
    paragraph: list[str] = []
    for line in lines:
        if paragraph and (not line or _starts_paragraph(paragraph[-1], line, width)):
            yield _put_together(paragraph)
            paragraph = []
        if line:
            paragraph.append(line)
    if paragraph:
        yield _put_together(paragraph)


def _starts_paragraph(previous: str, line: str, width: int) -> bool:
    if line[0].islower():
        return False
    return len(previous) < _FULL_LINE * width and (
        _ENDS_SENTENCE.search(previous) is not None or len(previous) + len(line.split()[0]) < _FULL_LINE * width
    )


def _put_together(lines: Sequence[str]) -> str:
    return re.sub(
        r"\s+", " ", _HYPHENATED.sub(lambda match: "" if match.string[match.end()].islower() else "-", "\n".join(lines))
    )
