"""Does a statement stand in the articles? Pure functions over sentences and their atoms."""

import html
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from qa.atoms import Atom, find_atoms
from qa.counting import counted_as, is_named
from qa.places import other_names
from qa.questions import answers_expectation, expected_answer
from qa.schema import Article, Passage, Span
from qa.sentences import sentence_spans
from qa.text import stems, visible, words

_LONGEST_WINDOW = 3  # Sentences; more is no longer a quotation but a passage.
_SPELLING = 84.0  # Two words this alike (Indel ratio, 0 to 100) are one name.
_SHORTEST_FUZZY = 5
_BETWEEN = 2  # Words.
_PAIRS = 12  # Windows that are tried two at a time.
VERSUS = re.compile(r"[-–—]")
"""Between two names, those of two sides: "Lecco-Como"."""


@dataclass(frozen=True)
class Window:
    """A run of whole sentences of one article that may be cited: ``text`` is ``article.text[span.start:span.end]``."""

    source: str
    span: Span
    text: str
    language: str
    sentences: int
    atoms: tuple[Atom, ...]
    rank: int

    @property
    def key(self) -> tuple[str, int, int]:
        """What tells two windows apart."""
        return (self.source, self.span.start, self.span.end)


def windows(read: Sequence[Passage], languages: Mapping[str, str]) -> list[Window]:
    """Return every run of up to three neighbouring sentences of the passages, the passages in their given order.

    Args:
        read: What was read, best first.
        languages: Language of each article by source.
    """
    found = []
    for rank, passage in enumerate(read):
        language = languages[passage.source]
        sentences = sentence_spans(passage.text, language=language)
        for first in range(len(sentences)):
            for last in range(first, min(first + _LONGEST_WINDOW, len(sentences))):
                text = passage.text[sentences[first].start : sentences[last].end]
                span = Span(start=passage.start + sentences[first].start, end=passage.start + sentences[last].end)
                atoms = find_atoms(text, language, passage.date)
                found.append(Window(passage.source, span, text, language, last - first + 1, atoms, rank))
    return found


def window_of(text: str, article: Article, span: Span) -> Window:
    """Return one sentence of an article as a window of its own."""
    return Window(article.source, span, text, article.language, 1, find_atoms(text, article.language, article.date), 0)


def find_support(statement: str, language: str, candidates: Sequence[Window], question: str = "") -> tuple[Window, ...]:
    """Return the citation that holds every atom of ``statement``: one window, else two together; empty if there is none.

    The window that shares most of the words that the statement adds to the question wins, then the shortest, then the one that shares most
    content words with it, then the better ranked one. Two windows must each hold one of the statement's names, if it has any: a number that
    stands anywhere in the articles supports nothing.

    Args:
        statement: A sentence of a draft.
        language: Its language.
        candidates: What may be cited.
        question: What was asked: its words count less than what the statement adds to them.
    """
    atoms = find_atoms(statement, language)
    if not _spelt_as_known(atoms, candidates):
        return ()
    asked = frozenset(stems(question, language))
    content = frozenset(stems(statement, language))
    new = content - asked

    def merit(window: Window) -> tuple[int, int, int, int]:
        own = frozenset(stems(window.text, language))
        return (-len(new & own), window.sentences, -len(content & own), window.rank)

    counted = [w for w in candidates if all(counts_alike(a, statement, w, language) for a in atoms if stands_in(a, w))]
    whole = [window for window in counted if not missing_atoms(atoms, [window])]
    if whole:
        return (min(whole, key=merit),)
    names = [atom for atom in atoms if atom.kind == "name"]
    tied = [w for w in counted if not names or any(stands_in(name, w) for name in names)]
    near = sorted(tied, key=lambda w: (len(missing_atoms(atoms, [w])), w.sentences, *merit(w)))[:_PAIRS]
    for pair in sorted(combinations(near, 2), key=_distance):
        if not missing_atoms(atoms, pair):
            return pair
    return ()


def _distance(pair: tuple[Window, Window]) -> tuple[int, bool, int]:
    """How far two windows are from being one quotation: their sentences, then how far they are apart."""
    a, b = pair
    return (a.sentences + b.sentences, a.source != b.source, abs(a.span.start - b.span.start))


def _spelt_as_known(atoms: Sequence[Atom], candidates: Sequence[Window]) -> bool:
    """Whether every name is spelt as in some window: a question's misspelling is not repeated as a fact."""
    known = {word for window in candidates for word in words(window.text)}
    return all(part in known for atom in atoms if atom.kind == "name" for part in words(atom.value))


def missing_atoms(atoms: Sequence[Atom], cited: Sequence[Window]) -> tuple[Atom, ...]:
    """Return the atoms that stand in none of the cited windows."""
    return tuple(atom for atom in atoms if not any(stands_in(atom, window) for window in cited))


def stands_in(atom: Atom, window: Window) -> bool:
    """Whether a window holds an atom: the same number or ordinal, the same or a more precise date, a name in any spelling, its words together."""
    if atom.kind == "name":
        known = words(window.text)
        return all(_stand_together(words(side), known) for side in VERSUS.split(atom.value))  # "Lecco-Como"
    if atom.kind == "date":
        return any(other.kind == "date" and date_within(atom.value, other.value) for other in window.atoms)
    return any((other.kind, other.value) == (atom.kind, atom.value) for other in window.atoms)


