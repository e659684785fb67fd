"""Whatever happens to the index or to who writes it: an article is whole or absent, the next run repairs, no file of anybody's is lost."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import SmallEmbeddings
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from killed_sync import Embeddings

from qa.config import Settings
from qa.doctor import examine
from qa.errors import StoreError
from qa.indexing import sync
from qa.schema import Article, Chunk, Span
from qa.store import Store

EMBEDDER = "0123456789abcdef"
NAMES = ("Carrera", "Conte", "Alessio", "Auteri", "Allegri", "Alenichev")
MINE = "Ho visto Carrera a Pozzuolo. Allenava i ragazzi del paese."
TEXTS = {
    # Many enough that the graph is written to files of its own.
    "a.txt": "\n\n".join(f"{NAMES[n % 6]} ha vinto la gara {n} con {n * n} punti su {n**3}." for n in range(110)),
    "b.txt": "Antonio Conte allena la Juventus. Ha vinto lo scudetto.",
    "c.txt": "Gaetano Auteri ha lasciato il Bari. Al suo posto arriva Carrera.",
    "mine.txt": MINE,
}
CHANGED = {
    "a.txt": TEXTS["a.txt"],
    "b.txt": "Antonio Conte allena l'Inter di Milano. Ha vinto lo scudetto. Poi è andato al Tottenham.",
    "d.txt": "\n\n".join(f"Angelo Alessio ha visto {n} gare in Scozia." for n in range(20)),
    "mine.txt": MINE,
}
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="the processes are forked")
State = dict[str, Any]


def run(what: str, *folders: Path) -> list[State]:
    """What ``forked_syncs`` finds in each folder."""
    command = [sys.executable, str(Path(__file__).with_name("forked_syncs.py")), what, *map(str, folders)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own script
    return [json.loads(line) for line in told.splitlines()]


def side_by_side(what: str, *runs: Sequence[Path]) -> list[list[State]]:
    """Like ``run``, for several at once."""
    with ThreadPoolExecutor(len(runs)) as pool:
        return list(pool.map(lambda folders: run(what, *folders), runs))


def halves(folders: Sequence[Path]) -> tuple[Sequence[Path], Sequence[Path]]:
    """Two halves, for the two cores that even a small machine has."""
    middle = len(folders) // 2
    return folders[:middle], folders[middle:]


def write_sources(folder: Path, texts: dict[str, str]) -> None:
    """Make the article files these, ``mine.txt`` among those that were added."""
    for place in (folder / "sources", folder / "data" / "articles"):
        place.mkdir(parents=True, exist_ok=True)
        for path in place.iterdir():
            path.unlink()
    for name, text in texts.items():
        place = folder / "data" / "articles" if name == "mine.txt" else folder / "sources"
        (place / name).write_text(text, encoding="utf-8")


def check_whole(state: State, *versions: dict[str, str]) -> None:
    """Every article that is there is one of its versions, and its chunks hold all of it."""
    for source, text in state["articles"].items():
        assert text in [version.get(source) for version in versions]
        assert "".join("".join(state["chunks"][source]).split()) == "".join(text.split())


def check_repaired(state: State, texts: dict[str, str]) -> None:
    assert state.get("code") == 0
    assert state["articles"] == texts
    check_whole(state, texts)
    assert state["exact"], "the approximate search finds what the exact one finds"


def advice(folder: Path) -> str:
    """What doctor says of the index."""
    diagnosis = examine(Settings(data_dir=folder / "data", sources=(folder / "sources",)))
    return " ".join(f"{c.status}: {c.found} {c.advice}" for c in diagnosis.checks if c.name == "index")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose index is in line with its files."""
    folder = tmp_path_factory.mktemp("sound")
    write_sources(folder, TEXTS)
    (state,) = run("repair", folder)
    check_repaired(state, TEXTS)
    assert list(folder.rglob("index_metadata.pickle"))
    return folder


def copies(sound: Path, base: Path, count: int) -> list[Path]:
    folders = [base / f"copy-{number}" for number in range(count)]
    for folder in folders:
        shutil.copytree(sound, folder)
    return folders


