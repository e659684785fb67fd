"""Passwords that are never stored: scrypt hashes of them, and who they let in.

A user is written ``NAME:scrypt:N:R:P:SALT:HASH``: the parameters of scrypt (RFC 7914), then salt and hash in the alphabet
of base64 that is safe in addresses. None of these characters means anything to a shell.
"""

import base64
import hashlib
import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass, replace
from typing import Self

SHORTEST = 8
"""Characters of a password."""
LONGEST = 256
# As strong as OWASP's first choice (N = 2**17, P = 1) with a quarter of its memory, 32 MiB a check.
_COST, _BLOCK, _TIMES = 2**15, 8, 3
_BYTES = 32  # of salts and hashes: 43 letters
_MOST_MEMORY = 2**28
_MOST_TIMES = 16
_NAME = r"[^\s:]{1,64}"
_USER = re.compile(
    rf"(?P<name>{_NAME}):scrypt:(?P<n>\d{{1,8}}):(?P<r>\d{{1,3}}):(?P<p>\d{{1,3}}):(?P<salt>[\w-]{{43}}):(?P<hash>[\w-]{{43}})",
    re.ASCII,
)


@dataclass(frozen=True, repr=False)
class PasswordHash:
    """What scrypt makes of a password.

    Attributes:
        n: Cost, a power of two.
        r: Size of a block.
        p: How often it is done.
        salt: Random bytes.
        digest: The hash.
    """

    n: int
    r: int
    p: int
    salt: bytes
    digest: bytes

    @classmethod
    def of(cls, password: str) -> Self:
        """Return a new hash of ``password``, with a salt of its own."""
        salt = secrets.token_bytes(_BYTES)
        return cls(_COST, _BLOCK, _TIMES, salt, _scrypt(password, salt, _COST, _BLOCK, _TIMES))

    def fits(self, password: str) -> bool:
        """Return whether it is the hash of ``password``, in a time that does not tell how far off it is."""
        return hmac.compare_digest(self.digest, _scrypt(password, self.salt, self.n, self.r, self.p))

    def __str__(self) -> str:
        return f"scrypt:{self.n}:{self.r}:{self.p}:{_encoded(self.salt)}:{_encoded(self.digest)}"


class Users:
    """Those who may come in.

    Args:
        text: Users as the module describes them, separated by white space.

    Raises:
        ValueError: One is malformed or named twice; the message tells which one by its number alone, since what is
            malformed may be a password.
    """

    def __init__(self, text: str) -> None:
        self._hashes: dict[str, PasswordHash] = {}
        for number, part in enumerate(text.split(), 1):
            name, made = _parsed(part, number)
            if name in self._hashes:
                raise ValueError(f"user {number} has the name of an earlier one")
            self._hashes[name] = made
        if not self._hashes:
            raise ValueError("it names no user")
        like = next(iter(self._hashes.values()))
        self._nobody = replace(like, salt=secrets.token_bytes(_BYTES), digest=secrets.token_bytes(_BYTES))

    def accept(self, name: str, password: str) -> bool:
        """Return whether this is one of them; an unknown name takes as long as a wrong password."""
        known = self._hashes.get(unicodedata.normalize("NFC", name))
        return (known or self._nobody).fits(password[:LONGEST]) and known is not None


def user(name: str, password: str) -> str:
    """Return a user with a new hash, as ``Users`` reads it.

    Raises:
        ValueError: The name or the password cannot be one.
    """
    name = unicodedata.normalize("NFC", name)
    if not re.fullmatch(_NAME, name):
        raise ValueError("A name has 1 to 64 characters, without blanks and colons")
    if not SHORTEST <= len(password) <= LONGEST:
        raise ValueError(f"A password has {SHORTEST} to {LONGEST} characters")
    return f"{name}:{PasswordHash.of(password)}"


def _parsed(part: str, number: int) -> tuple[str, PasswordHash]:
    match = _USER.fullmatch(part)
    if match is None:
        raise ValueError(f"user {number} is not written NAME:scrypt:N:R:P:SALT:HASH; `qa password NAME` makes one")
    n, r, p = (int(match[key]) for key in "nrp")
    # What is weaker than the interactive use of RFC 7914's author, or would fill the memory, is no hash of ours.
    if n < 2**14 or n & (n - 1) or r < 1 or not 1 <= p <= _MOST_TIMES or 128 * n * r > _MOST_MEMORY:
        raise ValueError(f"user {number} has parameters of scrypt that are too weak, too costly or invalid")
    salt, digest = (_decoded(match[key]) for key in ("salt", "hash"))
    return unicodedata.normalize("NFC", match["name"]), PasswordHash(n, r, p, salt, digest)


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    # The same password typed on two keyboards may have its accents composed or apart (RFC 8265).
    typed = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(typed, salt=salt, n=n, r=r, p=p, maxmem=2 * _MOST_MEMORY, dklen=_BYTES)


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=")
