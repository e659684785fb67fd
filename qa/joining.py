"""Names that a statement joins with "and": in the articles too they stand side by side, else half of the list may be of something else."""

import re
from collections.abc import Sequence
from itertools import pairwise

from qa.atoms import Atom
from qa.text import stems, words
from qa.verification import Window, share_a_word

_AND = re.compile(r"\b(?:ed?|and)\b", re.IGNORECASE)
_LITTLE = 2  # Content words, as in "un titolo in Grecia e due titoli in Russia".


def joined_names(statement: str, names: Sequence[Atom], language: str) -> list[tuple[Atom, Atom]]:
    """Return those of some names, in order, that "and" joins in a statement: "a Lecco e Como".

    Args:
        statement: A sentence.
        names: Atoms of it.
        language: Its language.
    """
    return [
        (left, right)
        for left, right in pairwise(names)
        if _AND.search(between := statement[left.end : right.start]) and _is_little(between, language)
    ]


def stand_side_by_side(left: Atom, right: Atom, window: Window) -> bool:
    """Whether two names stand in a window with little between them, in either order.

    Args:
        left: A name.
        right: Another.
        window: Of an article.
    """
    return any(
        _is_little(window.text[min(a.end, b.end) : max(a.start, b.start)], window.language)
        for a in _named(left, window)
        for b in _named(right, window)
    )


def _named(name: Atom, window: Window) -> list[Atom]:
    parts = words(name.value)
    return [atom for atom in window.atoms if atom.kind == "name" and share_a_word(parts, words(atom.value))]


def _is_little(text: str, language: str) -> bool:
    return len(stems(text, language)) <= _LITTLE
