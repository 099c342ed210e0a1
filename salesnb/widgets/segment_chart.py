"""A chart to pick segments in: what is brushed is filtered by, or picked out in the table."""

from collections.abc import Mapping
from typing import Any

import bqplot
import ipywidgets
import numpy as np
from bqplot.interacts import BrushSelector

from salesnb.actions.segment_picking import SegmentPicking
from salesnb.actions.segment_points import AGAINST, SEGMENTS, Points, pick_points, points_of
from salesnb.errors import MissingFile
from salesnb.money import minor_digits

__all__ = ["SegmentChart"]

# Readable on light and on dark paper; what is picked has an outline in the colour of the text as well.
_POINT = "#3d84cf"
_INK = "var(--jp-ui-font-color1, #6f7882)"
_QUIET = "var(--jp-border-color2, #808890)"
_NAMED = 24
_ROOM = 1.12
_HOW = "Drag over points to pick them; ticks in the lists and in the table do the same."


class SegmentChart(ipywidgets.VBox):
    """Points of segments or values: what was won against growth or win rate."""

    def __init__(self, picking: SegmentPicking) -> None:
        self.picking = picking
        self._taking = False
        self._points = Points(drawn=(), left_out="")
        self.of = ipywidgets.Dropdown(options=self._choices(), value=SEGMENTS, description="Points")
        self.against = ipywidgets.Dropdown(options=AGAINST, description="Against")
        self.note = ipywidgets.Label(_HOW)
        self.scatter, self.figure = self._chart()
        self._renew_brush()
        super().__init__([ipywidgets.HBox([self.of, self.against]), self.note, self.figure])
        self.of.observe(self._changed, "value")
        self.against.observe(self._changed, "value")
        self.scatter.observe(self._brushed, "selected")
        picking.watch(self.show)
        picking.session.watch(self.show)
        self.show()

    def show(self) -> None:
        """Draw the state of the model."""
        self._taking = True
        try:
            self._draw()
        finally:
            self._taking = False

    def close(self) -> None:
        """Draw no more."""
        self.picking.session.unwatch(self.show)
        self.picking.unwatch(self.show)
        super().close()

    def _draw(self) -> None:
        try:
            choices, points = self._choices(), points_of(self.picking, self.of.value, self.against.value)
        except MissingFile as error:
            self.note.value = error.what
            return
        if tuple(self.of.options) != choices:
            self.of.options = choices
        self._points = points
        unit = 10 ** minor_digits(self.picking.session.plan.currency)
        drawn = points.drawn
        picked = [n for n, point in enumerate(drawn) if point.is_picked]
        told = {
            "x": np.array([point.across for point in drawn], dtype=float),
            "y": np.array([point.won / unit for point in drawn], dtype=float),
            # An empty list of texts cannot be sent.
            "names": np.array([_short(point.name) for point in drawn], dtype=object) if drawn else None,
            "selected": np.array(picked, dtype=int) if picked else None,
        }
        with self.scatter.hold_sync():
            for name, value in told.items():
                # Points that are drawn anew would lose the brush that lies over them.
                if not _same(getattr(self.scatter, name), value):
                    setattr(self.scatter, name, value)
        # Returns may be below zero; room above keeps the names of the largest on the paper.
        amounts = [0.0, *(point.won / unit for point in drawn)]
        self.scatter.scales["y"].min, self.scatter.scales["y"].max = (
            min(amounts) * _ROOM,
            max(amounts) * _ROOM or 1.0,
        )
        across, won = self.figure.axes
        across.label = "Growth on the year before" if self.against.value == "growth" else "Win rate"
        won.label = f"Won in twelve months, {self.picking.session.plan.currency}"
        self.note.value = f"{_HOW} {points.left_out}".strip()

    def _changed(self, _change: Mapping[str, Any]) -> None:
        if not self._taking:
            # The old brush lies over other points.
            self._renew_brush()
            self.show()

    def _brushed(self, change: Mapping[str, Any]) -> None:
        if self._taking:
            return
        places = [] if change["new"] is None else [int(place) for place in change["new"]]
        drawn = self._points.drawn
        pick_points(self.picking, self.of.value, [drawn[place] for place in places if place < len(drawn)])

    def _renew_brush(self) -> None:
        scales = self.scatter.scales
        self.figure.interaction = BrushSelector(
            x_scale=scales["x"], y_scale=scales["y"], marks=[self.scatter], color=_POINT
        )

    def _choices(self) -> tuple[str, ...]:
        try:
            return (SEGMENTS, *self.picking.cells.columns)
        except MissingFile:
            return (SEGMENTS,)

    def _chart(self) -> tuple[bqplot.Scatter, bqplot.Figure]:
        across, won = bqplot.LinearScale(), bqplot.LinearScale()
        scatter = bqplot.Scatter(
            x=np.array([]),
            y=np.array([]),
            scales={"x": across, "y": won},
            colors=[_POINT],
            default_size=90,
            display_names=True,
            selected_style={"stroke": _INK, "stroke-width": "2.5", "opacity": "1"},
            unselected_style={"opacity": "0.4"},
        )
        looks = {"grid_color": _QUIET, "color": _QUIET, "label_color": _INK, "tick_style": {"fill": _INK}}
        figure = bqplot.Figure(
            marks=[scatter],
            axes=[
                bqplot.Axis(scale=across, tick_format=".0%", grid_lines="dashed", **looks),
                bqplot.Axis(
                    scale=won,
                    side="left",
                    tick_format=".3~s",
                    label_offset="4em",
                    grid_lines="dashed",
                    **looks,
                ),
            ],
            fig_margin={"top": 14, "bottom": 46, "left": 74, "right": 60},
            background_style={"fill": "transparent"},
            padding_x=0.08,
            padding_y=0,
            layout={"width": "100%", "max_width": "1100px", "height": "340px"},
        )
        return scatter, figure


def _short(name: str) -> str:
    plain = " ".join(name.split())
    return plain if len(plain) <= _NAMED else f"{plain[: _NAMED - 1]}…"


def _same(one: Any, other: Any) -> bool:
    return one is other if one is None or other is None else bool(np.array_equal(one, other))
