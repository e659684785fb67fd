"""Numbers: digits, words, scores, formations, times of day."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from qa.atoms.atom import Atom

LANGUAGES = ("it", "en", "fr", "es", "de", "pt")
"""ISO 639-1 codes of the languages whose number words are known."""

WORD = re.compile(r"[^\W\d_]+(?:['’.-](?=[^\W\d_])[^\W\d_]+)*")
_PART = r"(?:0|[1-9]\d{0,2})"
_TIME = re.compile(
    r"(?<![\d:.,-])([01]?\d|2[0-4]):([0-5]\d)(?::[0-5]\d)?(?![\d:])|\b(?:ore|alle|dalle|h)\s(\d{1,2})[.:](\d{2})(?!\d)"
)
_FORMATION = re.compile(r"(?<![\w-])\d(?:[-–]\d){2,4}(?![\w–-])")
_SCORE = re.compile(rf"(?<![\w:/])(?<!\d[.,])({_PART})(\s?)[-–:]\2({_PART})(?!\w|[.,:/–-]\d)")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_NEXT_WORD = re.compile(r"\s?([^\W\d_]+)")
_THOUSANDS = re.compile(r"(\d{1,3}(?:\.\d{3})+)(?:,(\d+))?|(\d{1,3}(?:,\d{3})+)(?:\.(\d+))?")
_SCALES = {
    scale: word.split()
    for scale, word in {
        1_000: "mila mil mille thousand tausend",
        1_000_000: "milione milioni million millions millon millones millionen milhao milhoes mln mio",
        1_000_000_000: "miliardo miliardi billion billions milliard milliards milliarde milliarden mld bn",
    }.items()
}
_SCALE_OF = {word: scale for scale, names in _SCALES.items() for word in names}
_MILLION = 1_000_000
_HALF_A_SCALE = re.compile(r"\bmezzo (milione|miliardo)\b")
_AND_A_HALF = re.compile(r"\s+e mezzo\b")
_ELIDED = re.compile(r"\b([^\W\d_]*[nt]t)['’](?=(?:anni|ore)\b)")  # "trent'anni", "quarantott'anni"
_SAID_SCORE = re.compile(
    r"(?<!da )(?<!dalle )(?<![\d.,:–-])(\d{1,2}) a (\d{1,2})(?![\d:.,]\d|\d| [^\W\d_]*(?:gol|gare|ore)\b)"
)
_ENDINGS = ("o", "e", "i", "a", "")  # Cento, ventidue, venti, trenta, ventisei.
_TWO = {"it": "due", "en": "two", "fr": "deux", "es": "dos", "de": "zwei", "pt": "dois"}
_NO_CAPITALS = frozenset({"it", "fr", "es", "pt"})  # Languages without capitals for number words, even in headlines.
_LAST_DAY = 31
_SMALLEST = 3.0  # Below it the same words are articles and adverbs ("una partita", "prima", "secondo").

# "Sei" is six before a plural, and "you are" elsewhere.
_BEFORE_BEING = frozenset({"tu", "non", "ti", "ci", "che", "se", "chi", "dove", "quando", "perché", "come"})
_AFTER_BEING = frozenset(
    {"un", "una", "uno", "il", "lo", "la", "i", "gli", "le", "mio", "mia", "tu", "forte", "grande", "felice"}
    | {"stato", "stata", "sempre", "già", "anche", "così", "qui", "qua", "lì", "là", "proprio", "davvero"}
)
_SINGULAR = re.compile(r"[^\W\d_]{3,}[oa]")
_UNCHANGING = frozenset(
    {"euro", "chilo", "paia", "uova", "dita", "centinaia", "migliaia", "mila", "foto", "moto", "auto", "radio", "video"}
)


def find_numbers(text: str, plain: str, language: str) -> Iterator[Atom]:
    """Yield the numbers of ``text``; where two overlap, the one that comes first counts.

    Args:
        text: Any text.
        plain: Its ``same_length_fold``.
        language: ISO 639-1 code, for number words.
    """
    for match in _TIME.finditer(plain):
        hour, minute = match[1] or match[3], match[2] or match[4]
        yield Atom("number", f"{int(hour)}:{minute}", match.start(1 if match[1] else 3), match.end())
    for match in _FORMATION.finditer(plain):
        yield Atom("number", match[0].replace("–", "-"), match.start(), match.end())
    for match in _SCORE.finditer(plain):
        yield Atom("number", f"{match[1]}-{match[3]}", match.start(), match.end())
    for match in _SAID_SCORE.finditer(plain) if language == "it" else ():
        yield Atom("number", f"{int(match[1])}-{int(match[2])}", match.start(), match.end())
    for match in _DIGITS.finditer(plain):
        following = _NEXT_WORD.match(plain, match.end())
        scale = _SCALE_OF.get(following[1], 1) if following else 1
        half, end = _and_a_half(plain, following.end() if following and scale > 1 else match.end(), scale)
        yield Atom("number", number_value(match[0], scale, half), match.start(), end)
    for match in _HALF_A_SCALE.finditer(plain):
        yield Atom("number", str(_SCALE_OF[match[1]] // 2), match.start(), match.end())
    yield from _spelt_out(text, plain, language)
    if language == "it":
        yield from _elided(plain)


def number_value(digits: str, scale: int = 1, added: int = 0) -> str:
    """Return a number times ``scale`` plus ``added``, without thousands separators and needless zeros; a decimal comma is a point."""
    ungrouped = _ungrouped(digits)
    if ungrouped.count(".") > 1:  # a version, not a number
        return ungrouped
    number = Decimal(ungrouped)
    return _shortest(number * scale + added if scale > 1 or added else number)


def spelt_ordinals(text: str, language: str) -> Iterator[tuple[int, int, int]]:
    """Yield the ordinals from the third on that are written in words, each with where it begins and ends."""
    words, parsed = _number_words(text, language)
    for found in parsed:
        digits = re.match(r"\d+", found.text)
        # The parser lets small ones through beside another number.
        if found.is_ordinal and digits and int(digits[0]) >= _SMALLEST:
            yield int(digits[0]), words[found.start].match.start(), words[found.end - 1].match.end()


@lru_cache(maxsize=4096)
def small_number(word: str, language: str) -> int | None:
    """Return the number from 1 to 31 that one word stands for, as in a date ("sette", "primo", "seventh")."""
    found = _single(word, language) if language in LANGUAGES else None
    if found is None or (found.is_ordinal and language != "en" and found.text[:2].rstrip("ºe.") != "1"):
        return None
    digits = re.match(r"\d+", found.text)
    number = int(digits[0]) if digits else 0
    return number if 1 <= number <= _LAST_DAY else None


def cardinal(word: str, language: str) -> int | None:
    """Return the whole number that one word stands for ("ventisei")."""
    found = _single(word, language)
    return int(found.text) if found and found.text.isdecimal() else None


@lru_cache(maxsize=4096)
def cut_cardinal(stem: str) -> int | None:
    """Return the whole number that an Italian word stands for whose last letter may be missing ("trent'anni", "ventiseienne")."""
    numbers = (cardinal(stem + ending, "it") for ending in _ENDINGS)
    return next((number for number in numbers if number), None)


def is_named(text: str, start: int, end: int, language: str) -> bool:
    """Return whether a number word is part of a name, by its capital within a sentence: "nato a Sesto San Giovanni"."""
    if language not in _NO_CAPITALS or not text[start:end].istitle():
        return False
    before = text[:start].rstrip()
    return len(before) < start and (before[-1:].isalnum() or before[-1:] in {",", ";"})


def _ungrouped(digits: str) -> str:
    match = _THOUSANDS.fullmatch(digits)
    if match is None:
        return digits.replace(",", ".")
    whole, decimals = (match[1], match[2]) if match[1] else (match[3], match[4])
    return re.sub(r"[.,]", "", whole) + (f".{decimals}" if decimals else "")


def _shortest(number: Decimal) -> str:
    written = f"{number:f}"
    return (written.rstrip("0").rstrip(".") if "." in written else written.lstrip("0")) or "0"


@dataclass(frozen=True)
class _Word:
    """A word in the form that text2num reads."""

    match: re.Match[str]

    def text(self) -> str:
        return self.match[0].lower()

    def nt_separated(self, previous: "_Word") -> bool:
        return bool(self.match.string[previous.match.end() : self.match.start()].strip(" -"))

    def not_a_number_part(self) -> bool:
        return False


@dataclass(frozen=True)
class _Found:
    start: int
    end: int
    text: str
    is_ordinal: bool


def _parsed(words: Sequence[_Word], language: str, threshold: float) -> list[_Found]:
    from text_to_num import find_numbers as find_number_words

    found = find_number_words(list(words), language, threshold=threshold)
    return [_Found(number.start, number.end, number.text, number.is_ordinal) for number in found]


@lru_cache(maxsize=8)
def _number_words(text: str, language: str) -> tuple[list[_Word], list[_Found]]:
    """Return the words of a text and the numbers among them, kept while its ordinals and then its numbers are taken."""
    words = [_Word(match) for match in WORD.finditer(text)]
    parsed = _parsed(words, language, _SMALLEST) if language in LANGUAGES and words else []
    return words, [found for found in parsed if not is_named(text, *words[found.start].match.span(), language)]


def _single(word: str, language: str) -> _Found | None:
    found = _parsed([_Word(match) for match in WORD.finditer(word)], language, 1.0)
    return found[0] if len(found) == 1 else None


def _and_a_half(plain: str, end: int, scale: int) -> tuple[int, int]:
    """Return the half that may stand behind a scale ("tre milioni e mezzo"), and where the number ends."""
    half = _AND_A_HALF.match(plain, end) if scale >= _MILLION else None
    return (scale // 2, half.end()) if half else (0, end)


def _elided(plain: str) -> Iterator[Atom]:
    """Yield the tens and hundreds that have lost their last letter."""
    for match in _ELIDED.finditer(plain):
        if value := cut_cardinal(match[1]):
            yield Atom("number", str(value), match.start(), match.end(1))


def _spelt_out(text: str, plain: str, language: str) -> Iterator[Atom]:
    words, parsed = _number_words(text, language)
    for found in parsed:
        # The parser lets small ones through beside another number.
        small = found.end - found.start == 1 and found.text in {"0", "1", "2"}
        if not found.is_ordinal and not small and not _means_something_else(words, found, language):
            last = words[found.end - 1]
            half, end = _and_a_half(plain, last.match.end(), _SCALE_OF.get(last.text(), 1))
            yield Atom("number", number_value(found.text, added=half), words[found.start].match.start(), end)
    for word in words:
        if word.text() == _TWO.get(language) and not is_named(text, *word.match.span(), language):
            yield Atom("number", "2", word.match.start(), word.match.end())


def _means_something_else(words: Sequence[_Word], found: _Found, language: str) -> bool:
    """Whether a number word is none here: "per cento", "sei stato"."""
    if language != "it" or found.end - found.start > 1:
        return False
    word = words[found.start].text()
    before = words[found.start - 1].text() if found.start and _adjacent(words, found.start - 1) else ""
    after = words[found.end].text() if found.end < len(words) and _adjacent(words, found.start) else ""
    if word == "sei":
        singular = _SINGULAR.fullmatch(after) is not None and after not in _UNCHANGING
        return before in _BEFORE_BEING or after in _AFTER_BEING or singular
    return word == "cento" and before == "per"


def _adjacent(words: Sequence[_Word], number: int) -> bool:
    """Whether only white space stands between a word and the next."""
    (first, second) = next(pairwise(words[number : number + 2]))
    return first.match.string[first.match.end() : second.match.start()].isspace()
