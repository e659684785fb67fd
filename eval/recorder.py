"""The chat model of a run: it answers from recorded replies, and asks the real one where there are none."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import Any, Literal

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from eval.replies import Reply, ReplyFile, reply_from
from qa.config import fingerprint
from qa.errors import QAError
from qa.models.chat import ChatModel
from qa.schema import Record

Policy = Literal["recorded", "recheck", "live"]
"""``recorded``: ask what is not recorded. ``recheck``: ask all, go on with what is recorded. ``live``: ask all, record nothing."""
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

    def whole(self, messages: Sequence[BaseMessage], options: dict[str, Any]) -> Reply:
        """Return the reply at once.

        Raises:
            QAError: The model is needed and cannot be loaded, or fails.
        """
        key = self._key(messages, options)
        known = self._recorded(key)
        if known:
            return known
        with self._asking(key):
            message = self._loaded().invoke(list(messages), **options)
        return self._settle(reply_from(key, message))

    def stream(self, messages: Sequence[BaseMessage], options: dict[str, Any]) -> Iterator[AIMessageChunk]:
        """Yield the reply in pieces, as they come where times are measured.

        Raises:
            QAError: As for ``whole``.
        """
        key = self._key(messages, options)
        known = self._recorded(key)
        if known:
            yield from known.pieces()
            return
        whole = AIMessageChunk(content="")
        with self._asking(key):
            for piece in self._loaded().stream(list(messages), **options):
                whole += piece
                if self.policy == "live" and piece.text:
                    yield AIMessageChunk(content=piece.text)
        settled = self._settle(reply_from(key, whole))
        if self.policy == "live":
            yield settled.end()
        else:
            yield from settled.pieces()

    def _key(self, messages: Sequence[BaseMessage], options: dict[str, Any]) -> str:
        prompt = [(message.type, message.content) for message in messages]
        return fingerprint([self.fingerprint, prompt, options])

    def _recorded(self, key: str) -> Reply | None:
        """Return the recorded reply unless the model is to be asked all the same."""
        known = self.replies.get(key) if self.policy == "recorded" else None
        if known:
            self._seen.append(Lookups(keys=(key,)))
        return known

    @contextmanager
    def _asking(self, key: str) -> Iterator[None]:
        try:
            yield
        except QAError as error:
            self._seen.append(Lookups(keys=(key,), asked=(key,), failure=str(error)))
            raise

    def _settle(self, reply: Reply) -> Reply:
        """Compare a new reply with the recorded one, and return the one to go on with."""
        key = reply.key
        known = self.replies.get(key) if self.policy == "recheck" else None
        rechecked = (key,) if known else ()
        differing = (key,) if known and known.text != reply.text else ()
        self._seen.append(Lookups(keys=(key,), asked=(key,), rechecked=rechecked, differing=differing))
        if self.policy != "live" and known is None:
            self.replies.add(reply)
        return known or reply

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
        for piece in self.recorder.stream(messages, _options(stop, kwargs)):
            yield ChatGenerationChunk(message=piece)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002 - LangChain's signature
        **kwargs: Any,
    ) -> ChatResult:
        reply = self.recorder.whole(messages, _options(stop, kwargs))
        return ChatResult(generations=[ChatGeneration(message=reply.message())])


def _options(stop: list[str] | None, options: dict[str, Any]) -> dict[str, Any]:
    return {**options, "stop": stop} if stop else options


class RecordedChat(ChatModel):
    """The recorded model as ``QA`` takes it: it passes for the one that the recorder stands for.

    Args:
        recorder: The replies.
        name: The name of the model that it stands for.
        is_local: Whether that one runs in a process that belongs to this one.
        context_tokens: Its largest prompt and reply together.
    """

    def __init__(self, recorder: Recorder, name: str, *, is_local: bool, context_tokens: int) -> None:
        llm = RecordedModel(recorder=recorder)
        super().__init__(llm, name=name, identity=recorder.fingerprint, context_tokens=context_tokens)
        self._is_local = is_local

    @property
    def is_local(self) -> bool:
        """Whether the model that it stands for runs in a process that belongs to this one."""
        return self._is_local
