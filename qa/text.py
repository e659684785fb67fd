"""Words as the search and the checks compare them: folded, without accents, stemmed."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from qa.lexicon import QUESTION_WORDS

if TYPE_CHECKING:
    import Stemmer

WORD = re.compile(r"[^\W_]+", re.UNICODE)
"""Letters and digits that stand together."""
_INNER_STOP = re.compile(r"(?<=\b[^\W\d_])\.(?=[^\W\d_]\b)")  # "S.S.C."


class _Plain(dict[int, int | str | None]):
    """What each character becomes; accents, which Unicode has taken off their letters, nothing. Filled as they are met."""

    def __missing__(self, code: int) -> int | None:
        self[code] = plain = None if unicodedata.combining(chr(code)) else code
        return plain


# Letters that Unicode does not take apart into a plain one and its accent; and the apostrophe that counts as a letter.
_PLAIN = _Plain(zip(map(ord, "łøđðħıæœþʼ"), ("l", "o", "d", "d", "h", "i", "ae", "oe", "th", "'"), strict=True))
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})
_JOINERS = "\u200c\u200d"
_SNOWBALL = {"it": "italian", "en": "english", "fr": "french", "es": "spanish", "de": "german", "pt": "portuguese"}


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """Return ``text`` in NFKC, case-folded and without accents ("Aleničev" -> "alenicev", "Łódź" -> "lodz")."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold()).translate(_PLAIN)


def words(text: str) -> list[str]:
    """Return the folded words of ``text``; elisions fall apart ("l'addio" -> "l", "addio"), initials do not ("S.S.C." -> "ssc")."""
    return WORD.findall(_INNER_STOP.sub("", fold(text)))


def visible(text: str) -> str:
    """Return ``text`` without the characters that have no look of their own and can carry what nobody sees.

    Those are controls, lone surrogates, marks of direction, zero-width characters and tags. The joiners stay, which Persian and emoji need,
    and so do white space and variation selectors.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(c for c in text if unicodedata.category(c) not in _UNSEEN or c.isspace() or c in _JOINERS)


@cache
def stopwords(language: str) -> frozenset[str]:
    """Return the folded words of ``language`` that say nothing of what a text is about; none where the language is not known."""
    from bm25s import stopwords as lists  # brings numba along

    if language not in _SNOWBALL:
        return frozenset()
    known = getattr(lists, f"STOPWORDS_{'EN' if language == 'en' else _SNOWBALL[language].upper()}")
    return frozenset(map(fold, {*known, *QUESTION_WORDS[language]}))


@cache
def _stemmer(language: str) -> "Stemmer.Stemmer":
    from Stemmer import Stemmer

    return Stemmer(_SNOWBALL[language])


def stems(text: str, language: str) -> list[str]:
    """Return the stems of the content words of ``text``; words of an unknown language stay whole."""
    content = [word for word in words(text) if word not in stopwords(language) and (len(word) > 1 or word.isdigit())]
    return list(_stemmer(language).stemWords(content)) if language in _SNOWBALL else content


def stems_of(names: Mapping[str, frozenset[str]], language: str) -> frozenset[str]:
    """Return the stems of the words that a language has for something, given by language."""
    return _stems_of(names.get(language, frozenset()), language)


@cache
def _stems_of(names: frozenset[str], language: str) -> frozenset[str]:
    return frozenset(stems(" ".join(names), language))
