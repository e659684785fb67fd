"""A question as it is meant: without what it is asked politely with; shorthand, slips of one letter and names in small letters mended."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from string import ascii_lowercase
from typing import TYPE_CHECKING

from qa.lexicon import SHORTHAND
from qa.text import fold, stems, stopwords

if TYPE_CHECKING:
    from spellchecker import SpellChecker

_WORD = re.compile(r"[^\W\d_]+")
_WHOLE_WORD = re.compile(r"\b[^\W\d_]+\b")  # Not the letter of "U21".
_CAPITAL_INSIDE = re.compile(r"(?<=[\w,;][ '’])[A-ZÀ-Þ][^\W\d_]*")
_INITIALS = 2  # Letters: "Serie C" makes no name of "c'è".
_SHORTEST = 4
_LONGEST = 40  # Letters: of what is longer there are too many slips to try.
_SHORTEST_NAME = 6  # Of a word with a capital: a short name with another letter is another name ("Rosi", "Rossi").
_LONG = 7  # From so many letters on, a name that is written small may also have a wrong one, or one more or less at the end.
_CLIPPED = 3  # Letters at least that a short form leaves off: with fewer, it may be another's name ("Rosi", "Rosini").
_RARE = 1000  # Times a dictionary has counted: "chelsea" 878, "champions" 3769.
_HAS = re.compile(r"\ba(?= [a-z]+(?:[aiu]to|rso|[nst]to)\b)")  # "chi a vinto"

# What makes a question polite, and answers no search.
_GREETING = re.compile(
    r"\A\s*(?:(?:ciao|salve|buongiorno|buonasera|(?:mi )?scus(?:a|i|ami|ate)|per (?:favore|piacere|cortesia)"
    r"|hello|hi|hey|good (?:morning|afternoon|evening)|excuse me|please)\b[\s,;:.!]*)+",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"\A\s*(?:(?:(?:mi|ci) )?(?:sa|sai|sapete|saprebbe|sapresti|sapreste|può|puoi|potete|potrebbe|potresti|potreste)"
    r"(?: per (?:caso|favore))? (?:dire|dir[mc]i|spiegare|spiegar[mc]i)|(?:vorrei|vorremmo|volevo|mi piacerebbe) sapere|mi (?:dici|dice|dite)"
    r"|(?:can|could|would) you (?:please )?tell me|do you know|(?:i would|i'd|i) (?:like|want) to know)\b"
    r"(?: per (?:favore|piacere|cortesia)| please)?(?: se| if| whether)?[\s,:]+(?=\w)",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"[\s,;.!–-]+(?:per (?:favore|piacere|cortesia)|(?:molte )?grazie(?: mille| in anticipo)?|please|thanks(?: in advance)?|thank you)"
    r"[\s.!]*(\??)[\s.!]*\Z",
    re.IGNORECASE,
)


class Vocabulary:
    """How texts spell their words.

    Args:
        texts: Of the articles.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        written: Counter[str] = Counter()
        inside: set[str] = set()
        for text in texts:
            written.update(_WORD.findall(text))
            inside.update(_CAPITAL_INSIDE.findall(text))
        self._frequencies: Counter[str] = Counter()
        self._spellings: dict[str, str] = {}
        for spelling, times in written.most_common():
            self._spellings.setdefault(fold(spelling), spelling)
            self._frequencies[fold(spelling)] += times
        small = {fold(spelling) for spelling in written if spelling.islower()}
        self._names = frozenset(map(fold, inside)) - small
        self._stems: dict[str, frozenset[str]] = {}

    def __contains__(self, word: str) -> bool:
        return word in self._spellings

    def spelling(self, word: str) -> str:
        """Return a folded word as it is mostly written."""
        return self._spellings[word]

    def frequency(self, word: str) -> int:
        """Return how often a folded word is written."""
        return self._frequencies[word]

    def is_name(self, word: str) -> bool:
        """Whether a folded word is never written small, and not only where sentences begin."""
        return word in self._names

    def has_stem(self, stem: str, language: str) -> bool:
        """Whether some form of a word is written that is given by its stem."""
        if language not in self._stems:
            self._stems[language] = frozenset(stems(" ".join(self._spellings), language))
        return stem in self._stems[language]

    def unclipped(self, word: str) -> str:
        """Return the one name of which a folded word is the beginning ("Juve" of "Juventus"); nothing where there is none, or more."""
        longer = [name for name in self._names if name.startswith(word) and len(name) >= len(word) + _CLIPPED]
        return longer[0] if len(longer) == 1 else ""


