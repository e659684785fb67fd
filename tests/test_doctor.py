"""The checks of ``qa doctor``, each against a real cause."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from qa.config import Settings
from qa.doctor import examine
from qa.locks import write_lock


@pytest.fixture
def settings(settings, tmp_path):
    return settings.replace(cache_dir=tmp_path / "cache")


def checks(settings, name):
    return [check for check in examine(settings).checks if check.name == name]


def only(settings, name):
    (check,) = checks(settings, name)
    return check


@pytest.fixture
def server():
    """Address of an HTTP server that knows no page."""

    class Nothing(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_error(404)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Nothing) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}/v1"
        http.shutdown()
        thread.join()


@pytest.fixture
def closed_port():
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as http:
        return http.server_port


def test_a_fresh_start_is_healthy_and_nothing_is_written(settings):
    diagnosis = examine(settings)
    assert diagnosis.healthy
    assert not settings.data_dir.exists()
    assert not settings.cache_dir.exists()
    notes = {check.name for check in diagnosis.checks if check.status == "note"}
    assert {"language model", "embedding model", "index"} <= notes


def test_every_setting_is_shown_and_secrets_are_not():
    settings = Settings(
        model="openai:x", model_api_key="hunter2", model_base_url="http://me:hunter2@localhost:1/v1", port=1234
    )
    shown = settings.in_force()
    assert [name for name, _, _ in shown] == list(Settings.model_fields)
    assert ("port", "1234", "set") in shown
    assert ("host", "127.0.0.1", "default") in shown
    assert ("model_base_url", "http://localhost:1/v1", "set") in shown
    assert "hunter2" not in str(shown)


# versions


def install(folder, *requirements):
    """Pretend that the package is installed, by the file that tells what it requires."""
    about = folder / "carrera_qa-9.9.dist-info"
    about.mkdir()
    lines = [
        "Metadata-Version: 2.4",
        "Name: carrera-qa",
        "Version: 9.9",
        *(f"Requires-Dist: {r}" for r in requirements),
    ]
    (about / "METADATA").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_a_library_of_the_wrong_version_is_named(settings, tmp_path, monkeypatch):
    install(tmp_path, "numpy>=999", "rich>=1", 'nothing>=1; extra == "more"')
    monkeypatch.syspath_prepend(tmp_path)
    _, wrong = checks(settings, "versions")
    assert wrong.status == "problem"
    assert wrong.found.startswith("numpy ")
    assert wrong.advice == 'pip install "numpy>=999"'


def test_a_missing_library_is_named(settings, tmp_path, monkeypatch):
    install(tmp_path, "no-such-library-anywhere>=1")
    monkeypatch.syspath_prepend(tmp_path)
    assert "no-such-library-anywhere is missing" in checks(settings, "versions")[1].found


# models


def test_a_cached_but_unverified_file_is_noted(settings):
    settings.cache_dir.mkdir()
    (settings.cache_dir / "multilingual-e5-small-q4.bin").write_bytes(b"not that one")
    found = only(settings, "embedding model")
    assert (found.status, "qa models verify" in found.advice) == ("note", True)


def test_the_reader_is_looked_at_where_another_model_embeds(settings):
    other = settings.replace(embedding_model="some/folder")
    assert only(other, "embedding model").status == "ok"
    assert (only(other, "reader").status, only(other, "reader").found) == (
        "note",
        only(settings, "embedding model").found,
    )


def test_a_missing_model_file_is_a_problem(settings, tmp_path):
    found = only(settings.replace(model=f"gguf:{tmp_path / 'none.gguf'}"), "language model")
    assert found.status == "problem"
    assert "none.gguf" in found.found


def test_a_file_of_another_kind_is_a_problem(settings, tmp_path):
    (tmp_path / "m.gguf").write_bytes(b"PK..")
    found = only(settings.replace(model=f"gguf:{tmp_path / 'm.gguf'}"), "language model")
    assert (found.status, "not a GGUF file" in found.found) == ("problem", True)


def test_a_model_file_that_is_there_is_well(settings, tmp_path):
    (tmp_path / "m.gguf").write_bytes(b"GGUF")
    assert only(settings.replace(model=f"gguf:{tmp_path / 'm.gguf'}"), "language model").status == "ok"


def test_a_hub_model_is_fetched_later(settings):
    assert only(settings.replace(model="hf:owner/repo/m.gguf"), "language model").status == "note"


def test_a_model_of_no_known_form_is_a_problem_everywhere_it_matters_but_stops_no_other_check(settings):
    diagnosis = examine(settings.replace(model="hf:nothing"))
    assert any(check.status == "problem" and "hf:nothing" in check.found for check in diagnosis.checks)
    assert any(check.name == "articles" and check.status == "ok" for check in diagnosis.checks)


def test_a_missing_key_is_a_problem(settings, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    found = only(settings.replace(model="openai:some-model"), "language model")
    assert (found.status, "QA_MODEL_API_KEY" in found.advice) == ("problem", True)


def test_a_server_that_answers_is_well_whatever_it_says(settings, server):
    found = checks(settings.replace(model="openai:some-model", model_base_url=server), "language model")
    assert [check.status for check in found] == ["ok", "ok"]


def test_a_server_that_does_not_answer_is_a_problem(settings, closed_port):
    url = f"http://127.0.0.1:{closed_port}/v1"
    _, found = checks(settings.replace(model="openai:some-model", model_base_url=url), "language model")
    assert (found.status, "QA_MODEL_BASE_URL" in found.advice) == ("problem", True)
    assert url in found.found


# folders


@pytest.mark.parametrize(("name", "setting"), [("data folder", "data_dir"), ("model cache", "cache_dir")])
def test_a_folder_that_cannot_be_written_is_a_problem(settings, tmp_path, name, setting):
    (tmp_path / "file").touch()
    found = only(settings.replace(**{setting: tmp_path / "file" / "below"}), name)
    assert (found.status, f"QA_{setting.upper()}" in found.advice) == ("problem", True)


# articles and index


def test_articles_that_cannot_be_found_are_a_problem(settings, tmp_path):
    found = checks(settings.replace(sources=(tmp_path / "nowhere",)), "articles")
    assert [check.status for check in found] == ["problem", "note"]
    assert "nowhere" in found[1].found


def test_many_refused_files_are_counted(settings, tmp_path, seeds):
    for number in range(8):
        (tmp_path / f"{number}.xyz").touch()
    files = tuple(tmp_path / f"{number}.xyz" for number in range(8))
    found = checks(settings.replace(sources=(seeds, *files)), "articles")
    assert [check.status for check in found] == ["ok"] + 6 * ["note"]
    assert found[-1].found == "3 more files are not read"


def test_the_index_is_counted(bot, settings):
    bot.sync()
    found = only(settings, "index")
    assert found.status == "ok"
    assert found.found.startswith("2 articles, ")


def test_an_index_that_somebody_writes_to_is_noted(bot, settings):
    bot.sync()
    with write_lock(settings):
        held = checks(settings, "index")[-1]
    assert (held.status, held.found) == ("note", "another process is writing to it")


def test_an_interrupted_sync_is_noted(bot, settings):
    bot.sync()
    (settings.data_dir / "index.writing").touch()
    assert checks(settings, "index")[-1].found == "the last sync was interrupted"


def test_a_store_server_that_does_not_answer_is_a_problem(settings, closed_port):
    found = only(settings.replace(chroma_url=f"http://127.0.0.1:{closed_port}"), "index")
    assert found.status == "problem"
    assert found.advice
