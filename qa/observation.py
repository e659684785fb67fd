"""What can be seen of a question and its evidence: the signs that confidence is estimated from."""

from collections.abc import Sequence

from qa.atoms import find_atoms
from qa.confidence import Signs
from qa.questions import expected_answer
from qa.retrieval import Index, ScoredSentence
from qa.schema import Passage
from qa.text import stems, words
from qa.verification import Window, same_word

_FLOOR = 0.8  # e5's cosines lie between here and 0.95.
_RANK = 8


def observe(
    question: str,
    language: str,
    ranked: Sequence[ScoredSentence],
    read: Sequence[Passage],
    index: Index,
    *,
    conflict: bool,
) -> Signs:
    """Return the signs of one question.

    Args:
        question: The standalone question.
        language: Its language.
        ranked: All candidate sentences, best first; at least one.
        read: What will be read.
        index: Where the sentences come from.
        conflict: Whether articles give different values.
    """
    best = ranked[0]
    expected = expected_answer(question)
    language_of = {source: stored.article.language for source, stored in index.snapshot.articles.items()}
    return Signs(
        similarity=10 * (best.similarity - _FLOOR),
        margin=best.score - ranked[min(_RANK, len(ranked)) - 1].score,
        fits=float(best.fits),
        open=float(expected == "other"),
        names=_names_held(question, language, f"{best.chunk.header} {best.chunk.text}"),
        words=_words_held(question, language, [p.text for p in read], language_of[best.chunk.source]),
        conflict=float(conflict),
    )


def _names_held(question: str, language: str, text: str) -> float:
    """Share of the question's names of which some part stands in ``text``; 1 where it has none."""
    known = words(text)
    names = [words(atom.value) for atom in find_atoms(question, language) if atom.kind == "name"]
    held = [any(same_word(part, word) for part in parts for word in known) for parts in names]
    return sum(held) / len(held) if held else 1.0


def _words_held(question: str, language: str, texts: Sequence[str], corpus_language: str) -> float:
    """Share of the question's content stems that stand in some texts; 1 where it has none."""
    asked = frozenset(stems(question, language))
    known = {stem for text in texts for stem in stems(text, corpus_language)}
    return len(asked & known) / len(asked) if asked else 1.0


def rests_on(support: Sequence[Window], best: Sequence[ScoredSentence]) -> bool:
    """Whether a statement's support takes in at least one of the best sentences: elsewhere the same names and numbers stand by chance."""
    return any(
        window.source == sentence.chunk.source
        and window.span.start < sentence.span.end
        and sentence.span.start < window.span.end
        for window in support
        for sentence in best
    )
