"""Which files are articles, and under which names they are known."""

import os
import stat
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path

from qa.errors import ArticleError
from qa.schema import Rejection

MAX_FILE_BYTES = 20_000_000
SUFFIXES = frozenset({".txt", ".md", ".html", ".htm", ".pdf", ".docx"})


def find_files(sources: Iterable[Path]) -> tuple[dict[str, Path], list[Rejection]]:
    """Return the article files by source name, in order of their names, and what was refused with the reason.

    A file is known by its path relative to the folder it was found in (``/`` between parts), or by its name if it was
    given itself. Where two files would get the same name, both are known by one more folder of their path, and so on
    until they differ. Folders are searched through; hidden files and folders are skipped. Files of other types, of more
    than ``MAX_FILE_BYTES``, and sources that do not exist are refused.

    Args:
        sources: Files and folders.
    """
    files: dict[str, Path] = {}
    rejected: list[Rejection] = []
    for name, path in sorted(_named(sources).items()):
        try:
            check_file(path)
        except ArticleError as error:
            rejected.append(Rejection(source=name, reason=str(error)))
        else:
            files[name] = path
    return files, rejected


def check_file(path: Path) -> None:
    """Check by its name and size alone that a file can be an article.

    Raises:
        ArticleError: The file does not exist, cannot be opened, is too large or of another type.
    """
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise ArticleError("There is no such file or folder.", hint="Check the path.") from error
    except OSError as error:
        raise ArticleError(f"The file cannot be opened: {error.strerror}.", hint="Check its permissions.") from error
    if stat.S_ISDIR(status.st_mode):
        raise ArticleError(
            "The folder is a link or may not be opened.", hint="Name it as a source, or allow reading it."
        )
    if not stat.S_ISREG(status.st_mode):
        raise ArticleError("This is a device or a pipe, not a file.", hint="Give the article as an ordinary file.")
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ArticleError(f"Unsupported type {suffix or '(no suffix)'}.", hint=f"Use {', '.join(sorted(SUFFIXES))}.")
    if status.st_size > MAX_FILE_BYTES:
        raise ArticleError(f"The file is larger than {MAX_FILE_BYTES:,} bytes.", hint="Split it into its articles.")


def _named(sources: Iterable[Path]) -> dict[str, Path]:
    depths: dict[Path, int] = {}
    for source in sources:
        # Not resolve(): it would follow links and so rename files.
        for path, depth in _found(Path(os.path.abspath(source.expanduser()))):  # noqa: PTH100
            depths.setdefault(path, depth)
    while growing := [path for path in _clashing(depths) if depths[path] < len(path.parts)]:
        for path in growing:
            depths[path] += 1
    # Only spellings that look alike are left ("é" as one character or as two).
    unlike: dict[str, Path] = {}
    for path, depth in depths.items():
        name = _name(path, depth)
        copies = (f"{name} ({number})" for number in count(2))
        unlike[name if name not in unlike else next(copy for copy in copies if copy not in unlike)] = path
    return unlike


def _clashing(depths: Mapping[Path, int]) -> list[Path]:
    names = Counter(_name(path, depth) for path, depth in depths.items())
    return [path for path, depth in depths.items() if names[_name(path, depth)] > 1]


def _found(source: Path) -> Iterator[tuple[Path, int]]:
    """Yield each file, and each folder that is not searched, with the number of its last path parts that name it."""
    if not os.path.isdir(source):  # noqa: PTH112 - Path.is_dir() raises where the folder above may not be read
        yield source, 1
        return
    unreadable: list[Path] = []
    for folder, subfolders, files in os.walk(source, onerror=lambda error: unreadable.append(Path(error.filename))):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        links = [name for name in subfolders if Path(folder, name).is_symlink()]
        depth = len(Path(folder).relative_to(source).parts) + 1
        yield from ((Path(folder, name), depth) for name in [*sorted(files), *links] if not name.startswith("."))
    yield from ((folder, len(folder.relative_to(source).parts) or 1) for folder in unreadable)


def _name(path: Path, depth: int) -> str:
    name = "/".join(path.parts[-depth:])
    # A name that is not valid text still has to be shown, and one name must not be spelt in two ways.
    return unicodedata.normalize("NFC", os.fsencode(name).decode("utf-8", "replace"))