def _stand_together(parts: Sequence[str], known: Sequence[str]) -> bool:
    """Whether some words, in any spelling and order, stand next to each other, or with one or two between ("Coppa delle Coppe")."""
    reach = len(parts) + _BETWEEN
    places = [[place for place, word in enumerate(known) if same_word(part, word)] for part in parts]
    return all(places) and any(
        all(any(first <= place < first + reach for place in some) for some in places)
        for first in {place for some in places for place in some}
    )


def counts_alike(atom: Atom, statement: str, window: Window, language: str) -> bool:
    """Whether a number counts in a window what it counts in a statement, as far as both say: 180 games are not 180 goals, but 180 appearances.

    A number without a noun behind it ("-11 dalla Ternana") may count anything; so may one whose noun is of another language, unless both nouns
    are known and name two things.
    """
    unit = _unit(statement, atom.end, language)
    if atom.kind != "number" or not unit or unit <= frozenset(stems(window.text, window.language)):
        return True
    said = counted_as(unit, language)
    places = [other for other in window.atoms if other.kind == "number" and other.value == atom.value]
    counted = [counted_as(_unit(window.text, other.end, window.language), window.language) for other in places]
    return any(
        not there or there == said or not (window.language == language or (is_named(said) and is_named(there)))
        for there in counted
    )


def _unit(text: str, end: int, language: str) -> frozenset[str]:
    """Stem of the noun right behind a number, if there is one."""
    following = _FOLLOWING.match(text, end)
    return frozenset(stems(following[1], language)) if following else frozenset()


def date_within(asked: str, given: str) -> bool:
    """Whether the date ``given`` is ``asked`` or a part of it: "2017-05-07" is within "2017", not the other way round."""
    if "/" in given:
        return asked == given or asked in given.split("/")
    if asked.startswith("-"):
        return (
            given.split("-", 1)[-1].startswith(asked.lstrip("-"))
            if not given.startswith("-")
            else given.startswith(asked)
        )
    return given == asked or given.startswith(f"{asked}-")


def same_word(left: str, right: str) -> bool:
    """Whether two folded words are one name or word, allowing for transliterations ("alenicev", "alenichev")."""
    if left == right:
        return True
    if min(len(left), len(right)) < _SHORTEST_FUZZY or left[0] != right[0] or left.isdigit():
        return False
    from rapidfuzz import fuzz

    return fuzz.ratio(left, right) >= _SPELLING


def same_name(left: str, right: str) -> bool:
    """Whether two folded words may be one name, also of a place in two languages ("greece", "grecia")."""
    return same_word(left, right) or left in other_names(right)


def may_be_one_name(left: Sequence[str], right: Sequence[str]) -> bool:
    """Whether the words of two names may name one: "Bianchi" and "Ugo Bianchi", but not "Ada Bianchi" and "Ugo Bianchi"."""
    few, many = sorted((left, right), key=len)
    return all(share_a_word([part], many) for part in few)


def is_part_of_one(name: Sequence[str], names: Iterable[Sequence[str]]) -> bool:
    """Whether all words of a name stand in one of some names: "Bianchi" in "Ugo Bianchi"."""
    return any(len(name) <= len(other) and may_be_one_name(name, other) for other in names)


def share_a_word(left: Iterable[str], right: Collection[str]) -> bool:
    """Whether some folded word of the one may be a word of the other, or its name in another language."""
    return any(same_name(one, other) for one in left for other in right)


def answers(statement: str, question: str, language: str) -> bool:
    """Whether a statement says something new of the kind that is asked for: one that repeats the question is no answer.

    A name is new only if not all of its words are in the question: "Conte" tells nobody who asked about Antonio Conte anything.
    """
    expected = expected_answer(question)
    if expected != "other":
        return answers_expectation(expected, find_atoms(statement, language), question, language)
    asked = frozenset(stems(question, language))
    return any(stem not in asked for stem in stems(statement, language))


_FOLLOWING = re.compile(r"\s+([a-zà-öø-ÿ]{3,})")
_NUMBERS = r"\[\d{1,3}(?:\s*,\s*\d{1,3})*\](?:\([^()\s]*[:/][^()\s]*\))?"
_MARKER = re.compile(rf"(?<!\s)\s*+{_NUMBERS}(?:\s*,?\s*{_NUMBERS})*")
_MARKUP = re.compile(
    r"!?\[([^\[\]]*)\]\([^()]*(?:\([^()]*\)[^()]*)?\)|!(?=\[)"  # links and images
    r"|\b[a-z][a-z0-9+.-]{1,30}://\S*|(?<![\w:/])//\S+|\bwww\.\S+|\b(?:javascript|vbscript|mailto):\S*|\bdata:\w+/\S*"
    r"|<[^<>]{0,200}>|<[a-z/!?][^<>]*>|<(?=[a-z/!?])"
    r"|(?m:^\s*#+\s+)|[*_`#]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,31}\d{0,2});", re.IGNORECASE)
_NESTING = 8  # Layers of markup in markup that are taken apart; of what has more of them, only the words stay.
_NO_WORD = re.compile(r"[^\w\s]|_")


def plain_text(text: str) -> str:
    """Return model output as plain text: no markers, links, images, HTML, Markdown or characters that cannot be seen, white space folded.

    What is taken out may put together what it stood between ("<<b>script>"), so it is repeated until nothing is left to take.
    """
    for _ in range(_NESTING):
        bare = _MARKUP.sub(lambda match: match[1] or "", _MARKER.sub("", _ENTITY.sub(_character, visible(text))))
        if bare == text:
            break
        text = bare
    else:
        text = _NO_WORD.sub("", text)
    return " ".join(text.split())


def _character(entity: re.Match[str]) -> str:
    return html.unescape(entity[0])
