"""Numbers and dates of Italian and English text in one form each.

Both languages are read at once, since an English answer is compared with Italian values. What is not clearly a number
stays a word: "un", "uno", "una" and "one" are articles or pronouns first, so they never become 1; "prima" is mostly an
adverb; "secondo" before an article, a pronoun or a name is the preposition; plural ordinals ("quarti di finale") count
nothing. "2011-12", two years in a row, is a season; write that December out.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _one_of(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_ITALIAN_MONTHS = _words(
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"
)
_ENGLISH_MONTHS = _words("january february march april may june july august september october november december")
_MONTHS_A_YEAR = 12
_LONG_MONTHS = {name: n % _MONTHS_A_YEAR + 1 for n, name in enumerate(_ITALIAN_MONTHS + _ENGLISH_MONTHS)}
_MONTHS = _LONG_MONTHS | {name[:3]: n for name, n in _LONG_MONTHS.items()} | {"sett": 9, "sept": 9}

_CAPITAL = _one_of(name.capitalize() for name in _ENGLISH_MONTHS)  # "may" and "march" are verbs
_FULL_YEAR = r"(?P<year>(?:1\d|20)\d\d)"
# Not the year of a whole date that stands in its one form already.
_OF_YEAR = r"\.?,?\s+(?:del\s+|dell'anno\s+|of\s+)?(?P<year>(?:1\d|20)\d\d|'\d\d)(?!\d|-\d)"
_DAY = r"(?<![\d/.,:-])(?P<day>\d{1,2})(?:°|st|nd|rd|th)?(?:\s+(?:of|di))?\s+"
_BEFORE, _AFTER = r"(?<![\d./-])", r"(?![\d/-])"
_DATES = (
    re.compile(rf"{_BEFORE}(?P<day>\d{{1,2}})(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark){_FULL_YEAR}{_AFTER}"),
    re.compile(rf"{_BEFORE}{_FULL_YEAR}(?P<mark>[/.])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}}){_AFTER}"),
    re.compile(rf"{_BEFORE}(?P<month>0[1-9]|1[0-2])[-/]{_FULL_YEAR}{_AFTER}"),
    re.compile(rf"{_DAY}(?P<month>{_one_of(_MONTHS)}){_OF_YEAR}", re.IGNORECASE),
    re.compile(rf"{_DAY}(?P<month>{_one_of(_LONG_MONTHS)})\b", re.IGNORECASE),
    re.compile(rf"\b(?P<month>{_CAPITAL})\s+(?P<day>\d{{1,2}})(?:°|st|nd|rd|th)?(?![\d-])(?:,?\s+{_FULL_YEAR}\b)?"),
    re.compile(rf"\b(?P<month>{_one_of(_MONTHS)}){_OF_YEAR}", re.IGNORECASE),
    re.compile(rf"\b(?P<month>{_CAPITAL}|(?i:{_one_of(_ITALIAN_MONTHS)}))\b"),
)
_YEARS = re.compile(
    rf"(?<![\d/-])(?P<first>(?:1\d|20)\d\d)\s?(?P<mark>[-/])\s?(?P<century>1\d|20)?(?P<second>\d\d){_AFTER}"
)
_CENTURY = 100
_DIGITS_OF_THOUSANDS = 4
UNKNOWN_YEAR = "XXXX"
_YOUNGEST_SHORT_YEAR = 49  # '49 is 2049, '50 is 1950

_THOUSANDS = re.compile(r"(?<![\w.,])[1-9]\d{0,2}(?:(?:\.\d{3})+(?!\.?\d)|(?:,\d{3})+(?!,?\d))")
_DECIMAL = re.compile(r"(?<![\w.,])(\d+)[.,](\d+)(?![.,]?\d)")
_MULTIPLE = re.compile(
    r"(?<![\w.,-])(\d+(?:\.\d+)?)\s*(?:(mila|thousand)|(milion[ei]|million)|(miliard[oi]|billion))\b", re.IGNORECASE
)
_SCORE = re.compile(r"(?<![\d-])(\d{1,2}) - (\d{1,2})(?![\d-])")

_PIECES = re.compile(r"\w+|\s+|[^\w\s]")
_ELIDED = re.compile(r"((?:quar|cinqu|sess|sett|ott|nov)ant|trent|vent|cent)'(?=\w)", re.IGNORECASE)
_ELIDED_VOWEL = {"vent": "i", "cent": "o"}
_OF_YEARS = re.compile(r"\b([^\W\d_]{2,})(enn(?:e|i|ale|ali))\b")
_BLENDED = {"bi": "2", "tri": "3", "quadri": "4", "quinqu": "5"}
_NEVER_NUMBERS = {"it": _words("un uno una prima second"), "en": _words("one o oh")}
_DETERMINERS = _words("il al dal del nel sul un suo mio loro")
_AFTER_PREPOSITION = _words("il lo la l i gli le un uno una quanto me te noi voi lui lei loro alcuni molti")


def unify(text: str) -> str:
    """Return ``text`` in NFKC, its signs, numbers and dates in one form each; case, accents and punctuation stay.

    Cardinals become digits without thousands marks and with a decimal point, ordinals digits with "°", dates EDTF
    (ISO 8601-2: ``2017-05-07``, ``2020-12``, ``XXXX-05-07``, ``XXXX-05``), two years in a row a season ``2016/17``,
    any other pair of years two years.
    """
    text = re.sub("[’‘ʼ`´]", "'", text)
    text = re.sub("[‐‑‒–—−]", "-", text)
    text = re.sub(r"(?<=\d)\s?[ºª°]", "°", text)  # before NFKC makes letters of them
    text = unicodedata.normalize("NFKC", text)
    text = re.sub(r"\bper\s?cento?\b", "%", text, flags=re.IGNORECASE)
    text = _ELIDED.sub(lambda match: f"{match[1]}{_ELIDED_VOWEL.get(match[1].lower(), 'a')} ", text)  # "trent'anni"
    text = _OF_YEARS.sub(_years_apart, text)  # "ventunenne" as "34enne"
    text = _digits_for_words(text)
    text = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "°", text)
    text = _THOUSANDS.sub(lambda match: re.sub(r"\D", "", match.group()), text)
    text = _DECIMAL.sub(lambda match: _figure(Decimal(f"{match[1]}.{match[2]}")), text)
    text = _MULTIPLE.sub(_multiplied, text)
    text = _YEARS.sub(_season_or_years, text)
    for pattern in _DATES:
        text = pattern.sub(_edtf, text)
    return _SCORE.sub(r"\1-\2", text)


@dataclass(frozen=True)
class _Piece:
    """A word, a space or a sign as text2num reads it (its protocol ``Token``)."""

    value: str

    def text(self) -> str:
        return self.value

    def nt_separated(self, _previous: "_Piece") -> bool:
        return False

    def not_a_number_part(self) -> bool:
        return False


def _digits_for_words(text: str) -> str:
    pieces = _PIECES.findall(text)
    for start, end, digits in sorted(_spelled_numbers(pieces), reverse=True):
        pieces[start:end] = [digits]
    return "".join(pieces)


def _spelled_numbers(pieces: list[str]) -> Iterator[tuple[int, int, str]]:
    """Yield (first piece, piece after the last, digits); what reads as Italian is not read as English again."""
    from text_to_num import find_numbers

    taken: set[int] = set()
    for language in ("it", "en"):
        for found in find_numbers([_Piece(piece) for piece in pieces], language, 0):
            inside = set(range(found.start, found.end))
            lone = len(inside) == 1
            if taken & inside or (lone and _is_other_word(pieces, found.start, language, ordinal=found.is_ordinal)):
                continue
            taken |= inside
            digits = re.sub(r"\D", "", found.text) + "°" if found.is_ordinal else found.text.replace(",", ".")
            yield found.start, found.end, digits


def _years_apart(match: re.Match[str]) -> str:
    """Return an age or a length of years as its number and its ending, or the word itself if it holds no number ("solenne")."""
    stem, ending = match.groups()
    if stem in _BLENDED:  # "La Biennale" is a name
        return f"{_BLENDED[stem]} {ending}"
    figures = (_digits_for_words(stem + vowel) for vowel in ("", *"aeio"))
    number = next((figure for figure in figures if figure.isdecimal() and len(figure) < _DIGITS_OF_THOUSANDS), None)
    return f"{number} {ending}" if number else match[0]


def _is_other_word(pieces: list[str], index: int, language: str, *, ordinal: bool) -> bool:
    """Whether a word that can be a number is something else here, by its neighbours (every other piece is a space)."""
    before, word, after = (pieces[i] if 0 <= i < len(pieces) else "" for i in (index - 2, index, index + 2))
    folded = word.casefold()
    if folded == "secondo":
        is_preposition = after.casefold() in _AFTER_PREPOSITION or after[:1].isupper()
        return is_preposition and before.casefold() not in _DETERMINERS
    is_plural = folded.endswith(("i", "e", "s")) if ordinal else folded.endswith("s")  # "quarti", "tens"
    return is_plural or folded in _NEVER_NUMBERS[language] or (folded == "due" and after.casefold() == "to")


def _multiplied(match: re.Match[str]) -> str:
    factor = next(factor for factor, word in zip((10**3, 10**6, 10**9), match.groups()[1:], strict=True) if word)
    return _figure(Decimal(match[1]) * factor)


def _figure(number: Decimal) -> str:
    return f"{number:f}".rstrip("0").rstrip(".") if number % 1 else f"{int(number)}"


def _season_or_years(match: re.Match[str]) -> str:
    first, second = int(match["first"]), int(match["second"])
    last = int(match["century"]) * _CENTURY + second if match["century"] else first + (second - first) % _CENTURY
    if last == first + 1:
        return f"{first}/{second:02}"
    may_be_month = match["mark"] == "-" and not match["century"] and 1 <= second <= _MONTHS_A_YEAR
    return match.group() if may_be_month else f"{first} {last}"


def _edtf(match: re.Match[str]) -> str:
    fields = match.groupdict()
    month = _MONTHS.get(fields["month"].casefold()) or int(fields["month"])
    day = int(fields["day"]) if fields.get("day") else None
    year = _year(fields["year"]) if fields.get("year") else None
    if day and day <= _MONTHS_A_YEAR < month:
        day, month = month, day  # written the American way
    try:
        dt.date(year or 2000, month, day or 1)  # 2000 had a 29 February
    except ValueError:
        return match.group()
    return f"{year or UNKNOWN_YEAR}-{month:02}" + (f"-{day:02}" if day else "")


def _year(written: str) -> int:
    if not written.startswith("'"):
        return int(written)
    return int(written[1:]) + (2000 if int(written[1:]) <= _YOUNGEST_SHORT_YEAR else 1900)
