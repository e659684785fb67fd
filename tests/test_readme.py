"""The README says what is so: its settings, commands, extras and code."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

import qa
from qa.cli import app
from qa.config import Settings
from qa.models.artifacts import ARTIFACTS
from qa.models.providers import FORMS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PLACES = {
    "data_dir": "the user's data folder",
    "cache_dir": "the user's cache folder",
    "sources": "`seeds/`",
    "runs_dir": "`runs/` of a checkout",
}


def settings_row(name, field):
    default = PLACES.get(name) or ("" if field.default is None else f"`{field.default}`")
    return f"| `QA_{name.upper()}` | {default} | {field.description} |"


def test_every_setting_stands_in_the_table_and_no_other():
    rows = [line for line in README.splitlines() if line.startswith("| `QA_")]
    assert rows == [settings_row(name, field) for name, field in Settings.model_fields.items()]


def test_every_variable_that_is_named_exists():
    named = set(re.findall(r"QA_[A-Z_]+", README))
    assert named == {f"QA_{name.upper()}" for name in Settings.model_fields}


def test_every_command_is_described_and_no_other():
    commands = get_command(app).commands
    assert set(re.findall(r"^\| `qa (\w+)", README, re.MULTILINE)) == set(commands)
    assert set(re.findall(r"`qa models (\w+)`", README)) == set(commands["models"].commands)


def test_every_extra_is_named():
    extras = set(PROJECT["optional-dependencies"]) - {"eval", "test"}
    assert all(re.search(rf"\[{extra}\]|extra `{extra}`", README) for extra in extras)


def test_the_forms_of_a_model_are_those_of_the_error_message():
    for form in re.findall(r"(\w+):NAME", FORMS):
        if form != "PROVIDER":
            assert f"`{form}:NAME`" in README


@pytest.mark.parametrize("code", re.findall(r"```python\n(.*?)```", README, re.DOTALL))
def test_the_code_parses_and_imports_public_names(code):
    names = [a.name for n in ast.walk(ast.parse(code)) if isinstance(n, ast.ImportFrom) for a in n.names]
    assert set(names) <= set(qa.__all__)


def test_the_models_licences_are_named():
    for artifact in ARTIFACTS:
        (row,) = [
            line for line in README.splitlines() if artifact.name in line and line.startswith("|") and "GB" in line
        ]
        assert f"| {artifact.licence} |" in row
        assert f"{artifact.size / 1e9:.2f} GB" in row


def test_the_files_it_links_to_exist():
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_it_names_no_host_of_a_package_registry():
    assert not re.search(r"pypi\.org|pythonhosted", README)
