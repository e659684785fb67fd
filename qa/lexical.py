"""Lexical search over stems, forgiving about typos and spellings of names."""

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from qa.text import fold, stems

if TYPE_CHECKING:
    import numpy as np

# Two stems this alike (Indel ratio, 0 to 100) are taken for spellings of one word.
_TYPO_RATIO = 80.0
_SPELLING_RATIO = 87.0
_SHORTEST_FUZZY = 5


class LexicalIndex:
    """BM25 (Lucene's variant, bm25s) over the stems of a fixed list of texts.

    Args:
        texts: What is searched.
        languages: Language of each text, for its stemmer.
    """

    def __init__(self, texts: Sequence[str], languages: Sequence[str]) -> None:
        import bm25s  # brings numba along

        logging.getLogger("bm25s").setLevel(logging.WARNING)
        corpus = [stems(text, language) for text, language in zip(texts, languages, strict=True)]
        self._size = len(corpus)
        self._languages = tuple(sorted(set(languages))) or ("it",)
        self._vocabulary = sorted({stem for document in corpus for stem in document})
        self._known = frozenset(self._vocabulary)
        self._bm25 = bm25s.BM25() if self._vocabulary else None
        if self._bm25 is not None:
            self._bm25.index(corpus, show_progress=False)

    def query_stems(self, question: str, language: str) -> list[str]:
        """Return the stems that are searched for: the question's own, and what the texts spell almost alike.

        A question in another language than the texts is stemmed in theirs too, so that names and numbers meet.
        """
        own = {stem for code in (language, *self._languages) for stem in stems(question, code)}
        found = [stem for stem in sorted(own) if stem in self._known]
        for stem in sorted(own):
            if len(stem) >= _SHORTEST_FUZZY and not stem.isdigit():
                found += self._alike(stem, _SPELLING_RATIO if stem in self._known else _TYPO_RATIO)
        return list(dict.fromkeys(found))

    def scores(self, question: str, language: str) -> "np.ndarray":
        """Return the BM25 score of every text, shape (n,)."""
        import numpy as np

        query = self.query_stems(question, language)
        if self._bm25 is None or not query:
            return np.zeros(self._size, dtype=np.float32)
        return np.asarray(self._bm25.get_scores(query), dtype=np.float32)

    def _alike(self, stem: str, cutoff: float) -> list[str]:
        from rapidfuzz import fuzz, process

        matches = process.extract(stem, self._vocabulary, scorer=fuzz.ratio, score_cutoff=cutoff, limit=3)
        return [match for match, _, _ in matches if match != stem and match[0] == fold(stem)[0]]
