"""What can be seen of a question, its evidence and what the model made of it: the signs that confidence is estimated from."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from qa.atoms import find_atoms
from qa.confidence import Signs
from qa.questions import expected_answer
from qa.retrieval import Index, ScoredSentence
from qa.schema import Passage
from qa.text import stems, words
from qa.verification import Window, same_word

if TYPE_CHECKING:
    from qa.models.embeddings import SentenceEmbeddings

_FLOOR = 0.8  # e5's cosines lie between here and 1.
_RANK = 8
_DRAWN_FROM = 2  # Sentences.
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
    said, best = embeddings.encode_documents([draft, ranked[0].text])
    new = frozenset(stems(draft, language)) - frozenset(stems(question, language))
    nearest = {stem for sentence in ranked[:_DRAWN_FROM] for stem in stems(sentence.text, _language(sentence, index))}
    return replace(
        signs,
        echo=max(0.0, float(said @ best - _FLOOR) / (1 - _FLOOR)),
        drawn=len(new & nearest) / len(new) if new else 0.0,
    )


def related(
    question: str, language: str, ranked: Sequence[ScoredSentence], read: Sequence[Passage], index: Index
) -> bool:
    """Whether the evidence speaks of what the question speaks of, though it may not answer it."""
    best = ranked[0]
    asked = frozenset(stems(question, language))
    known = {stem for passage in read for stem in stems(passage.text, _language(best, index))}
    names = _names_held(question, language, f"{best.chunk.header} {best.chunk.text}")
    return names >= _RELATED and len(asked & known) >= _RELATED * len(asked)


def _language(sentence: ScoredSentence, index: Index) -> str:
    return index.snapshot.articles[sentence.chunk.source].article.language


def _names_held(question: str, language: str, text: str) -> float:
    """Share of the question's names of which some part stands in ``text``; 1 where it has none."""
    known = words(text)
    names = [words(atom.value) for atom in find_atoms(question, language) if atom.kind == "name"]
    held = [any(same_word(part, word) for part in parts for word in known) for parts in names]
    return sum(held) / len(held) if held else 1.0


def rests_on(support: Sequence[Window], best: Sequence[ScoredSentence]) -> bool:
    """Whether a statement's support takes in at least one of the best sentences: elsewhere the same names and numbers stand by chance."""
    return any(
        window.source == sentence.chunk.source
        and window.span.start < sentence.span.end
        and sentence.span.start < window.span.end
        for window in support
        for sentence in best
    )
