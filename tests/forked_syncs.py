"""Run by test_store_faults: brings folders in line, each in a process of its own, and prints what it found there as JSON lines.

Arguments: what happens to each process, then the folders, each with ``sources`` and ``data``.

- ``alarm``: it is killed at a random moment of its run; the moments are drawn from a whole run's length.
- ``repair``: nothing; a process that crashes is started once more.
- ``together``: nothing, but all run at once.
- ``small``: no file may grow beyond what it needs at the start, as on a full disk.
"""

import json
import os
import random
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from killed_sync import Embeddings

from qa.config import Settings
from qa.errors import QAError
from qa.indexing import sync
from qa.store import Store, connection

EMBEDDER = "0123456789abcdef"
connection._HNSW.update(batch_size=50, sync_threshold=50)  # so that few vectors are a graph in files of its own
QUERIES = ("Carrera", "12 144", "Lo scudetto del Tottenham?", "")


def settings_of(folder: Path) -> Settings:
    return Settings(data_dir=folder / "data", sources=(folder / "sources",))


def forked(task: Callable[[], None]) -> int:
    """Start a process that does this, and return its number."""
    child = os.fork()
    if not child:
        try:
            task()
        except QAError as error:
            sys.stderr.write(f"{error}\n")
            os._exit(1)
        os._exit(0)
    return child


def ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def bring_in_line(folder: Path) -> None:
    store = Store(settings_of(folder), EMBEDDER)
    sync(settings_of(folder), store, Embeddings)
    store.close()


def state(folder: Path) -> dict[str, Any]:
    """What a reader finds: each article's text and that of its chunks, and whether search finds what exact search finds."""
    store = Store(settings_of(folder), EMBEDDER)
    snapshot = store.snapshot()
    chunks = {source: [c.text for c in snapshot.chunks if c.source == source] for source in snapshot.articles}
    texts = [c.text[s.start - c.start : s.end - c.start] for c in snapshot.chunks for s in c.sentences]
    headed = [
        f"{c.header}\n{text}"
        for c in snapshot.chunks
        for text in (c.text[s.start - c.start : s.end - c.start] for s in c.sentences)
    ]
    exact = True
    if texts:
        vectors = Embeddings().encode_documents(headed)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        for query in Embeddings().encode_documents([q or "?" for q in QUERIES]):
            best = sorted(vectors @ query / np.linalg.norm(query), reverse=True)[:10]
            found = [similarity for *_, similarity in store.search(query, 10)]
            exact &= len(found) == len(best) and bool(np.allclose(found, best, atol=1e-4))
    store.close()
    return {"articles": {s: a.article.text for s, a in snapshot.articles.items()}, "chunks": chunks, "exact": exact}


def tell(folder: Path, **about: Any) -> None:
    """Print the state of a folder, looked at in yet another process."""

    def print_state() -> None:
        sys.stdout.write(json.dumps({**about, **state(folder)}) + "\n")
        sys.stdout.flush()

    if code := ended(forked(print_state)):
        sys.stdout.write(json.dumps({**about, "unread": code}) + "\n")
        sys.stdout.flush()


def alarm(folders: list[Path]) -> None:
    whole, *others = folders
    start = time.monotonic()
    code = ended(forked(lambda: bring_in_line(whole)))
    length = time.monotonic() - start
    tell(whole, code=code)
    chance = random.Random(whole.name)  # noqa: S311 - no secret

    def killed(folder: Path, seconds: float) -> None:
        signal.setitimer(signal.ITIMER_REAL, seconds)  # nobody handles the signal: it ends the process there and then
        bring_in_line(folder)

    for folder in others:
        seconds = chance.uniform(length / 50, length)
        code = ended(forked(lambda folder=folder, seconds=seconds: killed(folder, seconds)))
        marked = (folder / "data" / "index.writing").exists()
        tell(folder, code=code, marked=marked)


def repair(folders: list[Path]) -> None:
    for folder in folders:
        code = ended(forked(lambda folder=folder: bring_in_line(folder)))
        crashed = code < 0
        if crashed:
            code = ended(forked(lambda folder=folder: bring_in_line(folder)))
        tell(folder, code=code, crashed_once=crashed)


def together(folders: list[Path]) -> None:
    children = [forked(lambda folder=folder: bring_in_line(folder)) for folder in folders]
    codes = [ended(child) for child in children]
    tell(folders[0], code=max(codes, key=abs))


def small(folders: list[Path]) -> None:
    for folder in folders:
        largest = max((p.stat().st_size for p in (folder / "data").rglob("*") if p.is_file()), default=0)

        def cramped(folder: Path = folder, largest: int = largest) -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest + 4096, resource.RLIM_INFINITY))
            bring_in_line(folder)

        tell(folder, code=ended(forked(cramped)))


if __name__ == "__main__":
    {"alarm": alarm, "repair": repair, "together": together, "small": small}[sys.argv[1]](list(map(Path, sys.argv[2:])))
