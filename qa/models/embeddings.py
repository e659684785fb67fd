"""Sentence embeddings: the model that comes with the package, or any sentence-transformers model."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings

from qa.config import Settings, fingerprint
from qa.errors import ModelError
from qa.models.artifacts import EMBEDDER
from qa.models.e5 import CONVERSION_VERSION, converted_encoder
from qa.models.encoders import Encoder, Vectors, encodable
from qa.models.progress import Progress
from qa.models.words import WordVectors

_PATH = re.compile(r"[/.~\\]|\w:\\|.*/.*/|.*\\")


class SentenceEmbeddings(Embeddings):
    """An embedding model for LangChain and for the search; several threads may share one.

    Args:
        encoder: The model.
        name: What settings and messages call it.
        identity: A hash of the weights.

    Attributes:
        name: What settings and messages call it.
        dimension: Length of a vector.
        max_tokens: Texts are cut off there, prompt included; None if the model knows no limit.
        fingerprint: Hash of weights, prompts and ``max_tokens``: vectors of equal fingerprints may be compared.
    """

    def __init__(self, encoder: Encoder, *, name: str, identity: str) -> None:
        self._encoder = encoder
        self.name = name
        self.dimension = self.encode_queries(["?"]).shape[1]
        self.max_tokens = encoder.max_tokens
        self.fingerprint = fingerprint([identity, dict(encoder.prompts), self.max_tokens])

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector for each passage, shape (len(texts), dimension)."""
        return self._encode(texts, query=False)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector for each question, shape (len(texts), dimension)."""
        return self._encode(texts, query=True)

    def encode_words(self, texts: Sequence[str], *, query: bool = False) -> list[WordVectors]:
        """Return the vectors of the words of each text, each word seen in its text.

        Args:
            texts: Passages, or questions.
            query: Whether they are questions.
        """
        return self._encoder.encode_words([encodable(text) for text in texts], query=query) if texts else []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return `encode_documents` as lists, for LangChain."""
        return [[float(x) for x in vector] for vector in self.encode_documents(texts)]

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of one question as a list, for LangChain."""
        return [float(x) for x in self.encode_queries([text])[0]]

    def _encode(self, texts: Sequence[str], *, query: bool) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        return self._encoder.encode([encodable(text) for text in texts], query=query)


def load_embeddings(settings: Settings, progress: Progress | None = None) -> SentenceEmbeddings:
    """Load the embedding model that the settings choose.

    ``local`` is multilingual-e5-small: fetched once, then loaded without any network. Any other name is a folder or a hub
    model, which is downloaded unless it is in the hub's cache, and loaded by sentence-transformers with the prompts it
    brings; a model of the E5 family that brings none gets ``query:`` and ``passage:``, which its authors ask for.

    Raises:
        ModelError: The model cannot be fetched or loaded.
    """
    name = settings.embedding_model
    if name == "local":
        from qa.models.e5_encoder import E5Encoder

        encoder = E5Encoder(converted_encoder(settings.cache_dir, progress))
        return SentenceEmbeddings(encoder, name=EMBEDDER.name, identity=f"{EMBEDDER.sha256} {CONVERSION_VERSION}")

    from qa.models.transformer_encoder import HINT, TransformerEncoder, load_transformer, sampled

    given = Path(name).expanduser()
    if _PATH.match(name) and not given.is_dir():
        raise ModelError(f"There is no folder {given}.", hint=HINT)
    model = load_transformer(name, given if given.is_dir() else None)
    return SentenceEmbeddings(TransformerEncoder(model), name=name, identity=sampled(model))
