"""The allocation of a plan: what there is to allocate, and once that is stated, its sliders."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import ipywidgets

from salesnb.actions.allocation_start import AllocationStart, is_started
from salesnb.actions.plan_session import PlanSession
from salesnb.widgets.allocation_sliders import AllocationSliders
from salesnb.widgets.assets import script, style
from salesnb.widgets.view import Asked, View, session_of

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["Allocation", "AllocationStating"]


class AllocationStating(View):
    """Asks what there is to allocate, and, where no history tells, how segments answer to it."""

    _esm = script("allocation_stating")
    _css = style("allocation_stating")

    def __init__(self, workspace: "Workspace | PlanSession", plan: str = "") -> None:
        self.start = AllocationStart(session_of(workspace, plan))
        super().__init__(self.start.session)

    def _shown(self) -> dict[str, Any]:
        settings = self.session.workspace.settings
        return {**self.start.shown(), "locale": settings.locale.replace("_", "-")}

    def _verbs(self) -> Mapping[str, Callable[[Asked], object]]:
        return {
            "state": lambda asked: self.start.state(
                str(asked.get("name", "")),
                float(asked.get("amount", 0)),
                str(asked.get("unit", "")),
                str(asked.get("by", "")),
            ),
            "answer": lambda asked: self.start.answer(asked.get("answers", ())),
        }


class Allocation(ipywidgets.VBox):
    """What is allocated, with the sliders below it as soon as there is something to move."""

    def __init__(self, workspace: "Workspace | PlanSession", plan: str = "") -> None:
        self.session = session_of(workspace, plan)
        self.stating = AllocationStating(self.session)
        self.sliders: AllocationSliders | None = None
        super().__init__([self.stating])
        self._show()
        self.session.watch(self._show)

    def _show(self) -> None:
        """Put the sliders there once they can be, and take them away where the plan has none any more."""
        if is_started(self.session.plan) == (self.sliders is not None):
            return
        if self.sliders is None:
            self.sliders = AllocationSliders(self.session)
        else:
            self.sliders.close()
            self.sliders = None
        self.children = [self.stating] if self.sliders is None else [self.stating, self.sliders]
