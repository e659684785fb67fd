"""What is computed from all articles at once, and kept until the index changes."""

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from qa.pipeline import QA
    from qa.schema import Article, ArticleInfo

Value = TypeVar("Value")


class Derived(Generic[Value]):
    """A value made from the indexed articles, made anew only when they are others.

    Args:
        bot: Whose articles.
        make: Makes the value.
    """

    def __init__(self, bot: "QA", make: "Callable[[list[Article]], Value]") -> None:
        self._bot = bot
        self._make = make
        self._lock = threading.Lock()
        self._made: tuple[list[ArticleInfo], Value] | None = None

    def get(self) -> Value:
        """Return the value for the articles that are indexed now."""
        with self._lock:
            infos = self._bot.articles()
            if self._made is None or self._made[0] != infos:
                self._made = infos, self._make([self._bot.article(info.source) for info in infos])
            return self._made[1]
