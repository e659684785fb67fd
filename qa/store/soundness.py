"""Whether the files of an embedded index can be relied on, and what becomes of them if not."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from qa.config import Settings
from qa.store.connection import SYNC_THRESHOLD, DamagedIndexError, index_folder, store_errors
from qa.store.exact import load_vectors

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection

_FOUND_SHARE = 0.6  # Less than this share of the vectors found, more is missing than a graph ever hides.


def check_vectors(sentences: "Collection", articles: "Collection", settings: Settings) -> None:
    """Look whether the vectors are found: without the files of its graph, Chroma finds few of them and says nothing.

    Raises:
        DamagedIndexError: Files cannot be read, or too few vectors are found.
    """
    with store_errors("be read", settings):
        articles.get(limit=1, include=[])
        count = min(sentences.count(), 4 * SYNC_THRESHOLD)  # beyond what the log may still hold
        probe = sentences.get(limit=1, include=["embeddings"])["embeddings"]
        if not count or probe is None:
            return
        load_vectors(sentences)
        found = len(sentences.query(query_embeddings=probe[:1], n_results=count, include=[])["ids"][0])
    if found < _FOUND_SHARE * count:
        raise DamagedIndexError(f"The index finds only {found} of {count} sentences.")


def set_aside(settings: Settings) -> Path:
    """Move the files of a damaged embedded store out of the way, in place of those set aside before.

    Returns:
        Where they are now.
    """
    folder = index_folder(settings)
    aside = folder.with_name("index.damaged")
    with store_errors("be moved aside", settings):
        shutil.rmtree(aside, ignore_errors=True)
        if folder.exists():
            folder.rename(aside)
    return aside


@contextmanager
def crash_noticed(settings: Settings) -> Iterator[None]:
    """Look at the index here: some damages to it crash the whole process, and then the next one must not try again.

    A process that was killed here leaves the same mark as one that crashed; so another one, that may crash, looks first.

    Raises:
        DamagedIndexError: The last process did not leave this block alive, and the index is indeed damaged.
    """
    checking = settings.data_dir / "index.checking"
    try:
        if checking.exists():
            from qa.store.examination import examine  # which looks with this module

            examine(settings)
        checking.touch()
        yield
    finally:
        checking.unlink(missing_ok=True)
