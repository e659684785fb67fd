"""The sentences that tell who came before or after somebody in a post."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.atoms import Atom, find_atoms
from qa.careers import SIDES
from qa.posts import Post, asked_post, handovers
from qa.prepositions import is_governed
from qa.retrieval import Index, Sentence
from qa.schema import Chunk
from qa.text import stems, stems_of, words
from qa.values import Asked, are_held, in_context
from qa.verification import is_part_of_one, may_be_one_name

_OPENING = 2  # Words before the name that a sentence begins with.


def succeeded(question: str, language: str, ranked: Sequence[Sentence], index: Index) -> list[Sentence]:
    """Return the sentences that tell who came before or after somebody in a post; none where nobody asks, or they name more than one.

    Args:
        question: The standalone question.
        language: Its language.
        ranked: All candidate sentences, best first.
        index: Where they come from.
    """
    asked = Asked(question, language)
    post = asked_post(asked)
    if post is None:
        return []
    reading = _Reading(asked, post, ranked, index)
    told = [found for sentence in ranked if (found := reading.told(sentence))]
    highest = max((one.merit for one in told), default=None)
    best = [one for one in told if one.merit == highest]
    agree = all(may_be_one_name(one.name, other.name) for one in best for other in best)
    return list(dict.fromkeys(sentence for one in best for sentence in one.sentences)) if agree else []


@dataclass(frozen=True, order=True)
class _Merit:
    """How surely a sentence is about what is asked, first things first.

    Attributes:
        near: How many names of the question its heading, it and the one before it have.
        own: How many its heading and it have.
        around: How many its passage has, without the heading.
        taken: Whether somebody takes the post over; else somebody leaves it.
    """

    near: int
    own: int
    around: int
    taken: bool = False


@dataclass(frozen=True)
class _Told:
    """Somebody whom sentences name as who is asked for."""

    name: list[str]
    sentences: list[Sentence]
    merit: _Merit


class _Reading:
    """What sentences say of the one post that is asked about."""

    def __init__(self, asked: Asked, post: Post, ranked: Sequence[Sentence], index: Index) -> None:
        self._asked = asked
        self._post = post
        self._articles = index.snapshot.articles
        chunks = {sentence.chunk.id: sentence.chunk for sentence in ranked}.values()
        every = [atom for chunk in chunks for atom in self._names(f"{chunk.header}\n{chunk.text}", self._spoken(chunk))]
        self._full = [words(atom.value) for atom in every if " " in atom.value]

    def told(self, sentence: Sentence) -> _Told | None:
        """Return whom a sentence names as who is asked for, where its heading, it or the one before it have something of what is asked."""
        chunk = sentence.chunk
        near, passage = f"{chunk.header}\n{in_context(sentence)}", f"{chunk.header}\n{chunk.text}"
        own = f"{chunk.header}\n{sentence.text}"
        merit = _Merit(self._held(near, chunk), self._held(own, chunk), self._held(chunk.text, chunk))
        if (
            not merit.near
            or self._held(passage, chunk) < len(self._asked.names)
            or not self._is_of_the_side(near, chunk)
        ):
            return None
        return self._came_before(sentence, merit) if self._post == "before" else self._came_after(sentence, merit)

    def _is_of_the_side(self, text: str, chunk: Chunk) -> bool:
        """Whether a text speaks of the side that the question names, if it names one, as far as their languages are the same."""
        spoken = self._spoken(chunk)
        sides = self._asked.predicates & stems_of(SIDES, self._asked.language)
        return spoken != self._asked.language or sides <= frozenset(stems(text, spoken))

    def _held(self, text: str, chunk: Chunk) -> int:
        """Return how many names of the question a text of a chunk has."""
        names = self._names(text, self._spoken(chunk))
        return sum(are_held([name], names) for name in self._asked.names)

    def _came_before(self, sentence: Sentence, merit: _Merit) -> _Told | None:
        """Return who left a post, or had it before the one who takes it: not who had one before another than is asked about."""
        takes_over = self._opening(sentence) is not None
        for told in handovers(sentence.text, self._spoken(sentence.chunk)):
            if told.before is None or not self._is_new(told.before):
                continue
            if not (takes_over if told.taken else self._is_of_the_heading(told.before, sentence.chunk)):
                return _Told(words(told.before.value), [sentence], replace(merit, taken=told.taken))
        return None

    def _is_of_the_heading(self, name: Atom, chunk: Chunk) -> bool:
        """Whether a heading has a name and none of the question: whom an article is about leaves many a post, before nobody who is asked about."""
        headed = [words(other.value) for other in self._names(chunk.header, self._spoken(chunk))]
        return any(may_be_one_name(words(name.value), one) for one in headed) and not self._held(chunk.header, chunk)

    def _came_after(self, sentence: Sentence, merit: _Merit) -> _Told | None:
        """Return who got a post; of a sentence that only tells whose that one takes, whom it begins with, or the one before it."""
        told = handovers(sentence.text, self._spoken(sentence.chunk))
        if named := next((one.after for one in told if one.after and self._is_new(one.after)), None):
            return _Told(words(named.value), [sentence], replace(merit, taken=True))
        if not any(one.taken and one.before and self._is_asked(words(one.before.value)) for one in told):
            return None
        before = [Sentence(sentence.chunk, sentence.number - 1)] if sentence.number else []
        for sentences in ([sentence], [*before, sentence]):
            if taker := self._opening(sentences[0]):
                return _Told(words(taker.value), sentences, replace(merit, taken=True))
        return None

    def _opening(self, sentence: Sentence) -> Atom | None:
        """Return the name that a sentence begins with, if that is not of the question: what it tells is told of that one."""
        text, spoken = sentence.text, self._spoken(sentence.chunk)
        first = next((name for name in self._names(text, spoken) if not is_governed(text, name, spoken)), None)
        return first if first and len(words(text[: first.start])) <= _OPENING and self._is_new(first) else None

    def _is_new(self, name: Atom) -> bool:
        """Whether a name is a full one, or part of one, and none of the question."""
        own = words(name.value)
        return not self._is_asked(own) and is_part_of_one(own, self._full)

    def _is_asked(self, name: list[str]) -> bool:
        return any(may_be_one_name(name, asked) for asked in self._asked.names)

    def _spoken(self, chunk: Chunk) -> str:
        return self._articles[chunk.source].article.language

    @staticmethod
    def _names(text: str, spoken: str) -> list[Atom]:
        return [atom for atom in find_atoms(text, spoken) if atom.kind == "name"]
