"""The bar above a planning session: what is saved, undo and redo, what somebody else did, propose and approve."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import traitlets

from salesnb.actions.minutes import write_minutes
from salesnb.actions.session_words import news_words, saved_words, waiting_words
from salesnb.widgets.assets import script, style
from salesnb.widgets.view import Asked, View

__all__ = ["SessionBar"]


class SessionBar(View):
    """Says the state of a session, and looks every few seconds whether somebody else has saved the plan."""

    _esm = script("session_bar")
    _css = style("session_bar")
    heard = traitlets.Int(0).tag(sync=True)

    _minutes: Mapping[str, str] | None = None

    def _shown(self) -> dict[str, Any]:
        session = self.session
        edits = session.edits
        return {
            "plan": session.name,
            "status": session.plan.status,
            "saved": saved_words(session),
            "undo": edits.done[-1].reason if len(edits.done) > 1 else "",
            "redo": edits.undone[0].reason if edits.undone else "",
            "news": asdict(news_words(session.news)) if session.news else None,
            "waiting": asdict(waiting_words(session.waiting)) if session.waiting else None,
            "minutes": self._minutes,
        }

    def _verbs(self) -> Mapping[str, Callable[[Asked], object]]:
        session = self.session
        return {
            "look": self._look,
            "undo": lambda _: session.undo(),
            "redo": lambda _: session.redo(),
            "again": lambda _: session.again(),
            "drop": lambda _: session.drop(),
            "read": lambda _: session.read(),
            "propose": lambda _: session.propose(),
            "approve": lambda _: session.approve(),
            "minutes": lambda _: self._take_minutes(),
            "close": lambda _: self._close_minutes(),
        }

    def _look(self, asked: Asked) -> None:
        """Look at the file, and answer, so that the page knows that the kernel lives."""
        try:
            self.session.look()
        finally:
            self.heard = int(asked.get("beat", 0))

    def _take_minutes(self) -> None:
        path, text = write_minutes(self.session)
        self._minutes = {"file": path.relative_to(self.session.workspace.root).as_posix(), "text": text}

    def _close_minutes(self) -> None:
        self._minutes = None
