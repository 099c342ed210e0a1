"""Calls: a manager's own commit and best case with a note, beside the outlook and that manager's past bias."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from salesnb.actions.call_words import against_words, bias_words, call_words, outlook_words
from salesnb.actions.calls import CallBoard, CallLine
from salesnb.actions.plan_session import PlanSession
from salesnb.errors import SalesnbError
from salesnb.widgets.assets import script, style
from salesnb.widgets.view import Asked, View, session_of

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["Calls"]


class Calls(View):
    """What managers call, node by node; kept beside the plan, which stays as it is.

    Parameters
    ----------
    workspace, plan
        The plan by its name; or, in place of a workspace, a session that other widgets share.

    Attributes
    ----------
    board
        The calls; see `CallBoard`.

    Raises
    ------
    UnknownName, Damaged, BadInput
        When there is no such plan, or it cannot be read.

    Examples
    --------
    >>> calls = Calls(Workspace.open("."), "fy18")  # doctest: +SKIP
    >>> calls.board.call("EMEA", "400000", best="450000", note="Two deals in legal")  # doctest: +SKIP
    """

    _esm = script("calls")
    _css = style("calls")

    def __init__(self, workspace: "Workspace | PlanSession", plan: str = "") -> None:
        session = session_of(workspace, plan)
        self.board = CallBoard(session)
        self._refused: tuple[object, str] | None = None
        super().__init__(session)

    def _shown(self) -> dict[str, Any]:
        board, settings = self.board, self.session.workspace.settings
        goal = board.goal
        left = board.unreadable
        return {
            "state": self._state(),
            "why": self._refused[1] if self._refused else "",
            "locale": settings.locale.replace("_", "-"),
            "goals": [
                {"id": one.id, "name": f"{one.kpi.replace('_', ' ')}, {one.period.label}"}
                for one in board.goals
            ],
            "goal": goal.id if goal else "",
            "lines": [self._line(one) for one in board.lines()],
            "unreadable": f"Lines of plans/.history/calls.jsonl that cannot be read, and are left out: {left}."
            if left
            else "",
        }

    def _state(self) -> str:
        if self.board.is_ready:
            return "ready"
        refused = self._refused is not None and self._refused[0] == self.board.rests_on
        return "none" if refused else "resting"

    def _line(self, line: CallLine) -> dict[str, Any]:
        shown = self.session.workspace.settings.formatter
        unit, last = line.quota.unit, line.last
        return {
            "node": line.quota.id,
            "name": line.quota.name,
            "level": line.quota.level,
            "quota": shown.value(line.quota.amount, unit),
            "outlook": outlook_words(line, shown),
            "against": against_words(line, shown),
            "whose": line.whose,
            "commit": shown.value(last.commit, unit) if last else "",
            "best": shown.value(last.best, unit) if last and last.best is not None else "",
            "note": last.note if last else "",
            "bias": bias_words(line.bias, last, shown),
            "calls": [call_words(one, shown) for one in reversed(line.calls)],
        }

    def _verbs(self) -> Mapping[str, Callable[[Asked], object]]:
        board = self.board
        return {
            "start": lambda _: self._start(),
            "look": lambda _: board.read(),
            "goal": lambda asked: board.choose(str(asked.get("goal"))),
            "call": lambda asked: board.call(
                str(asked.get("node")),
                str(asked.get("commit", "")),
                best=str(asked.get("best", "")),
                note=str(asked.get("note", "")),
                by=str(asked.get("by", "")),
            ),
        }

    def _start(self) -> None:
        """Work out the outlook, which may take seconds: the page asks for it once somebody sees it."""
        try:
            self.board.start()
        except SalesnbError as error:
            self._refused = self.board.rests_on, str(error)
