"""Which preposition stands before a name."""

import re

from qa.atoms import Atom
from qa.lexicon import PREPOSITIONS

# The word before a name, and the article between them; "a" is an article in English only.
_GOVERNOR = {
    "it": re.compile(r"(\w+)['’\s]+(?:(?:il|lo|la|l|i|gli|le|un|uno|una)['’\s]+)?\Z"),
    "en": re.compile(r"(\w+)['’\s]+(?:(?:the|an?)\s+)?\Z"),
}

_ARTICLED = re.compile(r"(?<!mano )\b(?:(?:a|da|de|ne|su)(?:l|llo|lla|ll)|the)['’\s]+\Z", re.IGNORECASE)


def is_articled(text: str, atom: Atom) -> bool:
    """Whether a preposition with an article stands right before a name ("al Lecco"): clubs have one, and people have none, in Italian."""
    return _ARTICLED.search(text, 0, atom.start) is not None


def is_governed(text: str, atom: Atom, language: str, start: int = 0) -> bool:
    """Whether a preposition stands right before a name ("grazie al Pontelago"), behind ``start``: then the sentence has another subject."""
    if language not in PREPOSITIONS:
        return False
    before = _GOVERNOR[language].search(text, start, atom.start)
    return before is not None and before[1].lower() in PREPOSITIONS[language]
