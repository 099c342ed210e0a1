"""The planning session: everything that a plan is made of, in tabs, on one session."""

from typing import TYPE_CHECKING

import ipywidgets

from salesnb.actions.plan_session import PlanSession
from salesnb.widgets.session_bar import SessionBar
from salesnb.widgets.view import session_of

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["PlanningSession"]


class PlanningSession(ipywidgets.VBox):
    """Plan together: a bar that says what is saved, and a tab for each part of the plan.

    Parameters
    ----------
    workspace, plan
        The plan by its name; or, in place of a workspace, a session that other widgets share.

    Raises
    ------
    UnknownName, Damaged, BadInput
        When there is no such plan, or it cannot be read.
    """

    def __init__(self, workspace: "Workspace | PlanSession", plan: str = "") -> None:
        self.session = session_of(workspace, plan)
        self.bar = SessionBar(self.session)
        tabs: list[tuple[str, ipywidgets.Widget]] = []
        self.tabs = ipywidgets.Tab(
            children=[widget for _, widget in tabs], titles=[title for title, _ in tabs]
        )
        super().__init__([self.bar, self.tabs])
