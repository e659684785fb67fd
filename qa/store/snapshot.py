"""What the index holds, as records in Chroma and as articles and chunks."""

import json
import logging
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from qa.schema import Article, ArticleInfo, Chunk, Span
from qa.store.connection import pages

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection

log = logging.getLogger(__name__)

_Sentences = defaultdict[tuple[str, str], list[Mapping[str, Any]]]
_READINGS = 20  # How often articles that a writer is just replacing are read again.


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
    """What was committed at one moment.

    Attributes:
        articles: By source.
        chunks: In order of source and place.
        revision: The store's revision; when that has changed, so has the index.
    """

    articles: Mapping[str, Stored]
    chunks: tuple[Chunk, ...]
    revision: str = ""

    @cached_property
    def positions(self) -> dict[str, int]:
        """Place of each chunk in ``chunks``, by its id."""
        return {chunk.id: position for position, chunk in enumerate(self.chunks)}

    def chunks_of(self, source: str) -> tuple[Chunk, ...]:
        """Return the chunks of an article, in order."""
        by_source = attrgetter("source")
        start = bisect_left(self.chunks, source, key=by_source)
        return self.chunks[start : bisect_right(self.chunks, source, lo=start, key=by_source)]


def read_snapshot(
    articles: "Collection", sentences: "Collection", revision: str, before: Snapshot | None = None
) -> Snapshot:
    """Return what two collections hold, each article whole or not at all, also while another process is writing.

    Args:
        articles: One record for each article.
        sentences: One for each sentence.
        revision: The store's revision.
        before: An older snapshot; articles of which it has the same version are not read again.
    """
    kept, others = _unchanged(articles, before)
    if len(others) < len(kept):
        stored, found = _read(articles, sentences, others)
    else:
        kept = {}
        stored = dict(_stored(pages(articles, "documents", "metadatas")))
        found = _by_version(about for _, _, about in pages(sentences, "metadatas"))
    for _ in range(_READINGS):
        torn = [source for source, s in stored.items() if len(found[source, s.version]) != s.sentences]
        if not torn:
            break
        # A writer has replaced or removed these articles between the two readings.
        again, more = _read(articles, sentences, torn)
        stored = {source: s for source, s in stored.items() if source not in torn} | again
        found |= more
    else:
        log.warning("The index holds only parts of %s; the next sync repairs it.", ", ".join(torn))
        stored = {source: s for source, s in stored.items() if source not in torn}
    chunks = {source: _chunks(s, found[source, s.version]) for source, s in stored.items()}
    if before:
        chunks |= {source: [*group] for source, group in groupby(before.chunks, attrgetter("source")) if source in kept}
    return Snapshot(stored | kept, tuple(chunk for source in sorted(chunks) for chunk in chunks[source]), revision)


def _unchanged(articles: "Collection", before: Snapshot | None) -> tuple[dict[str, Stored], list[str]]:
    """Return the articles that an older snapshot has as they are now, and the sources of the others."""
    if before is None:
        return {}, []
    versions = {source: str(about["version"]) for source, _, about in pages(articles, "metadatas")}
    kept = {source: s for source, s in before.articles.items() if versions.get(source) == s.version}
    return kept, [source for source in versions if source not in kept]


def _read(
    articles: "Collection", sentences: "Collection", sources: list[str]
) -> "tuple[dict[str, Stored], _Sentences]":
    """Return some articles, and the metadata of their sentences."""
    if not sources:
        return {}, defaultdict(list)
    found = articles.get(ids=sources, include=["documents", "metadatas"])
    stored = dict(_stored(zip(found["ids"], found["documents"] or (), found["metadatas"] or (), strict=True)))
    each = (sentences.get(where={"source": source}, include=["metadatas"])["metadatas"] or () for source in sources)
    return stored, _by_version(about for some in each for about in some)


def _chunks(stored: Stored, sentences: Sequence[Mapping[str, Any]]) -> list[Chunk]:
    return [_chunk(stored.article, [*group]) for _, group in groupby(sentences, key=lambda about: about["start"])]


def article_metadata(article: Article, version: str, chunks: Sequence[Chunk]) -> dict[str, str | int]:
    """Return what is stored of an article beside its text."""
    sentences = sum(len(chunk.sentences) for chunk in chunks)
    about = article.model_dump_json(exclude={"text"})
    return {"version": version, "chunks": len(chunks), "sentences": sentences, "about": about}


def sentence_metadata(chunk: Chunk, number: int, span: Span, version: str) -> dict[str, str | int]:
    """Return what is stored of a sentence beside its text and its vector."""
    about = chunk.model_dump(include={"id", "source", "start", "end", "header"})
    return {**about, "version": version, "sentence": number, "sentence_start": span.start, "sentence_end": span.end}


def sentence_id(version: str, chunk_id: str, number: int) -> str:
    """Return the id of a sentence's record.

    The version is part of it, so that the old and the new sentences of a changed file stand side by side until the new
    article is committed.
    """
    return f"{version}-{chunk_id}-{number}"


def sentence_place(record_id: str) -> tuple[str, int]:
    """Return the chunk's id and the sentence's number in it."""
    _, chunk_id, number = record_id.split("-")
    return chunk_id, int(number)


def _stored(records: Iterable[tuple[str, str, Mapping[str, Any]]]) -> Iterator[tuple[str, Stored]]:
    for source, text, about in records:
        article = Article(text=text, **json.loads(about["about"]))
        yield source, Stored(article, str(about["version"]), int(about["chunks"]), int(about["sentences"]))


def _by_version(sentences: Iterable[Mapping[str, Any]]) -> _Sentences:
    """Return the sentences' metadata in reading order, by (source, version) of the article."""
    found: _Sentences = defaultdict(list)
    for about in sentences:
        found[about["source"], about["version"]].append(about)
    for group in found.values():
        group.sort(key=lambda about: (about["start"], about["sentence"]))
    return found


def _chunk(article: Article, sentences: Sequence[Mapping[str, Any]]) -> Chunk:
    about = {key: sentences[0][key] for key in ("id", "source", "start", "end", "header")}
    spans = tuple(Span(start=m["sentence_start"], end=m["sentence_end"]) for m in sentences)
    return Chunk(text=article.text[about["start"] : about["end"]], sentences=spans, **about)
