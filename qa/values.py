"""What a sentence gives as the answer to a question: the one number, date or name that could be it, or a yes or no."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from qa.atoms import Atom, Kind, find_atoms
from qa.counting import SCORE, counted_as, is_denied, is_named, measures, outcomes, things, unit_of, units_of
from qa.dating import may_date
from qa.lexicon import PARTICIPLES, PRICED, TIME_NOUNS
from qa.prepositions import is_governed
from qa.questions import TIMES, Expected, expected_answer, fits
from qa.retrieval import ScoredSentence, Sentence
from qa.schema import Article
from qa.text import WORD, fold, stems, stems_of, words
from qa.verification import VERSUS, may_be_one_name

_UNIT = re.compile(
    r"\b(?:quant[iae]|quanto(?= tempo)|how many|combien de?|cuant[oa]s|wie viele)\s+"
    r"(?:(?:sono|erano|furono)\s+(?:stat[ei]\s+)?(?:le|i|gli)\s+)?(\w+)"
    r"|\b(?:numero|number|total[ei]?)\s+(?:\w+\s+)?(?:d(?:i|elle|ei|egli)|of)\s+(\w+)"
)
# Values that say what they count differ without contradicting each other.
_SCOPES = {
    "league": r"\bin campionato\b|\bin league\b|\bin (?:the )?league\b|\bdi campionato\b",
    "all": r"\btutte le competizioni\b|\ball competitions\b|\bcomplessiv\w+\b|\bin totale\b|\bin total\b|\btra campionato e copp\w+\b",
    "cup": r"\bin coppa\b|\bin cup\b|\bnelle coppe\b",
}


@dataclass(frozen=True)
class Value:
    """What one sentence gives as the answer.

    Attributes:
        sentence: Where it stands.
        kind: Of the value.
        value: In the manner of an atom's, or "yes" or "no".
        scope: What it is stated for, if the sentence says so.
        of: The words that say what it is a value of.
    """

    sentence: ScoredSentence
    kind: Kind | Literal["truth"]
    value: str
    scope: str | None
    of: frozenset[str]


@dataclass(frozen=True)
class Asked:
    """What a question asks for, as far as values can be compared."""

    question: str
    language: str

    @cached_property
    def expected(self) -> Expected:
        """The kind of value: a number also where a number is to be confirmed ("Ha superato quota 170 presenze?")."""
        expected = expected_answer(self.question)
        counts = any(atom.kind == "number" and self._counted(atom) for atom in self._atoms)
        return "number" if expected == "other" and counts else expected

    @cached_property
    def names(self) -> list[list[str]]:
        """The words of each of its names."""
        return _distinct(_certain_names(self._atoms))

    @cached_property
    def mentioned(self) -> list[list[str]]:
        """Likewise, with what may be a name, such as the capitalised first word."""
        return _distinct([words(atom.value) for atom in self._atoms if atom.kind == "name"])

    @cached_property
    def known(self) -> frozenset[str]:
        """Values that it gives itself: they are no answers."""
        return frozenset(atom.value for atom in self._atoms)

    @cached_property
    def dates(self) -> tuple[str, ...]:
        """The times that it names."""
        return tuple(atom.value for atom in self._atoms if atom.kind == "date")

    @cached_property
    def predicates(self) -> frozenset[str]:
        """Stems of what it says of its names."""
        named = {part for atom in self._atoms if atom.kind == "name" for part in words(atom.value)}
        empty = {*PARTICIPLES.get(self.language, ()), *(TIME_NOUNS.get(self.language, ()) if self.asks_when else ())}
        said = (word for word in words(self.question) if word not in empty and not word.isdigit())
        return frozenset(
            stem for stem in stems(" ".join(said), self.language) if not any(name.startswith(stem) for name in named)
        )

    @cached_property
    def unit(self) -> frozenset[str]:
        """Stems of what is counted ("quante presenze", "170 presenze", money for "quanto guadagna"); empty where it does not say."""
        if asked := _UNIT.search(fold(self.question)):
            return frozenset(stems(asked[1] or asked[2], self.language))
        if expected_answer(self.question) == "number" and self.predicates & stems_of(PRICED, self.language):
            return frozenset(stem for stem, thing in things(self.language).items() if thing == "money")
        return next((unit for atom in self._atoms if (unit := self._counted(atom))), frozenset())

    @cached_property
    def measures(self) -> bool:
        """Whether the unit may measure anything: years, metres."""
        return not self.unit.isdisjoint(measures(self.language))

    @cached_property
    def outcomes(self) -> frozenset[str]:
        """The outcomes that it restricts a number to ("quante partite ha vinto")."""
        return outcomes(self.predicates - self.unit, self.language)

    @cached_property
    def scope(self) -> str | None:
        """What it restricts a number to ("in campionato")."""
        return _scope(self.question)

    @property
    def asks_when(self) -> bool:
        """Whether a time is asked for."""
        return self.expected in TIMES

    @cached_property
    def _atoms(self) -> tuple[Atom, ...]:
        return find_atoms(self.question, self.language)

    def _counted(self, atom: Atom) -> frozenset[str]:
        unit = unit_of(self.question, atom, self.language) if atom.kind == "number" else frozenset()
        return frozenset(stem for stem in unit if stem in things(self.language))


def value_in(asked: Asked, sentence: ScoredSentence, article: Article) -> Value | None:
    """Return the value that a sentence gives, if it is about what is asked and gives just one.

    More than one value in a sentence leaves open which of them is meant.
    """
    own = find_atoms(sentence.text, article.language, article.date)
    atoms = [atom for atom in own if atom.value not in asked.known and fits(asked.expected, atom)]
    said = frozenset(stems(sentence.text, article.language))
    shared = asked.predicates & said
    scope = _scope(sentence.text)
    context = find_atoms(in_context(sentence), article.language)
    if asked.expected in {"person", "name"}:
        found = _named(asked, atoms, own, said)
    elif not is_about(asked, sentence, article) or (asked.scope and asked.scope != scope):
        found = {}
    elif asked.expected == "number":
        related = bool(shared) or are_held(asked.mentioned, context)
        found = _numbered(asked, atoms, sentence.text, article.language, shared=shared, related=related)
    elif asked.asks_when:
        told = (sentence.text, article.language, asked.question, asked.language)
        found = {atom: shared for atom in atoms if shared and may_date(atom, *told)}
    elif _says_all(asked, own, said):
        denied = _denies(sentence.text, asked.predicates, article.language)
        return Value(sentence, "truth", "no" if denied else "yes", scope, asked.predicates)
    else:
        found = {}
    if len(found) != 1:
        return None
    [(atom, of)] = found.items()
    return Value(sentence, atom.kind, atom.value, scope, of)


def _numbered(
    asked: Asked, atoms: Iterable[Atom], text: str, spoken: str, *, shared: frozenset[str], related: bool
) -> dict[Atom, frozenset[str]]:
    """Return the numbers that count what is asked, with what they count.

    What has another name ("gare" for "partite") or is said in another language counts only where the sentence is ``related`` to the question;
    words of two languages that are not known to name one thing cannot be compared, and then the articles' units must be alike. A question that
    names no unit ("quanto è alto", "con che risultato"), or only a measure ("quanti anni"), is compared with sentences that speak of the same thing.
    Matches that were won are no matches that were played.
    """
    if not asked.outcomes <= outcomes(stems(text, spoken), spoken):
        return {}
    units = units_of(text, atoms, spoken)
    counted = {atom: counted_as(unit, spoken) for atom, unit in units.items() if unit}
    if asked.unit:
        wanted = counted_as(asked.unit, asked.language)
        if asked.language != spoken and not is_named(wanted):
            return counted
        if asked.measures and not shared - asked.unit:
            return {}
        same = [atom for atom in counted if asked.language == spoken and units[atom] & asked.unit]
        return {atom: thing for atom, thing in counted.items() if atom in same or (related and thing & wanted)}
    if not shared:
        return {}
    return {atom: shared for atom in units if SCORE.fullmatch(atom.value)} or counted


def _named(
    asked: Asked, atoms: Iterable[Atom], own: Sequence[Atom], said: frozenset[str]
) -> dict[Atom, frozenset[str]]:
    """Return the names that answer, if the sentence says all that the question says: of who did something alike, there may be many."""
    if not _says_all(asked, own, said):
        return {}
    new = [
        atom for atom in atoms if atom.certain and not any(may_be_one_name(words(atom.value), n) for n in asked.names)
    ]
    return dict.fromkeys(new, asked.predicates)


def _denies(text: str, predicates: frozenset[str], language: str) -> bool:
    """Whether a sentence denies one of the words that it shares with the question: "Non c'è dubbio: ha vinto" denies none."""
    said = (match for match in WORD.finditer(text) if not predicates.isdisjoint(stems(match[0], language)))
    return any(is_denied(text, match.start()) for match in said)


def _says_all(asked: Asked, own: Sequence[Atom], said: frozenset[str]) -> bool:
    """Whether a sentence by itself has every name and every other content word of the question."""
    return bool(asked.names and asked.predicates) and asked.predicates <= said and are_held(asked.names, own)


def is_about(asked: Asked, sentence: Sentence, article: Article) -> bool:
    """Whether the sentence and the one before it hold every name of the question, or its chunk does and it names nobody else itself.

    Of what happened at a time, a name behind a preposition ("grazie al Pontelago") is not the subject that is left out; of a number, it may well
    be that of what is counted.
    """
    spoken = article.language
    if are_held(asked.names, find_atoms(in_context(sentence), spoken)):
        return True
    chunk, own = sentence.chunk, find_atoms(sentence.text, spoken, article.date)
    spoken_of = [atom for atom in own if not (asked.asks_when and is_governed(sentence.text, atom, spoken))]
    others = [
        name for name in _certain_names(spoken_of) if not any(may_be_one_name(name, known) for known in asked.names)
    ]
    return not others and are_held(asked.names, find_atoms(f"{chunk.header}\n{chunk.text}", spoken))


def in_context(sentence: Sentence) -> str:
    """Return a sentence with the one before it."""
    chunk, before = sentence.chunk, sentence.chunk.sentences[max(0, sentence.number - 1)]
    return chunk.text[before.start - chunk.start : sentence.span.end - chunk.start]


def are_held(names: Sequence[Sequence[str]], atoms: Iterable[Atom]) -> bool:
    """Whether every one of some names may be among a text's atoms, each given by its words."""
    known = [words(atom.value) for atom in atoms if atom.kind == "name"]
    return all(any(may_be_one_name(name, other) for other in known) for name in names)


def _distinct(names: list[list[str]]) -> list[list[str]]:
    return [list(name) for name in dict.fromkeys(map(tuple, names))]


def _certain_names(atoms: Iterable[Atom]) -> list[list[str]]:
    """Return the words of each name that is surely one; of "Lecco-Como", of both."""
    return [words(side) for atom in atoms if atom.kind == "name" and atom.certain for side in VERSUS.split(atom.value)]


def _scope(text: str) -> str | None:
    folded = fold(text)
    return next((name for name, pattern in _SCOPES.items() if re.search(pattern, folded)), None)
