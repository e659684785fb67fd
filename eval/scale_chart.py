"""The scale curve of the report: retrieval against the size of the collection, and where a million passages would lie."""

from collections.abc import Mapping, Sequence
from typing import Any

from eval.charts import BLUE, FAINT, OUTCOMES, plain
from eval.measured import quantile
from eval.scale import MILLION, Size, fitted

_STEPS = 40


def scale_chart(samples: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return median and 95th percentile of retrieval over passages, both axes logarithmic; dotted beyond what was measured.

    Args:
        samples: Each the fields of a `Size`, the smallest first.
    """
    import numpy as np
    import plotly.graph_objects as go

    sizes = [Size.model_validate(sample) for sample in samples]
    x = [size.passages for size in sizes]
    traces = []
    for name, share, colour in (("median", 0.5, BLUE), ("95th percentile", 0.95, OUTCOMES["wrong"][1])):
        y = [1000 * quantile(size.retrieval, share) for size in sizes]
        traces.append(go.Scatter(x=x, y=y, name=name, mode="markers+lines", line={"color": colour}))
        if len(sizes) > 1:
            beyond = np.geomspace(x[-1], max(MILLION, x[-1]), _STEPS)
            line = [fitted(x, y, at) for at in beyond]
            look: dict[str, Any] = {"color": colour, "dash": "dot"}
            traces.append(go.Scatter(x=beyond.tolist(), y=line, name=f"{name}, computed", mode="lines", line=look))
    chart = go.Figure(traces)
    chart.add_vline(x=x[-1], line={"dash": "dot", "color": FAINT})
    chart.update_xaxes(title="passages", type="log")
    chart.update_yaxes(title="retrieval, ms", type="log")
    chart.update_layout(legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"})
    return plain(chart)
