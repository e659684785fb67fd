"""Loads and runs any sentence-transformers model."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.errors import ModelError
from qa.models.e5 import PROMPTS
from qa.models.encoders import Vectors
from qa.models.words import WordVectors, word_spans, words_in_context

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

HINT = "Set QA_EMBEDDING_MODEL to local, a sentence-transformers folder or the name of a model on the hub."
_HUB_SECONDS = 5.0
_BATCH = 32
_SAMPLE = 4096
_E5 = re.compile(r"(^|[-_/\\])e5-(small|base|large)(?!.*instruct)", re.IGNORECASE)


class TransformerEncoder:
    """A sentence-transformers model as an `Encoder`; its prompts named ``query`` and ``document`` are put before the texts.

    Args:
        model: The loaded model.
    """

    def __init__(self, model: "SentenceTransformer") -> None:
        import torch

        self.prompts: Mapping[str, str] = {name: prompt or "" for name, prompt in model.prompts.items()}
        self.max_tokens: int | None = model.max_seq_length
        self._model = model
        self._lock = Lock()
        # Half of torch's usual threads: while the language model or another process keeps the cores busy, threads that
        # wait for one another in every layer are many times slower than fewer threads.
        self._threads = max(1, torch.get_num_threads() // 2)

    def encode(self, texts: Sequence[str], *, query: bool) -> Vectors:
        """Return one unit vector for each of at least one text, shape (len(texts), dimension)."""
        encode: Callable[..., Any] = self._model.encode_query if query else self._model.encode_document
        with self._lock, _torch_threads(1 if query else self._threads):
            vectors = encode(list(texts), batch_size=_BATCH, show_progress_bar=False, normalize_embeddings=True)
        return np.asarray(vectors, np.float32)

    def encode_words(self, texts: Sequence[str], *, query: bool) -> list[WordVectors]:
        """Return the vectors of the words of each text, each word seen in its text.

        A model that does not tell its tokens apart (a static one) gets every word alone.
        """
        if not getattr(self._model.tokenizer, "is_fast", False):
            return [self._words_alone(text, query=query) for text in texts]
        names = ("query",) if query else ("document", "passage", "corpus")  # those that sentence-transformers looks for
        prompt = next((prompt for name in names if (prompt := self._model.prompts.get(name))), "")
        prompted = [prompt + text for text in texts]
        with self._lock, _torch_threads(self._threads):
            tokens = self._model.encode(
                prompted, prompt="", batch_size=_BATCH, show_progress_bar=False, output_value="token_embeddings"
            )
        offsets = self._model.tokenizer(
            prompted, truncation=True, max_length=self.max_tokens, return_offsets_mapping=True
        )["offset_mapping"]
        return [
            words_in_context(text, np.asarray(places) - len(prompt), vectors.float().cpu().numpy())
            for text, places, vectors in zip(texts, offsets, tokens, strict=True)
        ]

    def _words_alone(self, text: str, *, query: bool) -> WordVectors:
        spans = word_spans(text)
        if not len(spans):
            return WordVectors(spans, np.empty((0, self._model.get_embedding_dimension() or 0), np.float32))
        return WordVectors(spans, self.encode([text[start:end] for start, end in spans], query=query))


def load_transformer(name: str, folder: Path | None) -> "SentenceTransformer":
    """Load a model from ``folder``, or by its name from the hub's cache, else from the hub.

    A model of the E5 family that brings no prompts gets those that its authors ask for.

    Raises:
        ModelError: It cannot be fetched or loaded.
    """
    model = _load(str(folder), local_files_only=True) if folder else _load_from_hub(name)
    if not any(model.prompts.values()) and _E5.search(name):
        model.prompts = dict(PROMPTS)
    return model


def _load_from_hub(name: str) -> "SentenceTransformer":
    import httpx
    from huggingface_hub import constants

    try:
        return _load(name, local_files_only=True)
    except ModelError:
        if constants.HF_HUB_OFFLINE:
            raise
    try:  # one quick question, because loading asks for many files and tries each again and again
        httpx.head(constants.ENDPOINT, timeout=_HUB_SECONDS)
    except httpx.HTTPError as error:
        raise _cannot_load(name, error) from error
    return _load(name, local_files_only=False)


def _load(name: str, *, local_files_only: bool) -> "SentenceTransformer":
    """Load a model in single precision, whatever it is stored in: on a CPU, half precision is slower and coarser."""
    from sentence_transformers import SentenceTransformer

    try:
        with quiet_transformers():
            return SentenceTransformer(name, local_files_only=local_files_only, model_kwargs={"dtype": "float32"})
    except Exception as error:  # whatever a model's loader and this version's hub client raise
        raise _cannot_load(name, error) from error


def _cannot_load(name: str, error: Exception) -> ModelError:
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return ModelError(f"The embedding model {name} cannot be loaded: {reason.rstrip('.')}.", hint=HINT)


def sampled(model: "SentenceTransformer") -> str:
    """Hash evenly spaced values of every tensor: any training changes some of them, and gigabytes need not be read."""
    digest = hashlib.sha256()
    for name, tensor in model.state_dict().items():
        values = tensor.flatten()
        sample = values[:: max(1, len(values) // _SAMPLE)].float().cpu().numpy()
        digest.update(f"{name} {tuple(tensor.shape)}".encode() + sample.tobytes())
    return digest.hexdigest()


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Keep transformers from drawing bars and reporting unused weights."""
    from transformers.utils import logging

    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()


@contextmanager
def _torch_threads(count: int) -> Iterator[None]:
    """Let torch's operations in this thread use ``count`` threads."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
