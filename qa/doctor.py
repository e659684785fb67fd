"""Checks whether everything a question needs is in place, and says what to do where it is not.

Nothing is fetched or written and no model is loaded, so that it can be run beside a working chat.
"""

import os
import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from qa.config import APP_NAME, Settings
from qa.errors import QAError, StoreError
from qa.secrecy import without_password

if TYPE_CHECKING:
    from qa.models.artifacts import Artifact

_GIGABYTE = 1e9
_INDEX_SPACE, _MODEL_SPACE = 0.2, 0.5
"""Gigabytes that must be free: for the index; besides missing model files, for what is made of them."""
_REJECTIONS_SHOWN = 5
_SECONDS = 5.0
_SHOWN_VERSIONS = ("langchain-core", "chromadb", "sentence-transformers", "torch", "xllamacpp", "gradio")


@dataclass(frozen=True)
class Check:
    """One thing looked at: a ``note`` is worth knowing, a ``problem`` keeps questions from being answered."""

    name: str
    status: Literal["ok", "note", "problem"]
    found: str
    advice: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """All checks, and the settings in force as (name, value, where it comes from); secrets are masked."""

    checks: tuple[Check, ...]
    settings: tuple[tuple[str, str, str], ...]

    @property
    def healthy(self) -> bool:
        """Whether no check found a problem."""
        return all(check.status != "problem" for check in self.checks)


def examine(settings: Settings) -> Diagnosis:
    """Run every check."""
    looks: tuple[Callable[[Settings], Iterator[Check]], ...] = (
        _versions,
        _processor,
        _language_model,
        _embedding_model,
        _folders,
        _articles,
        _index,
    )
    return Diagnosis(tuple(check for look in looks for check in _carefully(look, settings)), settings.in_force())


def _carefully(look: Callable[[Settings], Iterator[Check]], settings: Settings) -> Iterator[Check]:
    try:
        yield from look(settings)
    except QAError as error:
        yield Check(look.__name__.strip("_").replace("_", " "), "problem", error.message, error.hint)


def _versions(_: Settings) -> Iterator[Check]:
    from packaging.requirements import Requirement

    shown = ", ".join(f"{name} {installed(name) or 'missing'}" for name in _SHOWN_VERSIONS)
    yield Check(
        "versions",
        "ok",
        f"{APP_NAME} {installed(APP_NAME) or '(not installed)'}, Python {platform.python_version()}, {shown}",
    )
    try:
        stated = [Requirement(line) for line in requires(APP_NAME) or []]
    except PackageNotFoundError:
        yield Check("installation", "note", f"{APP_NAME} runs from its folder and is not installed", "pip install .")
        return
    for requirement in stated:
        found = installed(requirement.name)
        wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if wanted and (found is None or not requirement.specifier.contains(found, prereleases=True)):
            problem = f"{requirement.name} {found or 'is missing'}; {requirement.specifier} is needed"
            yield Check("versions", "problem", problem, f'pip install "{requirement}"')


