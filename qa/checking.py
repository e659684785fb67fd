"""Which sentences of a draft hold: each atom stands in the articles, something asked for is new, the best evidence is theirs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.atoms import Atom, find_atoms
from qa.questions import asks_why
from qa.retrieval import Index, ScoredSentence
from qa.roles import exchanges_roles
from qa.schema import Passage
from qa.sentences import sentence_spans
from qa.text import stems, words
from qa.values import Asked
from qa.verification import Window, answers, find_support, missing_atoms, plain_text, share_a_word, windows

_TELLING = 4  # Letters of a word that may be a misspelt name.
_SPEECH = 3  # Words.
_QUOTED = re.compile(r"«([^»]+)»|“([^”]+)”|\"([^\"]+)\"")


@dataclass(frozen=True)
class Check:
    """A sentence of the draft, whether it was kept, and where it was found."""

    statement: str
    kept: bool
    support: tuple[Window, ...]


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
    candidates = windows(read, {source: stored.article.language for source, stored in index.snapshot.articles.items()})
    text = plain_text(draft)
    checks = []
    for span in sentence_spans(text, language=language):
        statement = text[span.start : span.end]
        support = find_support(statement, language, candidates, question)
        kept = (
            rests_on(support, best)
            and _speaks_of(question, language, support, index)
            and (rests_on(support, best[:1]) or _says_what_is_asked(statement, question, language, support, index))
            and _holds_together(statement, question, language, support=support, candidates=candidates, index=index)
            and _quotes_rightly(statement, support, index)
            and answers(statement, question, language)
            and not exchanges_roles(statement, question, language)
        )
        checks.append(Check(statement, kept, support))
    return checks


def rests_on(support: Sequence[Window], best: Sequence[ScoredSentence]) -> bool:
    """Whether a statement's support takes in at least one of the best sentences: elsewhere the same names and numbers stand by chance."""
    return any(
        window.source == sentence.chunk.source
        and window.span.start < sentence.span.end
        and sentence.span.start < window.span.end
        for window in support
        for sentence in best
    )


def _speaks_of(question: str, language: str, support: Sequence[Window], index: Index) -> bool:
    """Whether every window of a support shares a word with the question, as far as their languages are the same.

    What an article says of nothing that was asked ("the right name is …") is no evidence for a statement about it. The reason of something
    stands where that is spoken of: there a name in common is not enough.
    """
    articles = index.snapshot.articles
    comparable = [window for window in support if articles[window.source].article.language == language]
    if asks_why(question):
        said = {stem for window in comparable for stem in stems(window.text, language)}
        return bool(Asked(question, language).predicates & said) or not comparable
    return all(_shares_a_word(question, language, window.text) for window in comparable)


def _says_what_is_asked(statement: str, question: str, language: str, support: Sequence[Window], index: Index) -> bool:
    """Whether a statement, or else its support, has a word of what the question says of its names: a mere name stands in many sentences."""
    articles = index.snapshot.articles
    said = {
        stem
        for text, spoken in [(statement, language), *((w.text, articles[w.source].article.language) for w in support)]
        for stem in stems(text, spoken)
    }
    return not said.isdisjoint(Asked(question, language).predicates)


def _shares_a_word(question: str, language: str, text: str) -> bool:
    if frozenset(stems(question, language)) & frozenset(stems(text, language)):
        return True
    return share_a_word([asked for asked in words(question) if len(asked) >= _TELLING], words(text))


def _holds_together(
    statement: str,
    question: str,
    language: str,
    *,
    support: Sequence[Window],
    candidates: Sequence[Window],
    index: Index,
) -> bool:
    """Whether one sentence holds all that a statement adds to the question: in two, a name and a number need have nothing to do with each other.

    Whom an article's title names its sentences leave out: that may be added anywhere.
    """
    titles = [index.snapshot.articles[window.source].article.title for window in support]
    known = words(" ".join([question, *titles]))
    new = [atom for atom in find_atoms(statement, language) if not _is_known(atom, known)]
    within = [c for c in candidates if c.sentences == 1 and any(_lies_in(c, window) for window in support)]
    return any(not missing_atoms(new, [sentence]) for sentence in within)


def _is_known(atom: Atom, known: Sequence[str]) -> bool:
    """Whether some words hold an atom: all of a number or a date, part of a name ("Castracane" for "Noemi Castracane")."""
    parts = words(atom.value)
    return share_a_word(parts, known) if atom.kind == "name" else all(part in known for part in parts)


def _lies_in(part: Window, whole: Window) -> bool:
    return part.source == whole.source and whole.span.start <= part.span.start and part.span.end <= whole.span.end


def _quotes_rightly(statement: str, support: Sequence[Window], index: Index) -> bool:
    """Whether what a statement puts between quotation marks stands between quotation marks in an article that supports it.

    That somebody should be quoted with words, or wrote them without saying them, is no speech. A word or two may be a name or a title.
    """
    said = [speech for quoted in _speeches(statement) if len(speech := words(quoted)) >= _SPEECH]
    if not said:
        return True
    texts = [index.snapshot.articles[source].article.text for source in {window.source for window in support}]
    spoken = [" ".join(words(speech)) for text in texts for speech in _speeches(text)]
    return all(any(" ".join(speech) in known for known in spoken) for speech in said)


def _speeches(text: str) -> list[str]:
    """Return what stands between quotation marks."""
    return [speech for found in _QUOTED.findall(text) for speech in found if speech]
