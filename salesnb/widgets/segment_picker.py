"""Choosing the segments of a plan: a filter, a chart to pick in, and the scored table, on one model."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets
import traitlets

from salesnb.actions.plan_session import PlanSession
from salesnb.actions.segment_picking import SegmentPicking
from salesnb.errors import MissingFile
from salesnb.planning import Condition
from salesnb.widgets.segment_chart import SegmentChart
from salesnb.widgets.segment_filters import SegmentFilters
from salesnb.widgets.segment_table import SegmentScoring
from salesnb.widgets.view import session_of

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["SegmentPicker"]


class SegmentPicker(ipywidgets.VBox):
    """Filter deals, see what each value would leave, name filters as segments, score them, and bring them into the plan.

    Parameters
    ----------
    workspace, plan
        The plan by its name; or, in place of a workspace, a session that other widgets share.
    by
        Dimensions to filter by; where none are named, all that tell deals apart.
    value
        The filter, names of values by dimension (``""`` for deals without one); observe it, or set it.

    Raises
    ------
    UnknownName, Damaged, BadInput
        When there is no such plan or dimension, or the plan cannot be read.

    Examples
    --------
    >>> picker = SegmentPicker(Workspace.open("."), "fy18")  # doctest: +SKIP
    >>> picker.value = {"region": ["Europe"]}  # doctest: +SKIP
    """

    value = traitlets.Dict()

    def __init__(self, workspace: "Workspace | PlanSession", plan: str = "", by: Sequence[str] = ()) -> None:
        self.session = session_of(workspace, plan)
        self.picking = SegmentPicking(self.session, by)
        self.filters = SegmentFilters(self.picking)
        self.chart = SegmentChart(self.picking)
        self.scoring = SegmentScoring(self.picking)
        super().__init__([self.filters, self.chart, self.scoring])
        self.picking.watch(self._take)

    def _filtered(self) -> dict[str, list[str]]:
        try:
            return {one.dimension: list(one.values) for one in self.picking.conditions()}
        except MissingFile:
            return {}

    def _take(self) -> None:
        self.value = self._filtered()

    @traitlets.observe("value")
    def _set(self, change: Mapping[str, Any]) -> None:
        if change["new"] == self._filtered():
            return
        try:
            self.picking.filter_by(
                [Condition(dimension=name, values=tuple(values)) for name, values in change["new"].items()]
            )
        finally:
            self._take()
