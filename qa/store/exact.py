"""Exact search in small collections, where it costs next to nothing.

An approximate graph can leave a vector out of reach of every search, however wide, most of all among many that are alike.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.store.connection import DamagedIndexError

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api.models.Collection import Collection

_ROUNDED = 1e-2
LARGEST = 5000
"""Vectors that are compared one by one: about a millisecond, and eight megabytes at 384 dimensions."""


@dataclass(frozen=True)
class Vectors:
    """All vectors of a collection in memory: ids, and a matrix of unit length, shape (vectors, dimension)."""

    ids: tuple[str, ...]
    matrix: "np.ndarray"

    def nearest(self, vector: "np.ndarray", k: int) -> list[tuple[str, float]]:
        """Return the ids of the ``k`` nearest vectors and their cosine similarities, best first."""
        import numpy as np

        similarities = self.matrix @ unit(np.asarray(vector, np.float32))
        best = np.argsort(-similarities, kind="stable")[:k]
        return [(self.ids[place], float(similarities[place])) for place in best]


def load_vectors(collection: "Collection") -> Vectors | None:
    """Return all vectors of a small collection; None for one that is larger, empty, or just changed by another process.

    A process that was overtaken so still finds what it knows by way of the graph.

    Raises:
        DamagedIndexError: They are not of unit length, as they were when they were stored.
    """
    import numpy as np
    from chromadb.errors import InternalError

    if not 0 < collection.count() <= LARGEST:
        return None
    try:
        found = collection.get(include=["embeddings"])
    except InternalError:  # Chroma cannot give vectors of records that came after it read the graph.
        return None
    matrix = np.asarray(found["embeddings"], np.float32)
    if not np.allclose(np.linalg.norm(matrix, axis=1), 1.0, atol=_ROUNDED):
        message = "The index has lost the lengths of its vectors."
        raise DamagedIndexError(message, hint="`qa sync` moves it aside and builds it anew from the articles.")
    return Vectors(tuple(found["ids"]), matrix)


def unit(vectors: "np.ndarray") -> "np.ndarray":
    """Return vectors of length one; what has no direction gets the first axis'."""
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    first = np.zeros(vectors.shape[-1], vectors.dtype)
    first[:1] = 1.0
    scaled: np.ndarray = np.where(lengths == 0, first, vectors / np.where(lengths == 0, 1.0, lengths))
    return scaled
