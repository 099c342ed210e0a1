"""The same sliders of plain ipywidgets, linked in the kernel: what one makes without a component of one's own.

A FloatSlider a segment, whose others give and take in proportion; a label with the total and what it brings; and a bar chart
of bqplot. Values that the kernel sets itself are not answered again.
"""

import ipywidgets
import numpy as np

__all__ = ["sliders"]


def sliders(count: int, share: float = 400.0) -> ipywidgets.Widget:
    """Make them for ``count`` segments with equal amounts."""
    import bqplot

    total = count * share
    rows = [
        ipywidgets.FloatSlider(value=share, min=0, max=4 * share, step=1, description=f"Segment {n:03}")
        for n in range(count)
    ]
    told = ipywidgets.Label(value="0 |")
    told.add_class("bench-total")
    scales = {"x": bqplot.LinearScale(), "y": bqplot.LinearScale()}
    bars = bqplot.Bars(x=np.arange(count), y=_brings(np.full(count, share)), scales=scales)
    figure = bqplot.Figure(marks=[bars], axes=[bqplot.Axis(scale=one) for one in scales.values()])
    figure.add_class("bench-chart")
    state = {"busy": False, "moves": 0}

    def moved(change: dict) -> None:
        if state["busy"]:
            return
        state["busy"] = True
        state["moves"] += 1
        amounts = np.array([row.value for row in rows])
        place = rows.index(change["owner"])
        others = amounts.sum() - amounts[place]
        scaled = amounts * (total - amounts[place]) / others if others else amounts
        scaled[place] = amounts[place]
        for row, amount in zip(rows, scaled, strict=True):
            if row is not change["owner"]:
                row.value = amount
        bars.y = _brings(scaled)
        told.value = f"{state['moves']} | total {scaled.sum():,.0f}, brings {_brings(scaled).sum():,.0f}"
        state["busy"] = False

    for row in rows:
        row.observe(moved, "value")
    return ipywidgets.VBox(
        [told, figure, ipywidgets.VBox(rows, layout={"height": "400px", "overflow": "auto"})]
    )


def _brings(amounts: np.ndarray) -> np.ndarray:
    return 1000 + 4000 * amounts / (amounts + 400)
