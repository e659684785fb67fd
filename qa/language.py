"""Which language a text is written in."""

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lingua import LanguageDetector

_LANGUAGES = ("IT", "EN", "FR", "ES", "DE", "PT")
_SURE = 0.5
_ENOUGH = 2000  # Characters: more of an article changes nothing.
_NAME = re.compile(r"(?<=\S\s)[\"'“‘«(]?[A-ZÀ-Þ][\w'’-]*|\d[\d.,:/-]*")


@cache
def _detector() -> "LanguageDetector":
    from lingua import IsoCode639_1, LanguageDetectorBuilder  # noqa: PLC0415 - heavy

    codes = [getattr(IsoCode639_1, code) for code in _LANGUAGES]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).build()


def detect_language(text: str, default: str) -> str:
    """Return the ISO 639-1 code of the language of ``text``, or ``default`` where that is not clear.

    Capitalised words after the first are left out in short texts: "Bari" and "Spartak" are names in any language.
    """
    sample = text[:_ENOUGH]
    words = _NAME.sub(" ", sample) if len(sample) < 200 else sample
    best, *_ = _detector().compute_language_confidence_values(words)
    return best.language.iso_code_639_1.name.lower() if best.value >= _SURE else default
