"""What happens in sport and to its people, as the words of a text tell of it."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Literal

from qa.lexicon import DEPARTURES, EVENTS
from qa.text import stems_of


def events_of(said: Iterable[str], language: str) -> frozenset[str]:
    """Return the events that some stems tell of, by their names in ``EVENTS``: one word may tell of several ("battuto")."""
    return _named(said, _by_stem("events", language))


def departures_of(said: Iterable[str], language: str) -> frozenset[str]:
    """Return the ways of leaving a post that some stems tell of, by their names in ``DEPARTURES``."""
    return _named(said, _by_stem("departures", language))


def _named(said: Iterable[str], known: Mapping[str, list[str]]) -> frozenset[str]:
    return frozenset(name for stem in said for name in known.get(stem, ()))


@cache
def _by_stem(kind: Literal["events", "departures"], language: str) -> dict[str, list[str]]:
    known: dict[str, list[str]] = {}
    for name, told in (EVENTS if kind == "events" else DEPARTURES).items():
        for stem in stems_of(told, language):
            known.setdefault(stem, []).append(name)
    return known
