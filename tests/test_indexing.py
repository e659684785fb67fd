"""The index follows the files: what is new, changed, gone or unreadable, also after a kill."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import SmallEmbeddings
from killed_sync import Embeddings

from qa.config import Settings
from qa.indexing import article_sources, embedded_text, sync
from qa.schema import Chunk, SyncReport
from qa.store import Store, holdings

EMBEDDER = "0123456789abcdef"
TEXTS = {
    "a.txt": "Massimo Carrera allena il Bari da febbraio. Prima allenava l'AEK Atene.",
    "b.txt": "Antonio Conte allena il Chelsea e la Nazionale. Ha vinto il campionato.",
    "c.txt": "La Ternana guida la classifica del girone. Il Bari la segue a undici punti.",
}


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder with three articles."""
    sources = tmp_path / "sources"
    sources.mkdir()
    for name, text in TEXTS.items():
        (sources / name).write_text(text, encoding="utf-8")
    return sources


@pytest.fixture
def settings(tmp_path, folder) -> Settings:
    return Settings(data_dir=tmp_path / "data", sources=(folder,))


@pytest.fixture
def run(settings, small_embeddings):
    """Run ``sync`` with one store and one embedder, as a bot does."""
    store = Store(settings, small_embeddings.fingerprint)

    def run(progress=None) -> SyncReport:
        small_embeddings.documents.clear()
        return sync(settings, store, lambda: small_embeddings, progress)

    run.store = store
    yield run
    store.close()


def texts(store: Store) -> dict[str, str]:
    return {source: stored.article.text for source, stored in store.snapshot().articles.items()}


def test_the_first_run_adds_every_article(run):
    report = run()
    assert report == SyncReport(added=("a.txt", "b.txt", "c.txt"))
    assert report.changed
    assert texts(run.store) == TEXTS


def test_a_second_run_changes_nothing_and_asks_for_no_model(settings, run):
    run()
    revision = run.store.revision

    def refuse():
        raise AssertionError("the embedding model is not needed")

    report = sync(settings, Store(settings, run.store._embedder), refuse)
    assert report == SyncReport(unchanged=("a.txt", "b.txt", "c.txt"))
    assert not report.changed
    assert run.store.revision == revision


def test_only_a_changed_file_is_read_anew(run, folder, small_embeddings):
    run()
    before = {s: [c for c in run.store.snapshot().chunks if c.source == s] for s in TEXTS}
    (folder / "b.txt").write_text("Antonio Conte allena l'Inter di Milano. Ha vinto lo scudetto.", encoding="utf-8")
    assert run() == SyncReport(updated=("b.txt",), unchanged=("a.txt", "c.txt"))
    assert [text.splitlines()[-1] for text in small_embeddings.documents] == [
        "Antonio Conte allena l'Inter di Milano.",
        "Ha vinto lo scudetto.",
    ]
    after = {s: [c for c in run.store.snapshot().chunks if c.source == s] for s in TEXTS}
    assert (after["a.txt"], after["c.txt"]) == (before["a.txt"], before["c.txt"])
    assert "Inter" in after["b.txt"][0].text


def test_a_file_that_is_only_touched_is_left_alone(run, folder):
    run()
    os.utime(folder / "a.txt", (0, 0))
    assert not run().changed


def test_a_removed_file_goes(run, folder):
    run()
    (folder / "b.txt").unlink()
    assert run() == SyncReport(removed=("b.txt",), unchanged=("a.txt", "c.txt"))
    assert set(texts(run.store)) == {"a.txt", "c.txt"}


def test_a_renamed_file_is_another_article(run, folder):
    run()
    (folder / "b.txt").rename(folder / "d.txt")
    report = run()
    assert (report.added, report.removed) == (("d.txt",), ("b.txt",))


