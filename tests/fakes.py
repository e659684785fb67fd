"""Small models that are real subclasses of what the product uses, for tests that need no weights."""

import hashlib
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field, PrivateAttr

from qa.confidence import Calibration, load_calibration
from qa.models.chat import ChatModel
from qa.models.readers import Text
from qa.models.words import WordVectors, word_spans
from qa.pipeline import QA, Inquiry
from qa.schema import Answer

Reply = str | Exception | Callable[[str], str]
"""What the scripted model does when asked: say this, raise this, or say what the function makes of the prompt."""


class ScriptedModel(BaseChatModel):
    """A LangChain model that says what it was told to say, and remembers what it was asked.

    ``replies`` are used up in order; then ``otherwise`` answers every further prompt. Without it, a prompt too many
    fails the test.
    """

    replies: deque[Any] = Field(default_factory=deque)
    otherwise: Any = None
    prompts: list[list[BaseMessage]] = Field(default_factory=list)
    _lock: Any = PrivateAttr(default_factory=threading.Lock)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def asked(self) -> list[str]:
        """Return every prompt so far as one text."""
        return ["\n".join(message.text for message in prompt) for prompt in self.prompts]

    def _next(self, messages: list[BaseMessage]) -> str:
        with self._lock:
            self.prompts.append(list(messages))
            prompt = self.asked()[-1]
            reply: Reply | None = self.replies.popleft() if self.replies else self.otherwise
        if reply is None:
            raise AssertionError(f"the scripted model has no reply left for:\n{prompt}")
        if isinstance(reply, Exception):
            raise reply
        return reply if isinstance(reply, str) else reply(prompt)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        reply = self._next(messages)
        message = AIMessage(reply, usage_metadata=_usage(messages, reply), response_metadata={"finish_reason": "stop"})
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        reply = self._next(messages)
        for number, word in enumerate(reply.split(" ")):
            yield ChatGenerationChunk(message=AIMessageChunk(content=f" {word}" if number else word))
        end = AIMessageChunk(
            content="", usage_metadata=_usage(messages, reply), response_metadata={"finish_reason": "stop"}
        )
        yield ChatGenerationChunk(message=end)


class HaltingModel(ScriptedModel):
    """Says one word, then waits for ``go_on``; tells that it writes, and that nobody wants more of what it says."""

    writing: Any = Field(default_factory=threading.Event)
    go_on: Any = Field(default_factory=threading.Event)
    given_up: Any = Field(default_factory=threading.Event)

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        try:
            for piece in super()._stream(*args, **kwargs):
                yield piece
                self.writing.set()
                if not self.go_on.wait(60):
                    raise AssertionError("nobody let the model go on")
        except GeneratorExit:
            self.given_up.set()
            raise


def _usage(messages: list[BaseMessage], reply: str) -> UsageMetadata:
    read, written = sum(len(message.text.split()) for message in messages), len(reply.split())
    return UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written)


def scripted_chat_model(*replies: Reply, otherwise: Reply | None = None) -> ChatModel:
    """Return a ``ScriptedModel`` as the product holds its models; the model itself is its ``llm``."""
    llm = ScriptedModel(replies=deque(replies), otherwise=otherwise)
    return ChatModel(llm, name="scripted", identity="scripted-1", context_tokens=4096)


class SmallEmbeddings(Embeddings):
    """Hashed character n-grams: texts that share words lie near one another. Public face of ``SentenceEmbeddings``.

    Args:
        name: Two of different names have different fingerprints, though their vectors are the same.
    """

    dimension = 256
    max_tokens: int | None = None

    def __init__(self, name: str = "small") -> None:
        self.name = name
        self.fingerprint = hashlib.sha256(name.encode()).hexdigest()[:16]
        self.documents: list[str] = []
        """Every text that was embedded as a document, for tests of what is embedded anew."""

    def encode_documents(self, texts: Sequence[str]) -> np.ndarray:
        self.documents.extend(texts)
        return self._encode(texts)

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        return self._encode(texts)

    def encode_words(self, texts: Sequence[str], *, query: bool = False) -> list[WordVectors]:
        spans = [word_spans(text) for text in texts]
        return [
            WordVectors(places, self._encode([text[start:end] for start, end in places]))
            for text, places in zip(texts, spans, strict=True)
        ]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self.encode_documents(texts).tolist()

    def embed_query(self, text: str) -> list[float]:
        return self.encode_queries([text])[0].tolist()

    def _encode(self, texts: Sequence[str]) -> np.ndarray:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for gram in _grams(text):
                digest = hashlib.blake2b(gram.encode("utf-8", "surrogatepass"), digest_size=4).digest()
                row[int.from_bytes(digest, "big") % self.dimension] += 1.0
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / np.where(norms == 0, 1.0, norms)


def _grams(text: str, sizes: Iterable[int] = (3, 4, 5)) -> Iterator[str]:
    for word in text.casefold().split():
        padded = f" {word} "
        for size in sizes:
            yield from (padded[start : start + size] for start in range(max(1, len(padded) - size + 1)))


class SmallReader:
    """A ``qa.models.readers.Reader`` that finds the sentences with some words likely to answer, and no other.

    Args:
        words: Without any, all sentences are equally likely.
    """

    def __init__(self, words: str = "") -> None:
        self.words = words
        self.fingerprint = f"words: {words}"

    def read(self, question: str, texts: Sequence[Text]) -> list[np.ndarray]:
        return [np.array([self._odds(t.text[s.start : s.end]) for s in t.sentences], np.float32) for t in texts]

    def _odds(self, sentence: str) -> float:
        return 5.0 if self.words in sentence else -5.0


def surely_answered(bot: QA, question: str) -> Answer:
    """Ask so that nothing is withheld for want of confidence."""
    certain = Calibration(
        weights=dict.fromkeys(load_calibration().weights, 0.0), bias=9.0, threshold=0.5, gathered=0.5, made={}
    )
    return list(Inquiry(bot, question, (), certain).events())[-1].answer
