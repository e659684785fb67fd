"""``QA``: the way a question takes, readable from top to bottom."""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from functools import cache
from types import TracebackType
from typing import TYPE_CHECKING, Self

from qa.composition import Piece, compose, quotation
from qa.config import Settings, fingerprint
from qa.errors import ModelError
from qa.generation import Draft, draft_answer
from qa.indexing import SyncProgress, sync
from qa.language import detect_language
from qa.prompts import load_phrases, prompts_fingerprint
from qa.schema import Answer, Article, ArticleInfo, Event, Final, History, Passage, Retrieved, Status, SyncReport, Token, Usage
from qa.sentences import sentence_spans
from qa.store import Store
from qa.verification import Window, adds_something, find_support, plain_text, windows

if TYPE_CHECKING:
    from qa.models.chat import ChatModel
    from qa.models.embeddings import SentenceEmbeddings
    from qa.models.progress import Progress
    from qa.retrieval import HybridRetriever, ScoredChunk

log = logging.getLogger(__name__)


class QA:
    """Answers questions from articles; a context manager, safe to share between threads.

    Models and index are loaded when first needed, and once.

    Args:
        settings: What to read and how; by default from the environment.
        chat: A language model to use instead of the one the settings name; it is not closed with this object.
        embeddings: Likewise an embedding model.
        progress: Told about downloads of model files.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        chat: "ChatModel | None" = None,
        embeddings: "SentenceEmbeddings | None" = None,
        progress: "Progress | None" = None,
    ) -> None:
        self.settings = settings or Settings()
        self._progress = progress
        self._chat = chat
        self._owns_chat = chat is None
        self._embeddings = embeddings
        self._store: Store | None = None
        self._retriever: HybridRetriever | None = None
        self._lock = threading.RLock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Free the models and the index; the next question would load them anew."""
        with self._lock:
            if self._chat is not None and self._owns_chat:
                self._chat.close()
                self._chat = None
            self._retriever = self._store = None

    # What a question needs, loaded once.

    @property
    def embeddings(self) -> "SentenceEmbeddings":
        """The embedding model.

        Raises:
            ModelError: It cannot be fetched or loaded.
        """
        with self._lock:
            if self._embeddings is None:
                from qa.models.embeddings import load_embeddings  # noqa: PLC0415 - seconds of imports

                self._embeddings = load_embeddings(self.settings, self._progress)
            return self._embeddings

    @property
    def chat(self) -> "ChatModel":
        """The language model.

        Raises:
            ModelError: It cannot be fetched, loaded or reached.
        """
        with self._lock:
            if self._chat is None:
                from qa.models.chat import load_chat_model  # noqa: PLC0415 - seconds of imports

                self._chat = load_chat_model(self.settings, self._progress)
            return self._chat

    @property
    def retriever(self) -> "HybridRetriever":
        """The LangChain retriever over the index, which is brought in line with the sources before its first use.

        Raises:
            StoreError: The index cannot be read or written.
        """
        with self._lock:
            if self._retriever is None:
                self.sync()
            assert self._retriever is not None  # noqa: S101 - sync has just made it
            return self._retriever

    def sync(self, progress: SyncProgress | None = None) -> SyncReport:
        """Bring the index in line with the sources.

        Raises:
            StoreError: The index cannot be written, or another process holds it.
        """
        from qa.retrieval import HybridRetriever, Index  # noqa: PLC0415 - brings LangChain along

        with self._lock:
            if self._store is None:
                self._store = Store(self.settings, self.embeddings.fingerprint)
            report = sync(self.settings, self._store, lambda: self.embeddings, progress)
            if report.changed or self._retriever is None:
                index = Index(self._store, self._store.snapshot())
                self._retriever = HybridRetriever(
                    index=index, embeddings=self.embeddings, candidates=self.settings.candidates, k=self.settings.passages
                )
        for rejection in report.rejected:
            log.warning("%s was not read: %s", rejection.source, rejection.reason)
        return report

    def articles(self) -> list[ArticleInfo]:
        """Return what is indexed, by source."""
        stored = self.retriever.index.snapshot.articles
        return [stored[source].info for source in sorted(stored)]

    def article(self, source: str) -> Article:
        """Return an indexed article whole.

        Raises:
            KeyError: There is no such article in the index.
        """
        return self.retriever.index.snapshot.articles[source].article

    # Questions.

    def retrieve(self, question: str, k: int = 5) -> list[Passage]:
        """Return the ``k`` passages that fit a question best, best first."""
        retriever = self.retriever
        return [retriever.index.passage(found) for found in retriever.ranked(question)[:k]]

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

    def stream(self, question: str, *, history: History = ()) -> Iterator[Event]:
        """Answer a question step by step: what will be read, each checked sentence, the whole answer."""
        return _Questioning(self, question, history).events()

    async def aask(self, question: str, *, history: History = ()) -> Answer:
        """Like ``ask``, for asyncio."""
        return await asyncio.to_thread(self.ask, question, history=history)

    async def astream(self, question: str, *, history: History = ()) -> AsyncIterator[Event]:
        """Like ``stream``, for asyncio."""
        events = self.stream(question, history=history)
        while (event := await asyncio.to_thread(next, events, None)) is not None:
            yield event

    def fingerprint(self) -> str:
        """Hash of everything that shapes an answer: settings, prompts, both models."""
        return fingerprint([self.settings.fingerprint(), prompts_fingerprint(), self.embeddings.fingerprint, self.chat.fingerprint])


