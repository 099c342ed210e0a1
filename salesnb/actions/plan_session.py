"""A plan while people work on it: every change is kept at once, can be undone, and never overwrites anybody else's.

The model behind `salesnb.widgets.PlanningSession`; it knows nothing of a browser. What can be undone is told from the
plan's history, so that it outlives the process.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from salesnb import planning
from salesnb.actions.clock import author, moment
from salesnb.actions.outlooks import Outlook
from salesnb.actions.sessions import KpiSession
from salesnb.actions.track_records import TrackRecords
from salesnb.errors import BadUsage, SalesnbError, StaleSave
from salesnb.planning import Edits, Goal, Plan, Revision, diff, edited, edits_of

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["Change", "News", "PlanSession", "Waiting"]

Change = Callable[[Plan], Plan]

# Outlooks are kept for so many goals; each holds thousands of draws.
_OUTLOOKS = 8
# What an outlook is fitted to: data, KPI, period, and who is where.
_Shape = tuple[object, ...]


@dataclass(frozen=True, kw_only=True)
class News:
    """What somebody else did to the plan meanwhile.

    Attributes
    ----------
    by
        Who saved it last; empty where that is not known.
    why
        The reasons that were given, oldest first.
    differences
        What is not as it was, a sentence each; empty where the plan is gone.
    """

    by: str
    why: tuple[str, ...]
    differences: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A change that could not be kept, and can be tried again.

    Attributes
    ----------
    change, why
        As they were given.
    error
        What stood against it.
    """

    change: Change
    why: str
    error: SalesnbError


