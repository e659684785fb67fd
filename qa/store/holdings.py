"""What an index holds, told without an embedding model."""

from dataclasses import dataclass

from qa.config import Settings
from qa.store.connection import connect, store_errors


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
    connection = connect(settings)
    try:
        with store_errors("be read", settings):
            counts = {collection.name: collection.count() for collection in connection.client.list_collections()}
    finally:
        connection.close()
    embedders = sorted(name.removeprefix("articles-") for name in counts if name.startswith("articles-"))
    return [Holding(e, counts[f"articles-{e}"], counts.get(f"sentences-{e}", 0)) for e in embedders]
