"""The index in real Chroma: what is put comes back, other writers are noticed, damage is told and healed."""

import gc
import logging
import shutil
import socket
import subprocess
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil
import pytest
from fakes import SmallEmbeddings

from qa.chunking import chunk_article
from qa.config import Settings
from qa.errors import StoreError
from qa.locks import write_lock
from qa.schema import Article, Span
from qa.store import Holding, Store, holdings
from qa.store.connection import DamagedIndexError, index_folder, store_errors
from qa.store.soundness import check_vectors

EMBEDDER = "0123456789abcdef"
EMBEDDINGS = SmallEmbeddings()
NAMES = ("Carrera", "Conte", "Alessio", "Auteri", "Allegri", "Alenichev")


def made(source: str, text: str, **about) -> Article:
    return Article(source=source, text=text, body=Span(start=0, end=len(text)), title=f"Su {source}", **about)


def put(store: Store, article: Article, version: str = "v1") -> None:
    chunks = chunk_article(article)
    texts = [article.text[s.start : s.end] for chunk in chunks for s in chunk.sentences]
    with store.writing():
        store.put(article, version, chunks, EMBEDDINGS.encode_documents(texts))


def remove(store: Store, source: str) -> None:
    with store.writing():
        store.remove(source)


def many(source: str, sentences: int) -> Article:
    """An article of many sentences, each a paragraph that no other resembles."""
    return made(source, "\n\n".join(f"{source} {n}: {NAMES[n % 6]} {n * n} {n**3}." for n in range(sentences)))


def found(store: Store, question: str, k: int = 10) -> list[str]:
    """The texts of the nearest sentences, best first, by way of a snapshot."""
    snapshot = store.snapshot()
    texts = []
    for chunk_id, number, _ in store.search(EMBEDDINGS.encode_queries([question])[0], k):
        chunk = snapshot.chunks[snapshot.positions[chunk_id]]
        span = chunk.sentences[number]
        texts.append(snapshot.articles[chunk.source].article.text[span.start : span.end])
    return texts


def reachable(store: Store) -> tuple[int, int]:
    """(sentences that a wide search finds, sentences committed)."""
    committed = sum(stored.sentences for stored in store.snapshot().articles.values())
    return len(store.search(EMBEDDINGS.encode_queries(["Carrera"])[0], 10_000)), committed


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(data_dir=tmp_path / "data", sources=())


@pytest.fixture
def store(settings):
    made = Store(settings, EMBEDDER)
    yield made
    made.close()


# What is put comes back.


def test_an_empty_index_holds_and_finds_nothing(store):
    snapshot = store.snapshot()
    assert (dict(snapshot.articles), snapshot.chunks, snapshot.positions) == ({}, (), {})
    assert store.versions() == {}
    assert store.search(EMBEDDINGS.encode_queries(["Carrera"])[0], 5) == []


def test_an_article_comes_back_to_the_letter(store):
    text = "Città\u00a0di “Bari”.\r\n\r\nAleničev ha 3,5 anni.  È l’ora! 🏆\n"
    article = made("a/città.txt", text, date="2021-02", publisher="OMNISPORT", url="https://x.it/a", language="it")
    put(store, article)
    stored = store.snapshot().articles["a/città.txt"]
    assert stored.article == article
    assert store.snapshot().chunks == tuple(chunk_article(article))
    assert stored.info.model_dump() == {
        "source": "a/città.txt",
        "title": "Su a/città.txt",
        "date": "2021-02",
        "publisher": "OMNISPORT",
        "url": "https://x.it/a",
        "characters": len(text),
        "chunks": len(chunk_article(article)),
    }


def test_chunks_come_in_order_of_source_and_place(store):
    for source in ("b.txt", "a.txt"):
        put(store, many(source, 30))
    chunks = store.snapshot().chunks
    assert list(chunks) == sorted(chunks, key=lambda chunk: (chunk.source, chunk.start))
    assert [store.snapshot().positions[chunk.id] for chunk in chunks] == list(range(len(chunks)))


def test_an_article_has_its_own_chunks(store):
    articles = [many(source, 40) for source in ("b.txt", "a.txt", "ab.txt")]
    for article in articles:
        put(store, article)
    snapshot = store.snapshot()
    for article in articles:
        assert snapshot.chunks_of(article.source) == tuple(chunk_article(article))
    assert snapshot.chunks_of("aa.txt") == ()


