"""Do the articles give different values for what is asked?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from qa.atoms import find_atoms
from qa.questions import asks_for_now
from qa.retrieval import Index, ScoredSentence, Sentence
from qa.schema import Article
from qa.text import stems, words
from qa.values import Asked, Value, value_in
from qa.verification import date_within, share_a_word


@dataclass(frozen=True)
class Disagreement:
    """Different values for what is asked.

    Attributes:
        sentences: The best sentence of each article for each of its values.
        updated: Whether the later article tells what has become of the earlier one's; then the newest comes first.
        repeated: Whether an article gives both of two dates itself: then they are those of two events.
    """

    sentences: tuple[Sentence, ...]
    updated: bool = False
    repeated: bool = False


def conflicting(question: str, language: str, sentences: Sequence[ScoredSentence], index: Index) -> Disagreement | None:
    """Return the different values that articles give, or one article gives for events of one kind; None if they agree.

    Questions for a number with a unit ("quante presenze"), a score, a date, a person, a place, or whether something is so, are compared, and
    only sentences that speak of the question's names. Two values disagree if neither contains the other and their scopes, where both are
    stated, are the same. A question about a time is left to the articles of that time, if there are any; where today is asked about, or the
    values are plans, the newest article tells how things stand.

    Args:
        question: What is asked.
        language: Its language.
        sentences: Candidates, best first.
        index: Where they come from.
    """
    asked = Asked(question, language)
    articles = {s.chunk.source: index.snapshot.articles[s.chunk.source].article for s in sentences}
    dates = {source: (article.date or "")[:10] for source, article in articles.items()}
    of_the_time = {source for source, date in dates.items() if any(date_within(time, date) for time in asked.dates)}
    found = [value_in(asked, sentence, articles[sentence.chunk.source]) for sentence in sentences]
    values = [v for v in found if v and (not of_the_time or v.sentence.chunk.source in of_the_time)]
    clashes = [(a, b) for a, b in combinations(values, 2) if _disagree(a, b) or _dated_twice(a, b, asked)]
    if not clashes:
        return None
    clashing = [value for clash in clashes for value in clash]
    chosen: dict[tuple[str, str], ScoredSentence] = {}
    for value in clashing:
        chosen.setdefault((value.sentence.chunk.source, value.value), value.sentence)
    best = list(dict.fromkeys(chosen.values()))
    if all(_both_dated(a, b, sentences, articles) for a, b in clashes):
        return Disagreement(tuple(best), repeated=True)
    if updated := all(dates[s.chunk.source] for s in best) and (asks_for_now(question) or _foretold(clashing, dates)):
        best.sort(key=lambda sentence: dates[sentence.chunk.source], reverse=True)
    return Disagreement(tuple(best), updated)


def _foretold(values: Sequence[Value], dates: Mapping[str, str]) -> bool:
    """Whether every value is a date after that of the article that gives it: of plans, the newest holds."""
    return all(v.kind == "date" and v.value > dates[v.sentence.chunk.source] for v in values)


def _disagree(a: Value, b: Value) -> bool:
    if a.sentence.chunk.source == b.sentence.chunk.source or (a.scope and b.scope and a.scope != b.scope):
        return False
    return bool(a.of & b.of) and not _agree(a, b)


def _dated_twice(a: Value, b: Value, asked: Asked) -> bool:
    """Whether one article gives two dates for all that the question says of its names."""
    if a.kind != "date" or a.sentence.chunk.source != b.sentence.chunk.source:
        return False
    return a.of == b.of == asked.predicates and not _agree(a, b)


def _both_dated(a: Value, b: Value, sentences: Sequence[ScoredSentence], articles: Mapping[str, Article]) -> bool:
    """Whether the article of one date gives the other date as well for the same thing."""
    return a.kind == "date" and any(
        _dates_likewise(sentence, articles[sentence.chunk.source], other)
        for own, other in ((a, b), (b, a))
        for sentence in sentences
        if sentence.chunk.source == own.sentence.chunk.source
    )


def _dates_likewise(sentence: ScoredSentence, article: Article, value: Value) -> bool:
    """Whether a sentence gives the same date as a value, for what shares a word with that."""
    if value.of.isdisjoint(stems(sentence.text, article.language)):
        return False
    atoms = find_atoms(sentence.text, article.language, article.date)
    return any(atom.kind == "date" and _dates_agree(atom.value, value.value) for atom in atoms)


def _agree(a: Value, b: Value) -> bool:
    if a.kind == "date":
        return _dates_agree(a.value, b.value)
    if a.kind == "name":
        return share_a_word(words(a.value), words(b.value))
    return a.value == b.value or _same_score(a.value, b.value)


def _same_score(left: str, right: str) -> bool:
    """Whether two values are one score, told from two sides: "2-1" and "1-2"."""
    return left.count("-") == 1 and sorted(left.split("-")) == sorted(right.split("-"))


def _dates_agree(left: str, right: str) -> bool:
    return date_within(left, right) or date_within(right, left)
