"""Files in the model cache: locks, hashes, and stamps that remember what was verified."""

import errno
import hashlib
import json
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from qa.errors import ModelError

logger = logging.getLogger(__name__)


def verified(path: Path, sha256: str) -> bool:
    """Hash the file in full, and keep its stamp in line with the result."""
    matches = path.is_file() and sha256_of(path) == sha256
    if matches:
        write_stamp(path, sha256)
    else:
        _stamp(path).unlink(missing_ok=True)
    return matches


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in lower-case hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_stamp(path: Path, sha256: str) -> None:
    """Remember that the file, as it is now, was found to have this hash."""
    _stamp(path).write_text(json.dumps(_facts(path, sha256)), encoding="utf-8")


def stamp_matches(path: Path, sha256: str) -> bool:
    """Whether the file was found to have this hash and its size and modification time are still the same."""
    try:
        return bool(json.loads(_stamp(path).read_text(encoding="utf-8")) == _facts(path, sha256))
    except (OSError, ValueError):  # no stamp, or none that can be read: the file counts as unverified
        return False


def stamp_is_current(path: Path) -> bool:
    """Whether the file was hashed when it came and has not changed since."""
    try:
        return bool((about := json.loads(_stamp(path).read_text(encoding="utf-8"))) == _facts(path, about["sha256"]))
    except (FileNotFoundError, ValueError):
        return False


def _stamp(path: Path) -> Path:
    return path.with_name(f"{path.name}.verified.json")


def _facts(path: Path, sha256: str) -> dict[str, int | str]:
    about = path.stat()
    return {"size": about.st_size, "mtime_ns": about.st_mtime_ns, "sha256": sha256}


def require_space(folder: Path, needed: int) -> None:
    """Check that ``folder``'s disk has ``needed`` bytes free.

    Raises:
        OSError: It has not (``ENOSPC``), as if the disk had filled up.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        problem = f"{needed / 1e9:.2f} GB are needed and {free / 1e9:.2f} GB are free"
        raise OSError(errno.ENOSPC, problem, str(folder))


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Keep other processes from writing ``path`` meanwhile, and say what to do when the disk refuses.

    Raises:
        ModelError: The disk is full or not writable.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path.with_name(f"{path.name}.lock"))
        try:
            lock.acquire(timeout=0)
        except Timeout:
            logger.warning("Another process is working on %s; waiting for it.", path)
            lock.acquire()
        try:
            yield
        finally:
            lock.release()
    except OSError as error:
        hint = "Set QA_CACHE_DIR to a folder you can write to."
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            hint = "Free some space, or set QA_CACHE_DIR to a folder on a larger disk."
        raise ModelError(f"Cannot store {path.name} in {path.parent}: {error.strerror or error}.", hint=hint) from error
