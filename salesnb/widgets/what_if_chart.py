"""How likely which total is reached, before and after a what-if, against the goal: a live chart."""

from typing import TYPE_CHECKING

import bqplot
import ipywidgets

from salesnb.money import minor_digits
from salesnb.outlook.distribution import PROBABILITIES

if TYPE_CHECKING:
    from salesnb.outlook.attain import Attainment
    from salesnb.planning import Goal
    from salesnb.settings import Settings

__all__ = ["ReachChart"]

# Readable on light and dark paper alike; lines differ in their stroke too.
_BEFORE, _AFTER, _GOAL, _TEXT = "#7a8593", "#2f7fd0", "#c2701c", "#7a8593"
_EVERY = 5


class ReachChart(ipywidgets.VBox):
    """Two curves, P(at least x) over x: where one crosses the goal is the chance of attaining it."""

    children: tuple[ipywidgets.Widget, ...]

    def __init__(self, settings: "Settings") -> None:
        self._drawn: Attainment | None = None
        self._digits = minor_digits(settings.currency)
        self._currency = settings.currency
        self._x, self._y = bqplot.LinearScale(), bqplot.LinearScale(min=0.0, max=1.0)
        scales = {"x": self._x, "y": self._y}
        line = {"scales": scales, "interpolation": "linear", "display_legend": True}
        self.before = bqplot.Lines(
            x=[0, 0], y=[0, 0], colors=[_BEFORE], line_style="dashed", labels=["outlook"], **line
        )
        self.after = bqplot.Lines(
            x=[0, 0], y=[0, 0], colors=[_AFTER], stroke_width=3, labels=["what if"], visible=False, **line
        )
        self.goal = bqplot.Lines(
            x=[0, 0], y=[0, 1], colors=[_GOAL], line_style="dotted", stroke_width=2, labels=["goal"], **line
        )
        style = {
            "tick_style": {"fill": _TEXT, "font-size": "11px"},
            "grid_color": "#7a859333",
            "color": _TEXT,
        }
        self._across = bqplot.Axis(scale=self._x, label_color=_TEXT, **style)
        up = bqplot.Axis(
            scale=self._y, side="left", tick_format=".0%", tick_values=[0, 0.25, 0.5, 0.75, 1], label="chance of at least",
            label_color=_TEXT, label_offset="3.2em", **style,
        )  # fmt: skip
        self.figure = bqplot.Figure(
            marks=[self.before, self.goal, self.after],
            axes=[self._across, up],
            padding_y=0,
            legend_location="top-right",
            legend_text={"fill": _TEXT, "font-size": "12px"},
            legend_style={"fill": "transparent", "stroke": "none"},
            background_style={"fill": "transparent"},
            fig_margin={"top": 10, "bottom": 45, "left": 60, "right": 20},
            layout={"width": "100%", "max_width": "900px", "height": "280px", "min_width": "320px"},
        )
        super().__init__()

    def clear(self) -> None:
        """Show nothing."""
        self.children = ()

    def draw(self, before: "Attainment", after: "Attainment | None", goal: "Goal") -> None:
        """Show an outlook, and what becomes of it; None where nothing is supposed."""
        unit = 10**self._digits if goal.unit == "money" else 1
        self._across.label = f"{goal.kpi.replace('_', ' ')} of {goal.period.label}" + (
            f", {self._currency}" if goal.unit == "money" else ""
        )
        self._across.tick_format = ",.0f" if goal.unit != "money" else ",.3~s"
        chances = 1 - PROBABILITIES[::_EVERY]
        if before is not self._drawn:
            self._drawn = before
            with self.before.hold_sync():
                self.before.x, self.before.y = before.outcome.quantiles[::_EVERY] / unit, chances
        with self.after.hold_sync():
            self.after.visible = after is not None
            told = after or before
            self.after.x, self.after.y = told.outcome.quantiles[::_EVERY] / unit, chances
        self.goal.x = [goal.target / unit, goal.target / unit]
        if not self.children:
            self.children = (self.figure,)
