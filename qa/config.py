"""Settings: the one place where the environment is read."""

import hashlib
import json
import os
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from qa.errors import ConfigError

APP_NAME = "carrera-qa"
_PACKAGE = Path(__file__).parent


def resource(name: str) -> Path:
    """Return a folder that comes with the package, "prompts" or "seeds": in the wheel, beside ``qa/`` in a checkout."""
    packaged = _PACKAGE / "_resources" / name
    return packaged if packaged.is_dir() else _PACKAGE.parent / name


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
        default_factory=lambda: Path(platformdirs.user_data_dir(APP_NAME)), description="The index and what users add."
    )
    cache_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_cache_dir(APP_NAME)), description="Model files."
    )
    sources: tuple[Path, ...] = Field(
        default_factory=lambda: (resource("seeds"),), description="Article files and folders."
    )

    model: str = Field(
        default="local", min_length=1, description="local, gguf:FILE, hf:REPO/FILE.gguf or PROVIDER:NAME."
    )
    model_base_url: str | None = Field(default=None, description="An OpenAI-compatible server for openai:NAME.")
    model_api_key: SecretStr | None = Field(default=None, description="Key of that server or provider.")
    model_timeout: Annotated[float, Field(gt=0, le=600)] = 120.0
    model_threads: Annotated[int, Field(ge=0, le=256, description="0: as many as there are cores.")] = 0
    context_tokens: Annotated[int, Field(ge=1024, le=131072)] = 4096
    max_tokens: Annotated[int, Field(ge=16, le=2048)] = 160
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.0

    embedding_model: str = Field(
        default="local", min_length=1, description="local, or a sentence-transformers name or folder."
    )
    chroma_url: str | None = Field(default=None, description="A Chroma server instead of the embedded store.")
    lock_timeout: Annotated[float, Field(ge=0, le=600)] = 30.0

    chunk_characters: Annotated[int, Field(ge=200, le=4000)] = 700
    candidates: Annotated[int, Field(ge=5, le=500)] = 30
    passages: Annotated[int, Field(ge=1, le=20)] = 3

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "WARNING"
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 7860

    def __init__(self, **values: Any) -> None:
        _refuse_unknown_variables(type(self))
        try:
            super().__init__(**values)
        except ValidationError as error:
            problems = "; ".join(
                f"{'.'.join(map(str, e['loc']))}: {e['msg']}"
                for e in error.errors(include_input=False, include_url=False)
            )
            raise ConfigError(
                f"Invalid settings: {problems}.", hint="See the table of settings in the README."
            ) from None

    def replace(self, **changes: Any) -> Self:
        """Return a copy with some settings changed, checked like new ones."""
        return type(self)(**{**dict(self), **changes})

    def fingerprint(self) -> str:
        """Hash of the settings that can change an answer; secrets, folders and addresses are left out."""
        places = {
            "data_dir",
            "cache_dir",
            "sources",
            "model_base_url",
            "model_api_key",
            "chroma_url",
            "log_level",
            "host",
            "port",
        }
        return fingerprint(self.model_dump(mode="json", exclude=places))


def _refuse_unknown_variables(settings: type[BaseSettings]) -> None:
    prefix = "QA_"
    known = {prefix + name.upper() for name in settings.model_fields}
    for name in sorted(name for name in os.environ if name.upper().startswith(prefix)):
        if name.upper() not in known:
            close = get_close_matches(name.upper(), known, n=1)
            hint = f"Did you mean {close[0]}?" if close else "Unset it, or see the table of settings in the README."
            raise ConfigError(f"Unknown setting {name} in the environment.", hint=hint)
