"""Questions about something that happened to somebody: when, why, against whom, who beat them, how far in a cup, as what, where to next."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from qa.atoms import Atom, find_atoms
from qa.careers import ACTIVITIES, AFTER, ASKING, COMING, OVERVIEW, POSTS, ROLES, SIDES
from qa.events import departures_of, events_of
from qa.prepositions import is_governed
from qa.questions import asks_why
from qa.text import fold, stems_of, words
from qa.values import Asked

Kind = Literal["time", "reason", "opponent", "victor", "stage", "role", "position", "next"]
"""What is asked of something that happened; "victor" is who beat somebody, "position" that of a player, "next" the club after another."""

_WHICH = r"(?:che|qual|quale|which|what)"
# The first pattern that a folded question has decides.
_ASKED: tuple[tuple[Kind, str], ...] = (
    ("opponent", rf"\b(?:contro|against) (?:chi|whom?|{_WHICH})\b|\b{_WHICH} (?:(?:e|era|fu|is|was) )?(?:(?:l|la|the) )?(?:avversari[ao]|opponent)\b"),
    ("victor", r"(?:\bchi (?:ha|hanno|aveva)|\bda chi (?:e stat\w|fu|venne)) (?:elimin|battu|sconfi|butta|estrome|supera)\w+|\bwho (?:beat|eliminated|knocked|defeated)\b"),
    ("stage", rf"\b(?:a|in|at) {_WHICH} (?:turno|punto|fase|stage|round)\b|\bfin(?:o a)? dove\b|\bhow far\b"),
    ("role", rf"\b{_WHICH} (?:ruolo|incarico|mansione|funzione|qualifica|role|position|job|capacity)\b|\bin {_WHICH} veste\b"),
    ("next", r"\b(?:dopo|finit[aoei]|after)\b"),
)  # fmt: skip
_ASKED_FOR = re.compile(r"\b(?:quale|in che|which|what)\s+\w", re.IGNORECASE)  # "In quale Paese" names no country.
_WHERE = re.compile(
    rf"\b(?:dove|where)\b|\b{_WHICH} (?:squadra|club|societa|paese|citta|maglia|team|side|country|city)\b"
)
_BEFORE_A_CLUB = re.compile(
    r"\b(?:il|lo|la|dopo|after|the|(?:a|da|de|ne|su)l(?:lo|la)?|col|con|ad?|in|at|with)\s+\Z|\b(?:(?:a|da|de|ne|su)l)?l['’]\s*\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Happening:
    """What a question asks of something that happened.

    Attributes:
        asked: The question.
        kind: What it asks.
    """

    asked: Asked
    kind: Kind

    @cached_property
    def clubs(self) -> list[list[str]]:
        """The question's names that have an article or a preposition before them."""
        question, language = self.asked.question, self.asked.language
        governed = (atom for atom in self._names if is_governed(question, atom, language))
        return [*self.placed, *(words(atom.value) for atom in governed)]

    @cached_property
    def placed(self) -> list[list[str]]:
        """Those that surely name no person: with an article, as people have none in Italian, or a preposition of place."""
        before = (atom for atom in self._names if _BEFORE_A_CLUB.search(self.asked.question[: atom.start]))
        return [words(atom.value) for atom in before]

    @cached_property
    def _names(self) -> list[Atom]:
        return [atom for atom in find_atoms(self.asked.question, self.asked.language) if atom.kind == "name"]

    @cached_property
    def sides(self) -> frozenset[str]:
        """The stems of a side that is not the first team: "in nazionale"."""
        return self.asked.predicates & stems_of(SIDES, self.asked.language)

    @cached_property
    def events(self) -> frozenset[str]:
        """What happened: who left may have been dismissed, or have resigned, and who was beaten has lost."""
        if self.kind == "victor":
            return frozenset(["losing"])
        events = happenings_of(self.asked.predicates, self.asked.language)
        return events | {"dismissal", "resigning"} if "leaving" in events else events

    @cached_property
    def others(self) -> frozenset[str]:
        """The stems of the question that are neither of what happened nor of careers."""
        language = self.asked.language
        known = [POSTS, ROLES, OVERVIEW, COMING, ASKING, *ACTIVITIES.values(), *([AFTER] if self.kind == "next" else [])]
        others = self.asked.predicates.difference(*(stems_of(names, language) for names in known))
        return frozenset(stem for stem in others if not happenings_of([stem], language))

    @property
    def is_of_playing(self) -> bool:
        """Whether it is when or why something happened to a player; against whom one "played" is no matter of a career."""
        return self.kind in {"time", "reason"} and self.tells_of("playing")

    def tells_of(self, activity: str) -> bool:
        """Whether it has a word of an activity of ``ACTIVITIES``."""
        return tells_of(activity, self.asked.predicates, self.asked.language)


def asked_happening(question: str, language: str) -> Happening | None:
    """Return what a question asks of something that happened; None where it asks another thing, names nobody, or gives a number or date itself.

    Args:
        question: The standalone question.
        language: Its language.
    """
    asked = Asked(_ASKED_FOR.sub(lambda found: found[0].lower(), question), language)
    given = any(atom.kind != "name" for atom in find_atoms(asked.question, language))
    kind = None if given or not asked.names else _kind(asked)
    return Happening(asked, kind) if kind else None


def happenings_of(said: Iterable[str], language: str) -> frozenset[str]:
    """Return what some stems tell of: the events of ``EVENTS``, and ways of leaving a post."""
    return events_of(said, language) | departures_of(said, language)


def tells_of(activity: str, said: Iterable[str], language: str) -> bool:
    """Whether some stems have one of an activity of ``ACTIVITIES``."""
    return not stems_of(ACTIVITIES[activity], language).isdisjoint(said)


def _kind(asked: Asked) -> Kind | None:
    folded = fold(asked.question)
    kind = next((kind for kind, pattern in _ASKED if re.search(pattern, folded)), None)
    if kind == "next":
        return kind if _WHERE.search(folded) else None
    if kind == "role" and tells_of("playing", asked.predicates, asked.language):
        return "position"
    if kind is None and asks_why(asked.question):
        return "reason"
    return "time" if kind is None and asked.asks_when else kind
