"""What several sentences tell together: who somebody is, how a career went, which clubs or trophies it had."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from qa.atoms import Atom, find_atoms
from qa.careers import ACTIVITIES, LISTED, OCCUPATIONS
from qa.counting import is_denied
from qa.prepositions import is_governed
from qa.questions import new_names
from qa.retrieval import Index, ScoredSentence, Sentence
from qa.schema import Span
from qa.several import COACHING, MOVING, PLAYING, TROPHIES, WINNING, wanted_of_several
from qa.text import WORD, stems, stems_of, words
from qa.values import Asked, is_about
from qa.verification import is_part_of_one, may_be_one_name, share_a_word

_FEW, _MANY = 3, 8  # Sentences that say who somebody is, and that tell of a career or make a list.
_SEVERAL = 2
_BESIDE = 3  # Words between an occupation and whose it is.
_NEAR = 8  # Words between what was done and where, or what was won.


def gathered(question: str, language: str, ranked: Sequence[ScoredSentence], index: Index) -> list[Sentence]:
    """Return the sentences that answer a question together, in the order of their articles; none where it is not answered in that way.

    So are questions that name somebody and ask who that is, for a summary, or for a list of the clubs, countries or trophies of a career, and
    for nothing besides: every word of them must be known, because what it leaves out of a list ("before 2016") cannot be told.

    Args:
        question: The standalone question.
        language: Its language.
        ranked: All candidate sentences, best first: a list and a summary come from their articles.
        index: Where they come from.
    """
    wanted = wanted_of_several(question, language)
    gathering = _Gathering(wanted.asked, ranked, index)
    if wanted.activity and not wanted.counted:
        return gathering.list_of(wanted.activity)
    if wanted.career and (told := gathering.career()):
        return told
    return gathering.who() if wanted.who else []


def counted_out(question: str, language: str, ranked: Sequence[ScoredSentence], index: Index) -> list[Sentence]:
    """Return the sentences that each name another of the things that are to be counted; none where no such things are.

    How many they are is not told by them: one thing may go by two names, and the articles need not name all. The arguments are those of
    ``gathered``.
    """
    wanted = wanted_of_several(question, language)
    if not wanted.counted or wanted.activity is None:
        return []
    return _Gathering(wanted.asked, ranked, index).list_of(wanted.activity)


class _Gathering:
    """The sentences about what one question names; the arguments are those of ``gathered``."""

    def __init__(self, asked: Asked, ranked: Sequence[ScoredSentence], index: Index) -> None:
        self._asked = asked
        self._ranked = ranked
        self._snapshot = index.snapshot

    def who(self) -> list[Sentence]:
        """Return the best few sentences that give whoever is asked about an occupation; where it is hardly one, that name them."""
        naming = [sentence for sentence in self._ranked if any(map(self._is_asked_for, self._names(sentence)))]
        told = [sentence for sentence in naming if self._gives_an_occupation(sentence)]
        if len(told) < _SEVERAL:
            told = list(dict.fromkeys([*told, *naming]))
        return _in_order(told[:_FEW]) if self._are_known else []

    def career(self) -> list[Sentence]:
        """Return what the article that names somebody most tells of the career."""
        told: dict[str, list[Sentence]] = {}
        for sentence in self._speaking():
            told.setdefault(sentence.chunk.source, []).append(sentence)
        return self._covering(max(told.values(), key=self._naming, default=[]), ACTIVITIES)

    def list_of(self, activity: str) -> list[Sentence]:
        """Return the sentences that each name another club, country or trophy beside what was done."""
        return self._covering([*self._speaking()], [activity])

    def _covering(self, sentences: Sequence[Sentence], activities: Iterable[str]) -> list[Sentence]:
        """Return the sentences that tell most, each something that those before it do not; none where one tells all."""
        told = {s: set().union(*(self._items(activity, s) for activity in activities)) for s in sentences}
        chosen: list[Sentence] = []
        known: set[str] = set()

        def added(sentence: Sentence) -> int:
            return sum(not share_a_word([item], known) for item in told[sentence])

        while told and len(chosen) < _MANY and added(best := max(told, key=added)):
            chosen.append(best)
            known |= told.pop(best)
        return _in_order(chosen) if len(chosen) >= _SEVERAL and self._naming(chosen) else []

    def _items(self, activity: str, sentence: Sentence) -> set[str]:
        """Return the words of what a sentence adds to a list; of trophies, also those that go by no name ("vince il campionato")."""
        language = self._language(sentence)
        items = self._named_near(activity, sentence)
        if activity == PLAYING and not _places(ACTIVITIES[COACHING], sentence.text, language):
            items |= self._named_near(MOVING, sentence)
        if activity == WINNING:
            trophies = _places(LISTED[TROPHIES], sentence.text, language)
            called = {word for place in trophies for word in words(sentence.text[place.start : place.end])}
            items = items | called if called and self._places(activity, sentence) else set()
        return items

    def _named_near(self, activity: str, sentence: Sentence) -> set[str]:
        """Return the words of the names that a sentence adds to the question near what it tells of an activity."""
        places = self._places(activity, sentence)
        names = new_names(sentence.text, self._language(sentence), self._asked.question, self._asked.language)
        near = [name for name in names if any(_nearest(sentence.text, place, [name]) <= _NEAR for place in places)]
        return {word for name in near for word in words(name.value)}

    def _places(self, activity: str, sentence: Sentence) -> list[Span]:
        """Return where a sentence tells of an activity of whoever is asked about: no other subject stands nearer."""
        text = sentence.text
        own, others = _parted(self._subjects(sentence), self._is_asked_for)
        return [
            place
            for place in _places(ACTIVITIES[activity], text, self._language(sentence))
            if not others or _nearest(text, place, own) < _nearest(text, place, others)
        ]

    def _gives_an_occupation(self, sentence: Sentence) -> bool:
        """Whether an occupation stands beside a name of the question, and no other subject stands nearer ("il vice Ugo Bianchi")."""
        text = sentence.text
        own, _ = _parted(self._names(sentence), self._is_asked_for)
        _, others = _parted(self._subjects(sentence), self._is_asked_for)
        return any(
            (near := _nearest(text, place, own)) <= _BESIDE and near < _nearest(text, place, others)
            for place in _places(OCCUPATIONS, text, self._language(sentence))
        )

    def _speaking(self) -> Iterator[Sentence]:
        """Yield the sentences of the candidates' articles that speak of whoever is asked about, and are about the question's other names.

        What leaves its subject out has that of the sentence before; the first one under a heading, that of the heading or title.
        """
        sources = dict.fromkeys(sentence.chunk.source for sentence in self._ranked)
        for source in sources if self._are_known else ():
            header, speaks = None, False
            for sentence in self._sentences(source):
                headed = self._is_headed(sentence)
                if sentence.chunk.header != header:
                    header, speaks = sentence.chunk.header, headed
                if subjects := self._subjects(sentence):
                    speaks = any(map(self._is_asked_for, subjects))
                article = self._snapshot.articles[source].article
                if speaks and (len(self._asked.names) == 1 or headed or is_about(self._asked, sentence, article)):
                    yield sentence

    def _sentences(self, source: str) -> Iterator[Sentence]:
        every = (Sentence(chunk, n) for chunk in self._snapshot.chunks_of(source) for n in range(len(chunk.sentences)))
        return (sentence for sentence in every if not sentence.asks)

    def _is_headed(self, sentence: Sentence) -> bool:
        headed = words(sentence.chunk.header)
        return all(share_a_word(name, headed) for name in self._asked.names)

    def _naming(self, sentences: Iterable[Sentence]) -> int:
        """Return how many sentences name whoever is asked about as what they speak of."""
        return sum(any(map(self._is_asked_for, self._subjects(sentence))) for sentence in sentences)

    def _subjects(self, sentence: Sentence) -> list[Atom]:
        """Return the names that a sentence may speak of: no preposition governs them, nothing denies them, and they are no trophies."""
        text, language = sentence.text, self._language(sentence)
        trophies = stems_of(LISTED[TROPHIES], language)
        return [
            name
            for name in self._names(sentence)
            if trophies.isdisjoint(stems(name.value, language))
            and not is_governed(text, name, language)
            and not is_denied(text, name.start)
        ]

    def _names(self, sentence: Sentence) -> list[Atom]:
        """Return the names of a sentence; what has only the capital of its first word is one where another sentence surely has it."""
        names = [atom for atom in find_atoms(sentence.text, self._language(sentence)) if atom.kind == "name"]
        return [name for name in names if name.certain or is_part_of_one(words(name.value), self._told)]

    @cached_property
    def _told(self) -> list[list[str]]:
        """The words of each name that some candidate surely has."""
        atoms = [atom for sentence in self._ranked for atom in find_atoms(sentence.text, self._language(sentence))]
        return [words(atom.value) for atom in atoms if atom.kind == "name" and atom.certain]

    @cached_property
    def _are_known(self) -> bool:
        """Whether each name of the question stands in the articles as it is asked for: "Bianchi" alone may be another than "Ada Bianchi"."""
        return all(is_part_of_one(asked, self._told) for asked in self._asked.names)

    def _is_asked_for(self, name: Atom) -> bool:
        return any(may_be_one_name(words(name.value), asked) for asked in self._asked.names)

    def _language(self, sentence: Sentence) -> str:
        return self._snapshot.articles[sentence.chunk.source].article.language


def _parted(names: Iterable[Atom], belongs: Callable[[Atom], bool]) -> tuple[list[Atom], list[Atom]]:
    """Return the names that belong, and the others."""
    own: list[Atom] = []
    others: list[Atom] = []
    for name in names:
        (own if belongs(name) else others).append(name)
    return own, others


def _places(names: Mapping[str, frozenset[str]], text: str, language: str) -> list[Span]:
    """Return where a text has one of some words, in any of their forms."""
    known = stems_of(names, language)
    found = [word for word in WORD.finditer(text) if not known.isdisjoint(stems(word[0], language))]
    return [Span(start=word.start(), end=word.end()) for word in found]


def _nearest(text: str, place: Span, names: Iterable[Atom]) -> int:
    """Return how many words stand between a place and the nearest of some names; without names, more than the text has."""
    between = (text[min(place.end, name.end) : max(place.start, name.start)] for name in names)
    return min((len(words(gap)) for gap in between), default=len(text))


def _in_order(chosen: Iterable[Sentence]) -> list[Sentence]:
    return sorted(chosen, key=lambda sentence: (sentence.chunk.source, sentence.span.start))
