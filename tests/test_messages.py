"""Errors of files and texts, as the Italian page says them."""

import ast
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qa
from qa.ui.messages import in_language

PACKAGE = Path(qa.__file__).parent
FILES = [*sorted((PACKAGE / "articles").glob("*.py")), PACKAGE / "additions.py"]
TABLE = tomllib.loads((PACKAGE / "ui" / "messages.toml").read_text("utf-8"))


def template(node: ast.expr, constants: dict[str, str]) -> str | None:
    """A literal with {} where a value goes; None for what is computed elsewhere."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in parts)
        case ast.Name(id=name):
            return constants.get(name)
    return None


def said() -> set[str]:
    """All messages and hints of the errors that reading and adding articles can raise."""
    found = set()
    for file in FILES:
        tree = ast.parse(file.read_text("utf-8"))
        assigned = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
        constants = {
            n.targets[0].id: t for n in assigned if isinstance(n.targets[0], ast.Name) and (t := template(n.value, {}))
        }
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id.endswith("Error"):
                found |= {template(part, constants) for part in [*call.args, *(k.value for k in call.keywords)]}
    return {text for text in found if text and text.endswith(".")}


def test_every_message_has_its_translation():
    assert len(said()) > 40
    assert said() - TABLE.keys() == set()


def test_no_translation_is_left_over_and_none_loses_a_value():
    assert TABLE.keys() - said() == set()
    assert [english for english, italian in TABLE.items() if english.count("{}") != italian.count("{}")] == []


@pytest.mark.parametrize(
    ("english", "italian"),
    [
        ("The file is empty.", "Il file è vuoto."),
        (
            "The PDF is damaged: Stream v. 2 has ended. Export it again, or save the article's text as .txt.",
            "Il PDF è danneggiato: Stream v. 2 has ended. Esportalo di nuovo, o salva il testo dell'articolo come .txt.",
        ),
        ("Unsupported type .exe. Use .docx, .txt.", "Il tipo .exe non è supportato. Usa .docx, .txt."),
        ("“{0.__class__}” is not a date.", "«{0.__class__}» non è una data."),
        ("Something new.", "Something new."),
    ],
)
def test_messages_are_said_in_the_readers_language(english, italian):
    assert in_language(english, "it") == italian
    assert in_language(english, "en") == english


@given(st.text(max_size=80))
def test_what_is_unknown_stays(text):
    assert in_language(f"?{text}", "it") == f"?{text}"
