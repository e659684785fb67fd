"""Posts that pass from one to another: the questions about that, and what sentences tell of it ("al posto di Neri", "Neri, esonerato")."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from qa.atoms import Atom, find_atoms
from qa.atoms.atom import same_length_fold
from qa.careers import POSTS
from qa.lexicon import PREPOSITIONS
from qa.prepositions import is_governed
from qa.text import fold, stems_of, words
from qa.values import Asked
from qa.verification import same_word

Post = Literal["before", "after"]
"""Whether it is asked who had a post before somebody, or after."""

_OTHERS = 2  # Words of a question that may say more of the post: "le slovene", "in Grecia".
_HAS = (
    r"(?:c\W?era|era|fu|stava|sedeva|allenava|guidava|dirigeva|gestiva|faceva|occupava|ricopriva|allenato|guidato|seduto|si occupava"
    r"|(?:ha|hanno|aveva) (?:dato|mandato|cacciat\w|esonerat\w|licenziat\w)|was|were|had|coached|managed|led|ran|headed|been)"
)
_WHO = r"(?:chi|ki|allenator\w+|allenatric\w+|tecnic[oi]|mister|ct|coach|manager|boss|who)"
_EARLIER = r"(?:prima (?:di|che|del\w*)|before)"
_TAKES = r"(?:pres[oei]|prend\w+|raccol\w+|raccog\w+|eredit\w+|rilev\w+)"
_FOLLOWS = r"(?:subentr\w+|succed\w+)"
_REPLACES = r"(?:sostitu|rimpiazz|avvicend)\w+"
# By what is asked, in folded text, what stands in a question in this order; the first row that does decides.
_ASKED: tuple[tuple[Post, tuple[str, ...]], ...] = (
    ("before", (r"\ba chi\b", rf"\b{_FOLLOWS}")),
    ("before", (r"\bal posto di chi\b",)),
    ("before", (r"\b(?:di|da) chi\b", rf"\b{_TAKES}")),
    ("before", (r"\bpredecessor",)),
    ("before", (r"\b(?:chi|who)\b", r"\bpreced(?:eva|ette|ut[ao]|ed)\b")),
    ("before", (r"\bchi\b", r"\b(?:(?:per|a) far\w* (?:il )?|lasci\w+ (?:libero )?(?:il )?)posto\b")),
    ("before", (rf"\b{_WHO}\b", rf"\b{_HAS}\b", rf"\b{_EARLIER}\b")),
    ("before", (rf"\b{_EARLIER}\b", rf"\b{_WHO}\b", rf"\b{_HAS}\b")),
    ("before", (r"\bwhom?\b", r"\b(?:did|does|has|had)\b", r"\b(?:replaced?|succeed(?:ed)?|tak(?:e|en) over from)\b")),
    ("after", (r"\bchi\b", rf"\b(?:{_TAKES} il (?:suo )?posto|eredit\w+|al (?:suo )?posto)\b")),
    ("after", (r"\bchi\b", rf"\b(?:{_REPLACES}|{_FOLLOWS})")),
    ("after", (r"\bsuccessor",)),
    ("after", (r"\bwho\b", r"\b(?:(?:replac|succeed)\w+|t(?:ook|akes?|aken) over)\b")),
)

# What sentences say, in folded text, Italian and English.
_OF = r"\W+(?:d[ie]|del|dello|della|dell|dei)\b"
_TO = r"\W+(?:a|ad|al|allo|alla|all)\b"
_FROM = r"\W+(?:da|dal|dallo|dalla|dall)\b"
_FILLED = r"(?:\W+[a-z'’]+){0,4}?"
_REMOVED = r"(?:esoner|licenzi|silur|congeda|liquida|rimoss|destitui|defenestr|cacci|allontan)\w*"
_REPLACING = (
    r"(?:sostitui(?:sce|ra|re|sca|endo|va|to|i)?|(?:rimpiazz|avvicend)(?:a|era|are|o|ando|ato|i)"
    r"|replac(?:e|es|ed|ing)|succeed(?:s|ed|ing)?)"
)
# Behind these stands who had the post, and somebody takes it.
_TAKING_OVER = (
    rf"\b(?:al|il|suo) posto{_OF}",
    rf"\bin (?P<substitution>\w{{8,}}){_OF}",  # In any spelling that may be "sostituzione".
    rf"\beredit\w+{_FILLED}(?:{_OF}|{_FROM})",
    rf"\b(?:subentr|succed)\w+{_FILLED}{_TO}",
    rf"\brilev(?:a|o|ato|are|ando)\b(?:{_FILLED}{_FROM})?",
    rf"\b{_REPLACING}\b(?!{_FROM}|\W+by\b)",
    r"\bpredecessor\w*\b",
    rf"\bsuccessor\w*(?:{_OF}|\W+(?:of|to)\b)",
    rf"\btestimone(?:{_OF}|{_FROM})",
    rf"\blasci\w* (?:il )?posto\b(?!{_TO})",
    r"\b(?:took|takes?|taking|taken) over from\b",
    r"\bin place of\b",
)
# Behind these stands who had the post, and leaves it.
_LEAVING = (
    rf"\b(?:dimissioni|esonero|addio|licenziamento|allontanamento|siluramento|cacciata){_OF}",
    rf"\b(?:{_REMOVED}|dimessosi|sollev\w+)\b",
    r"\b(?:mess[ao]|mise|mette) alla porta\b",
    r"\b(?:sacking|dismissal|resignation|departure|firing|exit) of\b",
    r"\b(?:sack(?:s|ed|ing)?|fir(?:es|ed|ing)|dismiss(?:es|ed|ing)?)\b",
)
# Behind these stands who gets the post.
_ARRIVING = (
    r"\bal (?:suo|loro) posto\b",
    rf"\b(?:sostitu|rimpiazz|avvicend)\w+{_FILLED}{_FROM}",
    rf"\bpanchina{_FILLED}\W+(?:pass\w+|va|ando|affid\w+){_FILLED}{_TO}",
    rf"\bsuccessor\w*\b(?!{_OF}|\W+(?:of|to)\b)",
    r"\b(?:a|per) (?:sostitui|rimpiazza)rl[oaie]\b",
    r"\b(?:replaced|succeeded) by\b",
)
# Behind the name of who had the post.
_GONE = re.compile(
    rf",?\s(?:(?:e|era|fu|viene|venne|gia|is|was|who was|had been) (?:stat[oa] )?)?"
    rf"(?:{_REMOVED}|sollevat[oa]|dimissionari[oa]|dimess[oa]|non confermat[oa]|sacked|fired|dismissed|(?:who )?resigned|who left)\b"
)
_FEW_WORDS = re.compile(r"[\s'’,]*(?:\w+[\s'’,]+){0,6}\Z")  # Between a phrase and its name.


@dataclass(frozen=True)
class Handover:
    """A post that passes on, as far as one phrase tells of it.

    Attributes:
        before: The name of who had it.
        after: The name of who gets it.
        taken: Whether somebody takes it over; else somebody leaves it.
    """

    before: Atom | None = None
    after: Atom | None = None
    taken: bool = True


def asked_post(asked: Asked) -> Post | None:
    """Return whether a question asks who came before or after somebody in a post; None where it does not, or has words of anything else.

    A question for who held a record before somebody, or who trained whom before a race, is not told by who came before whom in a post.
    """
    folded = fold(asked.question)
    post = next((post for post, parts in _ASKED if _stand_in_order(parts, folded)), None)
    others = asked.predicates - stems_of(POSTS, asked.language)
    return post if post and asked.names and len(others) <= _OTHERS else None


def _stand_in_order(parts: tuple[str, ...], folded: str) -> bool:
    """Whether each part stands somewhere behind the one before it; one after the other, since ".*" takes its time on a long text."""
    place = 0
    for part in parts:
        found = re.compile(part).search(folded, place)
        if found is None:
            return False
        place = found.end()
    return True


def handovers(text: str, language: str) -> list[Handover]:
    """Return what a sentence tells of posts that pass on, those first that somebody takes over.

    Args:
        text: A sentence.
        language: Its language, for its names: the phrases are Italian and English.
    """
    names = [atom for atom in find_atoms(text, language) if atom.kind == "name"]
    folded = same_length_fold(text)

    def behind(phrases: tuple[str, ...]) -> Iterator[list[Atom]]:
        return _behind(phrases, text, folded, language, names)

    return [
        *(Handover(before=found[0]) for found in behind(_TAKING_OVER)),
        *(Handover(after=name) for found in behind(_ARRIVING) for name in found),
        *(Handover(before=found[0], taken=False) for found in behind(_LEAVING)),
        *(Handover(before=name, taken=False) for name in names if _GONE.match(folded, name.end)),
    ]


def _behind(phrases: tuple[str, ...], text: str, folded: str, language: str, names: list[Atom]) -> Iterator[list[Atom]]:
    """Yield the names that stand behind each phrase with few words between, where there are any: "al suo posto il Lecco chiamò Bianchi" has two."""
    for phrase in phrases:
        for found in filter(_is_meant, re.finditer(phrase, folded)):
            near = [
                name for name in names if name.start >= found.end() and _FEW_WORDS.match(text, found.end(), name.start)
            ]
            if behind := [name for name in near if _is_free(name, found, text, language)]:
                yield behind


def _is_free(name: Atom, phrase: re.Match[str], text: str, language: str) -> bool:
    """Whether no other preposition than that of a phrase governs a name behind it: such a one has a place, or a day."""
    governs = words(phrase[0])[-1] in PREPOSITIONS.get(language, ())
    return governs or not is_governed(text, name, language, phrase.end())


def _is_meant(phrase: re.Match[str]) -> bool:
    substitution = phrase.groupdict().get("substitution")
    return substitution is None or same_word(substitution, "sostituzione")
