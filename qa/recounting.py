"""The sentences that tell when, why, against whom… something happened, also where they leave the club to those before them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice

from qa.conflicts import Disagreement
from qa.happenings import Happening, Kind, asked_happening, tells_of
from qa.lexicon import TERMS
from qa.questions import asks_for_several
from qa.retrieval import Index, Sentence
from qa.stints import Clause, Stints
from qa.telling import Telling
from qa.text import stems, stems_of, words
from qa.values import is_about
from qa.verification import date_within, may_be_one_name, same_word

_MANY = 3  # Sentences that are quoted together, at most.
_ARTICLES = 8  # Articles that are read, the best candidates' first: 5 ms each.
_CLUBS = 4  # Clubs of which several are asked for, at most.
_NAMED: frozenset[Kind] = frozenset({"opponent", "victor", "next", "club", "holder"})
_COMPARED = frozenset({"time", "stage"})  # Of two opponents or next clubs, it may be that the question fits two events.


def recounted(
    question: str, language: str, ranked: Sequence[Sentence], index: Index
) -> tuple[list[Sentence], Disagreement | None]:
    """Return the sentences that tell what is asked of something that happened, or how articles disagree about it; nothing where neither does.

    Every word of the question must be known or stand in the sentence: what another one restricts ("la seconda volta") could not be told.

    Args:
        question: The standalone question.
        language: Its language.
        ranked: All candidate sentences, best first: the articles of the best are read.
        index: Where they come from.
    """
    happening = asked_happening(question, language)
    if happening is None:
        return [], None
    sources = islice(dict.fromkeys(sentence.chunk.source for sentence in ranked), _ARTICLES)
    told = _of_the_whole_name([found for source in sources for found in _Reading(happening, source, index).told()])
    if happening.kind == "club" and asks_for_several(question):
        return _quoted(_of_each_club(told)), None
    sentences = _quoted(told)[:_MANY]
    clashes = [
        (one, other) for one, other in combinations(told, 2) if not _agree(happening.kind, one.value, other.value)
    ]
    if not clashes:
        return sentences, None
    apart = all(one.sentences[0].chunk.source != other.sentences[0].chunk.source for one, other in clashes)
    return [], Disagreement(tuple(sentences)) if apart and happening.kind in _COMPARED else None


def _of_the_whole_name(told: Sequence["_Told"]) -> Sequence["_Told"]:
    """Return what is told of the question's cup by its whole name, if anything is: "the cup" alone may be another one."""
    return [one for one in told if one.named] or told


def _of_each_club(told: Sequence["_Told"]) -> Sequence["_Told"]:
    """Return what is told first of each club."""
    first: list[_Told] = []
    for one in told:
        if not any(may_be_one_name(words(one.value), words(other.value)) for other in first):
            first.append(one)
    return first[:_CLUBS]


def _quoted(told: Sequence["_Told"]) -> list[Sentence]:
    return list(dict.fromkeys(sentence for one in told for sentence in one.sentences))


def _agree(kind: Kind, one: str, other: str) -> bool:
    """Whether two values of what is asked may both be right."""
    if kind == "time":
        return date_within(one, other) or date_within(other, one)
    if kind == "stage":
        return same_word(one, other)
    if kind == "since":
        return one == other
    return kind not in _NAMED or may_be_one_name(words(one), words(other))


@dataclass(frozen=True)
class _Told:
    """What a sentence tells of what is asked, behind the one that names the club if it does not."""

    sentences: tuple[Sentence, ...]
    value: str
    named: bool


