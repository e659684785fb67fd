"""Settings and the errors that name what is wrong with them."""

import os
from pathlib import Path

import pytest

from qa.config import Settings, fingerprint, resource, without_password
from qa.errors import ConfigError


def test_the_environment_fills_the_settings(monkeypatch):
    monkeypatch.setenv("QA_PORT", "8000")
    monkeypatch.setenv("QA_MODEL", "openai:x")
    assert (Settings().port, Settings().model) == (8000, "openai:x")


def test_sources_are_separated_like_those_of_path(monkeypatch):
    monkeypatch.setenv("QA_SOURCES", os.pathsep.join(["one", "two words", ""]))
    assert Settings().sources == (Path("one"), Path("two words"))
    assert Settings(sources="three").sources == (Path("three"),)
    assert Settings(sources=["four"]).sources == (Path("four"),)


def test_an_empty_variable_counts_as_unset(monkeypatch):
    monkeypatch.setenv("QA_PORT", "")
    assert Settings().port == Settings.model_fields["port"].default


def test_an_unknown_variable_is_refused_with_the_nearest_name(monkeypatch):
    monkeypatch.setenv("QA_MODLE", "local")
    with pytest.raises(ConfigError, match=r"QA_MODLE.*QA_MODEL\?"):
        Settings()


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


def test_replacing_checks_again():
    assert Settings().replace(port=1).port == 1
    with pytest.raises(ConfigError, match="port"):
        Settings().replace(port=-1)


def test_settings_cannot_be_changed():
    with pytest.raises(Exception, match="frozen"):
        Settings().port = 1


def test_the_fingerprint_follows_what_shapes_an_answer_and_nothing_else(tmp_path):
    same = Settings(data_dir=tmp_path, port=1, log_level="DEBUG", model_api_key="x")
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
