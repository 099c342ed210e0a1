"""Segments, or the values of a dimension, as points of a chart: how much each won against its growth or win rate."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from salesnb.actions.deal_cells import DealCells, Figures
from salesnb.actions.segment_picking import name_of
from salesnb.counting import counted
from salesnb.kpis import catalogue

if TYPE_CHECKING:
    from salesnb.actions.segment_picking import SegmentPicking

__all__ = ["AGAINST", "SEGMENTS", "Point", "Points", "pick_points", "points_of"]

SEGMENTS = "segments"
AGAINST = ("growth", "win rate")
# The largest ones; more points hide each other.
_MOST = 200


@dataclass(frozen=True, kw_only=True)
class Point:
    """A segment or a value.

    Attributes
    ----------
    key
        Id of the segment, or code of the value.
    across
        Its growth or win rate, as a ratio.
    won
        In the twelve months to the data's day, minor units.
    """

    key: str | int
    name: str
    across: float
    won: int
    is_picked: bool


@dataclass(frozen=True, kw_only=True)
class Points:
    """What is drawn, largest first, and what is not, in words."""

    drawn: tuple[Point, ...]
    left_out: str


def points_of(picking: "SegmentPicking", of: str, against: str) -> Points:
    """Give the points of the plan's segments, or of a dimension's values under the filters of the other dimensions.

    Growth is won over what was won in the twelve months before, less 1. What has none is left out, and said.

    Raises
    ------
    MissingFile
        When nothing has been imported.
    """
    cells = picking.cells
    found = _of_segments(picking, cells) if of == SEGMENTS else _of_values(picking, cells, of)
    told = [
        Point(key=key, name=name, across=across, won=figures.won, is_picked=picked)
        for key, name, figures, picked in found
        if (across := _across(cells, figures, against)) is not None
    ]
    told.sort(key=lambda point: (-point.won, str(point.key)))
    lacking = len(found) - len(told)
    why = "sold nothing the year before" if against == "growth" else "closed nothing"
    parts = [f"{counted(lacking, 'one', 'of them')} {why}"] if lacking else []
    parts += [f"only the largest {_MOST} are drawn"] if len(told) > _MOST else []
    return Points(drawn=tuple(told[:_MOST]), left_out=f"Not drawn: {'; '.join(parts)}." if parts else "")


def pick_points(picking: "SegmentPicking", of: str, points: Sequence[Point]) -> None:
    """Pick the segments of points, or filter by their values; no points pick nothing."""
    if of == SEGMENTS:
        picking.pick(str(point.key) for point in points)
    else:
        picking.choose(of, [int(point.key) for point in points])


_Found = list[tuple[str | int, str, Figures, bool]]


def _of_segments(picking: "SegmentPicking", cells: DealCells) -> _Found:
    return [
        (one.id, one.name, cells.total(cells.segment_rows(one)), one.id in picking.chosen)
        for one in picking.segments
    ]


def _of_values(picking: "SegmentPicking", cells: DealCells, of: str) -> _Found:
    wanted = picking.filters.get(of, frozenset())
    figures = cells.crossfiltered(picking.filters)[of]
    return [
        (code, name_of(name), figures[code], code in wanted)
        for code, name in enumerate(cells.columns[of].names)
        if figures[code].won or figures[code].closed or code in wanted
    ]


def _across(cells: DealCells, figures: Figures, against: str) -> float | None:
    if against == "growth":
        return figures.won / figures.before - 1 if figures.before > 0 else None
    closed = {"won_count": figures.deals, "closed_count": figures.closed}
    found: float | None = cells.deals.book.computed(catalogue().get("win_rate"), closed)
    return found