class _Questioning:
    """One question on its way to an answer."""

    def __init__(self, bot: QA, question: str, history: History) -> None:
        self.bot = bot
        self.question = question.strip()
        self.history = history
        self.language = detect_language(self.question, "it")
        self.timings: dict[str, float] = {}
        self.draft = Draft("", Usage())
        self.notes: list[str] = []

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.timings[step] = self.timings.get(step, 0.0) + time.perf_counter() - start

    def events(self) -> Iterator[Event]:
        """Yield what happens, the answer last."""
        start = time.perf_counter()
        with self._timed("retrieve"):
            retriever = self.bot.retriever
            found = retriever.ranked(self.question)[: self.bot.settings.passages]
            passages = tuple(retriever.index.passage(chunk) for chunk in found)
        yield Retrieved(passages=passages)
        status, pieces = self._answer(found, passages) if found else self._abstention()
        text, citations = compose(pieces, {p.source: self.bot.article(p.source) for p in passages})
        yield Token(text=text)
        self.timings["total"] = time.perf_counter() - start
        yield Final(
            answer=Answer(
                text=text,
                status=status,
                citations=citations,
                passages=passages,
                confidence=0.0 if status == "abstained" else 1.0,
                language=self.language,
                question=self.question,
                model=self.bot.chat.name,
                usage=self.draft.usage,
                timings=self.timings,
                raw_text=self.draft.text,
                notes=tuple(self.notes),
                fingerprint=self.bot.fingerprint(),
            )
        )

    def _answer(self, found: "list[ScoredChunk]", passages: tuple[Passage, ...]) -> tuple[Status, list[Piece]]:
        with self._timed("generate"):
            try:
                self.draft = draft_answer(self.bot.chat, self.question, passages, self.language)
            except ModelError as error:
                log.warning("the model failed: %s", error)
                self.notes.append(str(error))
                return self._abstention("model_failed")
        if self.draft.refused:
            return self._abstention()
        with self._timed("verify"):
            pieces = [piece for piece in self._checked(found, passages) if piece is not None]
        return ("answered", pieces) if pieces else self._abstention()

    def _checked(self, found: "list[ScoredChunk]", passages: tuple[Passage, ...]) -> Iterator[Piece | None]:
        references = {passage.source: passage.date for passage in passages}
        candidates = windows([chunk.chunk for chunk in found], "it", references)
        text = plain_text(self.draft.text)
        for span in sentence_spans(text, language=self.language):
            statement = text[span.start : span.end]
            support = find_support(statement, self.language, candidates, self.question)
            if support and adds_something(statement, self.question, self.language):
                yield Piece(statement, support)
            else:
                self.notes.append(f"dropped: {statement}")

    def _abstention(self, phrase: str = "abstain") -> tuple[Status, list[Piece]]:
        return "abstained", [Piece(load_phrases(self.language)[phrase])]


@cache
def _shared() -> QA:
    return QA()


_sharing = threading.Lock()


def ask(question: str, *, history: History = ()) -> Answer:
    """Answer a question with default settings; one ``QA`` is shared by all callers in the process."""
    with _sharing:
        bot = _shared()
    return bot.ask(question, history=history)


__all__ = ["QA", "ask"]
