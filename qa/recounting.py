"""The sentences that tell when, why, against whom… something happened, also where they leave the club to those before them."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from qa.atoms import find_atoms
from qa.conflicts import Disagreement
from qa.happenings import Happening, Kind, asked_happening, happenings_of, tells_of
from qa.lexicon import REASONS
from qa.questions import fits
from qa.retrieval import Index, Sentence
from qa.stints import Clause, Stints
from qa.text import WORD, fold, stems, words
from qa.values import is_about
from qa.verification import date_within, may_be_one_name, same_word

_MANY = 3  # Sentences that are quoted together, at most.
_COMPARED = frozenset({"time", "stage"})  # Of two opponents or next clubs, it may be that the question fits two events.
_SOON = 3  # Words between what happened and what introduces the reason for it.
_STAGE = re.compile(
    r"\b(?:(?:semi)?finale|quarti|ottavi|sedicesimi|trentaduesimi|giron[ei]|preliminari?|play-?off|spareggio|(?:primo|secondo|terzo) turno"
    r"|(?:semi-?|quarter-?)?finals?|(?:first|second|third) round|round of \w+|group stage|qualifying)\b"
)
_AGAINST = re.compile(
    r"\b(?:(?:contro|against|vs|with|by)\s+(?:(?:il|lo|la|i|gli|le|the)\s+|l['’])?|con\s+(?:(?:il|lo|la)\s+|l['’])"
    r"|(?:mano|opera|[ae]ss[oaie]|minat[oaie]|nfitt[oaie]|battut[oaie])\s+d(?:a|e)l(?:lo|la|l)?['’\s]+)\Z",
    re.IGNORECASE,
)
_AS = re.compile(
    r"\b(?:come|da|prima|fu|era|as|in qualita d\w+|(?:ruolo|vesti|panni|posto|compito|incarico|role) (?:d\w+|of))\W+(?:\w+\W+){0,2}?"
    r"(?:vice|secondo|allenat|assistent|collaborat|coordinat|responsabil|tecnic|preparat|osservat|dirett|traghettat|ct\b|assistant|head|caretaker"
    r"|coach|manager|coordinator|scout|director)"
)
_POSITION = re.compile(
    r"\b(?:difensore|centrocampista|attaccante|portier[ea]|terzin[oa]|stopper|median[oa]|regista|trequartista|fantasista|centravanti|mezzala|ala"
    r"|defender|midfielder|striker|forward|goalkeeper|winger|full-?back|sweeper)\b(?!\W+(?:\w+\W+)?[A-Z])"
)


def recounted(
    question: str, language: str, ranked: Sequence[Sentence], index: Index
) -> tuple[list[Sentence], Disagreement | None]:
    """Return the sentences that tell what is asked of something that happened, or how articles disagree about it; nothing where neither does.

    Every word of the question must be known or stand in the sentence: what another one restricts ("la seconda volta") could not be told.

    Args:
        question: The standalone question.
        language: Its language.
        ranked: All candidate sentences, best first: their articles are read.
        index: Where they come from.
    """
    happening = asked_happening(question, language)
    if happening is None:
        return [], None
    sources = dict.fromkeys(sentence.chunk.source for sentence in ranked)
    told = [found for source in sources for found in _Reading(happening, source, index).told()]
    sentences = list(dict.fromkeys(one.sentence for one in told))[:_MANY]
    clashes = [
        (one, other) for one, other in combinations(told, 2) if not _agree(happening.kind, one.value, other.value)
    ]
    if not clashes:
        return sentences, None
    apart = all(one.sentence.chunk.source != other.sentence.chunk.source for one, other in clashes)
    return [], Disagreement(tuple(sentences)) if apart and happening.kind in _COMPARED else None


def _agree(kind: Kind, one: str, other: str) -> bool:
    """Whether two values of what is asked may both be right."""
    if kind == "time":
        return date_within(one, other) or date_within(other, one)
    if kind == "stage":
        return same_word(one, other)
    return kind not in {"opponent", "victor", "next"} or may_be_one_name(words(one), words(other))


@dataclass(frozen=True)
class _Told:
    """What a sentence tells of what is asked."""

    sentence: Sentence
    value: str


class _Reading:
    """What one article tells; the arguments are those of ``recounted``."""

    def __init__(self, happening: Happening, source: str, index: Index) -> None:
        self._happening = happening
        self._asked = happening.asked
        self._article = index.snapshot.articles[source].article
        self._language = self._article.language
        every = (Sentence(chunk, n) for chunk in index.snapshot.chunks_of(source) for n in range(len(chunk.sentences)))
        self._stints = Stints(self._article, (one for one in every if not one.asks))
        find: dict[Kind, Callable[[Clause], str | None]] = {
            "time": self._time,
            "reason": self._reason,
            "opponent": self._opponent,
            "victor": self._opponent,
            "stage": self._stage,
            "role": self._role,
            "position": self._position,
            "next": self._next,
        }
        self._find = find[happening.kind]

    def told(self) -> Iterator[_Told]:
        """Yield each sentence that tells what is asked, with that."""
        for number, clause in enumerate(self._stints.clauses):
            value = self._find(clause) if self._says_all(clause.sentence.text) else None
            if value and self._is_meant(number, clause):
                yield _Told(clause.sentence, value)

    def _is_meant(self, number: int, clause: Clause) -> bool:
        """Whether a clause is about every name of the question; that before it may be, where it comes to another club."""
        titled = all(map(self._stints.is_titled, self._asked.names))
        if self._happening.kind == "position" and titled and is_about(self._asked, clause.sentence, self._article):
            return True
        if self._happening.kind == "next":
            left = self._left_before(clause)
            return all(name in left or (number > 0 and self._is_about(name, number - 1)) for name in self._asked.names)
        return all(self._is_about(name, number) for name in self._asked.names)

    def _left_before(self, clause: Clause) -> list[list[str]]:
        """Return the question's names that a clause has before the club that it comes to: "del Lecco prima del trasferimento al Como"."""
        come = next((name.start for name in self._stints.comes_to(clause) if not self._is_asked(name.value)), 0)
        before = [words(name.value) for name in clause.names if name.end < come]
        return [name for name in self._asked.names if any(may_be_one_name(one, name) for one in before)]

    def _is_about(self, name: list[str], number: int) -> bool:
        """Whether a clause is about a name of the question, as a club or a trophy, or, where it may be one, as a person."""
        if name in self._happening.placed or self._stints.is_trophy(name) or self._stints.is_club(name):
            return self._stints.is_about(name, number)
        return self._stints.speaks_of(name, number)

    def _time(self, clause: Clause) -> str | None:
        atoms = find_atoms(clause.sentence.text, self._language, self._article.date)
        dates = [atom for atom in atoms if fits(self._asked.expected, atom) and clause.start <= atom.start < clause.end]
        return dates[0].value if len(dates) == 1 and self._event_in(clause) else None

    def _reason(self, clause: Clause) -> str | None:
        end = self._event_in(clause)
        if end is None or self._language not in REASONS:
            return None
        behind = fold(clause.sentence.text[end : clause.end])
        reason = re.search(REASONS[self._language], behind)
        return reason[0] if reason and len(words(behind[: reason.start()])) <= _SOON else None

    def _opponent(self, clause: Clause) -> str | None:
        if self._event_in(clause) is None:
            return None
        text = clause.sentence.text
        others = (name for name in clause.names if not self._is_asked(name.value))
        return next((name.value for name in others if _AGAINST.search(text[: name.start])), None)

    def _stage(self, clause: Clause) -> str | None:
        cups = [name for name in self._asked.names if self._stints.is_trophy(name)]
        stage = _STAGE.search(fold(clause.text))
        return stage[0] if stage and cups else None

    def _role(self, clause: Clause) -> str | None:
        told = _AS.search(fold(clause.text))
        here = [words(atom.value) for atom in find_atoms(clause.sentence.text, self._language) if atom.kind == "name"]
        named = all(any(may_be_one_name(club, name) for name in here) for club in self._happening.clubs)
        elsewhere = any(not self._is_asked(name.value) for name in self._stints.comes_to(clause))
        at_one = self._happening.clubs or self._happening.sides
        return told[0] if told and named and at_one and not elsewhere else None

    def _position(self, clause: Clause) -> str | None:
        position = _POSITION.search(clause.text)
        return position[0] if position else None

    def _next(self, clause: Clause) -> str | None:
        playing = self._happening.tells_of("playing")
        said = stems(clause.sentence.text, self._language)
        if not (playing or self._happening.tells_of("coaching")):
            return None
        if not self._happening.clubs or not tells_of("playing" if playing else "coaching", said, self._language):
            return None
        new = (name.value for name in self._stints.comes_to(clause) if not self._is_asked(name.value))
        return next(new, None)

    def _event_in(self, clause: Clause) -> int | None:
        """Return where a word for what is asked about ends in the text of a clause's sentence."""
        for word in WORD.finditer(clause.sentence.text, clause.start, clause.end):
            told = happenings_of(stems(word[0], self._language), self._language)
            if told and told <= self._happening.events:
                return word.end()
        return None

    def _says_all(self, text: str) -> bool:
        """Whether a sentence has every word of the question that is not known; one of another language is taken to have none."""
        said = frozenset(stems(text, self._language))
        if self._happening.is_of_playing and not tells_of("playing", said, self._language):
            return False
        same = self._asked.language == self._language
        return self._happening.others | self._happening.sides <= (said if same else frozenset())

    def _is_asked(self, name: str) -> bool:
        return any(may_be_one_name(words(name), asked) for asked in self._asked.names)
