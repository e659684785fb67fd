"""How quickly articles are indexed, the product and the tutorial's chain in turn, with the same embedding model."""

import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from eval.measured import Row
from eval.tutorial import TutorialChain
from qa.articles import find_files, read_article
from qa.config import Settings
from qa.indexing import sync
from qa.schema import Article
from qa.store import Store

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings
    from langchain_core.language_models import BaseChatModel

    from qa.models.embeddings import SentenceEmbeddings

LEAST = 2.0


def read_all(sources: Sequence[Path]) -> list[Article]:
    """Return the articles of some files and folders."""
    files, _ = find_files(sources)
    return [read_article(path, source) for source, path in files.items()]


def product_speed(settings: Settings, embeddings: "SentenceEmbeddings") -> tuple[float, int]:
    """Return the seconds to read, cut, embed and store the sources of the settings, and how many chunks that made."""
    with TemporaryDirectory() as folder:
        own = settings.replace(data_dir=Path(folder), chroma_url=None)
        store = Store(own, embeddings.fingerprint)
        try:
            start = time.perf_counter()
            sync(own, store, lambda: embeddings)
            seconds = time.perf_counter() - start
            return seconds, len(store.snapshot().chunks)
        finally:
            store.close()


def tutorial_speed(sources: Sequence[Path], embeddings: "Embeddings", llm: "BaseChatModel") -> tuple[float, int]:
    """Return the same of the tutorial's chain."""
    start = time.perf_counter()
    with TutorialChain(read_all(sources), embeddings, llm) as chain:
        return time.perf_counter() - start, chain.chunks


def indexing(
    settings: Settings, ours: "SentenceEmbeddings", theirs: "Embeddings", llm: "BaseChatModel", repeats: int
) -> list[Row]:
    """Return chunks a second of both over the sources of the settings, the median of several times.

    The two cut differently: the product's chunks are shorter and do not overlap, and it embeds every sentence of them.
    So text a second stands beside chunks a second.
    """
    laps = [(product_speed(settings, ours), tutorial_speed(settings.sources, theirs, llm)) for _ in range(repeats)]
    (product, chunks), (tutorial, splits) = ((median(s for s, _ in lap), lap[0][1]) for lap in zip(*laps, strict=True))
    about = f"{chunks} chunks of the product, {splits} of the tutorial's, of the same text"
    ratio = (chunks / product) / (splits / tutorial)
    return [
        Row(what="indexing, product", value=chunks / product, unit="chunks/s", n=repeats),
        Row(what="indexing, tutorial", value=splits / tutorial, unit="chunks/s", n=repeats),
        Row(what="chunks a second, product / tutorial", value=ratio, unit="×", least=LEAST, n=repeats, remark=about),
        Row(what="text a second, product / tutorial", value=tutorial / product, unit="×", n=repeats),
    ]
