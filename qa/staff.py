"""Posts other than a coach's: who is asked for by one ("chi è il vice di…"), and whose name stands beside one ("il vice Ugo Bianchi")."""

import re
from functools import cache
from typing import Literal

from qa.atoms import Atom
from qa.text import stems

StaffPost = Literal[
    "assistant",
    "goalkeeping coach",
    "fitness coach",
    "president",
    "owner",
    "captain",
    "sporting director",
    "general manager",
    "technical director",
]

_CALLED: dict[StaffPost, dict[str, tuple[str, ...]]] = {
    "assistant": {
        "it": (
            "vice allenatore",
            "viceallenatore",
            "allenatore in seconda",
            "assistente",
            "vice",
        ),
        "en": ("assistant coach", "assistant manager", "assistant", "number two", "deputy"),
    },
    "goalkeeping coach": {
        "it": ("allenatore dei portieri", "preparatore dei portieri"),
        "en": ("goalkeeping coach", "goalkeepers coach"),
    },
    "fitness coach": {"it": ("preparatore atletico", "preparatrice atletica"), "en": ("fitness coach",)},
    "president": {"it": ("presidente", "patron", "numero uno"), "en": ("president", "chairman", "chairwoman")},
    "owner": {"it": ("proprietario", "proprietaria"), "en": ("owner",)},
    "captain": {"it": ("capitano", "capitana"), "en": ("captain",)},
    "sporting director": {
        "it": ("direttore sportivo", "direttrice sportiva", "ds"),
        "en": ("sporting director", "director of football"),
    },
    "general manager": {"it": ("direttore generale", "direttrice generale", "dg"), "en": ("general manager",)},
    "technical director": {"it": ("direttore tecnico", "direttrice tecnica"), "en": ("technical director",)},
}
_ARTICLES = {
    "it": r"(?:(?:il|lo|la|suo|sua|nuov[oa])\s+|l['’])*",
    "en": r"(?:.*['’]s?\s+|(?:the|his|her)\s+)?(?:new\s+)?",
}
_WHO = {
    "it": r"(?:e\s+)?(?:chi\s+(?:è|é|e['’]|era|fu|sarà|fa|faceva|è stat[oa])|come si chiam(?:a|ava))",
    "en": r"(?:and\s+)?(?:who(?:['’]s|\s+(?:is|was|were|will be))|what(?:['’]s|\s+(?:is|was))\s+the\s+name\s+of)",
}
_SECOND = ("secondo", "seconda")  # Asked for as a post; but "secondo Ugo Bianchi" says that it is Bianchi's opinion.
_ASKED = {language: rf"\A\W*{who}\s+{_ARTICLES[language]}(?:{{}})\b" for language, who in _WHO.items()}
_OTHER = r"(?<!\bex )(?<!\bex-)(?<!\bvice )(?<!\bvice-)(?<!\bformer )"
_BEFORE = rf"{_OTHER}\b({{}})(?:\s+(?:è|era|fu|sarà|resta|is|was|will be))?\s+\Z"
_BEHIND = r"\A,\s+(?:(?:il|lo|la|suo|sua|nuov[oa]|the|its|his|her|new)\s+)*({})\b(?!\s+(?-i:[A-ZÀ-Þ]))"


def asked_staff_post(question: str, language: str) -> StaffPost | None:
    """Return the post whose holder a question asks for; None where it asks another thing."""
    if language not in _ASKED:
        return None
    for post, called in _CALLED.items():
        asked = (*called[language], *_SECOND) if (post, language) == ("assistant", "it") else called[language]
        if _compiled(_ASKED[language], asked).search(question):
            return post
    return None


def posts_of(name: Atom, text: str, language: str) -> set[StaffPost]:
    """Return the posts that stand beside a name of a text, before or behind it, and are not somebody's former ones."""
    if language not in _ASKED:
        return set()
    behind = text[name.end :]
    return {
        post
        for post, called in _CALLED.items()
        if _compiled(_BEFORE, called[language]).search(text, 0, name.start)
        or _compiled(_BEHIND, called[language]).search(behind)
    }


@cache
def stems_of_posts(language: str) -> frozenset[str]:
    """Return the stems of all words that posts are called by."""
    return frozenset(
        stem for called in _CALLED.values() for stem in stems(" ".join(called.get(language, ())), language)
    )


@cache
def _compiled(pattern: str, called: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(pattern.format("|".join(map(re.escape, called))), re.IGNORECASE)
