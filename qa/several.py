"""Which questions several sentences answer together: who somebody is, how a career went, which clubs or trophies it had."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from qa.atoms import find_atoms
from qa.careers import ACTIVITIES, CAREER, LISTED, OVERVIEW, ROLES
from qa.conversation import about
from qa.questions import asks_for_several, asks_who, asks_why, expected_answer
from qa.text import WORD, fold, stems, stems_of, words
from qa.values import Asked

TROPHIES = "trophies"
WINNING, COACHING, PLAYING, MOVING = "winning", "coaching", "playing", "moving"
# What leaves something out of a list; as words they are too frequent to be content words.
_RESTRICTED = re.compile(
    r"\b(?:prima|dopo|fuori|oltre|tranne|eccetto|senza|fino|before|after|outside|besides|except|without|until|since)\b"
)
# "Dove ha allenato?", but not "dove allena?", which asks for one place; "che cosa ha vinto?".
_WHERE = re.compile(r"\bdove (?:ha|hanno|aveva|avevano)\b|\bwhere (?:has|have|had|did)\b")
_WHAT = re.compile(r"(?:\A|: )\W*(?:e |and )?(?:(?:che )?cosa|what)\b")


@dataclass(frozen=True)
class Wanted:
    """What a question wants several sentences for; nothing of it where one is to answer.

    Attributes:
        asked: The question.
        who: Whether it asks who somebody is, or may be answered so.
        career: Whether it asks for a summary.
        activity: What it asks for a list of, by its name in ``ACTIVITIES``: where somebody coached or played, or what was won.
        counted: Whether it asks how many these are: the list is not yet the answer.
    """

    asked: Asked
    who: bool = False
    career: bool = False
    activity: str | None = None
    counted: bool = False


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
    return Wanted(asked, activity=_activity(asked), counted=asked.expected == "number")


def about_subject(question: str, language: str, find_subject: Callable[[], str]) -> str:
    """Return a question for several sentences that names nobody ("Che cosa ha vinto?") as one about a subject; any other unchanged.

    Args:
        question: The standalone question.
        language: Its language.
        find_subject: Returns the name that most articles are about, empty where there is none; asked only where it is wanting.
    """
    if Asked(_with_plain_things(question, language), language).names or not (subject := find_subject()):
        return question
    asked = about([subject], question, language)
    wanted = wanted_of_several(asked, language)
    return asked if wanted.who or wanted.career or wanted.activity else question


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
    several = asks_for_several(asked.question) or asked.expected == "number"
    if things == {TROPHIES}:
        return WINNING if (several or _only_names_trophies(asked)) and PLAYING not in activities else None
    if things:
        return activities.pop() if several and activities in ({COACHING}, {PLAYING}) else None
    if _WHERE.search(fold(asked.question)):
        return activities.pop() if activities in ({COACHING}, {PLAYING}) else None
    is_won = WINNING in activities and PLAYING not in activities
    return WINNING if is_won and _WHAT.search(fold(asked.question)) else None


def _only_names_trophies(asked: Asked) -> bool:
    """Whether a question is no more than a heading: "i trofei di Neri"."""
    language = asked.language
    named = stems_of(LISTED[TROPHIES], language) | stems_of(OVERVIEW, language) | stems_of(CAREER, language)
    return asked.expected == "other" and asked.predicates <= named


def _meant(meanings: Mapping[str, Mapping[str, frozenset[str]]], asked: Asked) -> set[str]:
    return {meaning for meaning, names in meanings.items() if asked.predicates & stems_of(names, asked.language)}
