"""Checked statements put together into the text of an answer, with its markers and citations."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from qa.atoms import find_atoms
from qa.dating import is_reckoned
from qa.prompts import load_phrases
from qa.retrieval import Sentence
from qa.schema import Article, Citation
from qa.verification import Window, plain_text

# A text, its closing punctuation, and the quotation marks and brackets that close behind that.
_END = re.compile(r"(.*?)([.!?…]*)(\s?[»”’“\"')\]]+)?", re.DOTALL)


@dataclass(frozen=True)
class Piece:
    """A sentence of an answer and the windows it is cited from; without windows it is the product's own phrase."""

    text: str
    support: tuple[Window, ...] = ()


def quotation(sentence: Sentence, article: Article, language: str, *, dated: bool = False) -> Piece:
    """Return a sentence as a quotation in the manner of ``language``, introduced by who published it and when.

    What the article has in the way of links, markup and ``[1]`` of its own is not shown; the citation's quote keeps it.

    Args:
        sentence: What is quoted.
        article: Where it stands.
        language: Of the answer.
        dated: Whether to tell in full what the sentence dates from its article's day ("prossimo giugno").
    """
    phrases = load_phrases(language)
    window = Window(article.source, sentence.span, sentence.text, article.language, 1, (), 0)
    where = ", ".join(filter(None, (plain_text(article.publisher or ""), shown_date(article.date))))
    if dated and (meant := [f"{said} = {day}" for said, day in _dated_from(sentence.text, article, language)]):
        where += f" ({', '.join(meant)})"
    quote = phrases["quote"].format(quote=plain_text(sentence.text))
    return Piece(phrases["quoted_from"].format(where=where, quote=quote) if where else quote, (window,))


def _dated_from(text: str, article: Article, language: str) -> list[tuple[str, str]]:
    """Return the dates of a text that only its article's date or another year of it makes whole, as they are written and in full."""
    alone = {(atom.start, atom.end): atom.value for atom in find_atoms(text, article.language)}
    return [
        (plain_text(text[atom.start : atom.end]), full)
        for atom in find_atoms(text, article.language, article.date)
        if atom.kind == "date"
        and (alone.get((atom.start, atom.end)) != atom.value or is_reckoned(atom, text))
        and (full := _in_full(atom.value, language))
    ]


def _in_full(day: str, language: str) -> str | None:
    """Return an ISO day or month in words, "2021-06" as "giugno 2021", and a year as it is; None if the calendar has no such day ("2021-06-31")."""
    from babel.dates import format_date, format_skeleton

    if day.isdecimal():
        return day
    year, month, *rest = map(int, day.split("-"))
    try:
        first = date(year, month, *(rest or [1]))
    except ValueError:
        return None
    return format_date(first, "long", locale=language) if rest else format_skeleton("yMMMM", first, locale=language)


def shown_date(date: str | None) -> str | None:
    """Return an ISO date the way Europeans write it: "2021-02-09T18:18" as "09-02-2021", "2021-02" as "02-2021"."""
    return "-".join(reversed(date[:10].split("-"))) if date else None


class Composer:
    """Puts an answer together piece by piece, so that each can be shown as soon as it is earned.

    Markers are numbered in the order in which the text needs them; the same span gets the same number wherever it is cited.

    Args:
        article: Finds an indexed article by its source.
    """

    def __init__(self, article: Callable[[str], Article]) -> None:
        self._article = article
        self._numbers: dict[tuple[str, int, int], int] = {}
        self._citations: list[Citation] = []
        self._text = ""

    @property
    def text(self) -> str:
        """The answer so far."""
        return self._text

    @property
    def citations(self) -> tuple[Citation, ...]:
        """One citation for each marker so far, in order."""
        return tuple(self._citations)

    def add(self, piece: Piece) -> str:
        """Append a piece and return what it adds to the text."""
        markers = {self._number(window) for window in piece.support}
        added = (" " if self._text else "") + _marked(piece.text, sorted(markers))
        self._text += added
        return added

    def _number(self, window: Window) -> int:
        if window.key not in self._numbers:
            self._numbers[window.key] = len(self._numbers) + 1
            self._citations.append(_citation(self._numbers[window.key], window, self._article(window.source)))
        return self._numbers[window.key]


def _marked(text: str, markers: Sequence[int]) -> str:
    """Put the markers before the closing full stop, or behind a quotation that has its own."""
    if not markers:
        return text
    run = "".join(f"[{marker}]" for marker in markers)
    body, stop, closing = _END.fullmatch(text).groups()  # type: ignore[union-attr]  # every text matches
    if closing or stop.endswith(("…", "..")):
        return f"{text} {run}" if stop else f"{text} {run}."
    return f"{body} {run}{stop or '.'}"


def _citation(marker: int, window: Window, article: Article) -> Citation:
    return Citation(
        marker=marker,
        source=article.source,
        title=article.title,
        date=article.date,
        publisher=article.publisher,
        quote=article.text[window.span.start : window.span.end],
        start=window.span.start,
        end=window.span.end,
        url=article.url,
    )
