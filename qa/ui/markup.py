"""Texts as HTML that can hold nothing but text.

Questions, answers and articles are untrusted: every character except letters, digits and blanks is written as a numeric
reference, which neither Markdown, HTML nor a template takes for structure. Only this package's own tags are tags.
"""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from qa.schema import Answer, Citation, Passage
from qa.ui.conversation import Failure, Turn
from qa.ui.messages import in_language
from qa.ui.texts import Language, readable_date, texts

if TYPE_CHECKING:
    from gradio.components.chatbot import Message, MessageDict

_MARKER = re.compile(r"\[(\d+)\]")
_CLAIM = re.compile(r"(?P<text>.*?)(?P<markers>(?:\s*\[\d+\])+[.!?…,;:]*)|(?P<rest>.+)", re.DOTALL)
_EXCERPT = 220
_NEAREST = 3


def plain(text: str) -> str:
    """Return ``text`` as HTML that shows exactly these characters."""
    return "".join(c if c.isalnum() or c == " " else "<br>" if c == "\n" else f"&#{ord(c)};" for c in _printable(text))


def _printable(text: str) -> str:
    # Characters that browsers refuse as references (controls, lone surrogates) and those that reorder what is read.
    return re.sub(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]+", " ", text)


def origin(item: Citation | Passage, language: Language) -> str:
    """Return "title · publisher, date" as plain text."""
    place = ", ".join(part for part in (item.publisher, readable_date(item.date, language)) if part)
    return " · ".join(part for part in (item.title or item.source, place) if part)


def excerpt(text: str, limit: int = _EXCERPT) -> str:
    """Return ``text`` in one line, cut at a word."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[:limit].rsplit(" ", 1)[0] + " …"


def key(turn: int, kind: str, number: int) -> str:
    """Return the address of a citation ("c") or passage ("p") of a turn, as a button's value carries it."""
    return f"{turn}-{kind}-{number}"


def answer_html(text: str, link: Callable[[int], str]) -> str:
    """Return an answer's text with each statement and its markers held together; ``link`` makes a marker."""
    parts: list[str] = []
    for match in _CLAIM.finditer(text):
        if match["rest"]:
            parts.append(plain(match["rest"]))
            continue
        pieces = _MARKER.split(match["markers"])
        markers = "".join(link(int(piece)) if odd % 2 else plain(piece.strip()) for odd, piece in enumerate(pieces))
        parts.append(f'<span class="claim">{plain(match["text"])}<span class="markers">{markers}</span></span>')
    return "".join(parts)


def turn_messages(turns: Sequence[Turn], language: Language) -> "list[MessageDict | Message]":
    """Return turns as the messages of a ``gr.Chatbot``."""
    messages: list[MessageDict | Message] = []
    for number, turn in enumerate(turns):
        messages.append({"role": "user", "content": f'<div class="question">{plain(turn.question)}</div>'})
        if turn.answer:
            read_as = _read_as(turn.question, turn.answer, language)
            messages.append({"role": "assistant", "content": read_as + _answer(number, turn.answer, language)})
        elif turn.failure:
            messages.append({"role": "assistant", "content": failure_html(turn.failure, language)})
        elif turn.stopped:
            messages.append({"role": "assistant", "content": plain(texts(language)["stopped"])})
    return messages


def partial_html(text: str) -> str:
    """Return the part of an answer that is there already; its markers lead nowhere yet."""
    return f'<div class="answer partial">{answer_html(text, lambda n: f"<sup>{n}</sup>")}</div>'


def failure_html(failure: Failure, language: Language) -> str:
    """Return an error as message and hint."""
    return (
        f'<div class="failure"><b>{plain(texts(language)["failed"])}</b><br>'
        f"{plain(in_language(failure.message, language))}"
        f'<br><span class="hint">{plain(in_language(failure.hint, language))}</span></div>'
    )


def _read_as(question: str, answer: Answer, language: Language) -> str:
    """Return the whole question that a follow-up was taken for; nothing for one that was whole itself."""
    if answer.question in {"", question.strip()}:
        return ""
    return f'<div class="read-as">{plain(texts(language)["read_as"].format(question=excerpt(answer.question)))}</div>'


def _answer(turn: int, answer: Answer, language: Language) -> str:
    cited = {citation.marker: citation for citation in answer.citations}

    def link(marker: int) -> str:
        citation = cited.get(marker)
        if citation is None:
            return plain(f"[{marker}]")
        tip = plain(f"{origin(citation, language)}: “{excerpt(citation.quote)}”").replace("<br>", " ")
        return f'<button type="button" class="cite" value="{key(turn, "c", marker)}" title="{tip}">{marker}</button>'

    body = answer_html(answer.text, link)
    if answer.status == "conflict":
        return _conflict(turn, answer, language, body)
    nearest = _nearest(turn, answer, language) if answer.status == "abstained" else ""
    return f'<div class="answer">{body}</div>{nearest}'


def _conflict(turn: int, answer: Answer, language: Language, body: str) -> str:
    """Return what each article says, side by side, oldest first, and the same in running text one click away."""
    sides: dict[str, list[Citation]] = {}
    for citation in sorted(answer.citations, key=lambda c: c.date or ""):
        sides.setdefault(citation.source, []).append(citation)
    columns = "".join(
        f'<div class="side"><span class="date">{plain(readable_date(quotes[0].date, language))}</span>'
        f"<b>{plain(quotes[0].title)}</b>"
        + "".join(
            f"<blockquote>{plain(c.quote)} "
            f'<button type="button" class="cite" value="{key(turn, "c", c.marker)}">{c.marker}</button></blockquote>'
            for c in quotes
        )
        + "</div>"
        for quotes in sides.values()
    )
    words = texts(language)
    return (
        f'<div class="conflict"><b>{plain(words["conflict"])}</b><div class="sides">{columns}</div></div>'
        f'<details><summary>{plain(words["in_words"])}</summary><div class="answer">{body}</div></details>'
    )


def _nearest(turn: int, answer: Answer, language: Language) -> str:
    """Return the passages that came nearest, unless the answer quotes something already."""
    if not answer.passages or answer.citations:
        return ""
    items = "".join(
        f'<li><button type="button" class="near" value="{key(turn, "p", number)}">'
        f"{plain(origin(passage, language))}</button><br>{plain(excerpt(passage.text))}</li>"
        for number, passage in enumerate(answer.passages[:_NEAREST])
    )
    return f'<div class="nearest"><b>{plain(texts(language)["nearest_short"])}</b><ul>{items}</ul></div>'
