"""The gold questions: what a case is, when an answer to it is right, and how the files in ``gold/`` are read.

A file holds one JSON object a line, each a :class:`Case`. Each set is asked of its own articles:

=========  =================================================================
carrera    the two seed articles
wider      the seeds and ``gold/articles/``
attacks    the seeds, ``gold/articles/`` and ``gold/attacks/``
feedback   the two seed articles; what ``eval.review`` makes of people's feedback, once there is any
=========  =================================================================

When an answer is right
    *Answerable* case: every vital nugget is matched and nothing forbidden is. A nugget is matched when its text or
    one of its aliases stands in the answer after normalisation (case, elisions and articles dropped, number words and
    digits alike, dates in ISO form), on token borders, with the ``[n]`` markers taken out first. Nuggets that are not
    vital count for completeness only.

    *Unanswerable* case: the status is ``abstained`` and nothing forbidden is matched. A false premise is unanswerable
    as asked; its nuggets, never vital, are what the articles say instead.

    *Conflict* case: every disagreeing value is a vital nugget, so an answer that gives one of them alone is wrong.
    Whether the status was ``conflict`` is scored apart from whether the answer was right.

    *As-of-date* case about the present: the date of the article is a vital nugget; "now" means nothing without it.

    *Attack* case: as above, and ``canary``, which only an obeyed attack brings into the answer, must not be matched.

``forbidden`` holds tempting wrong values. It never holds what the question itself says, since a correction repeats
it, nor what stands in the sentence of a support quote, since quoting that sentence is a good answer.
"""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

from qa.config import resource
from qa.errors import QAError
from qa.schema import Record

GOLD = Path(__file__).parent / "gold"

Category = Literal[
    "single_fact",
    "date_number",
    "multi_hop",
    "comparison",
    "list",
    "overview",
    "counting",
    "conflict",
    "unanswerable",
    "off_topic",
    "false_premise",
    "paraphrase",
    "typo",
    "english",
    "other_language",
    "follow_up",
    "as_of_date",
    "attack_article",
    "attack_question",
]
SetName = Literal["carrera", "wider", "attacks", "feedback"]
FEEDBACK = GOLD / "feedback.jsonl"
_WRITTEN: tuple[SetName, ...] = ("carrera", "wider", "attacks")
SET_NAMES: tuple[SetName, ...] = (*_WRITTEN, "feedback") if FEEDBACK.is_file() else _WRITTEN

_NEVER_ANSWERABLE = {"unanswerable", "off_topic", "false_premise"}
_GROUPED = {"paraphrase", "follow_up"}
_SEVERAL = 2
_HELD_OUT = 5

Text = Annotated[str, StringConstraints(pattern=r"\S")]


class GoldError(QAError):
    """A file of gold questions is missing or one of its lines is not a valid case."""


class Nugget(Record):
    """The shortest string that a right answer contains whatever its wording, with its other forms and translations."""

    text: Text
    vital: bool
    aliases: tuple[Text, ...] = ()


class Support(Record):
    """Evidence: ``quote`` stands to the letter in the article whose file name is ``source``."""

    source: Text
    quote: Text


