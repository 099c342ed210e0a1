"""A goal is cut a second time, by product, segment or any other dimension; its parts are locked and freed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from salesnb.errors import BadInput, BadUsage, UnknownName, nearest
from salesnb.planning.model import Goal, Lock, Plan, Quota, QuotaPart
from salesnb.planning.parts import cut, cut_again
from salesnb.planning.recascade import edited, shown_in, with_quotas
from salesnb.planning.sharing import Weight

__all__ = ["CutPlan", "cut_across", "lock_part", "unlock_part"]


@dataclass(frozen=True, kw_only=True)
class CutPlan:
    """A plan that was cut a second time, and what was not known for it.

    Attributes
    ----------
    plan
        With parts of each quota of the goal.
    unknown_nodes
        Names of those without any history by the dimension, who have the mix of a node above them.
    unknown_labels
        Values without any history, of which everybody has the same share.
    """

    plan: Plan
    unknown_nodes: tuple[str, ...]
    unknown_labels: tuple[str, ...]


def cut_across(
    plan: Plan,
    goal: str,
    dimension: str,
    weights: Mapping[str, Mapping[str, Weight]],
    shares: Mapping[str, Weight],
) -> CutPlan:
    """Cut the quotas of a goal a second time; what is locked in a cut by the same dimension stays.

    Parameters
    ----------
    plan
        What is changed; it stays as it was.
    goal
        Its id, or its KPI.
    dimension
        What it is cut by.
    weights
        By leaf id and value of the dimension.
    shares
        By value: what each has in all is in proportion to these.

    Raises
    ------
    BadUsage
        When the goal has no quotas.
    BadInput
        When there is nothing to cut by.
    Infeasible
        When both cuts and the locks cannot all hold.
    """
    found = plan.goal(goal)
    before = plan.quotas_of(found)
    if not before:
        raise BadUsage(f"The goal {found.kpi} has no quotas to cut.", hint="Cascade it first.")
    if not shares:
        raise BadInput(f"The dimension {dimension} has no value.", hint="Name one that deals have.")
    locks = {(quota.id, part.label): part for quota in before for part in quota.parts if part.lock}
    held = locks if found.across == dimension else {}
    quotas, answer = cut(before, weights, shares, held, shown_in(plan, found.unit))
    goals = tuple(replace(item, across=dimension) if item.id == found.id else item for item in plan.goals)
    names = {quota.id: quota.name for quota in quotas}
    return CutPlan(
        plan=with_quotas(edited(plan, goals=goals), found, quotas),
        unknown_nodes=tuple(sorted(names[node] for node in answer.unknown_rows)),
        unknown_labels=tuple(sorted(answer.unknown_columns)),
    )


def lock_part(plan: Plan, goal: str, node: str, label: str, *, amount: int | None = None, lock: Lock) -> Plan:
    """Fix what a node has of a product or segment; at the top, what all have of it together.

    Parameters
    ----------
    amount
        Minor units of money or a count; by default what it is.

    Raises
    ------
    Infeasible
        When the others cannot carry the difference.
    UnknownName
        When there is no such quota or part.
    """
    part = _part(plan, plan.goal(goal), node, label)
    fixed = part.amount if amount is None else amount
    if fixed < 0:
        raise BadInput(f"{label} is locked at a negative amount.", hint="Lock at zero or more.")
    return _changed(plan, goal, node, replace(part, amount=fixed, lock=lock))


def unlock_part(plan: Plan, goal: str, node: str, label: str) -> Plan:
    """Let a part move again.

    Raises
    ------
    BadInput
        When it is not locked.
    """
    part = _part(plan, plan.goal(goal), node, label)
    if part.lock is None:
        raise BadInput(f"{label} of {node} is not locked.", where=node)
    return _changed(plan, goal, node, replace(part, lock=None))


def _changed(plan: Plan, goal: str, node: str, changed: QuotaPart) -> Plan:
    found = plan.goal(goal)
    before = [_with_part(quota, changed) if quota.id == node else quota for quota in plan.quotas_of(found)]
    return with_quotas(edited(plan), found, cut_again(before, before, shown_in(plan, found.unit)))


def _with_part(quota: Quota, changed: QuotaPart) -> Quota:
    return replace(
        quota, parts=tuple(changed if part.label == changed.label else part for part in quota.parts)
    )


def _part(plan: Plan, goal: Goal, node: str, label: str) -> QuotaPart:
    quotas = {quota.id: quota for quota in plan.quotas_of(goal)}
    if node not in quotas:
        raise UnknownName(f"The goal {goal.kpi} has no quota for {node!r}.", hint=nearest(node, quotas))
    parts = {part.label: part for part in quotas[node].parts}
    if not parts:
        raise BadUsage(
            f"The goal {goal.kpi} is not cut a second time.",
            hint="Cut it first: salesnb plan cascade PLAN --across DIM.",
        )
    if label not in parts:
        raise UnknownName(f"The goal {goal.kpi} has no {goal.across} {label!r}.", hint=nearest(label, parts))
    return parts[label]
