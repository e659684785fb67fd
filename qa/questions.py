"""What a question asks for: a date, a number, a person, a name, or something else."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from qa.atoms import Atom, find_atoms
from qa.text import fold, words

Expected = Literal["day", "month", "year", "date", "number", "person", "name", "other"]
_PRECISION: dict[Expected, int] = {"date": 1, "year": 1, "month": 2, "day": 3}  # Year, month, day.
TIMES = frozenset(_PRECISION)
"""What is expected where a time is asked for."""

# The first pattern that matches decides; questions are folded before they are matched, so accents do not matter.
_WHICH = r"\b(?:che|quale|quali|qual|which|what|quelle?s?|que|welche[nmrs]?) (?:altr[aoie] |other )?"
_NAMED_THINGS = (
    r"(?:squadr\w*|club\w*|societa|citta|paes[ei]|stadi[oi]|torne[oi]|trofe\w*|avversari\w*|competizion\w*|famiglia|final\w*"
    r"|(?:quartier[ei]|region[ei]|nazion[ei]|nazional[ei]|campionat[oi]|universita|scuol[ae]|giornal[ei]|quotidian[oi])\b"
    r"|team\w*|cit(?:y|ies)|countr\w*|stadiums?|tournaments?|troph\w*|opponents?|leagues?|newspapers?|equipe|equipo|ciudad|mannschaft|stadt|verein)"
)
_PEOPLE = (
    r"(?:allenator\w*|(?:tecnic[oi]|mister)\b|giocator\w*|calciator\w*|difensor\w*|centrocampist\w*|attaccant\w*|portier\w*|capitan\w*"
    r"|dirigent\w*|coach\w*|managers?|players?|defenders?|strikers?|goalkeepers?|captains?|president"
    r"|entraineur\w*|joueu\w*|entrenador\w*|jugador\w*|trainer\w*|spieler\w*)"
)
_FIGURES = r"(?:risultato|punteggio|cifra|altezza|eta|numero|somma|totale|score|result|height|age|number|total)\b"
_PATTERNS: tuple[tuple[Expected, str], ...] = (
    (
        "day",
        r"\b(che|quale|qual|esatt\w+) (giorno|data)|\b(which|what|exact) (day|date)|\bquel jour|\bque dia|\bwelche[mn]? tag",
    ),
    (
        "month",
        r"\b(che|quale|quali|qual) mes[ei]\b|\b(which|what) months?\b|\bquels? mois\b|\bque mes(es)?\b|\bwelche[mnr]? monate?n?\b",
    ),
    (
        "year",
        r"\b(che|quale|quali|qual) (anno|anni)|\b(which|what) years?|\bquelles? annees?|\bque anos?|\bwelche[mn]? jahr",
    ),
    ("year", r"\A\W*(?:l\W)?anno (?:di|del|della|dell|in cui)\b"),
    ("date", r"\A\W*(?:la )?data (?:di|del|della|dell)\b"),
    ("date", r"\bquando\b|\bwhen\b|\bquand\b|\bcuando\b|\bwann\b|\bscadenza\b"),
    ("date", r"\b(che|quale|quali) (periodo|stagione)|\b(which|what) season"),
    ("number", r"\bquant[ioae]\b|\bhow (many|much|tall|long|old|far|high)\b|\bcombien\b|\bcuant[oa]s?\b"),
    ("number", r"\bwie ?(viele?|oft|gross|alt|lange)\b|\b(what )?score\b"),
    ("number", r"\b(che|quale|qual) " + _FIGURES),
    ("number", r"\b(qual|what)\W*(e|era|fu|is|was|s) (stat[oa] )?(il|la|l|the)\W+((total|final)\w* )?" + _FIGURES),
    ("number", r"\bcom\W?e (era |e )?(stata |andata a )?(finita|terminata|finito|terminato) \S+ ?[-–] ?\S+"),
    ("person", r"\b(chi|ki)\b|\bwhom?\b|\bwhose\b|\bwer\b|\bwen\b|\bwem\b|\bquien(es)?\b|\bquem\b"),
    ("person", _WHICH + _PEOPLE),
    ("person", r"^qui\b|\b(a|de|par|avec|contre) qui\b"),
    ("name", r"\bdove\b|\bwhere\b|\bwo\b|\bou\b|\bdonde\b|\bonde\b"),
    ("name", _WHICH + _NAMED_THINGS),
    ("name", r"\bcome si chiam|\bqual (e|era) il (nome|cognome)\b|\bwhat\W?(is|s|was|are|were) the names? of\b"),
    ("name", r"\bcomment s.appel|\bcomo se (llam|cham)|\bwie (heiss|hiess)"),
)
_COMPILED = tuple((expected, re.compile(pattern)) for expected, pattern in _PATTERNS)


# "Chi è Mario Bianchi?" asks who somebody is, not for a name.
_NAMED = r"(?:\s+(?-i:[A-ZÀ-Þ])[\w.'’-]*)+"
_WHO_IS = re.compile(
    r"\W*(?:e |and )?(?:(?:dimmi|dicci|sai|sapete|tell me|do you know) )?"
    r"(?:(?:chi(?: è|'è| era| sarebbe| e'|’è)|who(?: is| was|'s|’s)|qui est|qui(?:é|e)n es|wer ist|quem é)"
    + _NAMED
    + r"|who"
    + _NAMED
    + r" (?:is|was))\W*",
    re.IGNORECASE,
)


# "Quando giocava, in che squadra…?", "Quanti punti aveva quando arrivò?": the other word asks. "Chi ha vinto e quando?" asks both.
_TIME_CLAUSE = re.compile(
    r"\A\W*(?:quando|when)\b [^,?]++(?!, (?:ed?|o|and|or)\b)"
    r"|(?<=[a-z0-9] )(?<!\b[eo] )(?<!\bd[ai] )(?<!\band )(?<!\bor )(?:quando|when)\b [^,?]+"
)
_ASKING = re.compile(
    r"\b(?:chi|che|cosa|quale|quali|qual|quant[ioae]|dove|come|perche|whom?|whose|what|which|where|how|why)\b"
)
_QUESTION_END = re.compile(r"(?<=\?)\s+")
_CUT_SHORT = 3  # Words.


def expected_answer(question: str) -> Expected:
    """Return what kind of thing answers a question, in Italian, English, French, Spanish, German or Portuguese.

    Of several questions the last counts; "E dopo?" asks for what the one before it asked for.
    """
    *earlier, last = _QUESTION_END.split(question)
    expected = _expected(last)
    if earlier and expected == "other" and len(words(last)) <= _CUT_SHORT and not asks_why(last):
        return expected_answer(" ".join(earlier))
    return expected


def _expected(question: str) -> Expected:
    if _WHO_IS.fullmatch(question):
        return "other"
    asked = _main_clause(" ".join(fold(question).split()))
    return next((expected for expected, pattern in _COMPILED if pattern.search(asked)), "other")


def _main_clause(folded: str) -> str:
    """Return a folded question without the clause that only says when ("quando arrivò"), if something else in it asks."""
    main = _TIME_CLAUSE.sub(" ", folded)
    return main if _ASKING.search(main) else folded


_BEFORE = 8  # Characters in which a preposition stands.
_PLACED = re.compile(r"\b(?:a|ad|in|at|à|en)\s+\Z", re.IGNORECASE)
_WHY = re.compile(
    r"\b(perche|come mai|(?:per|a) (?:quale|che) (?:motivo|ragione)|why|what for|pourquoi|por que|warum|weshalb)\b"
    r"|\bcosa (?:(?:gli|le) e|(?:l.|lo |la )?ha) (?:costat|caus|provoc|spint)\w|\bwhat (?:got|made|caused|led)\b"
)
_SEVERAL = re.compile(
    r"\b(quali|elenc\w+|lista|tutt[ei]|list|all(?!['’])|quel(?:le)?s|lesquel(?:le)?s|cuales|quais|welche)\b"
    r"|(?:\A\W*|\b(?:a|con|contro|da|di|in|per) )che (?:altr[ie] )?(?!lui\b|poi\b|noi\b|voi\b)(?:\w{3,}i|squadre|coppe|maglie|competizioni)\b"
    r"|\b(which|what) (?!is\b|was\b|does\b|has\b)\w+s\b"
)
_SCORE = re.compile(
    r"\b(?:punteggio|risultato|result|(?:the|final|what|which) score)\b|\b(?:com\W?|quanto )(?:e|era|fu) (?:\w+ )?(?:finit|terminat)\w|\bquanto fini\b"
)
_RANK = re.compile(
    r"\A(?!.*\b(?:gioc\w+|play\w*)\b).*\b(?:che|quale|what|which) (?:posto|posizione|piazzamento|place|position)\b",
    re.DOTALL,
)
_NOW = re.compile(
    r"\b(oggi|adesso|attualmente|tuttora|ancora|al momento|now|currently|today|still|presently"
    r"|aujourd'hui|actuellement|encore|ahora|actualmente|todavia|heute|jetzt|derzeit|noch|hoje|agora|ainda)\b"
)


def asks_when(question: str) -> bool:
    """Whether a question is about a time."""
    return expected_answer(question) in TIMES


def asks_why(question: str) -> bool:
    """Whether a question is about a reason."""
    return bool(_WHY.search(fold(question)))


def asks_who(question: str) -> bool:
    """Whether a question is who somebody is."""
    return _WHO_IS.fullmatch(question) is not None


def asks_for_score(question: str) -> bool:
    """Whether a question is about how a match ended, in numbers."""
    return expected_answer(question) == "number" and bool(_SCORE.search(fold(question)))


def asks_for_rank(question: str) -> bool:
    """Whether a question is about somebody's place in a table or a race: that of a player is another thing."""
    return bool(_RANK.search(fold(question)))


