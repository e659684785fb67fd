"""The checkable facts of a text: numbers, ordinals, dates and names, in one normal form.

"sedici" and "16" are one number, "7 maggio 2017" and "07-05-2017" one date, "Aleničev" and "Alenichev" nearly one name.
"""

from functools import lru_cache

from qa.atoms.ages import find_ages
from qa.atoms.atom import Atom, Kind, same_length_fold
from qa.atoms.dates import find_dates
from qa.atoms.names import find_names
from qa.atoms.numbers import find_numbers
from qa.atoms.ordinals import find_ordinals

__all__ = ["Atom", "Kind", "certain_names", "find_atoms"]


@lru_cache(maxsize=8192)
def find_atoms(text: str, language: str, reference: str | None = None) -> tuple[Atom, ...]:
    """Return the atoms of ``text`` in order of their place; they do not overlap.

    Args:
        text: Any text.
        language: ISO 639-1 code, for number words and months.
        reference: ISO date against which "next June", "last 24 January" and "yesterday" are resolved; without it they have no year,
            and the last is none.
    """
    plain = same_length_fold(text)
    taken = bytearray(len(text))
    atoms: list[Atom] = []
    for found in (
        find_dates(text, plain, language, reference),
        find_ordinals(text, language),
        find_numbers(text, plain, language),
        find_ages(text, plain) if language == "it" else (),
        find_names(text, language),
    ):
        for atom in found:
            if not any(taken[atom.start : atom.end]):
                taken[atom.start : atom.end] = b"\1" * (atom.end - atom.start)
                atoms.append(atom)
    return tuple(sorted(atoms, key=lambda atom: atom.start))


def certain_names(text: str, language: str) -> list[str]:
    """Return what is surely a name in ``text``, as it is written; ``language`` as for ``find_atoms``."""
    return [text[atom.start : atom.end] for atom in find_atoms(text, language) if atom.kind == "name" and atom.certain]
