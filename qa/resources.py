"""What questions need: articles brought in line with their files, an index to search, two models; each loaded when first needed, and once."""

import logging
import threading
from contextlib import suppress
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self

from qa.config import Settings, fingerprint
from qa.errors import QAError
from qa.indexing import SyncProgress, sync
from qa.interaction import LateInteraction
from qa.prompts import prompts_fingerprint
from qa.retrieval import Index
from qa.schema import Article, ArticleInfo, SyncReport
from qa.store import Store

if TYPE_CHECKING:
    from qa.models.chat import ChatModel
    from qa.models.embeddings import SentenceEmbeddings
    from qa.models.identity import ChatIdentity
    from qa.models.progress import Progress
    from qa.models.readers import Reader
    from qa.retriever import HybridRetriever

log = logging.getLogger(__name__)


class Resources:
    """Articles, index and models; a context manager, safe to share between threads.

    Args:
        settings: What to read and how; by default from the environment.
        chat: A language model to use instead of the one the settings name; it is not closed with this object.
        embeddings: Likewise an embedding model.
        reader: Likewise a reader.
        progress: Told about downloads of model files.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        chat: "ChatModel | None" = None,
        embeddings: "SentenceEmbeddings | None" = None,
        reader: "Reader | None" = None,
        progress: "Progress | None" = None,
    ) -> None:
        self.settings = settings or Settings()
        self._progress = progress
        self._chat = chat
        self._owns_chat = chat is None
        self._embeddings = embeddings
        self._reader = reader
        self._store: Store | None = None
        self._retriever: HybridRetriever | None = None
        self._lock = threading.RLock()
        self._chat_lock = threading.RLock()  # its own, so that the model can be loaded while the articles are searched
        self._ahead: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the models and the index; the next question would load them anew."""
        if self._ahead is not None:
            self._ahead.join()
        with self._lock, self._chat_lock:
            self._ahead = None
            if self._chat is not None and self._owns_chat:
                self._chat.close()
                self._chat = None
            if self._store is not None:
                self._store.close()
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
                from qa.models.embeddings import load_embeddings

                self._embeddings = load_embeddings(self.settings, self._progress)
            return self._embeddings

    @property
    def reader(self) -> "Reader":
        """The reader.

        Raises:
            ModelError: It cannot be fetched or loaded.
        """
        with self._lock:
            if self._reader is None:
                from qa.models.readers import load_reader

                self._reader = load_reader(self.settings, self._progress)
            return self._reader

    @property
    def reader_fingerprint(self) -> str:
        """The reader's fingerprint; it is not loaded to tell."""
        from qa.models.readers import reader_fingerprint

        return reader_fingerprint() if self._reader is None else self._reader.fingerprint

    @property
    def chat(self) -> "ChatModel":
        """The language model.

        Raises:
            ModelError: It cannot be fetched, loaded or reached.
        """
        with self._chat_lock:
            if self._chat is not None and self._owns_chat and self._chat.is_dead:
                log.warning("the language model's server has died or hangs; the model is loaded again")
                self._chat.close()
                self._chat = None
            if self._chat is None:
                from qa.models.chat import load_chat_model

                self._chat = load_chat_model(self.settings, self._progress)
            return self._chat

    @property
    def resamples(self) -> int:
        """How often the language model is asked again where its draft is in doubt: not at all where each reply may have to be paid for.

        Raises:
            ModelError: As for ``chat``.
        """
        costs_only_time = self.chat.is_local or self.settings.model_base_url is not None
        return self.settings.resamples if costs_only_time else 0

    def load_ahead(self) -> None:
        """Begin to load the language model in the background, if it is one whose file is there already.

        It is then there, or almost, when the articles have been searched. What goes wrong is told to who asks the model.
        """
        from qa.models.weights import weights_present

        with self._lock:
            if self._ahead is None and self._chat is None and weights_present(self.settings):
                self._ahead = threading.Thread(target=self._load_ahead, name="language model")
                self._ahead.start()

    def _load_ahead(self) -> None:
        with suppress(QAError):
            self.chat  # noqa: B018 - made when first read

    @property
    def chat_identity(self) -> "ChatIdentity":
        """Which language model is asked; it is not loaded to tell.

        Raises:
            ModelError: Its file is missing or is none.
        """
        return self._chosen if self._chat is None else self._chat.identity

    @cached_property
    def _chosen(self) -> "ChatIdentity":
        from qa.models.identity import identify
        from qa.models.weights import weights_path

        return identify(self.settings, weights_path(self.settings))

    @property
    def retriever(self) -> "HybridRetriever":
        """The LangChain retriever over the index, which is brought in line with the sources before its first use.

        Raises:
            StoreError: The index cannot be read or written.
        """
        with self._lock:
            if self._retriever is None or self._store is None:
                self.sync()
            elif self._store.revision != self._retriever.index.snapshot.revision:
                self._load_index(self._store)  # Another process has changed the index.
            assert self._retriever is not None  # noqa: S101 - both ways have just made it
            return self._retriever

    def _load_index(self, store: Store) -> None:
        from qa.retriever import HybridRetriever

        before = self._retriever.index.snapshot if self._retriever else None
        self._retriever = HybridRetriever(
            index=Index(store, store.snapshot(before)),
            embeddings=self.embeddings,
            interaction=LateInteraction(self.embeddings),
            candidates=self.settings.candidates,
            k=self.settings.sentences,
        )

    def sync(self, progress: SyncProgress | None = None) -> SyncReport:
        """Bring the index in line with the sources.

        Raises:
            StoreError: The index cannot be written, or another process holds it.
        """
        with self._lock:
            if self._store is None:
                self._store = Store(self.settings, self.embeddings.fingerprint)
            report = sync(self.settings, self._store, lambda: self.embeddings, progress)
            if report.changed or self._retriever is None:
                self._load_index(self._store)
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

    def fingerprint(self) -> str:
        """Hash of everything that shapes an answer: settings, prompts, the three models."""
        return fingerprint(
            [
                self.settings.fingerprint(),
                prompts_fingerprint(),
                self.embeddings.fingerprint,
                self.reader_fingerprint,
                self.chat_identity.fingerprint,
            ]
        )
