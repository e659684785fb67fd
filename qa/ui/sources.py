"""The panel beside the chat: what an answer stands on, and the article opened at the quoted place."""

from typing import TYPE_CHECKING

from qa.schema import Article, Citation, Passage
from qa.ui.markup import excerpt, key, plain
from qa.ui.texts import Language, readable_date, texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.pipeline import QA
    from qa.ui.conversation import Turn


def empty_panel(language: Language) -> str:
    """Return the panel before the first answer."""
    return f'<p class="empty hint">{plain(texts(language)["sources_empty"])}</p>'


def panel(turns: "Sequence[Turn]", language: Language) -> str:
    """Return the sources of the newest answer."""
    answered = [number for number, turn in enumerate(turns) if turn.answer]
    return turn_sources(turns, answered[-1], language) if answered else empty_panel(language)


def turn_sources(turns: "Sequence[Turn]", number: int, language: Language) -> str:
    """Return the citations of one turn, and the passages that were read besides."""
    turn, words = turns[number], texts(language)
    answer = turn.answer
    if answer is None:
        return empty_panel(language)
    cited = {(c.source, c.start, c.end) for c in answer.citations}
    others = [
        (index, passage)
        for index, passage in enumerate(answer.passages)
        if not any(
            passage.source == source and passage.start <= start and end <= passage.end for source, start, end in cited
        )
    ]
    cards = "".join(_card(key(number, "c", c.marker), str(c.marker), c, c.quote, language) for c in answer.citations)
    read = "".join(_card(key(number, "p", index), "", p, excerpt(p.text), language) for index, p in others)
    heading = plain(words["sources_for"].format(question=excerpt(turn.question, 90)))
    note = "" if answer.citations else f'<p class="note">{plain(words["nearest"])}</p>'
    if read and answer.citations:
        summary = plain(words["read_too"].format(count=len(others)))
        read = f'<details class="read"><summary>{summary}</summary>{read}</details>'
    return f"<h2>{heading}</h2>{note}{cards}{read}"


def _card(address: str, marker: str, item: Citation | Passage, text: str, language: Language) -> str:
    number = f'<span class="number">{marker}</span>' if marker else ""
    place = _place(item.publisher, item.date, language)
    return (
        f'<article class="card" data-key="{address}"><header>{number}<span><b>{plain(item.title or item.source)}</b>'
        f'<span class="place">{plain(place)}</span></span></header><blockquote>{plain(text)}</blockquote>'
        f'<button type="button" class="open" value="{address}">{plain(texts(language)["open_article"])}</button>'
        "</article>"
    )


def opened(bot: "QA", turns: "Sequence[Turn]", address: str, language: Language) -> str | None:
    """Return the article that ``address`` leads to, its passage marked; nothing where the address leads nowhere."""
    found = _find(turns, address)
    if found is None:
        return None
    turn, item = found
    quote = item.quote if isinstance(item, Citation) else item.text
    back = f'<button type="button" class="back" value="{turn}">{plain(texts(language)["back"])}</button>'
    try:
        article = bot.article(item.source)
    except KeyError:
        article = None
    if article is not None and article.text[item.start : item.end] == quote:
        return whole_article(article, language, item.start, item.end, back)
    place = _place(item.publisher, item.date, language, item.source)
    return (
        f'<div class="whole">{_head(item, place, back)}'
        f'<p class="note">{plain(texts(language)["article_gone"])}</p>'
        f'<p><mark tabindex="-1">{plain(quote)}</mark></p></div>'
    )


def whole_article(article: Article, language: Language, start: int = 0, end: int = 0, back: str = "") -> str:
    """Return an article whole, as it was read, with one span of its text marked; ``back`` is the button that leads back."""
    place = _place(article.publisher, article.date, language, article.source)
    head = _head(article, place, back)
    if not 0 <= start < end <= len(article.text):
        return f'<div class="whole">{head}<div class="text">{plain(article.text)}</div></div>'
    before, quote, after = article.text[:start], article.text[start:end], article.text[end:]
    text = f'{plain(before)}<mark tabindex="-1">{plain(quote)}</mark>{plain(after)}'
    return f'<div class="whole">{head}<div class="text">{text}</div></div>'


def _head(item: Article | Citation | Passage, place: str, back: str) -> str:
    return f'<header>{back}<h2>{plain(item.title or item.source)}</h2><p class="place">{plain(place)}</p></header>'


def _place(publisher: str | None, date: str | None, language: Language, source: str = "") -> str:
    return " · ".join(filter(None, (publisher, readable_date(date, language), source)))


def _find(turns: "Sequence[Turn]", address: str) -> tuple[int, Citation | Passage] | None:
    turn, _, rest = address.partition("-")
    kind, _, number = rest.partition("-")
    if not (turn.isdecimal() and number.isdecimal() and int(turn) < len(turns)):
        return None
    answer = turns[int(turn)].answer
    if answer is None:
        return None
    if kind == "c":
        return next(((int(turn), c) for c in answer.citations if c.marker == int(number)), None)
    return (int(turn), answer.passages[int(number)]) if int(number) < len(answer.passages) else None
