"""What a question asks of an answer besides its kind: a place, an opponent, whose successor, the score of a match, a reason, an event."""

import re
from collections.abc import Sequence

from qa.atoms import Atom, find_atoms
from qa.counting import SCORE
from qa.events import events_of
from qa.lexicon import CONTESTS, PREPOSITIONS, RANKS, REASONS
from qa.posts import Post, asked_post, handovers
from qa.prepositions import is_governed
from qa.questions import expected_answer
from qa.retrieval import ScoredSentence
from qa.schema import Article
from qa.text import fold, stems, stems_of, words
from qa.values import Asked, is_about
from qa.verification import may_be_one_name

_WHERE = re.compile(r"\b(?:dove|where|donde|onde)\b")
_AGAINST = re.compile(
    r"\b(?:contro|against|contre|contra|gegen)\s+(?:chi|che|qual[ei]|whom?|which|what|qui|quelle?s?|quien(?:es)?|wen|welche\w*)\b"
)


def stands_as_asked(question: str, language: str, names: Sequence[Atom], sentence: str, spoken: str) -> bool:
    """Whether one of some names may answer as it stands in a sentence.

    That is "where" behind a preposition, "against whom" where a contest is told of, "before whom" in a post where it passes on.

    Args:
        question: What is asked.
        language: Its language.
        names: What may answer.
        sentence: Of an article; holds at least one of them.
        spoken: The sentence's language.
    """
    if post := asked_post(Asked(question, language)):
        return spoken not in PREPOSITIONS or _passes_on(post, names, sentence, spoken)
    folded = fold(question)
    if _AGAINST.search(folded):
        return spoken not in CONTESTS or not stems_of(CONTESTS, spoken).isdisjoint(stems(sentence, spoken))
    if expected_answer(question) == "name" and _WHERE.search(folded) and spoken in PREPOSITIONS:
        told = [words(name.value) for name in names]
        return any(
            is_governed(sentence, atom, spoken)
            for atom in find_atoms(sentence, spoken)
            if atom.kind == "name" and any(may_be_one_name(words(atom.value), name) for name in told)
        )
    return True


def _passes_on(post: Post, names: Sequence[Atom], sentence: str, spoken: str) -> bool:
    """Whether a sentence tells that one of some names had a post before another, or that somebody got one."""
    told = handovers(sentence, spoken)
    if post == "after":
        return any(one.taken for one in told)
    left = [words(one.before.value) for one in told if one.before]
    return any(may_be_one_name(words(name.value), one) for name in names for one in left)


def tells_the_score(question: str, language: str, sentence: ScoredSentence, article: Article) -> bool:
    """Whether a sentence gives a score, and speaks of the match that the question names: other matches ended otherwise.

    Args:
        question: Asks for a score.
        language: Its language.
        sentence: Of ``article``.
        article: Where it stands.
    """
    atoms = find_atoms(sentence.text, article.language)
    scored = any(atom.kind == "number" and SCORE.fullmatch(atom.value) for atom in atoms)
    return scored and is_about(Asked(question, language), sentence, article)


def tells_a_rank(text: str, language: str) -> bool:
    """Whether a text has a place in a table or a race ("terzo", "capolista"), as far as the words of its language are known."""
    return language not in RANKS or re.search(RANKS[language], fold(text)) is not None


def gives_a_reason(text: str, language: str) -> bool:
    """Whether something in a text introduces a reason ("per gli scarsi risultati"), as far as the words of its language are known."""
    return language not in REASONS or re.search(REASONS[language], fold(text)) is not None


def tells_of_the_event(question: str, language: str, text: str, spoken: str) -> bool:
    """Whether a text speaks of the event that a question is about, as far as its words are known: by a word for it, or another of the question's.

    What stands beside the question's names may be of anything: "Esonerato nel 2018" does not tell when a title was won.

    Args:
        question: What is asked.
        language: Its language.
        text: A sentence.
        spoken: The text's language.
    """
    predicates = Asked(question, language).predicates
    asked, told = events_of(predicates, language), events_of(stems(text, spoken), spoken)
    if not asked or asked & told:
        return True
    return spoken == language and not predicates.isdisjoint(Asked(text, spoken).predicates)
