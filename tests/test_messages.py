"""Errors as the Italian page says them: of files and texts, of the models, of the index."""

import ast
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qa
from qa.models import failures
from qa.ui.messages import in_language

PACKAGE = Path(qa.__file__).parent
ROOMS = ("articles", "models", "store")
FILES = [
    *(file for room in ROOMS for file in sorted((PACKAGE / room).glob("*.py"))),
    *(PACKAGE / name for name in ("additions.py", "generation.py", "locks.py")),
]
COMPOSED = "{} {}{}."  # of `failures`, whose parts are below
TABLE = tomllib.loads((PACKAGE / "ui" / "messages.toml").read_text("utf-8"))


def template(node: ast.expr) -> str | None:
    """A literal with {} where a value goes; None for what is computed elsewhere."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in parts)
    return None


def templates(node: ast.expr, assigned: dict[str, set[str]]) -> set[str]:
    """What an argument can be: a literal, either of two, or any that its name was given in the module."""
    if isinstance(node, ast.IfExp):
        return templates(node.body, assigned) | templates(node.orelse, assigned)
    if isinstance(node, ast.Name):
        return assigned.get(node.id, set())
    return {text} if (text := template(node)) else set()


def said_in(file: Path) -> set[str]:
    """All messages and hints of the errors that a module can raise."""
    tree = ast.parse(file.read_text("utf-8"))
    assigned = defaultdict(set)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and (text := template(node.value)):
            assigned[node.targets[0].id].add(text)
    found = set()
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id.endswith("Error"):
            for part in [*call.args, *(keyword.value for keyword in call.keywords)]:
                found |= templates(part, assigned)
    return found


def said_of_replies() -> set[str]:
    """What is said when a model's call fails: the model, what it did, and for some its own words."""
    kinds = [kind for kind in vars(failures).values() if isinstance(kind, failures._Failure)]
    messages = {f"{{}} {kind.message}{': {}' if kind is failures._REFUSED else ''}." for kind in kinds}
    return messages | {kind.hint for kind in kinds}


def said() -> set[str]:
    """All messages and hints that the page can show."""
    # What is said of one source of a model's file is only a part of the message of them all.
    found = set().union(*(said_in(file) for file in FILES if file.name != "sources.py"))
    return {text for text in found if text.endswith(".") and text != COMPOSED} | said_of_replies()


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
        (
            "Could not fetch model.gguf. Tried the hub: HTTP 503; an index: no pip.",
            "Non è stato possibile scaricare model.gguf. Tentativi: the hub: HTTP 503; an index: no pip.",
        ),
        ("openai:gpt did not answer in time.", "openai:gpt non ha risposto in tempo."),
        (
            "Another process has been writing to the index for over 30 s (/tmp/index.lock).",
            "Un altro processo scrive nell'indice da più di 30 s (/tmp/index.lock).",
        ),
        ("Something new.", "Something new."),
    ],
)
def test_messages_are_said_in_the_readers_language(english, italian):
    assert in_language(english, "it") == italian
    assert in_language(english, "en") == english


@given(st.text(max_size=80))
def test_what_is_unknown_stays(text):
    assert in_language(f"?{text}", "it") == f"?{text}"
