"""The language model reads the passages and drafts an answer. What it says is checked elsewhere."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.errors import ModelError
from qa.prompts import Prompt, load_phrases, load_prompt
from qa.schema import Doing, Passage, Usage, Working

if TYPE_CHECKING:
    from langchain_core.callbacks import BaseCallbackHandler
    from langchain_core.messages import AIMessageChunk
    from langchain_core.prompt_values import PromptValue

    from qa.models.chat import ChatModel

_LONGEST = 50_000
"""Characters of a reply; a server that knows no limit of tokens might never stop."""
_GIST = 48
"""Tokens of a reply that is only compared with another."""


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
    prompt = load_prompt("answer", language)
    pieces = chat.stream(_filled(prompt, question, passages, language), config={"callbacks": [*callbacks]})
    draft = yield from _drafted(chat, prompt, pieces, waiting="reading", writing="drafting")
    if not draft.text.strip():
        raise ModelError(
            f"{chat.name} gave an empty reply.", hint="Try again, or choose another model.", retryable=True
        )
    return draft


def redraft(
    chat: "ChatModel",
    question: str,
    passages: Sequence[Passage],
    language: str,
    *,
    number: int,
    callbacks: "Sequence[BaseCallbackHandler]" = (),
) -> Generator[Working, None, Draft]:
    """Let the model answer again, each word drawn as it is likely: what it knows stays the same, what it guesses does not.

    The idea is that of SelfCheckGPT (Manakul et al. 2023).

    Args:
        chat: The model.
        question: The standalone question.
        passages: What it reads.
        language: Of the answer.
        number: Which one it is, from 1: another number, another reply. They are asked for one after the other.
        callbacks: LangChain's, that hear of the model's calls.

    Yields:
        That the model is at it, whenever it is heard of.

    Returns:
        What it said, perhaps nothing; no more than its first sentences.

    Raises:
        ModelError: The model cannot be reached.
    """
    prompt = load_prompt("answer", language)
    messages = _filled(prompt, question, passages, language)
    pieces = chat.resample(messages, number, max_tokens=_GIST, config={"callbacks": [*callbacks]})
    return (yield from _drafted(chat, prompt, pieces, waiting="redrafting", writing="redrafting"))


def _filled(prompt: Prompt, question: str, passages: Sequence[Passage], language: str) -> "PromptValue":
    values = {"passages": numbered(passages), "question": question, "language": load_phrases(language)["language"]}
    return prompt.fill(values)


def _drafted(
    chat: "ChatModel", prompt: Prompt, pieces: "Generator[AIMessageChunk]", *, waiting: Doing, writing: Doing
) -> Generator[Working, None, Draft]:
    """Return all that the model says, telling what it does until the first word comes, and from then on."""
    from langchain_core.messages import AIMessageChunk

    reply = AIMessageChunk(content="")
    yield Working(doing=waiting)
    with closing(pieces):
        for piece in pieces:
            reply += piece
            if len(reply.text) > _LONGEST:
                raise ModelError(f"{chat.name} said more than it was asked for.", hint="Choose another model.")
            words = len(reply.text.split())
            yield Working(doing=writing if words else waiting, words=words)
    label = prompt.user.rpartition("\n")[2]
    return Draft(reply.text, reply.text.strip().removeprefix(label).strip(), _usage(reply))


def spent(drafts: Iterable[Draft]) -> Usage:
    """Return what some drafts cost together."""
    usages = [draft.usage for draft in drafts]
    return Usage(
        model_calls=sum(usage.model_calls for usage in usages),
        prompt_tokens=sum(usage.prompt_tokens for usage in usages),
        completion_tokens=sum(usage.completion_tokens for usage in usages),
    )


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
