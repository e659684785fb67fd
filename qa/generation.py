"""The language model reads the passages and drafts an answer. What it says is checked elsewhere."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from langchain_core.messages import AIMessageChunk

from qa.prompts import load_phrases, load_prompt
from qa.schema import Passage, Usage

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage
    from langchain_core.prompt_values import PromptValue

    from qa.models.chat import ChatModel

_REFUSAL = re.compile(r"\W*no\b\W*$", re.IGNORECASE)


@dataclass(frozen=True)
class Draft:
    """What the model said, and what it cost."""

    text: str
    usage: Usage

    @property
    def refused(self) -> bool:
        """Whether the model found no answer in the passages."""
        return not self.text.strip() or _REFUSAL.match(self.text) is not None


def draft_answer(chat: "ChatModel", question: str, passages: Sequence[Passage], language: str) -> Draft:
    """Ask the model to answer ``question`` from ``passages``, numbered from 1.

    Raises:
        ModelError: The model cannot be reached or its reply is cut short.
    """
    prompt = load_prompt("answer", language)
    values = {"passages": numbered(passages), "question": question, "language": load_phrases(language)["language"]}
    return ask_model(chat, prompt.fill(values))


def ask_model(chat: "ChatModel", prompt: "PromptValue | list[BaseMessage]", **options: object) -> Draft:
    """Send one prompt and gather the streamed reply."""
    reply = AIMessageChunk(content="")
    for chunk in chat.stream(prompt, **options):
        reply += chunk  # type: ignore[assignment] - adding two chunks of one class gives that class
    return Draft(reply.text, _usage(reply))


def numbered(passages: Sequence[Passage]) -> str:
    """Return the passages as the model reads them: small numbers, since small models miscopy long ids; origin and date; text."""
    return "\n\n".join(_numbered(passages))


def _numbered(passages: Sequence[Passage]) -> Iterator[str]:
    for number, passage in enumerate(passages, start=1):
        origin = ", ".join(part for part in (passage.publisher, passage.date) if part)
        yield f"[{number}]{f' ({origin})' if origin else ''} {passage.text}"


def _usage(reply: AIMessageChunk) -> Usage:
    counted = reply.usage_metadata
    return Usage(
        model_calls=1,
        prompt_tokens=counted["input_tokens"] if counted else 0,
        completion_tokens=counted["output_tokens"] if counted else 0,
    )