@forks
@pytest.mark.parametrize("times", [6, pytest.param(50, marks=pytest.mark.slow)])
def test_killed_at_random_moments(sound: Path, tmp_path: Path, times: int) -> None:
    folders = copies(sound, tmp_path, times + 2)
    for folder in folders:
        write_sources(folder, CHANGED)
    killed = []
    for whole, *others in side_by_side("alarm", *halves(folders)):
        check_repaired(whole, CHANGED)
        killed += others
    folders = [folder for half in halves(folders) for folder in half[1:]]
    for folder, state in zip(folders, killed, strict=True):
        check_whole(state, TEXTS, CHANGED)
        assert {"a.txt", "mine.txt"} <= set(state["articles"]), "what did not change was never away"
        assert (folder / "data" / "articles" / "mine.txt").read_text(encoding="utf-8") == MINE
    assert any(state["code"] < 0 for state in killed)
    marked = [folder for folder, state in zip(folders, killed, strict=True) if state["marked"]]
    if marked:
        assert "the last sync was interrupted" in advice(marked[0])
    for state in chain(*side_by_side("repair", *halves(folders))):
        check_repaired(state, CHANGED)
    assert not list(tmp_path.rglob("index.damaged")), "nothing that was sound was thrown away"


def gone(path: Path) -> None:
    path.unlink()


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def cut_in_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def zeroed(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def overwritten(path: Path) -> None:
    path.write_bytes(b"\xa5" * path.stat().st_size)


FILES = (
    "chroma.sqlite3",
    "header.bin",
    "data_level0.bin",
    "length.bin",
    "link_lists.bin",
    "index_metadata.pickle",
    "index.lock",
    "index.opening",
)
DAMAGES = [(file, damage) for file in FILES for damage in (gone, emptied, cut_in_half, zeroed, overwritten)]
SOME = [(file, damage) for file, damage in DAMAGES if damage in (gone, overwritten)]


@forks
@pytest.mark.parametrize("damages", [SOME, pytest.param(DAMAGES, marks=pytest.mark.slow)], ids=["some", "all"])
def test_a_damaged_file_is_mended_by_the_next_run(
    sound: Path, tmp_path: Path, damages: list[tuple[str, Callable[[Path], None]]]
) -> None:
    folders = copies(sound, tmp_path, len(damages))
    for folder, (file, damage) in zip(folders, damages, strict=True):
        for path in [path for path in folder.rglob(file) if path.is_file()]:
            damage(path)
    for state in chain(*side_by_side("repair", *halves(folders))):
        check_repaired(state, TEXTS)


@pytest.mark.parametrize(
    ("file", "damage"),
    [("chroma.sqlite3", overwritten), ("data_level0.bin", overwritten), ("index_metadata.pickle", gone)],
)
def test_doctor_says_that_the_index_is_damaged_and_that_it_was(
    sound: Path, tmp_path: Path, file: str, damage: Callable[[Path], None]
) -> None:
    (folder,) = copies(sound, tmp_path, 1)
    for path in list(folder.rglob(file)):
        damage(path)
    said = advice(folder)
    assert said.startswith("problem: The index")
    assert "`qa sync`" in said
    check_repaired(run("repair", folder)[0], TEXTS)
    assert f"a damaged one was moved to {folder / 'data' / 'index.damaged'}" in advice(folder)
    assert (folder / "data" / "articles" / "mine.txt").read_text(encoding="utf-8") == MINE


@forks
def test_two_writers_at_once(sound: Path, tmp_path: Path) -> None:
    (folder,) = copies(sound, tmp_path, 1)
    write_sources(folder, CHANGED)
    (state,) = run("together", folder, folder, folder)
    check_repaired(state, CHANGED)


@forks
def test_a_disk_that_fills_up(sound: Path, tmp_path: Path) -> None:
    (folder,) = copies(sound, tmp_path, 1)
    more = {
        **CHANGED,
        "e.txt": TEXTS["a.txt"].replace("gara", "partita"),
        "f.txt": TEXTS["a.txt"].replace("gara", "sfida"),
    }
    write_sources(folder, more)
    (state,) = run("small", folder)
    assert state["code"] == 1, "an error that is told, no crash"
    check_whole(state, TEXTS, more)
    assert {"a.txt", "mine.txt"} <= set(state["articles"])
    check_repaired(run("repair", folder)[0], more)
    assert not (folder / "data" / "index.damaged").exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of four megabytes, where this may be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    command = [mount or "", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    made = mount and subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - fixed
    if not made or made.returncode or not unmount:
        pytest.skip("may mount nothing")
    yield place
    subprocess.run([unmount, "-l", place], check=True)  # noqa: S603 - fixed


@forks
def test_a_full_disk_and_then_room(small_disk: Path, tmp_path: Path) -> None:
    folder = small_disk / "folder"
    write_sources(folder, {name: text for name, text in TEXTS.items() if name != "a.txt"})
    (state,) = run("repair", folder)
    assert state["code"] == 0
    before = state["articles"]
    ballast = small_disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass
    (folder / "sources" / "b.txt").unlink()
    (state,) = run("repair", folder)
    assert state["code"] == 1
    ballast.unlink()
    (state,) = run("repair", folder)
    assert state["code"] == 0
    assert state["articles"] == {name: text for name, text in before.items() if name != "b.txt"}
    check_whole(state, TEXTS)


@forks
def test_a_disk_that_can_only_be_read(small_disk: Path) -> None:
    folder = small_disk / "folder"
    write_sources(folder, {"b.txt": TEXTS["b.txt"]})
    assert run("repair", folder)[0]["code"] == 0
    mount = str(shutil.which("mount"))
    subprocess.run([mount, "-o", "remount,ro", small_disk], check=True)  # noqa: S603 - fixed
    store = Store(Settings(data_dir=folder / "data", sources=()), EMBEDDER)
    with pytest.raises(StoreError, match="QA_DATA_DIR"), store.writing():
        pass
    assert "cannot be written" in " ".join(c.found for c in examine(Settings(data_dir=folder / "data")).checks)


class Narrow(Embeddings):
    """Vectors of another dimension, by a model that passes for the same."""

    def encode_documents(self, texts: list[str]) -> np.ndarray:
        return super().encode_documents(texts)[:, :100]


def test_vectors_of_the_wrong_dimension_are_refused_and_nothing_is_lost(sound: Path, tmp_path: Path) -> None:
    (folder,) = copies(sound, tmp_path, 1)
    write_sources(folder, CHANGED)
    settings = Settings(data_dir=folder / "data", sources=(folder / "sources",))
    store = Store(settings, EMBEDDER)
    with pytest.raises(StoreError, match="dimension"):
        sync(settings, store, Narrow)
    assert {"a.txt", "mine.txt"} <= set(store.snapshot().articles)
    report = sync(settings, store, Embeddings)
    assert set(report.updated) | set(report.added) == {"b.txt", "d.txt"}
    assert {source: s.article.text for source, s in store.snapshot().articles.items()} == CHANGED
    store.close()


def test_another_embedder_rebuilds_beside_the_old_index(sound: Path, tmp_path: Path) -> None:
    (folder,) = copies(sound, tmp_path, 1)
    settings = Settings(data_dir=folder / "data", sources=(folder / "sources",))
    old, new = Store(settings, EMBEDDER), Store(settings, "fedcba9876543210")
    assert not new.versions()
    assert len(sync(settings, new, Narrow).added) == len(TEXTS)
    assert set(new.versions()) == set(TEXTS)
    assert "fedcba9876543210" in advice(folder)
    assert EMBEDDER not in advice(folder)
    for store in (old, new):
        store.close()


def test_a_clock_that_goes_backwards(sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder,) = copies(sound, tmp_path, 1)
    settings = Settings(data_dir=folder / "data", sources=(folder / "sources",))
    write_sources(folder, CHANGED)
    for path in folder.rglob("*.txt"):
        os.utime(path, (0, 0))  # older than what is indexed
    years = iter(range(100))
    now, nanoseconds = time.time, time.time_ns
    monkeypatch.setattr(time, "time", lambda: now() - next(years) * 3e7)
    monkeypatch.setattr(time, "time_ns", lambda: nanoseconds() - next(years) * 3 * 10**16)
    store = Store(settings, EMBEDDER)
    report = sync(settings, store, Embeddings)
    assert (report.added, report.updated, report.removed) == (("d.txt",), ("b.txt",), ("c.txt",))
    assert not sync(settings, store, Embeddings).changed
    store.close()


@examples(max_examples=12, deadline=None)
@given(count=st.integers(1, 250), seed=st.integers(0, 2**32 - 1), kinds=st.integers(1, 250))
def test_in_a_small_collection_search_finds_what_exact_search_finds(
    tmp_path_factory: pytest.TempPathFactory, count: int, seed: int, kinds: int
) -> None:
    chance = np.random.default_rng(seed)
    vectors = chance.standard_normal((kinds, 32))[chance.integers(0, kinds, count)].astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    text = "x" * count
    spans = tuple(Span(start=n, end=n + 1) for n in range(count))
    article = Article(source="a", text=text, body=Span(start=0, end=count), title="")
    chunk = Chunk(id="1", source="a", text=text, start=0, end=count, sentences=spans)
    store = Store(Settings(data_dir=tmp_path_factory.mktemp("small"), sources=()), SmallEmbeddings().fingerprint)
    with store.writing():
        store.put(article, "v1", [chunk], vectors)
    for query in chance.standard_normal((5, 32)).astype(np.float32):
        for k in (1, 10, count):
            found = [similarity for *_, similarity in store.search(query, k)]
            exact = np.sort(vectors @ query / np.linalg.norm(query))[::-1][:k]
            assert np.allclose(found, exact, atol=1e-4)
    store.close()
