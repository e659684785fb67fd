"""The index: articles, chunks and their vectors in Chroma. The only module that knows chromadb.

Two collections belong to each embedding model, named after its fingerprint. ``sentences-…`` holds a record a sentence,
with its vector and the chunk it belongs to: the best sentence of a chunk finds it better than a vector of the whole
(measured in the README). ``articles-…`` holds a record an article, with its text. It is written after all of the
article's sentences and names their version, so it is the commit: sentences that no article record vouches for are
left-overs of a killed process and are swept out when the index is next opened for writing.
"""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from qa.config import Settings
from qa.errors import StoreError
from qa.locks import write_lock
from qa.schema import Article, ArticleInfo, Chunk, Span

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api import ClientAPI
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection

log = logging.getLogger(__name__)

_PAGE = 5000
_NO_VECTOR: list[Sequence[float]] = [[1.0]]  # Articles are looked up, not searched, but Chroma wants one.
# Wide enough that the approximate graph finds what an exact search would in collections of ordinary size.
_HNSW: "CreateHNSWConfiguration" = {"space": "cosine", "ef_construction": 200, "ef_search": 200, "max_neighbors": 32}


@dataclass(frozen=True)
class Stored:
    """An article in the index; ``version`` hashes the file and the way it was read, the other two are counts."""

    article: Article
    version: str
    chunks: int
    sentences: int

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
            self._sentences = self._collection("sentences")
            self._articles = self._collection("articles")

    def _collection(self, kind: str) -> "Collection":
        name = f"{kind}-{self._embedder}"
        metadata = {"embedder": self._embedder, "kind": kind}
        collection = self._client.get_or_create_collection(
            name,
            metadata=metadata,
            configuration={"hnsw": _HNSW},
            embedding_function=None,
        )
        if (collection.metadata or {}).get("embedder") != self._embedder:
            raise StoreError(
                f"The collection {name} was made by another embedding model.",
                hint="Delete the index folder and run `qa sync`.",
            )
        return collection

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the index for writing; a second process waits ``lock_timeout`` seconds for its turn.

        A marker file stands while somebody writes: who finds it knows that the last writer was killed, and repairs.

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
            sentences = [m for _, _, m in _pages(self._sentences) if (m["source"], m["version"]) in committed]
        sentences.sort(key=lambda m: (m["source"], m["start"], m["sentence"]))
        groups = groupby(sentences, key=lambda m: (m["source"], m["start"]))
        return Snapshot(stored, tuple(_chunk(stored[source].article, list(group)) for (source, _), group in groups))

    def put(self, article: Article, version: str, chunks: Sequence[Chunk], vectors: "np.ndarray") -> None:
        """Add an article or replace its older version, in one step for every reader.

        Args:
            article: The article.
            version: Hash of the file and the way it was read.
            chunks: Its chunks.
            vectors: The embeddings of their sentences in reading order, shape (sentences, dimension).
        """
        records = [(c, number, span) for c in chunks for number, span in enumerate(c.sentences)]
        with _store_errors("write"):
            for start in range(0, len(records), self._batch):
                part = records[start : start + self._batch]
                self._sentences.upsert(
                    # The version is part of the id, so that the old and the new sentences of a changed file stand side
                    # by side until the commit.
                    ids=[f"{version}-{c.id}-{number}" for c, number, _ in part],
                    documents=[article.text[span.start : span.end] for _, _, span in part],
                    metadatas=[_metadata(c, number, span, version) for c, number, span in part],
                    embeddings=vectors[start : start + self._batch],
                )
            about = article.model_dump_json(exclude={"text"})
            self._articles.upsert(
                ids=[article.source],
                documents=[article.text],
                metadatas=[{"version": version, "chunks": len(chunks), "sentences": len(records), "about": about}],
                embeddings=_NO_VECTOR,
            )
            older = {"version": {"$ne": version}}
            self._sentences.delete(where={"$and": [{"source": article.source}, older]})  # type: ignore[list-item]  # the stub wants literal keys

    def remove(self, source: str) -> None:
        """Take an article and its chunks out."""
        with _store_errors("write"):
            self._articles.delete(ids=[source])
            self._sentences.delete(where={"source": source})

    def repair(self) -> tuple[str, ...]:
        """Sweep out what a killed process left: sentences without their article, articles without all their sentences.

        Returns:
            The sources that were not whole.
        """
        with _store_errors("repair"):
            counts: dict[tuple[str, str], int] = {}
            for _, _, metadata in _pages(self._sentences):
                key = (metadata["source"], metadata["version"])
                counts[key] = counts.get(key, 0) + 1
            whole = {
                (s.article.source, s.version)
                for s in self._stored()
                if counts.get((s.article.source, s.version), 0) == s.sentences
            }
            broken = {s.article.source for s in self._stored()} - {source for source, _ in whole}
            for source in broken:
                self.remove(source)
            for source, version in counts.keys() - whole:
                self._sentences.delete(where={"$and": [{"source": source}, {"version": version}]})
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

    def search(self, vector: "np.ndarray", k: int) -> list[tuple[str, int, float]]:
        """Return the ``k`` nearest sentences, best first: their chunk's id, number in it and cosine similarity."""
        with _store_errors("search"):
            found = self._sentences.query(query_embeddings=[vector], n_results=k, include=["distances", "metadatas"])
        distances, metadatas = found["distances"], found["metadatas"]
        if not distances or not metadatas:
            return []
        return [
            (str(m["id"]), int(str(m["sentence"])), 1.0 - d) for m, d in zip(metadatas[0], distances[0], strict=True)
        ]

    def _stored(self) -> Iterator[Stored]:
        for _, text, metadata in _pages(self._articles):
            article = Article(text=text, **json.loads(metadata["about"]))
            yield Stored(article, metadata["version"], int(metadata["chunks"]), int(metadata["sentences"]))

    @cached_property
    def _batch(self) -> int:
        return min(self._client.get_max_batch_size(), 1000)


