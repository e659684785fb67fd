"""What an article's own text tells about it: agency line, date line, headings, title."""

import re

from qa.articles.dates import DATE, iso_from_match
from qa.articles.draft import Draft, heading_words, one_line
from qa.language import detect_language
from qa.schema import Article, Span
from qa.sentences import paragraph_spans, sentence_spans

_TITLE_CHARACTERS = 90
_LONGEST_HEADING = 100
_MOST_HEADING_WORDS = 14
_TOP_PARAGRAPHS = 4  # How far down a date or agency line still belongs to the article's head.
_FOOT_LINES = 3

_LABEL = (
    r"(?:data(?:\s+di\s+pubblicazione)?|date(?:\s+published)?|publication\s+date|pubblicato|pubblicata|published|posted"
    r"|aggiornato|updated)(?:\s+(?:il|on|at))?\s*[:=]?\s*"
)
_WHO = r"\(?(?P<who>[^\W\d_](?:[^|\n.!?…;:]|\.(?=\w)){1,48}?)\)?"
_BAR = r"\s*(?:[|•·–—/,]|\s-\s|-(?=\d))\s*"
_DATE_LINE = re.compile(rf"\s*{_LABEL}{DATE}[\s.,;:|–—-]*", re.IGNORECASE)
_SIGNATURES = (
    re.compile(rf"{_WHO}{_BAR}(?:{_LABEL})?{DATE}\.?", re.IGNORECASE),
    re.compile(rf"(?:{_LABEL})?{DATE}{_BAR}{_WHO}", re.IGNORECASE),
    re.compile(rf"(?:{_LABEL})?{DATE}\.?", re.IGNORECASE),
    re.compile(rf"(?:fonte|source|agenzia|agency)\s*:\s*{_WHO}\.?", re.IGNORECASE),
)
_RIGHTS = re.compile(
    r"(?:©|\(c\)).{0,80}|.{0,40}(?:riproduzione\s+riservata|all\s+rights\s+reserved).{0,20}", re.IGNORECASE
)
_MOST_NAME_WORDS = 5


def complete(draft: Draft, source: str) -> Article:
    """Make the article: add what its text tells to what its format told.

    The body leaves out a date line or agency line at the top or the foot, and a headline that became the title.
    """
    text = draft.text
    start, head_date, head_publisher, headline = _head(draft)
    end, foot_date, foot_publisher = _foot(text, start)
    body = _trimmed(text, start, end)
    title = draft.title or headline or _first_words(text, body)
    return Article(
        source=source,
        text=text,
        body=body,
        title=title,
        date=draft.date or head_date or foot_date,
        publisher=draft.publisher or head_publisher or foot_publisher,
        url=draft.url,
        headings=_headings(draft, body),
        language=detect_language(text[body.start : body.end], "it"),
    )


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    return Span(start=left, end=max(left, start + len(piece.rstrip())))


def _head(draft: Draft) -> tuple[int, str | None, str | None, str | None]:
    """Return (where the body begins, date, publisher, headline)."""
    text, start = draft.text, draft.start
    date = publisher = headline = None
    paragraphs = paragraph_spans(text, start)
    for number, paragraph in enumerate(paragraphs[:_TOP_PARAGRAPHS]):
        line = text[paragraph.start : paragraph.end]
        dated = _DATE_LINE.match(line)
        if dated and (iso := iso_from_match(dated)):
            return paragraph.start + dated.end(), iso, publisher, headline
        last = number + 1 == len(paragraphs)
        signed = None if last else _signature(line)
        if signed:
            return paragraph.end, *signed, headline
        if last or not (_looks_like_heading(line) or paragraph in draft.headings):
            break
        is_headline = paragraph in draft.headings or _is_full(text, paragraphs[1])
        if number == 0 and is_headline and draft.title in {None, heading_words(line)}:
            headline, start = one_line(heading_words(line)), paragraph.end
    return start, date, publisher, headline


def _foot(text: str, start: int) -> tuple[int, str | None, str | None]:
    """Return (where the body ends, date, publisher)."""
    end = len(text.rstrip())
    for _ in range(_FOOT_LINES):
        begin = max(text.rfind("\n", start, end), text.rfind("\r", start, end)) + 1
        line = text[begin:end].strip()
        if begin <= start or not text[start:begin].strip():
            break
        if signed := _signature(line):
            return begin, *signed
        if not _RIGHTS.fullmatch(line):
            break
        end = len(text[:begin].rstrip())
    return end, None, None


def _signature(line: str) -> tuple[str | None, str | None] | None:
    """Return (date, publisher) of a line like "ANSA | 09-02-2021 18:18", None if it is no such line."""
    for pattern in _SIGNATURES:
        match = pattern.fullmatch(line)
        if match is None:
            continue
        part = match.groupdict()
        date = iso_from_match(match) if "hour" in part else None
        publisher = one_line(part.get("who"))
        dated = "hour" not in part or (date is not None and len(date) > len("2021"))
        if dated and len((publisher or "").split()) <= _MOST_NAME_WORDS:
            return date, publisher
    return None


def _headings(draft: Draft, body: Span) -> tuple[Span, ...]:
    text = draft.text
    marked = {span for span in draft.headings if body.start <= span.start and span.end <= body.end}
    paragraphs = paragraph_spans(text, body.start, body.end)
    for before, paragraph, after in zip(paragraphs, paragraphs[1:], paragraphs[2:], strict=False):
        line = text[paragraph.start : paragraph.end]
        overlaps = any(span.start < paragraph.end and paragraph.start < span.end for span in marked)
        if (
            not overlaps
            and _looks_like_heading(line)
            and _is_full(text, after)
            and (_is_full(text, before) or before in marked)
        ):
            marked.add(paragraph)
    return tuple(sorted(marked, key=lambda span: span.start))


def _looks_like_heading(line: str) -> bool:
    """Whether a paragraph is short, of one line, and ends like no sentence."""
    bare = heading_words(line)
    return (
        0 < len(bare) <= _LONGEST_HEADING
        and len(bare.split()) <= _MOST_HEADING_WORDS
        and not re.search(r"[\n\r|]|^[-*•·]\s", line)
        and (bare[0].isupper() or bare[0].isdigit() or bare[0] in "«“\"'‘")
        and bare[-1] not in ".!?…:;,"
        and not re.search(r"[.!?…][”»\"')]*$", bare)
    )


def _is_full(text: str, paragraph: Span) -> bool:
    """Whether a paragraph is running text: it ends like a sentence or is long."""
    line = text[paragraph.start : paragraph.end]
    return len(line) > _LONGEST_HEADING or re.search(r"[.!?…:][”»\"'’)\]]*$", line) is not None


def _first_words(text: str, body: Span) -> str:
    sentences = sentence_spans(text, body.start, min(body.end, body.start + 1000))
    first = one_line(text[sentences[0].start : sentences[0].end]) if sentences else None
    if first is None or len(first) <= _TITLE_CHARACTERS:
        return first or ""
    cut = first.rfind(" ", 0, _TITLE_CHARACTERS)
    return first[: cut if cut > 0 else _TITLE_CHARACTERS].rstrip(" ,;:–—-") + "…"
