"""Readers of plain text and Markdown: the text is the file, to the letter."""

import re
from datetime import date

from qa.articles.dates import iso_date
from qa.articles.decoding import decode
from qa.articles.draft import Draft, one_line, web_address
from qa.errors import ArticleError
from qa.schema import Span

_FENCE = re.compile(r"^ {0,3}(```+|~~~+)", re.MULTILINE)
_HEADING = re.compile(
    r"^ {0,3}(?P<marks>#{1,6})[ \t]+(?P<text>[^\r\n]*?)[ \t]*#*[ \t]*$|^(?P<setext>[^\s#>|*+-][^\r\n]{0,200})\r?\n {0,3}(?:=+|-+)[ \t]*$",
    re.MULTILINE,
)


def read_text(data: bytes) -> Draft:
    """Read plain text in any common encoding."""
    return Draft(text=decode(data))


def read_markdown(data: bytes) -> Draft:
    """Read Markdown with or without YAML front matter.

    Markdown's marks stay in the text, so that offsets and quotations are those of the file.

    Raises:
        ArticleError: The front matter is not valid YAML.
    """
    text = decode(data)
    fields, start = _front_matter(text)
    headings = tuple(_headings(text, start))
    top = _HEADING.match(text, headings[0].start) if headings else None
    title = one_line(fields.get("title")) or (one_line(top["text"] or top["setext"]) if top else None)
    publisher = next((name for key in ("publisher", "source", "author") if (name := one_line(fields.get(key)))), None)
    return Draft(
        text=text,
        start=start,
        title=title,
        date=_date(fields.get("date")),
        publisher=publisher,
        url=web_address(fields.get("url")),
        headings=headings,
    )


def _front_matter(text: str) -> tuple[dict[str, object], int]:
    """Return the fields of the front matter and the offset after it."""
    import yaml  # noqa: PLC0415 - only Markdown needs it
    from frontmatter.default_handlers import YAMLHandler  # noqa: PLC0415

    handler = YAMLHandler()
    borders = re.finditer(r"^-{3,}\s*?$", text, re.MULTILINE)
    first, last = next(borders, None), next(borders, None)
    if first is None or last is None or text[: first.start()].strip():
        return {}, 0
    try:
        fields = handler.load(text[first.end() : last.start()])
    except (yaml.YAMLError, ValueError) as error:
        problem = " ".join(str(error).split())
        raise ArticleError(
            f"The front matter is not valid YAML: {problem}.",
            hint='Put values with a colon in quotes: title: "Bari: …".',
        ) from error
    if not isinstance(fields, dict):
        return {}, 0
    return {str(key).lower(): value for key, value in fields.items()}, last.end()


def _date(value: object) -> str | None:
    if isinstance(value, date):  # YAML reads 2021-02-09 and 2021-02-09 18:18:00 by itself.
        return iso_date(value.isoformat())
    return iso_date(str(value)) if isinstance(value, str | int) else None


def _headings(text: str, start: int) -> list[Span]:
    fences = [match.start() for match in _FENCE.finditer(text, start)]
    return [
        Span(start=match.start(), end=match.end())
        for match in _HEADING.finditer(text, start)
        if sum(fence < match.start() for fence in fences) % 2 == 0
    ]
