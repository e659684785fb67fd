"""Readers of plain text and Markdown: the text is the file, to the letter."""

import re
from collections.abc import Iterator
from datetime import date

from qa.articles.dates import iso_date
from qa.articles.decoding import decode
from qa.articles.draft import Draft, check_length, one_line, web_address
from qa.errors import ArticleError
from qa.schema import Span

_LONGEST_FRONT_MATTER = 50_000  # Characters.
_BORDER = re.compile(r"^-{3,}[ \t]*\r?$", re.MULTILINE)
_FIELD = re.compile(r"\s*[\w-]+:(?:\s|$)")
_FENCE_OR_HEADING = re.compile(
    r"^ {0,3}(?P<fence>```|~~~)"
    r"|^ {0,3}#{1,6}[ \t]+[^\s#][^\r\n]*"
    r"|^[^\s#>|*+-][^\r\n]{0,200}\r?\n {0,3}(?:=+|-+)(?=[ \t]*\r?$)",
    re.MULTILINE,
)


def read_text(data: bytes) -> Draft:
    """Read plain text in any common encoding."""
    return Draft(text=decode(data))


def read_markdown(data: bytes) -> Draft:
    """Read Markdown with or without YAML front matter (title, date, publisher or source or author, url).

    Markdown's marks stay in the text, so that offsets and quotations are those of the file.

    Raises:
        ArticleError: The front matter is not closed or not valid YAML.
    """
    text = decode(data)
    check_length(len(text))
    fields, start = _front_matter(text)
    names = (one_line(fields.get(key)) for key in ("publisher", "source", "author"))
    return Draft(
        text=text,
        start=start,
        title=one_line(fields.get("title")),
        date=_date(fields.get("date")),
        publisher=next(filter(None, names), None),
        url=web_address(fields.get("url")),
        headings=tuple(_headings(text, start)),
    )


def _front_matter(text: str) -> tuple[dict[str, object], int]:
    """Return the fields of the front matter and the offset after it."""
    import yaml  # only Markdown needs it

    opening = _BORDER.search(text)
    if opening is None or text[: opening.start()].strip():
        return {}, 0
    closing = _BORDER.search(text, opening.end(), opening.end() + _LONGEST_FRONT_MATTER)
    if closing is None:
        if _FIELD.match(text, opening.end()):
            raise ArticleError("The front matter is not closed.", hint="End it with a line of three hyphens.")
        return {}, 0
    try:
        fields = yaml.safe_load(text[opening.end() : closing.start()])
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problem = " ".join(str(error).split())
        hint = 'Put values with a colon in quotes: title: "Bari: …".'
        raise ArticleError(f"The front matter is not valid YAML: {problem}.", hint=hint) from error
    if not isinstance(fields, dict):
        return {}, 0
    return {str(key).lower(): value for key, value in fields.items()}, closing.end()


def _date(value: object) -> str | None:
    if isinstance(value, date):  # YAML reads 2021-02-09 and 2021-02-09 18:18:00 by itself.
        return iso_date(value.isoformat())
    return iso_date(str(value)) if isinstance(value, str | int) else None


def _headings(text: str, start: int) -> Iterator[Span]:
    in_code = False
    for match in _FENCE_OR_HEADING.finditer(text, start):
        if match["fence"]:
            in_code = not in_code
        elif not in_code:
            start = match.end() - len(match[0].lstrip())
            yield Span(start=start, end=start + len(match[0].strip()))
