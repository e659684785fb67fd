"""Which of the articles' own sentences are shown: beside the statements that hold, or in their place."""

from collections.abc import Sequence

from qa.atoms import find_atoms
from qa.checking import Check, rests_on, shares_a_word_with
from qa.circumstances import stands_as_asked
from qa.counting import may_count
from qa.questions import answers_expectation, asks_for_several, expected_answer, new_names
from qa.retrieval import Index, ScoredSentence
from qa.values import Asked
from qa.verification import stands_in, window_of


def best_two(read: Sequence[ScoredSentence]) -> list[ScoredSentence]:
    """Return the best sentence, and of the others the best that holds the kind of thing that is asked for, if there is one.

    Args:
        read: The sentences that were read, best first; at least one.
    """
    best, *others = read
    return [best, *sorted(others, key=lambda sentence: not sentence.fits)[:1]]


def quoted_beside(
    kept: Sequence[Check], question: str, ranked: Sequence[ScoredSentence], read: Sequence[ScoredSentence]
) -> list[ScoredSentence]:
    """Return what tells what statements say, and the best sentence; where several things are asked for, of which they may tell only some, two.

    Args:
        kept: The statements that hold.
        question: What is asked.
        ranked: All candidate sentences, best first.
        read: Those of them that were read.
    """
    best = best_two(read) if asks_for_several(question) else read[:1]
    return list(dict.fromkeys([*_telling(kept, ranked), *best]))


def quoted_instead(
    dropped: Sequence[Check],
    question: str,
    language: str,
    *,
    ranked: Sequence[ScoredSentence],
    read: Sequence[ScoredSentence],
    index: Index,
) -> list[ScoredSentence]:
    """Return the best two sentences, and what tells what the dropped statements say, as far as it speaks of what is asked.

    An article may have told the model what to say: what it says of nothing that was asked is not shown. Nor is a second sentence beside the
    best one where that gives the very thing that the model answers: it could only give another.

    Args:
        dropped: The statements that do not hold.
        question: What is asked.
        language: Its language.
        ranked: All candidate sentences, best first.
        read: Those of them that were read.
        index: Where they come from.
    """
    fitting = [s for s in _telling(dropped, ranked) if shares_a_word_with(question, language, s.text)]
    best = read[:1] if _gives_what_is_said(read[0], dropped, question, language, index) else best_two(read)
    return list(dict.fromkeys([*best, *fitting]))


def tell_what_is_asked(question: str, language: str, quoted: Sequence[ScoredSentence], index: Index) -> bool:
    """Whether quoted sentences alone can answer: those without a date do not tell when, nor those that count matches how many goals.

    Nor do those that tell of no contest tell against whom.

    Args:
        question: What is asked.
        language: Its language.
        quoted: What would be shown.
        index: Where it comes from.
    """
    expected = expected_answer(question)
    if expected == "other":
        return True
    articles = index.snapshot.articles
    fitting = [(s.text, articles[s.chunk.source].article.language) for s in quoted if s.fits]
    if expected == "number":
        unit = Asked(question, language).unit
        return any(not unit or may_count(text, spoken, unit, language) for text, spoken in fitting)
    return any(
        stands_as_asked(question, new_names(text, spoken, question, language), text, spoken) for text, spoken in fitting
    )


def _telling(checks: Sequence[Check], ranked: Sequence[ScoredSentence]) -> list[ScoredSentence]:
    return [sentence for sentence in ranked if any(rests_on(check.telling, [sentence]) for check in checks)]


def _gives_what_is_said(
    sentence: ScoredSentence, dropped: Sequence[Check], question: str, language: str, index: Index
) -> bool:
    """Whether a sentence gives what statements answer, one thing as is asked for, though the statements do not hold."""
    if asks_for_several(question):
        return False
    article = index.snapshot.articles[sentence.chunk.source].article
    own = window_of(sentence.text, article, sentence.span)
    said = [atom for check in dropped for atom in find_atoms(check.statement, language)]
    return answers_expectation(
        expected_answer(question), tuple(atom for atom in said if stands_in(atom, own)), question, language
    )
