"""Errors in the reader's language: the package says them in English, which programs and logs read as well."""

import re
import tomllib
from functools import cache
from pathlib import Path

from qa.ui.texts import Language


def in_language(text: str, language: Language) -> str:
    """Return a message, a hint, or a message and its hint in ``language``; what has no translation stays English."""
    return (_both(text) or _one(text) or text) if language == "it" else text


def _one(text: str) -> str | None:
    """Return a message or a hint in Italian, or None if it is unknown."""
    found = ((pattern.fullmatch(text), italian) for pattern, italian in _patterns())
    return next((italian.format(*match.groups()) for match, italian in found if match), None)


def _both(text: str) -> str | None:
    places = (place for place, character in enumerate(text) if character == " ")
    pairs = ((_one(text[:place]), _one(text[place + 1 :])) for place in places)
    return next((f"{message} {hint}" for message, hint in pairs if message and hint), None)


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    table = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return [
        (re.compile(re.escape(english).replace(r"\{\}", "(.+?)"), re.DOTALL), italian)
        for english, italian in table.items()
    ]
