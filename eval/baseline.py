"""The committed baseline: the run that others are compared with, and what earlier baselines scored."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from eval.labels import LABELS, figure
from eval.metrics.aggregates import summarise
from eval.replies import ReplyFile
from eval.runs import BASELINE, Run, RunError, Sample, write_info, write_samples
from qa.schema import Record

_HISTORY = "history.jsonl"


class Milestone(Record):
    """What a baseline or a run scored.

    Attributes:
        id: The run's.
        started: UTC, ISO 8601.
        commit: Of the checkout.
        model: The language model's name.
        model_hash: Its fingerprint.
        n: Questions and attacks asked.
        figures: By the names of ``LABELS``; those without a value are left out.
        rechecked: Recorded replies that were asked again.
        differing: Those of them that came out otherwise.
        vectors: The vector instructions of the processor that it ran on.
    """

    id: str
    started: str
    commit: str
    model: str
    model_hash: str
    n: int
    figures: Mapping[str, float]
    rechecked: int = 0
    differing: int = 0
    vectors: str = ""


def milestone(run: Run) -> Milestone:
    """Return what ``run`` scored."""
    summary = summarise(run.scores)
    values = {name: figure(summary, name)[0] for name in LABELS}
    return Milestone(
        id=run.info.id,
        started=run.info.started,
        commit=run.info.commit,
        model=run.info.model,
        model_hash=run.info.hashes.get("model", ""),
        n=len(run.samples),
        figures={name: value for name, value in values.items() if value is not None},
        rechecked=sum(len(sample.lookups.rechecked) for sample in run.samples),
        differing=sum(len(sample.lookups.differing) for sample in run.samples),
        vectors=run.info.machine.get("vectors", ""),
    )


def history(folder: Path = BASELINE) -> list[Milestone]:
    """Return what every baseline so far scored, oldest first.

    Raises:
        RunError: The file is damaged.
    """
    path = folder / _HISTORY
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    try:
        return [Milestone.model_validate_json(line) for line in lines if line]
    except ValidationError as error:
        raise RunError(f"{path} is damaged.", hint="Restore it with git.") from error


def flakes(model_hash: str, vectors: str, folder: Path = BASELINE) -> tuple[int, int]:
    """Return how many recorded replies of a model came out otherwise when asked again on such a processor, and of how many."""
    known = [entry for entry in history(folder) if (entry.model_hash, entry.vectors) == (model_hash, vectors)]
    return sum(entry.differing for entry in known), sum(entry.rechecked for entry in known)


def accept(run: Run, replies: ReplyFile, folder: Path = BASELINE) -> int:
    """Make ``run`` the baseline and drop the recorded replies that it did not use.

    Returns:
        How many replies were dropped.

    Raises:
        RunError: It was interrupted.
    """
    if not run.info.finished:
        raise RunError(
            f"{run.info.id} was interrupted.", hint="Go on with it: the same `python -m eval run` as before."
        )
    folder.mkdir(parents=True, exist_ok=True)
    write_info(folder, run.info)
    write_samples(folder, map(_slim, sorted(run.samples, key=lambda sample: sample.case.id)))
    with (folder / _HISTORY).open("a", encoding="utf-8") as file:
        file.write(milestone(run).model_dump_json() + "\n")
    return replies.tidy({key for sample in run.samples for key in sample.lookups.keys})


def _slim(sample: Sample) -> Sample:
    """Leave out what no comparison reads, since the baseline is committed."""
    if sample.answer is None:
        return sample
    return sample.model_copy(update={"answer": sample.answer.model_copy(update={"passages": (), "timings": {}})})
