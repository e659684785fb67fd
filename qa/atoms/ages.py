"""Italian words that hold a number of years: "ventunenne", "un contratto triennale"."""

import re
from collections.abc import Iterator

from qa.atoms.atom import Atom
from qa.atoms.numbers import cut_cardinal, is_named

_YEARS = re.compile(r"\b([^\W\d_]{2,})enn(?:e|i|ale|ali)\b")
_LATIN = {"bi": 2, "tri": 3, "quadri": 4, "quinqu": 5}
_AGES = range(3, 120)  # "Millenni" are no age.


def find_ages(text: str, plain: str) -> Iterator[Atom]:
    """Yield the numbers of years that single words of an Italian text hold; a capital within a sentence is that of a name ("la Biennale").

    Args:
        text: Any text.
        plain: Its ``same_length_fold``.
    """
    for match in _YEARS.finditer(plain):
        if not is_named(text, *match.span(), "it") and (years := _years(match[1])):
            yield Atom("number", str(years), *match.span())


def _years(stem: str) -> int | None:
    if stem in _LATIN:
        return _LATIN[stem]
    number = cut_cardinal(stem)
    return number if number in _AGES else None