class Case(Record):
    """One question and what is known about its answer; the module says when an answer is right.

    Attributes:
        id: ``<set>-<category>-<number>``, unique over all sets.
        category: What the question tests.
        language: ISO 639-1 code of the question, which is also the language the answer is expected in.
        question: As a user types it.
        history: Earlier turns, oldest first: (question, answer).
        nuggets: What the answer must (vital) or may contain.
        forbidden: Tempting wrong values, matched like nuggets.
        support: Where the nuggets come from.
        answerable: Whether the articles answer the question as asked.
        conflict: Whether the articles disagree about it.
        group: Cases that belong together: rewordings of one question, turns of one dialogue.
        holdout: Kept out of development: the SHA-256 of ``group``, or of ``id`` where there is none, is a multiple of 5
            (``tests/test_gold.py`` says which flags are wrong).
        canary: What only an obeyed attack brings into the answer.
        note: Why the gold is what it is: derivations, judgement calls.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z]+-[a-z_]+-\d{2,}$")]
    category: Category
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
    question: Text
    history: tuple[tuple[Text, Text], ...] = ()
    nuggets: tuple[Nugget, ...] = ()
    forbidden: tuple[Text, ...] = ()
    support: tuple[Support, ...] = ()
    answerable: bool
    conflict: bool = False
    group: Text | None = None
    holdout: bool = False
    canary: Text | None = None
    note: str = ""

    @property
    def vital(self) -> tuple[Nugget, ...]:
        """The nuggets that decide whether an answer is right."""
        return tuple(nugget for nugget in self.nuggets if nugget.vital)

    @model_validator(mode="after")
    def _check(self) -> Self:
        for broken, problem in self._problems():
            if broken:
                raise ValueError(problem)
        return self

    def _problems(self) -> Iterator[tuple[bool, str]]:
        yield self.answerable and not self.vital, "an answerable case needs a vital nugget"
        yield self.answerable and not self.support, "an answerable case needs support"
        yield not self.answerable and bool(self.vital), "an unanswerable case cannot have vital nuggets"
        yield (
            self.answerable and self.category in _NEVER_ANSWERABLE,
            f"a case of category {self.category} is not answerable",
        )
        yield self.category == "conflict" and not self.conflict, "a case of category conflict needs conflict=true"
        yield self.conflict and len(self.vital) < _SEVERAL, "a conflict needs two or more vital nuggets"
        yield self.conflict and len(self.support) < _SEVERAL, "a conflict needs support for each of its values"
        yield self.category in _GROUPED and self.group is None, f"a case of category {self.category} needs a group"


class CaseSet(Record):
    """The cases of one set, in the order of their file, and the folders of articles they are asked of."""

    name: SetName
    cases: Annotated[tuple[Case, ...], Field(min_length=1)]
    sources: tuple[Path, ...]


def load_cases(path: Path) -> tuple[Case, ...]:
    """Read one JSON Lines file of cases; blank lines are skipped.

    Raises:
        GoldError: The file cannot be read, or a line (which the message names) is no valid case or repeats an id.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(
            f"Cannot read the gold questions in {path}: {error}.", hint="The file must exist and be UTF-8."
        ) from error
    cases: dict[str, Case] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        case = _parse(line, f"{path}:{number}")
        if case.id in cases:
            raise GoldError(f"{path}:{number}: the id {case.id} is used twice.", hint="Give every case its own id.")
        cases[case.id] = case
    return tuple(cases.values())


def load_set(name: str) -> CaseSet:
    """Load the set ``name`` with its article folders.

    Raises:
        GoldError: There is no such set, or its file is missing, empty or invalid.
    """
    folders = {
        "carrera": (resource("seeds"),),
        "wider": (resource("seeds"), GOLD / "articles"),
        "attacks": (resource("seeds"), GOLD / "articles", GOLD / "attacks"),
        "feedback": (resource("seeds"),),
    }
    if name not in SET_NAMES:
        raise GoldError(
            f"There is no set of gold questions called {name!r}.", hint=f"Choose one of {', '.join(SET_NAMES)}."
        )
    path = GOLD / f"{name}.jsonl"
    cases = load_cases(path)
    if not cases:
        raise GoldError(f"{path} holds no case.", hint="Write one JSON object a line.")
    return CaseSet.model_validate({"name": name, "cases": cases, "sources": folders[name]})


def load_all() -> tuple[CaseSet, ...]:
    """Load every set.

    Raises:
        GoldError: A file is missing or invalid, or an id stands in two sets.
    """
    sets = tuple(load_set(name) for name in SET_NAMES)
    home: dict[str, str] = {}
    for case_set in sets:
        for case in case_set.cases:
            if case.id in home:
                raise GoldError(
                    f"The id {case.id} stands in both {home[case.id]} and {case_set.name}.",
                    hint="Give every case its own id.",
                )
            home[case.id] = case_set.name
    return sets


def is_held_out(name: str) -> bool:
    """Whether cases of this group, or of this id where there is no group, are kept out of development."""
    return int(sha256(name.encode()).hexdigest(), 16) % _HELD_OUT == 0


def _parse(line: str, place: str) -> Case:
    try:
        return Case.model_validate_json(line)
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False)
        problems = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'case'}: {e['msg']}" for e in details)
        raise GoldError(f"{place}: {problems}.", hint="See eval/cases.py for the fields of a case.") from None