class _Reading:
    """What one article tells; the arguments are those of ``recounted``."""

    def __init__(self, happening: Happening, source: str, index: Index) -> None:
        self._happening = happening
        self._asked = happening.asked
        self._article = index.snapshot.articles[source].article
        self._language = self._article.language
        every = (Sentence(chunk, n) for chunk in index.snapshot.chunks_of(source) for n in range(len(chunk.sentences)))
        self._stints = Stints(self._article, (one for one in every if not one.asks))
        self._telling = Telling(happening, self._stints, self._article)

    def told(self) -> Iterator[_Told]:
        """Yield each sentence that tells what is asked, with that."""
        for clause in self._stints.clauses:
            # At which club, is told of one of the things that a sentence may tell of.
            text = clause.text if self._happening.kind == "club" else clause.sentence.text
            value = self._telling.find(clause) if self._says_all(text) else None
            if value and self._is_meant(clause):
                origin = self._stints.last_naming(value, clause) if self._happening.kind == "club" else clause
                sentences = dict.fromkeys([origin.sentence, clause.sentence])
                yield _Told(tuple(sentences), value, self._names_the_cup(clause))

    def _is_meant(self, clause: Clause) -> bool:
        """Whether a clause is about every name of the question; that before it may be, where it comes to another club."""
        if self._happening.kind == "position" and self._may_be_of_the_titled(clause):
            return True
        if self._happening.kind == "next":
            left, before = self._left_before(clause), self._stints.before(clause)
            return all(name in left or (before and self._is_about(name, before)) for name in self._asked.names)
        return not self._is_of_others(clause) and all(self._is_about(name, clause) for name in self._asked.names)

    def _is_of_others(self, clause: Clause) -> bool:
        """Whether somebody else wins or loses in a sentence: it has a name that may be its subject, and none of the question's."""
        if self._happening.events.isdisjoint({"winning", "losing"}):
            return False
        subjects = [name for one in self._stints.clauses_of(clause) for name in self._stints.subjects(one)]
        if all(name in self._happening.clubs or self._stints.is_trophy(name) for name in self._asked.names):
            subjects = [name for name in subjects if self._stints.is_club(words(name.value))]
        others = [name for name in [*clause.earlier, *clause.names] if not self._stints.is_trophy(words(name.value))]
        return bool(subjects) and not any(self._happening.names(name.value) for name in others)

    def _may_be_of_the_titled(self, clause: Clause) -> bool:
        """Whether a clause stands near the names of the question, which are in the article's title, and speaks of nobody else."""
        titled = all(map(self._stints.is_titled, self._asked.names))
        alone = all(self._happening.names(name.value) for name in self._stints.subjects(clause))
        return titled and alone and is_about(self._asked, clause.sentence, self._article)

    def _left_before(self, clause: Clause) -> list[list[str]]:
        """Return the question's names that a clause has before the club that it comes to: "del Lecco prima del trasferimento al Como"."""
        come = next((name.start for name in self._stints.comes_to(clause) if not self._happening.names(name.value)), 0)
        before = [words(name.value) for name in clause.names if name.end < come]
        return [name for name in self._asked.names if any(may_be_one_name(one, name) for one in before)]

    def _is_about(self, name: list[str], clause: Clause) -> bool:
        """Whether a clause is about a name of the question, as a club or a trophy, or, where it may be one, as a person."""
        placed = name in self._happening.placed or self._stints.is_trophy(name) or self._stints.is_club(name)
        if placed and "birth" not in self._happening.events:  # Nobody was born at a club.
            return self._stints.is_about(name, clause, by_title=self._happening.kind == "holder")
        return self._stints.speaks_of(name, clause)

    def _names_the_cup(self, clause: Clause) -> bool:
        """Whether a clause has every word of the question's cups, if there are any."""
        said = words(clause.text)
        cups = self._stints.trophies_among(self._asked.names)
        return all(any(same_word(part, word) for word in said) for name in cups for part in name)

    def _says_all(self, text: str) -> bool:
        """Whether a sentence has every word of the question that is not known; in another language, what says the same in ``TERMS``."""
        said = frozenset(stems(text, self._language))
        if self._happening.is_of_playing and not tells_of("playing", said, self._language):
            return False
        return all(self._says(stem, said) for stem in self._happening.others | self._happening.sides)

    def _says(self, asked: str, said: frozenset[str]) -> bool:
        if self._asked.language == self._language:
            return asked in said
        rows = (row for row in TERMS if asked in stems_of(row, self._asked.language))
        return any(not stems_of(row, self._language).isdisjoint(said) for row in rows)
