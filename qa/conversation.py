"""A follow-up question made to stand by itself."""

import re

from qa.atoms import find_atoms
from qa.schema import History
from qa.text import fold, stems

# A follow-up opens by joining on, or points back with a pronoun or a comparison word.
_JOINS_ON = re.compile(
    r"^(e|ed|ma|invece|allora|poi|quindi|and|but|so|then|what about|how about|et|mais|y|pero|und|aber)\b"
    r"|^(e |and )?(perche|come mai|why|quando|when|dove|where|con chi|contro chi|chi)\s*\?*$"
)
_POINTS_BACK = re.compile(
    r"\b(lui|lei|loro|gli|quello|quella|quelli|quelle|questo|questa|li|la squadra|il club|suo|sua|suoi|sue|prima di allora|dopo"
    r"|he|him|his|she|her|they|them|their|it|its|there|that|those|these"
    r"|il|elle|lui|leur|el|ella|ellos|er|sie|ihn|ihm|dort)\b"
)
_FEW_WORDS = 3


def standalone(question: str, history: History, language: str) -> str:
    """Return ``question`` with the earlier question it leans on put before it, or unchanged where it stands by itself.

    A question with a name of its own that neither joins on nor is cut short is a change of subject.
    """
    if not history:
        return question
    folded = " ".join(fold(question).split())
    names = [atom for atom in find_atoms(question, language) if atom.kind == "name" and atom.certain]
    leans = _JOINS_ON.search(folded) is not None or len(stems(question, language)) <= _FEW_WORDS
    if leans or (not names and _POINTS_BACK.search(folded)) or not names:
        return f"{history[-1][0].strip()} {question}"
    return question
