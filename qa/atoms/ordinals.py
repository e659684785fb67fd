"""Ordinals: "terza", "3ª", "the second"."""

import re
from collections.abc import Iterator

from qa.atoms.atom import Atom
from qa.atoms.numbers import spelt_ordinals

_MARKED = re.compile(r"(?<![\w.,])(\d{1,3})(?:[°ºª](?!\w)|(?:st|nd|rd|th|esim[oaie])\b)")
# Elsewhere the same words mean "before", "according to", or a part of a minute.
_DETERMINED = {
    "it": re.compile(
        r"\b(?:il|la|i|le|un|una|(?:a|da|de|ne|su)(?:l|lla|i|lle)|quest[oa]|quel|quella"
        r"|[mts]i[ae]|[mts](?:io|iei|uo|ua|uoi|ue)|(?:nostr|vostr)[oaie]|loro)\s(?:prim|second)[oaie]\b"
        r"|\b(?:prim|second)[oa](?=\s(?:posto|posizione|in classifica)\b)",
        re.IGNORECASE,
    ),
    "en": re.compile(r"\b(?:the|this|that|my|your|his|her|its|our|their)\s(?:first|second)\b", re.IGNORECASE),
}


def find_ordinals(text: str, language: str) -> Iterator[Atom]:
    """Yield the ordinals of ``text``, not in order.

    Args:
        text: Any text.
        language: ISO 639-1 code, for ordinals in words; "first" and "second" are found in Italian and English only.
    """
    for match in _MARKED.finditer(text):
        yield Atom("ordinal", f"{int(match[1])}.", match.start(), match.end())
    determined = _DETERMINED.get(language)
    for match in determined.finditer(text) if determined else ():
        word = match[0].split()[-1]
        first = word.lower().startswith(("prim", "first"))
        yield Atom("ordinal", "1." if first else "2.", match.end() - len(word), match.end())
    for number, start, end in spelt_ordinals(text, language):
        yield Atom("ordinal", f"{number}.", start, end)
