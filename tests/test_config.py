"""Settings and the errors that name what is wrong with them."""

import os
from pathlib import Path

import pytest

from qa.config import Settings, fingerprint, resource
from qa.errors import ConfigError
from qa.secrecy import without_password


def test_the_environment_fills_the_settings(monkeypatch):
    monkeypatch.setenv("QA_PORT", "8000")
    monkeypatch.setenv("QA_MODEL", "openai:x")
    assert (Settings().port, Settings().model) == (8000, "openai:x")


def test_sources_are_separated_like_those_of_path(monkeypatch):
    monkeypatch.setenv("QA_SOURCES", os.pathsep.join(["one", "two words", ""]))
    assert Settings().sources == (Path("one"), Path("two words"))
    assert Settings(sources="three").sources == (Path("three"),)
    assert Settings(sources=["four"]).sources == (Path("four"),)


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ('["one", "two:three;four"]', ["one", "two:three;four"]),
        (' ["città"] ', ["città"]),
        ("[]", []),
        ("[2021]", ["[2021]"]),
        (f" one {os.pathsep}{os.pathsep} two ", ["one", "two"]),
    ],
)
def test_sources_are_a_json_list_where_they_look_like_one(monkeypatch, text, sources):
    monkeypatch.setenv("QA_SOURCES", text)
    assert [str(path) for path in Settings().sources] == sources


def test_a_broken_list_of_sources_is_refused_by_name(monkeypatch):
    monkeypatch.setenv("QA_SOURCES", '["one"')
    with pytest.raises(ConfigError, match=r"sources: Expecting ',' delimiter"):
        Settings()


def test_a_tilde_stands_for_the_home_folder_in_every_path(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("QA_SOURCES", os.pathsep.join(["~/one", "two~"]))
    settings = Settings(data_dir="~/data", cache_dir=Path("~/cache"))
    assert settings.sources == (tmp_path / "one", Path("two~"))
    assert (settings.data_dir, settings.cache_dir) == (tmp_path / "data", tmp_path / "cache")


def test_the_home_of_nobody_is_refused():
    with pytest.raises(ConfigError, match="data_dir: ~nobody-of-this-name"):
        Settings(data_dir="~nobody-of-this-name/x")


def test_folders_stay_where_they_are_when_the_process_moves(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    settings = Settings(data_dir="data", cache_dir="cache")
    assert (settings.data_dir, settings.cache_dir) == (tmp_path / "data", tmp_path / "cache")


@pytest.mark.parametrize("address", ["localhost:8000", "ftp://host", "http://", "", "https:// host"])
def test_a_server_needs_a_web_address(address):
    with pytest.raises(ConfigError, match=r"chroma_url: .* like http://localhost:8000"):
        Settings(chroma_url=address)


def test_a_web_address_is_kept_to_the_letter():
    assert Settings(chroma_url="HTTPS://Host:8000/").chroma_url == "HTTPS://Host:8000/"


def test_the_log_level_may_be_written_small(monkeypatch):
    monkeypatch.setenv("QA_LOG_LEVEL", "debug")
    assert Settings().log_level == "DEBUG"


def test_an_empty_variable_counts_as_unset(monkeypatch):
    monkeypatch.setenv("QA_PORT", "")
    assert Settings().port == Settings.model_fields["port"].default


def test_an_unknown_variable_is_refused_with_the_nearest_name(monkeypatch):
    monkeypatch.setenv("QA_MODLE", "local")
    with pytest.raises(ConfigError, match=r"QA_MODLE.*QA_MODEL\?"):
        Settings()


def test_an_unknown_key_is_refused_with_the_nearest_name():
    with pytest.raises(ConfigError, match=r"modle is no setting \(did you mean model\?\)"):
        Settings(modle="local")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "warm"])
def test_only_finite_numbers_are_numbers(value):
    with pytest.raises(ConfigError, match="temperature"):
        Settings(temperature=value)


NUMBERS = [name for name, field in Settings.model_fields.items() if field.annotation in {int, float}]


