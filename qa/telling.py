"""What a clause of an article tells of what is asked: the date, the reason, the opponent, the round, the role, the next club, who holds a post."""

import re
from typing import TYPE_CHECKING

from qa.atoms import Atom, find_atoms
from qa.counting import is_denied, unit_of
from qa.happenings import Happening, Kind, happenings_of, tells_of
from qa.lexicon import MEASURES, REASONS
from qa.prepositions import is_governed
from qa.questions import fits
from qa.schema import Article
from qa.staff import posts_of
from qa.stints import Clause, Stints
from qa.text import WORD, fold, stems, stems_of, words
from qa.verification import may_be_one_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_NEAR = 8  # Words between what happened and when.
# What brought something about, before the word for that: "una lite causò le dimissioni".
_CAUSES = re.compile(r"\b(?:provoc|caus|determin|led to|brought about)\w*\W+(?:\w+\W+){0,2}\w+\Z")
_SOON = 3  # Words between what happened and what introduces the reason for it.
_STAGE = re.compile(
    r"\b(?:(?:semi)?finale|quarti|ottavi|sedicesimi|trentaduesimi|giron[ei]|preliminari?|play-?off|spareggio|(?:primo|secondo|terzo) turno"
    r"|(?:semi-?|quarter-?)?finals?|(?:first|second|third) round|round of \w+|group stage|qualifying)\b"
)
_AGAINST = re.compile(
    r"\b(?:(?:contro|against|vs|by)\s+(?:(?:il|lo|la|i|gli|le|the)\s+|l['’])?"
    r"|(?:mano|opera|[ae]ss[oaie]|minat[oaie]|nfitt[oaie]|battut[oaie])\s+d(?:a|e)l(?:lo|la|l)?['’\s]+)\Z",
    re.IGNORECASE,
)
# Whom one loses or draws with; one wins with one's own side.
_WITH = re.compile(r"\b(?:con\s+(?:(?:il|lo|la)\s+|l['’])|with\s+(?:the\s+)?)\Z", re.IGNORECASE)
# Behind these stands whom somebody beat: "ha battuto 3-1 la ceca Hrubá".
_BEATEN = re.compile(
    r"\b(?:batt(?:uto|e|ere|endo)|sconfi(?:tto|gge|ggendo)|super(?:ato|a|ando)|elimin(?:ato|a|ando)|rimont(?:ato|a|ando)|pieg(?:ato|a|ando)"
    r"|beat(?:en|s|ing)?|defeat(?:ed|s|ing)?|eliminat(?:ed|es|ing)|overc[ao]m(?:e|es|ing))\s+"
    r"(?:(?:per|in|con un)\s+)?(?:\d+\s?[-–]\s?\d+\s+)?(?:(?:il|lo|la|i|gli|le|the)\s+|l['’])?"
    r"(?:(?!(?:ad?|in|d[ia]|per|con|su|at|from|by|to)\b)[a-zà-ÿ]+\s+)?\Z",
    re.IGNORECASE,
)
_AS = re.compile(
    r"\b(?:(?:come|prima|fu|era|as|in qualita d\w+|(?:ruolo|vesti|panni|posto|compito|incarico|role) (?:d\w+|of))\W+(?:\w+\W+){0,2}?"
    r"|da\W+(?!un\b|uno\b|una\b)(?:\w+\W+)?)"
    r"(?:vice|secondo|allenat|assistent|collaborat|coordinat|responsabil|tecnic|preparat|osservat|dirett|traghettat|ct\b|assistant|head|caretaker"
    r"|coach|manager|coordinator|scout|director)"
)
_POSITION = re.compile(
    r"(?:\bex[ -]|\bda\s+|\b(?:come|era|fu|stat[oa]|gioc\w+|former|as|was|played)\W+(?:(?:un|una|uno|il|la|l|a|an|the)\W+)?(?:[a-zà-ÿ]+\s+)??|(?<=\w), )"
    r"(?P<position>difensore|centrocampista|attaccante|portier[ea]|terzin[oa]|stopper|median[oa]|regista|trequartista|fantasista|centravanti|mezzala|ala"
    r"|defender|midfielder|striker|forward|goalkeeper|winger|full-?back|sweeper)\b(?!\W+(?:\w+\W+)?[A-Z])"
)
_GOES = re.compile(
    r"\b(?:(?:ripart|passa|approd|tornat|trasfer|andat|sbarc|firm|accett|ingaggi|chiam|join|move|return)\w*|torn[aiò]|and(?:ò|rà)|va|signe?[sd]|took|went)\b",
    re.IGNORECASE,
)
# They have the stem of an event: a leap, a mandate; to let somebody go, or stand.
_NO_EVENT = re.compile(
    r"salt[oi]\b|mandat\w\b(?!\s+via)|lasci\w+\s+(?:in|andare|liber|via|fuori|perdere|stare|fare|spazio)", re.IGNORECASE
)
_OF = re.compile(r"\s+(?:(?:di|del|della|dello|of|in|at)\s+(?:the\s+)?|dell['’])?", re.IGNORECASE)
_WITHOUT = re.compile(r"\b(?:senza|without)\s+(?:\w+\s+)?\Z", re.IGNORECASE)
_AFTER = re.compile(r"\b(?:dopo|after)\s+(?:(?:ben|oltre|quasi|more than|almost)\s+)?\Z", re.IGNORECASE)


