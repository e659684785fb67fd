"""Sentence embeddings: the model that comes with the package, or any sentence-transformers model."""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings

from qa.config import Settings, fingerprint
from qa.errors import ModelError
from qa.models.artifacts import EMBEDDER, Artifact, fetch
from qa.models.cache import exclusive
from qa.models.e5 import CONVERSION_VERSION, PROMPTS, convert
from qa.models.progress import Progress
from qa.models.words import WordVectors, word_spans, words_in_context

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = npt.NDArray[np.float32]
_HINT = "Set QA_EMBEDDING_MODEL to local, a sentence-transformers folder or the name of a model on the hub."
_HUB_SECONDS = 5.0
_BATCH = 32
_SAMPLE = 4096
_MANIFEST = "manifest.json"
_E5 = re.compile(r"(^|[-_/\\])e5-(small|base|large)(?!.*instruct)", re.IGNORECASE)
_PATH = re.compile(r"[/.~\\]|\w:\\|.*/.*/|.*\\")


class SentenceEmbeddings(Embeddings):
    """A sentence-transformers model as LangChain embeddings; several threads may share one.

    Args:
        model: The loaded model; its prompts named ``query`` and ``document`` are put before the texts.
        name: What settings and messages call it.
        identity: A hash of the weights, or None to take one from a sample of every tensor.

    Attributes:
        name: What settings and messages call it.
        dimension: Length of a vector.
        max_tokens: Texts are cut off there, prompt included; None if the model knows no limit.
        fingerprint: Hash of weights, prompts and ``max_tokens``: vectors of equal fingerprints may be compared.
    """

    def __init__(self, model: "SentenceTransformer", *, name: str, identity: str | None = None) -> None:
        import torch

        self._model = model
        self._lock = Lock()
        # Half of torch's usual threads: while the language model or another process keeps the cores busy, threads that
        # wait for one another in every layer are many times slower than fewer threads.
        self._threads = max(1, torch.get_num_threads() // 2)
        self.name = name
        self.dimension = self.encode_queries(["?"]).shape[1]
        self.max_tokens = model.max_seq_length
        self.fingerprint = fingerprint([identity or _sampled(model), model.prompts, self.max_tokens])

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector for each passage, shape (len(texts), dimension)."""
        return self._encode(self._model.encode_document, texts, self._threads)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector for each question, shape (len(texts), dimension)."""
        return self._encode(self._model.encode_query, texts, 1)

    def encode_words(self, texts: Sequence[str], *, query: bool = False) -> list[WordVectors]:
        """Return the vectors of the words of each text, each word seen in its text.

        A model that does not tell its tokens apart (a static one) gets every word alone.

        Args:
            texts: Passages, or questions.
            query: Whether they are questions.
        """
        if not texts:
            return []
        encode = self._model.encode_query if query else self._model.encode_document
        if not getattr(self._model.tokenizer, "is_fast", False):
            return [self._words_alone(text, encode) for text in texts]
        names = ("query",) if query else ("document", "passage", "corpus")  # those that sentence-transformers looks for
        prompt = next((prompt for name in names if (prompt := self._model.prompts.get(name))), "")
        prompted = [prompt + _encodable(text) for text in texts]
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

    def _words_alone(self, text: str, encode: Callable[..., Any]) -> WordVectors:
        spans = word_spans(text)
        return WordVectors(spans, self._encode(encode, [text[start:end] for start, end in spans], self._threads))

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return `encode_documents` as lists, for LangChain."""
        return [[float(x) for x in vector] for vector in self.encode_documents(texts)]

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of one question as a list, for LangChain."""
        return [float(x) for x in self.encode_queries([text])[0]]

    def _encode(self, encode: Callable[..., Any], texts: Sequence[str], threads: int) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        encodable = [_encodable(text) for text in texts]
        with self._lock, _torch_threads(threads):
            vectors = encode(encodable, batch_size=_BATCH, show_progress_bar=False, normalize_embeddings=True)
        return np.asarray(vectors, np.float32)


def _encodable(text: str) -> str:
    """Return ``text``, as long as before, without the lone surrogates that tokenizers refuse."""
    return text.encode("utf-8", "replace").decode()


def load_embeddings(settings: Settings, progress: Progress | None = None) -> SentenceEmbeddings:
    """Load the embedding model that the settings choose.

    ``local`` is multilingual-e5-small: fetched once, then loaded without any network. Another name is a folder or a hub
    model, which is downloaded unless it is in the hub's cache, and loaded by sentence-transformers with the prompts it
    brings; a model of the E5 family that brings none gets ``query:`` and ``passage:``, which its authors ask for.

    Raises:
        ModelError: The model cannot be fetched or loaded.
    """
    name = settings.embedding_model
    if name == "local":
        model = _load(str(_converted(EMBEDDER, settings.cache_dir, progress)), local_files_only=True)
        return SentenceEmbeddings(model, name=EMBEDDER.name, identity=f"{EMBEDDER.sha256} {CONVERSION_VERSION}")
    folder = Path(name).expanduser()
    if _PATH.match(name) and not folder.is_dir():
        raise ModelError(f"There is no folder {folder}.", hint=_HINT)
    model = _load(str(folder), local_files_only=True) if folder.is_dir() else _load_from_hub(name)
    if not any(model.prompts.values()) and _E5.search(name):
        model.prompts = dict(PROMPTS)
    return SentenceEmbeddings(model, name=name)


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
        with _quiet_transformers():
            return SentenceTransformer(name, local_files_only=local_files_only, model_kwargs={"dtype": "float32"})
    except Exception as error:  # whatever a model's loader and this version's hub client raise
        raise _cannot_load(name, error) from error


def _cannot_load(name: str, error: Exception) -> ModelError:
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return ModelError(f"The embedding model {name} cannot be loaded: {reason.rstrip('.')}.", hint=_HINT)


def _converted(artifact: Artifact, cache_dir: Path, progress: Progress | None) -> Path:
    """Return the folder of the converted weights, made if it is missing or damaged."""
    folder = cache_dir / f"{artifact.name}-{artifact.sha256[:12]}-{CONVERSION_VERSION}"
    if not _intact(folder):
        weights = fetch(artifact, cache_dir, progress=progress)
        with exclusive(folder):
            if not _intact(folder):
                _build(weights, folder)
    return folder


def _build(weights: Path, folder: Path) -> None:
    with TemporaryDirectory(dir=folder.parent, prefix=f"{folder.name}.") as scratch:
        made = Path(scratch) / "model"
        made.mkdir()
        convert(weights, made)
        (made / _MANIFEST).write_text(json.dumps(_sizes(made)), encoding="utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        made.replace(folder)


def _intact(folder: Path) -> bool:
    try:
        return bool(json.loads((folder / _MANIFEST).read_text(encoding="utf-8")) == _sizes(folder))
    except (FileNotFoundError, ValueError):
        return False


def _sizes(folder: Path) -> dict[str, int]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != _MANIFEST)
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}


def _sampled(model: "SentenceTransformer") -> str:
    """Hash evenly spaced values of every tensor: any training changes some of them, and gigabytes need not be read."""
    digest = hashlib.sha256()
    for name, tensor in model.state_dict().items():
        values = tensor.flatten()
        sample = values[:: max(1, len(values) // _SAMPLE)].float().cpu().numpy()
        digest.update(f"{name} {tuple(tensor.shape)}".encode() + sample.tobytes())
    return digest.hexdigest()


@contextmanager
def _torch_threads(count: int) -> Iterator[None]:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def _quiet_transformers() -> Iterator[None]:
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
