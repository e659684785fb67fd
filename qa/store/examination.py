"""Looks at an embedded index in a process of its own, because some damages crash whoever opens it."""

import subprocess
import sys
from pathlib import Path

from qa.children import command
from qa.config import Settings
from qa.store.connection import DamagedIndexError, connect, index_folder, store_errors
from qa.store.soundness import check_vectors

_DAMAGED = 3
_SECONDS = 600.0


def examine(settings: Settings) -> None:
    """Look whether the files of the embedded index can be read and searched; this process is safe whatever they hold.

    Raises:
        DamagedIndexError: They cannot; the message says why.
    """
    if not index_folder(settings).is_dir():
        return
    line = command("qa.store.examination", str(settings.data_dir))
    child = subprocess.run(line, capture_output=True, text=True, check=False, timeout=_SECONDS)  # noqa: S603 - this module
    if child.returncode == _DAMAGED:
        raise DamagedIndexError(child.stdout.strip(), hint="`qa sync` moves it aside and builds it anew.")
    if child.returncode < 0:
        message = f"The index in {index_folder(settings)} crashes the process that opens it."
        raise DamagedIndexError(message, hint="`qa sync` moves it aside and builds it anew.")


def main() -> None:
    """Examine the index in the data folder that the last argument names; the exit code tells what came of it."""
    settings = Settings(data_dir=Path(sys.argv[-1]), chroma_url=None)
    try:
        connection = connect(settings)
        with store_errors("be read", settings):
            named = {collection.name: collection for collection in connection.client.list_collections()}
        for name, sentences in named.items():
            embedder = name.removeprefix("sentences-")
            if name != embedder and f"articles-{embedder}" in named:
                check_vectors(sentences, named[f"articles-{embedder}"], settings)
    except DamagedIndexError as error:
        sys.stdout.write(error.message)
        raise SystemExit(_DAMAGED) from None
