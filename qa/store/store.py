"""The index of one embedding model: who may write, what is committed, and what others have changed."""

import logging
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import uuid4

from qa.config import APP_NAME, Settings
from qa.locks import write_lock
from qa.schema import Article, Chunk
from qa.store.connection import Connection, DamagedIndexError, connect, pages, store_errors
from qa.store.exact import Vectors, load_vectors, unit
from qa.store.snapshot import Snapshot, article_metadata, read_snapshot, sentence_id, sentence_metadata, sentence_place
from qa.store.soundness import check_vectors, crash_noticed, set_aside

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api.models.Collection import Collection

log = logging.getLogger(__name__)

_NO_VECTOR: list[Sequence[float]] = [[1.0]]  # Articles are looked up, not searched, but Chroma wants one.


@dataclass(frozen=True)
class _Opened:
    """The index as it was opened, and its revision then."""

    connection: Connection
    sentences: "Collection"
    articles: "Collection"
    revision: str

    @cached_property
    def vectors(self) -> Vectors | None:
        """The sentences' vectors, where there are few."""
        return load_vectors(self.sentences)


class Store:
    """The index of one embedding model, opened when it is first used; several threads may share one.

    Args:
        settings: ``data_dir`` or ``chroma_url`` say where it is.
        embedder: Fingerprint of the embedding model whose vectors it holds.
    """

    def __init__(self, settings: Settings, embedder: str) -> None:
        self._settings = settings
        self._embedder = embedder
        self._opening = threading.RLock()
        self._opened: _Opened | None = None
        self._changed = False

    def close(self) -> None:
        """Free the files or the connection; the next use opens the index again."""
        with self._opening:
            if self._opened is not None:
                self._opened.connection.close()
                self._opened = None

    @property
    def revision(self) -> str:
        """A name for the present state of the index, another one after each change by any process; costs about 1 ms.

        Raises:
            StoreError: The index cannot be opened or the server cannot be reached.
        """
        index = self._index()
        with self._errors("be read"):
            return str(index.connection.metadata(index.articles.name).get("revision", ""))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the index for writing; a second process waits ``lock_timeout`` seconds for its turn.

        A marker file stands while somebody writes: who finds it knows that the last writer was killed, and repairs. A
        damaged embedded index is moved aside, and an empty one takes its place.

        Raises:
            StoreError: Another process did not finish in time, or the index cannot be opened.
        """
        with write_lock(self._settings):
            marker = self._settings.data_dir / "index.writing"
            interrupted = marker.exists()
            self._open_sound(anew=interrupted)
            marker.touch()
            self._changed = False
            if interrupted:
                self.repair()
            try:
                yield
            finally:
                if self._changed:
                    self._stamp()
            marker.unlink(missing_ok=True)

    def versions(self) -> dict[str, str]:
        """Return the version of each committed article, by source."""
        index = self._index()
        with self._errors("be read"):
            return {source: str(about["version"]) for source, _, about in pages(index.articles, "metadatas")}

    def snapshot(self, before: Snapshot | None = None) -> Snapshot:
        """Return all committed articles and chunks, with what other processes have changed.

        Args:
            before: An older snapshot of this store, of which only what has changed since is read.
        """
        index = self._current()
        with self._errors("be read"):
            return read_snapshot(index.articles, index.sentences, index.revision, before)

    def put(self, article: Article, version: str, chunks: Sequence[Chunk], vectors: "np.ndarray") -> None:
        """Add an article or replace its older version, in one step for every reader.

        Args:
            article: The article.
            version: Hash of the file and the way it was read.
            chunks: Its chunks.
            vectors: The embeddings of their sentences in reading order, shape (sentences, dimension).
        """
        records = [(c, number, span) for c in chunks for number, span in enumerate(c.sentences)]
        index = self._index()
        self._changed = True
        vectors = unit(vectors)
        with self._errors("be written"):
            replaces = bool(index.articles.get(ids=[article.source], include=[])["ids"])
            for start in range(0, len(records), self._batch):
                part = records[start : start + self._batch]
                index.sentences.upsert(
                    ids=[sentence_id(version, c.id, number) for c, number, _ in part],
                    documents=[article.text[span.start : span.end] for _, _, span in part],
                    metadatas=[sentence_metadata(c, number, span, version) for c, number, span in part],
                    embeddings=vectors[start : start + self._batch],
                )
            index.articles.upsert(
                ids=[article.source],
                documents=[article.text],
                metadatas=[article_metadata(article, version, chunks)],
                embeddings=_NO_VECTOR,
            )
            if replaces:  # looking for what is not there takes the longer, the larger the index is
                older = {"version": {"$ne": version}}
                index.sentences.delete(where={"$and": [{"source": article.source}, older]})  # type: ignore[list-item]  # the stub wants literal keys

    def remove(self, source: str) -> None:
        """Take an article and its chunks out."""
        index = self._index()
        self._changed = True
        with self._errors("be written"):
            index.articles.delete(ids=[source])
            index.sentences.delete(where={"source": source})

    def repair(self) -> tuple[str, ...]:
        """Sweep out what a killed process left: sentences without their article, articles without all their sentences.

        Returns:
            The sources that were not whole.
        """
        index = self._index()
        with self._errors("be repaired"):
            found = Counter((str(a["source"]), str(a["version"])) for _, _, a in pages(index.sentences, "metadatas"))
            committed = {
                (source, str(about["version"])): int(about["sentences"])
                for source, _, about in pages(index.articles, "metadatas")
            }
            broken = {source for (source, version), count in committed.items() if found[source, version] != count}
            strays = [(source, version) for source, version in found if (source, version) not in committed]
            for source in broken:
                self.remove(source)
            for source, version in strays:
                index.sentences.delete(where={"$and": [{"source": source}, {"version": version}]})
        broken.update(source for source, _ in strays)
        if broken:
            self._changed = True
            log.warning("Repaired the index: %s", ", ".join(sorted(broken)))
        return tuple(sorted(broken))

    def drop_others(self) -> None:
        """Delete the collections of other embedding models, once this one's index is complete."""
        connection = self._index().connection
        with self._errors("be written"):
            for collection in connection.client.list_collections():
                about = collection.metadata or {}
                if about.get("application") == APP_NAME and about.get("embedder") != self._embedder:
                    connection.client.delete_collection(collection.name)

    def search(self, vector: "np.ndarray", k: int) -> list[tuple[str, int, float]]:
        """Return the ``k`` nearest sentences, best first: their chunk's id, number in it and cosine similarity."""
        index = self._index()
        with self._errors("be searched"):
            if index.vectors:
                return [(*sentence_place(i), similarity) for i, similarity in index.vectors.nearest(vector, k)]
            found = index.sentences.query(query_embeddings=[vector], n_results=k, include=["distances"])
        distances = found["distances"] or [[]]
        # The ids tell all; metadata may be gone already where another process has just replaced an article.
        return [(*sentence_place(i), 1.0 - distance) for i, distance in zip(found["ids"][0], distances[0], strict=True)]

    def _index(self) -> _Opened:
        with self._opening:
            if self._opened is None:
                self._opened = self._open()
            return self._opened

    def _open(self, connection: Connection | None = None) -> _Opened:
        connection = connection or connect(self._settings)
        stamp = {"application": APP_NAME, "embedder": self._embedder}
        with self._errors("be opened"):
            sentences = connection.collection(f"sentences-{self._embedder}", stamp)
            articles = connection.collection(f"articles-{self._embedder}", stamp)
            revision = str((articles.metadata or {}).get("revision", ""))
        return _Opened(connection, sentences, articles, revision)

    def _current(self, *, anew: bool = False) -> _Opened:
        """Return the index as it is now, opened again if another process has changed it."""
        with self._opening:
            if anew or self._index().revision != self.revision:
                # Not closed, since other threads may still be reading: it is freed when the last of them lets go of it.
                # A server has its vectors in common for all.
                kept = self._index().connection if self._settings.chroma_url else None
                self._opened = self._open(kept)
            return self._index()

    def _open_sound(self, *, anew: bool) -> None:
        try:
            with crash_noticed(self._settings):
                index = self._current(anew=anew)
                if self._settings.chroma_url is None:
                    check_vectors(index.sentences, index.articles, self._settings)
        except DamagedIndexError as error:
            self.close()
            log.warning("%s It is now %s, and is built anew.", error.message, set_aside(self._settings))
            self._index()

    def _stamp(self) -> None:
        with self._opening, self._errors("be written"):
            index, revision = self._index(), uuid4().hex
            index.articles.modify(metadata={**(index.articles.metadata or {}), "revision": revision})
            self._opened = replace(index, revision=revision)

    def _errors(self, what: str) -> AbstractContextManager[None]:
        return store_errors(what, self._settings)

    @cached_property
    def _batch(self) -> int:
        return min(self._index().connection.client.get_max_batch_size(), 1000)
