"""What the numbers of a sentence count, and which of them it denies."""

import re
from collections.abc import Iterable, Mapping
from functools import cache

from qa.atoms import Atom, find_atoms
from qa.lexicon import COUNTED, MEASURES, OUTCOMES
from qa.text import fold, stems, stems_of

SCORE = re.compile(r"\d+-\d+")
"""The value of a score, which counts what both sides have."""
_SIGN = re.compile(r"(?<![^\s(])[+−–-]\Z")  # Before a number.
_CURRENCY = re.compile(r"[€$£]\s?\Z")  # Before a number.
# Behind it: "40.000 € l'anno", "200.000 netti a stagione".
_PRICE = re.compile(
    r"\s?[€$£]|\s(?:(?:lordi|netti|net|gross)\b|(?:a|all['’]|l['’]|per|an?)\s?(?:anno|stagione|mese|year|season|month)\b)"
)
_MILLIONS = re.compile(r"mil+ion|mln")
_OF = re.compile(r"\s(?:d[i'’]|of)")
_NEAR = 40  # Characters after a number in which its unit stands.
_WORD = re.compile(r"[^\W\d_]+")
_OF_YEARS = re.compile(r"enn(?:e|i|ale|ali)\b", re.IGNORECASE)  # "ventunenne", "34enne", "biennale"
_NEGATION = r"(?:\b(?:non|mai|not|never)\b|n['’]t\b)"
# A negation that neither punctuation nor a conjunction parts from what follows the text; "not only", "not less than", "no doubt" deny nothing.
_DENIAL = re.compile(
    rf"{_NEGATION}(?!\s+(?:solo|soltanto|solamente|meno|a caso|c['’]e dubbi\w*|ci sono dubbi|only|just|less|fewer)\b)"
    r"(?:(?!\b(?:(?:dato|visto|dal momento) che|perche|poiche|siccome|mentre|because|since|while|whereas)\b)[^,;:.!?])*\Z"
)
# Of what went before or comes next only some are counted ("nelle successive tre gare").
_SOME = re.compile(
    r"\b(?:(?:successiv|ultim|prim|prossim|scors|precedent|restant|rimanent)[aeio]"
    r"|last|past|next|first|previous|following|remaining)\s+\Z"
)


def units_of(text: str, numbers: Iterable[Atom], language: str) -> dict[Atom, frozenset[str]]:
    """Return the unit of each number that ``text`` does not deny, and that does not count only some ("nelle successive tre gare").

    Where it corrects a number, the one that takes its place has its unit ("non ha 120 presenze: ne ha 300").

    Args:
        text: A sentence.
        numbers: Atoms of it.
        language: Its language.
    """
    whole = [number for number in numbers if not _SOME.search(fold(text[: number.start]))]
    units = {number: unit_of(text, number, language) for number in whole}
    denied = [number for number in units if is_denied(text, number.start)]
    said = {number: unit for number, unit in units.items() if number not in denied}
    if len(denied) == 1 and not any(said.values()):
        return dict.fromkeys(said, units[denied[0]])
    return said


def is_denied(text: str, place: int) -> bool:
    """Whether a negation before ``place`` denies what stands there; "non solo" and a negation of another clause do not."""
    return _DENIAL.search(fold(text[:place])) is not None


def unit_of(text: str, number: Atom, language: str) -> frozenset[str]:
    """Return the stems of the two words after a number: what it counts; those of years where its own word says so ("ventunenne")."""
    following = text[number.end : number.end + _NEAR]
    if language == "it" and (_OF_YEARS.search(text, number.start, number.end) or _OF_YEARS.match(following)):
        return frozenset(stems(COUNTED["years"]["it"][0], language))
    return frozenset(stems(" ".join(_WORD.findall(following)[:2]), language))


def counted_as(units: Iterable[str], language: str) -> frozenset[str]:
    """Return stems, those of things that have several names as the name of the thing."""
    known = things(language)
    return frozenset(known.get(unit, unit) for unit in units)


def is_named(counted: frozenset[str]) -> bool:
    """Whether what `counted_as` returned is a thing whose names are known: only that can be told from another in two languages."""
    return not counted.isdisjoint(COUNTED)


def may_count(text: str, spoken: str, unit: frozenset[str], language: str) -> bool:
    """Whether a number of a text may count what is asked for: matches are no goals.

    A number that does not say what it counts ("ne ha 300") may; points may be a distance in a table ("-11 dalla capolista"). Of what has no other
    names that are known ("quanto tempo"), so may a number of any measure, and in another language any number. A score is no count.

    Args:
        text: A sentence.
        spoken: Its language.
        unit: Stems of what is asked for.
        language: Their language.
    """
    return _any_counts(units_of(text, _numbers(text, spoken), spoken), text, spoken, unit, language)


def counts_another_thing(statement: str, unit: frozenset[str], language: str) -> bool:
    """Whether each number of an answer counts another thing than is asked for: who is asked what somebody earns is not told how many matches.

    Also one that it denies ("non vinceva da 16 anni"). Without numbers, it counts nothing.

    Args:
        statement: The answer.
        unit: Stems of what is asked for.
        language: Of both.
    """
    units = {number: unit_of(statement, number, language) for number in _numbers(statement, language)}
    return bool(units) and not _any_counts(units, statement, language, unit, language)


def _numbers(text: str, language: str) -> list[Atom]:
    """Return the numbers of a text that may count something: a score counts what both sides have."""
    return [a for a in find_atoms(text, language) if a.kind == "number" and not SCORE.fullmatch(a.value)]


def _any_counts(
    units: Mapping[Atom, frozenset[str]], text: str, spoken: str, unit: frozenset[str], language: str
) -> bool:
    """Whether one of the numbers of a text, which have these units, may count what is asked for; the other arguments are those of ``may_count``."""
    wanted = counted_as(unit, language)
    is_known = is_named(wanted)
    any_measure = frozenset() if is_known else measures(spoken)
    alike = unit | any_measure if spoken == language else any_measure
    return any(
        not counted
        or counted & alike
        or counted_as(counted, spoken) & wanted
        or ("points" in wanted and _SIGN.search(text, 0, number.start))
        or ("money" in wanted and _is_a_price(text, number))
        or not (is_known or spoken == language)
        for number, counted in units.items()
    )


def _is_a_price(text: str, number: Atom) -> bool:
    """Whether a number that names no currency may be of money all the same: "2,5 milioni più i premi", but no "3 milioni di tifosi"."""
    if _CURRENCY.search(text, 0, number.start) or _PRICE.match(text, number.end):
        return True
    return bool(_MILLIONS.search(text, number.start, number.end)) and not _OF.match(text, number.end)


def outcomes(said: Iterable[str], language: str) -> frozenset[str]:
    """Return the outcomes that stems speak of: "won", "lost", "drawn"."""
    known = _outcomes(language)
    return frozenset(known[stem] for stem in said if stem in known)


def measures(language: str) -> frozenset[str]:
    """Return the stems of the units that may measure anything: years, metres."""
    return stems_of(MEASURES, language)


@cache
def things(language: str) -> dict[str, str]:
    """Return the name of each thing that sport counts, by the stems of its names."""
    return _by_stem(COUNTED, language)


@cache
def _outcomes(language: str) -> dict[str, str]:
    return _by_stem(OUTCOMES, language)


def _by_stem(entries: Mapping[str, Mapping[str, tuple[str, ...]]], language: str) -> dict[str, str]:
    return {
        stem: entry
        for entry, names in entries.items()
        for name in names.get(language, ())
        for stem in stems(name, language)
    }
