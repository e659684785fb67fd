"""At which club something happened, where a sentence leaves that to those before it: "Va a Lecco. Ad aprile si dimette"."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count, islice, pairwise, takewhile

from qa.atoms import Atom, find_atoms
from qa.careers import ACTIVITIES, LISTED
from qa.events import events_of
from qa.prepositions import is_articled, is_governed
from qa.retrieval import Sentence
from qa.schema import Article
from qa.text import stems, stems_of, words
from qa.verification import is_part_of_one, may_be_one_name

_CLAUSE = re.compile(r"[,;:–—]\s|\s(?:ma|mentre|but|while)\s")
_AND = re.compile(r"\s(?:ed?|and)\s+(?=(\w+))")
_AUXILIARIES = frozenset(
    ["ha", "hanno", "aveva", "è", "era", "fu", "si", "poi", "ora", "has", "had", "is", "was", "then", "now"]
)
# Before a club or country that somebody comes to, or is at; people have no article in Italian.
_CALLED_TO = re.compile(
    r"\b(?:(?:panchin|guid|offert|propost|cort|chiamat)[ae]\s+(?:tecnica\s+)?del(?:lo|la|l)?|(?:staff|timone|incarico|ct|selezionatore|selezionatrice)\s+del(?:lo|la|l)?)['’\s]+\Z"
    r"|\bbench of\s+(?:the\s+)?\Z",
    re.IGNORECASE,
)
# The same, where what somebody does at a club is told.
_AT = {
    "it": re.compile(
        r"\b(?:(?:al|nel|sul)(?:lo|la|l)?|allo?|all|in|magli[ae]\s+del(?:lo|la|l)?)['’\s]+\Z", re.IGNORECASE
    ),
    "en": re.compile(r"\b(?:at|for|to|with|joined|joins|managed|coached)\s+(?:the\s+)?\Z", re.IGNORECASE),
}
_TO = re.compile(r"\b(?:al(?:lo|la|l)?)['’\s]+\Z", re.IGNORECASE)
_WITH_WHOM = re.compile(
    r"\W*(?:con (?:cui|la quale|il quale)|nella quale|nel quale|dove|(?:with|at) which|where)\b", re.IGNORECASE
)
_WITH = re.compile(r"\b(?:con\s+(?:il|lo|la|l)|col|with|at)['’\s]+\Z", re.IGNORECASE)
# Behind these a name is compared with.
_LIKE = re.compile(r"\b(?:come|as)\s+\Z", re.IGNORECASE)
_OF_ANOTHER = re.compile(r"\s+(?:(?:di|del|della|dei|delle|of)\s+|dell['’])(?-i:[A-ZÀ-Þ])", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:non|mai|not|never)\s+(?:\w+\W+){0,4}\Z", re.IGNORECASE)
_RELATIVE = re.compile(r"(?:che|who|which)\b", re.IGNORECASE)
# Pronouns: before "s" and another consonant "lo" is an article, before a vowel "gli" may be.
_MEANT = re.compile(
    r"\b(?:lo\s+(?!s[b-df-hj-np-tv-z]|z|ps|gn|[xy]|\d)|gli\s+(?!s[b-df-hj-np-tv-z]|z|ps|gn|[aeioux]|\d)|(?:lui|lei|him|her|his|su[oa])\b)",
    re.IGNORECASE,
)
_PARTICIPLE = re.compile(r"\W*(?:\w*(?:at|it|ut|st|rt|nt|tt|lt|ss|rs)[oaie]|\w+ed|born)\b", re.IGNORECASE)
_GAP = 100  # Characters before a sentence in which the blank line stands, where it opens a paragraph.
_BACK = 12  # Clauses for which a club that was named is still the one that is spoken of.


@dataclass(frozen=True)
class Clause:
    """A part of a sentence that has a verb of its own, as a rule.

    Attributes:
        sentence: Whose part it is.
        start: Where it starts in the sentence's text.
        end: Where it ends there.
        names: The names in it, with their places in the sentence's text.
        earlier: The names before it in the sentence.
        opens: Whether it opens a paragraph.
        number: Its place among those of the article.
    """

    sentence: Sentence
    start: int
    end: int
    names: tuple[Atom, ...]
    earlier: tuple[Atom, ...]
    opens: bool
    number: int

    @property
    def text(self) -> str:
        """Its words."""
        return self.sentence.text[self.start : self.end]

    @property
    def header(self) -> str:
        """The title and the heading that it stands under."""
        return self.sentence.chunk.header


class Stints:
    """An article read clause by clause, for the clubs and the people that each is about.

    Args:
        article: What is read.
        sentences: Of it, in order.
    """

    def __init__(self, article: Article, sentences: Iterable[Sentence]) -> None:
        self._language = article.language
        self._titled = [words(atom.value) for atom in find_atoms(article.title, self._language) if atom.kind == "name"]
        activities = ("coaching", "playing", "moving")
        self._activities = frozenset().union(*(stems_of(ACTIVITIES[name], self._language) for name in activities))
        trophies = (stems_of(LISTED["trophies"], language) for language in (self._language, "en"))
        self._trophies = frozenset(stems("Serie", self._language)).union(*trophies)
        self.clauses = list(_clauses(sentences, article))
        self._clubs = {tuple(words(name.value)) for clause in self.clauses for name in self._articled(clause)}

    def is_about(self, name: Sequence[str], clause: Clause, *, by_title: bool = False) -> bool:
        """Whether a clause is about a club or a trophy: it has its name, or that is the club that was last come to under its heading.

        Args:
            name: Its words.
            clause: Of the article.
            by_title: Whether it may also be the title's, where none was come to.
        """
        if self.is_trophy(name):
            return any(self.is_the_trophy(one, name, clause) for one in clause.names)
        for one in self._lately(clause):
            if _have(one.names, name):
                return True
            if self._articled(one) if one is clause else self.comes_to(one):
                return False
        return by_title and self.is_titled(name)

    def is_called(self, clause: Clause) -> bool:
        """Whether somebody is called to a club in a clause, or takes charge of it, or has an offer from it."""
        return bool(self._behind([_CALLED_TO], clause))

    def club_of(self, clause: Clause) -> str | None:
        """Return the name of the club that something happened with in a clause, or that was last come to before it under the same heading."""
        if here := self._behind([_WITH], clause):
            return here[0].value
        if _WITH_WHOM.match(clause.text) and clause.earlier:
            return clause.earlier[-1].value
        come = next(filter(None, map(self.comes_to, self._lately(clause))), None)
        return come[-1].value if come else None

    def clauses_of(self, clause: Clause) -> list[Clause]:
        """Return the clauses of a sentence up to one of them."""
        first = next(one for one in self.clauses[clause.number :: -1] if one.start == 0)
        return self.clauses[first.number : clause.number + 1]

    def before(self, clause: Clause) -> Clause | None:
        """Return the clause before one, if there is any under the same heading."""
        last = self.clauses[clause.number - 1] if clause.number else None
        return last if last and last.header == clause.header else None

    def last_naming(self, name: str, clause: Clause) -> Clause:
        """Return the last clause up to one that has a name, or that one itself."""
        before = reversed(self.clauses[: clause.number + 1])
        return next((one for one in before if _have(one.names, words(name))), clause)

    def is_club(self, name: Sequence[str]) -> bool:
        """Whether the article has a name with an article before it, as people do not have one."""
        return any(may_be_one_name(name, club) for club in self._clubs)

    def is_titled(self, name: Sequence[str]) -> bool:
        """Whether the article's title has a name."""
        return any(may_be_one_name(name, one) for one in self._titled)

    def speaks_of(self, name: Sequence[str], clause: Clause) -> bool:
        """Whether a clause has somebody's name, or speaks of whom the last one spoke of that names somebody; the title, before a paragraph."""
        titled = self.is_titled(name)
        if _have(clause.names, name) or (titled and _MEANT.search(clause.text)):
            return True
        for one in chain(self._led_to(clause), self.clauses[clause.number :: -1]):
            free = self.subjects(one)
            if _have(free, name):
                return True
            if any(not is_part_of_one(words(subject.value), self._clubs) for subject in free):
                return False
            if one.opens:
                break
        return titled

    def _lately(self, clause: Clause) -> Iterator[Clause]:
        """Yield a clause and those before it for which what it is about may still be that of the first, the last first."""
        back = reversed(self.clauses[max(0, clause.number - _BACK) : clause.number + 1])
        return takewhile(lambda one: one.header == clause.header, back)

    def _led_to(self, clause: Clause) -> Iterator[Clause]:
        """Yield the first clause with a subject behind one that begins a sentence with a participle: "Nata a Lecco, la Neri…"."""
        if clause.start > 0 or self.subjects(clause) or not _PARTICIPLE.match(clause.text):
            return iter(())
        behind = takewhile(lambda one: one.start > 0, self.clauses[clause.number + 1 :])
        return islice(filter(self.subjects, behind), 1)

    def comes_to(self, clause: Clause) -> list[Atom]:
        """Return the clubs that somebody comes to in a clause, or is at."""
        if self._language not in _AT:
            return []
        told = not self._activities.isdisjoint(stems(clause.text, self._language))
        return self._behind([_CALLED_TO, _AT[self._language] if told else _TO], clause)

    def is_trophy(self, name: Iterable[str]) -> bool:
        """Whether a name is one of a trophy, a competition or a division."""
        return not self._trophies.isdisjoint(stems(" ".join(name), self._language))

    def trophies_among(self, names: Iterable[list[str]]) -> list[list[str]]:
        """Return those of some names, by their words, that are of trophies."""
        return [name for name in names if self.is_trophy(name)]

    def is_the_trophy(self, name: Atom, trophy: Sequence[str], clause: Clause) -> bool:
        """Whether a name of a clause may be that of a trophy: part of it is another's where a name follows ("Coppa di Croazia")."""
        told = words(name.value)
        if not self.is_trophy(told) or not may_be_one_name(told, trophy):
            return False
        return len(told) >= len(trophy) or not _OF_ANOTHER.match(clause.sentence.text, name.end)

    def _behind(self, patterns: Sequence[re.Pattern[str]], clause: Clause) -> list[Atom]:
        """Return the names of a clause that stand behind something, but for those of trophies."""
        text = clause.sentence.text
        found = (name for name in clause.names if any(one.search(text, 0, name.start) for one in patterns))
        return [
            name for name in found if not self.is_trophy(words(name.value)) and not _DENIED.search(text, 0, name.start)
        ]

    def _articled(self, clause: Clause) -> list[Atom]:
        """Return the names of a clause that people do not have, but for those of trophies."""
        found = (name for name in clause.names if is_articled(clause.sentence.text, name))
        return [name for name in found if not self.is_trophy(words(name.value))]

    def subjects(self, clause: Clause) -> Sequence[Atom]:
        """Return the names that a clause may speak of: no preposition governs them, and they are no trophies; in a relative one, the name before it."""
        text = clause.sentence.text
        if _RELATIVE.match(clause.text):
            return clause.earlier[-1:]
        return [
            name
            for name in clause.names
            if not is_governed(text, name, self._language)
            and not _LIKE.search(text[: name.start])
            and not self.is_trophy(words(name.value))
        ]