def test_an_article_without_sentences_is_kept(store):
    put(store, made("empty.txt", " "))
    snapshot = store.snapshot()
    assert (list(snapshot.articles), snapshot.chunks) == (["empty.txt"], ())


def test_the_nearest_sentence_comes_first_with_its_cosine(store):
    put(store, made("a.txt", "Carrera allena il Bari. Conte va al Chelsea. La Ternana è prima."))
    assert found(store, "Conte va al Chelsea.")[0] == "Conte va al Chelsea."
    similarities = [s for _, _, s in store.search(EMBEDDINGS.encode_queries(["Conte va al Chelsea."])[0], 3)]
    assert similarities[0] == pytest.approx(1, abs=1e-5)
    assert similarities == sorted(similarities, reverse=True)
    assert similarities[1] < 0.9


def test_more_sentences_than_one_batch_are_all_found(store):
    put(store, many("long.txt", 1100))
    assert reachable(store) == (1100, 1100)


def test_a_changed_article_replaces_its_own_sentences_only(store):
    put(store, made("a.txt", "Carrera allena il Bari."))
    put(store, made("b.txt", "Conte allena il Chelsea."))
    put(store, made("a.txt", "Carrera allena lo Spartak."), "v2")
    assert store.versions() == {"a.txt": "v2", "b.txt": "v1"}
    assert sorted(found(store, "Carrera")) == ["Carrera allena lo Spartak.", "Conte allena il Chelsea."]


def test_a_removed_article_is_gone_from_search_too(store):
    put(store, made("a.txt", "Carrera allena il Bari."))
    put(store, made("b.txt", "Conte allena il Chelsea."))
    with store.writing():
        store.remove("a.txt")
    assert found(store, "Carrera") == ["Conte allena il Chelsea."]


def test_what_is_put_outlives_the_store(settings, store):
    put(store, made("a.txt", "Carrera allena il Bari."))
    store.close()
    assert found(Store(settings, EMBEDDER), "Bari") == ["Carrera allena il Bari."]
    assert found(store, "Bari") == ["Carrera allena il Bari."], "a closed store opens again when it is used"


def test_several_threads_may_search_while_one_writes(store):
    put(store, many("a.txt", 50))
    vector = EMBEDDINGS.encode_queries(["Carrera"])[0]

    def look(_: int) -> tuple[int, bool]:
        return len(store.search(vector, 5)), "a.txt" in store.snapshot().articles

    with ThreadPoolExecutor(3) as threads:
        looks = threads.map(look, range(60))
        for number in range(5):
            put(store, many(f"b{number}.txt", 5))
    assert set(looks) == {(5, True)}
    assert len(store.snapshot().articles) == 6


# Revisions: two stores see each other's changes as two processes do.


def test_only_a_change_makes_a_new_revision(settings, store):
    put(store, made("a.txt", "Carrera allena il Bari."))
    before = store.revision
    assert before
    assert store.snapshot().revision == before
    with store.writing():
        pass
    assert store.revision == before
    with store.writing():
        store.remove("a.txt")
    assert store.revision != before


def test_a_reader_notices_what_another_process_has_committed(settings, store):
    other = Store(settings, EMBEDDER)
    put(store, made("a.txt", "Carrera allena il Bari."))
    assert found(store, "Conte") == ["Carrera allena il Bari."]
    snapshot = store.snapshot()
    put(other, made("b.txt", "Conte allena il Chelsea."))
    assert store.revision != snapshot.revision
    assert found(store, "Conte")[0] == "Conte allena il Chelsea."


def test_an_index_that_is_opened_anew_is_freed_at_once(settings, store):
    def open_files() -> int:
        return sum(index_folder(settings) in Path(file.path).parents for file in psutil.Process().open_files())

    put(store, made("a.txt", "Carrera allena."))
    other = Store(settings, EMBEDDER)
    other.snapshot()
    before = open_files()
    assert before
    gc.disable()
    try:
        for version in map(str, range(6)):
            put(store, made("a.txt", f"Carrera allena {version}."), version)
            other.snapshot()
        assert open_files() < 2 * before  # each time as many more, if they were kept
    finally:
        gc.enable()
        other.close()


