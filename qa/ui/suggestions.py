"""Questions to begin with, made from whatever articles are indexed."""

from typing import TYPE_CHECKING

from qa.ui.texts import Language, readable_date, texts

if TYPE_CHECKING:
    from qa.topics import Topics

_SHOWN = 4


def suggestions(topics: "Topics", language: Language) -> list[str]:
    """Return a few questions: about whom the articles name most, whom they name along, and their fullest dates."""
    words = texts(language)
    questions = [words["ask_who"].format(name=topics.name)] if topics.name else []
    questions.extend(words["ask_link"].format(name=topics.name, other=other) for other in topics.partners[:1])
    questions.extend(words["ask_when"].format(date=_when(value, language)) for value in topics.dates)
    return questions[:_SHOWN]


def _when(value: str, language: Language) -> str:
    form = "on_day" if value.count("-") > 1 else "in_month"
    return texts(language)[form].format(date=readable_date(value, language))
