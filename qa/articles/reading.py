"""One file to one article."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from qa.articles.draft import Draft
from qa.articles.metadata import complete
from qa.errors import ArticleError
from qa.schema import Article

MAX_FILE_BYTES = 20_000_000
MAX_CHARACTERS = 1_000_000

_READERS = {
    ".txt": ("qa.articles.text", "read_text"),
    ".md": ("qa.articles.text", "read_markdown"),
    ".html": ("qa.articles.html", "read_html"),
    ".htm": ("qa.articles.html", "read_html"),
    ".pdf": ("qa.articles.pdf", "read_pdf"),
    ".docx": ("qa.articles.word", "read_docx"),
}
SUFFIXES = frozenset(_READERS)


def read_article(path: Path, source: str) -> Article:
    """Read one article.

    Args:
        path: A .txt, .md, .html, .htm, .pdf or .docx file.
        source: The name that the article is known by in the index.

    Returns:
        The article. For .txt and .md, ``text`` is the decoded file to the letter (without a byte order mark), Markdown marks included;
        for the others it is the extracted main text, paragraphs separated by blank lines.

    Raises:
        ArticleError: The file is missing, of another type, empty, too large, encrypted, damaged, without text or not decodable.
    """
    reader = _reader(path)
    draft = reader(_read_bytes(path))
    if not draft.text[draft.start :].strip():
        raise ArticleError("The file has no text.", hint="Add the article's text, or remove the file.")
    if len(draft.text) > MAX_CHARACTERS:
        raise ArticleError(
            f"The text is too long: {len(draft.text):,} characters, at most {MAX_CHARACTERS:,}.",
            hint="Split it into its articles.",
        )
    return complete(draft, source)


def _reader(path: Path) -> Callable[[bytes], Draft]:
    if not path.exists():
        raise ArticleError("There is no such file or folder.", hint="Check the path in QA_SOURCES.")
    if not path.is_file():
        raise ArticleError("This is not a file that can be opened.", hint="Check its permissions.")
    suffix = path.suffix.lower()
    if suffix not in _READERS:
        raise ArticleError(
            f"Unsupported type {suffix or '(no suffix)'}.", hint=f"Supported: {', '.join(sorted(SUFFIXES))}."
        )
    module, name = _READERS[suffix]
    reader: Callable[[bytes], Draft] = getattr(import_module(module), name)
    return reader


def _read_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ArticleError(f"The file cannot be opened: {error.strerror}.", hint="Check its permissions.") from error
    if len(data) > MAX_FILE_BYTES:
        raise ArticleError(
            f"The file is too large: more than {MAX_FILE_BYTES:,} bytes.", hint="Split it into its articles."
        )
    if not data.strip():
        raise ArticleError("The file is empty.", hint="Add the article's text, or remove the file.")
    return data
