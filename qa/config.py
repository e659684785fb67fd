"""Settings: the one place where the environment is read."""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from qa.errors import ConfigError
from qa.passwords import Users
from qa.secrecy import masked, without_password

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

APP_NAME = "carrera-qa"
_PACKAGE = Path(__file__).parent
# Settings that cannot change an answer.
_PLACES = frozenset({"data_dir", "cache_dir", "sources", "model_base_url", "model_api_key", "chroma_url"})
_RECORDING = frozenset({"log_level", "log_format", "log_file", "log_questions", "trace_dir", "otlp_endpoint"})
_HOSTING = frozenset({"host", "port", "uploads", "auth", "root_path", "mcp", "runs_dir"})
_WAITING = frozenset({"lock_timeout", "questions_at_once", "queue_size"})
_SECRET_VARIABLE = re.compile(r"(?:_KEY|_TOKEN|_SECRET|PASSWORD)$")
_ROOT_PATH = re.compile(r"(?:https?://[A-Za-z0-9.-]+(?::\d{1,5})?)?(?:/[A-Za-z0-9._~-]+)*/?")


def resource(name: str) -> Path:
    """Return a folder that comes with the package, "prompts" or "seeds": in the wheel, beside ``qa/`` in a checkout."""
    packaged = _PACKAGE / "_resources" / name
    return packaged if packaged.is_dir() else _PACKAGE.parent / name


def _runs_of_checkout() -> Path | None:
    checkout = _PACKAGE.parent
    return checkout / "runs" if (checkout / "eval" / "runs.py").is_file() else None


