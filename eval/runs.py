"""Run folders: what a run asked, of what, and what came of it.

``runs/<utc>-<commit>/run.json`` says what was run, ``samples.jsonl`` holds a line a question, in the order they were
asked. The committed baseline in ``eval/baseline/`` has the same two files, and ``history.jsonl``, a line a baseline.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Self

from pydantic import Field, ValidationError

from eval.cases import Case, SetName
from eval.metrics.scores import CaseScore
from eval.recorder import Lookups
from eval.selection import Selection
from qa.errors import QAError
from qa.schema import Answer, Record

ROOT = Path(__file__).parent.parent / "runs"
BASELINE = Path(__file__).parent / "baseline"
_INFO, _SAMPLES = "run.json", "samples.jsonl"


class RunError(QAError):
    """A run folder is missing, damaged or not what it is needed for."""


class RunInfo(Record):
    """What was run.

    Attributes:
        id: The folder's name.
        started: UTC, ISO 8601.
        commit: Of the checkout; ``unknown`` outside of git.
        dirty: Whether the checkout had changes that are not in ``commit``.
        selection: Which questions.
        total: How many.
        model: The language model's name.
        embedder: The embedding model's name.
        hashes: Of what shapes the answers (``model``, ``embedder``, ``prompts``, ``settings``, ``code``), of the
            ``suite`` and of the ``gold``.
        versions: Of Python and of the libraries that matter.
        machine: Where it ran.
        seconds: Wall time, interruptions left out.
        finished: Whether every question was asked.
    """

    id: str
    started: str
    commit: str
    dirty: bool
    selection: Selection
    total: int
    model: str
    embedder: str
    hashes: Mapping[str, str]
    versions: Mapping[str, str] = Field(default_factory=dict)
    machine: Mapping[str, str] = Field(default_factory=dict)
    seconds: float = 0.0
    finished: bool = False

    def same_work(self, other: Self) -> bool:
        """Whether the other run asks the same questions of the same code, so that one can go on with it."""
        return (self.selection, self.hashes, self.commit) == (other.selection, other.hashes, other.commit)


class Sample(Record):
    """One question of a run.

    Attributes:
        set: The gold set.
        case: The question and its gold, as it was asked.
        answer: None after a crash.
        score: The value of every metric.
        lookups: What the language model was asked, by the keys of its replies.
    """

    set: SetName
    case: Case
    answer: Answer | None
    score: CaseScore
    lookups: Lookups = Lookups()


@dataclass(frozen=True)
class Run:
    """A run as read from its folder."""

    folder: Path
    info: RunInfo
    samples: tuple[Sample, ...]

    @property
    def scores(self) -> tuple[CaseScore, ...]:
        """The scores of its samples."""
        return tuple(sample.score for sample in self.samples)

    @property
    def name(self) -> str:
        """What messages call it."""
        return "baseline" if self.folder == BASELINE else self.info.id


def create(info: RunInfo, root: Path = ROOT) -> Run:
    """Make the folder of a new run, numbered where another one began in the same second."""
    root.mkdir(parents=True, exist_ok=True)
    names = (info.id if number == 1 else f"{info.id}-{number}" for number in count(1))
    folder = next(folder for folder in (root / name for name in names) if _made(folder))
    named = info.model_copy(update={"id": folder.name})
    (folder / _SAMPLES).touch()
    write_info(folder, named)
    return Run(folder, named, ())


def _made(folder: Path) -> bool:
    try:
        folder.mkdir()
    except FileExistsError:
        return False
    return True


def write_info(folder: Path, info: RunInfo) -> None:
    """Write ``run.json``, replacing the one that is there."""
    new = folder / "run.new"
    new.write_text(info.model_dump_json(indent=2) + "\n", encoding="utf-8")
    new.replace(folder / _INFO)


def append(folder: Path, sample: Sample) -> None:
    """Add a line to ``samples.jsonl``."""
    with (folder / _SAMPLES).open("a", encoding="utf-8") as file:
        file.write(_line(sample))


def write_samples(folder: Path, samples: Iterable[Sample]) -> None:
    """Write ``samples.jsonl``, replacing the one that is there."""
    new = folder / "samples.new"
    new.write_text("".join(map(_line, samples)), encoding="utf-8")
    new.replace(folder / _SAMPLES)


def _line(sample: Sample) -> str:
    content = sample.model_dump(mode="json", exclude_defaults=True)
    return json.dumps(content, ensure_ascii=False) + "\n"


def load_run(folder: Path) -> Run:
    """Read a run. A last line that was cut off when the run was killed is left out.

    Raises:
        RunError: It is missing or damaged.
    """
    try:
        info = RunInfo.model_validate_json((folder / _INFO).read_text(encoding="utf-8"))
        whole = (folder / _SAMPLES).read_text(encoding="utf-8").split("\n")[:-1]
        return Run(folder, info, tuple(Sample.model_validate_json(line) for line in whole if line))
    except OSError as error:
        hint = "`python -m eval run` makes a run, `python -m eval accept` the baseline."
        raise RunError(f"There is no run in {folder}.", hint=hint) from error
    except (ValidationError, UnicodeDecodeError) as error:
        hint = "It is damaged or was made by another version of the suite; delete it and run again."
        raise RunError(f"The run in {folder} cannot be read.", hint=hint) from error


def list_infos(root: Path = ROOT) -> list[tuple[Path, RunInfo]]:
    """Return the readable run folders, oldest first."""
    found = []
    for path in root.glob(f"*/{_INFO}"):
        try:
            found.append((path.parent, RunInfo.model_validate_json(path.read_text(encoding="utf-8"))))
        except ValidationError:
            continue  # made by another version of the suite
    return sorted(found, key=lambda pair: (pair[1].started, pair[1].id))


def find_run(name: str | None, root: Path = ROOT) -> Run:
    """Return the run that a person names.

    Args:
        name: A folder, the beginning of an id that only one run has, ``baseline``; None for the newest finished run.
        root: Where the runs are.

    Raises:
        RunError: There is no such run, or several.
    """
    infos = list_infos(root)
    if name is None:
        finished = [folder for folder, info in infos if info.finished]
        if not finished:
            raise RunError("There is no finished run yet.", hint="Run `python -m eval run`.")
        return load_run(finished[-1])
    if name == "baseline":
        return load_run(BASELINE)
    for folder in (root / name, Path(name)):
        if (folder / _INFO).is_file():
            return load_run(folder)
    fitting = [folder for folder, info in infos if info.id.startswith(name)]
    if len(fitting) != 1:
        known = ", ".join(info.id for _, info in infos[-5:]) or "none"
        raise RunError(f"{len(fitting)} runs are called {name!r}.", hint=f"The newest are: {known}.")
    return load_run(fitting[0])
