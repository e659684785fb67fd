"""Cited answers about a football coach's career, from news articles.

>>> from qa import ask
>>> print(ask("Chi allenava il Bari prima di Carrera?").text)  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa.config import Settings
    from qa.errors import QAError
    from qa.pipeline import QA, ask
    from qa.schema import Answer, Citation, Passage

__all__ = ["QA", "Answer", "Citation", "Passage", "QAError", "Settings", "ask"]

_HOMES = {
    "QA": "qa.pipeline",
    "Answer": "qa.schema",
    "Citation": "qa.schema",
    "Passage": "qa.schema",
    "QAError": "qa.errors",
    "Settings": "qa.config",
    "ask": "qa.pipeline",
}


def __getattr__(name: str) -> Any:
    # Importing the package must stay quick, so each name comes from its home when first asked for.
    try:
        home = _HOMES[name]
    except KeyError:
        raise AttributeError(f"module 'qa' has no attribute {name!r}") from None
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
