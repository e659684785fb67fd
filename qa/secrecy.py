"""Takes secrets out of what is shown, logged or written down."""

import json
import re
from collections.abc import Iterable
from urllib.parse import quote

MASK = "…"
_SHORTEST = 6
"""Shorter secrets would blot out ordinary words; such a key protects nothing either."""
_USER = re.compile(r"(?<=://)[^/@\s]*@")
_QUERY = re.compile(r"(?<=[?&])((?:api[_-]?key|access[_-]?token|token|key|secret|password)=)[^&#\s\"']+", re.IGNORECASE)
_BEARER = re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]{6,}")


def without_password(text: str) -> str:
    """Return an address, or a text that holds addresses, without user names, passwords and keys in them."""
    return _QUERY.sub(rf"\1{MASK}", _USER.sub("", text))


def masked(text: str, secrets: Iterable[str]) -> str:
    """Return a text without the given secrets, and without what stands where addresses and headers hold theirs."""
    forms = {form for secret in secrets if len(secret) >= _SHORTEST for form in _forms(secret)}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, MASK)
    return _BEARER.sub(rf"\1 {MASK}", without_password(text))


def _forms(secret: str) -> tuple[str, ...]:
    """A secret as it is, and as JSON and addresses write it."""
    return secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], quote(secret, safe="")
