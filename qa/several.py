"""Which questions several sentences answer together: who somebody is, how a career went, which clubs or trophies it had."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from qa.atoms import find_atoms
from qa.careers import ACTIVITIES, CAREER, LISTED, OVERVIEW, ROLES
from qa.questions import asks_for_several, asks_who, asks_why, expected_answer
from qa.text import WORD, fold, stems, stems_of, words
from qa.values import Asked

TROPHIES = "trophies"
WINNING, COACHING, PLAYING, MOVING = "winning", "coaching", "playing", "moving"
# What leaves something out of a list; as words they are too frequent to be content words.
_RESTRICTED = re.compile(
    r"\b(?:prima|dopo|fuori|oltre|tranne|eccetto|senza|fino|before|after|outside|besides|except|without|until|since)\b"
)


@dataclass(frozen=True)
class Wanted:
    """What a question wants several sentences for; nothing of it where one is to answer.

    Attributes:
        asked: The question.
        who: Whether it asks who somebody is, or may be answered so.
        career: Whether it asks for a summary.
        activity: What it asks for a list of, by its name in ``ACTIVITIES``: where somebody coached or played, or what was won.
    """

    asked: Asked
    who: bool = False
    career: bool = False
    activity: str | None = None


def wanted_of_several(question: str, language: str) -> Wanted:
    """Return what a question wants several sentences for.

    That is only said of questions that name somebody, and of which every word is known: what another word leaves out ("before 2016") could
    not be told.

    Args:
        question: The standalone question.
        language: Its language.
    """
    asked = Asked(_with_plain_things(question, language), language)
    if not asked.names or asks_why(question) or _RESTRICTED.search(fold(question)) or _gives_a_value(asked):
        return Wanted(asked)
    if asks_who(question):
        return Wanted(asked, who=True)
    if _asks_for_a_summary(asked):
        return Wanted(asked, career=True, who=asked.predicates.isdisjoint(stems_of(CAREER, language)))
    return Wanted(asked, activity=_activity(asked) if asks_for_several(question) else None)


def _with_plain_things(question: str, language: str) -> str:
    """Return a question whose clubs, countries and trophies have no capital: with it they pass for names ("in quali Paesi")."""
    things = frozenset().union(*(names.get(language, ()) for names in LISTED.values()))
    return WORD.sub(lambda word: plain if (plain := word[0].lower()) in things else word[0], question)


def _gives_a_value(asked: Asked) -> bool:
    return any(atom.kind != "name" for atom in find_atoms(asked.question, asked.language))


def _asks_for_a_summary(asked: Asked) -> bool:
    """Whether a question asks for nothing in particular: for a summary, or with a name alone."""
    language = asked.language
    asking = stems_of(OVERVIEW, language) | stems_of(CAREER, language)
    asks = not asking.isdisjoint(stems(asked.question, language)) or words(asked.question) in asked.mentioned
    return (
        asks and expected_answer(asked.question) == "other" and asked.predicates <= asking | stems_of(ROLES, language)
    )


def _activity(asked: Asked) -> str | None:
    """Return what a question asks for a list of; None where it asks for another thing, or has words that are not known."""
    things, activities = _meant(LISTED, asked), _meant(ACTIVITIES, asked)
    known = [*LISTED.values(), *ACTIVITIES.values(), OVERVIEW, CAREER, ROLES]
    if not asked.predicates <= frozenset().union(*(stems_of(names, asked.language) for names in known)):
        return None
    if things == {TROPHIES}:
        return None if PLAYING in activities else WINNING
    return activities.pop() if things and activities in ({COACHING}, {PLAYING}) else None


def _meant(meanings: Mapping[str, Mapping[str, frozenset[str]]], asked: Asked) -> set[str]:
    return {meaning for meaning, names in meanings.items() if asked.predicates & stems_of(names, asked.language)}
