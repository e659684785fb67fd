"""The language model reads the passages and drafts an answer. What it says is checked elsewhere."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.errors import ModelError
from qa.prompts import load_phrases, load_prompt
from qa.schema import Passage, Usage, Working

if TYPE_CHECKING:
    from langchain_core.callbacks import BaseCallbackHandler
    from langchain_core.messages import AIMessageChunk

    from qa.models.chat import ChatModel

_LONGEST = 50_000
"""Characters of a reply; a server that knows no limit of tokens might never stop."""


@dataclass(frozen=True)
class Draft:
    """What the model said, and what it cost.

    Attributes:
        text: To the letter.
        answer: Without the label that the prompt ends with ("Risposta:"), which small models repeat.
        usage: Calls and tokens.
    """

    text: str = ""
    answer: str = ""
    usage: Usage = Usage()


def draft_answer(
    chat: "ChatModel",
    question: str,
    passages: Sequence[Passage],
    language: str,
    callbacks: "Sequence[BaseCallbackHandler]" = (),
) -> Generator[Working, None, Draft]:
    """Let the model answer ``question`` from ``passages``, numbered from 1; closing the generator stops the model.

    Args:
        chat: The model.
        question: The standalone question.
        passages: What it reads.
        language: Of the answer.
        callbacks: LangChain's, that hear of the model's call.

    Yields:
        What the model does, whenever it is heard of.

    Returns:
        All that it said.

    Raises:
        ModelError: The model cannot be reached, or its reply is cut short or empty.
    """
    from langchain_core.messages import AIMessageChunk

    values = {"passages": numbered(passages), "question": question, "language": load_phrases(language)["language"]}
    prompt = load_prompt("answer", language)
    yield Working(doing="reading")
    reply = AIMessageChunk(content="")
    with closing(chat.stream(prompt.fill(values), config={"callbacks": [*callbacks]})) as pieces:
        for piece in pieces:
            reply += piece
            if len(reply.text) > _LONGEST:
                raise ModelError(f"{chat.name} said more than it was asked for.", hint="Choose another model.")
            words = len(reply.text.split())
            yield Working(doing="drafting" if words else "reading", words=words)
    if not reply.text.strip():
        raise ModelError(
            f"{chat.name} gave an empty reply.", hint="Try again, or choose another model.", retryable=True
        )
    label = prompt.user.rpartition("\n")[2]
    return Draft(reply.text, reply.text.strip().removeprefix(label).strip(), _usage(reply))


def numbered(passages: Sequence[Passage]) -> str:
    """Return the passages as the model reads them: small numbers, since small models miscopy long ids; origin and date; text."""
    return "\n\n".join(_numbered(passages))


def _numbered(passages: Sequence[Passage]) -> Iterator[str]:
    for number, passage in enumerate(passages, start=1):
        origin = ", ".join(part for part in (passage.publisher, passage.date) if part)
        yield f"[{number}]{f' ({origin})' if origin else ''} {passage.text}"


def _usage(reply: "AIMessageChunk") -> Usage:
    counted = reply.usage_metadata
    return Usage(
        model_calls=1,
        prompt_tokens=counted["input_tokens"] if counted else 0,
        completion_tokens=counted["output_tokens"] if counted else 0,
    )
