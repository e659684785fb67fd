"""What the eval suite scored, read from the files that it leaves.

``<runs>/<name>/run.json`` says what was run, ``samples.jsonl`` beside it holds a line a question with its ``score``,
``report.html`` is the report, if one was made. ``<runs>/../eval/baseline/`` has the same two files, and in ``history.jsonl``
a line with the ``figures`` of each baseline there was. Of all that, only what is shown is read; a file that is half written,
damaged or of another version is left out.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

NEWEST = 30
"""Runs that are read."""
_MOST_BYTES = 100_000_000
_INFO, _SAMPLES, _HISTORY, _REPORT = "run.json", "samples.jsonl", "history.jsonl", "report.html"
_NAME = re.compile(r"\w[\w.-]*")
_Share = Annotated[float, Field(ge=0, le=1)]
_Line = Annotated[str, Field(max_length=100)]


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)


class Selected(_Read):
    """Which questions were asked: of which sets, and whether all of them."""

    sets: tuple[_Line, ...]
    categories: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    quick: bool = False
    holdout: bool = True

    @property
    def is_part(self) -> bool:
        """Whether only some questions of the sets were asked."""
        return bool(self.categories or self.cases or self.quick or not self.holdout)


class Info(_Read):
    """What was run; the names are those of ``run.json``."""

    id: _Line
    started: AwareDatetime
    commit: _Line
    model: _Line
    dirty: bool = False
    selection: Selected | None = None
    finished: bool = False


class _Score(_Read):
    category: _Line
    answerable: bool
    attack: bool = False
    outcome: Literal["correct", "missing", "wrong", "error"]
    status: str | None = None
    citation_recall: _Share | None = None
    citation_precision: _Share | None = None


class _Sample(_Read):
    score: _Score


class _Milestone(Info):
    n: int
    figures: Mapping[str, float]


_VALUES: Final[Mapping[str, Callable[[_Score], float | None]]] = {
    "accuracy": lambda score: float(score.outcome == "correct"),
    "hallucination": lambda score: float(score.outcome == "wrong"),
    "withheld": lambda score: float(score.outcome == "missing"),
    "truthfulness": lambda score: {"correct": 1.0, "missing": 0.0}.get(score.outcome, -1.0),
    "abstention_precision": lambda score: float(not score.answerable) if score.status == "abstained" else None,
    "abstention_recall": lambda score: None if score.answerable else float(score.status == "abstained"),
    "citation_recall": lambda score: score.citation_recall,
    "citation_precision": lambda score: score.citation_precision,
}
FIGURES: Final = tuple(_VALUES)
"""The figures of a run: means over its questions, crashes and attacks left out, named as the eval suite names them.

``withheld`` is what it calls missing: an abstention where there was an answer. With ``accuracy`` (right answers and due
abstentions) and ``hallucination`` (wrong answers) it adds up to 1.
"""


@dataclass(frozen=True)
class Category:
    """One kind of question: how many came out how, crashes apart."""

    name: str
    right: int
    withheld: int
    wrong: int
    crashed: int


@dataclass(frozen=True)
class Scored:
    """A run and what it scored.

    Attributes:
        info: What was run.
        n: Questions and attacks asked.
        figures: By the names of ``FIGURES``; those that do not apply are left out.
        categories: None are known of earlier baselines.
        report: Whether there is a report.
    """

    info: Info
    n: int
    figures: Mapping[str, float]
    categories: tuple[Category, ...] = ()
    report: bool = False

    @property
    def crashed(self) -> int:
        """Questions and attacks without an answer."""
        return sum(category.crashed for category in self.categories)


@dataclass(frozen=True)
class Quality:
    """All runs that can be shown, newest first.

    Attributes:
        runs: Finished runs, and what was a baseline.
        baseline: The id of the committed baseline.
        left_out: How many run folders are unfinished or unreadable.
    """

    runs: tuple[Scored, ...] = ()
    baseline: str | None = None
    left_out: int = 0

    def named(self, name: str) -> Scored | None:
        """Return the run of that id, or the newest one if there is none."""
        newest = self.runs[0] if self.runs else None
        return next((run for run in self.runs if run.info.id == name), newest)


def read_quality(runs_dir: Path | None) -> Quality:
    """Return what the runs in a folder, and the baseline that belongs to them, scored."""
    if runs_dir is None:
        return Quality()
    folders = sorted((path.parent for path in runs_dir.glob(f"[!.]*/{_INFO}")), key=lambda path: path.name)[-NEWEST:]
    runs = {folder.name: _scored(folder) for folder in folders}
    readable = {name: run for name, run in runs.items() if run and run.info.id == name}
    folder = runs_dir.parent / "eval" / "baseline"
    baseline = _scored(folder)
    # A baseline is a run that was accepted: where its folder is still there, that one has the report.
    known = {run.info.id: run for run in _earlier(folder / _HISTORY)}
    known |= ({baseline.info.id: replace(baseline, report=False)} if baseline else {}) | readable
    newest_first = sorted(known.values(), key=lambda run: (run.info.started, run.info.id), reverse=True)
    return Quality(tuple(newest_first), baseline.info.id if baseline else None, len(runs) - len(readable))


def report_file(runs_dir: Path, name: str) -> Path | None:
    """Return the report of the run in the folder ``name``, or None if there is none inside ``runs_dir``."""
    if not _NAME.fullmatch(name):
        return None
    path = runs_dir / name / _REPORT
    inside = path.resolve().parent.parent == runs_dir.resolve()
    return path if inside and path.is_file() else None


def _scored(folder: Path) -> Scored | None:
    try:
        state = [(folder / name).stat() for name in (_INFO, _SAMPLES)]
        if sum(part.st_size for part in state) > _MOST_BYTES:
            return None
        report = report_file(folder.parent, folder.name) is not None
        return _read(folder, tuple((part.st_mtime_ns, part.st_size) for part in state), report)
    except (OSError, ValueError):
        return None


@lru_cache(maxsize=4 * NEWEST)
def _read(folder: Path, _state: object, report: bool) -> Scored | None:
    info = Info.model_validate_json((folder / _INFO).read_bytes())
    # What follows the last line end was cut off.
    lines = (folder / _SAMPLES).read_bytes().split(b"\n")[:-1]
    scores = [_Sample.model_validate_json(line).score for line in lines if line]
    if not info.finished or not scores:
        return None
    return Scored(info, len(scores), _figures(scores), tuple(_categories(scores)), report)


def _figures(scores: Sequence[_Score]) -> dict[str, float]:
    asked = [score for score in scores if score.outcome != "error" and not score.attack]
    means = {name: _mean(value(score) for score in asked) for name, value in _VALUES.items()}
    return {name: value for name, value in means.items() if value is not None}


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _categories(scores: Sequence[_Score]) -> Iterator[Category]:
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for score in scores:
        counts[score.category][score.outcome] += 1
    for name, count in sorted(counts.items()):
        yield Category(name, count["correct"], count["missing"], count["wrong"], count["error"])


def _earlier(path: Path) -> Iterator[Scored]:
    """Yield what earlier baselines scored, as far as it can be read."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return
    for line in lines[-NEWEST:]:
        try:
            entry = _Milestone.model_validate_json(line)
        except ValidationError:
            continue
        figures: dict[str, Any] = {name: entry.figures[name] for name in FIGURES if name in entry.figures}
        if figures.keys() >= {"accuracy", "hallucination"}:
            figures["withheld"] = max(0.0, 1 - figures["accuracy"] - figures["hallucination"])
            yield Scored(entry, entry.n, figures)
