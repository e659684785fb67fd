"""Dates: days, months, years, seasons, decades, as far as a text tells them."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Literal

from qa.atoms.atom import Atom
from qa.atoms.numbers import LANGUAGES, is_named, small_number
from qa.lexicon import COUNTED, MEASURES
from qa.text import fold

_YEAR = r"(?:18[5-9]|19\d|20\d)\d"
_DAY = r"(?<!\d)(?:0?[1-9]|[12]\d|3[01])(?!\d)"
_NUMERIC = re.compile(rf"(?<![\d./-])(\d{{1,2}})([-/.])(\d{{1,2}})\2({_YEAR}|\d{{2}})(?![\d]|[-/.]\d)")
_ISO_DAY = re.compile(rf"(?<![\d-])({_YEAR})-(\d{{2}})-(\d{{2}})(?![\d-])")
_TWO_PARTS = re.compile(rf"(?<![\d./-])({_YEAR})(\s?)([-–/])\2['’]?({_YEAR}|\d{{2}})(?!\d|[-/.]\d)")
_ONE_YEAR = re.compile(rf"(?<![\d.,/-]){_YEAR}(?![\d/]|[.,]\d|-\d)")
_NEXT_WORD = re.compile(r"\s?([^\W\d_]+|[€$£])(?!\s\d)")  # But "2021, ore 18".
_IN_A_YEAR = re.compile(r"\b(?:nel|dal|del|al|in|since|from|until)\s\Z")
_MONEY = frozenset("€$£")
_SHORT_YEAR = re.compile(
    r"\b(?:nel|del|dal|al|in|of|since|from|until|estate|inverno|autunno|primavera|stagione|classe|summer|season)"
    r"\s(['’]\d{2})(?![\d'’s])"
)
_DECADE = re.compile(
    r"\b(?:anni|annees|anos)\s+['’]?(?:19)?([2-9])0(?!\d)|(?<!\d)(?:19|['’])([2-9])0['’]?s\b|(?<!\d)(20[0-2])0['’]?s\b"
)
_DECADE_WORDS = {
    "anni": ("venti", "trenta", "quaranta", "cinquanta", "sessanta", "settanta", "ottanta", "novanta"),
    "the": ("twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties"),
}
_DECADE_WORD = re.compile("|".join(rf"\b{start}\s+(?:{'|'.join(names)})\b" for start, names in _DECADE_WORDS.items()))
# What is reckoned from a year that the same sentence names before it; what follows then says from when else ("un anno dopo la promozione").
_YEARS_LATER = re.compile(
    r"\b(?:(?:l['’]|the )(?=anno|year)|(?P<count>[^\W_]+)['’ ])(?:ann[oi]|years?) (?:dopo|piu tardi|success?iv[oi]|seguent[ei]|later|after|on)\b"
    r"(?! (?:il|lo|la|i|gli|le|l['’]|un|una|uno|l|aver\w*|esser\w*|che|di|del|dell['’]|della|dallo?|quell\w|the|an?|having|being|his|her|its|their)\b)"
)
_EXACT = re.compile(rf"{_YEAR}(?:-|\Z)")  # No season, and no decade.
_NOW_CENTURY = 30  # Two digits below this are of this century.
_MONTHS_OF_A_YEAR = 12
_LAST_DAY = 31

_NEXT = r"prossim[oa]|next|prochaine?|proxim[oa]|nachste[nrs]?|kommende[nrs]?"
_LAST = r"scors[oa]|last|past|derniere?|pasad[oa]|passad[oa]|letzte[nrs]?|vergangene[nrs]?"
_OF_YEAR = {
    r"(?:dello scorso anno|(?:dell['’])?anno scorso|(?:of )?last year|l['’]annee derniere|del ano pasado|do ano passado)": -1,
    r"(?:(?:di )?quest['’]anno|(?:of )?this year|cette annee|de este ano|deste ano)": 0,
    r"(?:del(?:l['’]anno)? prossimo(?: anno)?|(?:of )?next year|l['’]annee prochaine|del proximo ano|do proximo ano)": 1,
}
# By language, folded. "Oggi" is left out: it mostly means these days; and what also means the morning, or here.
_DAYS = {
    "it": {"l'altro ieri": -2, "ieri l'altro": -2, "avantieri": -2, "ieri": -1, "domani": 1, "dopodomani": 2},
    "en": {"the day before yesterday": -2, "yesterday": -1, "tomorrow": 1, "the day after tomorrow": 2},
    "fr": {"avant-hier": -2, "hier": -1, "demain": 1, "apres-demain": 2},
    "es": {"anteayer": -2, "ayer": -1},
    "de": {"vorgestern": -2, "gestern": -1, "ubermorgen": 2},
    "pt": {"anteontem": -2, "ontem": -1, "amanha": 1},
}
_BEFORE_FUTURE = "un|il|del|al|nel|dal|sul|le|du|au|o|do|ao"  # "Il domani del club" is no day.
_WHOLE_DAY = len("2021-02-09")
# Months that are words of another kind as well, and what stands before them when they are months.
_AMBIGUOUS = {"may", "march", "mars", "marco"}
_BEFORE_MONTH = re.compile(r"\b(?:in|of|since|until|till|by|from|to|early|late|mid|en|debut|fin|em|desde|ate)[\s-]$")


def find_dates(text: str, plain: str, language: str, reference: str | None) -> Iterator[Atom]:
    """Yield the dates of ``text``, those that are reckoned from others last; where two overlap, the one that comes first counts.

    Args:
        text: Any text.
        plain: Its ``same_length_fold``.
        language: ISO 639-1 code, for the names of months.
        reference: ISO date against which "next June", "last 24 January" and "yesterday" are resolved.
    """
    named = [*_named(text, plain, language, reference)]
    yield from named
    yield from _years_later(plain, language, named)


def _named(text: str, plain: str, language: str, reference: str | None) -> Iterator[Atom]:
    yield from _numeric(plain)
    if reference and len(reference) >= _WHOLE_DAY and language in _DAYS:
        yield from _near_days(text, plain, language, date.fromisoformat(reference[:_WHOLE_DAY]))
    yield from _with_month_names(text, plain, language, reference)
    for match in _TWO_PARTS.finditer(plain):
        if value := _season_or_month(match[1], match[4], iso=match[3] == "-" and not match[2]):
            yield Atom("date", value, match.start(), match.end())
    yield from _decades(plain)
    for match in _SHORT_YEAR.finditer(plain):
        yield Atom("date", _four_digits(match[1][1:]), match.start(1), match.end(1))
    for match in _ONE_YEAR.finditer(plain):
        if not _is_counted(plain, match, language):
            yield Atom("date", match[0], match.start(), match.end())


def _years_later(plain: str, language: str, dated: Sequence[Atom]) -> Iterator[Atom]:
    """Yield the years that are reckoned from the last one before them: "esonerato nel 2018, un anno dopo riparte"."""
    exact = sorted((atom.end, int(atom.value[:4])) for atom in dated if _EXACT.match(atom.value))
    for match in _YEARS_LATER.finditer(plain):
        before = bisect_right(exact, (match.start(), 0))
        years = 1 if match["count"] in {None, "un"} else _counted_years(match["count"], language)
        if before and years:
            yield Atom("date", str(exact[before - 1][1] + years), match.start(), match.end())


def _counted_years(word: str, language: str) -> int | None:
    return int(word) if word.isdecimal() else small_number(word, language)


def _is_counted(plain: str, year: re.Match[str], language: str) -> bool:
    """Whether four digits are no year but count what so many of are common: people, money, measures ("2000 tifosi", but "nel 2000 tifosi e…")."""
    following = _NEXT_WORD.match(plain, year.end())
    if following is None or _IN_A_YEAR.search(plain, max(0, year.start() - 8), year.start()):
        return False
    many = {*COUNTED["people"].get(language, ()), *MEASURES.get(language, ())}
    return following[1] in many or following[1] in _MONEY


def _numeric(plain: str) -> Iterator[Atom]:
    for match in _NUMERIC.finditer(plain):
        day, month = int(match[1]), int(match[3])
        if month > _MONTHS_OF_A_YEAR:  # the American order
            day, month = month, day
        if 1 <= month <= _MONTHS_OF_A_YEAR and 1 <= day <= _LAST_DAY:
            yield Atom("date", f"{_four_digits(match[4])}-{month:02d}-{day:02d}", match.start(), match.end())
    for match in _ISO_DAY.finditer(plain):
        if 1 <= int(match[2]) <= _MONTHS_OF_A_YEAR and 1 <= int(match[3]) <= _LAST_DAY:
            yield Atom("date", match[0], match.start(), match.end())


@cache
def _day_pattern(language: str) -> re.Pattern[str]:
    days = "|".join(sorted(_DAYS[language], key=len, reverse=True)).replace("'", "['’]")
    return re.compile(rf"(?:\b(?P<future>{_BEFORE_FUTURE})\s+)?(?<![\w-])(?P<day>{days})(?![\w-])")


def _near_days(text: str, plain: str, language: str, today: date) -> Iterator[Atom]:
    """Yield the days next to ``today``; without its date "yesterday" is no date at all."""
    for match in _day_pattern(language).finditer(plain):
        start, end = match.span("day")
        if not (match["future"] or is_named(text, start, end, language)):
            day = today + timedelta(days=_DAYS[language][match["day"].replace("’", "'")])
            yield Atom("date", day.isoformat(), start, end)


def _season_or_month(year: str, second: str, *, iso: bool) -> str:
    """Read "2016-17" as a season, "2021-02" as a month, "1986-91" as a period; empty for anything else."""
    if len(second) == len(year):
        return f"{year}/{second}" if second > year else ""
    last = int(year[:2] + second) + (100 if second == "00" and year[2:] == "99" else 0)
    if last != int(year) + 1 and iso and 1 <= int(second) <= _MONTHS_OF_A_YEAR:
        return f"{year}-{second}"
    return f"{year}/{last}" if last > int(year) else ""


def _four_digits(year: str) -> str:
    if len(year) > 2:  # noqa: PLR2004 - digits
        return year
    return f"20{year}" if int(year) < _NOW_CENTURY else f"19{year}"


def _decades(plain: str) -> Iterator[Atom]:
    for match in _DECADE.finditer(plain):
        digits = match[1] or match[2]
        value = f"{match[3]}x" if match[3] else f"{_four_digits(digits + '0')[:3]}x"
        yield Atom("date", value, match.start(), match.end())
    for match in _DECADE_WORD.finditer(plain):
        start, word = match[0].split()
        tens = _DECADE_WORDS[start].index(word) + 2
        yield Atom("date", f"{_four_digits(f'{tens}0')[:3]}x", match.start(), match.end())


@cache
def _months(language: str) -> tuple[dict[str, int], dict[str, int]]:
    """Return the full and the abbreviated names of the months, folded, with their numbers.

    Italian and English ones are always among them, since answers quote articles of the other language.
    """
    from babel.dates import get_month_names

    def names(width: Literal["wide", "abbreviated"]) -> dict[str, int]:
        codes = dict.fromkeys([language, "it", "en"]) if language in LANGUAGES else ("it", "en")
        return {
            fold(name).rstrip("."): number
            for code in codes
            for number, name in get_month_names(width, locale=code).items()
        }

    return names("wide"), names("abbreviated")


@cache
def _month_pattern(language: str) -> re.Pattern[str]:
    wide, short = ("|".join(sorted(map(re.escape, names), key=len, reverse=True)) for names in _months(language))
    first = rf"(?:(?P<first>{_DAY})\s?(?:-|–|e(?: il)?|al?|and(?: the)?|to|et|au|y|und|bis)\s?)?"
    day = rf"(?:{first}(?P<day>{_DAY})(?:°|o|er|st|nd|rd|th|\.)?\s+(?:d[ei]\s+|of\s+)?)?"
    year = rf"(?:\s+(?:del?\s+)?(?P<year>{_YEAR})(?!\d))?"
    american = rf"(?:\s+(?P<us_day>{_DAY})(?:st|nd|rd|th)?(?:,?\s+(?P<us_year>{_YEAR})(?!\d))?)?"
    return re.compile(
        rf"\b(?:(?P<before>{_NEXT}|{_LAST})\s+)?{day}"
        rf"(?:(?P<month>{wide})\b{year}{american}|(?P<short>{short})\b\.?\s+(?P<short_year>{_YEAR})(?!\d))"
        rf"(?:\s+(?P<of_year>{'|'.join(_OF_YEAR)})\b|\s+(?P<after>{_NEXT}|{_LAST})\b)?"
    )


def _with_month_names(text: str, plain: str, language: str, reference: str | None) -> Iterator[Atom]:
    wide, short = _months(language)
    for match in _month_pattern(language).finditer(plain):
        year = match["year"] or match["us_year"] or match["short_year"] or _year_of(match["of_year"], reference)
        day = match["day"] or (match["us_day"] if language == "en" or match["us_year"] else None)
        start, end = match.start(), match.end()
        if match["us_day"] and not day:  # "a maggio 12 gol"
            end = match.start("us_day")
        number = int(day) if day else None
        if number is None and not match["before"]:
            number, start = _day_in_words(plain, start, language)
        direction = match["before"] or match["after"] or ""
        if not (number or year or direction or match["of_year"]) and not _is_month(text, plain, match):
            continue
        month = wide[match["month"]] if match["month"] else short[match["short"]]
        if match["first"]:
            value = _value(year, month, int(match["first"]), reference, direction)
            yield Atom("date", value, match.start("first"), match.end("first"))
            start = match.start("day")
        yield Atom("date", _value(year, month, number, reference, direction), start, len(plain[:end].rstrip()))


def _year_of(words: str | None, reference: str | None) -> str | None:
    """Return the year that "dello scorso anno" or "this year" means at the date ``reference``."""
    if not words or not reference:
        return None
    return str(int(reference[:4]) + next(step for form, step in _OF_YEAR.items() if re.fullmatch(form, words)))


def _is_month(text: str, plain: str, match: re.Match[str]) -> bool:
    """Whether the name of a month without day and year means the month: "in May", not "may" or "Theresa May"."""
    if match["month"] not in _AMBIGUOUS:
        return True
    start = match.start("month")
    named = text[start].isupper() or match["month"] not in {"may", "march"}
    return named and _BEFORE_MONTH.search(plain[max(0, start - 8) : start]) is not None


def _day_in_words(plain: str, start: int, language: str) -> tuple[int | None, int]:
    """Return the day that is written out before a month ("sette maggio", "seventh of May"), and where that begins."""
    word = re.search(r"([^\W\d_]+(?:-[^\W\d_]+)?)\s+(?:de\s+|of\s+)?$", plain[max(0, start - 30) : start])
    day = small_number(word[1], language) if word else None
    return (day, max(0, start - 30) + word.start(1)) if word and day else (None, start)


def _value(year: str | None, month: int, day: int | None, reference: str | None, direction: str) -> str:
    rest = f"{month:02d}" + (f"-{day:02d}" if day else "")
    return f"{year or _resolved_year(reference, rest, direction) or '-'}-{rest}"


def _resolved_year(reference: str | None, rest: str, direction: str) -> str:
    """Return the year of the next or last ``rest`` ("06", "01-24") at the date ``reference``; empty if not clear."""
    known = (reference or "")[:10]
    if len(known) < len("2021-02") or not direction:
        return ""
    year, now = int(known[:4]), known[5:]
    length = min(len(now), len(rest))
    if rest[:length] == now[:length]:
        if len(rest) > len(now):  # this month's, as far as the article's date tells
            return str(year)
        step = 1 if re.fullmatch(_NEXT, direction) else -1
        return str(year if len(rest) == len(now) == len("02-09") and step < 0 else year + step)
    if re.fullmatch(_NEXT, direction):
        return str(year if rest[:length] > now[:length] else year + 1)
    return str(year if rest[:length] < now[:length] else year - 1)
