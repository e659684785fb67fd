"""Brings the index in line with the article files."""

import hashlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from qa.articles import find_files, read_article
from qa.chunking import chunk_article
from qa.config import Settings, fingerprint
from qa.errors import ArticleError
from qa.schema import Chunk, Rejection, SyncReport
from qa.store import Store

if TYPE_CHECKING:
    from qa.models.embeddings import SentenceEmbeddings

log = logging.getLogger(__name__)

# Raise it when reading or chunking changes, so that unchanged files are read anew.
READER_VERSION = 5
SyncProgress = Callable[[int, int, str], None]
"""Called before each file that must be read: files done, files to do, the file's name."""


def sync(
    settings: Settings,
    store: Store,
    embeddings: "Callable[[], SentenceEmbeddings]",
    progress: SyncProgress | None = None,
) -> SyncReport:
    """Add new articles, replace changed ones, remove those whose file is gone.

    Args:
        settings: Names the sources and the size of chunks.
        store: The index to change.
        embeddings: Gives the embedding model; not called when nothing changed.
        progress: Hears of each file before it is read.

    Raises:
        StoreError: The index cannot be written, or another process holds it.
    """
    with store.writing():
        files, rejected = find_files(article_sources(settings))
        known = store.versions()
        versions: dict[str, str] = {}
        for source, path in files.items():
            try:
                versions[source] = _version(settings, path)
            except OSError as error:
                rejected.append(Rejection(source=source, reason=f"The file cannot be opened: {error.strerror}."))
        todo = [source for source, version in versions.items() if known.get(source) != version]
        done: list[str] = []
        for number, source in enumerate(todo):
            if progress:
                progress(number, len(todo), source)
            try:
                article = read_article(files[source], source)
            except ArticleError as error:
                rejected.append(Rejection(source=source, reason=str(error)))
                continue
            chunks = chunk_article(article, settings.chunk_characters)
            texts = [embedded_text(chunk, article.text[s.start : s.end]) for chunk in chunks for s in chunk.sentences]
            store.put(article, versions[source], chunks, embeddings().encode_documents(texts))
            done.append(source)
        unchanged = [source for source, version in versions.items() if known.get(source) == version]
        removed = sorted(known.keys() - set(done) - set(unchanged))
        for source in removed:
            store.remove(source)
        store.drop_others()
    report = SyncReport(
        added=tuple(s for s in done if s not in known),
        updated=tuple(s for s in done if s in known),
        removed=tuple(removed),
        unchanged=tuple(unchanged),
        rejected=tuple(rejected),
    )
    log.info("sync: %s", report)
    return report


def embedded_text(chunk: Chunk, sentence: str) -> str:
    """Return what the embedder reads of a sentence: the chunk's header adds who and when, which it may leave out."""
    return f"{chunk.header}\n{sentence}"


def article_sources(settings: Settings) -> list[Path]:
    """Return the files and folders that are read: the settings' own, and ``articles`` in ``data_dir``."""
    added = settings.data_dir / "articles"
    return [*settings.sources, *([added] if added.is_dir() else [])]


def _version(settings: Settings, path: Path) -> str:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return fingerprint([digest, READER_VERSION, settings.chunk_characters])
