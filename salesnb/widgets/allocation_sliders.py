"""Sliders of a plan's allocation: linked in the page, with what each move brings, and kept in the model."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from salesnb.actions.slider_board import Board
from salesnb.errors import SalesnbError
from salesnb.money import minor_digits
from salesnb.widgets.assets import script, style

if TYPE_CHECKING:
    from salesnb.planning import Plan, Resource
    from salesnb.workspace import Workspace

__all__ = ["AllocationSliders"]


class AllocationSliders(anywidget.AnyWidget):
    """One table of sliders for what a plan allocates; what is moved is in `board`, and `save` keeps it in the plan.

    Parameters
    ----------
    workspace, plan
        The plan by its name, or as it was read.
    value
        The amounts by resource and segment (names), in smallest units; observe it, or set it.

    Raises
    ------
    BadInput, Infeasible
        When there is nothing to allocate, or limits cannot all hold.

    Examples
    --------
    >>> sliders = AllocationSliders(Workspace.open("."), "fy18")  # doctest: +SKIP
    >>> sliders.value["budget"]["North"]  # doctest: +SKIP
    4000000
    """

    _esm = script("allocation_sliders")
    _css = style("allocation_sliders")
    given = traitlets.Dict().tag(sync=True)
    amounts = traitlets.List(traitlets.Int()).tag(sync=True)
    locks: traitlets.List[Any] = traitlets.List().tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)
    value = traitlets.Dict()

    def __init__(self, workspace: "Workspace", plan: "str | Plan") -> None:
        found = workspace.plans().load(plan) if isinstance(plan, str) else plan
        self.board = Board(workspace, found)
        self._taking = False
        super().__init__(given=self._given(), **self._shown())
        self.on_msg(self._told)

    def save(self, why: str = "") -> "Plan":
        """Keep the amounts and locks in the plan's file; see `Board.save`."""
        return self.board.save(why)

    def _shown(self) -> dict[str, Any]:
        locks = [{"by": lock.by, "why": lock.why} if lock else None for lock in self.board.locks]
        said = "; ".join(self.board.broken())
        return {
            "amounts": list(self.board.amounts),
            "locks": locks,
            "said": said,
            "value": self.board.value(),
        }

    def _show(self) -> None:
        """Show the state of the model."""
        self._taking = True
        try:
            with self.hold_sync():
                for name, shown in self._shown().items():
                    setattr(self, name, shown)
        finally:
            self._taking = False

    @traitlets.observe("amounts")
    def _moved(self, change: Mapping[str, Any]) -> None:
        """Take what was moved in the page; what cannot hold is put back, and said."""
        if self._taking or not hasattr(self, "board"):
            return
        try:
            self.board.put(change["new"], settled=False)
        except SalesnbError as error:
            self._show()
            self.said = str(error)
        else:
            self.value = self.board.value()

    @traitlets.observe("value")
    def _set(self, change: Mapping[str, Any]) -> None:
        if self._taking or change["new"] == self.board.value():
            return
        try:
            self.board.put(self.board.amounts_of(change["new"]))
        finally:
            self._show()

    def _told(self, _widget: object, message: Mapping[str, Any], _buffers: object) -> None:
        """Do what a control of the page asks for."""
        try:
            self._do(str(message.get("do")), message.get("line"), str(message.get("why", "")))
        except SalesnbError as error:
            self._show()
            self.said = str(error)
        else:
            self._show()

    def _do(self, what: str, line: Any, why: str) -> None:
        board = self.board
        actions: dict[str, Callable[[], object]] = {
            "settle": board.settle,
            "optimum": self._optimum,
            "today": board.to_today,
            "equal": board.to_equal,
            "undo": board.undo,
            "redo": board.redo,
            "lock": lambda: board.lock(line, why=why),
            "unlock": lambda: board.unlock(line),
        }
        if what in actions:
            actions[what]()

    def _optimum(self) -> None:
        self.board.to_optimum()
        self.given = {**self.given, "band": [list(ends) for ends in self.board.band()]}

    def _given(self) -> dict[str, Any]:
        """Give what does not change while amounts are moved."""
        board, settings = self.board, self.board.workspace.settings
        places = {resource.id: n for n, resource in enumerate(board.resources)}
        segments = list(dict.fromkeys((line.segment, line.name) for line in board.lines))
        numbers = {segment: n for n, (segment, _) in enumerate(segments)}
        digits = minor_digits(board.plan.currency)
        goal = next((g for g in board.plan.goals if g.unit == "money"), None)
        return {
            "locale": settings.locale.replace("_", "-"),
            "currency": board.plan.currency,
            "digits": digits,
            "goal": {"amount": goal.target / 10**digits} if goal else None,
            "resources": [self._resource(resource, digits) for resource in board.resources],
            "segments": [{"name": name, "group": ""} for _, name in segments],
            "band": None,
            "lines": [
                {
                    "resource": places[line.resource],
                    "segment": numbers[line.segment],
                    "today": line.today,
                    "low": line.low,
                    "high": line.high,
                    "step": line.step,
                    "draws": [
                        {
                            "form": curve.form,
                            "height": curve.height,
                            "scale": curve.scale,
                            "shape": curve.shape,
                            "base": curve.base,
                        }
                        for curve in line.draws
                    ],
                }
                for line in board.lines
            ],
        }

    def _resource(self, resource: "Resource", digits: int) -> dict[str, Any]:
        unit = 10**digits if resource.unit == "money" else 1
        return {
            "name": resource.name,
            "counts": resource.counts,
            "unit": unit,
            "total": int(resource.total),
            "keeps": resource.spend == "all",
            "portion": self.board.portion(resource) / unit,
        }
