"""What a plan's session says of itself: what is saved, what can be undone, and what somebody else did."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from salesnb.counting import counted

if TYPE_CHECKING:
    from salesnb.actions.plan_session import News, PlanSession, Waiting

__all__ = ["Told", "news_words", "saved_words", "waiting_words"]

# So many differences are told one by one.
_MOST = 12


@dataclass(frozen=True, kw_only=True)
class Told:
    """A sentence, and what it rests on."""

    text: str
    details: tuple[str, ...] = ()


def saved_words(session: "PlanSession") -> str:
    """Say that everything is kept, since when and by whom; or that it is not."""
    if session.waiting is not None:
        return f"Not saved: {session.waiting.why}"
    saved = session.saved
    if saved is None:
        return f"Revision {session.plan.revision}, never saved here"
    return f"Saved: revision {saved.revision}, {saved.author}, {_when(session, saved.at)}"


def news_words(news: "News") -> Told:
    """Say what somebody else did meanwhile."""
    if not news.differences and not news.why:
        return Told(text="The plan's file is gone. What you do next brings it back.")
    who = news.by or "Somebody"
    why = f": {'; '.join(news.why)}" if news.why else ""
    count = counted(len(news.differences), "change", "changes")
    left = len(news.differences) - _MOST
    more = (f"and {left:,} more",) if left > 0 else ()
    return Told(
        text=f"{who} has saved the plan meanwhile{why}. {count}; you see the plan as it is now.",
        details=(*news.differences[:_MOST], *more),
    )


def waiting_words(waiting: "Waiting") -> Told:
    """Say what could not be kept, and why."""
    return Told(text=f"“{waiting.why}” is not kept. {waiting.error.what}")


def _when(session: "PlanSession", at: datetime) -> str:
    """Write a moment as the workspace's clock shows it."""
    settings = session.workspace.settings
    there = at.astimezone(ZoneInfo(settings.time_zone))
    return f"{settings.formatter.date(there.date())} {there:%H:%M}"
