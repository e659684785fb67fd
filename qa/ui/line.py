"""The line that all questions stand in: a few are answered at once, some wait, one too many is refused."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from qa.errors import QAError
from qa.ui.texts import Language, texts


class LineFullError(QAError):
    """As many questions are waiting as may.

    Args:
        running: Questions that are being answered.
        waiting: Questions that wait.
    """

    def __init__(self, running: int, waiting: int) -> None:
        self.running = running
        self.waiting = waiting
        super().__init__(self.in_language("en"), retryable=True)

    def in_language(self, language: Language) -> str:
        """Return what to tell the person who asked."""
        return texts(language)["line_full"].format(running=self.running, waiting=self.waiting)


class Place:
    """The place of one question in the line."""

    def __init__(self, line: "Line") -> None:
        self._line = line
        self.turn = asyncio.Event()
        """Set when the question may be answered."""

    def describe(self, language: Language) -> str:
        """Return how long the line before it is."""
        running, before = self._line.before(self)
        return texts(language)["in_line"].format(running=running, waiting=before)


class Line:
    """First come, first served; shared by everything in one event loop that asks questions.

    Args:
        at_once: Questions that are answered at the same time.
        waiting: Questions that may wait.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self._at_once = at_once
        self._longest = at_once + waiting
        self._places: list[Place] = []

    @contextmanager
    def place(self) -> Iterator[Place]:
        """Stand in the line, at its end, until the block is left; the question may be answered after ``turn``.

        Raises:
            LineFullError: Nobody more may wait.
        """
        if len(self._places) >= self._longest:
            raise LineFullError(self._at_once, len(self._places) - self._at_once)
        place = Place(self)
        self._places.append(place)
        self._call()
        try:
            yield place
        finally:
            self._places.remove(place)
            self._call()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Stand in the line; the block begins when it is this question's turn.

        Raises:
            LineFullError: Nobody more may wait.
        """
        with self.place() as place:
            await place.turn.wait()
            yield

    def before(self, place: Place) -> tuple[int, int]:
        """Return how many questions are being answered, and how many wait before ``place``."""
        index = self._places.index(place)
        return min(index, self._at_once), max(0, index - self._at_once)

    def _call(self) -> None:
        for place in self._places[: self._at_once]:
            place.turn.set()