def test_a_writer_that_read_before_another_wrote_loses_nothing(settings, store):
    put(store, many("a.txt", 300))
    assert reachable(store) == (300, 300)
    put(Store(settings, EMBEDDER), many("b.txt", 1300))
    put(store, many("c.txt", 1300))
    assert reachable(Store(settings, EMBEDDER)) == (2900, 2900)


def test_an_old_snapshot_stays_whole_while_its_article_is_replaced(settings, store):
    put(store, made("a.txt", "Carrera allena il Bari."))
    snapshot = store.snapshot()
    put(Store(settings, EMBEDDER), made("a.txt", "Conte allena il Chelsea."), "v2")
    assert [chunk.text for chunk in snapshot.chunks] == ["Carrera allena il Bari."]
    # The old vectors are still in this process's memory, their records are not: an answer, not a failure.
    assert len(store.search(EMBEDDINGS.encode_queries(["Bari"])[0], 5)) == 1


def test_a_snapshot_taken_between_two_writes_of_an_article_holds_it_whole(settings, store):
    """Readings of articles and sentences are two; a writer that comes between them must not show."""
    put(store, made("a.txt", "Carrera allena il Bari."))
    put(store, made("b.txt", "Auteri lascia."))
    other = Store(settings, EMBEDDER)
    index = store._current()
    sentences = index.sentences
    count = sentences.count

    def count_after_the_other_has_written():
        sentences.count = count
        put(other, made("a.txt", "Conte allena il Chelsea. Vince."), "v2")
        with other.writing():
            other.remove("b.txt")
        return count()

    sentences.count = count_after_the_other_has_written
    snapshot = store.snapshot()
    assert list(snapshot.articles) == ["a.txt"]
    assert [chunk.text for chunk in snapshot.chunks] == ["Conte allena il Chelsea. Vince."]


def test_an_article_that_has_lost_sentences_is_absent_until_it_is_repaired(store, caplog):
    put(store, made("a.txt", "Carrera allena il Bari. Vince."))
    put(store, made("b.txt", "Conte allena il Chelsea."))
    lost = store._index().sentences.get(where={"source": "a.txt"})["ids"][0]
    store._index().sentences.delete(ids=[lost])
    assert list(store.snapshot().articles) == ["b.txt"]
    assert "parts of a.txt" in caplog.text
    with store.writing():
        assert store.repair() == ("a.txt",)
    assert store.versions() == {"b.txt": "v1"}


def test_a_snapshot_taken_after_another_reads_only_what_has_changed(store):
    for source in ("a.txt", "b.txt", "c.txt", "d.txt", "e.txt"):
        put(store, many(source, 7))
    first = store.snapshot()
    changes = [
        lambda: put(store, made("b.txt", "Conte allena il Chelsea. Vince."), "v2"),
        lambda: put(store, made("f.txt", "Auteri lascia.")),
        lambda: put(store, made("aa.txt", " ")),
        lambda: remove(store, "d.txt"),
    ]
    before = first
    for change in changes:
        change()
        after = store.snapshot(before)
        assert after == store.snapshot()
        assert after.chunks is not before.chunks
        before = after
    assert before.articles["a.txt"] is first.articles["a.txt"], "what has not changed is not read again"
    assert store.snapshot(before) == before
    for source in before.articles:
        remove(store, source)
    assert store.snapshot(before).articles == {}


# Writers.


def test_whoever_finds_the_marker_repairs(settings, store, caplog):
    put(store, made("a.txt", "Carrera allena il Bari."))
    put(store, made("b.txt", "Conte allena il Chelsea."))
    store._index().articles.delete(ids=["b.txt"])  # as if the writer had not come to the commit
    marker = settings.data_dir / "index.writing"
    assert not marker.exists()
    marker.touch()
    assert reachable(store) == (2, 1)
    with store.writing():
        assert marker.exists()
    assert not marker.exists()
    assert reachable(store) == (1, 1)
    assert "Repaired the index: b.txt" in caplog.text


def test_a_writer_that_fails_leaves_the_marker_and_a_new_revision(settings, store):
    put(store, made("a.txt", "Carrera allena il Bari."))
    before = store.revision

    def fail():
        with store.writing():
            store.remove("a.txt")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert (settings.data_dir / "index.writing").exists()
    assert store.revision != before