@dataclass(frozen=True)
class Holding:
    """How much an index holds for one embedding model."""

    embedder: str
    articles: int
    sentences: int


def holdings(settings: Settings) -> list[Holding]:
    """Tell what the index holds, without an embedding model.

    Raises:
        StoreError: The index cannot be opened or the server cannot be reached.
    """
    with _store_errors("open"):
        counts = {collection.name: collection.count() for collection in _connect(settings).list_collections()}
    embedders = sorted(name.removeprefix("articles-") for name in counts if name.startswith("articles-"))
    return [Holding(e, counts[f"articles-{e}"], counts.get(f"sentences-{e}", 0)) for e in embedders]


def _connect(settings: Settings) -> "ClientAPI":
    import chromadb  # a second of imports
    from chromadb.config import Settings as ChromaSettings

    quiet = ChromaSettings(anonymized_telemetry=False)
    if settings.chroma_url:
        url = urlsplit(settings.chroma_url)
        secure = url.scheme == "https"
        return chromadb.HttpClient(
            host=url.hostname or "localhost", port=url.port or (443 if secure else 8000), ssl=secure, settings=quiet
        )
    folder = settings.data_dir / "index"
    folder.mkdir(parents=True, exist_ok=True)
    return chromadb.PersistentClient(path=str(folder), settings=quiet)


@contextmanager
def _store_errors(what: str) -> Iterator[None]:
    try:
        yield
    except StoreError:
        raise
    except Exception as error:  # chromadb raises bare Exceptions and Rust panics' wrappers alike
        hint = "Run `python -m qa doctor`; `python -m qa sync` rebuilds what is missing."
        raise StoreError(f"The index could not {what}: {type(error).__name__}: {error}.", hint=hint) from error


def _pages(collection: "Collection") -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for offset in range(0, collection.count(), _PAGE):
        page = collection.get(limit=_PAGE, offset=offset, include=["documents", "metadatas"])
        yield from zip(page["ids"], page["documents"] or (), page["metadatas"] or (), strict=True)


def _metadata(chunk: Chunk, number: int, span: Span, version: str) -> dict[str, str | int]:
    about = chunk.model_dump(include={"id", "source", "start", "end", "header"})
    return {**about, "version": version, "sentence": number, "sentence_start": span.start, "sentence_end": span.end}


def _chunk(article: Article, sentences: Sequence[Mapping[str, Any]]) -> Chunk:
    about = {key: sentences[0][key] for key in ("id", "source", "start", "end", "header")}
    spans = tuple(Span(start=m["sentence_start"], end=m["sentence_end"]) for m in sentences)
    return Chunk(text=article.text[about["start"] : about["end"]], sentences=spans, **about)
