"""Whether a full stop, question mark or the like ends a sentence."""

import re
from dataclasses import dataclass

from qa.lexicon import (
    CATEGORIES,
    MONTHS,
    NUMBERED,
    OFTEN_LAST,
    SAINTS,
    SENTENCE_STARTERS,
    TITLES,
    TITLES_BY_LANGUAGE,
)

_CONTEXT = 40  # Characters before a full stop that are looked at: the last two words.
_ORDINAL_DIGITS = 2
_LOWER_START_LETTERS = 4

_OPENING = re.compile(r"[«“„‘\"'(\[{¿¡*_–—\s-]*+")
_WORD_BEFORE = re.compile(r"[^\s«“„‘\"(\[{’'/*_–—]+$")
_WORD_AFTER = re.compile(r"[^\W_]+")
_DOTTED = re.compile(r"(?:[^\W\d_]{1,3}\.)+[^\W\d_]{1,3}")
_VOWELLESS = re.compile(r"[bcdfghjklmnpqrstvwxz]{2,4}")
_CLUB = re.compile(r"[A-ZÄÖÜ]{2,5}\b")
_DASH = re.compile(r"[-–—]")
_ERA = re.compile(r"C\.")
_ADDRESS = re.compile(r"[./@:]|^www$")
_GLUED_WORD = re.compile(r"[^\W_]*(?:[^\W\d_][a-zà-öø-ÿ]|\d)$")


@dataclass(frozen=True, slots=True)
class _Stop:
    """A lone full stop: the word it follows, what leads up to that, and whether the next word starts a sentence."""

    word: str
    lead: str
    previous: str
    starts: bool
    language: str

    @property
    def is_title(self) -> bool:
        lower = self.word.lower()
        return lower in TITLES or lower in TITLES_BY_LANGUAGE.get(self.language, ()) or self.word in SAINTS


def ends_sentence(text: str, mark: re.Match[str], end: int, language: str) -> bool:
    """Whether a sentence ends at ``end``.

    Args:
        text: A paragraph.
        mark: Where its punctuation stands, with the groups ``mark`` (".", "?!", "…"), ``close`` (quotation marks and
            brackets that follow) and ``space``.
        end: Offset after the punctuation and what it closes; something other than white space follows.
        language: ISO 639-1 code.
    """
    if mark["mark"][-1] not in ".!?…":
        return True
    before = text[max(0, mark.start() - _CONTEXT) : mark.start()]
    if before.endswith(("(", "[")) or (not before and mark["mark"][0] in ".…"):
        return False
    opening = _OPENING.match(text, end)
    following = opening.end() if opening else end
    if following >= len(text) or text[following] in ",;:.!?…)»”":
        return False
    if not mark["space"]:
        return _ends_without_space(before, mark, text[following : following + 2])
    if text[following].islower():
        return mark["mark"] == "." and not mark["close"] and _is_long_plain_word(before, language)
    lone_stop = mark["mark"] == "." and not set(mark["close"]) - set(")]*_")
    return not (lone_stop and _is_abbreviated(before, text, end, following, language))


def _ends_without_space(before: str, mark: re.Match[str], after: str) -> bool:
    """Decide "finale.Poi", where a space is missing, as against "3.5", "S.p.A." or "www.Bari.it"."""
    words = before.split()
    if not after[0].isupper() or (words and _ADDRESS.search(words[-1])):
        return False
    if mark["close"] or mark["mark"] != ".":
        return True
    begins_word = len(after) == 1 or after[1].islower() or after[1] in "'’ "
    return begins_word and _GLUED_WORD.search(before) is not None


def _is_long_plain_word(before: str, language: str) -> bool:
    """Whether a full stop before a small letter ends a sentence all the same ("ha vinto. poi ha perso")."""
    match = _WORD_BEFORE.search(before)
    word = match[0] if match else ""
    abbreviations = TITLES | NUMBERED | MONTHS | OFTEN_LAST | TITLES_BY_LANGUAGE.get(language, frozenset())
    return len(word) >= _LOWER_START_LETTERS and word.isalpha() and word.islower() and word not in abbreviations


def _is_abbreviated(before: str, text: str, end: int, following: int, language: str) -> bool:
    """Whether the full stop after ``before`` belongs to an abbreviation, an initial or an ordinal."""
    match = _WORD_BEFORE.search(before)
    if match is None:
        return False
    lead = before[: match.start()]
    previous = _WORD_BEFORE.search(lead.rstrip(" '’\u00a0"))
    stop = _Stop(
        word=match[0],
        lead=lead,
        previous=previous[0].lower() if previous else "",
        starts=_starts_sentence(text, following),
        language=language,
    )
    if stop.word.lower() in MONTHS and stop.previous.isdigit() and _DASH.search(text, end, following):
        return True  # "9 feb. - Massimo Carrera"
    if stop.word.isdigit():
        return not stop.starts and _is_ordinal(stop, text, following)
    if text[following].isdigit():
        return stop.is_title or stop.word.lower() in NUMBERED | MONTHS
    return stop.is_title or _is_era(stop, text, following) or (not stop.starts and _looks_abbreviated(stop))


def _starts_sentence(text: str, following: int) -> bool:
    match = _WORD_AFTER.match(text, following)
    if match is None:
        return False
    word = match[0]
    cased = len(word) == 1 or not word.isupper()
    return cased and (word.lower() in SENTENCE_STARTERS or word.endswith("mente"))


def _is_ordinal(stop: _Stop, text: str, following: int) -> bool:
    """Whether "1." before a capital counts ("la 1. FC Köln", "1. Carrera") rather than ends a sentence ("16. Ora")."""
    if len(stop.word) > _ORDINAL_DIGITS:
        return False
    lead = stop.lead.rstrip()
    at_start = not lead or lead[-1] in ".!?…:;,("
    return at_start or _CLUB.match(text, following) is not None


def _is_era(stop: _Stop, text: str, following: int) -> bool:
    """Whether the full stop is the first of "a. C." or "d. C."."""
    return stop.word in {"a", "d"} and _ERA.match(text, following) is not None


def _looks_abbreviated(stop: _Stop) -> bool:
    word = stop.word
    if len(word) == 1 and word.isupper():
        return stop.previous not in CATEGORIES
    unknown_abbreviation = _VOWELLESS.fullmatch(word) is not None and word not in OFTEN_LAST
    return word.lower() in NUMBERED or _DOTTED.fullmatch(word) is not None or unknown_abbreviation
