"""Loads models and index in the background, and tells what it is doing."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from qa.errors import QAError
from qa.schema import SyncReport
from qa.ui.conversation import Failure
from qa.ui.texts import Language, texts

if TYPE_CHECKING:
    from qa.pipeline import QA

log = logging.getLogger(__name__)
_MEGABYTE = 1_000_000
Step = Literal["loading_embeddings", "loading_articles", "loading_chat"]


class Loading:
    """The state of what a first question needs; its `progress` is what ``QA`` reports downloads to."""

    def __init__(self) -> None:
        self.failure: Failure | None = None
        self.report = SyncReport()
        self.ready = False
        self._step: Step = "loading_embeddings"
        self._download: tuple[str, int, int] | None = None
        self._running = threading.Lock()

    @contextmanager
    def progress(self, description: str, total: int) -> Iterator[Callable[[int], None]]:
        """Remember how far a download is."""
        done = 0

        def advance(count: int) -> None:
            nonlocal done
            done += count
            self._download = (description, done, total)

        advance(0)
        try:
            yield advance
        finally:
            self._download = None

    def start(self, bot: "QA") -> None:
        """Begin to load, unless that is under way or done."""
        if not self.ready and self._running.acquire(blocking=False):
            self.failure = None
            threading.Thread(target=self._load, args=(bot,), name="loading", daemon=True).start()

    def _load(self, bot: "QA") -> None:
        try:
            bot.load_ahead()
            self._step = "loading_embeddings"
            bot.embeddings  # noqa: B018 - made when first read
            self._step = "loading_articles"
            self.report = bot.sync()
            self._step = "loading_chat"
            bot.chat  # noqa: B018
            self.ready = True
        except QAError as error:
            log.warning("loading failed: %s", error)
            self.failure = Failure.of(error)
        except Exception as error:
            # Whoever waits must hear of it: a thread has nobody above it to raise to.
            self.failure = Failure(message=f"{type(error).__name__}: {error}", hint="The log has the details.")
            raise
        finally:
            self._running.release()

    def describe(self, language: Language) -> str:
        """Return what is being done, in a few words."""
        words = texts(language)
        if self._download:
            name, done, total = self._download
            return words["downloading"].format(name=name, done=done // _MEGABYTE, total=total // _MEGABYTE)
        return f"{words['loading']}: {words[self._step]}"
