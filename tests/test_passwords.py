"""Passwords: their hashes, and who they let in."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from qa.cli import app
from qa.config import Settings
from qa.errors import ConfigError
from qa.passwords import LONGEST, PasswordHash, Users, user

ADA = user("ada", "correct horse")
LUCA = user("luca", "battery staple")
HASH = ADA.rpartition(":")[2]


def test_each_user_comes_in_with_their_own_password_only():
    users = Users(f"{ADA}\n {LUCA}")
    assert users.accept("ada", "correct horse")
    assert users.accept("luca", "battery staple")
    assert not users.accept("ada", "battery staple")
    assert not users.accept("ada", "")
    assert not users.accept("Ada", "correct horse")
    assert not users.accept("", "")


def test_an_unknown_name_costs_a_whole_check(monkeypatch):
    checks = []
    fits = PasswordHash.fits
    monkeypatch.setattr(PasswordHash, "fits", lambda self, password: checks.append(self) or fits(self, password))
    users = Users(ADA)
    for name in ("ada", "nobody"):
        users.accept(name, "wrong")
    known, unknown = checks
    assert (known.n, known.r, known.p) == (unknown.n, unknown.r, unknown.p)
    assert unknown.digest != known.digest


def test_a_password_is_the_same_however_its_accents_are_typed():
    users = Users(user("ada", unicodedata.normalize("NFC", "perché città")))
    assert users.accept("ada", unicodedata.normalize("NFD", "perché città"))


def test_the_same_password_is_never_hashed_alike():
    assert user("ada", "correct horse") != ADA


def test_a_hash_needs_no_quotes_in_a_shell():
    assert re.fullmatch(r"[\w:-]+", ADA)


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\n", "x" * 65])
def test_a_name_that_cannot_be_one_is_refused(name):
    with pytest.raises(ValueError, match="name"):
        user(name, "correct horse")


@pytest.mark.parametrize("password", ["", "1234567", "x" * (LONGEST + 1)])
def test_a_password_that_cannot_be_one_is_refused(password):
    with pytest.raises(ValueError, match="password"):
        user("ada", password)


@pytest.mark.parametrize(
    "malformed",
    [
        "ada:hunter2",
        "hunter2",
        f"ada:md5:1:1:1:{HASH}:{HASH}",
        ADA[:-1],
        ADA + "x",
        ADA.replace(":32768:", ":32767:"),
        ADA.replace(":32768:", ":1024:"),
        ADA.replace(":32768:8:", ":4194304:8:"),
        ADA.replace(":3:", ":99:"),
        ADA.replace(":3:", ":0:"),
        f"{ADA},{LUCA}",
        f"{ADA} {ADA}",
        " ",
    ],
)
def test_malformed_users_are_an_error_that_shows_nothing_of_them(malformed):
    with pytest.raises(ConfigError) as told:
        Settings(auth=malformed)
    assert "auth: " in str(told.value)
    assert not any(secret in str(told.value) for secret in ("hunter2", HASH, HASH[:12], "ada", "luca"))


@given(st.text(max_size=200))
@settings(max_examples=200)
def test_whatever_is_no_user_is_a_value_error(text):
    with pytest.raises(ValueError, match=r"user \d|no user"):
        Users(text)


def test_hashes_are_masked_wherever_settings_are_shown(monkeypatch):
    monkeypatch.setenv("QA_AUTH", ADA)
    settings = Settings()
    shown = f"{settings!r} {settings} {settings.in_force()} {settings.model_dump_json()} {settings.replace(port=0)!r}"
    assert HASH not in shown
    assert settings.auth is not None
    assert HASH not in repr(PasswordHash.of("correct horse"))


def test_the_command_asks_twice_and_prints_what_the_setting_needs():
    made = CliRunner().invoke(app, ["password", "ada"], input="correct horse\ncorrect horse\n")
    assert made.exit_code == 0
    assert "correct horse" not in made.output
    assert Users(made.stdout.strip()).accept("ada", "correct horse")


def test_the_command_asks_again_where_the_two_differ_and_refuses_a_short_one():
    runner = CliRunner()
    made = runner.invoke(app, ["password", "ada"], input="correct horse\ncorrect house\nsecond one\nsecond one\n")
    assert Users(made.stdout.strip()).accept("ada", "second one")
    refused = runner.invoke(app, ["password", "ada"], input="short\nshort\n")
    assert refused.exit_code == 2
    assert "8 to 256" in refused.output
