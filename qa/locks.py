"""The lock that keeps a second process from writing to the same index."""

from collections.abc import Iterator
from contextlib import contextmanager

from qa.config import Settings
from qa.errors import StoreError


@contextmanager
def write_lock(settings: Settings) -> Iterator[None]:
    """Hold the index for writing.

    Raises:
        StoreError: Another process held it for longer than ``lock_timeout`` seconds, or ``data_dir`` cannot be written.
    """
    from filelock import FileLock, Timeout

    path = settings.data_dir / "index.lock"
    lock = FileLock(path, timeout=settings.lock_timeout)
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise StoreError(
            f"Another process has been writing to the index for over {settings.lock_timeout:g} s ({path}).",
            hint="Wait for it to end, or raise QA_LOCK_TIMEOUT.",
            retryable=True,
        ) from None
    except OSError as error:
        message = f"Cannot write to {settings.data_dir}: {error.strerror}."
        raise StoreError(message, hint="Set QA_DATA_DIR to a folder you can write to.") from error
    try:
        yield
    finally:
        lock.release()
