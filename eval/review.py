"""Turns people's feedback into gold cases, one at a time, with a person who decides.

The page keeps feedback in ``feedback.jsonl`` of the data folder. What is accepted is added to ``gold/feedback.jsonl``;
what was accepted or dropped is remembered in ``feedback.reviewed`` beside the feedback, and not asked about again.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from eval.cases import FEEDBACK, Case, GoldError, is_held_out, load_cases
from eval.metrics.reading import without_markers
from eval.normalise import matches, tokens
from qa.articles import find_files, read_article
from qa.config import resource
from qa.errors import QAError
from qa.feedback import Feedback
from qa.language import detect_language

_VALUE = re.compile(r"\d[\d./:-]*\d|\d+|[^\W\d_a-zà-ÿ][\w'’-]+(?:\s+[^\W\d_a-zà-ÿ][\w'’-]+)*")
_FIRST_WORD = re.compile(r"(?:^|[.!?:«“\"]\s*)([^\W\d_]+)")
_FILE, _REVIEWED = "feedback.jsonl", "feedback.reviewed"


def pending(data_dir: Path) -> list[Feedback]:
    """Return the feedback that nobody has reviewed yet, oldest first, each opinion as it was given last.

    Raises:
        QAError: The file is damaged.
    """
    path = data_dir / _FILE
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n") if path.is_file() else []
    try:
        latest = {one.id: one for one in (Feedback.model_validate_json(line) for line in lines if line)}
    except ValidationError as error:
        raise QAError(f"{path} holds a line that is no feedback.", hint="Take the line out.") from error
    done = _reviewed(data_dir)
    return [one for one in latest.values() if one.id not in done and one.liked is not None]


def _reviewed(data_dir: Path) -> set[str]:
    path = data_dir / _REVIEWED
    return set(path.read_text(encoding="utf-8").split()) if path.is_file() else set()


def mark_reviewed(data_dir: Path, feedback: Feedback) -> None:
    """Remember that this feedback was accepted or dropped."""
    with (data_dir / _REVIEWED).open("a", encoding="utf-8") as file:
        file.write(f"{feedback.id}\n")


def propose(feedback: Feedback) -> dict[str, Any]:
    """Return the fields of a case that this feedback suggests, for a person to correct.

    What somebody liked, or wrote as correction, is taken for right: its names and numbers, where the question does not
    hold them, become vital facts. A liked abstention makes an unanswerable case. The evidence is what was cited.
    """
    right = feedback.text if feedback.liked else feedback.correction
    answerable = not (feedback.liked and feedback.status == "abstained")
    values = values_of(right, feedback.question) if answerable else []
    conflict = feedback.status == "conflict" and bool(feedback.liked)
    return {
        "category": "unanswerable" if not answerable else "conflict" if conflict else "single_fact",
        "language": detect_language(feedback.question, "it"),
        "question": feedback.question,
        "nuggets": [{"text": value, "vital": True} for value in values],
        "forbidden": [],
        "support": [{"source": c.source, "quote": c.quote} for c in feedback.citations] if answerable else [],
        "answerable": answerable,
        "conflict": conflict,
        "note": f"From feedback of {feedback.at[:10]}.",
    }


def values_of(text: str, question: str) -> list[str]:
    """Return the numbers and capitalised words of ``text`` that ``question`` does not hold, each once."""
    plain = without_markers(text)
    starts = {match.start(1) for match in _FIRST_WORD.finditer(plain)}
    found = [m.group() for m in _VALUE.finditer(plain) if m.start() not in starts or " " in m.group()]
    return [value for value in dict.fromkeys(found) if tokens(value) and not matches(value, question)]


def build(draft: Mapping[str, Any], path: Path = FEEDBACK) -> Case:
    """Return the case of a draft, with the next free number of its category.

    Raises:
        GoldError: The draft is no valid case, or its evidence does not stand in an article that the suite has.
    """
    known = [case.id for case in load_cases(path)] if path.is_file() else []
    prefix = f"feedback-{draft['category']}-"
    number = max((int(name.removeprefix(prefix)) for name in known if name.startswith(prefix)), default=0) + 1
    name = f"{prefix}{number:02}"
    try:
        case = Case.model_validate({**draft, "id": name, "holdout": is_held_out(draft.get("group") or name)})
    except ValidationError as error:
        problems = "; ".join(detail["msg"] for detail in error.errors(include_input=False, include_url=False))
        raise GoldError(f"This is no case yet: {problems}.", hint="Edit it, or drop it.") from error
    texts = _articles()
    for support in case.support:
        if support.quote not in texts.get(support.source, ""):
            raise GoldError(
                f"The evidence “{support.quote[:60]}…” does not stand in {support.source} as the suite has it.",
                hint="Only questions about the seed articles become cases; edit the evidence, or drop it.",
            )
    return case


def _articles() -> dict[str, str]:
    files, _ = find_files([resource("seeds")])
    return {source: read_article(path, source).text for source, path in files.items()}


def add(case: Case, path: Path = FEEDBACK) -> None:
    """Add a case to the file."""
    with path.open("a", encoding="utf-8") as file:
        file.write(case.model_dump_json(exclude_defaults=True) + "\n")


def nuggets_from(line: str, *, vital: bool) -> list[dict[str, Any]]:
    """Read facts as a person types them: separated by ``;``, the forms of each by ``|``."""
    facts = [[form.strip() for form in fact.split("|") if form.strip()] for fact in line.split(";")]
    return [{"text": forms[0], "vital": vital, "aliases": forms[1:]} for forms in facts if forms]


def nuggets_line(nuggets: Sequence[Mapping[str, Any]], *, vital: bool) -> str:
    """Write facts as a person types them."""
    chosen = [nugget for nugget in nuggets if nugget["vital"] is vital]
    return "; ".join(" | ".join([nugget["text"], *nugget.get("aliases", ())]) for nugget in chosen)
