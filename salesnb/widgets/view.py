"""What the widgets share: the page draws what is shown, asks for what a person wants, and says what stands against it."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from salesnb.actions.plan_session import PlanSession
from salesnb.errors import SalesnbError

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["Asked", "Page", "View", "session_of"]

# What a control of the page sends: ``do`` names what is wanted, ``at`` the control; the rest is its own.
Asked = Mapping[str, Any]


def session_of(of: "Workspace | PlanSession", plan: str = "") -> PlanSession:
    """Give the session of a plan: the one that is given, or one of its own where a workspace is."""
    return of if isinstance(of, PlanSession) else PlanSession(of, plan)


class Page(anywidget.AnyWidget):
    """A view on a model, drawn anew after whatever the page asked for.

    A subclass names its script and style (`salesnb.widgets.assets`), gives what is drawn in `_shown`, and what can be
    asked for in `_verbs`. It decides nothing itself.

    Attributes
    ----------
    shown
        What the page draws.
    said
        ``{"at": control, "text": words}`` of what was refused last; no text after something was done.
    """

    shown = traitlets.Dict().tag(sync=True)
    said = traitlets.Dict().tag(sync=True)
    # What is said to be unharmed when something goes wrong that nobody thought of.
    unharmed = "the plan is as it was"

    def __init__(self) -> None:
        super().__init__()
        self.show()
        self.on_msg(self._told)

    def show(self) -> None:
        """Draw the state of the model."""
        self.shown = self._shown()

    def _shown(self) -> dict[str, Any]:
        """Give what the page draws: words, numbers and lists."""
        return {}

    def _verbs(self) -> Mapping[str, Callable[[Asked], object]]:
        """Give what is done for each verb that the page may ask for."""
        return {}

    def _told(self, _widget: object, asked: Asked, _buffers: object) -> None:
        """Do what a control of the page asks for; what stands against it is said beside that control."""
        do = self._verbs().get(str(asked.get("do")))
        if do is None:
            return
        at = str(asked.get("at", ""))
        if self._done(lambda: do(asked), at):
            self.said = {"at": at, "text": ""}
        self.show()

    def _done(self, do: Callable[[], object], at: str) -> bool:
        """Do something for a control; whether nothing stood against it."""
        try:
            do()
        except SalesnbError as error:
            self.said = {"at": at, "text": str(error)}
            return False
        except Exception as error:
            self.said = {"at": at, "text": f"That went wrong ({error!r}); {self.unharmed}."}
            raise
        return True


class View(Page):
    """A view on a plan's session, drawn anew whenever the plan changes.

    Attributes
    ----------
    waits
        How often the page has asked whether what is worked out beside has come; 0 where nothing is.
    """

    waits = traitlets.Int().tag(sync=True)

    def __init__(self, session: PlanSession) -> None:
        self.session = session
        session.go_on()
        super().__init__()
        session.watch(self.show)

    def show(self) -> None:
        """Draw the state of the model, and have the page ask for what has yet to come."""
        super().show()
        self.waits = max(self.waits, 1) if self.session.records.awaited else 0

    def _told(self, widget: object, asked: Asked, buffers: object) -> None:
        if asked.get("do") != "await":
            super()._told(widget, asked, buffers)
            return
        try:
            self._done(self.session.notice, "")
        finally:
            self.waits = self.waits + 1 if self.session.records.awaited else 0

    def close(self) -> None:
        """Draw no more."""
        self.session.unwatch(self.show)
        super().close()
