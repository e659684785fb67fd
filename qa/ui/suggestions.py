"""Questions to begin with, made from whatever articles are indexed."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from qa.atoms import Atom, find_atoms
from qa.sentences import sentence_spans
from qa.ui.texts import Language, readable_date, texts

if TYPE_CHECKING:
    from qa.pipeline import QA
    from qa.schema import Article

_SHOWN = 4
_WORDS_OF_A_FULL_NAME = range(2, 4)


def suggestions(bot: "QA", language: Language) -> list[str]:
    """Return a few questions: about whom the articles name most, whom they name along, and their fullest dates."""
    names: Counter[str] = Counter()
    together: Counter[tuple[str, str]] = Counter()
    dates: Counter[str] = Counter()
    for article in (bot.article(info.source) for info in bot.articles()):
        for sentence, atoms in _sentences(article):
            full = {sentence[a.start : a.end] for a in atoms if _is_full_name(a)}
            names.update(full)
            together.update((one, other) for one in full for other in full if one != other)
            dates.update(a.value for a in atoms if a.kind == "date" and _is_past_day_or_month(a.value, article.date))
    words = texts(language)
    questions: list[str] = []
    if names:
        main = names.most_common(1)[0][0]
        questions.append(words["ask_who"].format(name=main))
        partners = [other for (one, other), _ in together.most_common() if one == main]
        questions.extend(words["ask_link"].format(name=main, other=other) for other in partners[:1])
    fullest = sorted(dates, key=lambda value: (-len(value), -dates[value], value))
    questions.extend(words["ask_when"].format(date=_when(value, language)) for value in fullest)
    return questions[:_SHOWN]


def _sentences(article: "Article") -> Iterator[tuple[str, tuple[Atom, ...]]]:
    body = article.text[article.body.start : article.body.end]
    for span in sentence_spans(body, language=article.language):
        sentence = body[span.start : span.end]
        yield sentence, find_atoms(sentence, article.language, article.date)


def _is_full_name(atom: Atom) -> bool:
    return atom.kind == "name" and atom.certain and len(atom.value.split()) in _WORDS_OF_A_FULL_NAME


def _is_past_day_or_month(value: str, published: str | None) -> bool:
    parts = value.split("-")
    return len(parts) > 1 and all(part.isdecimal() for part in parts) and value <= (published or value)


def _when(value: str, language: Language) -> str:
    form = {1: "in_year", 2: "in_month"}.get(value.count("-") + 1, "on_day")
    return texts(language)[form].format(date=readable_date(value, language))
