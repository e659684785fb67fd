"""Dates as newspapers write them, turned into ISO strings cut to their precision."""

import re
from datetime import UTC, datetime
from functools import cache

_FIRST_YEAR = 1900
_SHORT_YEAR = 2
_SHORT_MONTH = 5  # Letters: the longest abbreviations of months ("febbr").
_PIVOT = 70  # Two-digit years from here on belong to the 1900s.

_MONTH = r"[^\W\d_]{3,10}\.?"
_DAY = r"\d{1,2}(?:°|º|st|nd|rd|th|\.)?"
_YEAR = r"(?:19|20)\d{2}"
_TIME = (
    r"(?:(?:T|,?\s*(?:[-–|]\s*)?(?:(?:ore|alle|alle\s+ore|h|at)\s+)?)"
    r"(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)(?!\d)(?::[0-5]\d(?:\.\d+)?)?(?:\s*(?P<half>[ap])\.?m\b\.?)?"
    r"(?:\s*(?:Z|UTC|GMT|CES?T)\b|\s*[+-]\d{2}:?\d{2}\b)?)?"
)
DATE = (
    rf"(?:(?P<iso_year>{_YEAR})[-/.](?P<iso_month>\d{{1,2}})(?:[-/.](?P<iso_day>\d{{1,2}}))?(?!\d)"
    rf"|(?P<day>\d{{1,2}})[-/.](?P<month>\d{{1,2}})[-/.](?P<year>{_YEAR}|\d{{2}}(?!\d))"
    rf"|(?:[^\W\d_]{{3,9}}\.?,?\s+)?(?P<named_day>{_DAY})\s+(?:of\s+|de\s+)?(?P<day_month>{_MONTH}),?\s+(?:de\s+)?(?P<day_year>{_YEAR})"
    rf"|(?:[^\W\d_]{{3,9}},?\s+)?(?P<us_month>{_MONTH})\s+(?P<us_day>{_DAY}),?\s+(?P<us_year>{_YEAR})"
    rf"|(?P<only_month>{_MONTH})\s+(?P<month_year>{_YEAR})"
    rf"|(?P<only_year>{_YEAR})(?![-/.]?\d)){_TIME}"
)
"""Pattern of a date with or without a time, days before months. ``iso_from_match`` reads what it matched."""

_WHOLE = re.compile(DATE, re.IGNORECASE)


def iso_date(value: str) -> str | None:
    """Return a written date as an ISO string cut to its precision, or None if it is no date of a sensible year.

    >>> iso_date("09-02-2021 18:18"), iso_date("2021-02")
    ('2021-02-09T18:18', '2021-02')
    """
    match = _WHOLE.fullmatch(value.strip())
    return iso_from_match(match) if match else None


def iso_from_match(match: re.Match[str]) -> str | None:
    """Return what a match of ``DATE`` says as an ISO string, or None if there is no such day or no sensible year."""
    part = match.groupdict()
    year = (
        part["iso_year"]
        or part["year"]
        or part["day_year"]
        or part["us_year"]
        or part["month_year"]
        or part["only_year"]
    )
    named = part["day_month"] or part["us_month"] or part["only_month"]
    month = _month_number(named.rstrip(".").lower()) if named else int(part["iso_month"] or part["month"] or 0)
    day = re.sub(r"\D", "", part["iso_day"] or part["day"] or part["named_day"] or part["us_day"] or "")
    if month is None:
        return None
    try:
        date = datetime(_full_year(year), month or 1, int(day or 1), *_clock(part), tzinfo=UTC)
    except ValueError:
        return None
    if not _FIRST_YEAR <= date.year <= datetime.now(UTC).year + 1:
        return None
    if not month:
        return f"{date:%Y}"
    if not day:
        return f"{date:%Y-%m}"
    return f"{date:%Y-%m-%dT%H:%M}" if part["hour"] else f"{date:%Y-%m-%d}"


def _full_year(year: str) -> int:
    number = int(year)
    if len(year) > _SHORT_YEAR:
        return number
    return number + (1900 if number >= _PIVOT else 2000)


def _clock(part: dict[str, str | None]) -> tuple[int, int]:
    hour, minute = int(part["hour"] or 0), int(part["minute"] or 0)
    if part["half"]:
        hour = hour % 12 + (12 if part["half"].lower() == "p" else 0)
    return hour, minute


@cache
def _month_number(name: str) -> int | None:
    import dateparser

    languages = ["it", "en", "es", "fr", "de", "pt"]
    # "1 sett 2000" must not be read as a week ago.
    settings = {"DATE_ORDER": "DMY", "PARSERS": ["absolute-time"], "REQUIRE_PARTS": ["day", "month", "year"]}
    # Italian papers shorten to four or five letters as well ("sett.", "febbr."), which dateparser does not know.
    for candidate in (name, name[:3]) if len(name) <= _SHORT_MONTH else (name,):
        date: datetime | None = dateparser.parse(f"1 {candidate} 2000", languages=languages, settings=settings)
        if date is not None:
            return date.month
    return None
