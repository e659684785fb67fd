"""Which of the articles' own sentences are shown: beside the statements that hold, or in their place."""

from collections.abc import Sequence

from qa.atoms import Atom, find_atoms
from qa.checking import Check, rests_on, shares_a_word_with
from qa.circumstances import gives_a_reason, stands_as_asked, tells_a_rank, tells_of_the_event, tells_the_score
from qa.counting import may_count
from qa.dating import may_date
from qa.models.readers import Reader, readable
from qa.questions import (
    TIMES,
    answers_expectation,
    asks_for_rank,
    asks_for_score,
    asks_for_several,
    asks_why,
    expected_answer,
    fits,
    new_names,
)
from qa.retrieval import Index, ScoredSentence
from qa.schema import Article, Passage, Span
from qa.values import Asked, are_held
from qa.verification import Window, stands_in, window_of

_LOG_ODDS = 1.5  # Weight of the reader's log-odds beside a sentence's score, chosen on the tuning part of the gold set.


def best_two(read: Sequence[ScoredSentence]) -> list[ScoredSentence]:
    """Return the best sentence, and of the others the best that holds the kind of thing that is asked for, if there is one.

    Args:
        read: The sentences that were read, best first; at least one.
    """
    best, *others = read
    return [best, *sorted(others, key=lambda sentence: not sentence.fits)[:1]]


def nearest(question: str, ranked: Sequence[ScoredSentence], reader: Reader, k: int) -> list[ScoredSentence]:
    """Return the two sentences that come nearest to an answer, as a reader finds that sees the question and each chunk together.

    Args:
        question: What is asked.
        ranked: All candidate sentences, best first; at least one.
        reader: Corrects their order.
        k: Among so many of the best it is then looked for one of the kind that is asked for.
    """
    chunks = list({sentence.chunk.id: sentence.chunk for sentence in ranked}.values())
    found = dict(zip((chunk.id for chunk in chunks), reader.read(question, list(map(readable, chunks))), strict=True))

    def likely(sentence: ScoredSentence) -> float:
        return sentence.score + _LOG_ODDS * float(found[sentence.chunk.id][sentence.number])

    return best_two(sorted(ranked, key=likely, reverse=True)[:k])


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


def answer_by_themselves(
    quoted: Sequence[ScoredSentence],
    dropped: Sequence[Check],
    question: str,
    language: str,
    *,
    read: Sequence[Passage],
    index: Index,
) -> bool:
    """Whether quoted sentences can answer without a statement: one tells what is asked, and the model has read nothing else.

    Those that do not date what is asked do not tell when, nor those that count matches how many goals, those that tell of no contest against
    whom, other matches how one ended, those that give no reason why, nor any of them something of an event that it does not speak of.

    Args:
        quoted: What would be shown.
        dropped: The statements that do not hold.
        question: What is asked.
        language: Its language.
        read: What the model read.
        index: Where it comes from.
    """
    told = [(sentence, index.snapshot.articles[sentence.chunk.source].article) for sentence in quoted]
    is_compared = expected_answer(question) in {*TIMES, "number"}
    said = _answering(dropped, question, language) if is_compared else []
    return any(
        _tells(sentence, article, question, language)
        and tells_of_the_event(question, language, sentence.text, article.language)
        for sentence, article in told
    ) and _agree_with_what_is_read(quoted, said, read, index)


def _tells(sentence: ScoredSentence, article: Article, question: str, language: str) -> bool:
    expected, spoken = expected_answer(question), article.language
    if expected == "other":
        reasoned = not asks_why(question) or gives_a_reason(sentence.text, spoken)
        return reasoned and (not asks_for_rank(question) or tells_a_rank(sentence.text, spoken))
    if asks_for_score(question):
        return tells_the_score(question, language, sentence, article)
    if not sentence.fits:
        return False
    if expected == "number":
        return _counts(sentence, article, question, language)
    if expected in TIMES:
        own = find_atoms(sentence.text, spoken, article.date)
        return any(fits(expected, one) and may_date(one, sentence.text, spoken, question, language) for one in own)
    names = new_names(sentence.text, spoken, question, language)
    return stands_as_asked(question, language, names, sentence.text, spoken)


def _counts(sentence: ScoredSentence, article: Article, question: str, language: str) -> bool:
    """Whether a sentence has a number of what is asked for; a score tells the goals of a side that plays there, not those of a player or a career."""
    asked, spoken = Asked(question, language), article.language
    if not asked.unit or may_count(sentence.text, spoken, asked.unit, language):
        return True
    plays = are_held(asked.names, find_atoms(sentence.text, spoken))
    return plays and tells_the_score(question, language, sentence, article)


def _agree_with_what_is_read(
    quoted: Sequence[ScoredSentence], said: Sequence[Atom], read: Sequence[Passage], index: Index
) -> bool:
    """Whether quoted sentences give something that the model says, if it says anything that it has read: else the two readings disagree."""
    known = [_window(passage.text, passage.source, passage.start, index) for passage in read]
    found = [atom for atom in said if any(stands_in(atom, window) for window in known)]
    return not found or any(_gives(sentence, atom, index) for sentence in quoted for atom in found)


def _telling(checks: Sequence[Check], ranked: Sequence[ScoredSentence]) -> list[ScoredSentence]:
    return [sentence for sentence in ranked if any(rests_on(check.telling, [sentence]) for check in checks)]


def _gives_what_is_said(
    sentence: ScoredSentence, dropped: Sequence[Check], question: str, language: str, index: Index
) -> bool:
    """Whether a sentence gives what statements answer, one thing as is asked for, though the statements do not hold."""
    said = [] if asks_for_several(question) else _answering(dropped, question, language)
    return any(_gives(sentence, atom, index) for atom in said)


def _answering(checks: Sequence[Check], question: str, language: str) -> list[Atom]:
    """Return what statements say of the kind that is asked for, and that the question does not say itself."""
    expected = expected_answer(question)
    said = [atom for check in checks for atom in find_atoms(check.statement, language)]
    return [atom for atom in said if answers_expectation(expected, (atom,), question, language)]


def _gives(sentence: ScoredSentence, atom: Atom, index: Index) -> bool:
    return stands_in(atom, _window(sentence.text, sentence.chunk.source, sentence.span.start, index))


def _window(text: str, source: str, start: int, index: Index) -> Window:
    return window_of(text, index.snapshot.articles[source].article, Span(start=start, end=start + len(text)))