def asks_for_several(question: str) -> bool:
    """Whether a question is about more than one thing: "quali trofei", "which clubs"."""
    return bool(_SEVERAL.search(fold(question)))


def asks_for_now(question: str) -> bool:
    """Whether a question is about how things stand today."""
    return bool(_NOW.search(fold(question)))


def fits(expected: Expected, atom: Atom) -> bool:
    """Whether an atom is the kind of thing that is expected."""
    if expected in TIMES:
        return atom.kind == "date" and _is_precise(atom.value, expected)
    if expected == "number":
        return atom.kind == "number"
    if expected in {"person", "name"}:
        return atom.kind == "name"
    return True


def _is_precise(date: str, expected: Expected) -> bool:
    """Whether a date's beginning tells what is expected: the day, the month, or the year, which "-05-07" does not."""
    begins = date.partition("/")[0]
    is_yearless = begins.startswith("-")
    told = len(begins.lstrip("-").split("-")) + is_yearless
    return told >= _PRECISION[expected] and not (expected == "year" and is_yearless)


def answers_expectation(expected: Expected, atoms: tuple[Atom, ...], question: str, language: str) -> bool:
    """Whether a text's atoms hold something of the expected kind that is not already in the question.

    A name is not new if the question has all its words, nor if it only spells out one of the question's names ("Spartak Mosca" for "Spartak",
    but not for "a Mosca").
    """
    given = _given(question, language)
    return any(fits(expected, atom) and given.is_news(atom) for atom in atoms)


def new_names(text: str, spoken: str, question: str, language: str) -> list[Atom]:
    """Return the names of a text, which is in the language ``spoken``, that its question does not hold."""
    given = _given(question, language)
    return [atom for atom in find_atoms(text, spoken) if atom.kind == "name" and given.is_news(atom)]


@dataclass(frozen=True)
class _Given:
    """What a question says itself: its words, its values, and the words of each of its names."""

    words: frozenset[str]
    values: frozenset[str]
    names: frozenset[frozenset[str]]

    def is_news(self, atom: Atom) -> bool:
        parts = frozenset(words(atom.value))
        if atom.value in self.values or parts <= self.words:
            return False
        return atom.kind != "name" or not any(name <= parts for name in self.names)


@lru_cache(maxsize=16)
def _given(question: str, language: str) -> _Given:
    atoms = find_atoms(question, language)
    names = frozenset(
        frozenset(words(atom.value))
        for atom in atoms
        if atom.kind == "name" and not _PLACED.search(question, max(0, atom.start - _BEFORE), atom.start)
    )
    return _Given(frozenset(words(question)), frozenset(atom.value for atom in atoms), names)
