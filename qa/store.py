"""The index: articles, chunks and their vectors in Chroma. The only module that knows chromadb.

Two collections belong to each embedding model, named after its fingerprint: ``chunks-…`` holds a record a chunk, ``articles-…`` a record an
article. An article's record is written after all of its chunks and names their version, so it is the commit: chunks that no article record
vouches for are left-overs of a killed process and are swept out when the index is next opened for writing.
"""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import TypeAdapter

from qa.config import Settings
from qa.errors import StoreError
from qa.schema import Article, ArticleInfo, Chunk, Span

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

log = logging.getLogger(__name__)

_SPANS = TypeAdapter(tuple[Span, ...])
_PAGE = 5000
# Wide enough that the approximate graph finds what an exact search would in collections of ordinary size.
_HNSW = {"space": "cosine", "ef_construction": 200, "ef_search": 200, "max_neighbors": 32}


@dataclass(frozen=True)
class Stored:
    """An article in the index: ``version`` hashes the file and the way it was read, ``chunks`` counts its chunks."""

    article: Article
    version: str
    chunks: int

    @property
    def info(self) -> ArticleInfo:
        """The article without its text."""
        about = self.article.model_dump(include={"source", "title", "date", "publisher", "url"})
        return ArticleInfo(**about, characters=len(self.article.text), chunks=self.chunks)


@dataclass(frozen=True)
class Snapshot:
    """Everything committed at one moment: articles by source, and their chunks in order of source and place."""

    articles: Mapping[str, Stored]
    chunks: tuple[Chunk, ...]

    @cached_property
    def positions(self) -> dict[str, int]:
        """Place of each chunk in ``chunks``, by its id."""
        return {chunk.id: position for position, chunk in enumerate(self.chunks)}


class Store:
    """The index of one embedding model.

    Args:
        settings: ``data_dir`` or ``chroma_url`` say where it is.
        embedder: Fingerprint of the embedding model whose vectors it holds.

    Raises:
        StoreError: The index cannot be opened or the server cannot be reached.
    """

    def __init__(self, settings: Settings, embedder: str) -> None:
        self._settings = settings
        self._embedder = embedder
        with _store_errors("open"):
            self._client = _connect(settings)
            self._chunks = self._collection("chunks")
            self._articles = self._collection("articles")

    def _collection(self, kind: str) -> "Collection":
        name = f"{kind}-{self._embedder}"
        metadata = {"embedder": self._embedder, "kind": kind}
        collection = self._client.get_or_create_collection(
            name,
            metadata=metadata,
            configuration={"hnsw": _HNSW},  # type: ignore[typeddict-item] - the stub wants its own TypedDict for the same keys
            embedding_function=None,
        )
        if (collection.metadata or {}).get("embedder") != self._embedder:
            raise StoreError(f"The collection {name} was made by another embedding model.", hint="Delete the index folder and run `qa sync`.")
        return collection

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the index for writing; a second process waits ``lock_timeout`` seconds for its turn.

        A marker file stands while somebody writes: who finds it knows that the last writer was killed, and repairs first.

        Raises:
            StoreError: Another process did not finish in time.
        """
        with write_lock(self._settings):
            marker = self._settings.data_dir / "index.writing"
            if marker.exists():
                self.repair()
            marker.touch()
            yield
            marker.unlink(missing_ok=True)

    def snapshot(self) -> Snapshot:
        """Return all committed articles and chunks."""
        with _store_errors("read"):
            stored = {record.article.source: record for record in self._stored()}
            committed = {(source, record.version) for source, record in stored.items()}
            chunks = [_chunk(i, d, m) for i, d, m in _pages(self._chunks) if (m["source"], m["version"]) in committed]
        return Snapshot(stored, tuple(sorted(chunks, key=lambda c: (c.source, c.start))))

    def put(self, article: Article, version: str, chunks: Sequence[Chunk], vectors: "np.ndarray") -> None:
        """Add an article or replace its older version, in one step for every reader.

        Args:
            article: The article.
            version: Hash of the file and the way it was read.
            chunks: Its chunks.
            vectors: Their embeddings, shape (len(chunks), dimension).
        """
        with _store_errors("write"):
            for start in range(0, len(chunks), self._batch):
                part = chunks[start : start + self._batch]
                self._chunks.upsert(
                    ids=[_record_id(c, version) for c in part],
                    documents=[c.text for c in part],
                    metadatas=[_metadata(c, version) for c in part],
                    embeddings=vectors[start : start + self._batch],
                )
            about = article.model_dump_json(exclude={"text"})
            self._articles.upsert(
                ids=[article.source],
                documents=[article.text],
                metadatas=[{"version": version, "chunks": len(chunks), "about": about}],
                embeddings=[[1.0]],
            )
            self._chunks.delete(where={"$and": [{"source": article.source}, {"version": {"$ne": version}}]})

    def remove(self, source: str) -> None:
        """Take an article and its chunks out."""
        with _store_errors("write"):
            self._articles.delete(ids=[source])
            self._chunks.delete(where={"source": source})

    def repair(self) -> tuple[str, ...]:
        """Sweep out what a killed process left: chunks without their article, articles without all of their chunks.

        Returns:
            The sources that were not whole.
        """
        with _store_errors("repair"):
            counts: dict[tuple[str, str], int] = {}
            for _, _, metadata in _pages(self._chunks):
                key = (metadata["source"], metadata["version"])
                counts[key] = counts.get(key, 0) + 1
            whole = {(s.article.source, s.version) for s in self._stored() if counts.get((s.article.source, s.version), 0) == s.chunks}
            broken = {s.article.source for s in self._stored()} - {source for source, _ in whole}
            for source in broken:
                self.remove(source)
            for source, version in counts.keys() - whole:
                self._chunks.delete(where={"$and": [{"source": source}, {"version": version}]})
                broken.add(source)
        if broken:
            log.warning("Repaired the index: %s", ", ".join(sorted(broken)))
        return tuple(sorted(broken))

    def drop_others(self) -> None:
        """Delete the collections of other embedding models, once this one's index is complete."""
        with _store_errors("write"):
            for collection in self._client.list_collections():
                if (collection.metadata or {}).get("embedder") != self._embedder:
                    self._client.delete_collection(collection.name)

    def search(self, vector: "np.ndarray", k: int) -> list[tuple[str, float]]:
        """Return the ids of the ``k`` nearest chunks with their cosine similarity, best first."""
        with _store_errors("search"):
            found = self._chunks.query(query_embeddings=[vector], n_results=k, include=["distances", "metadatas"])
        distances, metadatas = found["distances"], found["metadatas"]
        if not distances or not metadatas:
            return []
        return [(str(m["id"]), 1.0 - d) for m, d in zip(metadatas[0], distances[0], strict=True)]

    def _stored(self) -> Iterator[Stored]:
        for _, text, metadata in _pages(self._articles):
            article = Article(text=text, **json.loads(metadata["about"]))
            yield Stored(article, metadata["version"], int(metadata["chunks"]))

    @cached_property
    def _batch(self) -> int:
        return min(self._client.get_max_batch_size(), 1000)


