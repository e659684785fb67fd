"""Checked statements put together into the text of an answer, with its markers and citations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa.prompts import load_phrases
from qa.retrieval import ScoredSentence
from qa.schema import Article, Citation
from qa.verification import Window


@dataclass(frozen=True)
class Piece:
    """A sentence of an answer and the windows it is cited from; without windows it is the product's own phrase."""

    text: str
    support: tuple[Window, ...] = ()


def quotation(sentence: ScoredSentence, article: Article, language: str) -> Piece:
    """Return a sentence as a quotation in the manner of ``language``, introduced by who published it and when."""
    phrases = load_phrases(language)
    window = Window(article.source, sentence.span, sentence.text, 1, (), 0)
    where = ", ".join(part for part in (article.publisher, shown_date(article.date)) if part)
    quote = phrases["quote"].format(quote=" ".join(sentence.text.split()))
    return Piece(phrases["quoted_from"].format(where=where, quote=quote) if where else quote, (window,))


def shown_date(date: str | None) -> str | None:
    """Return an ISO date the way Europeans write it: "2021-02-09T18:18" as "09-02-2021", "2021-02" as "02-2021"."""
    return "-".join(reversed(date[:10].split("-"))) if date else None


def compose(pieces: Sequence[Piece], articles: Mapping[str, Article]) -> tuple[str, tuple[Citation, ...]]:
    """Return the answer's text and its citations.

    Markers are numbered in the order in which the text needs them; the same span gets the same number wherever it is cited.
    """
    numbers: dict[tuple[str, int, int], int] = {}
    citations: list[Citation] = []
    sentences: list[str] = []
    for piece in pieces:
        markers: list[int] = []
        for window in piece.support:
            if window.key not in numbers:
                numbers[window.key] = len(numbers) + 1
                citations.append(_citation(numbers[window.key], window, articles[window.source]))
            markers.append(numbers[window.key])
        sentences.append(_marked(piece.text, sorted(set(markers))))
    return " ".join(sentences), tuple(citations)


def _marked(text: str, markers: Sequence[int]) -> str:
    """Put the markers before a closing full stop of the product's own, and behind a quotation."""
    if not markers:
        return text
    run = "".join(f"[{marker}]" for marker in markers)
    return f"{text[:-1]} {run}{text[-1]}" if text[-1:] in {".", "!", "?"} else f"{text} {run}."


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
