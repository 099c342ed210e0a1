"""Goals on KPIs that do not add up: what each node is held to, what it has, and which targets they can have."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING

from salesnb import planning
from salesnb.actions.organisation import REP_PREFIX, org_tree
from salesnb.actions.plans import read_target
from salesnb.errors import BadInput, UnknownName, nearest
from salesnb.kpis import Kpi, Query, run
from salesnb.kpis.query import CREDIT
from salesnb.planning import ALONE, COMPANY, SAME, SPLIT, Goal, OrgNode, OrgTree, Plan

if TYPE_CHECKING:
    from datetime import date

    from salesnb.crm.dataset import Dataset
    from salesnb.money import Formatter
    from salesnb.settings import Settings
    from salesnb.workspace import Workspace

__all__ = ["HeldGoals", "HeldNode", "below_of", "held_goal", "held_lines", "target_of"]


def below_of(kpi: Kpi) -> str:
    """Tell what the nodes below a goal have of it: parts where these add up, the same where it is a rate or a mean.

    What is open on a day adds up over teams and not over months: of it no part is made, and a team's is typed.
    """
    if kpi.additive_over_time and kpi.unit in {"money", "count"}:
        return SPLIT
    return ALONE if kpi.additive or kpi.kind == "distinct" or kpi.unit == "count" else SAME


def target_of(kpi: Kpi, text: str, settings: "Settings") -> float | int:
    """Read a target as typed, and refuse what the KPI can never be.

    Raises
    ------
    BadInput
        When it is no number, below zero, or above the most that the KPI can be.
    """
    found = read_target(text, kpi.unit, settings)
    if not isfinite(found):
        raise BadInput(f"The target {text!r} is not a number.", hint="Write digits, such as 0.35 or 35%.")
    if found < 0:
        raise BadInput(
            f"The target of {kpi.label} ({kpi.name}) is below zero: {text.strip()}.",
            hint="Give zero or more.",
        )
    if kpi.most is not None and found > kpi.most:
        shown = settings.formatter
        raise BadInput(
            f"{kpi.label} ({kpi.name}) cannot be {shown.value(found, kpi.unit)}: it lies between"
            f" {shown.value(0, kpi.unit)} and {shown.value(kpi.most, kpi.unit)}.",
            hint="Write a share such as 0.35 or 35%." if kpi.unit == "ratio" else "",
        )
    return found


def held_lines(plan: Plan, formatter: "Formatter") -> tuple[str, ...]:
    """Say of each goal that is not split what the nodes below are held to."""
    names = {quota.id: quota.name for quota in plan.quotas}
    said = []
    for goal in plan.goals:
        own = ", ".join(
            f"{names.get(one.node, one.node.removeprefix(REP_PREFIX))} {formatter.value(one.target, one.unit)}"
            for one in plan.kpi_targets
            if one.kpi == goal.kpi
        )
        if goal.splits:
            continue
        rest = "every node is held to it" if goal.same_below else "no node below has a part of it"
        but = f"; of their own have: {own}" if own else ""
        said.append(f"{goal.kpi} does not add up, so it is not split: {rest}{but}.")
    return tuple(said)


def held_goal(plan: Plan, kpi: str | None) -> Goal | None:
    """Find the goal that is meant where it is one that is not split; the only goal of a plan needs no name."""
    if kpi is not None:
        named = plan.goal(kpi)
        return None if named.splits else named
    only = plan.goals[0] if len(plan.goals) == 1 else None
    return only if only is not None and not only.splits else None


@dataclass(frozen=True, kw_only=True)
class HeldNode:
    """A node, what it is held to, and what the KPI is there; None where nothing is known of the period.

    Attributes
    ----------
    holds
        Whether it is as the goal asks; None without a value.
    """

    node: OrgNode
    target: float | int
    value: float | int | None
    holds: bool | None


@dataclass(frozen=True, kw_only=True)
class HeldGoals:
    """The goals of a plan that are not split, on its data."""

    workspace: "Workspace"
    data: "Dataset"
    plan: Plan

    def target(self, goal: Goal, text: str) -> float | int:
        """Read a target for the KPI of a goal; see `target_of`."""
        return target_of(self.workspace.catalogue(self.data).get(goal.kpi), text, self.workspace.settings)

    def node(self, asked: str) -> OrgNode:
        """Find a node of the organisation by its id or by a name that only one has.

        Raises
        ------
        UnknownName
            When there is none, or several have the name.
        """
        known = self.tree.by_id
        for candidate in (asked, f"{REP_PREFIX}{asked}"):
            if candidate in known:
                return known[candidate]
        named = [node for node in self.tree.walk() if node.name == asked]
        if len(named) == 1:
            return named[0]
        if named:
            ids = ", ".join(sorted(node.id for node in named))
            raise UnknownName(f"Several nodes are named {asked!r}.", hint=f"Use one's id: {ids}.")
        names = {node.name for node in self.tree.walk()}
        raise UnknownName(f"The organisation has no node {asked!r}.", hint=nearest(asked, names))

    @cached_property
    def tree(self) -> OrgTree:
        """The organisation of the plan's period."""
        period = self.plan.period
        return org_tree(self.data, self.workspace.settings.company, period.start, until=period.end)

    def nodes(self, goal: Goal, as_of: "date") -> Iterator[HeldNode]:
        """Tell each node that is held to something, parents first."""
        values: dict[str, dict[str, float | int | None]] = {}
        for node in self.tree.walk():
            target = planning.held_to(self.plan, goal, node.id)
            if target is None:
                continue
            if node.level not in values:
                values[node.level] = self._values(goal, node.level, as_of)
            value = values[node.level].get(node.id)
            yield HeldNode(node=node, target=target, value=value, holds=_holds(goal, target, value))

    def _values(self, goal: Goal, level: str, as_of: "date") -> dict[str, float | int | None]:
        """Give the KPI in the goal's period so far by node; what is told as of a day as of its last, or of the as-of day."""
        if as_of < goal.period.start:
            return {}
        query = Query(
            kpis=(goal.kpi,),
            by=() if level == COMPANY else (level,),
            start=goal.period.start,
            end=goal.period.end,
            as_of=as_of,
            labels=False,
            credit=CREDIT,
        )
        rows = run(query, self.data, self.workspace.calendar, self.workspace.catalogue(self.data)).rows
        prefix = REP_PREFIX if level == "rep" else ""
        return {
            COMPANY if level == COMPANY else f"{prefix}{row[0]}": row[-1]
            for row in rows
            if level == COMPANY or row[0] is not None
        }


def _holds(goal: Goal, target: float, value: float | None) -> bool | None:
    if value is None:
        return None
    return value >= target if goal.direction == "at_least" else value <= target
