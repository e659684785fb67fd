"""Folders of the cache that are made from an artifact: once, and anew where one is damaged."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from qa.models.artifacts import Artifact, fetch
from qa.models.cache import exclusive
from qa.models.progress import Progress

_MANIFEST = "manifest.json"


def converted(
    artifact: Artifact,
    name: str,
    cache_dir: Path,
    convert: Callable[[Path, Path], None],
    progress: Progress | None = None,
) -> Path:
    """Return a folder of the cache that is made from an artifact, made if it is missing or damaged.

    Args:
        artifact: Fetched only where the folder has to be made.
        name: The folder's; it tells what else, beside the artifact, made it what it is.
        cache_dir: Where folder and artifact are kept.
        convert: Writes what is made of the artifact's file into an existing folder.
        progress: Told about a download.

    Raises:
        ModelError: The artifact cannot be fetched, or is damaged.
    """
    folder = cache_dir / f"{artifact.name}-{artifact.sha256[:12]}-{name}"
    if not _intact(folder):
        source = fetch(artifact, cache_dir, progress=progress)
        with exclusive(folder):
            if not _intact(folder):
                _build(source, folder, convert)
    return folder


def _build(source: Path, folder: Path, convert: Callable[[Path, Path], None]) -> None:
    with TemporaryDirectory(dir=folder.parent, prefix=f"{folder.name}.") as scratch:
        made = Path(scratch) / "model"
        made.mkdir()
        convert(source, made)
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