@contextmanager
def write_lock(settings: Settings) -> Iterator[None]:
    """Hold the lock that keeps a second process from writing to the same index.

    Raises:
        StoreError: It was not free within ``lock_timeout`` seconds.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415

    settings.data_dir.mkdir(parents=True, exist_ok=True)
    path = settings.data_dir / "index.lock"
    try:
        with FileLock(path, timeout=settings.lock_timeout):
            yield
    except Timeout:
        raise StoreError(
            f"Another process has been writing to the index for over {settings.lock_timeout:g} s ({path}).",
            hint="Wait for it to end, or raise QA_LOCK_TIMEOUT.",
            retryable=True,
        ) from None


def _connect(settings: Settings) -> "ClientAPI":
    import chromadb  # noqa: PLC0415 - a second of imports
    from chromadb.config import Settings as ChromaSettings  # noqa: PLC0415

    quiet = ChromaSettings(anonymized_telemetry=False)
    if settings.chroma_url:
        url = urlsplit(settings.chroma_url)
        secure = url.scheme == "https"
        return chromadb.HttpClient(host=url.hostname or "localhost", port=url.port or (443 if secure else 8000), ssl=secure, settings=quiet)
    folder = settings.data_dir / "index"
    folder.mkdir(parents=True, exist_ok=True)
    return chromadb.PersistentClient(path=str(folder), settings=quiet)


@contextmanager
def _store_errors(what: str) -> Iterator[None]:
    try:
        yield
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 - chromadb raises bare Exceptions and Rust panics' wrappers alike
        hint = "Run `python -m qa doctor`; `python -m qa sync` rebuilds what is missing."
        raise StoreError(f"The index could not {what}: {type(error).__name__}: {error}.", hint=hint) from error


def _pages(collection: "Collection") -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for offset in range(0, collection.count(), _PAGE):
        page = collection.get(limit=_PAGE, offset=offset, include=["documents", "metadatas"])
        yield from zip(page["ids"], page["documents"] or (), page["metadatas"] or (), strict=True)


def _record_id(chunk: Chunk, version: str) -> str:
    # The version is part of the id, so that the old and the new chunks of a changed file stand side by side until the commit.
    return f"{version}-{chunk.id}"


def _metadata(chunk: Chunk, version: str) -> dict[str, str | int]:
    spans = _SPANS.dump_json(chunk.sentences).decode()
    about = chunk.model_dump(include={"id", "source", "start", "end", "header"})
    return {**about, "version": version, "sentences": spans}


def _chunk(_: str, text: str, metadata: Mapping[str, Any]) -> Chunk:
    about = {key: metadata[key] for key in ("id", "source", "start", "end", "header")}
    return Chunk(text=text, sentences=_SPANS.validate_json(metadata["sentences"]), **about)
