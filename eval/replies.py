"""Recorded replies: what the language model said before, so that a run asks only what is new.

A reply is kept under the hash of the model (weights and parameters, by its fingerprint), the whole prompt and the
options of the call, in a JSON Lines file sorted by that key. A changed prompt or passage changes the key, so exactly
what it touches is asked anew. How long a recorded reply took is not known, and never reported.
"""

import json
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from threading import RLock
from typing import Any

from filelock import FileLock
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.messages.ai import UsageMetadata
from pydantic import Field, ValidationError

from qa.errors import QAError
from qa.schema import Record

REPLIES = Path(__file__).parent / "replies.jsonl"

_KEPT = ("finish_reason", "stop_reason", "done_reason")
_TOKENS, _ALTERNATIVES, _DECIMALS = 3, 5, 3
_WORDS = re.compile(r"\s*\S+|\s+$")


class Reply(Record):
    """What the model said to one prompt.

    Attributes:
        key: Hash of model, prompt and options.
        text: The reply.
        usage: Tokens read and written, where the model counted them.
        metadata: Why the reply ended; the log-probabilities of its first tokens, where they were asked for.
    """

    key: str
    text: str
    usage: tuple[int, int] | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)

    def pieces(self) -> Iterator[AIMessageChunk]:
        """Yield the reply as a model streams it: word by word, then the counts."""
        for word in _WORDS.findall(self.text):
            yield AIMessageChunk(content=word)
        yield self.end()

    def end(self) -> AIMessageChunk:
        """Return the last piece of the stream."""
        return AIMessageChunk(content="", usage_metadata=self._counts(), response_metadata=self.metadata)

    def message(self) -> AIMessage:
        """Return the reply as a model gives it in one piece."""
        return AIMessage(content=self.text, usage_metadata=self._counts(), response_metadata=self.metadata)

    def _counts(self) -> UsageMetadata | None:
        if self.usage is None:
            return None
        read, written = self.usage
        return UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written)


def reply_from(key: str, message: AIMessage) -> Reply:
    """Return what is kept of a whole reply."""
    counts = message.usage_metadata
    said = message.response_metadata
    metadata = {name: said[name] for name in _KEPT if name in said}
    tokens = (said.get("logprobs") or {}).get("content")
    if tokens:
        metadata["logprobs"] = {"content": [_shortened(token) for token in tokens[:_TOKENS]]}
    usage = (counts["input_tokens"], counts["output_tokens"]) if counts else None
    return Reply(key=key, text=message.text, usage=usage, metadata=metadata)


def _shortened(token: dict[str, Any]) -> dict[str, Any]:
    def plain(entry: dict[str, Any]) -> dict[str, Any]:
        return {"token": entry["token"], "logprob": round(entry["logprob"], _DECIMALS)}

    likeliest = [plain(entry) for entry in (token.get("top_logprobs") or [])[:_ALTERNATIVES]]
    return plain(token) | {"top_logprobs": likeliest}


class ReplyFile:
    """The recorded replies; new ones are appended at once, so that an interrupted run loses none.

    Args:
        path: The file; it need not exist.

    Raises:
        QAError: A line is no reply.
    """

    def __init__(self, path: Path = REPLIES) -> None:
        self.path = path
        self._threads = RLock()
        self._processes = FileLock(path.with_name(f".{path.name}.lock"))
        self._replies = self._read()

    def __len__(self) -> int:
        return len(self._replies)

    def get(self, key: str) -> Reply | None:
        """Return the reply recorded under ``key``."""
        return self._replies.get(key)

    def add(self, reply: Reply) -> None:
        """Record a reply, in place of an older one of the same key."""
        with self._threads, self._processes:
            self._replies[reply.key] = reply
            with self.path.open("a", encoding="utf-8") as file:
                file.write(f"{_line(reply)}\n")

    def tidy(self, keep: Collection[str] | None = None) -> int:
        """Write the file anew, sorted, each key once.

        Args:
            keep: The keys that are still used; None keeps all.

        Returns:
            How many replies were dropped.
        """
        with self._threads, self._processes:
            everything = self._read()  # another run may have added some
            self._replies = {k: r for k, r in sorted(everything.items()) if keep is None or k in keep}
            content = "".join(f"{_line(reply)}\n" for reply in self._replies.values())
            if content or self.path.exists():
                new = self.path.with_suffix(".new")
                new.write_text(content, encoding="utf-8")
                new.replace(self.path)
            return len(everything) - len(self._replies)

    def _read(self) -> dict[str, Reply]:
        lines = self.path.read_text(encoding="utf-8").split("\n") if self.path.exists() else []
        try:
            replies = [Reply.model_validate_json(line) for line in lines if line]
        except ValidationError as error:
            hint = "Restore it with git, or delete it to ask everything anew."
            raise QAError(f"{self.path} holds a line that is no recorded reply.", hint=hint) from error
        return {reply.key: reply for reply in replies}


def _line(reply: Reply) -> str:
    return json.dumps(reply.model_dump(exclude_defaults=True), ensure_ascii=False, sort_keys=True)
