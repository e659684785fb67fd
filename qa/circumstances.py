"""What a question asks of a name besides its kind: that it is a place, or an opponent."""

import re
from collections.abc import Sequence
from functools import cache

from qa.atoms import Atom, find_atoms
from qa.lexicon import CONTESTS, PREPOSITIONS
from qa.questions import expected_answer
from qa.text import fold, stems, words
from qa.values import is_governed
from qa.verification import may_be_one_name

_WHERE = re.compile(r"\b(?:dove|where|donde|onde)\b")
_AGAINST = re.compile(
    r"\b(?:contro|against|contre|contra|gegen)\s+(?:chi|che|qual[ei]|whom?|which|what|qui|quelle?s?|quien(?:es)?|wen|welche\w*)\b"
)


def stands_as_asked(question: str, names: Sequence[Atom], sentence: str, language: str) -> bool:
    """Whether one of some names may answer as it stands in a sentence: "where" behind a preposition, "against whom" where a contest is told of.

    Args:
        question: What is asked.
        names: What may answer.
        sentence: Of an article; holds at least one of them.
        language: Of the sentence.
    """
    folded = fold(question)
    if _AGAINST.search(folded):
        return language not in CONTESTS or not _contests(language).isdisjoint(stems(sentence, language))
    if expected_answer(question) == "name" and _WHERE.search(folded) and language in PREPOSITIONS:
        told = [words(name.value) for name in names]
        return any(
            is_governed(sentence, atom, language)
            for atom in find_atoms(sentence, language)
            if atom.kind == "name" and any(may_be_one_name(words(atom.value), name) for name in told)
        )
    return True


@cache
def _contests(language: str) -> frozenset[str]:
    return frozenset(stems(" ".join(CONTESTS[language]), language))
