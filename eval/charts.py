"""The charts of the report, as Plotly figures; the page gives them its own colours for text and lines."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from eval.baseline import Milestone
from eval.metrics.calibration import TOLERATED_RISK, Calibration
from eval.metrics.scores import CaseScore

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

OUTCOMES = {
    "correct": ("right", "#2f9e69"),
    "missing": ("abstained", "#e0a526"),
    "wrong": ("wrong", "#d1495b"),
    "error": ("crashed", "#7a4fb5"),
}
"""What an outcome is called in the report, and its colour."""

BLUE = "#3a7ca5"
FAINT = "rgba(127,127,127,.55)"
_HISTORY = {"accuracy": OUTCOMES["correct"][1], "hallucination": OUTCOMES["wrong"][1], "recall_at_3": BLUE}
_BAR, _MARGIN = 26, 80
_FEW = 25


def category_chart(scores: Sequence[CaseScore]) -> dict[str, Any]:
    """Return the outcomes of each category as shares, the best category at the top."""
    import plotly.graph_objects as go

    counts: dict[str, Counter[str]] = {}
    for score in scores:
        counts.setdefault(score.category, Counter())[score.outcome] += 1
    names = sorted(counts, key=lambda name: counts[name]["correct"] / counts[name].total())
    bars = []
    for outcome, (label, colour) in OUTCOMES.items():
        numbers = [counts[name][outcome] for name in names]
        if any(numbers):
            shares = [number / counts[name].total() for number, name in zip(numbers, names, strict=True)]
            bars.append(
                go.Bar(
                    x=shares,
                    y=[name.replace("_", " ") for name in names],
                    customdata=names,
                    name=label,
                    orientation="h",
                    marker_color=colour,
                    text=[str(number or "") for number in numbers],
                    textposition="inside",
                    insidetextanchor="middle",
                    textangle=0,
                    insidetextfont={"color": "white"},
                    hovertemplate="%{y}: %{text} " + label + "<extra></extra>",
                )
            )
    chart = go.Figure(bars, {"barmode": "stack", "height": _BAR * len(names) + _MARGIN, "bargap": 0.25})
    chart.update_xaxes(tickformat=".0%", range=[0, 1])
    chart.update_layout(legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "traceorder": "normal"})
    return plain(chart)


def risk_chart(calibration: Calibration) -> dict[str, Any]:
    """Return the risk-coverage curve."""
    import plotly.graph_objects as go

    curve = calibration.curve
    line = go.Scatter(
        x=[point.coverage for point in curve],
        y=[point.risk for point in curve],
        customdata=[point.confidence for point in curve],
        mode="lines+markers" if len(curve) <= _FEW else "lines",
        line={"color": BLUE},
        hovertemplate="answering from confidence %{customdata:.2f}:<br>"
        "%{x:.0%} of the questions answered, %{y:.0%} of the answers wrong<extra></extra>",
    )
    chart = go.Figure([line])
    chart.add_hline(y=TOLERATED_RISK, line={"dash": "dot", "color": OUTCOMES["wrong"][1]}, annotation_text="5 % risk")
    chart.update_xaxes(title="coverage: questions answered", tickformat=".0%", range=[0, 1.02])
    chart.update_yaxes(title="risk: answers wrong", tickformat=".0%", rangemode="tozero")
    return plain(chart)


def reliability_chart(calibration: Calibration) -> dict[str, Any]:
    """Return accuracy against confidence, the size of a point saying how many answers it stands for."""
    import plotly.graph_objects as go

    bins = calibration.reliability
    largest = max((part.n for part in bins), default=1)
    ideal = go.Scatter(x=[0, 1], y=[0, 1], mode="lines", line={"dash": "dot", "color": FAINT}, hoverinfo="skip")
    points = go.Scatter(
        x=[part.confidence for part in bins],
        y=[part.accuracy for part in bins],
        customdata=[part.n for part in bins],
        mode="markers+lines",
        marker={"size": [8 + 22 * (part.n / largest) ** 0.5 for part in bins], "color": BLUE, "opacity": 0.85},
        line={"color": BLUE, "width": 1},
        hovertemplate="%{customdata} answers: confidence %{x:.0%}, right %{y:.0%}<extra></extra>",
    )
    chart = go.Figure([ideal, points])
    chart.update_xaxes(title="mean confidence", tickformat=".0%", range=[-0.02, 1.02])
    chart.update_yaxes(title="share right", tickformat=".0%", range=[-0.04, 1.06])
    return plain(chart)


def history_chart(milestones: Sequence[Milestone], labels: dict[str, str]) -> dict[str, Any]:
    """Return the headline shares over runs, oldest first."""
    import plotly.graph_objects as go

    hover = [f"{m.started[:16].replace('T', ' ')}<br>{m.commit[:7]}, {m.model}" for m in milestones]
    lines = [
        go.Scatter(
            x=list(range(1, len(milestones) + 1)),
            y=[milestone.figures.get(name) for milestone in milestones],
            name=labels[name],
            mode="lines+markers",
            line={"color": colour},
            customdata=hover,
            hovertemplate="%{customdata}<br>" + labels[name] + " %{y:.1%}<extra></extra>",
        )
        for name, colour in _HISTORY.items()
    ]
    chart = go.Figure(lines)
    chart.update_xaxes(
        tickvals=list(range(1, len(milestones) + 1)), ticktext=[m.commit[:7] for m in milestones], tickangle=-40
    )
    chart.update_yaxes(tickformat=".0%", range=[0, 1.02])
    chart.update_layout(legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"})
    return plain(chart)


def plain(chart: "Figure") -> dict[str, Any]:
    """Return the figure as JSON values, without Plotly's own theme."""
    has_legend = len(chart.data) > 1 and any(trace.name for trace in chart.data)
    chart.update_layout(
        template="none",
        showlegend=has_legend,
        margin={"l": 60, "r": 16, "t": 40, "b": 40},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
    )
    chart.update_xaxes(automargin=True, zeroline=False)
    chart.update_yaxes(automargin=True, zeroline=False)
    content: dict[str, Any] = json.loads(chart.to_json())
    return content
