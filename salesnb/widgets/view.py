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
        try:
            do(asked)
        except SalesnbError as error:
            self.said = {"at": at, "text": str(error)}
        except Exception as error:
            self.said = {"at": at, "text": f"That went wrong ({error!r}); {self.unharmed}."}
            raise
        else:
            self.said = {"at": at, "text": ""}
        self.show()


class View(Page):
    """A view on a plan's session, drawn anew whenever the plan changes."""

    def __init__(self, session: PlanSession) -> None:
        self.session = session
        super().__init__()
        session.watch(self.show)

    def close(self) -> None:
        """Draw no more."""
        self.session.unwatch(self.show)
        super().close()
