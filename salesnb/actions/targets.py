"""Quotas for KPIs that need them: from the plan whose period holds the days asked for."""

from datetime import date
from typing import TYPE_CHECKING

from salesnb.actions.organisation import REP_PREFIX
from salesnb.kpis import Query, Target
from salesnb.kpis.kpi import TARGET_INPUTS

if TYPE_CHECKING:
    from salesnb.kpis import Kpi
    from salesnb.planning import Goal, Plan, Quota
    from salesnb.registry import Registry
    from salesnb.workspace import Workspace

__all__ = ["plan_targets", "quota_targets"]

_KPI = "won_amount"
_STATUSES = ("approved", "proposed", "draft")


def quota_targets(workspace: "Workspace", query: Query, known: "Registry[Kpi]") -> tuple[Target, ...]:
    """Give the quotas of every plan of the workspace; none where no KPI needs them.

    Those of the shortest period come first, and of one period those of the plan that is furthest decided.
    """
    if not any(_needs_target(known.get(name), known) for name in query.kpis):
        return ()
    store = workspace.plans()
    plans = sorted((store.load(name) for name in store.names()), key=_rank)
    return tuple(target for plan in plans for target in plan_targets(plan))


def _needs_target(kpi: "Kpi", known: "Registry[Kpi]") -> bool:
    parts = (known.get(name) for name in kpi.needs if name not in TARGET_INPUTS)
    return kpi.needs_target or any(_needs_target(part, known) for part in parts)


def _rank(plan: "Plan") -> tuple[int, int, str]:
    return (plan.period.days, _STATUSES.index(plan.status), plan.name)


def plan_targets(plan: "Plan") -> tuple[Target, ...]:
    """Turn the quotas for won amount of a plan into targets, each with the season of its goal."""
    return tuple(
        _target(quota, goal.period.start, goal.period.end, _months(plan, goal))
        for goal in plan.goals
        if goal.kpi == _KPI
        for quota in plan.quotas_of(goal)
    )


def _months(plan: "Plan", goal: "Goal") -> tuple[tuple[str, int], ...]:
    return tuple((stone.label, stone.weight_bp) for stone in plan.milestones if stone.goal == goal.id)


def _target(quota: "Quota", start: date, end: date, months: tuple[tuple[str, int], ...]) -> Target:
    return Target(
        dimension=quota.level,
        value=quota.id.removeprefix(REP_PREFIX),
        start=start,
        end=end,
        amount=quota.amount,
        months=months,
    )
