"""A conversation as the page keeps it: one for each browser, never shared."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from pydantic import Field, TypeAdapter, ValidationError

from qa.errors import QAError
from qa.schema import Answer, ForeignText, Record

LONGEST = 100
"""Turns that are kept; older ones are forgotten first."""


class Failure(Record):
    """Why a question got no answer, and what to do about it."""

    message: str
    hint: str = ""

    @classmethod
    def of(cls, error: QAError) -> "Failure":
        """Return the message and hint of an error."""
        return cls(message=error.message, hint=error.hint)


class Turn(Record):
    """A question and what came of it: an answer, a failure, given up, or nothing yet."""

    question: ForeignText
    answer: Answer | None = None
    failure: Failure | None = None
    stopped: bool = False
    liked: bool | None = None
    id: str = Field(default_factory=lambda: uuid4().hex)


_turns = TypeAdapter(tuple[Turn, ...])


def history(turns: Sequence[Turn]) -> list[tuple[str, str]]:
    """Return the answered turns as ``QA.ask`` takes them."""
    return [(turn.question, turn.answer.text) for turn in turns if turn.answer]


def dump(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    """Return finished turns as JSON-able data."""
    finished = tuple(turn for turn in turns if turn.answer or turn.failure or turn.stopped)[-LONGEST:]
    return list(_turns.dump_python(finished, mode="json"))


def restore(data: object) -> tuple[Turn, ...]:
    """Return the turns of ``dump``; what an older version of the page stored in another form is forgotten."""
    try:
        return _turns.validate_python(data or ())
    except ValidationError:
        return ()


def opinions(turns: Sequence[Turn]) -> list[str | None]:
    """Return the thumbs of every assistant's message, as ``gr.Chatbot`` names them."""
    names = {True: "Like", False: "Dislike", None: None}
    return [names[turn.liked] for turn in turns if turn.answer or turn.failure or turn.stopped]
