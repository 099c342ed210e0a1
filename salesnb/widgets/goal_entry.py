"""The goals of a plan in a page: entered, checked and cascaded, with their chance beside the number while it is typed."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from salesnb.actions.goal_entry import GoalEntry as Model
from salesnb.actions.goal_page import goal_page
from salesnb.actions.plan_session import PlanSession
from salesnb.widgets.assets import script, style
from salesnb.widgets.view import Asked, View, session_of

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["GoalEntry"]


class GoalEntry(View):
    """Enter the goals of a plan; every change is kept at once.

    The page asks for what takes time, such as the outlook, once it is drawn.

    Parameters
    ----------
    workspace, plan
        The plan by its name; or, in place of a workspace, a session that other widgets share.

    Attributes
    ----------
    model
        The goals without a page.

    Raises
    ------
    UnknownName, Damaged, BadInput
        When there is no such plan, or it cannot be read.
    """

    _esm = script("goal_entry")
    _css = style("goal_entry")

    def __init__(self, workspace: "Workspace | PlanSession", plan: str = "") -> None:
        session = session_of(workspace, plan)
        self.model = Model(session)
        self._heard = 0
        super().__init__(session)

    def _shown(self) -> dict[str, Any]:
        return {**goal_page(self.model), "heard": self._heard}

    def _verbs(self) -> Mapping[str, Callable[[Asked], object]]:
        model = self.model

        def text(asked: Asked, name: str = "text") -> str:
            return str(asked.get(name, ""))

        verbs: dict[str, Callable[[Asked], object]] = {
            "select": lambda asked: model.select(text(asked, "goal")),
            "work out": lambda asked: model.work_out(text(asked, "goal")),
            "cause": lambda asked: model.find_cause(text(asked)),
            "start": lambda asked: model.start(text(asked, "kpi")),
            "forget": lambda _: model.forget(),
            "target": lambda asked: model.set_target(text(asked)),
            "owner": lambda asked: model.set_owner(text(asked)),
            "objective": lambda asked: model.set_objective(text(asked)),
            "period": lambda asked: model.set_period(text(asked)),
            "remove": lambda _: model.remove(),
            "state": lambda asked: model.state(
                text(asked), owner=text(asked, "owner"), objective=text(asked, "objective")
            ),
            "drop": lambda asked: model.drop(text(asked, "objective")),
            "hold": lambda asked: model.hold(text(asked, "node"), text(asked), text(asked, "why")),
            "free": lambda asked: model.free(text(asked, "node")),
            "commit": lambda asked: model.commit(text(asked, "node"), text(asked)),
        }
        return verbs

    def _told(self, widget: object, asked: Asked, buffers: object) -> None:
        """Do what is asked, and say to which of the page's questions that is the answer."""
        self._heard = int(asked.get("n", self._heard))
        super()._told(widget, asked, buffers)
