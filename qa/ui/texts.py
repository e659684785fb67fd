"""What the page says, in Italian and English."""

import tomllib
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import gradio as gr

Language = Literal["it", "en"]
_YEAR, _MONTH, _DAY = len("2021"), len("2021-02"), len("2021-02-09")


@cache
def texts(language: Language) -> dict[str, str]:
    """Return every text of the page in ``language``, by key."""
    return _tables()[language]


@cache
def _tables() -> dict[Language, dict[str, str]]:
    tables: dict[Language, dict[str, str]] = tomllib.loads(Path(__file__).with_name("texts.toml").read_text("utf-8"))
    return tables


def translations() -> "gr.I18n":
    """Return the same texts for the labels that Gradio translates in the browser."""
    import gradio as gr

    return gr.I18n(**{str(language): table for language, table in _tables().items()})


def browser_language(accept_language: str | None) -> Language:
    """Return the language of a browser from its Accept-Language header: Italian where it comes first, else English."""
    first = (accept_language or "").split(",")[0].strip().lower()
    return "it" if first == "it" or first.startswith("it-") else "en"


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
