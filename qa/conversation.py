"""A follow-up question made to stand by itself."""

import re

from qa.atoms import certain_names
from qa.prompts import load_phrases
from qa.schema import History
from qa.sentences import sentence_spans
from qa.text import stems, words

# A follow-up opens by joining on to what was said; "è" and "e'" do not.
_JOINS_ON = re.compile(
    r"\W*(e|ed|ma|invece|allora|poi|quindi|and|but|so|then|what\s+about|how\s+about|et|mais|y|pero|und|aber)\b(?!['’\u0300])"
)
# So few content words without a verb leave out what is asked ("E dopo?", "Contro chi?"). Auxiliaries and past endings stand for all verbs.
_ELLIPTIC = 2
_AUXILIARY = re.compile(
    r"\b(è|ha|hanno|aveva|avevano|ebbe|sono|era|erano|fu|furono|viene|venne|sarà|avrà"
    r"|[^\W\d_]{2,}(?:(?<!per)(?<!ci)ò|(?<![ds])ì|[aei]va(?:no)?|[aei]rono)"
    r"|is|are|was|were|did|does|do|has|had|have|will|est|était|avait|fue|tiene|hat|ist|war|wurde|foi|tem)\b"
    r"|\be['’](?=\s)"
)
_MARKER = re.compile(r"\s*\[\d{1,3}\]")
_QUOTATION = re.compile(r"[«“\"„]")
_TURNS = 5
_CARRIED = 6  # Names: of a long conversation, the latest matter.


def standalone(question: str, history: History, language: str) -> str:
    """Return ``question`` with what it leans on put before it, or unchanged where it stands by itself.

    A whole question that only leaves out whom it is about gets the names of the last answer and of its question ("Su Auteri, Bari: Quando
    è stato esonerato?"), what was just told first, since it is what people go on about. One that leaves out more gets the earlier question
    itself, which may be a follow-up in its turn. A question that says something of a name of its own, and does not join on, changes the
    subject.

    Args:
        question: As it was asked.
        history: Earlier (question, answer) pairs, oldest first; the last five are looked at.
        language: Of the question.
    """
    if not history or not _leans(question, language):
        return question
    *before, (asked, answer) = history[-_TURNS:]
    earlier = standalone(asked.strip(), before, language)
    told = _new(certain_names(_statement(answer, language), language), earlier)
    carried = [*told, *certain_names(earlier, language)]
    if _elliptic(question, language) or not carried:
        return f"{earlier} {about(told, question, language)}"
    return about(_new(carried, question)[:_CARRIED], question, language)


def _leans(question: str, language: str) -> bool:
    """Whether a question joins on to another, names nothing, or says nothing of what it names ("Con lo Spartak?")."""
    if _JOINS_ON.match(question.casefold()):
        return True
    named = {word for name in certain_names(question, language) for word in words(name)}
    return not named or all(any(word.startswith(stem) for word in named) for stem in stems(question, language))


def _elliptic(question: str, language: str) -> bool:
    return not _AUXILIARY.search(question.casefold()) and len(stems(question, language)) <= _ELLIPTIC


def _statement(answer: str, language: str) -> str:
    """Return the first sentence of an answer; nothing where that is a quotation, which speaks of whatever its article speaks of."""
    text = _MARKER.sub("", answer)
    first = next((text[span.start : span.end] for span in sentence_spans(text, language=language)), "")
    return "" if _QUOTATION.search(first) else first


def _new(names: list[str], text: str) -> list[str]:
    """Return the names that ``text`` does not hold, each once."""
    known = set(words(text))
    return [name for name in dict.fromkeys(names) if not known.issuperset(words(name))]


def about(names: list[str], question: str, language: str) -> str:
    """Return a question put as one about some names, unchanged without any."""
    return load_phrases(language)["about"].format(names=", ".join(names), question=question) if names else question
