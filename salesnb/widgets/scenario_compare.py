"""Scenarios side by side: the plan as it is first, differences in words, and what can be done with each."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from salesnb.actions.plan_session import PlanSession
from salesnb.actions.scenario_board import Column, ScenarioBoard, is_allocated
from salesnb.actions.scenario_words import allocated_words, difference_words
from salesnb.actions.what_if_words import stand_of
from salesnb.errors import SalesnbError
from salesnb.widgets.assets import script, style
from salesnb.widgets.view import Asked, View, session_of

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["ScenarioCompare"]

_BRINGS = {
    "expected": "Allocation brings",
    "difference": "Against the plan",
    "80 of 100": "80 of 100 cases",
    "better": "Better than the plan",
    "shrunk": "To be expected of it",
}


class ScenarioCompare(View):
    """Compare scenarios of a plan; name, copy and take them away, and make one the plan.

    Parameters
    ----------
    workspace, plan
        The plan by its name; or, in place of a workspace, a session that other widgets share.

    Attributes
    ----------
    board
        The scenarios, with the outlook of each; see `ScenarioBoard`.

    Raises
    ------
    UnknownName, Damaged, BadInput
        When there is no such plan, or it cannot be read.

    Examples
    --------
    >>> compare = ScenarioCompare(Workspace.open("."), "fy18")  # doctest: +SKIP
    >>> compare.board.copy("Lean")  # doctest: +SKIP
    """

    _esm = script("scenario_compare")
    _css = style("scenario_compare")

    def __init__(self, workspace: "Workspace | PlanSession", plan: str = "") -> None:
        session = session_of(workspace, plan)
        self.board = ScenarioBoard(session)
        self._note = ""
        self._refused: tuple[object, str] | None = None
        super().__init__(session)

    def _shown(self) -> dict[str, Any]:
        board, settings = self.board, self.session.workspace.settings
        shown, goal = settings.formatter, board.goal
        brings, lines = allocated_words(board, shown)
        return {
            "state": self._state(),
            "why": self._refused[1] if self._refused else "",
            "note": self._note,
            "locale": settings.locale.replace("_", "-"),
            "goals": [
                {"id": one.id, "name": f"{one.kpi.replace('_', ' ')}, {one.period.label}"}
                for one in self.session.plan.goals
            ],
            "goal": goal.id if goal else "",
            "columns": [self._column(one, brings) for one in board.columns],
            "brings": [{"key": key, "title": title} for key, title in _BRINGS.items()] if brings else [],
            "lines": list(lines),
            "compares": len(board.allocated),
        }

    def _state(self) -> str:
        if self.board.is_ready:
            return "ready"
        if self._refused is not None and self._refused[0] == self._rests_on:
            return "none"
        return "resting"

    def _column(self, column: Column, brings: Mapping[str, Mapping[str, object]]) -> dict[str, Any]:
        board, settings = self.board, self.session.workspace.settings
        shown, goal, scenario = settings.formatter, board.goal, column.scenario
        told = None
        if column.attainment is not None and goal is not None:
            told = asdict(stand_of(column.attainment, replace(goal, target=column.target or 0), shown))
        target = ""
        if goal is not None and column.target is not None:
            target = shown.value(column.target, goal.unit)
        return {
            "id": column.id,
            "name": column.name,
            "text": scenario.text if scenario else f"Revision {self.session.plan.revision}",
            "target": target,
            "stand": told,
            "differences": list(difference_words(board, column, shown)),
            "demands": bool(scenario and (scenario.targets or scenario.resources or scenario.limits)),
            "brings": {key: value or "" for key, value in brings.get(column.name, {}).items()},
            "allocated": bool(scenario and is_allocated(scenario)),
        }

    def _verbs(self) -> Mapping[str, Callable[[Asked], object]]:
        board = self.board

        def of(done: Callable[[str], object], note: str) -> Callable[[Asked], None]:
            def do(asked: Asked) -> None:
                name = next((one.name for one in board.columns if one.id == asked.get("scenario")), "")
                done(str(asked.get("scenario")))
                self._note = note.format(name=name)

            return do

        return {
            "start": lambda _: self._start(),
            "goal": lambda asked: board.choose(str(asked.get("goal"))),
            "compare": lambda _: board.compare(),
            "keep": lambda asked: board.keep_plan(str(asked.get("name", ""))),
            "rename": lambda asked: board.rename(str(asked.get("scenario")), str(asked.get("name", ""))),
            "aim": lambda asked: board.aim(str(asked.get("scenario")), str(asked.get("target", ""))),
            "copy": of(board.copy, "{name} is copied."),
            "remove": of(board.remove, "{name} is removed; undo brings it back."),
            "adopt": of(board.adopt, "The plan takes what {name} demands; undo brings it back."),
        }

    def _start(self) -> None:
        """Work out the outlook, which may take seconds: the page asks for it once somebody sees it."""
        try:
            self.board.start()
        except SalesnbError as error:
            self._refused = self._rests_on, str(error)

    @property
    def _rests_on(self) -> object:
        return self.board.goal, self.board.what_if.rests_on
