"""Paragraph and sentence borders of Italian and English news text, with exact offsets.

Own rules rather than a library: nupunkt, sentencex and pysbd each miss several of the cases a newspaper prints every day
("dott. Rossi", "1. FC Köln", "Serie A. Poi", "finale.Poi", "Così. Va bene”."), and none of them promises that every character is kept.
"""

import re
from collections.abc import Iterator

from qa.schema import Span

_WRAP_COLUMNS = 120  # A line longer than this was not broken by hand or by an editor, so its end is a paragraph's end.

_NEWLINE = re.compile(r"\r\n|[\n\r\u2028\u2029]")
_BULLET = re.compile(r"[-*•–—·]\s|\d{1,3}[.)]\s|#{1,6}\s|[|>]")
_OPENERS = r"«“„‘\"'(\[{¿¡*_"
_CLOSERS = r"»”“’\"')\]}*_"
_TERMINATOR = re.compile(
    rf"(?P<mark>[.!?…。！？｡।؟۔։]++)"
    rf"(?P<close>(?:\s?[»”](?=[\s.,;:!?…]|$)|[{_CLOSERS}]|\[\d{{1,3}}\])*+)"
    r"(?P<more>[.!?…]*+)"
    r"(?P<space>\s*+)"
)
_OPENING = re.compile(rf"[{_OPENERS}–—\s-]*+")
_WORD_BEFORE = re.compile(r"[^\s«“„‘\"(\[{’'/*_–—]+$")
_WORD_AFTER = re.compile(r"\w+")
_DOTTED = re.compile(r"(?:[^\W\d_]{1,3}\.)+[^\W\d_]{1,3}")
_CLUB = re.compile(r"[A-ZÄÖÜ]{2,5}\b")

_TITLES = frozenset(
    "arch avv cav comm dott dott.ssa dr dr.ssa egr gent geom ing mons prof prof.ssa proff rag rev sig sig.na sig.ra sigg spett ss st vs cfr es".split()
)
_NUMBERED = frozenset("art artt cap capp fig figg n nn nr num p pag pagg par pp tab vol voll c ca min".split())
_MONTHS = frozenset(
    "gen genn feb febbr mar apr mag giu giugn lug ago sett set ott nov dic jan jun jul aug sep sept oct dec".split()
)
_MAYBE_LAST = frozenset("ecc etc jr sr inc ltd co corp tel seg segg cit ibid op ed eds min max km kg cm mm".split())
_TITLES_BY_LANGUAGE = {
    "it": frozenset("col cap capt gen mar sen on pres ten s ss.mo dir min".split()),
    "en": frozenset("mr mrs ms messrs gov gen sen rep capt col sgt lt maj mt ft fr hon e.g i.e no nos".split()),
}
_STARTERS = frozenset(
    # Closed-class words: with a capital after an ambiguous full stop they show that a sentence begins.
    "il lo la l i gli le un uno una in nel nello nella nell nei negli nelle di del dello della dell dei degli delle a al allo alla all ai agli alle "
    "da dal dallo dalla dall dai dagli dalle su sul sullo sulla sull sui sugli sulle con per tra fra e ed o ma però poi dopo prima quando mentre se "
    "anche così quindi inoltre infine ora oggi ieri domani non né che chi cosa come dove perché quale quanto questo questa questi queste quello quella "
    "egli lui lei loro noi voi io tu si ci è era fu ha aveva sono durante secondo senza sotto sopra verso entro fino dunque infatti tuttavia invece "
    "the an he she it they we you his her its their this that these those on at from by with for to of and but or nor so yet then after before "
    "when while if although because since as there here what who why how where which however meanwhile later now today yesterday not no was is were had has".split()
)
_CATEGORIES = frozenset(
    "serie girone gruppo lega classe categoria divisione gruppi piano lettera tipo vitamina group class type league category division".split()
)
_DETERMINERS = frozenset(
    "il lo l al allo dal dallo del dello nel nello sul sullo col contro con la alla dalla der die das dem den the vs".split()
)


