"""The command line, driven through Typer's own runner with a scripted model."""

import json
import os
import subprocess
import sys
import unicodedata
from functools import partial
from pathlib import Path

import pytest
from fakes import SmallReader
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from qa.cli import app
from qa.config import Settings
from qa.errors import ModelError, StoreError
from qa.models.artifacts import EMBEDDER, fetch
from qa.models.recommended import RECOMMENDED
from qa.pipeline import QA
from qa.schema import Answer, SyncReport
from qa.terminal import plain

QUESTION = "Contro chi festeggiò la Supercoppa Italiana?"
REPLY = "Prima di Carrera il Bari era allenato da Gaetano Auteri."


@pytest.fixture
def environment(tmp_path, seeds, monkeypatch):
    """Folders of their own, and an empty model cache."""
    monkeypatch.setenv("QA_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("QA_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("QA_SOURCES", str(seeds))
    return tmp_path


@pytest.fixture
def run(environment, scripted_chat, small_embeddings):
    """Run a command; ``kind`` is the QA it gets."""
    scripted_chat.llm.otherwise = REPLY

    def invoke(*arguments, kind=QA, text=None):
        opener = partial(kind, chat=scripted_chat, embeddings=small_embeddings, reader=SmallReader())
        return CliRunner().invoke(app, arguments, obj=opener, input=text)

    return invoke


class RecordingQA(QA):
    """Remembers the history each question came with; fails when asked to."""

    histories = ()

    def stream(self, question, *, history=()):
        type(self).histories += (history,)
        if question == "fail":
            raise ModelError("The model is away.", hint="Wait for it.")
        return super().stream(question, history=history)


@pytest.fixture
def recording():
    return type("FreshQA", (RecordingQA,), {"histories": ()})


# ask


def test_ask_prints_the_answer_and_every_source_with_title_date_and_quote(run):
    answer = Answer.model_validate_json(run("ask", "--json", QUESTION).stdout)
    result = run("ask", QUESTION)
    assert result.exit_code == 0
    assert answer.citations
    assert result.stdout.startswith(answer.text)
    for citation in answer.citations:
        assert f"[{citation.marker}] {citation.title}" in result.stdout
        assert citation.date.replace("T", " ") in result.stdout
        assert " ".join(citation.quote.split()) in result.stdout


def test_ask_shows_the_nearest_passages_when_nothing_is_cited(run, scripted_chat):
    scripted_chat.llm.otherwise = "NO"
    result = run("ask", "Qual è il piatto preferito di Carrera?")
    assert result.exit_code == 0
    assert "The nearest passages:" in result.stdout or "[1]" in result.stdout


def test_ask_reads_the_question_from_standard_input(run):
    result = run("ask", "--json", "-", text=f"{QUESTION}\n")
    assert json.loads(result.stdout)["question"] == QUESTION


def test_what_is_not_a_terminal_gets_no_colours_and_no_wrapped_lines(run):
    answer = Answer.model_validate_json(run("ask", "--json", QUESTION).stdout)
    result = run("ask", QUESTION)
    assert "\x1b" not in result.output
    assert any(len(line) > 100 for line in result.stdout.splitlines()) == any(
        len(c.quote) > 100 for c in answer.citations
    )


def test_another_model_can_be_named_for_one_question(environment, small_embeddings):
    seen = []

    def opener(settings):
        seen.append(settings.model)
        return QA(settings, embeddings=small_embeddings, reader=SmallReader())

    result = CliRunner().invoke(app, ["ask", QUESTION, "--model", "gguf:/nowhere.gguf"], obj=opener)
    assert seen == ["gguf:/nowhere.gguf"]
    assert result.exit_code == 1
    assert "/nowhere.gguf" in result.stderr


# errors


@pytest.mark.parametrize("arguments", [["ask"], ["ask", "  "], ["nothing"], ["ask", "a", "--nothing"]])
def test_wrong_usage_exits_with_2(run, arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr


def test_an_error_is_one_clear_line_and_a_hint_without_a_traceback(run, monkeypatch):
    monkeypatch.setenv("QA_MODEL_TIMOUT", "3")
    result = run("ask", QUESTION)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "Error: Unknown setting QA_MODEL_TIMOUT in the environment.",
        "Did you mean QA_MODEL_TIMEOUT?",
    ]


def test_ctrl_c_exits_with_130_and_without_a_traceback(run):
    class InterruptedQA(QA):
        def stream(self, question, *, history=()):
            raise KeyboardInterrupt

    result = run("ask", QUESTION, kind=InterruptedQA)
    assert result.exit_code == 130
    assert "Traceback" not in result.output


def test_log_lines_go_to_standard_error(run, monkeypatch):
    monkeypatch.setenv("QA_LOG_LEVEL", "INFO")
    result = run("sync", "--json")
    assert "INFO qa.indexing" in result.stderr
    assert SyncReport.model_validate_json(result.stdout).added


# chat


def test_chat_hands_on_the_conversation_until_quit(run, recording):
    result = run("chat", kind=recording, text=f"{QUESTION}\n\nE dopo?\n/quit\nnever asked\n")
    assert result.exit_code == 0
    assert [len(history) for history in recording.histories] == [0, 1]
    asked, answered = recording.histories[1][0]
    assert asked == QUESTION
    assert answered in result.stdout
    assert result.stdout.count("Read as: ") == 1
    assert f"Read as: {QUESTION}" in " ".join(result.stdout.split())


def test_chat_ends_with_its_input(run, recording):
    result = run("chat", kind=recording, text=f"{QUESTION}\n")
    assert result.exit_code == 0
    assert len(recording.histories) == 1


def test_chat_forgets_on_request(run, recording):
    run("chat", kind=recording, text=f"{QUESTION}\n/new\n{QUESTION}\n")
    assert [len(history) for history in recording.histories] == [0, 0]


def test_chat_survives_a_question_that_fails(run, recording):
    result = run("chat", kind=recording, text=f"fail\n{QUESTION}\n")
    assert result.exit_code == 0
    assert "The model is away." in result.stderr
    assert [len(history) for history in recording.histories] == [0, 0]
    assert "[1]" in result.stdout


# sync and articles


def test_sync_tells_what_changed_and_a_second_one_changes_nothing(run, seeds):
    names = sorted(path.name for path in seeds.iterdir())
    first, second = run("sync"), run("sync")
    assert first.exit_code == second.exit_code == 0
    assert all(f"added    {name}" in first.stdout for name in names)
    assert "2 added, 0 updated, 0 removed, 0 unchanged, 0 rejected." in first.stdout
    assert second.stdout == "0 added, 0 updated, 0 removed, 2 unchanged, 0 rejected.\n"


def test_sync_names_a_refused_file_with_its_reason_and_exits_with_1(run, environment, seeds, monkeypatch):
    (environment / "empty.txt").touch()
    monkeypatch.setenv("QA_SOURCES", os.pathsep.join([str(seeds), str(environment / "empty.txt")]))
    result = run("sync")
    report = SyncReport.model_validate_json(run("sync", "--json").stdout)
    assert result.exit_code == 1
    assert [rejection.source for rejection in report.rejected] == ["empty.txt"]
    assert f"rejected empty.txt: {report.rejected[0].reason}" in result.stdout
    assert "2 added" in result.stdout


def test_articles_are_listed_with_dates(run):
    rows = json.loads(run("articles", "--json").stdout)
    result = run("articles")
    assert [row["date"] for row in rows] == ["2021-02-09T18:18", "2021-02"]
    assert all(row["title"] in result.stdout and row["source"] in result.stdout for row in rows)


def test_what_an_article_says_is_no_markup(run, environment, monkeypatch):
    title = "[bold red]Il Bari[/] vince \u202e3-0"
    (environment / "a.txt").write_text(f"{title}\n\nIl Bari ha vinto tre a zero contro il Foggia.\n", "utf-8")
    monkeypatch.setenv("QA_SOURCES", str(environment / "a.txt"))
    result = run("articles")
    assert result.exit_code == 0
    assert "[bold red]Il Bari[/]" in result.stdout
    assert "\u202e" not in result.output


@given(st.text())
def test_plain_text_keeps_all_but_control_characters(text):
    shown = plain(text).plain
    assert all(c in "\n\t" or unicodedata.category(c) != "Cc" for c in shown)
    removed = [c for c in text if c not in shown]
    assert all(unicodedata.category(c) in {"Cc", "Cf"} for c in removed)


# models


def test_models_shows_what_is_cached_and_what_to_choose_from(run):
    result = run("models")
    files = json.loads(run("models", "--json").stdout)["files"]
    assert result.exit_code == 0
    assert result.stdout.count("not fetched") == len(files) == 2
    assert all(f"QA_MODEL={model.model}" in result.stdout for model in RECOMMENDED)


def test_only_the_default_model_claims_to_be_measured():
    assert [model.model for model in RECOMMENDED if model.measured] == ["local"]


def test_models_shows_files_of_other_repositories(run, environment):
    path = environment / "cache" / "hub" / "owner" / "repo" / "m.gguf"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"GGUF")
    files = json.loads(run("models", "--json").stdout)["files"]
    assert {"name": "hf:owner/repo/m.gguf", "path": str(path), "cached": True, "verified": False, "size": 4} in files