def fingerprint(value: object) -> str:
    """Return a short stable hash of any JSON-able value."""
    canonical = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Settings(BaseSettings):
    """Everything that can be chosen, each also by an environment variable with the prefix ``QA_``, like ``QA_MODEL``.

    Raises:
        ConfigError: A key is unknown or a value is out of bounds; the message names it.
    """

    model_config = SettingsConfigDict(
        env_prefix="QA_", extra="forbid", frozen=True, env_ignore_empty=True, protected_namespaces=()
    )

    data_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir(APP_NAME)),
        description="The index, and the folder `articles` for added articles.",
    )
    cache_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_cache_dir(APP_NAME)), description="Model files."
    )
    sources: Annotated[tuple[Path, ...], NoDecode] = Field(
        default_factory=lambda: (resource("seeds"),),
        description="Article files and folders, separated like those of PATH, or a JSON list.",
    )

    model: str = Field(
        default="local", min_length=1, description="local, gguf:FILE, hf:OWNER/REPOSITORY/FILE.gguf or PROVIDER:NAME."
    )
    model_base_url: str | None = Field(default=None, description="An OpenAI-compatible server for openai:NAME.")
    model_api_key: SecretStr | None = Field(default=None, description="Key of that server or provider.")
    model_timeout: Annotated[float, Field(gt=0, le=600, description="Seconds for one reply, retries included.")] = 120.0
    model_threads: Annotated[int, Field(ge=0, le=256, description="Threads of a local model; 0: by the cores.")] = 0
    context_tokens: Annotated[
        int, Field(ge=1024, le=131072, description="Longest prompt and reply together of a local model.")
    ] = 4096
    max_tokens: Annotated[int, Field(ge=16, le=2048, description="Longest reply.")] = 160
    temperature: Annotated[float, Field(ge=0, le=2, description="0: the likeliest words.")] = 0.0
    resamples: Annotated[
        int,
        Field(
            ge=0,
            le=16,
            description="How often, at most, a model of one's own is asked again where its draft is in doubt.",
        ),
    ] = 2

    embedding_model: str = Field(
        default="local", min_length=1, description="local, or a sentence-transformers name or folder."
    )
    chroma_url: str | None = Field(default=None, description="A Chroma server instead of the embedded store.")
    lock_timeout: Annotated[
        float, Field(ge=0, le=600, description="Seconds to wait for another process that writes to the index.")
    ] = 30.0

    chunk_characters: Annotated[int, Field(ge=200, le=4000, description="Longest passage.")] = 700
    candidates: Annotated[int, Field(ge=5, le=500, description="Passages that each kind of search proposes.")] = 30
    sentences: Annotated[
        int, Field(ge=1, le=20, description="How many of the best sentences are read, with their neighbours.")
    ] = 4

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="WARNING", description="What is logged.")
    log_format: Literal["text", "json"] = Field(default="text", description="How: lines to read, or JSON Lines.")
    log_file: bool = Field(default=False, description="Whether also to `logs/qa.log` in the data folder, rotated.")
    log_questions: bool = Field(default=False, description="Whether log lines and spans may hold questions.")
    trace_dir: Path | None = Field(
        default=None, description="Folder for a trace of each answer: passages, prompts, raw output, checks."
    )
    otlp_endpoint: str | None = Field(
        default=None,
        description="OpenTelemetry collector for spans of each answer's steps, like http://localhost:4318.",
    )
    host: str = Field(default="127.0.0.1", description="Address that the page is served on.")
    port: Annotated[
        int, Field(ge=0, le=65535, description="Its port; the next free one if it is taken, any for 0.")
    ] = 7860
    uploads: bool = Field(
        default=True,
        description="Whether the page can change the articles; never where others reach it: not on loopback, or QA_ROOT_PATH.",
    )
    auth: SecretStr | None = Field(
        default=None, description="Who may use page, API and MCP, as `qa password` prints it, separated by blanks."
    )
    root_path: str | None = Field(
        default=None, description="Path or whole address that a reverse proxy serves the page under, like /carrera."
    )
    questions_at_once: Annotated[int, Field(ge=1, le=64, description="Questions that the page answers at once.")] = 4
    queue_size: Annotated[
        int, Field(ge=0, le=1000, description="Further questions that may wait; one more is refused.")
    ] = 32
    mcp: bool = Field(default=False, description="Whether the page serves the MCP tool `ask` at /mcp.")
    runs_dir: Path | None = Field(
        default_factory=_runs_of_checkout, description="The eval suite's runs, whose figures the page shows."
    )

    @field_validator("sources", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        if re.match(r'\s*\[\s*["\]]', value):  # a folder may be called [2021], but hardly ["2021"]
            return json.loads(value)
        return tuple(part.strip() for part in value.split(os.pathsep) if part.strip())

    @field_validator("sources")
    @classmethod
    def _at_home(cls, value: tuple[Path, ...]) -> tuple[Path, ...]:
        return tuple(_expanded(path) for path in value)

    @field_validator("data_dir", "cache_dir", "runs_dir", "trace_dir")
    @classmethod
    def _anchored(cls, value: Path | None) -> Path | None:
        # A process that changes its folder later must not lose its files.
        return None if value is None else _expanded(value).absolute()

    @field_validator("auth")
    @classmethod
    def _of_users(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            Users(value.get_secret_value())
        return value

    @field_validator("root_path")
    @classmethod
    def _path_of_proxy(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if not _ROOT_PATH.fullmatch(value) or ".." in value:
            raise ValueError("It is written like /carrera or https://example.org/carrera")
        return value.rstrip("/") or None

    @field_validator("chroma_url", "otlp_endpoint")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is not None and not re.match(r"https?://[^/\s]", value, re.IGNORECASE):
            raise ValueError("An address begins with http:// or https://, like http://localhost:8000")
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _shouted(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    def __init__(self, **values: Any) -> None:
        _refuse_unknown_variables(type(self))
        try:
            super().__init__(**values)
        except ValidationError as error:
            problems = "; ".join(_problem(e, type(self)) for e in error.errors(include_input=False, include_url=False))
            raise ConfigError(
                f"Invalid settings: {problems}.", hint="See the table of settings in the README."
            ) from None

    def replace(self, **changes: Any) -> Self:
        """Return a copy with some settings changed, checked like new ones."""
        return type(self)(**{**{name: getattr(self, name) for name in self.model_fields_set}, **changes})

    def masked(self, text: str) -> str:
        """Return a text without the secrets of these settings and of the environment's variables for keys and tokens."""
        given = [str(value) for value in (self.model_base_url, self.chroma_url, self.otlp_endpoint) if value]
        hidden = [part for url in given for part in re.findall(r"(?<=://)[^/@\s]*(?=@)", url)]
        hidden += [part.partition(":")[2] for part in hidden]
        hidden += [value.get_secret_value() for value in (self.model_api_key,) if value]
        hidden += self.auth.get_secret_value().split() if self.auth else []
        hidden += [value for name, value in os.environ.items() if _SECRET_VARIABLE.search(name.upper())]
        return masked(text, hidden)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        yield from ((name, shown) for name, shown, _ in self.in_force())

    def in_force(self) -> tuple[tuple[str, str, str], ...]:
        """Return (name, value, "set" or "default") of every setting, to be shown: secrets are masked."""
        values = ((name, getattr(self, name)) for name in type(self).model_fields)
        return tuple(
            (name, _shown(value), "set" if name in self.model_fields_set else "default") for name, value in values
        )

    def fingerprint(self) -> str:
        """Hash of the settings that can change an answer."""
        return fingerprint(self.model_dump(mode="json", exclude={*_PLACES, *_RECORDING, *_HOSTING, *_WAITING}))


def _expanded(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ValueError(f"{path}: {error}") from None


def _problem(error: "ErrorDetails", settings: type[BaseSettings]) -> str:
    name = ".".join(map(str, error["loc"]))
    if error["type"] != "extra_forbidden":
        return f"{name}: {error['msg'].removeprefix('Value error, ')}"
    close = get_close_matches(name, settings.model_fields, n=1)
    return f"{name} is no setting" + (f" (did you mean {close[0]}?)" if close else "")


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return os.pathsep.join(map(str, value))
    return "" if value is None else without_password(str(value))


def _refuse_unknown_variables(settings: type[BaseSettings]) -> None:
    prefix = "QA_"
    known = {prefix + name.upper() for name in settings.model_fields}
    for name in sorted(name for name in os.environ if name.upper().startswith(prefix)):
        if name.upper() not in known:
            close = get_close_matches(name.upper(), known, n=1)
            hint = f"Did you mean {close[0]}?" if close else "Unset it, or see the table of settings in the README."
            raise ConfigError(f"Unknown setting {name} in the environment.", hint=hint)
