"""What happens in sport and to its people, as the words of a text tell of it."""

from collections.abc import Iterable
from functools import cache

from qa.lexicon import EVENTS
from qa.text import stems_of


def events_of(said: Iterable[str], language: str) -> frozenset[str]:
    """Return the events that some stems tell of, by their names in ``EVENTS``: one word may tell of several ("battuto")."""
    known = _by_stem(language)
    return frozenset(event for stem in said for event in known.get(stem, ()))


@cache
def _by_stem(language: str) -> dict[str, list[str]]:
    known: dict[str, list[str]] = {}
    for event, names in EVENTS.items():
        for stem in stems_of(names, language):
            known.setdefault(stem, []).append(event)
    return known
