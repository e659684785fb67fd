"""Places that languages call by different names: countries and large cities, as Unicode's CLDR knows them."""

from collections.abc import Iterator
from functools import cache

from qa.lexicon import QUESTION_WORDS
from qa.text import fold, words


def other_names(word: str) -> frozenset[str]:
    """Return what other languages call the place of a folded word ("grecia" for "greece"); nothing where it names none.

    Only names of one word are known, in the languages that questions are understood in.
    """
    by_name, by_place = _places()
    return by_place[by_name[word]] - {word} if word in by_name else frozenset()


@cache
def _places() -> tuple[dict[str, str], dict[str, frozenset[str]]]:
    """Return the place of each name, and the names of each place; where two places share a name, it is the first one's."""
    by_name: dict[str, str] = {}
    for place, name in _named():
        if len(words(name)) == 1:
            by_name.setdefault(fold(name), place)
    by_place: dict[str, set[str]] = {}
    for name, place in by_name.items():
        by_place.setdefault(place, set()).add(name)
    return by_name, {place: frozenset(names) for place, names in by_place.items()}


def _named() -> Iterator[tuple[str, str]]:
    """Yield the code of each country with its names, then each city that a time zone is called after with its names."""
    from babel import Locale

    locales = [Locale.parse(language) for language in QUESTION_WORDS]
    for locale in locales:
        yield from ((code, name) for code, name in locale.territories.items() if code.isalpha())
    for locale in locales:
        for zone, known in locale.time_zones.items():
            yield zone, known.get("city", "")
            yield zone, zone.rpartition("/")[2].replace("_", " ")  # the English name