def test_interrupting_the_check_of_an_index_does_not_condemn_it(settings, store, monkeypatch):
    put(store, made("a.txt", "Carrera allena il Bari."))

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("qa.store.store.check_vectors", interrupt)
    with pytest.raises(KeyboardInterrupt):
        store.writing().__enter__()
    monkeypatch.undo()
    put(Store(settings, EMBEDDER), made("b.txt", "Conte allena il Chelsea."))
    assert sorted(store.versions()) == ["a.txt", "b.txt"]


def test_a_sound_index_needs_no_repair(store, caplog):
    put(store, made("a.txt", "Carrera allena il Bari."))
    revision = store.revision
    with store.writing():
        assert store.repair() == ()
    assert (store.revision, caplog.text) == (revision, "")


HOLDER = """
import sys
from qa.config import Settings
from qa.locks import write_lock
with write_lock(Settings(data_dir=sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_second_process_waits_for_the_first_and_gives_up_with_advice(settings, store):
    root = Path(__file__).parent.parent
    command = [sys.executable, "-c", HOLDER, str(settings.data_dir)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=root, text=True, **pipes) as holder:  # noqa: S603 - this test's own script
        assert holder.stdout.readline() == "held\n"
        impatient = Store(settings.replace(lock_timeout=0), EMBEDDER)
        with pytest.raises(StoreError, match=r"over 0 s .*QA_LOCK_TIMEOUT") as caught, impatient.writing():
            pass
        assert caught.value.retryable
        waiting = threading.Thread(target=put, args=(store, made("a.txt", "Carrera allena il Bari.")))
        waiting.start()
        holder.communicate("go on\n")
        waiting.join()
    assert store.versions() == {"a.txt": "v1"}


def test_a_reader_does_not_wait_for_a_writer(settings, store):
    put(store, made("a.txt", "Carrera allena il Bari."))
    with write_lock(settings):
        assert found(Store(settings.replace(lock_timeout=0), EMBEDDER), "Bari") == ["Carrera allena il Bari."]


@pytest.mark.parametrize("use", [Store.snapshot, Store.versions, lambda store: store.writing().__enter__()])
def test_a_folder_that_cannot_be_written_is_named(tmp_path, use):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"Cannot write to .*file.* Set QA_DATA_DIR"):
        use(Store(Settings(data_dir=tmp_path / "file" / "data"), EMBEDDER))


# Embedding models.


def test_the_old_models_index_serves_until_the_new_one_is_complete(settings, store):
    put(store, made("a.txt", "Carrera allena il Bari."))
    new = Store(settings, "fedcba9876543210")
    assert new.versions() == {}
    put(new, made("a.txt", "Carrera allena il Bari."))
    assert store.versions() == {"a.txt": "v1"}
    assert {held.embedder for held in holdings(settings)} == {EMBEDDER, "fedcba9876543210"}
    new.drop_others()
    assert holdings(settings) == [Holding("fedcba9876543210", articles=1, sentences=1)]
    assert store.snapshot().articles == {}, "what was dropped under a reader is empty, not a failure"


def test_collections_of_other_programs_are_left_alone(store):
    client = store._index().connection.client
    client.create_collection("theirs", metadata={"embedder": "theirs"}, embedding_function=None)
    client.create_collection("sentences-theirs", embedding_function=None)
    store.drop_others()
    assert {"theirs", "sentences-theirs"} <= {collection.name for collection in client.list_collections()}


# Damage.


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Path:
    """A data folder whose vectors are partly in Chroma's log, partly in the files of its graph."""
    folder = tmp_path_factory.mktemp("sound")
    store = Store(Settings(data_dir=folder, sources=()), EMBEDDER)
    put(store, many("a.txt", 1050))
    put(store, many("b.txt", 60))
    store.close()
    assert list(folder.rglob("index_metadata.pickle"))
    return folder


def overwrite(path: Path, start: int = 0) -> None:
    path.write_bytes(path.read_bytes()[:start] + b"\xa5" * max(0, path.stat().st_size - start))


def each(folder: Path, pattern: str, damage) -> None:
    for path in list(index_folder(Settings(data_dir=folder)).rglob(pattern)):
        damage(path)


