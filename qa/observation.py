"""What can be seen of a question, its evidence and what the model made of it: the signs that confidence is estimated from."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from qa.atoms import certain_names, find_atoms
from qa.confidence import Signs
from qa.questions import asks_when
from qa.retrieval import Index, ScoredSentence
from qa.schema import Passage
from qa.text import stems, words
from qa.verification import may_be_one_name, missing_atoms, share_a_word, window_of

if TYPE_CHECKING:
    from qa.models.embeddings import SentenceEmbeddings

_SPREAD = 0.1  # By so much e5's cosines differ between sentences that say the same and others.
_COMPARED = 12
_RANK = 8
_DRAWN_FROM = 2  # Sentences.
_NAMES_RELATED, _WORDS_RELATED = 1 / 2, 1 / 3  # Shares of a question's names, and of its content words.


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
        dated=float(asks_when(question)),
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
    held = [window_of(s.text, articles[s.chunk.source].article, s.span) for s in nearest]
    return 1 - len(missing_atoms(new, held)) / len(new) if new else 0.0


def related(
    question: str, language: str, ranked: Sequence[ScoredSentence], read: Sequence[Passage], index: Index
) -> bool:
    """Whether the evidence speaks of what the question speaks of, though it may not answer it; of another language only the names are compared."""
    best = ranked[0]
    asked = frozenset(stems(question, language))
    if not asked or _names_held(question, language, f"{best.chunk.header} {best.chunk.text}") < _NAMES_RELATED:
        return False
    if language != _language(best, index):
        return bool(certain_names(question, language))
    known = {stem for passage in read for stem in stems(passage.text, language)}
    return len(asked & known) >= _WORDS_RELATED * len(asked)


def _language(sentence: ScoredSentence, index: Index) -> str:
    return index.snapshot.articles[sentence.chunk.source].article.language


def _names_held(question: str, language: str, text: str) -> float:
    """Share of the question's names of which some part stands in ``text``, and not only as part of a namesake's; 1 where it has none.

    The capital of a first word may be that of the sentence ("Elenca…"): it counts as a name only where it stands in ``text``.
    """
    known = words(text)
    names = [atom for atom in find_atoms(question, language) if atom.kind == "name"]
    others = [words(atom.value) for atom in find_atoms(text, language) if atom.kind == "name"]
    counted = [is_held for atom in names if (is_held := _is_named(words(atom.value), known, others)) or atom.certain]
    return sum(counted) / len(counted) if counted else 1.0


def _is_named(name: Sequence[str], known: Collection[str], others: Collection[Sequence[str]]) -> bool:
    """Whether some word of a name is among ``known``: one that a namesake has too ("Lokomotiv Mosca" for "Spartak Mosca") only where it also stands alone."""
    alone = [word for other in others if len(other) == 1 for word in other]
    namesakes = [other for other in others if not may_be_one_name(name, other)]
    shared = [word for word in name if any(share_a_word([word], other) for other in namesakes)]
    return share_a_word([word for word in name if word not in shared], known) or share_a_word(name, alone)
