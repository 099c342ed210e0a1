"""Minutes of a planning session, on one page: what changed, why, and what stays open."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from salesnb.actions.agreeing import answer_lines
from salesnb.counting import counted
from salesnb.errors import BadInput
from salesnb.files import cannot_write, write_atomic
from salesnb.planning import Plan, Revision, diff, edits_of, problems

if TYPE_CHECKING:
    from salesnb.actions.plan_session import PlanSession

__all__ = ["Minutes", "minutes_of", "write_minutes"]

# What has room on a page; the history holds the rest.
_MOST_CHANGES, _MOST_REASONS, _MOST_OPEN = 20, 14, 12


@dataclass(frozen=True, kw_only=True)
class Minutes:
    """What a day's work on a plan came to.

    Attributes
    ----------
    plan, day
        The plan's name, and the day in the workspace's time zone.
    before, after
        The revisions between which it is told.
    who
        Who saved how many changes, in words.
    changed
        What is not as it was before, a sentence each.
    why
        The reasons that were given, with who gave them, oldest first; changes that were taken back are left out.
    open
        What is not done, a sentence each.
    """

    plan: str
    day: date
    before: int
    after: int
    who: str
    changed: tuple[str, ...]
    why: tuple[str, ...]
    open: tuple[str, ...]

    def markdown(self, shown_day: str) -> str:
        """Write them as Markdown; texts from the plan are shown as they were typed."""
        head = f"# Minutes: {_plain(self.plan)}, {shown_day}"
        span = f"Revision {self.before} to {self.after}. {_plain(self.who)}"
        parts = (
            _part("What changed", self.changed, _MOST_CHANGES, "Nothing is other than it was."),
            _part("Why", self.why, _MOST_REASONS, "No reason was given."),
            _part("What stays open", self.open, _MOST_OPEN, "Nothing is known to be open."),
        )
        return "\n\n".join((head, span, *parts)) + "\n"


def minutes_of(session: "PlanSession") -> Minutes:
    """Tell what the last day on which the plan was changed came to.

    Raises
    ------
    BadInput
        When the plan has no history to tell from.
    """
    history = session.history
    if not history:
        raise BadInput(f"The plan {session.name} was never saved here, so there is nothing to tell of.")
    zone = ZoneInfo(session.workspace.settings.time_zone)
    day = history[-1].at.astimezone(zone).date()
    first = next(n for n, one in enumerate(history) if one.at.astimezone(zone).date() == day)
    # A plan that was made that day is told from its first revision on.
    start = max(first - 1, 0)
    of_day = history[start + 1 :]
    before = session.workspace.plans().revision(session.name, history[start].revision)
    stand = {one.revision for one in edits_of(history).done}
    return Minutes(
        plan=session.name,
        day=day,
        before=history[start].revision,
        after=session.plan.revision,
        who=_who(of_day),
        changed=tuple(str(one) for one in diff(before, session.plan)),
        why=tuple(f"{one.reason} ({one.author})" for one in of_day if one.revision in stand),
        open=tuple(_open(session, session.plan)),
    )


def write_minutes(session: "PlanSession") -> tuple[Path, str]:
    """Write the minutes beside the plans, as ``plans/minutes/NAME-DAY.md``; an earlier page of that day is replaced.

    Returns
    -------
    tuple
        The file, and its text in Markdown.

    Raises
    ------
    CannotWrite
        When the folder cannot be written to.
    """
    found = minutes_of(session)
    text = found.markdown(session.workspace.settings.formatter.date(found.day))
    path = session.workspace.plans().folder / "minutes" / f"{found.plan}-{found.day.isoformat()}.md"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from error
    write_atomic(path, text)
    return path, text


def _who(revisions: tuple[Revision, ...]) -> str:
    counts = Counter(one.author for one in revisions)
    return "; ".join(f"{who}: {counted(count, 'change', 'changes')}" for who, count in counts.most_common())


def _open(session: "PlanSession", plan: Plan) -> list[str]:
    found = []
    if session.waiting is not None:
        found.append(f"Not saved yet: {session.waiting.why}.")
    if plan.status == "draft":
        found.append("The plan is a draft; it is not proposed.")
    elif plan.status == "proposed":
        found.append("The plan is proposed and waits for approval.")
    found += [one.what for one in problems(plan) if one.severity in {"warning", "note"}]
    found += answer_lines(plan, session.workspace.settings.formatter)
    found += [
        f"Action of {action.owner}, due {session.workspace.settings.formatter.date(action.due)}: {action.text}"
        for action in plan.actions
        if action.status == "open"
    ]
    return list(dict.fromkeys(found))


def _part(title: str, lines: tuple[str, ...], most: int, none: str) -> str:
    shown = [f"- {_plain(line)}" for line in lines[:most]]
    left = len(lines) - most
    if left > 0:
        shown.append(f"- and {left:,} more, in the plan's history")
    return "\n".join((f"## {title}", "", *(shown or [none])))


def _plain(text: str) -> str:
    """Keep what a plan says from being read as Markdown or HTML."""
    kept = "".join(f"\\{sign}" if sign in "\\`*_[]<>#|!" else sign for sign in text)
    return " ".join(kept.split())
