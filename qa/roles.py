"""Who does what to whom: does a statement give the one who is asked about the part that the question gives another?

A small model that is asked who beat somebody likes to answer that somebody beat the other. Both names stand in the evidence, and so do all
other words; only the parts are exchanged.
"""

import re
from dataclasses import dataclass

from qa.atoms import Atom, find_atoms
from qa.text import fold, stems, words
from qa.verification import share_a_word

_WHO = r"(?:chi|ki|who|whom)\b"
_ASKED_WITH = re.compile(rf"\b(?:di|a|da|con|contro|per|su|tra|fra|against|with|by|from|to|for|of|over|under)\s+{_WHO}")
_WHO_DOES = re.compile(rf"\b{_WHO}\s+(?!did\b|do\b|does\b)(.+)")
_PASSIVE = frozenset(
    {"e", "era", "fu", "sara", "viene", "venne", "veniva", "stato", "stata", "stati", "state"}
    | {"is", "was", "were", "be", "been", "being", "got"}
)
_ARTICLE = re.compile(r"\W*(?:(?:il|lo|la|i|gli|le|the)\s+|l['’])?", re.IGNORECASE)


def exchanges_roles(statement: str, question: str, language: str) -> bool:
    """Whether a statement makes the one that the question knows the doer, or the one it asks for, where the question says otherwise.

    "Chi ha battuto il Pontelago?" is not answered by "Il Pontelago ha battuto…", nor "Di chi era il vice?" by "Mario Bianchi era il vice". Where
    Italian leaves open who did it to whom ("Chi ha scelto il Pontelago?"), the same holds.

    Args:
        statement: A sentence of a draft.
        question: What was asked.
        language: Of both.
    """
    folded = fold(question)
    does = _WHO_DOES.search(folded)
    names = [atom for atom in find_atoms(statement, language) if atom.kind == "name"]
    subject = _subject(statement, names)
    if does is None or subject is None:
        return False
    known = {word for atom in find_atoms(question, language) if atom.kind == "name" for word in words(atom.value)}
    is_known = [share_a_word(words(name.value), known) for name in names]
    # Asked "against whom", only another than the subject answers; asked "who", only a subject that the question does not know.
    is_wrong = not is_known[0] and all(is_known[1:]) if _ASKED_WITH.search(folded) else is_known[0]
    asked, said = _deed(does[1], language), _deed(statement[subject.end :], language)
    return is_wrong and asked is not None and asked == said


@dataclass(frozen=True)
class _Deed:
    """A verb, and whether it is done or suffered."""

    verb: str
    passive: bool


def _subject(statement: str, names: list[Atom]) -> Atom | None:
    """Return the name that a statement begins with."""
    begins = bool(names) and _ARTICLE.match(statement).end() == names[0].start  # type: ignore[union-attr]  # it matches anything
    return names[0] if begins else None


def _deed(text: str, language: str) -> _Deed | None:
    """Return the first content word of a text that begins with its verb."""
    said = words(text)
    first = next((number for number, word in enumerate(said) if stems(word, language)), None)
    return None if first is None else _Deed(stems(said[first], language)[0], not _PASSIVE.isdisjoint(said[:first]))
