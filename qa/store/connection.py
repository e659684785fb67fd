"""Opens Chroma, and tells what went wrong with it. The only module that runs chromadb."""

import re
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from qa.config import Settings
from qa.errors import QAError, StoreError
from qa.secrecy import without_password

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection

SYNC_THRESHOLD = 1000
"""Vectors that wait in the write-ahead log at most; then the graph is written to its own files."""

# Wide enough that the approximate graph finds what an exact search would in collections of ordinary size.
_HNSW: "CreateHNSWConfiguration" = {
    "space": "cosine",
    "ef_construction": 200,
    "ef_search": 200,
    "max_neighbors": 32,
    "sync_threshold": SYNC_THRESHOLD,
}
_PAGE = 5000
_SERVER_SECONDS = 5.0
_SQLITE_CODE = re.compile(r"\(code: (\d+)\)")
# SQLite's codes for a busy, unwritable or full disk, and the system's: the files are sound, only out of reach.
_PASSING_CODES = frozenset({5, 6, 7, 8, 10, 13, 14})
_SHORT_READ = 522
_PASSING = re.compile(r"os error (?:12|13|23|24|28|30)\b|timed out", re.IGNORECASE)
_NATIVE = frozenset({"InternalError", "PanicException"})


class DamagedIndexError(StoreError):
    """The index's own files are damaged; its articles are elsewhere, so it can be built anew."""


class Connection:
    """An open Chroma. It is freed when it is closed, or when the last who reads from it lets go of it.

    Chroma itself would only be collected, with a megabyte of what its threads had used staying behind each time.

    Args:
        client: Of an own system over a folder, or of a server.
        free: Frees the system or the connection.
    """

    def __init__(self, client: "Client", free: Callable[[], None]) -> None:
        self.client = client
        self._freed = weakref.finalize(self, free)
        self._freed.atexit = False  # The end of the process frees it too, and waits for nobody.

    def collection(self, name: str, metadata: Mapping[str, str]) -> "Collection":
        """Return a collection for cosine search, made with ``metadata`` if it does not exist yet."""
        return self.client.get_or_create_collection(
            name, metadata=dict(metadata), configuration={"hnsw": _HNSW}, embedding_function=None
        )

    def metadata(self, name: str) -> Mapping[str, Any]:
        """Return the metadata of a collection as it stands now; none if the collection is gone."""
        from chromadb.errors import NotFoundError

        try:
            return self.client.get_collection(name, embedding_function=None).metadata or {}
        except NotFoundError:
            return {}

    def close(self) -> None:
        """Free the files or the connection, once."""
        self._freed()


def connect(settings: Settings) -> Connection:
    """Open the embedded store in ``data_dir``, or the server at ``chroma_url``.

    Raises:
        StoreError: It cannot be opened or reached.
    """
    with store_errors("be opened", settings):
        return _served(settings.chroma_url) if settings.chroma_url else _embedded(settings)


def index_folder(settings: Settings) -> Path:
    """Return the folder of the embedded store."""
    return settings.data_dir / "index"


def pages(
    collection: "Collection", *include: Literal["documents", "metadatas"]
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield (id, document, metadata) of every record; what is not included is empty."""
    for offset in range(0, collection.count(), _PAGE):
        page = collection.get(limit=_PAGE, offset=offset, include=list(include))
        none: list[Any] = [{}] * len(page["ids"])
        yield from zip(page["ids"], page["documents"] or none, page["metadatas"] or none, strict=True)


@contextmanager
def store_errors(what: str, settings: Settings) -> Iterator[None]:
    """Turn whatever Chroma raises into a ``StoreError`` that says the index could not ``what``.

    Raises:
        DamagedIndexError: The error comes from files of the embedded store that make no sense.
        StoreError: Any other error.
    """
    try:
        yield
    except (QAError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except (
        BaseException
    ) as error:  # Chroma raises bare Exceptions, and panics of its Rust part are no Exceptions at all
        reason = (str(error).strip().splitlines() or [""])[0].rstrip(".")
        message = f"The index could not {what}: {type(error).__name__}: {reason}."
        if settings.chroma_url is None and _is_damage(error):
            hint = "`qa sync` moves it aside and builds it anew from the articles."
            raise DamagedIndexError(message, hint=hint) from error
        raise StoreError(message, hint="`qa doctor` looks for the cause.", retryable=True) from error


def _is_damage(error: BaseException) -> bool:
    text = str(error)
    if type(error).__name__ not in _NATIVE or _PASSING.search(text):
        return False
    code = _SQLITE_CODE.search(text)
    number = int(code[1]) if code else 0
    return number == _SHORT_READ or number & 0xFF not in _PASSING_CODES


def _embedded(settings: Settings) -> Connection:
    from chromadb.api.client import Client
    from chromadb.api.rust import RustBindingsAPI
    from chromadb.config import Settings as ChromaSettings
    from chromadb.config import System
    from filelock import FileLock

    folder = index_folder(settings)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"Cannot write to {folder}: {error.strerror}.", hint="Set QA_DATA_DIR to a folder you can write to."
        ) from error
    # PersistentClient would share one system, and with it the vectors it has in memory, among all clients of a folder
    # in the process: opening the index again would not show what another process has written.
    place = ChromaSettings(
        _env_file=None,
        chroma_api_impl="chromadb.api.rust.RustBindingsAPI",
        is_persistent=True,
        persist_directory=str(folder),
        anonymized_telemetry=False,
    )
    system = System(place)
    system.instance(RustBindingsAPI)
    # Two processes that make the tables of a new index at the same time get into each other's way.
    with FileLock(folder.with_name("index.opening"), timeout=settings.lock_timeout):
        system.start()
        return Connection(Client.from_system(system), system.stop)


def _served(url: str) -> Connection:
    import httpx
    from chromadb.api.client import Client
    from chromadb.config import Settings as ChromaSettings

    where = httpx.URL(url)
    try:  # Chroma's own client would wait for ever
        httpx.get(where.copy_with(path="/api/v2/heartbeat"), timeout=_SERVER_SECONDS).raise_for_status()
    except httpx.HTTPError as error:
        reason = without_password(str(error)) or type(error).__name__
        hint = "Start it with `chroma run --path FOLDER`, or correct QA_CHROMA_URL."
        message = f"The Chroma server {without_password(url)} does not answer: {reason}."
        raise StoreError(message, hint=hint, retryable=True) from error
    secure = where.scheme == "https"
    address = ChromaSettings(
        _env_file=None,
        chroma_api_impl="chromadb.api.fastapi.FastAPI",
        chroma_server_host=where.host,
        chroma_server_http_port=where.port or (443 if secure else 80),
        chroma_server_ssl_enabled=secure,
        anonymized_telemetry=False,
    )
    client = Client(settings=address)
    return Connection(client, client.close)
