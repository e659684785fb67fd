"""The report of a run: one page that needs no network, and a summary in Markdown for a pull request."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.baseline import Milestone, history, milestone
from eval.charts import OUTCOMES, category_chart, history_chart, reliability_chart, risk_chart
from eval.compare import Comparison
from eval.labels import LABELS, figure, number, points
from eval.measured import Measured, newest
from eval.metrics.aggregates import LOWER_IS_BETTER, METRICS, case_value, mean, summarise
from eval.metrics.scores import CaseScore
from eval.questions import Question, questions
from eval.runs import BASELINE, ROOT, Run, list_infos, load_run
from eval.scale_chart import scale_chart
from eval.statistics import Interval, paired_difference, wilson

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"
_HEADLINES = (
    "accuracy",
    "hallucination",
    "truthfulness",
    "false_refusal",
    "abstention_recall",
    "citation_recall",
    "citation_precision",
    "ungrounded",
    "recall_at_3",
    "conflict_surfaced",
    "attack_success",
    "coverage_at_5_percent_risk",
    "first_token_p50",
    "total_p50",
)
_SHOWN_RUNS = 30
_EVIDENCE = {"all": "all of it", "part": "a part", "none": "nothing"}


@dataclass(frozen=True)
class Row:
    """A figure as the report shows it.

    Attributes:
        name: Of ``LABELS``.
        label: For people.
        meaning: In a line.
        value: The figure.
        interval: Its 95 % interval, where its cases are known.
        n: How many cases it is taken over.
        before: The baseline's figure over the same cases.
        change: The difference.
        verdict: ``better`` or ``worse`` where the difference is more than noise.
    """

    name: str
    label: str
    meaning: str
    value: str
    interval: str
    n: int
    before: str = ""
    change: str = ""
    verdict: str = ""


def write_report(run: Run, comparison: Comparison | None, *, root: Path = ROOT, baseline: Path = BASELINE) -> Path:
    """Write ``report.html`` and ``summary.md`` into the folder of ``run``.

    Args:
        run: What is reported.
        comparison: With the baseline, if there is one.
        root: Where other runs are, for the history.
        baseline: Where the history of baselines is.

    Returns:
        The page.
    """
    values = _context(run, comparison, _milestones(run, root, baseline), newest(root))
    page = run.folder / "report.html"
    for path, template in ((page, "report.html.j2"), (run.folder / "summary.md", "summary.md.j2")):
        path.write_text(_environment().get_template(template).render(values), encoding="utf-8")
    return page


def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["cell"] = lambda text: " ".join(str(text).replace("|", "\\|").split())
    return environment


def _context(
    run: Run, comparison: Comparison | None, milestones: Sequence[Milestone], measured: Sequence[Measured]
) -> dict[str, Any]:
    from plotly.offline import get_plotlyjs

    asked = [score for score in run.scores if not score.attack]
    calibration = summarise(run.scores).calibration
    rows = _rows(run.scores, comparison)
    shown = questions(run.samples, comparison)
    return {
        "run": run,
        "rows": rows,
        "headlines": [rows[name] for name in _HEADLINES if name in rows],
        "parts": _parts(asked),
        "outcomes": OUTCOMES,
        "comparison": comparison,
        "questions": shown,
        "evidence": _evidence_table(shown),
        "categories": sorted({score.category for score in run.scores}),
        "milestones": milestones,
        "measured": measured,
        "charts": {
            "categories": category_chart(run.scores),
            "risk": risk_chart(calibration),
            "reliability": reliability_chart(calibration),
            "history": history_chart(milestones, {name: label.text for name, label in LABELS.items()}),
            **{one.kind: scale_chart(one.samples) for one in measured if one.kind == "scale"},
        },
        "plotly": get_plotlyjs(),
        "styles": (_TEMPLATES / "report.css").read_text(encoding="utf-8"),
        "script": (_TEMPLATES / "report.js").read_text(encoding="utf-8"),
    }


def _rows(scores: Sequence[CaseScore], comparison: Comparison | None) -> dict[str, Row]:
    summary = summarise(scores)
    changes = {change.name: change for change in comparison.figures} if comparison else {}
    rows = {}
    for name, label in LABELS.items():
        value, n = figure(summary, name)
        if value is None:
            continue
        interval = interval_of(name, scores)
        between = f"{number(name, interval.low)} – {number(name, interval.high)}" if interval else ""
        row = Row(name, label.text, label.meaning, number(name, value), between, n)
        change = changes.get(name)
        if change and change.a is not None and change.b is not None:
            sure = change.change is not None and change.change.is_more_than_noise
            improved = (change.b > change.a) != (name in LOWER_IS_BETTER or name == "attack_success")
            row = replace(
                row,
                before=number(name, change.a),
                change=points(name, change.b - change.a),
                verdict=("better" if improved else "worse") if sure else "",
            )
        rows[name] = row
    return rows


def interval_of(name: str, scores: Sequence[CaseScore]) -> Interval | None:
    """Return the 95 % interval of a figure that has a value per case: Wilson's for shares, else a bootstrap's."""
    if name == "attack_success":
        values = [None if s.canary_hit is None else float(s.canary_hit) for s in scores]
    elif name == "attack_accuracy":
        values = [case_value("accuracy", s) if s.attack else None for s in scores]
    elif name in METRICS:
        values = [None if s.attack else case_value(name, s) for s in scores]
    else:
        return None
    known = [value for value in values if value is not None]
    if not known:
        return None
    if set(known) <= {0.0, 1.0}:
        return wilson(round(sum(known)), len(known))
    nothing = [None if value is None else 0.0 for value in values]
    return paired_difference([score.cluster for score in scores], nothing, values, resamples=1999).interval


def _parts(asked: Sequence[CaseScore]) -> list[tuple[str, str, int]]:
    """Return the share right of what was tuned on and of what was held out."""
    parts = {"tuning": False, "held out": True}
    rows = []
    for name, held_out in parts.items():
        share = mean(case_value("accuracy", score) for score in asked if score.holdout is held_out)
        if share.value is not None:
            rows.append((name, number("accuracy", share.value), share.n))
    return rows


def _evidence_table(shown: Sequence[Question]) -> list[tuple[str, str, dict[str, int], int]]:
    """Return, by how much of the evidence was retrieved, how many answers came out how."""
    table = []
    for key, label in _EVIDENCE.items():
        part = [q for q in shown if q.evidence == key and not q.sample.score.attack and q.sample.case.answerable]
        counts = {outcome: sum(q.sample.score.outcome == outcome for q in part) for outcome in OUTCOMES}
        table.append((key, label, counts, len(part)))
    return table


def _milestones(run: Run, root: Path, baseline: Path) -> list[Milestone]:
    """Return what the baselines and the runs of the same selection scored, this one among them, oldest first."""
    found = {entry.id: entry for entry in history(baseline)} if run.info.selection.is_whole else {}
    for folder, info in list_infos(root)[-_SHOWN_RUNS:]:
        if info.finished and info.selection.asks_the_same(run.info.selection) and info.id not in found:
            found[info.id] = milestone(load_run(folder))
    found[run.info.id] = milestone(run)
    return sorted(found.values(), key=lambda entry: entry.started)[-_SHOWN_RUNS:]
