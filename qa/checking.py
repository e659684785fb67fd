"""Which sentences of a draft hold: each atom stands in the articles, something asked for is new, the best evidence is theirs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from qa.atoms import Atom, find_atoms
from qa.circumstances import gives_a_reason, stands_as_asked, tells_a_rank
from qa.counting import counts_another_thing
from qa.dating import may_date
from qa.joining import joined_names, stand_side_by_side
from qa.questions import TIMES, asks_for_rank, asks_for_score, asks_why, fits, new_names
from qa.retrieval import Index, ScoredSentence
from qa.roles import exchanges_roles
from qa.schema import Passage
from qa.sentences import sentence_spans
from qa.text import stems, words
from qa.values import Asked
from qa.verification import (
    Window,
    answers,
    date_within,
    find_support,
    missing_atoms,
    plain_text,
    share_a_word,
    stands_in,
    windows,
)

_TELLING = 4  # Letters of a word that may be a misspelt name.
_SPEECH = 3  # Words.
_BORNE_OUT = 0.4  # Share of a statement's words in what tells it: of right ones it is no less, on the gold set.
_YEAR_BEHIND = re.compile(r"\s+(?:del?\s+)?\d{4}\Z")
_QUOTED = re.compile(r"«([^»]+)»|“([^”]+)”|\"([^\"]+)\"")


@dataclass(frozen=True)
class Check:
    """A sentence of the draft.

    Attributes:
        statement: The sentence.
        kept: Whether it holds.
        support: Where it was found.
        telling: The sentences of its support that tell a number, date or name of it that the question does not; the support itself if there is none.
    """

    statement: str
    kept: bool
    support: tuple[Window, ...]
    telling: tuple[Window, ...]


def check_draft(
    draft: str, question: str, language: str, *, read: Sequence[Passage], best: Sequence[ScoredSentence], index: Index
) -> list[Check]:
    """Return what becomes of each sentence of a draft, in order.

    Args:
        draft: What the model said.
        question: The standalone question.
        language: Of question and draft.
        read: What the model read: this may be cited.
        best: The sentences that were ranked best without the draft: each statement must rest on one of them.
        index: Where the articles are known.
    """
    checker = _Checker(question, language, read, best, index)
    text = plain_text(draft)
    return [checker.check(text[span.start : span.end]) for span in sentence_spans(text, language=language)]


def rests_on(support: Sequence[Window], best: Sequence[ScoredSentence]) -> bool:
    """Whether a statement's support takes in at least one of the best sentences: elsewhere the same names and numbers stand by chance."""
    return any(
        window.source == sentence.chunk.source
        and window.span.start < sentence.span.end
        and sentence.span.start < window.span.end
        for window in support
        for sentence in best
    )


def shares_a_word_with(question: str, language: str, text: str) -> bool:
    """Whether a text has a content word of the question, or what may be a name of it in another spelling."""
    if frozenset(stems(question, language)) & frozenset(stems(text, language)):
        return True
    return share_a_word([asked for asked in words(question) if len(asked) >= _TELLING], words(text))


