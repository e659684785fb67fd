"""Names: runs of capitalised words, with the small words and initials that belong to them."""

import re
from collections.abc import Iterator

from qa.atoms.atom import Atom
from qa.atoms.numbers import WORD
from qa.lexicon import SENTENCE_STARTERS
from qa.text import fold, stopwords

# Small words that have lost their last vowel ("dell'AEK", "L'addio"); before a capital, any short one that is no "O'Neill".
_ELISION = re.compile(
    r"(?:[ldcsmtvnj]|[aA]ll|[dD]all|[dD]ell|[nN]ell|[sS]ull|[uU]n|[qQ]u|[qQ]uest|[qQ]uell|[cC]h|[cC]om|[cC]os|[dD]ov"
    r"|[LDCSMTVNJ])['’](?=[^\W\d_])|(?![oO]['’])[^\W\d_]{1,6}['’](?=[A-ZÀ-Þ])"
)
_POSSESSIVE = re.compile(r"['’]s$", re.IGNORECASE)
_PARTICLES = frozenset(
    {"de", "di", "da", "del", "della", "dei", "van", "von", "der", "den", "la", "le", "el", "al", "bin", "ter"}
    | {"dos", "das", "du"}
)
_DOTTED = re.compile(r"[^\W\d_](?:\.[^\W\d_])+")  # "S.S.C", whose last full stop stands behind the word
_ONWARD = re.compile(r"[ '’]?(?:(?:la|las|los|der|den) )?(?=\w)")  # From "van" to "Basten", from "de" to "Fuente"
_INITIAL = 2  # Characters of an abbreviated first name: "J. Stones", "St. Pauli".
_SENTENCE_START = re.compile(r"(?:^|[.!?…:]\s+|[«“\"(\n]\s*|\]\s*)$")
_GAPS = frozenset({" ", "\u00a0", "\n", "'", "’"})
_FIRST_PERSON = frozenset({"i", "me", "my"})


def find_names(text: str, language: str) -> Iterator[Atom]:
    """Yield the names of ``text``.

    Args:
        text: Any text.
        language: ISO 639-1 code, for the function words that are capitalised only at the beginning of a sentence.
    """
    run: list[tuple[int, int]] = []
    for match in WORD.finditer(text):
        start, end = match.span()
        possessive = _POSSESSIVE.search(match[0])
        end -= len(possessive[0]) if possessive else 0
        joins = bool(run) and _joins(text[run[-1][0] : run[-1][1]], text[run[-1][1] : start], match[0])
        elided = _ELISION.match(match[0])
        if elided and not (joins and text[start].isupper()):  # "Roberto D’Aversa" keeps what "dell'AEK" drops
            start += elided.end()
            joins = False
        capital = text[start].isupper()
        if joins and (capital or (_belongs(match[0], text[run[-1][0]], language) and _capital_follows(text, end))):
            run.append((start, end))
        else:
            yield from _name(text, run, language)
            run = [(start, end)] if capital else []
        if possessive:
            yield from _name(text, run, language)
            run = []
    yield from _name(text, run, language)


def _belongs(word: str, before: str, language: str) -> bool:
    """Whether a small word may belong to the name before it ("Marco van Basten", "Luis de la Fuente").

    A preposition of the text's own language stands between two names ("il Bari di Conte").
    """
    folded = fold(word)
    return folded in _PARTICLES and (folded not in stopwords(language) or before.islower())


def _capital_follows(text: str, end: int) -> bool:
    onward = _ONWARD.match(text, end)
    return onward is not None and text[onward.end()].isupper()


def _joins(last: str, gap: str, following: str) -> bool:
    short = len(last) <= _INITIAL or _DOTTED.fullmatch(last) is not None
    return gap in _GAPS or (gap in {".", ". "} and short and following.lower() not in SENTENCE_STARTERS)


def _name(text: str, run: list[tuple[int, int]], language: str) -> Iterator[Atom]:
    initial = bool(run) and _SENTENCE_START.search(text[max(0, run[0][0] - 8) : run[0][0]]) is not None
    dropped = stopwords(language) | stopwords("en") | _FIRST_PERSON
    if initial:
        dropped |= SENTENCE_STARTERS
    while run and fold(text[slice(*run[0])]) in dropped:
        run = run[1:]
        initial = False
    if not run or run[-1][1] - run[0][0] < _INITIAL:
        return
    value = " ".join(fold(text[a:b]).replace("’", "'") for a, b in run)
    yield Atom("name", value, run[0][0], run[-1][1], certain=len(run) > 1 or not initial)
