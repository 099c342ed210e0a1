"""Sliders of a plan's allocation: linked in the page, with what each move brings, and kept in the plan."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import traitlets

from salesnb.actions.plan_session import PlanSession
from salesnb.actions.session_words import saved_words, waiting_words
from salesnb.actions.slider_board import Board
from salesnb.actions.slider_page import slider_page
from salesnb.errors import SalesnbError
from salesnb.widgets.assets import script, style
from salesnb.widgets.view import Asked, View, session_of

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["AllocationSliders"]


class AllocationSliders(View):
    """One table of sliders for what a plan allocates; every change is kept in the plan once a thumb is let go.

    Where there is nothing to allocate, that is said in place of the table, and the table comes when there is.

    Parameters
    ----------
    workspace, plan
        The plan by its name; or, in place of a workspace, a session that other widgets share.

    Attributes
    ----------
    value
        The amounts by resource and segment (names), in smallest units. Observe it, which tells of every step of a drag;
        or set it, which is kept in the plan.

    Raises
    ------
    UnknownName, Damaged
        When there is no such plan, or it cannot be read.

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
    near = traitlets.Dict().tag(sync=True)
    # What the page asked last and had answered: until then what stands there is newer than what is shown here.
    heard = traitlets.Int(0).tag(sync=True)
    value = traitlets.Dict()

    def __init__(self, workspace: "Workspace | PlanSession", plan: str = "") -> None:
        session = session_of(workspace, plan)
        self.board = Board(session)
        self._is_alone = session is not workspace
        self._taking = False
        self._given_for: object = None
        super().__init__(session)

    def show(self) -> None:
        """Draw the state of the model."""
        try:
            self._take(amounts=list(self.board.amounts), value=self.board.value(), near=self._near())
            nothing = ""
        except SalesnbError as error:
            self._take(amounts=[], value={}, near={})
            nothing = str(error)
        self.shown = self._state(nothing)

    def _take(self, **state: Any) -> None:
        self._taking = True
        try:
            with self.hold_sync():
                if state["amounts"] and self._given_for is not self.board.lines:
                    self._given_for, self.given = self.board.lines, slider_page(self.board)
                for name, shown in state.items():
                    setattr(self, name, shown)
        finally:
            self._taking = False

    def _state(self, nothing: str) -> dict[str, Any]:
        session, edits = self.session, self.session.edits
        locks = [] if nothing else [asdict(lock) if lock else None for lock in self.board.locks]
        alone = {
            "saved": saved_words(session),
            "waiting": waiting_words(session.waiting).text if session.waiting else "",
        }
        return {
            "nothing": nothing,
            "revision": session.plan.revision,
            "locks": locks,
            "broken": [] if nothing else list(self.board.broken()),
            "undo": edits.done[-1].reason if len(edits.done) > 1 else "",
            "redo": edits.undone[0].reason if edits.undone else "",
            "alone": alone if self._is_alone else None,
        }

    def _near(self) -> dict[str, Any]:
        """Give the band as far as it is worked out; the page asks for the rest of it."""
        count, near = len(self.board.amounts), self.board.known_near()
        return {"ends": [list(ends) for ends in near.ends] if near else [], "of": count, "wrong": ""}

    def _verbs(self) -> Mapping[str, Callable[[Asked], object]]:
        board, session = self.board, self.session
        return {
            "keep": lambda asked: board.keep(asked["amounts"], asked["line"], asked.get("revision")),
            "optimum": lambda _: board.to_optimum(),
            "today": lambda _: board.to_today(),
            "equal": lambda _: board.to_equal(),
            "undo": lambda _: board.undo(),
            "redo": lambda _: board.redo(),
            "lock": lambda asked: board.lock(asked.get("line", -1), why=str(asked.get("why", ""))),
            "unlock": lambda asked: board.unlock(asked.get("line", -1)),
            "again": lambda _: session.again(),
            "drop": lambda _: session.drop(),
        }

    def _told(self, widget: object, asked: Asked, buffers: object) -> None:
        """Do what the page asks; what is asked again and again draws and says nothing by itself."""
        often = {"move": self._moved, "near": self._nearer}
        try:
            if asked.get("do") in often:
                often[asked["do"]](asked)
            else:
                super()._told(widget, asked, buffers)
        finally:
            self.heard = int(asked.get("beat", self.heard))

    def _moved(self, asked: Asked) -> None:
        """Take what is being moved in the page; what cannot hold is put back, and said."""
        try:
            self.board.draft(asked.get("amounts", ()))
            self._take(amounts=list(self.board.amounts), value=self.board.value())
        except SalesnbError as error:
            self.said = {"at": str(asked.get("at", "")), "text": str(error)}

    def _nearer(self, _asked: Asked) -> None:
        """Work out a little more of what is near the best; the page asks again, and what else it asks comes between."""
        try:
            self.board.nearer()
            self.near = self._near()
        except SalesnbError as error:
            self.near = {"ends": [], "of": 0, "wrong": error.what}

    @traitlets.observe("value")
    def _set(self, change: Mapping[str, Any]) -> None:
        if self._taking or change["new"] == self.board.value():
            return
        try:
            self.board.set(change["new"])
        finally:
            self.show()