def told_stage(text: str) -> str | None:
    """Return the round of a competition that a text names, folded; None where it names none."""
    stage = _STAGE.search(fold(text))
    return stage[0] if stage else None


class Telling:
    """Finds what clauses of an article tell of what is asked of something that happened.

    Args:
        happening: What is asked.
        stints: The article, clause by clause.
        article: The article.
    """

    def __init__(self, happening: Happening, stints: Stints, article: Article) -> None:
        self._happening = happening
        self._asked = happening.asked
        self._stints = stints
        self._article = article
        self._language = article.language
        find: dict[Kind, Callable[[Clause], str | None]] = {
            "time": self._time,
            "reason": self._reason,
            "opponent": self._opponent,
            "victor": self._opponent,
            "stage": self._stage,
            "role": self._role,
            "position": self._position,
            "next": self._next,
            "since": self._since,
            "club": self._club,
            "holder": self._holder,
        }
        self.find = find[happening.kind]
        """Returns what a clause tells; None where it tells nothing of the kind."""

    def _time(self, clause: Clause) -> str | None:
        atoms = find_atoms(clause.sentence.text, self._language, self._article.date)
        dates = [atom for atom in atoms if fits(self._asked.expected, atom) and clause.start <= atom.start < clause.end]
        end = self._event_in(clause)
        if end is None or len(dates) != 1:
            return None
        between = sorted([(dates[0].start, dates[0].end), (end, end)])
        near = len(words(clause.sentence.text[between[0][1] : between[1][0]])) <= _NEAR
        return dates[0].value if near else None

    def _since(self, clause: Clause) -> str | None:
        text = clause.sentence.text
        measured = stems_of(MEASURES, self._language)
        years = [
            atom.value
            for atom in find_atoms(text, self._language)
            if atom.kind == "number"
            and clause.start <= atom.start < clause.end
            and _AFTER.search(text, 0, atom.start)
            and not measured.isdisjoint(unit_of(text, atom, self._language))
        ]
        return years[0] if len(years) == 1 and self._event_in(clause) else None

    def _reason(self, clause: Clause) -> str | None:
        if self._language not in REASONS:
            return None
        return next(filter(None, (self._reason_beside(end, clause) for end in self._events_in(clause))), None)

    def _reason_beside(self, end: int, clause: Clause) -> str | None:
        """Return what introduces the reason for what the word tells that ends there, before or soon behind it."""
        if causes := _CAUSES.search(fold(clause.sentence.text[clause.start : end])):
            return causes[0]
        behind = fold(clause.sentence.text[end : clause.end])
        reason = re.search(REASONS[self._language], behind)
        return reason[0] if reason and len(words(behind[: reason.start()])) <= _SOON else None

    def _opponent(self, clause: Clause) -> str | None:
        end = self._event_in(clause)
        if end is None:
            return None
        text = clause.sentence.text
        behind = [_AGAINST] if self._happening.kind == "victor" else [_AGAINST, _BEATEN]
        if "winning" not in happenings_of(stems(text[clause.start : end], self._language), self._language):
            behind.append(_WITH)
        others = (name for name in clause.names if name.start > end and not self._happening.names(name.value))
        return next((name.value for name in others if any(one.search(text, 0, name.start) for one in behind)), None)

    def _stage(self, clause: Clause) -> str | None:
        cups = self._stints.trophies_among(self._asked.names)
        return told_stage(clause.text) if cups and not told_stage(self._asked.question) else None

    def _role(self, clause: Clause) -> str | None:
        told = _AS.search(fold(clause.text))
        text = clause.sentence.text
        atoms = [atom for atom in find_atoms(text, self._language) if atom.kind == "name"]
        here = [words(atom.value) for atom in atoms if not _AGAINST.search(text, 0, atom.start)]
        named = all(any(may_be_one_name(club, name) for name in here) for club in self._happening.clubs)
        elsewhere = any(not self._is_asked_for(name.value) for name in self._stints.comes_to(clause))
        at_one = self._happening.clubs or self._happening.sides
        return told[0] if told and named and at_one and not elsewhere else None

    def _is_asked_for(self, club: str) -> bool:
        """Whether a club is one of the question's, or its side: "in nazionale"."""
        return self._happening.names(club) or not self._happening.sides.isdisjoint(stems(club, self._language))

    def _position(self, clause: Clause) -> str | None:
        position = _POSITION.search(clause.text)
        return position["position"] if position else None

    def _next(self, clause: Clause) -> str | None:
        said = stems(clause.sentence.text, self._language)
        asked = [activity for activity in ("playing", "coaching") if self._happening.tells_of(activity)]
        told = any(tells_of(activity, said, self._language) for activity in asked[:1] or ("playing", "coaching"))
        goes = _GOES.search(clause.text) or self._stints.is_called(clause)
        if not self._happening.clubs or not told or not goes:
            return None
        new = (name for name in self._stints.comes_to(clause) if not self._happening.names(name.value))
        return next((name.value for name in new if not self._is_of_another(name, clause)), None)

    def _is_of_another(self, club: Atom, clause: Clause) -> bool:
        """Whether a clause has somebody else between its beginning and a club, as who goes there: "l'addio di Neri passato al Lecco"."""
        if all(name in self._happening.clubs for name in self._asked.names):
            return False  # Nobody is named whom it could be told of.
        text = clause.sentence.text
        others = (name for name in clause.names if name.end <= club.start and not self._happening.names(name.value))
        return any(
            _GOES.match(text[name.end :].lstrip()) or not is_governed(text, name, self._language) for name in others
        )

    def _club(self, clause: Clause) -> str | None:
        club = self._stints.club_of(clause) if self._event_in(clause) is not None else None
        return club if club and not self._happening.names(club) else None

    def _holder(self, clause: Clause) -> str | None:
        text, post = clause.sentence.text, self._happening.post
        others = (name for name in clause.names if not self._happening.names(name.value))
        holders = (name for name in others if not is_governed(text, name, self._language))
        told = (name for name in holders if post and post in posts_of(name, text, self._language))
        return next((name.value for name in told if self._is_under_one_asked_for(name, clause)), None)

    def _is_under_one_asked_for(self, holder: Atom, clause: Clause) -> bool:
        """Whether the last name before somebody that has no post itself is the question's, if there is one: "Neri e il suo vice Bianchi"."""
        text = clause.sentence.text
        before = [*clause.earlier, *(name for name in clause.names if name.end <= holder.start)]
        bosses = [name for name in before if not posts_of(name, text, self._language)]
        return not bosses or self._happening.names(bosses[-1].value)

    def _event_in(self, clause: Clause) -> int | None:
        """Return where the first word for what is asked about ends in the text of a clause's sentence."""
        return next(self._events_in(clause), None)

    def _events_in(self, clause: Clause) -> "Iterator[int]":
        text = clause.sentence.text
        for word in WORD.finditer(text, clause.start, clause.end):
            told = happenings_of(stems(word[0], self._language), self._language)
            if _NO_EVENT.match(text, word.start()):
                continue
            denied = is_denied(text, word.start()) or _WITHOUT.search(text, 0, word.start())
            if not told or not told <= self._happening.events or denied:
                continue
            if not self._is_of_somebody_else(word.end(), clause) and self._is_of_the_cup(word.end(), clause):
                yield word.end()

    def _is_of_somebody_else(self, end: int, clause: Clause) -> bool:
        """Whether a name that is not the question's stands right behind a word for what happened: "l'addio di Neri", "esonerato Neri"."""
        text = clause.sentence.text
        behind = [name for name in clause.names if name.start > end and _OF.fullmatch(text[end : name.start])]
        return any(not self._happening.names(name.value) for name in behind)

    def _is_of_the_cup(self, end: int, clause: Clause) -> bool:
        """Whether the question's cup, if it asks who won one, is what was won: "qualifying for the cup" is another thing."""
        cups = self._stints.trophies_among(self._asked.names)
        if not cups or self._happening.events != {"winning"}:
            return True
        text = clause.sentence.text
        return any(
            any(self._stints.is_the_trophy(name, cup, clause) for cup in cups)
            and (not is_governed(text, name, self._language) or _OF.fullmatch(text[end : name.start]) is not None)
            for name in clause.names
        )
