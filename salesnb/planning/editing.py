"""Making and changing plans: each function takes a plan and gives a new one.

An approved plan is frozen: whatever changes it gives a new draft.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from math import isfinite

from salesnb.calendar import Period
from salesnb.errors import BadInput, BadUsage, UnknownName, nearest
from salesnb.planning.check_cascade import tree_of
from salesnb.planning.checks import check
from salesnb.planning.means import Assumptions
from salesnb.planning.model import SPLIT_UNITS, Approval, Goal, Lock, Objective, Plan, Quota
from salesnb.planning.recascade import (
    again,
    as_given,
    basis_of,
    cascaded,
    edited,
    equal_weights,
    given_of,
    rescaled,
    shown_in,
    weights_of,
    with_milestones,
    with_quotas,
    with_season,
)
from salesnb.planning.roadmap import seasonality
from salesnb.planning.shape import NO_SHAPE, Shape
from salesnb.planning.sharing import Weight
from salesnb.planning.tree import OrgTree

__all__ = [
    "approve",
    "cascaded_goal",
    "lock",
    "new_plan",
    "propose",
    "recascade",
    "set_goal",
    "set_season",
    "unlock",
]


def new_plan(
    *,
    name: str,
    period: Period,
    currency: str,
    goals: Iterable[Goal],
    objectives: Iterable[Objective] = (),
    tree: OrgTree | None = None,
    weights: Mapping[str, Mapping[str, Weight]] | None = None,
    season: Mapping[str, Mapping[str, Weight]] | None = None,
    basis: str = "history",
) -> Plan:
    """Make a draft: goals cascaded down the organisation and spread over the months.

    Parameters
    ----------
    name, period, currency
        Of the plan; the name is also that of its file.
    goals, objectives
        Goals may refer to objectives by id. Those in money or counts are cascaded and get milestones; a
        ratio has one target for all and is not split.
    tree
        The organisation; without it nothing is cascaded.
    weights, season
        By KPI: weights by leaf id, and by month label. A KPI that is not named is split equally, and has
        no milestones.
    basis
        Where the weights come from.

    Raises
    ------
    BadInput
        When parts do not fit each other, such as a goal outside the period.
    """
    season = season or {}
    shapes = tuple(seasonality(kpi, season[kpi], basis) for kpi in sorted(season))
    plan = Plan(
        name=name,
        period=period,
        currency=currency,
        objectives=tuple(objectives),
        goals=tuple(goals),
        assumptions=Assumptions(seasonality=shapes),
    )
    for goal in plan.goals:
        if tree is not None and goal.splits:
            given = (weights or {}).get(goal.kpi)
            plan = recascade(
                plan, goal.id, tree=tree, weights=given, basis="equal" if given is None else basis
            )
        plan = with_milestones(plan, goal)
    return check(plan)


def recascade(
    plan: Plan,
    goal: str,
    *,
    tree: OrgTree | None = None,
    weights: Mapping[str, Weight] | None = None,
    basis: str | None = None,
    given: Mapping[str, Weight] | None = None,
) -> Plan:
    """Cascade a goal again; what is locked stays.

    Parameters
    ----------
    plan
        What is changed; it stays as it was.
    goal
        Its id, or its KPI.
    tree
        The organisation of now; by default the one of the cascade before.
    weights, basis
        By default those of the cascade before; where quotas were given, their amounts are the weights, and what they
        are by month is kept in proportion. Other weights make a new cascade, which follows the season, and what was
        typed for nodes goes with the weights before.
    given
        Weights that a person typed, by node id, beside those before; see `salesnb.planning.check_typed`.

    Raises
    ------
    Infeasible
        When the locks do not fit the goal.
    BadInput
        When the goal is not one that is split, or there is no organisation to cascade to.
    """
    found = plan.goal(goal)
    if not found.splits:
        raise BadInput(
            f"The goal {found.kpi} is not split: its parts do not add up.",
            hint="Lock a node at a target of its own.",
        )
    before = plan.quotas_of(found)
    if tree is None and not before:
        raise BadUsage(
            f"The goal {found.kpi} was not cascaded yet.", hint="Give the organisation to cascade it to."
        )
    place = tree_of(before) if tree is None else tree.subtree(found.node)
    unchanged = weights is None and basis is None
    typed = {**(given_of(before) if unchanged else {}), **(given or {})}
    if weights is None:
        weights = equal_weights(place) if basis == "equal" or not before else weights_of(before, place)
    elif tree is not None:
        outside = tree.by_id.keys() - place.by_id.keys()
        weights = {node: weight for node, weight in weights.items() if node not in outside}
    new = cascaded(
        plan,
        found,
        int(found.target),
        tree=place,
        weights=weights,
        basis=basis or basis_of(before),
        given={node: weight for node, weight in typed.items() if node in place.by_id},
    )
    return as_given(new, found, before) if unchanged else new


def set_goal(plan: Plan, goal: str, target: float) -> Plan:
    """Change the target of a goal; its quotas and milestones follow, what is locked stays.

    Quotas that were given and come to more or less than the goal keep that proportion.

    Raises
    ------
    Infeasible
        When the locks do not fit the new target.
    BadInput
        When the target is negative, or not whole for money and counts.
    """
    before = plan.goal(goal)
    whole = isfinite(target) and (before.unit not in SPLIT_UNITS or target == int(target))
    if target < 0 or not whole:
        raise BadInput(
            f"{_shown(plan, before, target)} cannot be the target of {before.kpi}.",
            hint="Give a whole number, zero or more.",
        )
    exact = int(target) if before.unit in SPLIT_UNITS else target
    after = replace(before, target=exact, probability=None)
    goals = tuple(after if item.id == before.id else item for item in plan.goals)
    changed = edited(plan, goals=goals)
    quotas = plan.quotas_of(before)
    if quotas:
        changed = again(changed, after, quotas, rescaled(quotas[0].amount, before.target, after.target))
    return with_milestones(changed, after)


def _shown(plan: Plan, goal: Goal, target: float) -> str:
    """Put a target into words as people type it; one that is no whole number as it is."""
    whole = isfinite(target) and target == int(target)
    return shown_in(plan, goal.unit)(int(target)) if whole else f"{target}"


def set_season(
    plan: Plan,
    kpi: str,
    weights: Mapping[str, Weight],
    *,
    basis: str = "given",
    shape: Shape = NO_SHAPE,
    past: str = "",
) -> Plan:
    """Change how a KPI spreads over the months and weeks; the milestones of its goals follow.

    Quotas that were given by month follow the new season too: their own months are given up.

    Raises
    ------
    BadInput
        When a weight is negative or there are none.
    """
    changed = with_season(plan, kpi, weights, basis, shape, past)
    for goal in changed.goals:
        if goal.kpi == kpi:
            bare = [replace(quota, months=()) for quota in changed.quotas_of(goal)]
            changed = with_milestones(with_quotas(changed, goal, bare), goal)
    return changed


def lock(
    plan: Plan,
    node: str,
    *,
    goal: str | None = None,
    amount: int | None = None,
    by: str,
    why: str,
    at: datetime,
) -> Plan:
    """Fix the quota of a node, at what it is or at another amount; the others carry the difference.

    Parameters
    ----------
    plan
        What is changed; it stays as it was.
    node
        Id of the node or rep.
    goal
        Id or KPI of the goal; may be left out when the plan has one cascade.
    amount
        Minor units of money or a count; by default what the quota is.
    by, why, at
        Kept with the lock.

    Raises
    ------
    Infeasible
        When the others cannot carry the difference.
    """
    found = cascaded_goal(plan, goal)
    quota = _quota(plan, found, node)
    fixed = quota.amount if amount is None else amount
    return _relocked(plan, found, replace(quota, amount=fixed, lock=Lock(by=by, why=why, at=at)))


def unlock(plan: Plan, node: str, *, goal: str | None = None) -> Plan:
    """Let the quota of a node move again; it gets its share by weight.

    Raises
    ------
    BadInput
        When it is not locked.
    """
    found = cascaded_goal(plan, goal)
    quota = _quota(plan, found, node)
    if quota.lock is None:
        raise BadInput(f"The {found.kpi} quota of {quota.name} is not locked.", where=node)
    return _relocked(plan, found, replace(quota, lock=None))


def propose(plan: Plan) -> Plan:
    """Hand a draft in for approval.

    Raises
    ------
    BadInput
        When it holds errors, or is approved already.
    """
    if plan.status == "approved":
        raise BadInput(
            f"The plan {plan.name} is approved already.", hint="Change something to make a new draft."
        )
    return replace(check(plan), status="proposed")


def approve(plan: Plan, *, by: str, at: datetime) -> Plan:
    """Approve a plan; from then on it is frozen.

    Raises
    ------
    BadInput
        When it holds errors, or is approved already.
    """
    if plan.status == "approved":
        raise BadInput(
            f"The plan {plan.name} is approved already.", hint="Change something to make a new draft."
        )
    return replace(check(plan), status="approved", approval=Approval(by=by, at=at))


def _relocked(plan: Plan, goal: Goal, changed: Quota) -> Plan:
    quotas = tuple(changed if quota.id == changed.id else quota for quota in plan.quotas_of(goal))
    return again(plan, goal, quotas, plan.quotas_of(goal)[0].amount)


def cascaded_goal(plan: Plan, goal: str | None) -> Goal:
    """Find the goal that is meant; one that is not named must be the only one with quotas.

    Raises
    ------
    BadUsage
        When none is named, and not exactly one has quotas.
    """
    if goal is not None:
        return plan.goal(goal)
    found = [item for item in plan.goals if plan.quotas_of(item)]
    if len(found) != 1:
        ids = ", ".join(item.id for item in found) or "none"
        raise BadUsage(
            "It is not clear which goal is meant.", hint=f"Name one by its KPI; those with quotas: {ids}."
        )
    return found[0]


def _quota(plan: Plan, goal: Goal, node: str) -> Quota:
    quotas = {quota.id: quota for quota in plan.quotas_of(goal)}
    if node not in quotas:
        raise UnknownName(f"The goal {goal.kpi} has no quota for {node!r}.", hint=nearest(node, quotas))
    return quotas[node]