def respelt(question: str, language: str, vocabulary: Vocabulary, everything: Vocabulary) -> str:
    """Return a question as it is meant, without greeting, request and thanks ("Buongiorno, mi sa dire…").

    What neither the articles nor a dictionary of the language know is taken for a word of the articles, or for one of those that questions are
    made of, if that has one letter more or less inside or two neighbours exchanged, or for the only name of the articles that begins with it
    ("Juve"). Where the question has no capitals at all, names get theirs, and "chi a vinto" is read as "chi ha vinto".

    Args:
        question: As it was asked.
        language: Its language.
        vocabulary: Of the articles in that language.
        everything: Of all articles: they may know the names of a question in another language.
    """
    question = _to_the_point(question)
    is_small = question == question.lower()
    if is_small and language == "it":
        question = _HAS.sub("ha", question)
    shorthand = SHORTHAND.get(language, {})

    def meant(match: re.Match[str]) -> str:
        written, word = match[0], fold(match[0])
        if written in shorthand:
            return shorthand[written]
        if word in vocabulary:
            is_name = is_small and len(word) > _INITIALS and vocabulary.is_name(word)
            return vocabulary.spelling(word) if is_name else written
        if is_small and everything.is_name(word) and _is_rare(word, language):
            return everything.spelling(word)
        if not _SHORTEST <= len(word) <= _LONGEST or _is_word(written, language):
            return written
        return _stands_for(written, language, vocabulary) or written

    return _WHOLE_WORD.sub(meant, question)


def _to_the_point(question: str) -> str:
    """Return a question without what only makes it polite; unchanged where nothing else is said."""
    bare = _REQUEST.sub("", _GREETING.sub("", _THANKS.sub(r"\1", question)))
    return bare if _WORD.search(bare) else question


def _stands_for(written: str, language: str, vocabulary: Vocabulary) -> str:
    """Return the known word that an unknown one stands for, short or misspelt; nothing where there is none."""
    word = fold(written)
    if name := vocabulary.unclipped(word):
        return vocabulary.spelling(name)
    is_capital = written[0].isupper()
    if is_capital and len(word) < _SHORTEST_NAME:
        return ""
    own = stems(word, language)  # Another form of a word is no slip ("esordito", "esordio").
    likely = [
        slip
        for slip in _slips(word)
        if (slip in vocabulary and stems(slip, language) != own) or slip in stopwords(language)
    ]
    names = [slip for slip in likely if vocabulary.is_name(slip)]
    if is_capital:
        return _as_written(names, vocabulary)
    likely = likely or _other_forms(word, language, vocabulary)
    if len(word) >= _LONG:
        names += [slip for slip in _wrong_letters(word) if vocabulary.is_name(slip)]
    return _as_written(likely or names, vocabulary)


def _other_forms(word: str, language: str, vocabulary: Vocabulary) -> list[str]:
    """Return the words of a dictionary that a folded word is with a letter left out, and that the articles have another form of ("allenava").

    A dictionary has not every form: what the articles have another form of ("esordito", "esordio") is no slip.
    """
    if any(vocabulary.has_stem(stem, language) for stem in stems(word, language)):
        return []
    whole = [slip for slip in _with_a_letter_more(word) if slip in _dictionary(language)]
    return [slip for slip in whole if any(vocabulary.has_stem(stem, language) for stem in stems(slip, language))]


def _as_written(likely: Sequence[str], vocabulary: Vocabulary) -> str:
    """Return the most frequent of some folded words as it is written; nothing where there is none."""
    best = max(likely, key=vocabulary.frequency, default="")
    return vocabulary.spelling(best) if best in vocabulary else best


def _slips(word: str) -> Iterator[str]:
    """Yield what a folded word may be a slip of: of a letter left out or too many inside, or of two exchanged."""
    yield from _with_a_letter_more(word)
    for place in range(1, len(word)):
        yield word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :]
    yield from (word[:place] + word[place + 1 :] for place in range(1, len(word) - 1))


def _with_a_letter_more(word: str) -> Iterator[str]:
    """Yield a folded word with a letter more inside."""
    for place in range(1, len(word)):
        yield from (word[:place] + letter + word[place:] for letter in ascii_lowercase)


def _wrong_letters(word: str) -> Iterator[str]:
    """Yield what a folded word may be if one letter is wrong, but the first, or the last left out or too many."""
    yield word[:-1]
    for letter in ascii_lowercase:
        yield word + letter
        yield from (word[:place] + letter + word[place + 1 :] for place in range(1, len(word)))


def _is_word(written: str, language: str) -> bool:
    return fold(written) in stopwords(language) or written.lower() in _dictionary(language)


def _is_rare(word: str, language: str) -> bool:
    """Whether a folded word is hardly ever written in a language, as names are, unlike what names are made of elsewhere ("league")."""
    return word not in stopwords(language) and _dictionary(language).word_frequency[word] < _RARE


@cache
def _dictionary(language: str) -> "SpellChecker":
    from spellchecker import SpellChecker

    return SpellChecker(language=language)
