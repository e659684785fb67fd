"""The conversation of ``python -m eval review``."""

from pathlib import Path
from typing import Any, get_args

import typer
from rich.table import Table

from eval.cases import FEEDBACK, Case, Category, GoldError
from eval.review import add, build, mark_reviewed, nuggets_from, nuggets_line, pending, propose
from qa.feedback import Feedback
from qa.terminal import output, plain, show_error

_CHOICES = {"a": "accept", "e": "edit", "d": "drop", "l": "later", "q": "quit"}


def review(data_dir: Path, path: Path = FEEDBACK) -> int:
    """Walk through the feedback that nobody has reviewed; the person accepts, edits, drops or leaves each.

    Args:
        data_dir: Where ``feedback.jsonl`` is.
        path: The file that accepted cases are added to.

    Returns:
        How many cases were accepted.
    """
    waiting = pending(data_dir)
    if not waiting:
        output().print(plain(f"There is no feedback to review in {data_dir}."))
    accepted = 0
    for number, feedback in enumerate(waiting, start=1):
        output().rule(f"{number} of {len(waiting)}")
        choice, case = _decide(feedback, path)
        if choice == "q":
            break
        if case:
            add(case, path)
            accepted += 1
            output().print(plain(f"{case.id} is in {path}.", "green"))
        if choice in {"a", "d"}:
            mark_reviewed(data_dir, feedback)
    return accepted


def _decide(feedback: Feedback, path: Path) -> tuple[str, Case | None]:
    """Ask until the person has decided and, to accept, the case is valid."""
    _show_feedback(feedback)
    draft = propose(feedback)
    while True:
        _show_draft(draft)
        choice = typer.prompt("[a]ccept, [e]dit, [d]rop, [l]ater, [q]uit").strip().lower()[:1]
        if choice == "e":
            draft = _edited(draft)
        elif choice == "a":
            try:
                return choice, build(draft, path)
            except GoldError as error:
                show_error(error)
        elif choice in _CHOICES:
            return choice, None


def _show_feedback(feedback: Feedback) -> None:
    rows = {
        "question": feedback.question,
        "answer": feedback.text,
        "opinion": "right" if feedback.liked else "wrong",
        "correction": feedback.correction,
        **{f"[{c.marker}] {c.source}": c.quote for c in feedback.citations},
    }
    _show(rows)


def _show_draft(draft: dict[str, Any]) -> None:
    rows = {
        "category": draft["category"],
        "vital facts": nuggets_line(draft["nuggets"], vital=True),
        "other facts": nuggets_line(draft["nuggets"], vital=False),
        "forbidden": "; ".join(draft["forbidden"]),
        "answerable": "yes" if draft["answerable"] else "no",
        "evidence": "\n".join(f"{support['source']}: {support['quote']}" for support in draft["support"]),
    }
    output().print("\nThe case:")
    _show(rows)


def _show(rows: dict[str, str]) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    for name, value in rows.items():
        if value:
            table.add_row(plain(name, "dim"), plain(value))
    output().print(table)


def _edited(draft: dict[str, Any]) -> dict[str, Any]:
    """Ask for every field, the present value being what an empty line means; ``-`` empties it."""
    output().print("Facts are separated by ; and the forms of one by |. Enter keeps a value, - empties it.")
    category = _ask(f"category ({', '.join(get_args(Category))})", draft["category"])
    question = _ask("question", draft["question"])
    answerable = typer.confirm("answerable", default=draft["answerable"])
    vital = _ask("vital facts", nuggets_line(draft["nuggets"], vital=True))
    others = _ask("other facts", nuggets_line(draft["nuggets"], vital=False))
    forbidden = _ask("forbidden", "; ".join(draft["forbidden"]))
    kept = [s for s in draft["support"] if typer.confirm(f"evidence: {s['source']}: {s['quote']}", default=True)]
    while quote := _ask("more evidence, to the letter", ""):
        kept.append({"source": _ask("in the article", kept[-1]["source"] if kept else ""), "quote": quote})
    return {
        **draft,
        "category": category,
        "question": question,
        "answerable": answerable,
        "conflict": category == "conflict",
        "nuggets": nuggets_from(vital, vital=True) + nuggets_from(others, vital=False),
        "forbidden": [value.strip() for value in forbidden.split(";") if value.strip()],
        "support": kept,
        "note": _ask("note", draft["note"]),
    }


def _ask(label: str, present: str) -> str:
    typed = str(typer.prompt(label, default=present, show_default=bool(present))).strip()
    return "" if typed == "-" else typed
