"""Bytes of a text file to text, to the letter."""

import codecs
import re

from qa.errors import ArticleError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Short texts leave a choice of many; these are the encodings that Western newsrooms have used.
_LIKELY = ("cp1252", "latin_1", "mac_roman", "iso8859_15", "cp850", "utf_16_le", "utf_16_be", "utf_32_le", "utf_32_be")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_CONTROL_SHARE = 0.01
_SAVE_AS_TEXT = "Save the article as plain text in UTF-8 and try again."


def decode(data: bytes, declared: str | None = None) -> str:
    """Return the text of ``data``: no newline is changed, only a byte order mark is left out.

    Args:
        data: The file.
        declared: The encoding that the file itself names, tried after UTF-8.

    Raises:
        ArticleError: The data are binary, or no encoding fits.
    """
    text = _decoded(data, declared)
    if _is_binary(text):
        raise ArticleError("The file is binary, not text.", hint=_SAVE_AS_TEXT)
    return text


def _decoded(data: bytes, declared: str | None) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], encoding)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse_damaged_utf8(data, error)
    if declared is not None:
        return _strictly(data, declared)
    return _guessed(data)


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise ArticleError(
            f"The file says that it is {encoding} but cannot be read as such ({error}).", hint=_SAVE_AS_TEXT
        ) from error


def _refuse_damaged_utf8(data: bytes, error: UnicodeDecodeError) -> None:
    """Refuse text that is UTF-8 but for a few bytes: any other encoding would "read" it with every accent wrong."""
    lenient = data.decode("utf-8", "replace")
    broken = lenient.count("\ufffd")
    accented = sum(character > "\x7f" for character in lenient) - broken
    if accented > broken:
        raise ArticleError(
            f"The text is damaged UTF-8: byte {error.start} cannot be decoded.", hint=_SAVE_AS_TEXT
        ) from error


def _guessed(data: bytes) -> str:
    from charset_normalizer import from_bytes

    guess = from_bytes(data, cp_isolation=list(_LIKELY)).best() or from_bytes(data).best()
    if guess is None:
        raise ArticleError("The file is binary, or in an encoding that could not be told.", hint=_SAVE_AS_TEXT)
    return _strictly(data, guess.encoding)


def _is_binary(text: str) -> bool:
    return "\x00" in text or len(_CONTROL.findall(text)) > _CONTROL_SHARE * len(text)
