"""Exact search in small collections, where it costs next to nothing.

An approximate graph can leave a vector out of reach of every search, however wide, most of all among many that are alike.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api.models.Collection import Collection

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

        similarities = self.matrix @ _unit(np.asarray(vector, np.float32))
        best = np.argsort(-similarities, kind="stable")[:k]
        return [(self.ids[place], float(similarities[place])) for place in best]


def load_vectors(collection: "Collection") -> Vectors | None:
    """Return all vectors of a small collection; None for one that is larger, empty, or just changed by another process.

    A process that was overtaken so still finds what it knows by way of the graph.
    """
    import numpy as np
    from chromadb.errors import InternalError

    if not 0 < collection.count() <= LARGEST:
        return None
    try:
        found = collection.get(include=["embeddings"])
    except InternalError:  # Chroma cannot give vectors of records that came after it read the graph.
        return None
    return Vectors(tuple(found["ids"]), _unit(np.asarray(found["embeddings"], np.float32)))


def _unit(vectors: "np.ndarray") -> "np.ndarray":
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: np.ndarray = vectors / np.where(lengths == 0, 1.0, lengths)
    return unit
