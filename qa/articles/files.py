"""Which files are articles, and under which names they are known."""

import os
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path


def find_files(sources: Iterable[Path]) -> dict[str, Path]:
    """Return the files to read, by source name, in order of their names.

    A file is known by its path relative to the folder it was found in (``/`` between parts), or by its name if it was given itself.
    Where two files would get the same name, both are known by one more folder of their path, and so on until they differ.
    Folders are searched through; hidden files and folders are skipped. Nothing else is judged here: files of other types and sources that do
    not exist are returned too, so that ``read_article`` refuses each with its reason.

    Args:
        sources: Files and folders.
    """
    depths: dict[Path, int] = {}
    for source in sources:
        for path, depth in _found(Path(os.path.abspath(source.expanduser()))):  # noqa: PTH100 - resolve() would follow links and rename files
            depths.setdefault(path, depth)
    names = {path: _name(path, depth) for path, depth in depths.items()}
    while clashing := {name for name, count in Counter(names.values()).items() if count > 1}:
        for path in [path for path, name in names.items() if name in clashing]:
            depths[path] += 1
            names[path] = _name(path, depths[path])
    return {name: path for path, name in sorted(names.items(), key=lambda item: item[1])}


def _found(source: Path) -> Iterator[tuple[Path, int]]:
    """Yield each file with the number of its last path parts that name it."""
    if not source.is_dir():
        yield source, 1
        return
    unreadable: list[Path] = []
    for folder, subfolders, files in os.walk(source, onerror=lambda error: unreadable.append(Path(error.filename))):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        depth = len(Path(folder).relative_to(source).parts) + 1
        yield from ((Path(folder, name), depth) for name in files if not name.startswith("."))
    yield from ((folder, len(folder.relative_to(source).parts) or 1) for folder in unreadable)


def _name(path: Path, depth: int) -> str:
    name = "/".join(path.parts[-depth:])
    # Names that are not valid text still have to be shown, and one name must not be spelt in two ways.
    return unicodedata.normalize("NFC", os.fsencode(name).decode("utf-8", "replace"))
