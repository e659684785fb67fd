"""Figures of speed, size and load: how they are written down, found again and shown."""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from rich.table import Table

from eval.environment import commit, machine, versions
from eval.runs import ROOT
from eval.statistics import Interval
from qa.schema import Record
from qa.terminal import output, plain

Kind = Literal["bench", "scale", "load"]
KINDS: tuple[Kind, ...] = ("bench", "scale", "load")
_LARGE, _SMALL = 100, 0.1


class Row(Record):
    """A figure.

    Attributes:
        what: What was measured.
        value: The figure.
        unit: ``s``, ``×``, ``MB``, ``%``, ``/s`` or nothing, for a count.
        interval: Its 95 % interval, where there is one.
        most: The target, if it may not be more.
        least: The target, if it may not be less.
        n: Of how many.
        remark: What a reader must know to read it rightly, such as that it is computed and not measured.
    """

    what: str
    value: float
    unit: str = ""
    interval: Interval | None = None
    most: float | None = None
    least: float | None = None
    n: int = 0
    remark: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        if self.most is None and self.least is None:
            return None
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)

    @property
    def target(self) -> str:
        """The target in words."""
        bounds = (("≤", self.most), ("≥", self.least))
        return " ".join(f"{sign} {_number(bound)}" for sign, bound in bounds if bound is not None)

    @property
    def shown(self) -> str:
        """The figure with its unit and interval."""
        between = f" ({_number(self.interval.low)} to {_number(self.interval.high)})" if self.interval else ""
        return f"{_number(self.value)}{' ' if self.unit else ''}{self.unit}{between}"


class Measured(Record):
    """What one measurement found.

    Attributes:
        kind: Which.
        started: UTC, ISO 8601.
        commit: Of the checkout.
        dirty: Whether the checkout had changes that are not in ``commit``.
        how: What it was asked to measure.
        rows: The figures.
        samples: What they were taken from.
        load: How busy the machine was when it began: the mean number of running processes over the last minute.
        machine: Where it ran.
        versions: Of Python and of the libraries that matter.
    """

    kind: Kind
    started: str
    commit: str
    dirty: bool
    how: Mapping[str, Any]
    rows: tuple[Row, ...] = ()
    samples: tuple[Mapping[str, Any], ...] = ()
    load: float = 0.0
    machine: Mapping[str, str] = Field(default_factory=dict)
    versions: Mapping[str, str] = Field(default_factory=dict)


def begin(kind: Kind, how: Mapping[str, Any]) -> Measured:
    """Return a measurement that has found nothing yet."""
    sha, dirty = commit()
    started = datetime.now(UTC).isoformat(timespec="seconds")
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    about = {"machine": machine(), "versions": versions()}
    return Measured(kind=kind, started=started, commit=sha, dirty=dirty, how=how, load=busy, **about)


def save(measured: Measured, root: Path = ROOT) -> Path:
    """Write a measurement beside the runs, and return its file."""
    folder = root / "measured"
    folder.mkdir(parents=True, exist_ok=True)
    stamp = "".join(c for c in measured.started[:19] if c.isalnum())
    path = folder / f"{measured.kind}-{stamp}-{measured.commit[:7]}.json"
    path.write_text(measured.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return path


def newest(root: Path = ROOT) -> list[Measured]:
    """Return the newest measurement of each kind that there is."""
    found = {}
    for path in sorted((root / "measured").glob("*.json")):
        try:
            measured = Measured.model_validate_json(path.read_text(encoding="utf-8"))
        except ValidationError:
            continue  # made by another version of the suite
        found[measured.kind] = measured
    return [found[kind] for kind in KINDS if kind in found]


def show(measured: Measured, path: Path) -> None:
    """Print the figures with their targets."""
    table = Table("", "", "target", "", "n", "", box=None, pad_edge=False)
    for row in measured.rows:
        sign, style = {True: ("✓", "green"), False: ("✗", "red"), None: ("", "")}[row.met]
        table.add_row(
            row.what, plain(row.shown), row.target, f"[{style}]{sign}[/]" if style else "", str(row.n or ""), row.remark
        )
    output().print(table)
    busy = f"; the machine was busy with {measured.load:.1f} processes when it began" if measured.load > 1 else ""
    output().print(plain(f"{path}{busy}"))


def quantile(values: Sequence[float], share: float) -> float:
    """Return a quantile of at least one value, by linear interpolation."""
    import numpy as np

    return float(np.quantile(values, share))


def _number(value: float) -> str:
    size = abs(value)
    if size >= _LARGE or value == int(value):
        return f"{value:.0f}"
    return f"{value:.2f}" if size >= _SMALL else f"{value:.2g}"
