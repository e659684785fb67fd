"""llama.cpp's own server inside this process, reached over the loopback interface.

``xllamacpp`` starts the server on threads of this process. It listens on 127.0.0.1 and a free port, asks for a random
key, and ends with the process at the latest.
"""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from pydantic import SecretStr

from qa.config import Settings, fingerprint
from qa.errors import ModelError

if TYPE_CHECKING:
    from xllamacpp import CommonParams

_MAGIC = b"GGUF"
_SLOTS = 2
"""Requests answered at once, each with a whole context of its own; a slot also keeps its last prompt."""
_DRAFT_AFTER, _DRAFT_LENGTH = 4, 8
"""Tokens that must recur in the context before what followed them is tried as a draft, and the draft's length.

Answers quote their passages: with these, replies that copy came half again as fast, to the same words.
"""
_SECONDS_OF_LIFE = 2.0
_SAMPLE_BYTES, _SAMPLES = 1 << 16, 64


class LlamaServer:
    """A GGUF file, loaded and served.

    Args:
        weights: The GGUF file.
        alias: The name the server gives the model; without one it would show the file's path.
        settings: Context size, threads and log level.

    Attributes:
        url: Base address of the OpenAI-compatible API.
        api_key: What the server wants as bearer token.
        context_tokens: Largest prompt and reply together, in the model's tokens; at most what the model was made for.

    Raises:
        ModelError: The file is missing, is no GGUF file, needs more memory than there is, or cannot be loaded.
    """

    def __init__(self, weights: Path, alias: str, settings: Settings) -> None:
        check_gguf(weights)
        import xllamacpp

        cpu = xllamacpp.ggml_backend_dev_type.GGML_BACKEND_DEVICE_TYPE_CPU
        memory = sum(device["memory_total"] for device in xllamacpp.get_device_info() if device["type"] == cpu)
        check_memory(weights, total=memory)
        self.api_key = SecretStr(secrets.token_urlsafe(32))
        key = self.api_key.get_secret_value()
        try:
            self._server = xllamacpp.Server(_parameters(weights, alias, key, settings))
        except RuntimeError as error:
            hint = "The file may be damaged or of a kind it does not know; QA_LOG_LEVEL=DEBUG shows its log."
            raise ModelError(f"llama.cpp cannot load {weights.name}.", hint=hint) from error
        address = self._server.listening_address
        self.url = f"{address}/v1"
        # No proxy of the environment may stand between a process and itself.
        self._client = httpx.Client(
            base_url=address,
            headers={"Authorization": f"Bearer {key}"},
            timeout=settings.model_timeout,
            trust_env=False,
        )
        self.context_tokens: int = self._ask("GET", "/props")["default_generation_settings"]["n_ctx"]

    def count_tokens(self, text: str) -> int:
        """Count the tokens of ``text`` as this model cuts it."""
        return len(self._ask("POST", "/tokenize", {"content": text})["tokens"])

    def is_alive(self) -> bool:
        """Whether it still listens; one that is only busy does."""
        try:
            self._client.get("/health", timeout=_SECONDS_OF_LIFE)
        except httpx.TransportError as error:
            return isinstance(error, httpx.TimeoutException)
        return True

    def close(self) -> None:
        """Stop serving and free the memory; a second call does nothing."""
        self._client.close()
        self._server = None

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        reply: dict[str, Any] = self._client.request(method, path, json=body).raise_for_status().json()
        return reply


def check_gguf(path: Path) -> None:
    """Raise a `ModelError` unless ``path`` is a readable file that begins like a GGUF file."""
    try:
        with path.open("rb") as file:
            magic = file.read(len(_MAGIC))
    except OSError as error:
        raise ModelError(
            f"Cannot read the model file {path}: {error.strerror}.", hint="Check the path in QA_MODEL."
        ) from error
    if magic != _MAGIC:
        raise ModelError(f"{path} is not a GGUF file.", hint="Point QA_MODEL at a model in llama.cpp's GGUF format.")


def check_memory(weights: Path, total: int) -> None:
    """Raise a `ModelError` if the file alone is larger than ``total``, the machine's memory in bytes."""
    size = weights.stat().st_size
    if size > total:
        message = f"{weights.name} needs {size / 2**30:.1f} GiB of memory; this machine has {total / 2**30:.1f}."
        raise ModelError(message, hint="Choose a smaller model or a stronger quantisation.")


def weights_fingerprint(path: Path) -> str:
    """Hash a model file by its size and evenly spaced samples.

    Reading gigabytes takes long, and other weights differ everywhere.
    """
    size = path.stat().st_size
    samples = []
    with path.open("rb") as file:
        for number in range(_SAMPLES):
            file.seek(max(0, size - _SAMPLE_BYTES) * number // (_SAMPLES - 1))
            samples.append(file.read(_SAMPLE_BYTES).hex())
    return fingerprint([size, samples])


def _parameters(weights: Path, alias: str, api_key: str, settings: Settings) -> "CommonParams":
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    # Mapped, the file would stay in memory beside what llama.cpp repacks of it for the processor: 0.6 GB more.
    params.load_mode = xllamacpp.llama_load_mode.LLAMA_LOAD_MODE_NONE
    params.model_alias = {alias}
    params.api_keys = [api_key]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.ui = False
    params.endpoint_slots = False
    params.verbosity = 3 if settings.log_level == "DEBUG" else -1
    if settings.model_threads:
        params.cpuparams.n_threads = settings.model_threads
        params.cpuparams_batch.n_threads = settings.model_threads
    params.n_ctx = settings.context_tokens * _SLOTS
    params.n_parallel = _SLOTS
    # No copies of prompts that have lost their slot: they are rarely sent again, and each takes a dozen megabytes.
    params.cache_ram_mib = 0
    params.speculative.types = [xllamacpp.common_speculative_type.COMMON_SPECULATIVE_TYPE_NGRAM_SIMPLE]
    params.speculative.ngram_simple.size_n = _DRAFT_AFTER
    params.speculative.ngram_simple.size_m = _DRAFT_LENGTH
    return params
