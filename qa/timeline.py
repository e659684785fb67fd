"""Dated statements of articles in the order of what they tell."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from qa.atoms import Atom, find_atoms
from qa.schema import Article
from qa.sentences import sentence_spans
from qa.text import stems
from qa.topics import find_topics

_SEASON = re.compile(r"(\d{4})/(\d{4})")
_DATE = re.compile(rf"\d{{4}}(?:-\d{{2}}(?:-\d{{2}})?)?|{_SEASON.pattern}")
_JOINS_A_PERIOD = re.compile(r"\s*(?:a|al|all'|fino a|fino al|e il|to|until|till|and|[-–])\s*", re.IGNORECASE)
_RARE = 50
_SAME_EVENT = 0.6
"""Share of the shorter sentence's words that two sentences on the same event have in common."""


@dataclass(frozen=True)
class DatedStatement:
    """A sentence and the date, or the period, that it speaks of.

    Attributes:
        date: ISO date cut to what is stated.
        until: The period's end, likewise; None for a single date.
        source: The article.
        start: Where the sentence begins in the article's text.
        end: Where it ends.
        text: The sentence, to the letter.
        planned: Whether the date lies after the article's own.
        about_subject: Whether it names whom the articles name most.
        differs: Dates that other articles give for what seems the same event.
    """

    date: str
    until: str | None
    source: str
    start: int
    end: int
    text: str
    planned: bool = False
    about_subject: bool = False
    differs: tuple[str, ...] = ()


def build_timeline(articles: Sequence[Article]) -> tuple[DatedStatement, ...]:
    """Return every dated statement of ``articles``, earliest first."""
    subject = find_topics(articles).name
    found = [statement for article in articles for statement in _statements(article, subject)]
    return tuple(sorted(_with_differences(found, articles), key=lambda s: (s.date, s.until or "", s.source, s.start)))


def _statements(article: Article, subject: str) -> Iterator[DatedStatement]:
    headings = {(span.start, span.end) for span in article.headings}
    for span in sentence_spans(article.text, article.body.start, article.body.end, article.language):
        if (span.start, span.end) in headings:
            continue
        text = article.text[span.start : span.end]
        named = bool(subject) and subject.rsplit(maxsplit=1)[-1] in text
        for date, until in _dates(text, find_atoms(text, article.language, article.date)):
            planned = article.date is not None and date > article.date[: len(date)]
            yield DatedStatement(date, until, article.source, span.start, span.end, text, planned, named)


def _dates(text: str, atoms: Iterable[Atom]) -> Iterator[tuple[str, str | None]]:
    """Yield the dates and periods of a sentence, each once."""
    dates = [atom for atom in atoms if atom.kind == "date" and _DATE.fullmatch(atom.value)]
    seen: set[tuple[str, str | None]] = set()
    position = 0
    while position < len(dates):
        atom, following = dates[position], dates[position + 1 : position + 2]
        position += 1
        until = None
        date = atom.value
        if season := _SEASON.fullmatch(date):
            date, until = season[1], season[2]
        elif following and _is_period(text, atom, following[0]):
            until = following[0].value
            position += 1
        if (date, until) not in seen:
            seen.add((date, until))
            yield date, until


def _is_period(text: str, first: Atom, second: Atom) -> bool:
    joined = _JOINS_A_PERIOD.fullmatch(text[first.end : second.start]) is not None
    return joined and "/" not in second.value and first.value < second.value


def _with_differences(found: Sequence[DatedStatement], articles: Sequence[Article]) -> Iterator[DatedStatement]:
    languages = {article.source: article.language for article in articles}
    words = [_content(statement.text, languages[statement.source]) for statement in found]
    told = [_content(_without_names(statement.text), languages[statement.source]) for statement in found]
    other: dict[int, list[str]] = {}
    for i, j in _sharing_rare_words(words):
        one, two = found[i], found[j]
        alike = _overlap(words[i], words[j]) >= _SAME_EVENT and told[i] & told[j]
        if one.source != two.source and _disagree(one, two) and alike:
            other.setdefault(i, []).append(two.date)
            other.setdefault(j, []).append(one.date)
    for number, statement in enumerate(found):
        yield replace(statement, differs=tuple(sorted(set(other.get(number, ())))))


def _sharing_rare_words(words: Sequence[frozenset[str]]) -> set[tuple[int, int]]:
    """Return the pairs of sentences that have a word in common which few others have: only they can be alike."""
    holding: dict[str, list[int]] = {}
    for number, content in enumerate(words):
        for word in content:
            holding.setdefault(word, []).append(number)
    return {pair for numbers in holding.values() if len(numbers) <= _RARE for pair in combinations(numbers, 2)}


def _disagree(one: DatedStatement, two: DatedStatement) -> bool:
    length = min(len(one.date), len(two.date))
    return one.until is None and two.until is None and one.date[:length] != two.date[:length]


def _content(text: str, language: str) -> frozenset[str]:
    return frozenset(stem for stem in stems(text, language) if not stem.isdecimal())


def _without_names(text: str) -> str:
    """Return what is told of the people and places: the words that are not capitalised, and the first one."""
    first, _, rest = text.partition(" ")
    return " ".join([first, *(word for word in rest.split() if word[0].islower())])


def _overlap(one: frozenset[str], two: frozenset[str]) -> float:
    return len(one & two) / min(len(one), len(two)) if one and two else 0.0
