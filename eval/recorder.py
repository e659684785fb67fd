"""The chat model of a run: it answers from recorded replies, and asks the real one where there are none."""

from collections.abc import Callable, Generator, Iterator, Sequence
from threading import RLock
from typing import Any, Literal

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult

from eval.replies import Reply, ReplyFile, reply_from
from qa.config import Settings, fingerprint
from qa.errors import QAError
from qa.models.chat import ChatModel
from qa.schema import Record

Policy = Literal["recorded", "recheck", "live"]
"""``recorded``: ask what is not recorded. ``recheck``: ask all, go on with what is recorded. ``live``: ask all anew."""
_LISTS = ("keys", "asked", "rechecked", "differing")


class Lookups(Record):
    """What became of the prompts of one question, by their keys.

    Attributes:
        keys: Every prompt.
        asked: Those that the model itself answered.
        rechecked: Those of them for which there was a recorded reply.
        differing: Those of them that it answered otherwise than recorded.
        failure: The first failure of the model, whatever the pipeline made of it.
    """

    keys: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    rechecked: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()
    failure: str = ""


class Recorder:
    """Stands before a language model, which is loaded when a reply is first missing.

    Args:
        replies: The recorded replies.
        identity: Fingerprint of the model.
        load: Loads it.

    Attributes:
        fingerprint: Of the model.
        policy: When the model is asked.
        broken: Why the model could not be loaded: a failure of the run, not of a question.
    """

    def __init__(self, replies: ReplyFile, identity: str, load: Callable[[], ChatModel]) -> None:
        self.replies = replies
        self.policy: Policy = "recorded"
        self.broken: QAError | None = None
        self.fingerprint = identity
        self._load = load
        self._model: ChatModel | None = None
        self._seen: list[Lookups] = []
        self._lock = RLock()

    def stream(
        self, messages: Sequence[BaseMessage], stop: list[str] | None, options: dict[str, Any]
    ) -> Iterator[AIMessageChunk]:
        """Yield the reply in pieces.

        Raises:
            QAError: The model is needed and cannot be loaded, or fails.
        """
        prompt = [(message.type, message.content) for message in messages]
        key = fingerprint([self.fingerprint, prompt, stop, options])
        known = self.replies.get(key)
        if known and self.policy == "recorded":
            self._seen.append(Lookups(keys=(key,)))
            yield from known.pieces()
            return
        reply = yield from self._ask(key, messages, {"stop": stop, **options} if stop else options)
        rechecked, differs = known is not None, known is not None and known.text != reply.text
        self._seen.append(Lookups(keys=(key,), asked=(key,), rechecked=(key,) * rechecked, differing=(key,) * differs))
        if known and self.policy == "recheck":
            yield from known.pieces()
            return
        self.replies.add(reply)
        if self.policy == "live":
            yield reply.end()
        else:
            yield from reply.pieces()

    def _ask(
        self, key: str, messages: Sequence[BaseMessage], options: dict[str, Any]
    ) -> Generator[AIMessageChunk, None, Reply]:
        """Ask the model; what it says is passed on as it comes only where times are measured."""
        whole = AIMessageChunk(content="")
        try:
            for piece in self._loaded().stream(list(messages), **options):
                whole += piece
                if self.policy == "live" and piece.text:
                    yield AIMessageChunk(content=piece.text)
        except QAError as error:
            self._seen.append(Lookups(keys=(key,), asked=(key,), failure=str(error)))
            raise
        return reply_from(key, whole)

    def _loaded(self) -> ChatModel:
        with self._lock:
            if self._model is None:
                try:
                    self._model = self._load()
                except QAError as error:
                    self.broken = error
                    raise
            return self._model

    def take(self) -> Lookups:
        """Return what was looked up since the last call."""
        seen, self._seen = self._seen, []
        lists = {name: tuple(k for one in seen for k in getattr(one, name)) for name in _LISTS}
        return Lookups(**lists, failure=next((one.failure for one in seen if one.failure), ""))

    def close(self) -> None:
        """Free the model and leave the file of replies sorted."""
        if self._model is not None:
            self._model.close()
            self._model = None
        self.replies.tidy()


class RecordedModel(BaseChatModel):
    """A LangChain model that speaks through a ``Recorder``."""

    recorder: Any

    @property
    def _llm_type(self) -> str:
        return "recorded"

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002 - LangChain's signature
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for piece in self.recorder.stream(messages, stop, kwargs):
            yield ChatGenerationChunk(message=piece)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, run_manager, **kwargs))


def recorded_chat(recorder: Recorder, name: str, settings: Settings) -> ChatModel:
    """Return the model as ``QA`` takes it, with the name and fingerprint of the one that ``recorder`` stands for."""
    llm = RecordedModel(recorder=recorder)
    return ChatModel(llm, name=name, identity=recorder.fingerprint, context_tokens=settings.context_tokens)