@pytest.fixture(scope="module")
def fetched() -> Path:
    """The real embedding model, in the cache that all tests share."""
    return fetch(EMBEDDER, Settings().cache_dir)


@pytest.fixture
def cached(fetched, environment):
    """The same, in a test's own cache."""
    folder = environment / "cache"
    folder.mkdir(exist_ok=True)
    (folder / fetched.name).symlink_to(fetched)


@pytest.mark.usefixtures("cached")
def test_pull_needs_no_network_for_what_is_there(run, environment, monkeypatch):
    path = environment / "cache" / "hub" / "owner" / "repo" / "m.gguf"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"GGUF")
    monkeypatch.setenv("QA_EMBEDDING_MODEL", "some/folder")
    result = run("models", "pull", "--model", "hf:owner/repo/m.gguf")
    assert result.exit_code == 0
    assert str(path) in result.stdout
    assert EMBEDDER.name in result.stdout, "whichever model embeds, the reader is this one"


def test_pull_refuses_a_file_that_is_not_there(run):
    result = run("models", "pull", "--model", "gguf:/nowhere/m.gguf")
    assert result.exit_code == 1
    assert "/nowhere/m.gguf" in result.stderr


@pytest.mark.usefixtures("cached")
def test_verify_fails_for_a_missing_file_only_if_it_is_needed(run, monkeypatch):
    assert run("models", "verify").exit_code == 1
    monkeypatch.setenv("QA_MODEL", "openai:some-model")
    assert run("models", "verify").exit_code == 0