def test_two_files_of_equal_text_are_two_articles(run, folder):
    (folder / "copy.txt").write_text(TEXTS["a.txt"], encoding="utf-8")
    run()
    assert len(run.store.snapshot().chunks) == 4
    (folder / "copy.txt").unlink()
    run()
    assert texts(run.store) == TEXTS


def test_what_cannot_be_read_is_named_with_its_reason_and_the_others_go_on(settings, run, folder):
    (folder / "picture.png").write_bytes(b"\x89PNG")
    (folder / "empty.txt").write_text("  \n")
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 20)
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing")
    report = run()
    assert report.added == ("a.txt", "b.txt", "c.txt")
    reasons = {rejection.source: rejection.reason for rejection in report.rejected}
    assert set(reasons) == {"binary.txt", "broken.pdf", "empty.txt", "picture.png"}
    assert "Unsupported type .png" in reasons["picture.png"]
    assert all(reasons.values())
    again = run()
    assert again.rejected == report.rejected
    assert not again.changed


def test_a_source_that_is_missing_is_named(settings, small_embeddings):
    gone = settings.replace(sources=(settings.data_dir / "nowhere",))
    report = sync(gone, Store(gone, small_embeddings.fingerprint), lambda: small_embeddings)
    assert [(r.source, "no such file" in r.reason) for r in report.rejected] == [("nowhere", True)]


def test_an_article_that_became_unreadable_goes_and_comes_back(run, folder):
    run()
    (folder / "b.txt").write_bytes(bytes(range(256)) * 20)
    report = run()
    assert (report.removed, [r.source for r in report.rejected]) == (("b.txt",), ["b.txt"])
    assert set(texts(run.store)) == {"a.txt", "c.txt"}
    (folder / "b.txt").write_text(TEXTS["b.txt"], encoding="utf-8")
    assert run().added == ("b.txt",)


def test_added_articles_are_read_too_and_never_touched(settings, run):
    added = settings.data_dir / "articles"
    assert article_sources(settings) == list(settings.sources)
    added.mkdir(parents=True)
    (added / "mine.txt").write_text("Carrera ha giocato nella Juventus e nell'Atalanta.")
    assert article_sources(settings) == [*settings.sources, added]
    assert run().added == ("a.txt", "b.txt", "c.txt", "mine.txt")
    assert [path.name for path in added.iterdir()] == ["mine.txt"]


def test_progress_is_told_before_each_file_that_is_read(run, folder):
    heard = []
    run(lambda *step: heard.append(step))
    assert heard == [(0, 3, "a.txt"), (1, 3, "b.txt"), (2, 3, "c.txt")]
    heard.clear()
    (folder / "b.txt").unlink()
    run(lambda *step: heard.append(step))
    assert heard == []


def test_another_size_of_chunks_is_another_reading(settings, run, small_embeddings):
    run()
    smaller = settings.replace(chunk_characters=200)
    report = sync(smaller, Store(smaller, small_embeddings.fingerprint), lambda: small_embeddings)
    assert report.updated == ("a.txt", "b.txt", "c.txt")


def test_another_embedder_gets_its_own_index_before_the_old_one_goes(settings, run, small_embeddings):
    run()
    other = SmallEmbeddings("another")
    old = Store(settings, small_embeddings.fingerprint)

    def embeddings() -> SmallEmbeddings:
        assert texts(old) == TEXTS, "the old index serves until the new one is whole"
        return other

    report = sync(settings, Store(settings, other.fingerprint), embeddings)
    assert report.added == ("a.txt", "b.txt", "c.txt")
    assert [held.embedder for held in holdings(settings)] == [other.fingerprint]


def test_a_failing_embedder_keeps_what_was_done(settings, run, small_embeddings):
    calls = []

    def embeddings() -> SmallEmbeddings:
        calls.append(1)
        if len(calls) == 2:
            raise MemoryError
        return small_embeddings

    with pytest.raises(MemoryError):
        sync(settings, run.store, embeddings)
    assert set(texts(run.store)) == {"a.txt"}
    report = run()
    assert (report.added, report.unchanged) == (("b.txt", "c.txt"), ("a.txt",))