def paragraph_spans(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Return the paragraphs of ``text[start:end]``, trimmed, in order.

    A blank line ends a paragraph. So does a single line break, unless the line was only wrapped: the next line begins with a small letter,
    or its first word would not have fitted on the line before.
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

    Spans never overlap, and every character that is not white space lies in exactly one of them. A sentence never crosses a paragraph's
    end. Quotations are cut at their inner sentence ends; a closing quotation mark stays with the sentence it closes.

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
    for (start, end), (next_start, next_end) in zip(lines, lines[1:], strict=False):
        if not _is_wrapped(text[start:end], text[next_start:next_end], width):
            paragraphs.append(Span(start=begin, end=end))
            begin = next_start
    paragraphs.append(Span(start=begin, end=lines[-1][1]))
    return paragraphs


def _is_wrapped(line: str, following: str, width: int) -> bool:
    if _BULLET.match(following):
        return False
    if following[0].islower() and line[-1] not in ".!?…":
        return True
    first_word = following.split(maxsplit=1)[0]
    return width <= _WRAP_COLUMNS and len(line) + 1 + len(first_word) > width


def _sentence_ends(paragraph: str, language: str) -> Iterator[int]:
    quotes = 0
    counted = 0
    for match in _TERMINATOR.finditer(paragraph):
        end = match.end("more")
        if end == len(paragraph):
            return
        attached = not match["space"]
        if attached and match["close"].endswith('"'):
            # A straight quotation mark between two words opens or closes, by the number of those before it.
            last = match.end("close") - 1
            quotes += paragraph.count('"', counted, last)
            counted = last
            if quotes % 2 == 0 and not match["more"]:
                end = last
        if _ends_sentence(paragraph, match, end, language):
            yield end


def _ends_sentence(paragraph: str, match: re.Match[str], end: int, language: str) -> bool:
    mark = match["mark"]
    if mark[-1] not in ".!?…":
        return True
    before = paragraph[max(0, match.start() - 40) : match.start()]
    if before.endswith(("(", "[")) or (not before and mark[0] in ".…"):
        return False
    opening = _OPENING.match(paragraph, end)
    following = opening.end() if opening else end
    if following >= len(paragraph):
        return bool(match["space"])
    first = paragraph[following]
    if first in ",;:.!?…)»”":
        return False
    if not match["space"]:
        return _ends_without_space(before, match, paragraph, following)
    plain_stop = mark == "." and not match["close"]
    if first.islower():
        return plain_stop and _is_plain_word(before, language)
    return not (plain_stop and _is_abbreviated(before, paragraph, following, language))


def _ends_without_space(before: str, match: re.Match[str], paragraph: str, following: int) -> bool:
    """Decide "finale.Poi": a space is missing, as against "3.5", "S.p.A." or "www.Bari.it"."""
    after = paragraph[following : following + 2]
    if not after[0].isupper() or (
        match["mark"] == "." and len(after) > 1 and not (after[1].islower() or after[1] in "'’")
    ):
        return False
    token = before.split()[-1] if before.split() else ""
    if re.search(r"[./@:]", token):
        return False
    last_word = re.search(r"[^\W_]+$", token)
    if match["close"] or match["mark"] != ".":
        return True
    return last_word is not None and (last_word[0].isdigit() or (len(last_word[0]) > 1 and last_word[0][-2:].islower()))


def _is_plain_word(before: str, language: str) -> bool:
    """Whether a full stop before a small letter still ends a sentence ("ha vinto. poi ha perso")."""
    match = _WORD_BEFORE.search(before)
    word = match[0] if match else ""
    return len(word) >= 4 and word.isalpha() and word.islower() and not _is_known_abbreviation(word, language)


def _is_known_abbreviation(word: str, language: str) -> bool:
    return word in _TITLES | _NUMBERED | _MONTHS | _MAYBE_LAST | _TITLES_BY_LANGUAGE.get(language, frozenset())


def _is_abbreviated(before: str, paragraph: str, following: int, language: str) -> bool:
    """Whether the full stop between ``before`` and a capital, a digit or a symbol belongs to an abbreviation, an initial or an ordinal."""
    match = _WORD_BEFORE.search(before)
    if match is None:
        return False
    word = match[0]
    lower = word.lower()
    next_word = _WORD_AFTER.match(paragraph, following)
    starts = (
        next_word is not None
        and next_word[0].lower() in _STARTERS
        and not next_word[0].isupper() | (len(next_word[0]) == 1)
    )
    digit = paragraph[following].isdigit()
    previous = _WORD_BEFORE.search(before[: match.start()].rstrip(" '’\u00a0"))
    previous_word = previous[0].lower() if previous else ""
    if word.isdigit():
        return _is_ordinal(word, previous_word, before[: match.start()], paragraph, following) and not starts
    if digit:
        return lower in _NUMBERED or lower in _MONTHS or lower in _TITLES_BY_LANGUAGE.get(language, ())
    if lower in _TITLES or lower in _TITLES_BY_LANGUAGE.get(language, ()):
        return True
    if len(word) == 1 and word.isalpha():
        is_initial = word.isupper() and previous_word not in _CATEGORIES
        return (is_initial or lower in _NUMBERED) and not starts
    return (_DOTTED.fullmatch(word) is not None or lower in _NUMBERED) and not starts


def _is_ordinal(number: str, previous_word: str, before_number: str, paragraph: str, following: int) -> bool:
    """Whether "1." before a capital counts ("la 1. FC Köln", "1. Carrera") rather than ends a sentence ("nel 2018. Carrera")."""
    if len(number) > 2:
        return False
    at_start = not before_number.strip() or before_number.rstrip()[-1] in ".!?…:;,("
    return at_start or previous_word in _DETERMINERS or _CLUB.match(paragraph, following) is not None
