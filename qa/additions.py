"""The articles that people add while the product runs: files in ``articles`` of the data folder."""

import json
import re
import threading
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from qa.errors import ArticleError
from qa.schema import Rejection

if TYPE_CHECKING:
    from qa.indexing import SyncProgress
    from qa.pipeline import QA

MAX_FILES = 100
"""Files that are added at once."""
MAX_ADDED = 5_000
"""Added articles in all."""
_LONGEST_NAME = 100
_naming = threading.Lock()
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
_ISO_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")


@dataclass(frozen=True)
class NewArticle:
    """A file to add: what it is called, and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Added:
    """What became of files that were to be added.

    Attributes:
        sources: The names under which they are indexed now.
        rejected: Those that could not be read, and why; they are not kept.
    """

    sources: tuple[str, ...]
    rejected: tuple[Rejection, ...]


def pasted(text: str, title: str = "", day: str = "") -> NewArticle:
    """Return a text as an article file with title and date.

    Args:
        text: The article itself.
        title: Its headline; the text's first words without one.
        day: ISO date, cut to what is known.

    Raises:
        ArticleError: The text is empty or the date is none.
    """
    if not text.strip():
        raise ArticleError("There is no text.", hint="Paste the article's text.")
    day = day.strip()
    if day and not _is_date(day):
        raise ArticleError(f"“{day}” is not a date.", hint="Write it as 2021-02-09, 2021-02 or 2021.")
    title = " ".join(title.split())
    fields = {name: value for name, value in (("title", title), ("date", day)) if value}
    # A JSON string is a YAML string, whatever stands in it.
    head = "".join(f"{name}: {json.dumps(value)}\n" for name, value in fields.items())
    name = title or " ".join(text.split()[:6])
    return NewArticle(f"{name}.md", f"---\n{head}---\n\n{text.strip()}\n".encode("utf-8", "replace"))


def _is_date(day: str) -> bool:
    if not _ISO_DATE.fullmatch(day):
        return False
    try:
        date.fromisoformat((day + "-01-01")[:10])
    except ValueError:
        return False
    return True


def added_sources(bot: "QA") -> frozenset[str]:
    """Return the names of the indexed articles that were added and can be removed again."""
    return frozenset(info.source for info in bot.articles() if (_folder(bot) / info.source).is_file())


def add_articles(bot: "QA", articles: Sequence[NewArticle], progress: "SyncProgress | None" = None) -> Added:
    """Keep files and index them; those that cannot be read are not kept.

    A file with the same bytes as one that was added before is not added again. One with the name of another gets a
    number behind it.

    Raises:
        StoreError: The index cannot be written.
        ArticleError: The files cannot be kept, or are too many.
    """
    folder = _folder(bot)
    if len(articles) > MAX_FILES:
        raise ArticleError(
            f"These are {len(articles)} files; {MAX_FILES} can be added at once.", hint="Add them in parts."
        )
    if len(added_sources(bot)) + len(articles) > MAX_ADDED:
        raise ArticleError(
            f"At most {MAX_ADDED:,} articles can be added.", hint="Remove some, or name a folder in QA_SOURCES."
        )
    with _naming:
        taken = {info.source for info in bot.articles()}
        names = [_keep(folder, article, taken) for article in articles]
    report = bot.sync(progress)
    rejected = tuple(rejection for rejection in report.rejected if Path(rejection.source).name in names)
    for rejection in rejected:
        (folder / Path(rejection.source).name).unlink(missing_ok=True)
    refused = {Path(rejection.source).name for rejection in rejected}
    return Added(tuple(dict.fromkeys(name for name in names if name not in refused)), rejected)


def remove_article(bot: "QA", source: str) -> None:
    """Delete an article that was added, from the folder and from the index.

    Raises:
        ArticleError: No such article was added.
        StoreError: The index cannot be written.
    """
    if source not in added_sources(bot):
        raise ArticleError(
            f"“{source}” was not added here.", hint="Articles of the configured sources are removed in their folder."
        )
    (_folder(bot) / source).unlink(missing_ok=True)
    bot.sync()


def _folder(bot: "QA") -> Path:
    return bot.settings.data_dir / "articles"


def _keep(folder: Path, article: NewArticle, taken: set[str]) -> str:
    """Write a file under a name of its own and return the name."""
    wanted = _safe_name(article.name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in _numbered(wanted):
            path = folder / name
            if path.is_file() and path.read_bytes() == article.data:
                return name
            if name not in taken and not path.exists():
                break
        # Hidden until whole: hidden files are not read.
        unfinished = folder / f".{name}.part"
        unfinished.write_bytes(article.data)
        unfinished.replace(path)
    except OSError as error:
        raise ArticleError(
            f"The file cannot be kept in {folder}: {error.strerror}.", hint="Check the folder, or set QA_DATA_DIR."
        ) from error
    taken.add(name)
    return name


def _safe_name(name: str) -> str:
    """Return a name that every file system takes, with the same suffix."""
    clean = _FORBIDDEN.sub(" ", unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode()))
    suffix = Path(clean).suffix[:10]
    stem = " ".join(clean.removesuffix(suffix).split()).strip(". ")[:_LONGEST_NAME]
    return f"{stem or 'article'}{suffix.strip()}"


def _numbered(name: str) -> Iterable[str]:
    yield name
    path = Path(name)
    yield from (f"{path.stem} ({number}){path.suffix}" for number in count(2))
