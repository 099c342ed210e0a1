"""Calls beside the outlook: what managers commit to and hope for, and how far their earlier calls were off.

The model behind `salesnb.widgets.Calls`; it knows nothing of a browser.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from salesnb.actions.call_file import add_call, read_calls
from salesnb.actions.clock import moment
from salesnb.actions.outlook_data import Monthly, month_number, monthly_totals
from salesnb.actions.plan_session import PlanSession
from salesnb.actions.plans import read_target
from salesnb.errors import BadInput, BadUsage, UnknownName, nearest
from salesnb.outlook.calls import Bias, Call, bias_of
from salesnb.planning import Goal, Quota

if TYPE_CHECKING:
    from salesnb.actions.outlook_told import NodeOutlook

__all__ = ["CallBoard", "CallLine"]

_LONGEST_NOTE = 2_000


@dataclass(frozen=True, kw_only=True)
class CallLine:
    """A node with what is called of it.

    Attributes
    ----------
    quota
        The node and what it was handed.
    outlook
        What the outlook says of it; None before that was worked out.
    calls
        All of this node and period, the last one last.
    whose
        Whose call is asked: the last caller's, else the node's manager, else the person at work.
    bias
        How far that person's calls were off; None before results were read.
    """

    quota: Quota
    outlook: "NodeOutlook | None"
    calls: tuple[Call, ...]
    whose: str
    bias: Bias | None

    @property
    def last(self) -> Call | None:
        """The call that stands."""
        return self.calls[-1] if self.calls else None


class CallBoard:
    """The calls of a goal's nodes above the reps.

    Parameters
    ----------
    session
        The plan that is worked on; calls change nothing of it.
    """

    def __init__(self, session: PlanSession) -> None:
        self.session = session
        self._goal = ""
        self._ready: object = None
        self._totals: dict[tuple[object, ...], Monthly] = {}
        self.calls: tuple[Call, ...] = ()
        self.unreadable = 0
        self.read()

    @property
    def goals(self) -> tuple[Goal, ...]:
        """The goals of the plan that are cascaded."""
        return tuple(goal for goal in self.session.plan.goals if self.session.plan.quotas_of(goal))

    @property
    def goal(self) -> Goal | None:
        """The goal that is looked at: the one chosen, else the first."""
        goals = self.goals
        return next((goal for goal in goals if goal.id == self._goal), goals[0] if goals else None)

    def choose(self, goal: str) -> None:
        """Look at another goal."""
        self._goal = self.session.plan.goal(goal).id

    def read(self) -> None:
        """Read what was called so far, by whomever."""
        self.calls, self.unreadable = read_calls(self.session.workspace.plans_dir)

    @property
    def rests_on(self) -> object:
        """What the outlook beside the calls hangs on."""
        goal = self.goal
        return goal, self.session.plan.quotas_of(goal) if goal else ()

    @property
    def is_ready(self) -> bool:
        """Whether the outlook of the goal is at hand."""
        return self._ready is not None and self._ready == self.rests_on

    def start(self) -> None:
        """Work out the outlook and what past periods brought, which may take seconds.

        Raises
        ------
        BadUsage
            When no goal is cascaded.
        SalesnbError
            When there is no outlook, and why.
        """
        self.read()
        goal = self.goal
        if goal is None:
            raise BadUsage("No goal of the plan is cascaded, so there is nothing to call.")
        outlook = self.session.outlook(goal)
        for quota in self._nodes(goal):
            outlook.node(quota)
        self._ready = self.rests_on

    def lines(self) -> tuple[CallLine, ...]:
        """List the nodes above the reps, parents first."""
        goal = self.goal
        if goal is None:
            return ()
        outlook = self.session.outlook(goal) if self.is_ready else None
        came = self._came() if self.is_ready else None
        lines = []
        for quota in self._nodes(goal):
            calls = tuple(one for one in self.calls if one.result == (quota.id, goal.kpi, goal.period.label))
            whose = calls[-1].by if calls else quota.owner or self.session.author
            lines.append(
                CallLine(
                    quota=quota,
                    outlook=outlook.node(quota) if outlook else None,
                    calls=calls,
                    whose=whose,
                    bias=None if came is None else bias_of(self.calls, came, whose),
                )
            )
        return tuple(lines)

    def call(self, node: str, commit: str, best: str = "", note: str = "", by: str = "") -> Call:
        """Keep a call, beside the earlier ones.

        Parameters
        ----------
        commit, best
            As typed, in major units; the best case may be empty.
        by
            Whose call it is; the person at work by default.

        Raises
        ------
        UnknownName
            When the goal has no such node.
        BadInput
            When a number cannot be read, is negative, or the best case is below the commit.
        CannotWrite
            When it cannot be kept.
        """
        goal = self.goal
        if goal is None:
            raise BadUsage("No goal of the plan is cascaded, so there is nothing to call.")
        nodes = {quota.id: quota for quota in self._nodes(goal)}
        if node not in nodes:
            raise UnknownName(f"There is no node {node!r} above the reps.", hint=nearest(node, nodes))
        committed = self._amount(commit, goal, "The commit")
        hoped = self._amount(best, goal, "The best case") if best.strip() else None
        if hoped is not None and hoped < committed:
            raise BadInput(
                "The best case is below the commit.", hint="Swap them, or leave the best case empty."
            )
        if len(note) > _LONGEST_NOTE:
            raise BadInput(
                f"The note has {len(note):,} characters.", hint=f"Keep it below {_LONGEST_NOTE:,}."
            )
        quota = nodes[node]
        made = Call(
            plan=self.session.name,
            node=node,
            name=quota.name,
            level=quota.level,
            kpi=goal.kpi,
            unit=goal.unit,
            period=goal.period.label,
            start=goal.period.start,
            end=goal.period.end,
            by=by.strip() or self.session.author,
            at=moment(),
            as_of=self.session.kpis.as_of,
            commit=committed,
            best=hoped,
            note=note.strip(),
        )
        add_call(self.session.workspace.plans_dir, made)
        self.read()
        return made

    def _amount(self, typed: str, goal: Goal, what: str) -> int:
        if not typed.strip():
            raise BadInput(f"{what} is empty.", hint="Type a number.")
        amount = int(read_target(typed, goal.unit, self.session.workspace.settings))
        if amount < 0:
            raise BadInput(f"{what} is negative.", hint="Give zero or more.")
        return amount

    def _nodes(self, goal: Goal) -> Sequence[Quota]:
        return [quota for quota in self.session.plan.quotas_of(goal) if quota.level != "rep"]

    def _came(self) -> dict[tuple[str, str, str], float]:
        """Read what the periods that were called and are over brought."""
        as_of, found = self.session.kpis.as_of, {}
        for call in self.calls:
            in_months = call.start.day == call.end.day == 1
            if call.end - timedelta(days=1) > as_of or call.result in found or not in_months:
                continue
            # A KPI or level that the workspace does not have any more has no results to hold calls against.
            with suppress(UnknownName):
                totals = self._monthly(call.kpi, call.level)
                found[call.result] = totals.between(
                    call.node, month_number(call.start), month_number(call.end)
                )
        return found

    def _monthly(self, kpi: str, level: str) -> Monthly:
        kpis = self.session.kpis
        key = (id(kpis.data), kpi, level)
        if key not in self._totals:
            workspace, data = self.session.workspace, kpis.data
            known = workspace.catalogue(data)
            self._totals[key] = monthly_totals(data, workspace.calendar, known, kpi, level, kpis.as_of)
        return self._totals[key]
