"""What an atom is, and the form of a text in which numbers and dates are looked for."""

import unicodedata
from dataclasses import dataclass
from typing import Literal

from qa.text import fold

Kind = Literal["number", "ordinal", "date", "name"]


@dataclass(frozen=True)
class Atom:
    """One checkable fact.

    Attributes:
        kind: What sort of fact it is.
        value: Its normal form. A number: digits with a decimal point, a score (``2-1``), a time of day (``18:18``). An
            ordinal: ``3.``. A date: ISO cut to what is known (``2017-05``, ``--01-24`` without a year), a season
            (``2016/2017``) or a decade (``199x``). A name: its folded words.
        start: Where it begins in the text.
        end: Where it ends.
        certain: False for a capitalised word that may have its capital only from the beginning of a sentence.
    """

    kind: Kind
    value: str
    start: int
    end: int
    certain: bool = True


def same_length_fold(text: str) -> str:
    """Return ``text`` folded and with plain digits, every character at its own place."""
    return "".join(map(_plain, text))


def _plain(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    folded = fold(character)
    return folded if len(folded) == 1 else character
