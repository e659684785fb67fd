"""Which language a text is written in."""

import re
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

from qa.lexicon import FUNCTION_WORDS
from qa.schema import well_formed

if TYPE_CHECKING:
    from lingua import LanguageDetector

_LANGUAGES = ("IT", "EN", "FR", "ES", "DE", "PT")
_SURE = 0.5
_PLAUSIBLE = 0.15
_SHORT = 200
_ENOUGH = 2000  # Characters: more of an article changes nothing.
_NAME = re.compile(r"(?<=[^\W\d_])([\s,]+)[\"'“‘«(]?(?:[A-ZÀ-Þ][\w'’-]*)|\d[\d.,:/-]*")
_WORD = re.compile(r"[^\W\d_]+")


@cache
def _detector() -> "LanguageDetector":
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    codes = [getattr(IsoCode639_1, code) for code in _LANGUAGES]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).build()


def detect_language(text: str, default: str) -> str:
    """Return the ISO 639-1 code of the language of ``text``, or ``default`` where that is not clear.

    In short texts, capitalised words after the first are left out ("Bari" and "Spartak" are names in any language), and
    Italian and English function words decide where the letters leave it open. In long texts each line counts by its
    length, so that a quotation in another language does not outweigh the rest.
    """
    if len(text) >= _SHORT:
        return _of_long_text(text[:_ENOUGH], default)
    return _of_short_text(text, default)


def _confidences(text: str) -> dict[str, float]:
    values = _detector().compute_language_confidence_values(well_formed(text))
    return {value.language.iso_code_639_1.name.lower(): value.value for value in values}


def _of_long_text(text: str, default: str) -> str:
    lines = text.splitlines()
    weights: dict[str, float] = defaultdict(float)
    for line in lines:
        for code, confidence in _confidences(line).items():
            weights[code] += confidence * len(line)
    best = max(weights, key=weights.__getitem__)
    return best if weights[best] >= _SURE * sum(map(len, lines)) else default


def _of_short_text(text: str, default: str) -> str:
    telling = _NAME.sub(" ", text.lower() if text.isupper() else text)
    words = _WORD.findall(telling)
    votes = {code: sum(word.lower() in known for word in words) for code, known in FUNCTION_WORDS.items()}
    if not words or (len(words) == 1 and words[0][0].isupper() and not any(votes.values())):
        return default
    confidence = _confidences(telling)
    ahead = "it" if votes["it"] > votes["en"] else "en"
    if votes["it"] != votes["en"] and confidence[ahead] >= _PLAUSIBLE:
        return ahead
    best = max(confidence, key=confidence.__getitem__)
    return best if confidence[best] >= _SURE else default
