"""What the index holds, as records in Chroma and as articles and chunks."""

import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any

from qa.schema import Article, ArticleInfo, Chunk, Span
from qa.store.connection import pages

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection

log = logging.getLogger(__name__)

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


def read_snapshot(articles: "Collection", sentences: "Collection", revision: str) -> Snapshot:
    """Return what two collections hold, each article whole or not at all, also while another process is writing."""
    stored = dict(_stored(pages(articles, "documents", "metadatas")))
    found = _by_version(about for _, _, about in pages(sentences, "metadatas"))
    for _ in range(_READINGS):
        torn = [source for source, s in stored.items() if len(found[source, s.version]) != s.sentences]
        if not torn:
            break
        # A writer has replaced or removed these articles between the two readings.
        stored = {source: s for source, s in stored.items() if source not in torn}
        again = articles.get(ids=torn, include=["documents", "metadatas"])
        stored |= _stored(zip(again["ids"], again["documents"] or (), again["metadatas"] or (), strict=True))
        for source in torn:
            found |= _by_version(sentences.get(where={"source": source}, include=["metadatas"])["metadatas"] or ())
    else:
        log.warning("The index holds only parts of %s; the next sync repairs it.", ", ".join(torn))
        stored = {source: s for source, s in stored.items() if source not in torn}
    chunks = [
        _chunk(s.article, list(group))
        for source, s in sorted(stored.items())
        for _, group in groupby(found[source, s.version], key=lambda about: about["start"])
    ]
    return Snapshot(stored, tuple(chunks), revision)


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


def _by_version(sentences: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], list[Mapping[str, Any]]]:
    """Return the sentences' metadata in reading order, by (source, version) of the article."""
    found: defaultdict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for about in sentences:
        found[about["source"], about["version"]].append(about)
    for group in found.values():
        group.sort(key=lambda about: (about["start"], about["sentence"]))
    return found


def _chunk(article: Article, sentences: Sequence[Mapping[str, Any]]) -> Chunk:
    about = {key: sentences[0][key] for key in ("id", "source", "start", "end", "header")}
    spans = tuple(Span(start=m["sentence_start"], end=m["sentence_end"]) for m in sentences)
    return Chunk(text=article.text[about["start"] : about["end"]], sentences=spans, **about)
