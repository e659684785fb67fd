"""Do the articles give different values for what is asked?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from qa.atoms import Atom, find_atoms
from qa.questions import expected_answer, fits
from qa.retrieval import Index, ScoredSentence
from qa.text import fold, stems, words
from qa.verification import date_within, same_word

_NEAR = 40  # Characters after a number in which its unit stands.
_WORD = re.compile(r"[^\W\d_]+")
_UNIT = re.compile(r"\b(?:quant[ioae]|how many|combien de?|cuant[oa]s|wie viele)\s+(\w+)")
# Values that say what they count differ without contradicting each other.
_SCOPES = {
    "league": r"\bin campionato\b|\bin league\b|\bin (?:the )?league\b|\bdi campionato\b",
    "all": r"\btutte le competizioni\b|\ball competitions\b|\bcomplessiv\w+\b|\bin totale\b|\bin total\b|\btra campionato e copp\w+\b",
    "cup": r"\bin coppa\b|\bin cup\b|\bnelle coppe\b",
}


@dataclass(frozen=True)
class Value:
    """What one sentence gives as the answer: an atom, the scope it is stated for, and the words that say what it is a value of."""

    sentence: ScoredSentence
    atom: Atom
    scope: str | None
    of: frozenset[str]


def conflicting(
    question: str, language: str, sentences: Sequence[ScoredSentence], index: Index
) -> tuple[ScoredSentence, ...]:
    """Return the best sentence of each article for each of the different values they give, or nothing if they agree.

    Only questions for a number with a unit ("quante presenze") or for a date are compared, and only sentences that speak of the question's
    names. Two values disagree if neither contains the other and their scopes, where both are stated, are the same.

    Args:
        question: What is asked.
        language: Its language.
        sentences: Candidates, best first.
        index: Where they come from.
    """
    values = [value for sentence in sentences for value in _values(question, language, sentence, index)]
    clashes = [(a, b) for a, b in combinations(values, 2) if _disagree(a, b)]
    if not clashes:
        return ()
    chosen: dict[tuple[str, str], ScoredSentence] = {}
    for value in (value for clash in clashes for value in clash):
        chosen.setdefault((value.sentence.chunk.source, value.atom.value), value.sentence)
    return tuple(dict.fromkeys(chosen.values()))


def _disagree(a: Value, b: Value) -> bool:
    if a.sentence.chunk.source == b.sentence.chunk.source or (a.scope and b.scope and a.scope != b.scope):
        return False
    if not a.of & b.of:
        return False
    if a.atom.kind == "date":
        same = date_within(a.atom.value, b.atom.value) or date_within(b.atom.value, a.atom.value)
        return not same and len(a.atom.value) == len(b.atom.value)
    return a.atom.value != b.atom.value


def _values(question: str, language: str, sentence: ScoredSentence, index: Index) -> list[Value]:
    article = index.snapshot.articles[sentence.chunk.source].article
    expected = expected_answer(question)
    if not _about(question, language, sentence, article.language):
        return []
    known = {atom.value for atom in find_atoms(question, language)}
    atoms = [a for a in find_atoms(sentence.text, article.language, article.date) if a.value not in known]
    scope = _scope(sentence.text)
    if expected == "number":
        units = {a: _unit(sentence.text, a, article.language) for a in atoms if a.kind == "number"}
        values = [
            Value(sentence, a, scope, unit)
            for a, unit in units.items()
            if unit and _counts_what_is_asked(unit, question, language, sentence, article.language)
        ]
    elif expected in {"day", "year", "date"}:
        shared = _predicates(question, language) & frozenset(stems(sentence.text, article.language))
        values = [Value(sentence, a, scope, shared) for a in atoms if shared and fits(expected, a)]
    else:
        values = []
    # More than one value in a sentence leaves open which of them is meant.
    return values if len(values) == 1 else []


def _counts_what_is_asked(
    unit: frozenset[str], question: str, language: str, sentence: ScoredSentence, spoken: str
) -> bool:
    """Whether a number of ``unit`` may be what is asked for.

    The words of a question in another language than the sentence's cannot be compared; then the articles' units must be alike. A question that
    names no unit ("quanto è alto") is compared with sentences that speak of the same thing.
    """
    if language != spoken:
        return True
    asked = _UNIT.search(fold(question))
    if asked and (wanted := frozenset(stems(asked[1], language))):
        return bool(unit & wanted)
    return bool(_predicates(question, language) & frozenset(stems(sentence.text, spoken)))


def _about(question: str, language: str, sentence: ScoredSentence, spoken: str) -> bool:
    """Whether the sentence and the one before it hold every name of the question, or its chunk does and it names nobody else itself."""
    chunk, before = sentence.chunk, sentence.chunk.sentences[max(0, sentence.number - 1)]
    asked = _certain_names(question, language)

    def holds(text: str) -> bool:
        known = [words(atom.value) for atom in find_atoms(text, spoken) if atom.kind == "name"]
        return all(any(_same_name(name, other) for other in known) for name in asked)

    if holds(chunk.text[before.start - chunk.start : sentence.span.end - chunk.start]):
        return True
    return not _certain_names(sentence.text, spoken) and holds(f"{chunk.header}\n{chunk.text}")


def _certain_names(text: str, language: str) -> list[list[str]]:
    return [words(atom.value) for atom in find_atoms(text, language) if atom.kind == "name" and atom.certain]


def _same_name(left: Sequence[str], right: Sequence[str]) -> bool:
    """Whether two names may be one: "Carrera" and "Massimo Carrera", but not "Costanza Brandolese" and "Ilaria Brandolese"."""
    few, many = sorted((left, right), key=len)
    return all(any(same_word(part, other) for other in many) for part in few)


def _predicates(question: str, language: str) -> frozenset[str]:
    named = {part for atom in find_atoms(question, language) if atom.kind == "name" for part in words(atom.value)}
    return frozenset(
        stem
        for stem in stems(question, language)
        if not any(name.startswith(stem) for name in named) and not stem.isdigit()
    )


def _unit(text: str, atom: Atom, language: str) -> frozenset[str]:
    """Stems of the two words after a number: what it counts."""
    return frozenset(stems(" ".join(_WORD.findall(text[atom.end : atom.end + _NEAR])[:2]), language))


def _scope(text: str) -> str | None:
    folded = fold(text)
    return next((name for name, pattern in _SCOPES.items() if re.search(pattern, folded)), None)
