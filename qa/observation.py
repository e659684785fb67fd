"""What can be seen of a question, its evidence and what the model made of it: the signs that confidence is estimated from."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from qa.atoms import find_atoms
from qa.confidence import Signs
from qa.questions import asks_why, expected_answer
from qa.retrieval import Index, ScoredSentence
from qa.schema import Passage
from qa.text import stems, words
from qa.values import Asked
from qa.verification import Window, missing_atoms, share_a_word

if TYPE_CHECKING:
    from qa.models.embeddings import SentenceEmbeddings

_SPREAD = 0.1  # By so much e5's cosines differ between sentences that say the same and others.
_COMPARED = 12
_RANK = 8
_DRAWN_FROM = 2  # Sentences.
_TELLING = 4  # Letters of a word that may be a misspelt name.
_SPEECH = 3  # Words.
_QUOTED = re.compile(r"«([^»]+)»|“([^”]+)”|\"([^\"]+)\"")
_RELATED = 0.5  # Share of a question's names, and of its content words.


def observe(question: str, language: str, ranked: Sequence[ScoredSentence], *, conflict: bool) -> Signs:
    """Return the signs of a question that no model has read yet.

    Args:
        question: The standalone question.
        language: Its language.
        ranked: All candidate sentences, best first; at least one.
        conflict: Whether articles give different values.
    """
    best = ranked[0]
    return Signs(
        margin=best.score - ranked[min(_RANK, len(ranked)) - 1].score,
        fits=float(best.fits),
        dated=float(expected_answer(question) in {"day", "year", "date"}),
        names=_names_held(question, language, f"{best.chunk.header} {best.chunk.text}"),
        conflict=float(conflict),
    )


def heard(
    signs: Signs,
    draft: str,
    question: str,
    language: str,
    *,
    ranked: Sequence[ScoredSentence],
    index: Index,
    embeddings: "SentenceEmbeddings",
) -> Signs:
    """Return the signs with what the draft of the model adds to them: how near it comes to the sentences that were ranked best without it."""
    if not draft:
        return signs
    said, *seen = embeddings.encode_documents([draft, *(sentence.text for sentence in ranked[:_COMPARED])])
    # Against the others, because the cosines of two languages are lower throughout.
    similarities = [float(said @ sentence) for sentence in seen]
    echo = (similarities[0] - sum(similarities) / len(similarities)) / _SPREAD
    nearest = ranked[:_DRAWN_FROM]
    compare = _words_drawn if language == _language(ranked[0], index) else _atoms_drawn
    return replace(signs, echo=echo, drawn=compare(draft, question, language, nearest, index))


def agreement(draft: str, others: Sequence[str], question: str, language: str) -> float:
    """Share of the content words added to the question that a draft has in common with others (Dice's coefficient), on the average.

    Args:
        draft: What the model said.
        others: What it said when it was asked again; at least one.
        question: The standalone question.
        language: Of all of them.
    """
    said, *again = (_added(text, question, language) for text in (draft, *others))
    shares = [2 * len(said & other) / (len(said) + len(other)) if said or other else 1.0 for other in again]
    return sum(shares) / len(shares)


def _added(text: str, question: str, language: str) -> frozenset[str]:
    """Return the content words of ``text`` that do not stand in the question."""
    return frozenset(stems(text, language)) - frozenset(stems(question, language))


def _words_drawn(draft: str, question: str, language: str, nearest: Sequence[ScoredSentence], index: Index) -> float:
    """Share of the content words that a draft adds to its question that some sentences hold."""
    new = _added(draft, question, language)
    known = {stem for sentence in nearest for stem in stems(sentence.text, _language(sentence, index))}
    return len(new & known) / len(new) if new else 0.0


def _atoms_drawn(draft: str, question: str, language: str, nearest: Sequence[ScoredSentence], index: Index) -> float:
    """Share of the numbers, dates and names that a draft adds to its question that some sentences hold: words of another language cannot be compared."""
    asked = set(words(question))
    new = [atom for atom in find_atoms(draft, language) if not set(words(atom.value)) <= asked]
    articles = index.snapshot.articles
    held = [
        Window(a.source, s.span, s.text, 1, find_atoms(s.text, a.language, a.date), 0)
        for s in nearest
        for a in [articles[s.chunk.source].article]
    ]
    return 1 - len(missing_atoms(new, held)) / len(new) if new else 0.0


def related(
    question: str, language: str, ranked: Sequence[ScoredSentence], read: Sequence[Passage], index: Index
) -> bool:
    """Whether the evidence speaks of what the question speaks of, though it may not answer it."""
    best = ranked[0]
    asked = frozenset(stems(question, language))
    known = {stem for passage in read for stem in stems(passage.text, _language(best, index))}
    names = _names_held(question, language, f"{best.chunk.header} {best.chunk.text}")
    return bool(asked) and names >= _RELATED and len(asked & known) >= _RELATED * len(asked)


def speaks_of(question: str, language: str, support: Sequence[Window], index: Index) -> bool:
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


def quotes_rightly(statement: str, support: Sequence[Window], index: Index) -> bool:
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


def _shares_a_word(question: str, language: str, text: str) -> bool:
    if frozenset(stems(question, language)) & frozenset(stems(text, language)):
        return True
    return share_a_word([asked for asked in words(question) if len(asked) >= _TELLING], words(text))


def _language(sentence: ScoredSentence, index: Index) -> str:
    return index.snapshot.articles[sentence.chunk.source].article.language


def _names_held(question: str, language: str, text: str) -> float:
    """Share of the question's names of which some part stands in ``text``; 1 where it has none.

    The capital of a first word may be that of the sentence ("Elenca…"): it counts as a name only where it stands in ``text``.
    """
    known = words(text)
    names = [atom for atom in find_atoms(question, language) if atom.kind == "name"]
    counted = [is_held for atom in names if (is_held := share_a_word(words(atom.value), known)) or atom.certain]
    return sum(counted) / len(counted) if counted else 1.0


def rests_on(support: Sequence[Window], best: Sequence[ScoredSentence]) -> bool:
    """Whether a statement's support takes in at least one of the best sentences: elsewhere the same names and numbers stand by chance."""
    return any(
        window.source == sentence.chunk.source
        and window.span.start < sentence.span.end
        and sentence.span.start < window.span.end
        for window in support
        for sentence in best
    )
