"""Targets for KPIs that need them or stand beside them: from the plans whose period holds the days asked for."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from salesnb.actions.organisation import REP_PREFIX
from salesnb.kpis import Query, Target
from salesnb.kpis.kpi import TARGET_INPUTS

if TYPE_CHECKING:
    from salesnb.kpis import Kpi
    from salesnb.planning import Goal, Plan, PlanStore, Quota
    from salesnb.registry import Registry
    from salesnb.workspace import Workspace

__all__ = ["plan_targets", "quota_targets"]

_STATUSES = ("approved", "proposed", "draft")


def quota_targets(
    workspace: "Workspace", query: Query, known: "Registry[Kpi]", plan: str | None = None
) -> tuple[Target, ...]:
    """Give the targets of one plan, or of every plan of the workspace; none where nothing asks for them.

    Those of plans that are approved come first, then of those proposed, then of drafts; among these those of the shortest
    period, and of one period those of the plan that was saved last.

    Raises
    ------
    UnknownName
        When there is no such plan.
    """
    beside = query.beside is not None and query.beside.targets
    asked = beside or any(_needs_target(known.get(name), known) for name in query.kpis)
    if plan is None and not asked:
        return ()
    store = workspace.plans()
    if plan is not None:
        return plan_targets(store.load(plan))
    names = store.names()
    plans = sorted((store.load(name) for name in names), key=lambda found: _rank(found, store))
    return tuple(target for found in plans for target in plan_targets(found))


def _needs_target(kpi: "Kpi", known: "Registry[Kpi]") -> bool:
    parts = (known.get(name) for name in kpi.needs if name not in TARGET_INPUTS)
    return kpi.needs_target or any(_needs_target(part, known) for part in parts)


def _rank(plan: "Plan", store: "PlanStore") -> tuple[int, int, float, str]:
    saved = max((entry.at.timestamp() for entry in store.history(plan.name)), default=0.0)
    return (_STATUSES.index(plan.status), plan.period.days, -saved, plan.name)


def plan_targets(plan: "Plan") -> tuple[Target, ...]:
    """Turn a plan's quotas, each with its own months or the season of its goal, and its goals and targets for levels into targets."""
    # Loaded with a plan, not with every figure.
    from salesnb.planning import whole_reps

    whole = whole_reps(plan)
    return (*_of_quotas(whole), *_of_levels(whole))


def _of_quotas(plan: "Plan") -> Iterator[Target]:
    # Loaded with a plan, not with every figure.
    from salesnb.planning import month_weights_of

    for goal in plan.goals:
        months = tuple(month_weights_of(plan, goal).items())
        for quota in plan.quotas_of(goal):
            yield _target(plan, goal, quota, months)


def _target(plan: "Plan", goal: "Goal", quota: "Quota", months: tuple[tuple[str, int], ...]) -> Target:
    return Target(
        plan=plan.name,
        kpi=goal.kpi,
        dimension=quota.level,
        value=quota.id.removeprefix(REP_PREFIX),
        start=goal.period.start,
        end=goal.period.end,
        amount=quota.amount,
        # A quota that was given by month has its own; their shares are then exact.
        months=tuple((month.label, month.amount) for month in quota.months) or months,
    )


def _of_levels(plan: "Plan") -> Iterator[Target]:
    """Goals that are not split, such as a win rate, at each node that is held to them, and levels that a node should keep."""
    # Loaded with a plan, not with every figure.
    from salesnb.planning import held_to

    levels = {quota.id: quota.level for quota in plan.quotas} | {"company": "company"}
    goals = [goal for goal in plan.goals if not plan.quotas_of(goal)]
    wanted = [
        (goal.kpi, node, target, goal.period)
        for goal in goals
        for node in levels
        if (target := goal.target if node == goal.node else held_to(plan, goal, node)) is not None
    ]
    told = {(kpi, node) for kpi, node, _, _ in wanted}
    wanted += [
        (found.kpi, found.node, found.target, plan.period)
        for found in plan.kpi_targets
        if (found.kpi, found.node) not in told
    ]
    for kpi, node, amount, period in wanted:
        if node in levels:
            yield Target(
                plan=plan.name,
                kpi=kpi,
                dimension=levels[node],
                value=node.removeprefix(REP_PREFIX),
                start=period.start,
                end=period.end,
                amount=amount,
            )
