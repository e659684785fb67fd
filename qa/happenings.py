"""Questions about what happened to somebody: when, why, against whom, how far in a cup, as what, where to next, after how long; and who had a post."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from qa.atoms import Atom, find_atoms
from qa.careers import ACTIVITIES, ASKING, COMING, OVERVIEW, POSTS, ROLES, SIDES
from qa.counting import is_denied
from qa.events import departures_of, events_of
from qa.lexicon import PARTICLES
from qa.prepositions import is_governed
from qa.questions import asks_why
from qa.staff import StaffPost, asked_staff_post, stems_of_posts
from qa.text import fold, stems_of, words
from qa.values import Asked
from qa.verification import may_be_one_name

Kind = Literal["time", "reason", "opponent", "victor", "stage", "role", "position", "next", "since", "club", "holder"]
"""What is asked of something that happened; "victor" is who beat somebody, "position" that of a player, "next" the club after another, "since"
after how long, "club" at which it was, "holder" who had a post other than a coach's."""

_WHICH = r"(?:che|qual|quale|which|what)"
_OF_A_MATCH = r"\bcon chi (?:ha|hanno|aveva|avevano) (?:pers|pareggi|vint)\w+|\bwhom? did .* (?:beat|defeat|overcome)\b"
_SIDE = rf"(?:quali|{_WHICH}) (?:squadr[ae]|club|societa|formazion[ei]|teams?|clubs?|sides?)\b"
# The first pattern that a folded question has decides.
_ASKED: tuple[tuple[Kind, str], ...] = (
    ("opponent", rf"\b(?:contro|against) (?:chi|whom?|{_WHICH})\b|\b{_WHICH} (?:(?:e|era|fu|is|was) )?(?:(?:l|la|the)\W)?(?:avversari[ao]|opponent)\b"),
    ("victor", r"(?:\bchi (?:ha|hanno|aveva)|\bda chi (?:e stat\w|fu|venne)) (?:elimin|battu|sconfi|estrome|supera)\w+"),
    ("opponent", rf"\b(?:chi|who) (?:e|era|fu|erano|is|was|were) (?:\w+ )?(?:(?:l|la|il|gli|le|the)\W)?(?:avversari\w*|rival[ei]|opponents?)\b|{_OF_A_MATCH}"),
    ("victor", rf"\b{_SIDE} (?:lo |la |l\W)?(?:ha|hanno|aveva|avevano) (?:elimin|battu|sconfi|estrome|supera)\w+"),
    ("victor", rf"\b(?:who|{_SIDE}) (?:beat|eliminated|knocked|defeated)\b"),
    ("stage", rf"\b(?:a|in|at) {_WHICH} (?:turno|punto|fase|stage|round)\b|\bfin(?:o a)? dove\b|\bhow far\b"),
    ("role", rf"\b{_WHICH} (?:ruolo|incarico|mansione|funzione|qualifica|role|position|job|capacity)\b|\bin {_WHICH} veste\b"),
    ("since", r"\b(?:da|dopo) quant[oiae] (?:tempo|anni|stagioni|mesi)\b|\b(?:after|for|in) how (?:long|many)\b|\bhow (?:long|many \w+) (?:had|has) it been\b"),
    ("next", r"\b(?:dopo|finit[aoei]|after)\b"),
    ("club", rf"\b(?:con|da|alla guida d\w+|sulla panchina d\w+) {_SIDE}"),
    ("club", rf"\b{_SIDE} (?:lo |la |l\W)?(?:ha|hanno|aveva|avevano) (?:esoner|licenzi|cacci|mand|silur)\w+"),
    ("club", rf"\b(?:with|at|by) {_SIDE}|\b{_SIDE} (?:sacked|fired|dismissed)\b|\b{_SIDE} .*\bwith\W*\Z"),
)  # fmt: skip
_ENDED = re.compile(
    r"\b(?:fini|conclu|termin|chiu|interro)\w+ (?:\w+\W)?(?:avventura|esperienza|parentesi|periodo|rapporto)\b"
    r"|\b(?:stint|spell|time|adventure)\b.* (?:end|over)(?:ed)?\b"
)
_KNOCKED_OUT = re.compile(r"\b(?:fatt|buttat)([oaie]) fuori\b", re.IGNORECASE)
_BEFORE = re.compile(r"\bprima (?:d\w+|che)\b|\bdopo\b|\b(?:before|after)\b")
_HOW_COME = re.compile(r"\bcome mai\b", re.IGNORECASE)  # Denies nothing.
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
        if self.kind == "opponent" and not events_of(self.asked.predicates, self.asked.language):
            return frozenset(["winning", "losing"])  # Whoever won, and may be told by one word: "battuto".
        events = happenings_of(self.asked.predicates, self.asked.language)
        ended = _ENDED.search(fold(self.asked.question)) is not None
        return events | {"leaving", "dismissal", "resigning"} if ended or "leaving" in events else events

    @cached_property
    def others(self) -> frozenset[str]:
        """The stems of the question that are neither of what happened nor of careers."""
        language = self.asked.language
        known = [POSTS, ROLES, OVERVIEW, COMING, ASKING, PARTICLES, *ACTIVITIES.values()]
        posts = stems_of_posts(language) if self.post else frozenset()
        others = self.asked.predicates.difference(posts, *(stems_of(names, language) for names in known))
        return frozenset(stem for stem in others if not happenings_of([stem], language))

    @cached_property
    def post(self) -> StaffPost | None:
        """The post whose holder is asked for."""
        return asked_staff_post(self.asked.question, self.asked.language)

    def names(self, name: str) -> bool:
        """Whether a name may be one of the question's."""
        return any(may_be_one_name(words(name), asked) for asked in self.asked.names)

    @property
    def is_of_playing(self) -> bool:
        """Whether it is when or why something happened to a player; against whom one "played" is no matter of a career."""
        return self.kind in {"time", "reason"} and self.tells_of("playing")

    def tells_of(self, activity: str) -> bool:
        """Whether it has a word of an activity of ``ACTIVITIES``."""
        return tells_of(activity, self.asked.predicates, self.asked.language)


def asked_happening(question: str, language: str) -> Happening | None:
    """Return what a question asks of something that happened; None where it asks another thing, denies it, names nobody, or says which time it was.

    Args:
        question: The standalone question.
        language: Its language.
    """
    meant = _ASKED_FOR.sub(lambda found: found[0].lower(), question)
    asked = Asked(_KNOCKED_OUT.sub(r"eliminat\1", meant), language)
    given = any(atom.kind != "name" for atom in find_atoms(asked.question, language))
    said = _HOW_COME.sub(" ", asked.question)
    kind = _kind(asked) if asked.names else None
    if given and kind != "holder":
        return None  # "Il secondo" may be a post.
    if kind not in {"next", "since"} and _BEFORE.search(fold(question)):
        return None  # Which of several times it was could not be told.
    if kind != "since" and is_denied(said, len(said.rstrip(" ?!."))):
        return None  # "Da quanti anni non vinceva" asks what "dopo dieci anni" tells.
    happening = Happening(asked, kind) if kind else None
    # "Perché ha lasciato?" may be anything, from a club to a pitch.
    alone = len(asked.names) == 1
    return None if happening and alone and "leaving" in happening.events else happening


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
        kind = kind if _WHERE.search(folded) else None
    if kind == "role" and tells_of("playing", asked.predicates, asked.language):
        return "position"
    if kind is None and asks_why(asked.question):
        return "reason"
    if kind is None and asked_staff_post(asked.question, asked.language):
        return "holder"
    return "time" if kind is None and asked.asks_when else kind
