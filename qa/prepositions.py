"""Which preposition stands before a name."""

import re

from qa.atoms import Atom
from qa.lexicon import PREPOSITIONS

# The word before a name, and the article between them; "a" is an article in English only.
_GOVERNOR = {
    "it": re.compile(r"(\w+)['’\s]+(?:(?:il|lo|la|l|i|gli|le|un|uno|una)['’\s]+)?\Z"),
    "en": re.compile(r"(\w+)['’\s]+(?:(?:the|an?)\s+)?\Z"),
}


def is_governed(text: str, atom: Atom, language: str, start: int = 0) -> bool:
    """Whether a preposition stands right before a name ("grazie al Pontelago"), behind ``start``: then the sentence has another subject."""
    if language not in PREPOSITIONS:
        return False
    before = _GOVERNOR[language].search(text, start, atom.start)
    return before is not None and before[1].lower() in PREPOSITIONS[language]
