"""Run by test_indexing: one child process a folder brings its index in line and is killed after so many writes.

Arguments: the folders, each with ``sources`` and ``data``; folder number n dies after its n-th write to Chroma.
"""

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
from chromadb.api.models.Collection import Collection

from qa.config import Settings
from qa.indexing import sync
from qa.store import Store

WRITES = ("upsert", "delete", "modify")


class Embeddings:
    """A vector for each text that does not depend on the process."""

    def encode_documents(self, texts: list[str]) -> np.ndarray:
        return np.array(
            [np.bincount(np.frombuffer(text.encode(), np.uint8), minlength=256) for text in texts], np.float32
        )


def die_after(writes: int) -> None:
    """Kill this process right after the given number of writes."""
    left = writes

    def counted(name: str) -> Any:
        write = getattr(Collection, name)

        def run(self: Collection, *args: Any, **values: Any) -> Any:
            nonlocal left
            result = write(self, *args, **values)
            left -= 1
            if not left:
                os._exit(9)
            return result

        return run

    for name in WRITES:
        setattr(Collection, name, counted(name))


def main() -> None:
    children = []
    for number, folder in enumerate(map(Path, sys.argv[1:]), start=1):
        child = os.fork()
        if not child:
            settings = Settings(data_dir=folder / "data", sources=(folder / "sources",))
            die_after(number)
            sync(settings, Store(settings, "0123456789abcdef"), Embeddings)
            os._exit(0)
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    sys.stdout.write(" ".join(map(str, codes)))


if __name__ == "__main__":
    main()
