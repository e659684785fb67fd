"""One file to one article."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from qa.articles.draft import MAX_CHARACTERS, Draft, check_length
from qa.articles.files import check_file
from qa.articles.metadata import complete
from qa.errors import ArticleError
from qa.schema import Article

__all__ = ["MAX_CHARACTERS", "read_article"]

_EMPTY = "Add the article's text, or remove the file."

_READERS = {
    ".txt": ("qa.articles.text", "read_text"),
    ".md": ("qa.articles.text", "read_markdown"),
    ".html": ("qa.articles.html", "read_html"),
    ".htm": ("qa.articles.html", "read_html"),
    ".pdf": ("qa.articles.pdf", "read_pdf"),
    ".docx": ("qa.articles.word", "read_docx"),
}


def read_article(path: Path, source: str) -> Article:
    """Read one article.

    Args:
        path: A .txt, .md, .html, .htm, .pdf or .docx file.
        source: The name that the article is known by in the index.

    Returns:
        The article. For .txt and .md, ``text`` is the decoded file to the letter (without a byte order mark), Markdown
        marks included; for the others it is the extracted main text, its paragraphs separated by blank lines.

    Raises:
        ArticleError: The file is missing, of another type, empty, too large, encrypted, damaged, without text or not
            decodable.
    """
    check_file(path)
    draft = _reader(path.suffix.lower())(_read_bytes(path))
    check_length(len(draft.text))
    article = complete(draft, source)
    if article.body.start == article.body.end:
        raise ArticleError("The file has no text of an article.", hint=_EMPTY)
    return article


def _reader(suffix: str) -> Callable[[bytes], Draft]:
    module, name = _READERS[suffix]
    reader: Callable[[bytes], Draft] = getattr(import_module(module), name)
    return reader


def _read_bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ArticleError(f"The file cannot be opened: {error.strerror}.", hint="Check its permissions.") from error
    if not data.strip():
        raise ArticleError("The file is empty.", hint=_EMPTY)
    return data
