"""Which date of a sentence dates what: "Esonerato nel 2018, un anno dopo riparte da Atene" does not tell that it was Athens in 2018."""

import re
from itertools import pairwise

from qa.atoms import Atom, find_atoms
from qa.events import events_of
from qa.lexicon import PREPOSITIONS
from qa.prepositions import is_governed
from qa.text import WORD, stems, words
from qa.verification import may_be_one_name

# A new clause may begin behind these; behind "and" it need not have a verb of its own ("vinse con il Lecco nel 2016 e con il Como nel 2018").
_CLAUSE = re.compile(r"[,;:–—]|\b(?:ma|mentre|poi|but|then|while)\b")
_PART = re.compile(rf"{_CLAUSE.pattern}|\b(?:ed?|and)\b")
# All that stands between two dates of one clause: "dal 1986 al 1991", "nel 1988 e nel 1992".
_JOINED = frozenset({"e", "ed", "o", "il", "l", "la", "and", "or", "the"}).union(*PREPOSITIONS.values())


def may_date(date: Atom, text: str, spoken: str, question: str, language: str) -> bool:
    """Whether a date may date what a question asks about: neither event nor club or place of it stands in a clause that has another date.

    Args:
        date: An atom of ``text``.
        text: A sentence.
        spoken: Its language.
        question: What is asked.
        language: Its language.
    """
    atoms = find_atoms(text, spoken)
    dates, names = ([atom for atom in atoms if atom.kind == kind] for kind in ("date", "name"))
    parts, clauses = _starts(_PART, dates, text), _starts(_CLAUSE, dates, text)
    own, others = _placed(names, text, spoken, question, language)
    here = _number(date.start, parts)
    # A part without a place of its own has that of the one before it.
    placed = max((number for name in (*own, *others) if (number := _number(name.start, parts)) <= here), default=None)
    told = _told_too(question, language, text, spoken)
    return all(_number(name.start, parts) == placed for name in own) and all(
        _number(place, clauses) == _number(date.start, clauses) for place in told
    )


def is_reckoned(date: Atom, text: str) -> bool:
    """Whether a year is reckoned from another one of its text ("un anno dopo")."""
    return date.value.isdecimal() and not any(map(str.isdecimal, text[date.start : date.end]))


def _placed(names: list[Atom], text: str, spoken: str, question: str, language: str) -> tuple[list[Atom], list[Atom]]:
    """Return the names of a text that are places and clubs of a question, which a preposition governs there, and those that one governs here."""
    asked = [
        words(name.value)
        for name in find_atoms(question, language)
        if name.kind == "name" and is_governed(question, name, language)
    ]
    own = [name for name in names if any(may_be_one_name(words(name.value), one) for one in asked)]
    return own, [name for name in names if name not in own and is_governed(text, name, spoken)]


def _told_too(question: str, language: str, text: str, spoken: str) -> list[int]:
    """Return where a text tells of an event that a question is about."""
    asked = events_of(stems(question, language), language)
    return [word.start() for word in WORD.finditer(text) if asked & events_of(stems(word[0], spoken), spoken)]


def _starts(boundary: re.Pattern[str], dates: list[Atom], text: str) -> list[int]:
    """Return where a text has boundaries between two dates, the last of them for each two that are apart."""
    apart = [
        (one, other)
        for one, other in pairwise(dates)
        if is_reckoned(other, text) or not _JOINED.issuperset(words(text[one.end : other.start]))
    ]
    last = (
        max((found.end() for found in boundary.finditer(text, one.end, other.start)), default=0) for one, other in apart
    )
    return [start for start in last if start]


def _number(place: int, starts: list[int]) -> int:
    return sum(start <= place for start in starts)
