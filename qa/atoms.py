"""The checkable facts of a text: numbers, dates and names, in one normal form.

"sedici" and "16" are one number, "7 maggio 2017" and "07-05-2017" one date, "Aleničev" and "Alenichev" one name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from qa.text import fold, stopwords

Kind = Literal["number", "date", "name"]

_LANGUAGES = ("it", "en", "fr", "es", "de", "pt")
_YEAR = r"(?:18[5-9]|19\d|20\d)\d"
_SCORE = re.compile(r"(?<![\d\w])\d{1,3}\s?[-–:]\s?\d{1,3}(?![\d\w])")
_SEASON = re.compile(rf"(?<!\d)({_YEAR})\s?[-–/]\s?(\d{{2}}|{_YEAR})(?!\d)")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_NUMERIC_DATE = re.compile(
    rf"(?<!\d)(\d{{1,2}})[-/.](\d{{1,2}})[-/.]({_YEAR})(?!\d)|(?<!\d)({_YEAR})-(\d{{2}})(?:-(\d{{2}}))?(?!\d)"
)
_TOKEN = re.compile(r"[^\W\d_]+(?:['’.-](?=[^\W\d_])[^\W\d_]+)*")
_ELISION = re.compile(r"^[^\W\d_]{1,6}['’](?=[A-ZÀ-Þ])")
_PARTICLES = frozenset(
    [
        "de",
        "di",
        "da",
        "del",
        "della",
        "dei",
        "van",
        "von",
        "der",
        "den",
        "la",
        "le",
        "el",
        "al",
        "bin",
        "ter",
        "dos",
        "das",
        "du",
    ]
)
_INITIAL = 2  # Characters of an abbreviated first name: "J. Stones", "St. Pauli".
_SENTENCE_START = re.compile(r"(?:^|[.!?…:]\s+|[«“\"(\n]\s*|\]\s*)$")


@dataclass(frozen=True)
class Atom:
    """One checkable fact.

    Attributes:
        kind: What sort of fact it is.
        value: Its normal form: digits, an ISO date cut to what is known (``--01-24`` without a year), or a folded name.
        start: Where it begins in the text.
        end: Where it ends.
        certain: False for a capitalised word that may have its capital only from the beginning of a sentence.
    """

    kind: Kind
    value: str
    start: int
    end: int
    certain: bool = True


@lru_cache(maxsize=8192)
def find_atoms(text: str, language: str, reference: str | None = None) -> tuple[Atom, ...]:
    """Return the atoms of ``text`` in order of their place; they do not overlap.

    Args:
        text: Any text.
        language: ISO 639-1 code, for number words and months.
        reference: ISO date against which "next June" and "last 24 January" are resolved; without it they stay without a year.
    """
    taken = [False] * len(text)
    atoms: list[Atom] = []
    for finder in (_dates(text, language, reference), _numbers(text, language), _names(text, language)):
        for atom in finder:
            if not any(taken[atom.start : atom.end]):
                taken[atom.start : atom.end] = [True] * (atom.end - atom.start)
                atoms.append(atom)
    return tuple(sorted(atoms, key=lambda atom: atom.start))


@cache
def _months() -> dict[str, int]:
    from babel.dates import get_month_names

    return {fold(name): number for code in _LANGUAGES for number, name in get_month_names("wide", locale=code).items()}


@cache
def _date_pattern() -> re.Pattern[str]:
    months = "|".join(sorted(map(re.escape, _months()), key=len, reverse=True))
    near = r"(?P<before>(?:prossim[oa]|scors[oa]|next|last|prochain|dernier|próximo|pasado)\s+)?"
    day = r"(?:(?P<day>\d{1,2})(?:°|º|st|nd|rd|th|\.)?\s+(?:de\s+|of\s+)?)?"
    year = rf"(?:\s+(?:de(?:l)?\s+)?(?P<year>{_YEAR}))?"
    us = rf"(?:\s+(?P<us_day>\d{{1,2}})(?:st|nd|rd|th)?(?:,\s*(?P<us_year>{_YEAR}))?(?!\d))?"
    return re.compile(
        rf"\b{near}{day}(?P<month>{months})\b(?:{year}(?!\d)){us}(?P<after>\s+(?:prossimo|scorso))?", re.IGNORECASE
    )


def _dates(text: str, language: str, reference: str | None) -> Iterator[Atom]:
    plain = _same_length_fold(text)
    for match in _date_pattern().finditer(plain):
        year = match["year"] or match["us_year"]
        day = match["day"] or (match["us_day"] if language == "en" or match["us_year"] else None)
        month = _months()[fold(match["month"])]
        if not (day or year or match["before"] or match["after"]) and fold(match["month"]) in _AMBIGUOUS_MONTHS:
            continue
        if day and int(day) > 31:  # noqa: PLR2004
            continue
        rest = f"{month:02d}" + (f"-{int(day):02d}" if day else "")
        if not year and reference:
            year = _resolved_year(reference, rest, (match["before"] or match["after"] or "").strip())
        yield Atom("date", f"{year or '-'}-{rest}", match.start(), match.end())
    for match in _NUMERIC_DATE.finditer(text):
        d, m, y, iso_year, iso_month, iso_day = match.groups()
        value = (
            f"{y}-{int(m):02d}-{int(d):02d}" if y else f"{iso_year}-{iso_month}" + (f"-{iso_day}" if iso_day else "")
        )
        yield Atom("date", value, match.start(), match.end())
    for match in _SEASON.finditer(text):
        last = match[2] if len(match[2]) == len(match[1]) else match[1][:2] + match[2]
        yield Atom("date", f"{match[1]}/{last}", match.start(), match.end())
    for match in re.finditer(rf"(?<![\d.,/-]){_YEAR}(?![\d/]|[.,]\d|-\d)", text):
        yield Atom("date", match[0], match.start(), match.end())


# English "may" and "march" are mostly verbs, Italian "marzo" never is.
_AMBIGUOUS_MONTHS = frozenset({"may", "march", "mars"})


def _resolved_year(reference: str, month_day: str, direction: str) -> str:
    """Return the year of a month that an article of the date ``reference`` names without one; empty where that is not clear."""
    known = reference[:10]
    if len(known) < 7 or not direction:  # noqa: PLR2004 - a year alone does not tell
        return ""
    year, now = int(known[:4]), known[5:]
    length = min(len(now), len(month_day))
    later, earlier = month_day[:length] > now[:length], month_day[:length] < now[:length]
    if fold(direction).startswith(("pros", "next", "proch", "prox")):
        return str(year if later else year + 1)
    return str(year if earlier or month_day[:length] == now[:length] else year - 1)


def _same_length_fold(text: str) -> str:
    folded = [fold(c) for c in text]
    return "".join(f if len(f) == 1 else c for f, c in zip(folded, text, strict=True))


@dataclass(frozen=True)
class _Word:
    match: re.Match[str]

    def text(self) -> str:
        return self.match[0].lower()

    def nt_separated(self, previous: "_Word") -> bool:
        return bool(self.match.string[previous.match.end() : self.match.start()].strip(" -"))

    def not_a_number_part(self) -> bool:
        return False


def _numbers(text: str, language: str) -> Iterator[Atom]:
    for match in _SCORE.finditer(text):
        yield Atom(
            "number", re.sub(r"\s", "", match[0]).replace("–", "-").replace(":", "-"), match.start(), match.end()
        )
    for match in _DIGITS.finditer(text):
        yield Atom("number", _plain(match[0]), match.start(), match.end())
    words = [_Word(match) for match in _TOKEN.finditer(text)]
    for start, end, value in _number_words(words, language):
        yield Atom("number", value, words[start].match.start(), words[end - 1].match.end())


_TWO = {"it": "due", "en": "two", "fr": "deux", "es": "dos", "de": "zwei", "pt": "dois"}


def _number_words(words: list[_Word], language: str) -> Iterator[tuple[int, int, str]]:
    from text_to_num import find_numbers

    if language not in _LANGUAGES or not words:
        return
    # Below 3 the same words are articles and adverbs ("una partita", "prima", "secondo").
    for found in find_numbers(words, language, threshold=3.0):
        if not found.is_ordinal:
            yield found.start, found.end, _plain(found.text)
    for position, word in enumerate(words):
        if word.text() == _TWO[language]:
            yield position, position + 1, "2"


def _plain(digits: str) -> str:
    """Return a number without thousands separators; a decimal comma becomes a point."""
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", digits):
        return re.sub(r"[.,]", "", digits)
    return digits.replace(",", ".").lstrip("0") or "0"


def _names(text: str, language: str) -> Iterator[Atom]:
    run: list[tuple[int, int]] = []
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        start += len(elided[0]) if (elided := _ELISION.match(match[0])) else 0
        capital = text[start].isupper()
        gap = text[run[-1][1] : start] if run else ""
        joins = (
            bool(run)
            and not elided
            and (gap in {" ", "'", "’", "\n"} or (gap in {".", ". "} and run[-1][1] - run[-1][0] <= _INITIAL))
        )
        if joins and (capital or (fold(match[0]) in _PARTICLES and _capital_follows(text, end))):
            run.append((start, end))
            continue
        yield from _name(text, run, language)
        run = [(start, end)] if capital else []
    yield from _name(text, run, language)


def _capital_follows(text: str, end: int) -> bool:
    rest = text[end : end + 2].lstrip(" '’")
    return bool(rest) and rest[0].isupper()


def _name(text: str, run: list[tuple[int, int]], language: str) -> Iterator[Atom]:
    while run and fold(text[slice(*run[0])]) in stopwords(language) | stopwords("en"):
        run = run[1:]
    if not run:
        return
    start, end = run[0][0], run[-1][1]
    initial = _SENTENCE_START.search(text[max(0, start - 8) : start]) is not None
    yield Atom("name", " ".join(fold(text[a:b]) for a, b in run), start, end, certain=len(run) > 1 or not initial)
