"""Checked statements put together into the text of an answer, with its markers and citations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa.prompts import load_phrases
from qa.schema import Article, Citation
from qa.verification import Window


@dataclass(frozen=True)
class Piece:
    """A sentence of an answer and the windows it is cited from; without windows it is the product's own phrase."""

    text: str
    support: tuple[Window, ...] = ()


def quotation(window: Window, language: str, phrase: str = "quote", **values: str) -> Piece:
    """Return a window's text as a quotation in the manner of ``language``."""
    quote = " ".join(window.text.split())
    return Piece(load_phrases(language)[phrase].format(quote=quote, **values), (window,))


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
    if not markers:
        return text
    run = "".join(f"[{marker}]" for marker in markers)
    body, end = (text[:-1], text[-1]) if text[-1:] in {".", "!", "?"} else (text, ".")
    # Behind a closing quotation mark a full stop of the product's own would be one too many only if the quotation has its own.
    return f"{body} {run}{end}"


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
