"""The language model: llama.cpp on this computer, or any provider LangChain knows."""

import logging
import math
import time
import weakref
from collections.abc import Collection, Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import BoundedSemaphore
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

from pydantic import SecretStr

from qa.config import Settings
from qa.errors import ModelError
from qa.models.budget import check_budget, hooks, spending
from qa.models.failures import as_model_error
from qa.models.identity import SEED, ChatIdentity, identify
from qa.models.llama import SLOTS
from qa.models.local import LlamaProcess, LlamaServer
from qa.models.progress import Progress
from qa.models.providers import connect, secrets_of
from qa.models.weights import fetch_weights

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel, LanguageModelInput
    from langchain_core.messages import AIMessage, AIMessageChunk

logger = logging.getLogger(__name__)

_CHARACTERS_PER_TOKEN = 3
"""Below the mean of Italian prose in current tokenizers (about 3.3), so that an estimate errs on the long side."""


class ChatModel:
    """A language model ready to be asked; a context manager, since the local one holds memory and a port.

    Ask through `invoke` and `stream`: they turn the provider's exceptions into `ModelError` and keep LangSmith from
    recording. ``llm`` is there for whatever else LangChain can do with it.

    Attributes:
        llm: The LangChain model.
        name: For display.
        fingerprint: Hash of the weights (or the provider string) and of all parameters that shape a reply.
        context_tokens: Largest prompt and reply together, in tokens.
        is_local: Whether it runs in a process of its own that belongs to this one.
    """

    def __init__(
        self,
        llm: "BaseChatModel",
        *,
        name: str,
        identity: str,
        context_tokens: int,
        server: LlamaServer | None = None,
        secrets: Collection[SecretStr] = (),
        timeout: float = math.inf,
    ) -> None:
        self.llm = llm
        self.name = name
        self.fingerprint = identity
        self.context_tokens = context_tokens
        self._server = server
        self._secrets = secrets
        self._timeout = timeout
        self._turns = BoundedSemaphore(SLOTS)
        connections = getattr(llm, "root_client", None)  # of ChatOpenAI; other classes close their own
        # Also for whoever forgets to close it.
        self._failed = False
        self._hang_up = weakref.finalize(self, connections.close) if connections is not None else None

    def __repr__(self) -> str:
        return f"ChatModel({self.name!r})"

    @property
    def identity(self) -> ChatIdentity:
        """Its name and fingerprint."""
        return ChatIdentity(self.name, self.fingerprint)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def is_local(self) -> bool:
        """Whether the model runs on this computer, in a process that belongs to this one."""
        return self._server is not None

    @property
    def is_dead(self) -> bool:
        """Whether it ran in a process of its own that has ended or hangs: then it must be loaded again."""
        if self._server is None:
            return False
        return not self._server.is_running or (self._failed and not self._server.is_alive())

    def invoke(self, messages: "LanguageModelInput", **options: Any) -> "AIMessage":
        """Return the whole reply.

        Args:
            messages: A prompt or a list of messages, as LangChain takes them.
            **options: For this call only, as the LangChain model takes them (``max_tokens``, ``stop``, …).

        Raises:
            ModelError: The model cannot be reached, refuses, or fails.
        """
        with self._call(time.monotonic() + self._timeout):
            return self.llm.invoke(messages, **options)

    def stream(self, messages: "LanguageModelInput", **options: Any) -> Generator["AIMessageChunk"]:
        """Yield the reply in pieces; a reader who stops early stops the model too.

        Raises:
            ModelError: As for `invoke`, also in the middle of a reply.
        """
        broken_off, end = False, time.monotonic() + self._timeout
        chunks = self.llm.stream(messages, **options)
        with closing(cast("Generator[AIMessageChunk]", chunks)):
            while True:
                # Entered for one step only: what the reader does with a piece is not the model's call.
                with self._call(end):
                    chunk = next(chunks, None)
                    check_budget()
                if chunk is None:
                    break
                if chunk.response_metadata.get("model_provider") == "openai":
                    # An OpenAI-compatible server that dies can end its stream in good order, only without a reason.
                    broken_off = "finish_reason" not in chunk.response_metadata
                yield chunk
        if broken_off:
            raise ModelError(f"{self.name} broke off in the middle of its reply.", hint="Try again.", retryable=True)

    def resample(self, messages: "LanguageModelInput", number: int, **options: Any) -> Generator["AIMessageChunk"]:
        """Yield another reply in pieces: each word is drawn as it is likely, instead of the likeliest.

        Args:
            messages: As for `invoke`.
            number: Which one it is, from 1: another number, another reply. They are asked for one after the other.
            **options: As for `invoke`.

        Raises:
            ModelError: As for `stream`.
        """
        if self.is_local and number > 1:
            # The one before has just read the prompt: even a model that reads every prompt whole need not do so again.
            options["extra_body"] = {"cache_prompt": True}
        return self.stream(messages, temperature=1.0, seed=number, **options)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Take part in the local model from a question's draft to its last resample, beside as many others as it keeps prompts of.

        Without it, the next question would take the place of a prompt that is asked again, and that would have to be read again too.
        """
        # It only saves time: whoever waits for too long goes ahead.
        taken = self._server is not None and self._turns.acquire(timeout=self._timeout)
        try:
            yield
        finally:
            if taken:
                self._turns.release()

    def count_tokens(self, text: str) -> int:
        """Count the tokens of ``text``; for models elsewhere an estimate on the long side."""
        if self._server is not None:
            return self._server.count_tokens(text)
        return -(-len(text) // _CHARACTERS_PER_TOKEN)

    def close(self) -> None:
        """Close connections and free what a local model holds; a second call does nothing."""
        if self._hang_up is not None:
            self._hang_up()
        if self._server is not None:
            self._server.close()

    @contextmanager
    def _call(self, end: float) -> Iterator[None]:
        from langsmith import tracing_context

        try:
            with tracing_context(enabled=False), spending(end):
                yield
        except Exception as error:
            logger.debug("%s: %s", self.name, type(error).__name__)
            self._failed = True
            translated = as_model_error(error, self.name, self._secrets)
            if translated is None:
                raise
            raise translated from None


def load_chat_model(settings: Settings, progress: Progress | None = None, *, reproducible: bool = False) -> ChatModel:
    """Make the model that ``settings.model`` names ready to be asked.

    Args:
        settings: Which model, where, and how it is asked.
        progress: Told about the download of a model file.
        reproducible: Whether a local model reads every prompt whole. What it keeps of earlier ones saves time, but
            rounds otherwise: one reply in fifteen then comes out in other words, by what was asked before.

    Raises:
        ConfigError: ``settings.model`` has none of the accepted forms, or contradicts another setting.
        ModelError: The model cannot be fetched or loaded; its provider's package or the API key is missing.
    """
    weights = fetch_weights(settings, progress)
    if weights is None:
        return _load_provider(identify(settings, None), settings)
    return _load_gguf(weights, identify(settings, weights), settings, reproducible=reproducible)


def _load_gguf(weights: Path, identity: ChatIdentity, settings: Settings, *, reproducible: bool) -> ChatModel:
    process = LlamaProcess(weights, identity.name, settings)
    from langchain_openai import ChatOpenAI  # while the model is being loaded
    from openai import DefaultAsyncHttpxClient, DefaultHttpxClient

    server = LlamaServer(process, settings)
    llm = ChatOpenAI(
        model=identity.name,
        base_url=server.url,
        api_key=server.api_key,
        temperature=settings.temperature,
        max_tokens=settings.max_tokens,
        seed=SEED,
        timeout=settings.model_timeout,
        max_retries=0,
        stream_usage=True,
        use_responses_api=False,
        extra_body={"cache_prompt": not reproducible},
        http_client=DefaultHttpxClient(trust_env=False, event_hooks=hooks()),
        http_async_client=DefaultAsyncHttpxClient(trust_env=False),
    )
    return ChatModel(
        llm,
        name=identity.name,
        identity=identity.fingerprint,
        context_tokens=server.context_tokens,
        server=server,
        secrets=(server.api_key,),
        timeout=settings.model_timeout,
    )


def _load_provider(identity: ChatIdentity, settings: Settings) -> ChatModel:
    llm = connect(settings)
    return ChatModel(
        llm,
        name=identity.name,
        identity=identity.fingerprint,
        context_tokens=settings.context_tokens,
        secrets=secrets_of(llm),
        timeout=settings.model_timeout,
    )
