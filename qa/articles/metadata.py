"""What an article's own text tells about it: agency line, date line, headings, title."""

import re
from itertools import pairwise

from qa.articles.dates import DATE, iso_from_match
from qa.articles.draft import Draft, heading_words, one_line, web_address
from qa.language import detect_language
from qa.schema import Article, Span
from qa.sentences import paragraph_spans, sentence_spans

_TITLE_CHARACTERS = 90
_LONGEST_HEADING = 100
_MOST_HEADING_WORDS = 14
_MOST_NAME_WORDS = 5
_EDITION_WORDS = 3  # "La Gazzetta dello Sport, edizione di Bari" in a field of its own
_LONGEST_SIGNATURE = 120
_HEAD_PARAGRAPHS = 8  # How far down a date or agency line still belongs to the article's head.
_FOOT_LINES = 3

_LABEL = (
    r"(?:data(?:\s+di\s+pubblicazione)?|date(?:\s+published)?|publication\s+date|pubblicato|pubblicata|published|posted"
    r"|aggiornato|updated)(?:\s+(?:il|on|at))?\s*[:=]?\s*"
)
_WHO = r"\(?(?P<who>[^\W\d_](?:[^|\n.!?…;:]|\.(?=\w)){1,48}?)\)?"
_BAR = r"(?P<bar>\s*(?:[|•·–—/,]|\s-\s|-(?=\d))\s*|(?<=\))\s+)"
_DATE_LINE = re.compile(rf"\s*{_LABEL}{DATE}[\s.,;:|–—-]*", re.IGNORECASE)
_SIGNATURES = (
    re.compile(rf"{_WHO}{_BAR}(?:{_LABEL})?{DATE}\.?", re.IGNORECASE),
    re.compile(rf"(?:{_LABEL})?{DATE}{_BAR}{_WHO}", re.IGNORECASE),
    re.compile(rf"(?:{_LABEL})?{DATE}\.?", re.IGNORECASE),
)
_FIELD = re.compile(
    r"(?:(?P<title>titolo|title)|(?P<publisher>fonte|source|agenzia|agency|testata|newspaper|publisher)"
    r"|(?P<author>autore|autrice|author|by)|(?P<url>url|link))\s*:\s*(?P<value>\S.{0,200})",
    re.IGNORECASE,
)
_MATCH = re.compile(r"[^-–]+\s?[-–]\s?[^-–]+")  # "Bari-Foggia, 14 febbraio 2021" is a fixture.
_RIGHTS = re.compile(
    r"(?:©|\(c\)).{0,80}|.{0,40}(?:riproduzione\s+riservata|all\s+rights\s+reserved).{0,20}", re.IGNORECASE
)

_Fields = dict[str, str | None]
"""What lines around the article state: title, date, publisher, author, url."""


def complete(draft: Draft, source: str) -> Article:
    """Make the article: add what its text tells to what its format told.

    The body leaves out lines that state a date, an agency and the like at the top or the foot, and a headline that
    became the title.
    """
    text = draft.text
    start, head = _head(draft)
    end, foot = _foot(text, start)
    body = _trimmed(text, start, end)
    found = foot | head
    return Article(
        source=source,
        text=text,
        body=body,
        title=draft.title or found.get("title") or _first_words(text, body),
        date=draft.date or found.get("date"),
        publisher=_name(draft.publisher or found.get("publisher") or found.get("author")),
        url=draft.url or web_address(found.get("url")),
        headings=_headings(draft, body),
        language=detect_language(text[body.start : body.end], "it"),
    )


def _name(stated: str | None) -> str | None:
    """Return what may be shown as the name of a publisher: of what is stated, the first sentence, if it is as short as a name."""
    if not stated:
        return None
    [first, *_] = sentence_spans(stated) or [Span(start=0, end=len(stated))]
    name = stated[first.start : first.end]
    return name.removesuffix(".") if len(name.split()) <= _MOST_NAME_WORDS + _EDITION_WORDS else None


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    return Span(start=left, end=max(left, start + len(piece.rstrip())))


def _head(draft: Draft) -> tuple[int, _Fields]:
    """Return where the body begins, and what the lines above it state."""
    text, start = draft.text, draft.start
    fields: _Fields = {}
    paragraphs = paragraph_spans(text, start)
    for paragraph, following in pairwise(paragraphs[: _HEAD_PARAGRAPHS + 1]):
        line = text[paragraph.start : paragraph.end]
        is_next = not text[start : paragraph.start].strip()
        if stated := _stated(line, at_top=True):
            fields = stated | fields
            start = paragraph.end
        elif not (_looks_like_heading(line) or paragraph in draft.headings):
            break
        elif (
            is_next
            and "title" not in fields
            and (paragraph in draft.headings or _is_full(text, following) or _states(text, following))
            and draft.title in {None, heading_words(line)}
        ):
            fields["title"] = one_line(heading_words(line))
            start = paragraph.end
    dated = _DATE_LINE.match(text, start)
    if dated and (iso := iso_from_match(dated)):
        return dated.end(), fields | {"date": iso}
    return start, fields


def _states(text: str, paragraph: Span) -> bool:
    line = text[paragraph.start : paragraph.end]
    return _stated(line) is not None or _DATE_LINE.match(line) is not None


def _foot(text: str, start: int) -> tuple[int, _Fields]:
    """Return where the body ends, and what the lines below it state."""
    fields: _Fields = {}
    end = len(text.rstrip())
    for _ in range(_FOOT_LINES):
        begin = max(text.rfind("\n", start, end), text.rfind("\r", start, end)) + 1
        line = text[begin:end].strip()
        if not text[start:begin].strip() or not ((stated := _stated(line)) or _RIGHTS.fullmatch(line)):
            break
        fields |= stated or {}
        end = len(text[:begin].rstrip())
    return end, fields


def _stated(line: str, *, at_top: bool = False) -> _Fields | None:
    """Return what a line like "ANSA | 09-02-2021 18:18" or "Fonte: ANSA" states; None if it is no such line."""
    if len(line) > _LONGEST_SIGNATURE:
        return None
    if match := _FIELD.fullmatch(line):
        return {key: one_line(match["value"]) for key in ("title", "publisher", "author", "url") if match[key]}
    for pattern in _SIGNATURES:
        match = pattern.fullmatch(line)
        date = iso_from_match(match) if match else None
        if match is None or date is None or len(date) == len("2021"):
            continue
        part = match.groupdict()
        publisher = one_line(part.get("who"))
        if publisher and "," in part["bar"] and _MATCH.fullmatch(publisher):
            return None
        if publisher is None or (at_top and "," in part["bar"]):  # "Bari, 9 febbraio 2021" opens with a place.
            return {"date": date}
        if len(publisher.split()) <= _MOST_NAME_WORDS:
            return {"date": date, "publisher": publisher}
    return None


def _headings(draft: Draft, body: Span) -> tuple[Span, ...]:
    text = draft.text
    marked = {span for span in draft.headings if body.start <= span.start and span.end <= body.end}
    paragraphs = paragraph_spans(text, body.start, body.end)
    for before, paragraph, after in zip(paragraphs, paragraphs[1:], paragraphs[2:], strict=False):
        stands_alone = _is_full(text, after) and (_is_full(text, before) or before in marked)
        if stands_alone and _looks_like_heading(text[paragraph.start : paragraph.end]):
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
