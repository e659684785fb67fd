"""The conversation as something to keep: Markdown, JSON, or an answer on the clipboard."""

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import gradio as gr

from qa.schema import Answer
from qa.ui.conversation import Turn, dump
from qa.ui.markup import origin
from qa.ui.texts import Labels, Language, language_of, readable_date, texts

if TYPE_CHECKING:
    from qa.ui.chat import Chat

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~$&-])")
# The page's own parts know the text; the browser only hands it on.
_HAND_OVER = """async (outbox) => {
	if (!outbox) return;
	if (!outbox.file) return await navigator.clipboard.writeText(outbox.text);
	const link = document.createElement("a");
	link.href = URL.createObjectURL(new Blob([outbox.text], { type: outbox.type }));
	link.download = outbox.file;
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}"""


class Export:
    """The row of buttons below the chat. Must be made inside a ``gr.Blocks``."""

    def __init__(self, chat: "Chat", labels: Labels) -> None:
        with gr.Row(elem_id="export"):
            look: dict[str, Any] = {"size": "sm", "variant": "secondary", "min_width": 60}
            buttons = [labels.add(gr.Button(elem_id=f"export-{key}", **look), value=key) for key in _FORMS]
        outbox = gr.JSON(visible=False)
        for button, make in zip(buttons, _FORMS.values(), strict=True):
            made = button.click(
                _outbox(make), [chat.turns], outbox, queue=False, show_progress="hidden", api_visibility="private"
            )
            made.then(None, outbox, None, js=_HAND_OVER)


def _outbox(make: Any) -> Any:
    def outbox(turns: tuple[Turn, ...], request: gr.Request) -> dict[str, str] | None:
        return make(turns, language_of(request)) if turns else None

    return outbox


def plain_answer(answer: Answer, language: Language) -> str:
    """Return an answer as text, its sources numbered below it."""
    sources = [f"[{c.marker}] {origin(c, language)}: “{c.quote}”" for c in answer.citations]
    return "\n".join([answer.text, *([""] if sources else []), *sources])


def markdown(turns: Sequence[Turn], language: Language) -> str:
    """Return a conversation as Markdown; what was said in it stays text, whatever it holds."""
    parts = [f"# {_escaped(texts(language)['title'])}"]
    for turn in turns:
        parts.append(f"## {_escaped(turn.question)}")
        if turn.answer:
            parts.append(_escaped(turn.answer.text))
            parts.extend(
                f"{c.marker}. **{_escaped(c.title or c.source)}**, "
                f"{_escaped(', '.join(filter(None, (c.publisher, readable_date(c.date, language), c.source))))} "
                f"({c.start}–{c.end})\n\n   > {_escaped(c.quote)}"
                for c in turn.answer.citations
            )
        elif turn.failure:
            parts.append(_escaped(f"{texts(language)['failed']}: {turn.failure.message}"))
        else:
            parts.append(_escaped(texts(language)["stopped"]))
    return "\n\n".join(parts) + "\n"


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def _copy(turns: Sequence[Turn], language: Language) -> dict[str, str]:
    answers = [turn.answer for turn in turns if turn.answer]
    return {"text": plain_answer(answers[-1], language) if answers else ""}


def _markdown_file(turns: Sequence[Turn], language: Language) -> dict[str, str]:
    return {"file": "conversation.md", "type": "text/markdown", "text": markdown(turns, language)}


def _json_file(turns: Sequence[Turn], _: Language) -> dict[str, str]:
    text = json.dumps(dump(turns), ensure_ascii=False, indent=2)
    return {"file": "conversation.json", "type": "application/json", "text": text}


_FORMS = {"copy": _copy, "markdown": _markdown_file, "json": _json_file}
