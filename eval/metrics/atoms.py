"""The checkable facts of a text, by rules of their own: the product's finder does not mark its own work."""

import re
from collections.abc import Callable, Collection
from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import date, timedelta

from eval.normalise import covers, tokens
from eval.values import UNKNOWN_YEAR, unify
from qa.text import fold

AtomFinder = Callable[[str], AbstractSet[str]]

_VALUE = re.compile(r"\d|xxxx-\d")
_YEAR = 4
_DATED = re.compile(r"\d{4}(?:-|\Z)")
_YEARLESS = re.compile(r"xxxx-\d\d-\d\d\Z")
_RELATIVE_MONTH = re.compile(rf"\b(?:prossimo|scorso|next|last)\s+({UNKNOWN_YEAR}-\d\d)\b(?!-)", re.IGNORECASE)
_OF_A_NEAR_YEAR = {
    rf"({UNKNOWN_YEAR}-\d\d)\s+(?:dello scorso anno|dell'anno (?:scorso|passato|prima)|of last year)\b": -1,
    rf"({UNKNOWN_YEAR}-\d\d)\s+(?:del prossimo anno|dell'anno prossimo|of next year)\b": 1,
}
_WHOLE_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_NEAR_DAYS = {
    r"(?<!altro )ieri(?! l.altro)|yesterday": -1,
    "domani|tomorrow": 1,
    "altro ieri|ieri l.altro": -2,
    "dopodomani": 2,
}
_YEARS_LATER = re.compile(
    r"\b(?:(\d{1,2}) (?:anni|years)|(?:un |l.)anno|(?:a|one|the) year) (?:dopo|più tardi|success?iv[oi]|seguent[ei]|later|after|on)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
_SENTENCE_START = re.compile(r"(?:^|[.!?…:\n]|\]\s)[\s«“„\"'(\[-]*$")


def find_atoms(text: str) -> frozenset[str]:
    """Return the numbers, dates and capitalised words of ``text`` as normalised tokens.

    The capital of a sentence's first word says nothing ("Vinse Conte"), so that word is left out. Meant for Italian and
    English: every noun of German would count.
    """
    values = {token for token in tokens(text) if _VALUE.match(token)}
    return frozenset(values | _names(unify(text)))


def _names(text: str) -> set[str]:
    return {
        fold(word[0])
        for word in _WORD.finditer(text)
        if word[0][0].isupper() and word[0] != UNKNOWN_YEAR and not _SENTENCE_START.search(text[: word.start()])
    }


def unsupported(atoms: Collection[str], evidence: str, find: AtomFinder = find_atoms) -> list[str]:
    """Return, sorted, the ``atoms`` that ``evidence`` does not state.

    It states an atom that is one of its own, one of its words in any case, or a less precise form of one of its dates. A day without its year
    ("lo scorso 24 gennaio") is one of the years that the evidence names, such as that of the article, and so is a next or last month; a month
    of last or next year is one of the years next to those, "un anno dopo" is one year after one of them. "Ieri" and "domani" are the days next
    to those that it names.
    """
    stated = {*find(evidence), *tokens(evidence)}
    years = {token[:_YEAR] for token in stated if _DATED.match(token)}
    yearless = {token for token in stated if _YEARLESS.match(token)}
    plain = unify(evidence)
    yearless.update(month.lower() for month in _RELATIVE_MONTH.findall(plain))
    stated |= _near_days(evidence, stated) | _near_months(plain, years) | _later_years(plain, years)
    stated |= {year + day.removeprefix(UNKNOWN_YEAR.lower()) for day in yearless for year in years}
    return sorted(atom for atom in atoms if not any(covers(known, atom) for known in stated))


def _near_months(plain: str, years: Collection[str]) -> set[str]:
    """Return the months that "novembre dello scorso anno" and its like mean in a unified text that names some years."""
    return {
        f"{int(year) + step}{month[len(UNKNOWN_YEAR) :]}"
        for pattern, step in _OF_A_NEAR_YEAR.items()
        for month in re.findall(pattern, plain, re.IGNORECASE)
        for year in years
    }


def _later_years(plain: str, years: Collection[str]) -> set[str]:
    """Return the years that "un anno dopo" and its like may mean in a unified text that names some years."""
    return {str(int(year) + int(count or 1)) for count in _YEARS_LATER.findall(plain) for year in years}


def _near_days(evidence: str, stated: Collection[str]) -> set[str]:
    """Return the days that "ieri" and its like mean in a text next to the days that it states."""
    steps = [step for words, step in _NEAR_DAYS.items() if re.search(rf"\b(?:{words})\b", evidence, re.IGNORECASE)]
    found = set()
    for token in filter(_WHOLE_DAY.fullmatch, stated):
        with suppress(ValueError, OverflowError):  # Articles write of days that no calendar has.
            found |= {(date.fromisoformat(token) + timedelta(days=step)).isoformat() for step in steps}
    return found
