"""When two strings state the same value: the normaliser for Italian and English.

In the line of SQuAD's ``normalize_answer`` (Rajpurkar et al. 2016: lower case, no punctuation, no articles), extended
to what an Italian answer varies in: elisions, articulated prepositions, accents, the forms of numbers and dates.

What one token stands for:

* a cardinal number, without its sign: ``11`` for "11", "+11", "-11", "undici", "eleven"; ``10000`` for "10.000";
* an ordinal, kept apart from the cardinal: ``2°`` for "secondo", "2º", "2nd";
* a date, cut to what is known: ``2017-05-07``, ``2020-12``, ``xxxx-05-07`` without its year, ``xxxx-05``;
* a season or a score, kept whole: ``2016/17``, ``2-1``; it is none of the numbers it is made of;
* a word, case-folded and without accents, its elision undone: "dell'AEK" and "della AEK" are ``di aek``.

The English "a" is no article here: it is an Italian preposition, and the name of a league.
"""

import re
from functools import lru_cache

from eval.values import unify
from qa.errors import QAError
from qa.text import fold

_CJK = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"  # written without spaces: a token each
_TOKEN = re.compile(
    r"xxxx-\d\d(?:-\d\d)?|\d{4}-\d\d(?:-\d\d)?(?![\d-])|\d{4}/\d\d(?![\d/])"  # dates, seasons
    r"|\d{1,2}(?:[-:]\d{1,2})+(?![\d-])"  # scores, times, line-ups
    r"|\d+°|\d+(?:\.\d+)?|%"
    rf"|[{_CJK}]|[^\W_{_CJK}]+(?:'(?=\w))?"
)
_GENITIVE = re.compile(r"(?<=\w)'s\b")
_ARTICLES = frozenset(("il", "lo", "la", "l'", "i", "gli", "le", "un", "uno", "una", "un'", "the", "an"))
_FORMS_OF = {
    "a": ("ad", "al", "allo", "alla", "all'", "ai", "agli", "alle"),
    "da": ("dal", "dallo", "dalla", "dall'", "dai", "dagli", "dalle"),
    "di": ("d'", "del", "dello", "della", "dell'", "dei", "degli", "delle"),
    "e": ("ed",),
    "in": ("nel", "nello", "nella", "nell'", "nei", "negli", "nelle"),
    "o": ("od",),
    "su": ("sul", "sullo", "sulla", "sull'", "sui", "sugli", "sulle"),
}
_PLAIN = {form: plain for plain, forms in _FORMS_OF.items() for form in forms}
_DATE = re.compile(r"(?:(\d{4})|xxxx)(?:-(\d{2}))?(?:-(\d{2}))?")


def matches(needle: str, haystack: str) -> bool:
    """Whether ``haystack`` states ``needle``: its tokens stand there one after the other, from border to border.

    A date is matched by one at least as precise, never the reverse (see ``covers``).

    Raises:
        QAError: Nothing of ``needle`` is left after normalising, so that it would match everything.
    """
    wanted, present = tokens(needle), tokens(haystack)
    if not wanted:
        raise QAError(f"Nothing is left of {needle!r} after normalising.", hint="Use a word, a name or a number.")
    starts = range(len(present) - len(wanted) + 1)
    return any(all(covers(present[start + i], part) for i, part in enumerate(wanted)) for start in starts)


def covers(token: str, part: str) -> bool:
    """Whether one token states all that another does: the same token, or a date at least as precise.

    "7 dicembre 2020" covers "dicembre 2020", "7 dicembre", "dicembre" and "2020"; none of them covers it.
    """
    if token == part:
        return True
    known, asked = _DATE.fullmatch(token), _DATE.fullmatch(part)
    if known is None or asked is None:
        return False
    return all(wanted in (None, given) for given, wanted in zip(known.groups(), asked.groups(), strict=True))


@lru_cache(maxsize=8192)
def tokens(text: str) -> tuple[str, ...]:
    """Return the normalised tokens of ``text``, without articles."""
    found = (match.group() for match in _TOKEN.finditer(fold(_GENITIVE.sub("", unify(text)))))
    return tuple(_PLAIN.get(token, token).rstrip("'") for token in found if token not in _ARTICLES)


def normalise(text: str) -> str:
    """Return the normalised tokens of ``text`` joined by spaces."""
    return " ".join(tokens(text))
