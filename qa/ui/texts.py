"""What the page says, in Italian and English."""

import tomllib
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

if TYPE_CHECKING:
    import gradio as gr
    from gradio.blocks import Block as Component
    from starlette.requests import Request

    AnyComponent = TypeVar("AnyComponent", bound=Component)

Language = Literal["it", "en"]
_GRADIO_NAMES = {
    "Retry": "try_again",
    "Clear": "new_conversation",
    "Like": "like",
    "Dislike": "dislike",
    "More tabs": "more_tabs",
    "Click to upload or drop files": "add_files",
    "File upload": "add_files",
    "chatbot conversation": "conversation",
}
_YEAR, _MONTH, _DAY = len("2021"), len("2021-02"), len("2021-02-09")


@cache
def texts(language: Language) -> dict[str, str]:
    """Return every text of the page in ``language``, by key."""
    return _tables()[language]


@cache
def _tables() -> dict[Language, dict[str, str]]:
    tables = tomllib.loads(Path(__file__).with_name("texts.toml").read_text("utf-8"))
    return {"it": tables["it"], "en": tables["en"]}


def language_of(request: "gr.Request | Request") -> Language:
    """Return the language of the browser that asks: Italian where it comes first, else English."""
    first = (request.headers.get("accept-language") or "").split(",")[0].strip().lower()
    return "it" if first == "it" or first.startswith("it-") else "en"


def gradio_names(language: Language) -> dict[str, str]:
    """Return what Gradio's own buttons are called: the name it gives them itself, and the one in ``language``."""
    return {name: texts(language)[key] for name, key in _GRADIO_NAMES.items()}


def readable_date(iso: str | None, language: Language) -> str:
    """Return an ISO date, cut to what is known, as people write it: "9 febbraio 2021, 18:18"."""
    from babel.dates import format_date, format_time

    if not iso:
        return texts(language)["no_date"]
    if len(iso) == _YEAR:
        return iso
    if len(iso) == _MONTH:
        return str(format_date(date.fromisoformat(f"{iso}-01"), "LLLL y", locale=language))
    day = str(format_date(date.fromisoformat(iso[:_DAY]), "d MMMM y", locale=language))
    clock = iso[_DAY + 1 :]
    return f"{day}, {format_time(time.fromisoformat(clock), 'HH:mm', locale=language)}" if clock else day


class Labels:
    """The components whose labels follow the browser's language.

    Gradio translates labels itself only into languages that it ships, and Italian is not among them.
    """

    def __init__(self) -> None:
        self._keys: dict[Component, dict[str, str]] = {}

    @property
    def components(self) -> "list[Component]":
        """Everything that has labels, as outputs of the event that sets them."""
        return list(self._keys)

    def add(self, component: "AnyComponent", **keys: str) -> "AnyComponent":
        """Let properties of ``component`` say the texts of these keys."""
        self._keys[component] = keys
        return component

    def in_language(self, language: Language) -> "dict[Component, dict[str, Any]]":
        """Return the updates that set every label."""
        import gradio as gr

        words = texts(language)

        def update(keys: dict[str, str]) -> dict[str, Any]:
            values: dict[str, Any] = {name: words[key] for name, key in keys.items()}
            return gr.update(**values)

        return {component: update(keys) for component, keys in self._keys.items()}