class _Checker:
    """Checks statements about one question; the arguments are those of ``check_draft``."""

    def __init__(
        self, question: str, language: str, read: Sequence[Passage], best: Sequence[ScoredSentence], index: Index
    ) -> None:
        self._question = question
        self._language = language
        self._asked = Asked(question, language)
        self._best = best
        self._articles = {passage.source: index.snapshot.articles[passage.source].article for passage in read}
        self._candidates = windows(read, {source: article.language for source, article in self._articles.items()})

    def check(self, statement: str) -> Check:
        """Return what becomes of a statement."""
        support = find_support(statement, self._language, self._candidates, self._question)
        cited = [w for w in self._candidates if w.sentences == 1 and any(_lies_in(w, window) for window in support)]
        titled = words(" ".join(self._articles[window.source].title for window in support))
        known = [*words(self._question), *titled]
        new = [atom for atom in find_atoms(statement, self._language) if not _is_known(atom, known)]
        whole = [window for window in cited if not missing_atoms(new, [window])]
        said = frozenset(stems(statement, self._language)).difference(stems(" ".join(titled), self._language))
        telling = self._telling(said, new, cited, whole) or support
        kept = (
            rests_on(support, self._best)
            and self._speaks_of(support)
            and self._is_borne_out(statement, telling)
            and self._joins_rightly(statement, whole)
            and (rests_on(support, self._best[:1]) or self._says_what_is_asked(statement, support))
            and self._stands_as_asked(statement, cited)
            and self._holds_together(statement, titled, whole)
            and self._quotes_rightly(statement, support)
            and self._dates_rightly(statement, support)
            and self._dates_what_is_asked(new, cited)
            and answers(statement, self._question, self._language)
            and self._counts_what_is_asked(statement)
            and (not asks_for_rank(self._question) or tells_a_rank(statement, self._language))
            and not exchanges_roles(statement, self._question, self._language)
        )
        return Check(statement, kept, support, telling)

    def _telling(
        self, said: frozenset[str], new: Sequence[Atom], cited: Sequence[Window], whole: Sequence[Window]
    ) -> tuple[Window, ...]:
        """Return the sentence that says most of what is said among those that hold all that is new; else those that hold some of it."""
        if new and whole:
            return (max(whole, key=lambda window: len(said.intersection(stems(window.text, window.language)))),)
        return tuple(window for window in cited if any(stands_in(atom, window) for atom in new))

    def _counts_what_is_asked(self, statement: str) -> bool:
        """Whether a number of a statement may count what is asked for, where that is a number of something."""
        unit = self._asked.unit
        if self._asked.expected != "number" or not unit or asks_for_score(self._question):
            return True
        return not counts_another_thing(statement, unit, self._language)

    def _joins_rightly(self, statement: str, whole: Sequence[Window]) -> bool:
        """Whether names that a statement joins with "and" stand side by side in a sentence that holds all it adds: half of a list may be of something else."""
        names = new_names(statement, self._language, self._question, self._language)
        return all(
            any(stand_side_by_side(*pair, window) for window in whole)
            for pair in joined_names(statement, names, self._language)
        )

    def _speaks_of(self, support: Sequence[Window]) -> bool:
        """Whether every window of a support shares a word with the question, as far as their languages are the same.

        What an article says of nothing that was asked ("the right name is …") is no evidence for a statement about it. The reason of
        something stands where that is spoken of, and a reason is given: there a name in common is not enough. Nor is it for a time or a
        number, if the articles give one where they speak of what is asked.
        """
        comparable = self._comparable(support)
        spoken_of = not comparable or self._has_predicate([window.text for window in comparable])
        if asks_why(self._question):
            return spoken_of and any(gives_a_reason(window.text, window.language) for window in support)
        shared = all(shares_a_word_with(self._question, self._language, window.text) for window in comparable)
        return shared and (spoken_of or not self._is_told_where_asked_of)

    @cached_property
    def _is_told_where_asked_of(self) -> bool:
        """Whether some sentence has a word of what the question says of its names and a time or a number as is asked for."""
        expected = self._asked.expected
        return expected in {*TIMES, "number"} and any(
            window.sentences == 1
            and self._has_predicate([window.text])
            and any(fits(expected, atom) and atom.value not in self._asked.known for atom in window.atoms)
            for window in self._comparable(self._candidates)
        )

    def _says_what_is_asked(self, statement: str, support: Sequence[Window]) -> bool:
        """Whether a statement or its support has a word of what the question says of its names: a mere name stands in many sentences."""
        comparable = self._comparable(support)
        return len(comparable) < len(support) or self._has_predicate([statement, *(w.text for w in comparable)])

    def _has_predicate(self, texts: Sequence[str]) -> bool:
        predicates = self._asked.predicates
        return any(not predicates.isdisjoint(stems(text, self._language)) for text in texts)

    def _stands_as_asked(self, statement: str, cited: Sequence[Window]) -> bool:
        """Whether some name that a statement adds to the question stands in its support as it is asked for, if it adds any."""
        names = new_names(statement, self._language, self._question, self._language)
        telling = [window for window in cited if any(stands_in(name, window) for name in names)]
        asked = (self._question, self._language, names)
        return not telling or any(stands_as_asked(*asked, w.text, w.language) for w in telling)

    def _is_borne_out(self, statement: str, telling: Sequence[Window]) -> bool:
        """Whether what tells a statement has enough of the words of what it says of its names, as far as their languages are the same.

        A model takes the premise of a question for granted, and says it of whatever stands beside the question's names.
        """
        comparable = self._comparable(telling)
        said = Asked(statement, self._language).predicates
        held = said & {stem for window in comparable for stem in stems(window.text, self._language)}
        return len(comparable) < len(telling) or len(held) >= _BORNE_OUT * len(said)

    def _comparable(self, support: Sequence[Window]) -> list[Window]:
        """Return the windows in the question's language."""
        return [window for window in support if window.language == self._language]

    def _holds_together(self, statement: str, titled: Sequence[str], whole: Sequence[Window]) -> bool:
        """Whether a sentence that holds all that is new stands near every name of statement and question: what stands apart need not belong together.

        Near is within a window. Whom an article's title names its sentences leave out: that may be added anywhere.

        Args:
            statement: What is checked.
            titled: The words of the titles of the articles that support it.
            whole: The sentences of its support that hold all that it adds to the question.
        """
        atoms = find_atoms(statement, self._language)
        untitled = [atom for atom in atoms if atom.kind != "name" or not _is_known(atom, titled)]
        asked = [name for name in self._asked.names if not share_a_word(name, titled)]
        around = [w for w in self._candidates if any(_lies_in(sentence, w) for sentence in whole)]
        return any(not missing_atoms(untitled, [w]) and _names_all(w, asked) for w in around)

    def _dates_what_is_asked(self, new: Sequence[Atom], cited: Sequence[Window]) -> bool:
        """Whether each time that a statement adds to the question may date what is asked in a sentence of its support."""
        if not self._asked.asks_when:
            return True
        asked = (self._question, self._language)
        return all(
            any(
                may_date(told, window.text, window.language, *asked)
                for window in cited
                for told in window.atoms
                if told.kind == "date" and date_within(atom.value, told.value)
            )
            for atom in new
            if atom.kind == "date"
        )

    def _quotes_rightly(self, statement: str, support: Sequence[Window]) -> bool:
        """Whether what a statement puts between quotation marks stands between quotation marks in an article that supports it.

        That somebody should be quoted with words, or wrote them without saying them, is no speech. A word or two may be a name or a title.
        """
        said = [speech for quoted in _speeches(statement) if len(speech := words(quoted)) >= _SPEECH]
        if not said:
            return True
        texts = [self._articles[source].text for source in {window.source for window in support}]
        spoken = [" ".join(words(speech)) for text in texts for speech in _speeches(text)]
        return all(any(" ".join(speech) in known for known in spoken) for speech in said)

    def _dates_rightly(self, statement: str, support: Sequence[Window]) -> bool:
        """Whether a "next June 2022" is the next June of an article that supports it: a model joins one date's words to the year of another."""
        days = {self._articles[window.source].date for window in support}
        for atom in find_atoms(statement, self._language):
            yearless = _YEAR_BEHIND.sub("", told := statement[atom.start : atom.end])
            if atom.kind != "date" or yearless == told:
                continue
            seen = {found.value for day in days for found in find_atoms(yearless, self._language, day)}
            resolved = {value for value in seen if not value.startswith("-")}
            if resolved and atom.value not in resolved:
                return False
        return True


def _is_known(atom: Atom, known: Sequence[str]) -> bool:
    """Whether some words hold an atom: all of a number or a date, part of a name ("Bianchi" for "Ugo Bianchi")."""
    parts = words(atom.value)
    return share_a_word(parts, known) if atom.kind == "name" else all(part in known for part in parts)


def _names_all(window: Window, names: Sequence[Sequence[str]]) -> bool:
    """Whether a window has some word of each name, in any spelling."""
    known = words(window.text)
    return all(share_a_word(name, known) for name in names)


def _lies_in(part: Window, whole: Window) -> bool:
    return part.source == whole.source and whole.span.start <= part.span.start and part.span.end <= whole.span.end


def _speeches(text: str) -> list[str]:
    """Return what stands between quotation marks."""
    return [speech for found in _QUOTED.findall(text) for speech in found if speech]