@pytest.mark.parametrize("name", NUMBERS)
def test_every_number_is_bounded_on_both_sides(name):
    for extreme in (-1, 10**9):
        with pytest.raises(ConfigError, match=name):
            Settings(**{name: extreme})


@pytest.mark.parametrize(
    ("name", "value"), [("port", 65536), ("temperature", -1), ("log_level", "LOUD"), ("nothing", 1)]
)
def test_a_wrong_value_is_refused_by_name(name, value):
    with pytest.raises(ConfigError, match=name):
        Settings(**{name: value})


def test_the_message_never_repeats_a_secret(monkeypatch):
    monkeypatch.setenv("QA_MODEL_API_KEY", "hunter2")
    with pytest.raises(ConfigError) as caught:
        Settings(port=-1)
    assert "hunter2" not in str(caught.value)


def test_a_secret_is_masked_wherever_settings_are_shown():
    settings = Settings(model_api_key="hunter2", chroma_url="http://me:hunter2@host:8000")
    assert "hunter2" not in repr(settings.model_api_key)
    assert "hunter2" not in str(settings.model_dump(mode="json", exclude={"chroma_url"}))
    assert "hunter2" not in str(settings.in_force())


def test_what_is_in_force_tells_set_from_default_also_after_replacing(monkeypatch):
    monkeypatch.delenv("QA_CACHE_DIR", raising=False)
    told = {name: state for name, _, state in Settings(port=1).replace(model="openai:x").in_force()}
    assert {name for name, state in told.items() if state == "set"} == {"port", "model"}


def test_replacing_checks_again():
    assert Settings().replace(port=1).port == 1
    with pytest.raises(ConfigError, match="port"):
        Settings().replace(port=-1)


def test_settings_cannot_be_changed():
    with pytest.raises(Exception, match="frozen"):
        Settings().port = 1


def test_the_fingerprint_follows_what_shapes_an_answer_and_nothing_else(tmp_path):
    places = {"data_dir": tmp_path, "cache_dir": tmp_path, "sources": (tmp_path,), "chroma_url": "http://host"}
    same = Settings(**places, port=1, host="::", log_level="DEBUG", lock_timeout=1, model_api_key="x")
    assert same.fingerprint() == Settings().fingerprint()
    assert Settings(max_tokens=99).fingerprint() != Settings().fingerprint()


def test_a_fingerprint_does_not_depend_on_the_order_of_keys():
    assert fingerprint({"a": 1, "b": [2]}) == fingerprint({"b": [2], "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})


def test_the_package_finds_its_folders():
    assert {path.suffix for path in resource("prompts").iterdir()} == {".md", ".toml"}
    assert len(list(resource("seeds").iterdir())) == 2


def test_every_setting_is_described():
    assert all(field.description for field in Settings.model_fields.values())


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("http://me:secret@host:1/v1", "http://host:1/v1"),
        ("https://host/a@b", "https://host/a@b"),
        ("local", "local"),
    ],
)
def test_passwords_are_cut_out_of_addresses(address, shown):
    assert without_password(address) == shown


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("/carrera", "/carrera"),
        ("/a/b-c/", "/a/b-c"),
        ("/", None),
        ("https://example.org/carrera/", "https://example.org/carrera"),
        ("http://localhost:8080", "http://localhost:8080"),
    ],
)
def test_the_path_of_a_reverse_proxy_is_kept_without_its_last_slash(given, kept):
    assert Settings(root_path=given).root_path == kept


@pytest.mark.parametrize(
    "given", ["carrera", "//example.org", "/a/../b", "/a?b", "/a b", "ftp://example.org", "https://ada:x@example.org"]
)
def test_what_is_no_path_of_a_reverse_proxy_is_refused(given):
    with pytest.raises(ConfigError, match="root_path: It is written like"):
        Settings(root_path=given)


def test_what_hosts_the_page_does_not_change_the_fingerprint(tmp_path):
    hosted = Settings(root_path="/x", questions_at_once=1, queue_size=0, mcp=True, runs_dir=tmp_path)
    assert hosted.fingerprint() == Settings().fingerprint()
