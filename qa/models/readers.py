"""Readers: models that see a question and a text together, and the one that comes with the package."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from qa.config import Settings, fingerprint
from qa.models.progress import Progress
from qa.schema import Chunk, Span

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True)
class Text:
    """A text and its sentences, as offsets into it."""

    text: str
    sentences: tuple[Span, ...]


def readable(chunk: Chunk) -> Text:
    """Return a chunk as a reader sees it: behind its header, which tells who and when."""
    before = len(chunk.header) + 1 - chunk.start  # Offsets into the article become offsets into what is read.
    sentences = tuple(Span(start=s.start + before, end=s.end + before) for s in chunk.sentences)
    return Text(f"{chunk.header}\n{chunk.text}", sentences)


class Reader(Protocol):
    """A model that says which sentences answer a question; several threads may share one.

    Attributes:
        fingerprint: Hash of its weights.
    """

    fingerprint: str

    def read(self, question: str, texts: Sequence[Text]) -> "list[npt.NDArray[np.float32]]":
        """Return for each text how likely each of its sentences, where it stands, answers the question: log-odds, shape (sentences,)."""
        ...


def load_reader(settings: Settings, progress: Progress | None = None) -> Reader:
    """Load multilingual-e5-small, fetched once, with the adapter that comes with the package: whichever model embeds the articles.

    Raises:
        ModelError: The model cannot be fetched or loaded.
    """
    from qa.models.adapter import load_adapter
    from qa.models.artifacts import EMBEDDER
    from qa.models.conversion import converted
    from qa.models.e5 import TOKENIZER, adapt, converted_encoder
    from qa.models.e5_reader import E5Reader
    from qa.models.e5_tokenizer import load_tokenizer

    adapter, identity = load_adapter(), reader_fingerprint()
    encoder = converted_encoder(settings.cache_dir, progress)
    adapted = partial(adapt, adapter.adaptations)
    folder = converted(EMBEDDER, f"reader-{identity}", settings.cache_dir, adapted, progress)
    return E5Reader(folder, load_tokenizer(encoder / TOKENIZER), adapter.head, identity)


@cache
def reader_fingerprint() -> str:
    """Return the fingerprint of the reader that comes with the package, which is not loaded to tell."""
    from qa.models.adapter import ADAPTER
    from qa.models.artifacts import EMBEDDER
    from qa.models.e5 import CONVERSION_VERSION

    adapter = sha256(ADAPTER.read_bytes()).hexdigest()
    return fingerprint([EMBEDDER.sha256, adapter, CONVERSION_VERSION])
