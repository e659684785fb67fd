"""A GGUF file and the llama.cpp that serves it, in a process of its own, over the loopback interface."""

import json
import secrets
import subprocess
import weakref
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from qa.children import command
from qa.config import Settings, fingerprint
from qa.errors import ModelError
from qa.models.llama import Launch, Outcome

_MAGIC = b"GGUF"
_SECONDS_OF_LIFE = 5.0  # Its HTTP threads answer within hundredths of a second, whatever it computes.
_SAMPLE_BYTES, _SAMPLES = 1 << 16, 64


class LlamaProcess:
    """llama.cpp at work in a process of its own, which ends with this one at the latest, however this one ends.

    Making one begins to load the model; `wait` waits for that, so that other things can be done meanwhile.

    Args:
        weights: The GGUF file.
        alias: The name the server gives the model.
        settings: Context size, threads and log level.

    Attributes:
        api_key: What the server wants as bearer token.
        pid: Number of the process.

    Raises:
        ModelError: The file is missing or is no GGUF file, or no process can be started.
    """

    def __init__(self, weights: Path, alias: str, settings: Settings) -> None:
        check_gguf(weights)
        self.api_key = SecretStr(secrets.token_urlsafe(32))
        self._weights = weights
        launch = Launch(
            weights=str(weights.absolute()),
            alias=alias,
            api_key=self.api_key.get_secret_value(),
            context_tokens=settings.context_tokens,
            threads=settings.model_threads,
            verbose=settings.log_level == "DEBUG",
        )
        try:
            self._process = subprocess.Popen(  # noqa: S603 - a module of this package
                command("qa.models.llama"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
            )
        except OSError as error:
            hint = "It needs a process of its own. Close other programs, or choose a model that runs elsewhere with QA_MODEL."
            raise ModelError(f"llama.cpp cannot be started: {error.strerror}.", hint=hint) from error
        self.pid = self._process.pid
        self._end = weakref.finalize(self, _end, self._process)
        self._end.atexit = False  # The end of this process ends it too, and a fork of this process must not.
        assert self._process.stdin is not None  # noqa: S101 - both are pipes
        with suppress(OSError):  # One that has died already is noticed when it is waited for.
            self._process.stdin.write(launch.line())
            self._process.stdin.flush()

    def wait(self) -> str:
        """Return where it listens, as soon as the model is loaded; to be called once.

        Raises:
            ModelError: The model needs more memory than there is, cannot be loaded, or the process has died.
        """
        try:
            return self._address()
        except ModelError:
            self.close()
            raise

    def _address(self) -> str:
        assert self._process.stdout is not None  # noqa: S101 - as above
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait()
            hint = "`qa doctor` looks whether the processor will do; QA_LOG_LEVEL=DEBUG shows llama.cpp's log."
            raise ModelError(f"llama.cpp ended with code {code} while it loaded {self._weights.name}.", hint=hint)
        outcome = Outcome(**json.loads(line))
        if not outcome.address:
            raise ModelError(outcome.message, hint=outcome.hint)
        return outcome.address

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def close(self) -> None:
        """End it, and free its memory; a second call does nothing."""
        self._end()


class LlamaServer:
    """A loaded model that can be asked.

    Args:
        process: Where it is loaded; waited for here, and ended by `close`.
        settings: How long to wait for a reply.

    Attributes:
        url: Base address of the OpenAI-compatible API.
        api_key: What the server wants as bearer token.
        context_tokens: Largest prompt and reply together, in the model's tokens; at most what the model was made for.

    Raises:
        ModelError: The model cannot be loaded.
    """

    def __init__(self, process: LlamaProcess, settings: Settings) -> None:
        self._process = process
        self.api_key = process.api_key
        address = process.wait()
        self.url = f"{address}/v1"
        # No proxy of the environment may stand between a process and its own child.
        self._client = httpx.Client(
            base_url=address,
            headers={"Authorization": f"Bearer {self.api_key.get_secret_value()}"},
            timeout=settings.model_timeout,
            trust_env=False,
        )
        self.context_tokens: int = self._ask("GET", "/props")["default_generation_settings"]["n_ctx"]

    @property
    def pid(self) -> int:
        """Number of the process it runs in."""
        return self._process.pid

    def count_tokens(self, text: str) -> int:
        """Count the tokens of ``text`` as this model cuts it."""
        return len(self._ask("POST", "/tokenize", {"content": text})["tokens"])

    @property
    def is_running(self) -> bool:
        """Whether its process has not ended."""
        return self._process.is_running

    def is_alive(self) -> bool:
        """Whether it still answers: one that is only busy does, one that hangs does not."""
        try:
            self._client.get("/health", timeout=_SECONDS_OF_LIFE)
        except httpx.TransportError:
            return False
        return True

    def close(self) -> None:
        """Stop serving and free the memory; a second call does nothing."""
        self._client.close()
        self._process.close()

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


def _end(process: "subprocess.Popen[str]") -> None:
    with suppress(OSError), process:  # which closes the pipes, where the process may be gone, and waits for it
        process.kill()