class PlanSession:
    """A plan that is being worked on.

    Parameters
    ----------
    workspace, name
        Where the plan is, and which one.

    Attributes
    ----------
    plan
        The plan as this session last saw it.
    records
        How far outlooks were right on the past; see `go_on`.
    kpis
        Answers questions about the workspace's data, which is opened when one is asked.
    news
        What somebody else saved since, until it was `read`.
    waiting
        The change of this session that could not be kept; none may follow before it is tried again or dropped.

    Raises
    ------
    UnknownName, Damaged, BadInput
        When there is no such plan, or it cannot be read.
    """

    def __init__(self, workspace: "Workspace", name: str) -> None:
        self.workspace = workspace
        self.name = name
        self.author = author(workspace.root)
        self.news: News | None = None
        self.waiting: Waiting | None = None
        self._store = workspace.plans()
        self.kpis = KpiSession(workspace)
        self._outlooks: dict[_Shape, Outlook] = {}
        self.records = TrackRecords()
        self._watchers: list[Callable[[], None]] = []
        self._stamp: tuple[int, int, int] | None = None
        self.plan, self.history = self._read()

    @property
    def saved(self) -> Revision | None:
        """The revision that the plan is at; None where its file has no history yet."""
        return self.history[-1] if self.history else None

    @property
    def edits(self) -> Edits:
        """The changes that stand and those that were taken back."""
        return edits_of(self.history)

    def outlook(self, goal: Goal, plan: Plan | None = None) -> Outlook:
        """Give the outlook of a goal; what was fitted serves until who is below it, or the data, changes.

        Parameters
        ----------
        plan
            That the goal is of; by default the plan as it is. One that is not kept may be asked of too.

        Raises
        ------
        MissingFile
            When nothing has been imported.
        BadUsage, BadInput
            When there can be none, and why: as of a day before the data's, of weeks, without history.
        """
        plan, data = plan or self.plan, self.kpis.data
        shape = _shape(plan, goal, id(data))
        known = self._outlooks.pop(shape, None)
        found = (
            Outlook(self.workspace, data, plan, goal, self.kpis.as_of, records=self.records)
            if known is None
            else known.asked_of(plan, goal)
        )
        kept = [(one, other) for one, other in self._outlooks.items() if one[0] == id(data)]
        # The last that was asked is kept, with what was fitted for it.
        self._outlooks = dict([*kept[1 - _OUTLOOKS :], (shape, found)])
        return found

    def go_on(self) -> None:
        """From now on, work out how far outlooks were right on the past beside what people do, who need not wait for it."""
        if not self.records.beside:
            self.records, self._outlooks = TrackRecords(beside=True), {}

    def notice(self) -> None:
        """Take in what was worked out beside."""
        if self.records.look():
            self._tell()

    def watch(self, told: Callable[[], None]) -> None:
        """Have a function called whenever the plan, or what is to be said of it, has changed."""
        self._watchers.append(told)

    def unwatch(self, told: Callable[[], None]) -> None:
        """Call a function no more."""
        self._watchers = [one for one in self._watchers if one != told]

    def change(self, change: Change, why: str) -> Plan:
        """Change the plan and keep it as a revision of its own.

        Parameters
        ----------
        change
            Gives the new plan from the one of now; it may be asked again on a plan that somebody else changed.
        why
            What was done, in words, for the history.

        Returns
        -------
        Plan
            As it is now; the same where the change changes nothing.

        Raises
        ------
        BadUsage
            While another change is `waiting`.
        StaleSave
            When somebody else has saved the plan meanwhile: nothing is overwritten, the change is `waiting`,
            and what they did is in `news`.
        CannotWrite
            When the file cannot be written; the change is `waiting`.
        SalesnbError
            Whatever else the change itself refuses; nothing is changed then.
        """
        if self.waiting is not None:
            raise BadUsage(
                f"{self.waiting.why} has not been kept yet.",
                hint="Try it again or drop it before anything else is changed.",
            )
        after = self._thawed(change(self.plan))
        if after == self.plan:
            return self.plan
        try:
            saved = self._store.save(after, read_at=self.plan, author=self.author, reason=why, at=moment())
        except (StaleSave, OSError) as error:
            if not isinstance(error, SalesnbError):
                raise
            self.waiting = Waiting(change=change, why=why, error=error)
            self._catch_up()
            self._tell()
            raise
        self._take(saved)
        return saved

    def again(self) -> Plan:
        """Make the change that is waiting on the plan as it is now.

        Raises
        ------
        BadUsage
            When none is waiting.
        SalesnbError
            As `change`; where the change itself no longer fits, it goes on waiting.
        """
        waiting = self._must_wait()
        self.waiting = None
        try:
            if not self._store.path(self.name).exists():
                return self._bring_back(waiting)
            return self.change(waiting.change, waiting.why)
        except SalesnbError as error:
            self.waiting = Waiting(change=waiting.change, why=waiting.why, error=error)
            self._tell()
            raise

    def drop(self) -> None:
        """Forget the change that is waiting."""
        self._must_wait()
        self.waiting = None
        self._tell()

    def look(self) -> bool:
        """Look whether somebody else has saved the plan, and take that in; whether anything is new.

        What stood is never overwritten, since everything of this session is kept at once.

        Raises
        ------
        Damaged, BadInput
            When the file can no longer be read; the last good plan stays.
        """
        if self._mark() == self._stamp:
            return False
        found = self._catch_up()
        if found:
            self._tell()
        return found

    def read(self) -> None:
        """Have the news read."""
        self.news = None
        self._tell()

    def undo(self) -> str:
        """Take back the last change, whoever's session it was made in, as a revision of its own.

        Returns
        -------
        str
            What was taken back, in the words of its reason.

        Raises
        ------
        BadUsage
            When there is none, or somebody else made it.
        StaleSave
            When somebody else has saved the plan meanwhile.
        """
        done = self.edits.done
        if len(done) < 2:
            raise BadUsage("There is nothing to undo.")
        last, before = done[-1], done[-2]
        if last.author != self.author:
            raise BadUsage(
                f"The last change is {last.author}'s: {last.reason}.",
                hint=f"Restore revision {before.revision} from the history if it is to go.",
            )
        if last.status == "approved":
            raise BadUsage("The plan is approved.", hint="Change it: that makes a draft.")
        self._go(before, f"Undone: {last.reason}")
        return last.reason

    def redo(self) -> str:
        """Make the change again that was taken back last.

        Raises
        ------
        BadUsage
            When none was taken back.
        StaleSave
            When somebody else has saved the plan meanwhile.
        """
        undone = self.edits.undone
        if not undone:
            raise BadUsage("There is nothing to do again.")
        self._go(undone[0], f"Done again: {undone[0].reason}")
        return undone[0].reason

    def propose(self) -> Plan:
        """Propose the plan."""
        return self.change(planning.propose, "Proposed")

    def approve(self) -> Plan:
        """Approve the plan; whatever changes it from then on makes a draft of it."""
        return self.change(lambda plan: planning.approve(plan, by=self.author, at=moment()), "Approved")

    def _thawed(self, after: Plan) -> Plan:
        """A change of an approved plan is a draft; what people answer to it is none."""
        before = self.plan
        if not before.status == after.status == "approved":
            return after
        return after if planning.only_answers(before, after) else edited(after)

    def _bring_back(self, waiting: Waiting) -> Plan:
        after = waiting.change(self.plan)
        saved = self._store.save(after, read_at=None, author=self.author, reason=waiting.why, at=moment())
        self._take(saved)
        return saved

    def _must_wait(self) -> Waiting:
        if self.waiting is None:
            raise BadUsage("No change is waiting.")
        return self.waiting

    def _go(self, to: Revision, reason: str) -> None:
        saved = self._store.restore(
            self.name, to.revision, author=self.author, at=moment(), reason=reason, read_at=self.plan
        )
        self._take(saved)

    def _take(self, saved: Plan) -> None:
        # Entries of this session's own line are not read again: a save is to be quick after hundreds of them.
        self.plan, self.history = saved, self._kept(self.history)
        self._stamp = self._mark()
        self._tell()

    def _catch_up(self) -> bool:
        """Take in what somebody else has saved."""
        before, seen = self.plan, len(self.history)
        if not self._store.path(self.name).exists():
            self.news, self._stamp = News(by="", why=(), differences=()), self._mark()
            return True
        self.plan, self.history = self._read()
        differences = tuple(str(one) for one in diff(before, self.plan))
        if not differences and before.status == self.plan.status:
            return False
        theirs = self.history[seen:]
        self.news = News(
            by=theirs[-1].author if theirs else "",
            why=tuple(one.reason for one in theirs),
            differences=differences,
        )
        return True

    def _read(self) -> tuple[Plan, tuple[Revision, ...]]:
        self._stamp = self._mark()
        return self._store.load(self.name), self._kept()

    def _kept(self, known: tuple[Revision, ...] = ()) -> tuple[Revision, ...]:
        return tuple(one for one in self._store.history(self.name, known) if one.kept)

    def _mark(self) -> tuple[int, int, int] | None:
        """What changes whenever the file is written."""
        try:
            found = self._store.path(self.name).stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _tell(self) -> None:
        for told in tuple(self._watchers):
            told()


def _shape(plan: Plan, goal: Goal, data: int) -> _Shape:
    places = tuple((one.id, one.parent, one.level, one.rep, one.since) for one in plan.quotas_of(goal))
    return data, goal.kpi, goal.period, places