def _clauses(sentences: Iterable[Sentence], article: Article) -> Iterator[Clause]:
    number, every = count(), list(sentences)
    found = {one: [a for a in find_atoms(one.text, article.language) if a.kind == "name"] for one in every}
    known = {word for atoms in found.values() for atom in atoms if atom.certain for word in words(atom.value)}
    for sentence in every:
        text = sentence.text
        before = article.text[max(0, sentence.span.start - _GAP) : sentence.span.start]
        opens = before[len(before.rstrip()) :].count("\n") > 1
        names = [atom for atom in found[sentence] if atom.certain or known.issuperset(words(atom.value))]
        for start, end in pairwise([0, *_starts(text, article.language), len(text)]):
            here = tuple(name for name in names if start <= name.start < end)
            earlier = tuple(name for name in names if name.start < start)
            yield Clause(sentence, start, end, here, earlier, opens and start == 0, next(number))


def _starts(text: str, language: str) -> list[int]:
    """Return where clauses start behind the first: behind "and" only before a verb, as far as that is known."""
    joined = (
        found.end()
        for found in _AND.finditer(text)
        if found[1].lower() in _AUXILIARIES or events_of(stems(found[1], language), language)
    )
    return sorted({*(found.end() for found in _CLAUSE.finditer(text)), *joined})


def _have(names: Iterable[Atom], name: Sequence[str]) -> bool:
    return any(may_be_one_name(words(one.value), name) for one in names)
