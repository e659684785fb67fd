"""Lexical search over stems, forgiving about typos and spellings of names."""

import logging
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from qa.places import other_names
from qa.text import stems, words

if TYPE_CHECKING:
    import numpy as np

# Two stems this alike (Indel ratio, 0 to 100) are taken for spellings of one word.
_TYPO_RATIO = 80.0
_SPELLING_RATIO = 87.0
_SHORTEST_FUZZY = 5
_ALIKE = 3
# A known word counts in full, and so does what a typo stands for; what is only spelt like a known word ("Carriera" for
# "Carrera") for less. Chosen by the rank of the gold questions' evidence: 0.3 against 0, 0.5, 0.7 and 1.
_SPELLING_WEIGHT = 0.3


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
        self._known = frozenset(stem for document in corpus for stem in document)
        self._by_initial = {initial: list(some) for initial, some in groupby(sorted(self._known), key=itemgetter(0))}
        self._bm25 = bm25s.BM25() if self._known else None
        if self._bm25 is not None:
            self._bm25.index(corpus, show_progress=False)

    def query_stems(self, question: str, language: str) -> tuple[list[str], list[str]]:
        """Return the stems that are searched for: those that are meant, and those that the texts spell almost like them.

        A question in another language than the texts is stemmed in theirs too, so that names and numbers meet, and places
        are searched for by all their names. What the texts do not know is taken for a typo of what they spell almost alike.
        """
        codes = (language, *self._languages)
        elsewhere = " ".join(sorted(name for word in words(question) for name in other_names(word)))
        places = {stem for code in self._languages for stem in stems(elsewhere, code)} & self._known
        own = sorted(places.union(*(stems(question, code) for code in codes)))
        known, unknown = [s for s in own if s in self._known], [s for s in own if s not in self._known]
        meant = dict.fromkeys([*known, *(m for stem in unknown for m in self._alike(stem, _TYPO_RATIO))])
        alike = dict.fromkeys(m for stem in known for m in self._alike(stem, _SPELLING_RATIO))
        return list(meant), [stem for stem in alike if stem not in meant]

    def scores(self, question: str, language: str) -> "np.ndarray":
        """Return the BM25 score of every text, shape (n,)."""
        import numpy as np

        total = np.zeros(self._size, dtype=np.float32)
        for query, weight in zip(self.query_stems(question, language), (1.0, _SPELLING_WEIGHT), strict=True):
            if self._bm25 is not None and query:
                total += weight * self._bm25.get_scores(query)
        return total

    def _alike(self, stem: str, cutoff: float) -> list[str]:
        from rapidfuzz import fuzz, process

        if len(stem) < _SHORTEST_FUZZY or stem.isdigit():
            return []
        candidates = self._by_initial.get(stem[0], [])
        matches = process.extract(stem, candidates, scorer=fuzz.ratio, score_cutoff=cutoff, limit=_ALIKE)
        return [match for match, _, _ in matches if match != stem]