def installed(name: str) -> str | None:
    """Return the installed version of a distribution, or None."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _processor(settings: Settings) -> Iterator[Check]:
    from qa.models.weights import weights_path

    cores = f"{os.cpu_count()} cores, {platform.machine()}"
    facts = Path("/proc/cpuinfo")
    known_without = platform.machine() == "x86_64" and facts.is_file() and "avx2" not in facts.read_text("utf-8")
    if known_without and weights_path(settings):
        problem = f"{cores} without AVX2, which the wheels of llama.cpp need"
        yield Check("processor", "problem", problem, "Choose a model that runs elsewhere with QA_MODEL.")
    else:
        yield Check("processor", "ok", cores)


def _language_model(settings: Settings) -> Iterator[Check]:
    from qa.models.artifacts import LANGUAGE_MODEL
    from qa.models.chat import load_chat_model
    from qa.models.local import check_gguf
    from qa.models.weights import weights_path

    name = "language model"
    weights = weights_path(settings)
    if settings.model == "local":
        yield _artifact(name, LANGUAGE_MODEL, settings)
    elif weights is None:
        with load_chat_model(settings) as chat:
            yield Check(name, "ok", f"{chat.name} is set up")
        if settings.model_base_url:
            yield _server(name, settings.model_base_url, "QA_MODEL_BASE_URL")
    elif settings.model.startswith("hf:") and not weights.exists():
        yield Check(
            name, "note", f"{settings.model} is not fetched yet", "`qa models pull` or the first question fetches it."
        )
    else:
        check_gguf(weights)
        yield Check(name, "ok", f"{weights}, {weights.stat().st_size / _GIGABYTE:.2f} GB")


def _embedding_model(settings: Settings) -> Iterator[Check]:
    from qa.models.artifacts import EMBEDDER

    is_own = settings.embedding_model == "local"
    if not is_own:
        yield Check("embedding model", "ok", f"{settings.embedding_model} (loaded at the first question)")
    # The reader is the same model, whichever one embeds the articles.
    yield _artifact("embedding model" if is_own else "reader", EMBEDDER, settings)


def _artifact(name: str, artifact: "Artifact", settings: Settings) -> Check:
    from qa.models.artifacts import status

    found = status(artifact, settings.cache_dir)
    if found.verified:
        return Check(name, "ok", f"{artifact.name}, {found.size / _GIGABYTE:.2f} GB, verified")
    if found.cached:
        return Check(
            name,
            "note",
            f"{found.path} is not verified",
            "`qa models verify` checks it; a wrong file is fetched again.",
        )
    return Check(
        name,
        "note",
        f"{artifact.name} ({artifact.size / _GIGABYTE:.2f} GB) is not fetched yet",
        "`qa models pull` or the first question fetches it.",
    )


def _server(name: str, url: str, setting: str) -> Check:
    import httpx

    host = without_password(url)
    try:
        httpx.get(url, timeout=_SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Check(name, "problem", f"{host} does not answer: {error}", f"Start that server, or correct {setting}.")
    return Check(name, "ok", f"{host} answers")


def _folders(settings: Settings) -> Iterator[Check]:
    from qa.models.artifacts import ARTIFACTS, status

    missing = [a.size for a in ARTIFACTS if not status(a, settings.cache_dir).cached]
    needed = (sum(missing) / _GIGABYTE + _MODEL_SPACE) if missing else 0.0
    yield _folder("model cache", settings.cache_dir, needed, "QA_CACHE_DIR")
    yield _folder("data folder", settings.data_dir, _INDEX_SPACE, "QA_DATA_DIR")


def _folder(name: str, folder: Path, needed: float, setting: str) -> Check:
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        return Check(name, "problem", f"{folder} cannot be written", f"Set {setting} to a folder you can write to.")
    free = shutil.disk_usage(existing).free / _GIGABYTE
    if free < needed:
        problem = f"{folder} has {free:.1f} GB free; {needed:.1f} GB are needed"
        return Check(name, "problem", problem, f"Free some space, or set {setting} to a folder on a larger disk.")
    return Check(name, "ok", f"{folder}, {free:.1f} GB free")


def _articles(settings: Settings) -> Iterator[Check]:
    from qa.articles import find_files
    from qa.indexing import article_sources

    sources = article_sources(settings)
    files, rejected = find_files(sources)
    places = ", ".join(map(str, sources))
    if files:
        yield Check("articles", "ok", f"{len(files)} files in {places}")
    else:
        yield Check("articles", "problem", f"no article in {places}", "Put files there, or set QA_SOURCES.")
    for rejection in rejected[:_REJECTIONS_SHOWN]:
        yield Check("articles", "note", f"{rejection.source}: {rejection.reason}")
    if len(rejected) > _REJECTIONS_SHOWN:
        yield Check(
            "articles", "note", f"{len(rejected) - _REJECTIONS_SHOWN} more files are not read", "`qa sync` lists them."
        )


def _index(settings: Settings) -> Iterator[Check]:
    if settings.chroma_url is None and not (settings.data_dir / "index").is_dir():
        yield Check("index", "note", "not built yet", "`qa sync` or the first question builds it.")
        return
    from qa.store import examine, holdings

    if settings.chroma_url is None:
        examine(settings)
    for held in holdings(settings):
        yield Check("index", "ok", f"{held.articles} articles, {held.sentences} sentences (embedder {held.embedder})")
    yield from _lock(settings)


def _lock(settings: Settings) -> Iterator[Check]:
    from qa.locks import write_lock

    aside = settings.data_dir / "index.damaged"
    if aside.is_dir():
        day = f"{datetime.fromtimestamp(aside.stat().st_ctime, UTC):%Y-%m-%d}"
        yield Check("index", "note", f"a damaged one was moved to {aside} on {day}", "Delete it; nothing needs it.")
    try:
        with write_lock(settings.replace(lock_timeout=0)):
            if (settings.data_dir / "index.writing").exists():
                yield Check("index", "note", "the last sync was interrupted", "The next one repairs it: `qa sync`.")
    except StoreError as error:
        if not error.retryable:
            raise
        yield Check("index", "note", "another process is writing to it", "Wait for it to end.")