def test_the_embedder_reads_the_header_with_each_sentence():
    chunk = Chunk(id="1", source="a", text="Vince.", start=0, end=6, header="Titolo | 2021-02")
    assert embedded_text(chunk, "Vince.") == "Titolo | 2021-02\nVince."


def test_a_damaged_index_is_built_anew_from_the_files(settings, run, small_embeddings):
    run()
    run.store.close()
    (settings.data_dir / "index" / "chroma.sqlite3").write_bytes(b"no database" * 1000)
    report = sync(settings, Store(settings, small_embeddings.fingerprint), lambda: small_embeddings)
    assert report.added == ("a.txt", "b.txt", "c.txt")
    assert (settings.data_dir / "index.damaged").is_dir()


# Killed after its n-th write to Chroma, of the eight that this change takes: two to add d.txt, three to replace b.txt and
# drop its old sentences, two to remove c.txt, one for the revision.
WRITES = 8


@pytest.fixture(scope="module")
def killed(tmp_path_factory) -> list[Path]:
    """For each write, a folder whose sync was killed right after it."""
    base = tmp_path_factory.mktemp("killed")
    start = base / "0"
    (start / "sources").mkdir(parents=True)
    for name, text in TEXTS.items():
        (start / "sources" / name).write_text(text, encoding="utf-8")
    settings = Settings(data_dir=start / "data", sources=(start / "sources",))
    store = Store(settings, EMBEDDER)
    sync(settings, store, Embeddings)
    store.close()
    (start / "sources" / "b.txt").write_text(CHANGED["b.txt"], encoding="utf-8")
    (start / "sources" / "d.txt").write_text(CHANGED["d.txt"], encoding="utf-8")
    (start / "sources" / "c.txt").unlink()
    folders = [base / str(number) for number in range(1, WRITES + 2)]
    for folder in folders:
        shutil.copytree(start, folder)
    command = [sys.executable, str(Path(__file__).with_name("killed_sync.py")), *map(str, folders)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own script
    assert told.split() == ["9"] * WRITES + ["0"], "the last one has no write left to die of"
    return folders


CHANGED = {
    "b.txt": "Antonio Conte allena l'Inter di Milano. Ha vinto lo scudetto. Poi è andato al Tottenham.",
    "d.txt": "Angelo Alessio allena in Scozia da quest'estate. Era il vice di Conte.",
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the processes to kill are forked")
@pytest.mark.parametrize("number", range(1, WRITES + 2))
def test_after_a_kill_every_article_is_whole_or_absent_and_the_next_run_repairs(killed, number):
    folder = killed[number - 1]
    settings = Settings(data_dir=folder / "data", sources=(folder / "sources",))
    reader = Store(settings, EMBEDDER)
    snapshot = reader.snapshot()
    for source, stored in snapshot.articles.items():
        assert stored.article.text in {TEXTS.get(source), CHANGED.get(source)}
        chunks = [chunk for chunk in snapshot.chunks if chunk.source == source]
        assert " ".join(chunk.text for chunk in chunks) == stored.article.text
    assert "a.txt" in snapshot.articles
    assert (folder / "data" / "index.writing").exists() == (number <= WRITES)

    writer = Store(settings, EMBEDDER)
    report = sync(settings, writer, Embeddings)
    final = {"a.txt": TEXTS["a.txt"], **CHANGED}
    assert texts(writer) == texts(reader) == final
    assert not report.rejected
    assert not (folder / "data" / "index.writing").exists()
    committed = sum(stored.sentences for stored in writer.snapshot().articles.values())
    assert len(writer.search(Embeddings().encode_documents(["Conte"])[0], 100)) == committed == 7
    assert not sync(settings, writer, Embeddings).changed
    for store in (reader, writer):
        store.close()