def test_verify_wants_the_reader_whichever_model_embeds(run, monkeypatch):
    monkeypatch.setenv("QA_MODEL", "openai:some-model")
    monkeypatch.setenv("QA_EMBEDDING_MODEL", "some/folder")
    assert run("models", "verify").exit_code == 1


@pytest.mark.usefixtures("cached")
def test_verify_fails_for_a_wrong_file(run, environment, monkeypatch):
    monkeypatch.setenv("QA_MODEL", "openai:some-model")
    name = json.loads(run("models", "--json").stdout)["files"][0]["path"]
    (environment / "cache").mkdir(exist_ok=True)
    with open(name, "wb") as file:  # noqa: PTH123 - the path comes out of JSON
        file.write(b"GGUF but not that one")
    result = run("models", "verify")
    assert result.exit_code == 1
    assert "not verified" in result.stdout
    assert "qa models pull" in result.stdout


# doctor


def test_doctor_exits_with_0_when_all_is_well(run):
    result = run("doctor")
    report = json.loads(run("doctor", "--json").stdout)
    assert result.exit_code == 0
    assert report["healthy"]
    for check in report["checks"]:
        assert check["found"] in result.stdout
        assert check["advice"] in result.stdout


def test_doctor_exits_with_1_on_a_problem_and_says_what_to_do(run, environment, monkeypatch):
    (environment / "file").touch()
    monkeypatch.setenv("QA_DATA_DIR", str(environment / "file"))
    result = run("doctor")
    assert result.exit_code == 1
    assert "Set QA_DATA_DIR to a folder you can write to." in result.stdout
    assert not json.loads(run("doctor", "--json").stdout)["healthy"]


def test_doctor_masks_secrets(run, monkeypatch):
    monkeypatch.setenv("QA_MODEL", "openai:some-model")
    monkeypatch.setenv("QA_MODEL_API_KEY", "sk-hunter2")
    monkeypatch.setenv("QA_CHROMA_URL", "http://somebody:hunter2@localhost:9")
    for arguments in (["doctor"], ["doctor", "--json"]):
        result = run(*arguments)
        assert "QA_MODEL_API_KEY" in result.stdout or "model_api_key" in result.stdout
        assert "hunter2" not in result.output


# the program


def test_help_shows_every_command_whatever_the_settings(run, monkeypatch):
    monkeypatch.setenv("QA_PORT", "not a number")
    result = run("--help")
    assert result.exit_code == 0
    assert all(name in result.stdout for name in ("ask", "chat", "sync", "articles", "models", "doctor"))
    assert run("ask", "--help").exit_code == 0


def test_the_version_is_printed(run):
    result = run("--version")
    assert result.exit_code == 0
    assert result.stdout.startswith("carrera-qa ")


def test_the_module_runs_as_a_program_where_the_encoding_is_narrow(environment):
    command = [sys.executable, "-m", "qa", "doctor"]
    run = subprocess.run(  # noqa: S603 - our own program
        command, env=os.environ | {"PYTHONIOENCODING": "ascii"}, capture_output=True, check=False, timeout=120
    )
    assert run.returncode == 0, run.stderr
    assert b"? `qa models pull`" in run.stdout


def test_an_index_in_use_is_reported_as_such(run):
    class BusyQA(QA):
        def sync(self, progress=None):
            raise StoreError("Another process has been writing to the index.", hint="Wait for it to end.")

    result = run("sync", kind=BusyQA)
    assert result.exit_code == 1
    assert "Wait for it to end." in result.stderr