def crashing(folder: Path) -> None:
    """Damage the graph in the way that crashes whoever searches it, as somebody did who left the mark."""
    each(folder, "data_level0.bin", overwrite)
    (folder / "index.checking").touch()


DAMAGES = {
    "database cut off": lambda folder: each(folder, "chroma.sqlite3", lambda p: p.write_bytes(p.read_bytes()[:50_000])),
    "database overwritten": lambda folder: each(folder, "chroma.sqlite3", overwrite),
    "half the database overwritten": lambda folder: each(folder, "chroma.sqlite3", lambda p: overwrite(p, 30_000)),
    "graph gone": lambda folder: each(folder, "index_metadata.pickle", lambda p: shutil.rmtree(p.parent)),
    "crashes the process": crashing,
    "graph's header emptied": lambda folder: each(folder, "header.bin", lambda p: p.write_bytes(b"")),
    "graph's header overwritten": lambda folder: each(folder, "header.bin", overwrite),
    "graph's names overwritten": lambda folder: each(folder, "*.pickle", overwrite),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_index_is_set_aside_for_an_empty_one_by_the_next_writer(tmp_path, sound, damage, caplog):
    folder = tmp_path / "data"
    shutil.copytree(sound, folder)
    (folder / "articles").mkdir()
    (folder / "articles" / "mine.txt").write_text("Mine.")
    damage(folder)
    store = Store(Settings(data_dir=folder, sources=()), EMBEDDER)
    with caplog.at_level(logging.WARNING):
        put(store, made("c.txt", "Carrera allena il Bari."))
    assert store.versions() == {"c.txt": "v1"}
    assert found(store, "Carrera") == ["Carrera allena il Bari."]
    assert str(folder / "index.damaged") in caplog.text
    assert (folder / "index.damaged").is_dir()
    assert (folder / "articles" / "mine.txt").read_text() == "Mine."
    assert not (folder / "index.checking").exists()
    store.close()


@pytest.mark.parametrize("damage", ["database cut off", "half the database overwritten", "graph's header overwritten"])
def test_a_reader_of_a_damaged_index_is_told_what_to_do(tmp_path, sound, damage):
    shutil.copytree(sound, tmp_path / "data")
    DAMAGES[damage](tmp_path / "data")
    store = Store(Settings(data_dir=tmp_path / "data", sources=()), EMBEDDER)
    with pytest.raises(StoreError, match=r"The index could not be (read|opened): .*`qa sync`"):
        store.snapshot()


def test_damage_twice_leaves_one_folder_aside(tmp_path, sound):
    folder = tmp_path / "data"
    for _ in range(2):
        shutil.rmtree(folder / "index", ignore_errors=True)
        shutil.copytree(sound / "index", folder / "index")
        DAMAGES["database cut off"](folder)
        store = Store(Settings(data_dir=folder, sources=()), EMBEDDER)
        put(store, made("c.txt", "Carrera allena il Bari."))
        store.close()
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == ["index", "index.damaged"]


def test_a_sound_index_of_that_size_is_not_taken_for_damaged(tmp_path, sound):
    shutil.copytree(sound, tmp_path / "data")
    store = Store(Settings(data_dir=tmp_path / "data", sources=()), EMBEDDER)
    with store.writing():
        pass
    assert store.versions() == {"a.txt": "v1", "b.txt": "v1"}


def test_a_sound_index_whose_last_reader_was_killed_is_kept(tmp_path, sound, caplog):
    shutil.copytree(sound, tmp_path / "data")
    (tmp_path / "data" / "index.checking").touch()
    store = Store(Settings(data_dir=tmp_path / "data", sources=()), EMBEDDER)
    with store.writing():
        pass
    assert store.versions() == {"a.txt": "v1", "b.txt": "v1"}
    assert not (tmp_path / "data" / "index.damaged").exists()
    assert not caplog.text


def test_a_graph_that_hides_most_of_its_vectors_counts_as_damaged(tmp_path, sound):
    shutil.copytree(sound, tmp_path / "data")
    store = Store(Settings(data_dir=tmp_path / "data", sources=()), EMBEDDER)
    index = store._index()
    first = index.sentences.get(limit=1)["ids"]
    index.sentences.delete(ids=[i for i in index.sentences.get(where={"source": "a.txt"})["ids"] if i not in first])
    hidden = index.sentences.count() * 4
    index.sentences.count = lambda: hidden
    with pytest.raises(DamagedIndexError, match=r"finds only 61 of 244 sentences"):
        check_vectors(index.sentences, index.articles, store._settings)


def test_a_full_disk_is_no_damage(settings):
    class InternalError(Exception):
        pass

    for reason in ("(code: 5) database is locked", "(code: 13) full", "(code: 1032) readonly", "open (os error 24)"):
        with pytest.raises(StoreError, match="qa doctor") as caught, store_errors("be read", settings):
            raise InternalError(reason)
        assert not isinstance(caught.value, DamagedIndexError)


def test_stopping_the_program_is_no_error_of_the_index(settings):
    with pytest.raises(KeyboardInterrupt), store_errors("be read", settings):
        raise KeyboardInterrupt


# Servers.


def test_nothing_is_sent_anywhere(store, monkeypatch):
    def refuse(self, address):
        raise AssertionError(f"connects to {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: pytest.fail(f"looks up {a}"))
    put(store, made("a.txt", "Carrera allena il Bari."))
    assert found(store, "Bari") == ["Carrera allena il Bari."]


def test_a_file_of_settings_in_the_working_folder_does_not_steer_chroma(tmp_path, store, monkeypatch):
    (tmp_path / ".env").write_text("CHROMA_API_IMPL=chromadb.api.fastapi.FastAPI\nIS_PERSISTENT=false\n")
    monkeypatch.chdir(tmp_path)
    put(store, made("a.txt", "Carrera allena il Bari."))
    assert (tmp_path / "data" / "index" / "chroma.sqlite3").is_file()


def test_a_server_that_is_not_there_is_reported(settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://me:secret@127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(StoreError, match=r"does not answer: .*QA_CHROMA_URL") as caught:
        Store(settings.replace(chroma_url=url), EMBEDDER).snapshot()
    assert caught.value.retryable
    assert "secret" not in str(caught.value)


def test_a_server_that_never_answers_is_left(settings, monkeypatch):
    monkeypatch.setattr("qa.store.connection._SERVER_SECONDS", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(StoreError, match="does not answer: timed out"):
            Store(settings.replace(chroma_url=url), EMBEDDER).snapshot()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The Rust server of the `chroma` command, on loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--path", str(tmp_path_factory.mktemp("server"))]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, text=True, **pipes) as process:  # noqa: S603 - Chroma's own command
        for line in process.stdout:
            if "Connect to Chroma at" in line:
                break
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield f"http://127.0.0.1:{port}"
        process.terminate()


@pytest.fixture
def sockets_left_open():
    """Chroma's client of a server has no way to close its sockets; take them away before another test meets them."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.mark.slow
@pytest.mark.usefixtures("sockets_left_open")
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_a_server_gives_the_same_snapshot_and_search(settings, store, server):
    served = Store(settings.replace(chroma_url=server), EMBEDDER)
    for one in (store, served):
        assert one.snapshot().articles == {}
        put(one, many("a.txt", 40))
        put(one, made("b.txt", "Carrera allena il Bari."))
        put(one, made("b.txt", "Carrera allena lo Spartak. Vince."), "v2")
        put(one, made("c.txt", "Conte allena il Chelsea."))
        with one.writing():
            one.remove("c.txt")
            assert one.repair() == ()
            one.drop_others()
    assert served.versions() == store.versions() == {"a.txt": "v1", "b.txt": "v2"}
    assert served.snapshot().chunks == store.snapshot().chunks
    assert dict(served.snapshot().articles) == dict(store.snapshot().articles)
    vector = EMBEDDINGS.encode_queries(["Chi allena lo Spartak?"])[0]
    ours, theirs = store.search(vector, 5), served.search(vector, 5)
    assert [place[:2] for place in theirs] == [place[:2] for place in ours]
    np.testing.assert_allclose([p[2] for p in theirs], [p[2] for p in ours], atol=1e-5)
    assert holdings(settings.replace(chroma_url=server)) == holdings(settings)
    other = Store(settings.replace(chroma_url=server), EMBEDDER)
    put(other, made("d.txt", "Nuovo."))
    assert served.revision == other.revision
    assert found(served, "Nuovo.")[0] == "Nuovo."
    for one in (served, other):
        one.close()
