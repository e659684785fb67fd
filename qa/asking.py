"""The ways to ask whatever answers step by step: for the whole answer, and for asyncio."""

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing

from qa.schema import Answer, Event, Final, History


class Asking(ABC):
    """Gets whole answers, and events for asyncio, from a stream of events."""

    @abstractmethod
    def stream(self, question: str, *, history: History = ()) -> Generator[Event]:
        """Answer a question step by step; the answer is the last event, and closing the generator gives the question up."""

    def ask(self, question: str, *, history: History = ()) -> Answer:
        """Answer a question from the articles.

        Args:
            question: In any language; Italian and English are best served.
            history: Earlier (question, answer) pairs of the conversation, oldest first.

        Raises:
            QAError: A model or the index cannot be used at all.
        """
        for event in self.stream(question, history=history):
            if isinstance(event, Final):
                return event.answer
        raise AssertionError("a stream ends with its final event")

    async def aask(self, question: str, *, history: History = ()) -> Answer:
        """Like ``ask``, for asyncio."""
        async with aclosing(self.astream(question, history=history)) as events:
            async for event in events:
                if isinstance(event, Final):
                    return event.answer
        raise AssertionError("a stream ends with its final event")

    async def astream(self, question: str, *, history: History = ()) -> AsyncGenerator[Event]:
        """Like ``stream``, for asyncio; cancelling it gives the question up as soon as its present step ends."""
        events = self.stream(question, history=history)
        step_under_way = threading.Lock()

        def step() -> Event | None:
            with step_under_way:
                return next(events, None)

        def give_up() -> None:
            with step_under_way:
                events.close()

        try:
            while (event := await asyncio.to_thread(step)) is not None:
                yield event
        finally:
            # Not awaited: a step can take seconds, and whoever cancels need not wait for it.
            asyncio.get_running_loop().run_in_executor(None, give_up)
