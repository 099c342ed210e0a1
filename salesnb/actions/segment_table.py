"""A plan's segments as a table: what they are scored by, their months, what they share, and their part in the plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from salesnb.actions.deal_cells import DealCells
from salesnb.actions.segment_overlap import Coverage, cover
from salesnb.actions.segment_scores import (
    SegmentScores,
    SegmentValues,
    scored_by,
    segment_values,
    weights_of,
)
from salesnb.errors import SalesnbError
from salesnb.planning import Plan, Segment, weigh_segments

if TYPE_CHECKING:
    from salesnb.actions.segment_picking import SegmentPicking

__all__ = ["Seen", "SegmentRow", "SegmentTable"]


@dataclass(frozen=True, kw_only=True)
class SegmentRow:
    """A segment in the table.

    Attributes
    ----------
    score
        0 to 1; None where nothing is known of it.
    values
        By criterion; None where unknown.
    months
        What was won in each of the twelve months that it is scored by, minor units.
    resources
        Names of the resources for which it has a curve.
    amounts
        What it has of them, by name, in smallest units.
    """

    segment: Segment
    score: float | None
    values: Mapping[str, float | None]
    months: tuple[int, ...]
    resources: tuple[str, ...]
    amounts: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The table at one moment.

    Attributes
    ----------
    rows
        Best first.
    scores
        None where they cannot be scored; `unscored` says why.
    coverage
        Of the segments in the plan's order, or of those that are chosen.
    covered
        Names of the segments that the coverage is of, in its order.
    """

    rows: tuple[SegmentRow, ...]
    scores: SegmentScores | None
    unscored: str
    coverage: Coverage
    covered: tuple[str, ...]


class SegmentTable:
    """The table of a plan's segments; what does not depend on the weights is found out once."""

    def __init__(self, picking: "SegmentPicking") -> None:
        self.picking = picking
        self._values: tuple[object, SegmentValues] | None = None
        self._covered: tuple[object, Coverage] | None = None
        self._rows: tuple[object, tuple[tuple[NDArray[np.bool_], tuple[int, ...]], ...]] | None = None

    @property
    def weights(self) -> dict[str, float]:
        """What segments are scored by, as the plan has it."""
        return weights_of(self.picking.session.plan)

    def weigh(self, criterion: str, weight: float) -> None:
        """Have a criterion count so much.

        Raises
        ------
        BadInput
            When it is below 0, no number, or all would be 0.
        """
        weights = {**self.weights, criterion: weight}
        self.picking.session.change(
            lambda plan: weigh_segments(plan, {**weights_of(plan), **weights}),
            f"Segments scored by {criterion} {weight:g}",
        )

    def see(self) -> Seen:
        """Look at the plan as it is now.

        Raises
        ------
        MissingFile
            When nothing has been imported.
        """
        picking, plan = self.picking, self.picking.session.plan
        cells, segments = picking.cells, picking.segments
        parts = self._parts(cells, plan, segments)
        values = self._valued(cells, plan, segments)
        try:
            scores, unscored = (scored_by(values, self.weights), "") if segments else (None, "")
        except SalesnbError as error:
            scores, unscored = None, str(error)
        by_name = {one.segment: one for one in scores.scored} if scores else {}
        rows = [
            _row(
                plan,
                segment,
                by_name[segment.name].score
                if segment.name in by_name and values.values[segment.name].get("size") is not None
                else None,
                values,
                months,
            )
            for segment, (_, months) in zip(segments, parts, strict=True)
        ]
        rows.sort(key=lambda row: (row.score is None, -(row.score or 0), row.segment.name))
        chosen = [n for n, one in enumerate(segments) if one.id in picking.chosen] or [*range(len(segments))]
        return Seen(
            rows=tuple(rows),
            scores=scores,
            unscored=unscored,
            coverage=self._covering(cells, tuple(parts[n][0] for n in chosen), (segments, tuple(chosen))),
            covered=tuple(segments[n].name for n in chosen),
        )

    def _parts(
        self, cells: DealCells, plan: Plan, segments: tuple[Segment, ...]
    ) -> tuple[tuple[NDArray[np.bool_], tuple[int, ...]], ...]:
        """Give the rows of each segment, and what it won in each month."""
        key = (cells, plan.period, segments)
        if self._rows is None or self._rows[0] != key:
            days = self.picking.months(plan)
            masks = [cells.segment_rows(segment) for segment in segments]
            self._rows = (key, tuple((mask, tuple(cells.by_span(mask, days))) for mask in masks))
        return self._rows[1]

    def _valued(self, cells: DealCells, plan: Plan, segments: tuple[Segment, ...]) -> SegmentValues:
        key = (cells, plan.period, segments)
        if self._values is None or self._values[0] != key:
            session = self.picking.session
            found = segment_values(session.workspace, cells.deals.data, plan, segments)
            self._values = (key, found)
        return self._values[1]

    def _covering(
        self, cells: DealCells, masks: tuple[NDArray[np.bool_], ...], of: tuple[object, ...]
    ) -> Coverage:
        if self._covered is None or self._covered[0] != (cells, of):
            self._covered = ((cells, of), cover(cells, masks))
        return self._covered[1]


def _row(
    plan: Plan, segment: Segment, score: float | None, values: SegmentValues, months: tuple[int, ...]
) -> SegmentRow:
    names = {resource.id: resource.name for resource in plan.resources}
    curves = (curve.resource for curve in plan.response_curves if curve.segment == segment.id)
    return SegmentRow(
        segment=segment,
        score=score,
        values=values.values[segment.name],
        months=months,
        resources=tuple(names.get(resource, resource) for resource in curves),
        amounts={
            names.get(line.resource, line.resource): int(line.amount)
            for line in plan.allocation
            if line.segment == segment.id
        },
    )
