"""What LangChain sends to a model and gets from it, remembered for the trace of a question."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import BaseMessage
from langchain_core.outputs import LLMResult


@dataclass
class Call:
    """One prompt to the language model as it was sent, (role, text) by message, and all that came back."""

    prompt: list[tuple[str, str]]
    reply: str = ""
    error: str = ""


class ModelCalls(BaseCallbackHandler):
    """Remembers what LangChain sends to a model and what it gets."""

    def __init__(self) -> None:
        self.calls: dict[UUID, Call] = {}

    def on_chat_model_start(
        self,
        serialized: dict[str, Any],  # noqa: ARG002 - LangChain's signature
        messages: list[list[BaseMessage]],
        *,
        run_id: UUID,
        **_: Any,
    ) -> None:
        """A prompt is sent."""
        self.calls[run_id] = Call([(message.type, message.text) for prompt in messages for message in prompt])

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **_: Any) -> None:
        """The reply is whole."""
        self.calls[run_id].reply = _text(response)

    def on_llm_error(self, error: BaseException, *, run_id: UUID, response: LLMResult | None = None, **_: Any) -> None:
        """The reply broke off, or whoever asked has left."""
        self.calls[run_id].error = f"{type(error).__name__}: {error}"
        if response:
            self.calls[run_id].reply = _text(response)


def _text(response: LLMResult) -> str:
    return next((generation.text for some in response.generations for generation in some), "")
