"""What if: drivers and large deals moved, and the outlook with them, kept as a scenario by one button."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import ipywidgets

from salesnb.actions.plan_session import PlanSession
from salesnb.actions.what_if import OPEN, Basis, WhatIfBoard
from salesnb.actions.what_if_words import (
    TITLES,
    change_words,
    deal_words,
    driver_value,
    measured_words,
    method_words,
    stand_of,
)
from salesnb.errors import SalesnbError
from salesnb.widgets.assets import script, style
from salesnb.widgets.view import Asked, View, session_of
from salesnb.widgets.what_if_chart import ReachChart

if TYPE_CHECKING:
    from salesnb.planning import Goal
    from salesnb.workspace import Workspace

__all__ = ["WhatIf", "WhatIfPanel"]


class WhatIfPanel(View):
    """The controls of a what-if, and the outlook in words; see `WhatIfBoard`."""

    _esm = script("what_if")
    _css = style("what_if")

    def __init__(self, session: PlanSession) -> None:
        self.board = WhatIfBoard(session)
        self._note, self._beat = "", 0
        self._still: tuple[Basis, dict[str, Any]] | None = None
        self._refused: tuple[object, str] | None = None
        super().__init__(session)

    def _shown(self) -> dict[str, Any]:
        board = self.board
        goal = board.goal
        shown = {
            "state": "resting",
            "why": "",
            "note": self._note,
            "beat": self._beat,
            "goals": [
                {"id": one.id, "name": one.kpi.replace("_", " "), "period": one.period.label}
                for one in board.goals
            ],
            "goal": goal.id if goal else "",
            "scenarios": [one.name for one in self.session.plan.scenarios if one.moves or one.fates],
        }
        if board.is_ready:
            return shown | {"state": "ready"} | self._told_of()
        if self._refused is not None and self._refused[0] == board.rests_on:
            return shown | {"state": "none", "why": self._refused[1]}
        return shown

    def _told_of(self) -> dict[str, Any]:
        board, shown = self.board, self.session.workspace.settings.formatter
        basis, goal, supposed = board.basis, board.goal, board.supposed
        assert goal is not None  # noqa: S101 -- there is a basis
        still = self._still_of(basis, goal)
        before, after = board.before, board.after
        at = {one.name: supposed.steps.get(one.name, 0) for one in basis.drivers}
        return {
            "target": shown.value(goal.target, goal.unit),
            "before": still["before"],
            "after": asdict(stand_of(after, goal, shown)) if supposed else still["before"],
            "change": change_words(before, after, goal, shown) if supposed else "",
            "drivers": [
                told | {"at": at[one.name], "value": driver_value(one, at[one.name], shown)}
                for one, told in zip(basis.drivers, still["drivers"], strict=True)
            ],
            "deals": [
                {
                    "id": one.id,
                    "title": one.title,
                    "about": still["deals"].get(one.id) or deal_words(one, shown),
                    "fate": supposed.fates.get(one.id, OPEN),
                }
                for one in board.deals
            ],
            "method": still["method"],
            "name": board.free_name,
        }

    def _still_of(self, basis: Basis, goal: "Goal") -> dict[str, Any]:
        """Give the words that no move changes: they are found once, so that a move is answered at once."""
        if self._still is None or self._still[0] is not basis:
            shown = self.session.workspace.settings.formatter
            drivers = [
                {
                    "name": one.name,
                    "title": TITLES[one.name],
                    "low": one.low,
                    "high": one.high,
                    "measured": measured_words(one, shown),
                    "off": bool(one.why_not),
                }
                for one in basis.drivers
            ]
            words = {
                "before": asdict(stand_of(basis.before, goal, shown)),
                "drivers": drivers,
                "deals": {one.id: deal_words(one, shown) for one in basis.deals},
                "method": list(method_words(basis, shown)),
            }
            self._still = basis, words
        return self._still[1]

    def _verbs(self) -> Mapping[str, Callable[[Asked], object]]:
        board = self.board
        return {
            "start": lambda _: self._start(),
            "goal": lambda asked: board.choose(str(asked.get("goal"))),
            "move": self._move,
            "decide": lambda asked: board.decide(str(asked.get("deal")), str(asked.get("fate"))),
            "reset": lambda _: board.reset(),
            "load": lambda asked: self._load(str(asked.get("scenario"))),
            "keep": lambda asked: self._keep(str(asked.get("name", ""))),
        }

    def _start(self) -> None:
        """Work out the outlook, which may take seconds: the page asks for it once somebody sees it."""
        try:
            self.board.basis  # noqa: B018 -- it is made when it is asked for
        except SalesnbError as error:
            self._refused = self.board.rests_on, str(error)

    def _move(self, asked: Asked) -> None:
        """Move a driver; the page is told which of its moves this answers, and sends the next then."""
        self._beat = int(asked.get("beat", 0))
        step: Any = asked.get("step")
        self.board.move(str(asked.get("driver")), step)

    def _load(self, scenario: str) -> None:
        left = self.board.load(scenario)
        self._note = f"What {scenario} supposes is set." + (
            f" Not as it was kept: {', '.join(left)}." if left else ""
        )

    def _keep(self, name: str) -> None:
        plan = self.board.keep(name)
        self._note = f"Kept as the scenario {name.strip()}, in revision {plan.revision} of the plan."


class WhatIf(ipywidgets.VBox):
    """Asks what if: the win rate rose, hires came late, the largest deal were lost.

    Parameters
    ----------
    workspace, plan
        The plan by its name; or, in place of a workspace, a session that other widgets share.

    Attributes
    ----------
    board
        What is supposed, and the outlook with it; see `WhatIfBoard`.

    Raises
    ------
    UnknownName, Damaged, BadInput
        When there is no such plan, or it cannot be read.

    Examples
    --------
    >>> what_if = WhatIf(Workspace.open("."), "fy18")  # doctest: +SKIP
    >>> what_if.board.move("win rate", -10)  # doctest: +SKIP
    >>> what_if.board.after.outcome  # doctest: +SKIP
    Outcome(median 68,382,900, 80 % within 63,269,400 to 73,196,800)
    """

    def __init__(self, workspace: "Workspace | PlanSession", plan: str = "") -> None:
        self.panel = WhatIfPanel(session_of(workspace, plan))
        self.session, self.board = self.panel.session, self.panel.board
        self.chart = ReachChart(self.session.workspace.settings)
        super().__init__([self.chart, self.panel])
        self.panel.observe(lambda _: self._draw(), "shown")
        self._draw()

    def close(self) -> None:
        """Draw no more."""
        self.panel.close()
        super().close()

    def _draw(self) -> None:
        goal = self.board.goal
        if self.panel.shown["state"] != "ready" or goal is None:
            self.chart.clear()
            return
        after = self.board.after if self.board.supposed else None
        self.chart.draw(self.board.before, after, goal)
