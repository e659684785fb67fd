"""Files to articles: text, title, date and where they come from.

``find_files`` names the files, ``read_article`` reads one. Each format has its reader (``text``, ``html``, ``pdf``,
``word``); ``metadata`` then finds in the text itself what the format did not tell.
"""

from qa.articles.files import MAX_FILE_BYTES, SUFFIXES, find_files
from qa.articles.reading import MAX_CHARACTERS, read_article

__all__ = ["MAX_CHARACTERS", "MAX_FILE_BYTES", "SUFFIXES", "find_files", "read_article"]
