"""What articles are about, seen from the names and dates they use most: the ground for questions to begin with."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qa.atoms import Atom, certain_names, find_atoms
from qa.schema import Article
from qa.sentences import sentence_spans

_WORDS_OF_A_FULL_NAME = range(2, 4)


@dataclass(frozen=True)
class Topics:
    """What stands out in a set of articles.

    Attributes:
        name: The full name that most sentences use; empty without any.
        partners: Full names in the same sentences as ``name``, most frequent first.
        dates: ISO days and months that lie before their article, days first, then by how often they are named.
    """

    name: str = ""
    partners: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()


def find_topics(articles: Iterable[Article]) -> Topics:
    """Return what stands out in ``articles``."""
    names: Counter[str] = Counter()
    together: Counter[tuple[str, str]] = Counter()
    dates: Counter[str] = Counter()
    for article in articles:
        for sentence, atoms in _sentences(article):
            full = {sentence[atom.start : atom.end] for atom in atoms if _is_full_name(atom)}
            names.update(full)
            together.update((one, other) for one in full for other in full if one != other)
            dates.update(atom.value for atom in atoms if _is_past_day_or_month(atom, article.date))
    if not names:
        return Topics(dates=_ranked(dates))
    main = _most_frequent(names)[0]
    partners = Counter({other: count for (one, other), count in together.items() if one == main})
    return Topics(main, tuple(_most_frequent(partners)), _ranked(dates))


def titled_subject(articles: Iterable[Article]) -> str:
    """Return the one name of several words that more than half of the titles hold, as it is written; empty where there is none, or more."""
    titles = [set(certain_names(article.title, article.language)) for article in articles]
    held = Counter(name for names in titles for name in names if " " in name)
    most = [name for name, count in held.items() if count > len(titles) / 2]
    return most[0] if len(most) == 1 else ""


def _sentences(article: Article) -> Iterator[tuple[str, tuple[Atom, ...]]]:
    for span in sentence_spans(article.text, article.body.start, article.body.end, article.language):
        sentence = article.text[span.start : span.end]
        yield sentence, find_atoms(sentence, article.language, article.date)


def _is_full_name(atom: Atom) -> bool:
    return atom.kind == "name" and atom.certain and len(atom.value.split()) in _WORDS_OF_A_FULL_NAME


def _is_past_day_or_month(atom: Atom, published: str | None) -> bool:
    parts = atom.value.split("-")
    exact = atom.kind == "date" and len(parts) > 1 and all(part.isdecimal() for part in parts)
    return exact and atom.value <= (published or atom.value)


def _most_frequent(counts: Counter[str]) -> list[str]:
    return sorted(counts, key=lambda value: (-counts[value], value))


def _ranked(dates: Counter[str]) -> tuple[str, ...]:
    return tuple(sorted(dates, key=lambda value: (-len(value), -dates[value], value)))
