"""The planning session: everything that a plan is made of, in tabs, on one session."""

import html
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import ipywidgets

from salesnb.actions.plan_session import PlanSession
from salesnb.actions.plans import last_plan
from salesnb.errors import SalesnbError
from salesnb.widgets.allocation import Allocation
from salesnb.widgets.calls import Calls
from salesnb.widgets.goal_entry import GoalEntry
from salesnb.widgets.kpi_builder import KpiBuilder
from salesnb.widgets.scenario_compare import ScenarioCompare
from salesnb.widgets.segment_picker import SegmentPicker
from salesnb.widgets.session_bar import SessionBar
from salesnb.widgets.view import session_of
from salesnb.widgets.what_if import WhatIf

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["TABS", "PlanningSession"]

# A tab is added here: its title, and what makes its widget from the session.
TABS: Mapping[str, Callable[[PlanSession], Any]] = {
    "Goals": GoalEntry,
    "Segments": SegmentPicker,
    "Allocation": Allocation,
    "What if": WhatIf,
    "Scenarios": ScenarioCompare,
    "Calls": Calls,
    "KPIs": KpiBuilder,
}


class PlanningSession(ipywidgets.VBox):
    """Plan together: a bar that says what is saved, and a tab for each part of the plan.

    A tab is made when it is first opened; one that cannot be, such as an allocation where nothing is stated to be
    allocated, says why, and is tried again whenever the plan changes.

    Parameters
    ----------
    workspace, plan
        The plan by its name, or the one that was changed last; in place of a workspace, a session that other widgets
        share.

    Raises
    ------
    MissingFile
        When there is no plan yet.
    UnknownName, Damaged, BadInput
        When there is no such plan, or it cannot be read.
    """

    def __init__(self, workspace: "Workspace | PlanSession", plan: str = "") -> None:
        if not plan and not isinstance(workspace, PlanSession):
            plan = last_plan(workspace)
        self.session = session_of(workspace, plan)
        self.bar = SessionBar(self.session)
        self.tabs = ipywidgets.Tab(children=[_note("") for _ in TABS], titles=list(TABS), selected_index=0)
        self._made: dict[int, Any] = {}
        super().__init__([self.bar, self.tabs])
        self.add_class("salesnb-planning-session")
        self._open(0)
        self.tabs.observe(lambda change: self._open(change["new"]), "selected_index")
        self.session.watch(lambda: self._open(self.tabs.selected_index))

    def __repr__(self) -> str:
        """Name the plan, for those who see no widgets."""
        return f"PlanningSession({self.session.name!r})"

    def tab(self, title: str) -> Any:
        """Give the widget of a tab, made if it was not; None where the plan has nothing for it yet."""
        place = list(TABS).index(title)
        self._open(place)
        return self._made.get(place)

    def _open(self, place: int | None) -> None:
        """Make what a tab shows, unless it is there."""
        if place is None or place in self._made:
            return
        title = list(TABS)[place]
        try:
            shown = self._made[place] = TABS[title](self.session)
        except SalesnbError as error:
            shown = _note(str(error))
        children = list(self.tabs.children)
        children[place] = shown
        self.tabs.children = children


def _note(text: str) -> Any:
    return ipywidgets.HTML(f'<p role="status">{html.escape(text)}</p>')
