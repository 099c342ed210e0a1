"""A plan is cascaded again: another goal, locks, another basis, a second cut, over-assignment."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from salesnb import planning
from salesnb.actions.clock import author, moment
from salesnb.actions.hedging import Hedge, Reach, hedged_plan
from salesnb.actions.held_goals import HeldGoals, held_goal
from salesnb.actions.history import rep_drivers
from salesnb.actions.plans import node_id, over_line, read_target
from salesnb.actions.splitting import cut_goal, resplit
from salesnb.errors import BadUsage, MissingFile
from salesnb.planning import Goal, Plan

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["CascadeChange", "ChangedPlan", "cascade_again", "weights_given"]


@dataclass(frozen=True, kw_only=True)
class CascadeChange:
    """What is to change in a cascade; nodes by id or name, amounts as typed.

    Attributes
    ----------
    goal
        A KPI and its new target.
    kpi
        Of the goal that is meant by everything else; by default that of ``goal``, else the only one with quotas, of
        which a basis or second cut is for all.
    lock, unlock
        Quotas that stay from now on, and those that may move again.
    basis
        What to split by from now on, such as ``history:.6,potential:.4``; empty to leave it.
    given
        Nodes and their weights, for the basis ``given``.
    across
        A second dimension to cut the quotas by; empty to leave it.
    lock_across, unlock_across
        Parts of the second cut: node, value and, for a lock, amount.
    over_assign, reach
        Over-assignment by level, and the chance of reaching the goal for which that of reps is chosen.
    why
        The reason; a lock needs one.
    """

    goal: tuple[str, str] | None = None
    kpi: str | None = None
    lock: tuple[tuple[str, str], ...] = ()
    unlock: tuple[str, ...] = ()
    basis: str = ""
    given: tuple[tuple[str, str], ...] = ()
    across: str = ""
    lock_across: tuple[tuple[str, str, str], ...] = ()
    unlock_across: tuple[tuple[str, str], ...] = ()
    over_assign: tuple[Hedge, ...] = ()
    reach: Reach | None = None
    why: str = ""

    @property
    def meant(self) -> str | None:
        """The KPI of the goal that is named; None where none is."""
        return self.kpi or (self.goal[0] if self.goal else None)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to change."""
        return not (self.goal or self.lock or self.unlock or self.splits)

    @property
    def splits(self) -> bool:
        """Whether it is about how a goal is split."""
        steps = (
            self.basis,
            self.given,
            self.across,
            self.lock_across,
            self.unlock_across,
            self.over_assign,
            self.reach,
        )
        return any(steps)


@dataclass(frozen=True, kw_only=True)
class ChangedPlan:
    """A plan that was changed and saved, and what its planner should know."""

    plan: Plan
    notices: tuple[str, ...]


def cascade_again(workspace: "Workspace", name: str, change: CascadeChange) -> ChangedPlan:
    """Change a goal, lock or unlock quotas; the other quotas and the milestones follow.

    Raises
    ------
    Infeasible
        When the locks do not fit.
    BadUsage
        When there is nothing to change, or a lock comes without its reason.
    """
    if change.is_empty:
        raise BadUsage(
            "There is nothing to change.",
            hint="Give --goal, --basis, --given, --across, --over-assignment, --reach, --lock or --unlock.",
        )
    if (change.lock or change.lock_across) and not change.why:
        raise BadUsage("A lock needs its reason.", hint='Add --why "…"; it is kept with the lock.')
    store = workspace.plans()
    plan = store.load(name)
    read_at, who = plan.revision, author(workspace.root)
    held = held_goal(plan, change.meant)
    if held is None:
        plan, told = _changed(workspace, plan, change, who)
    else:
        plan, told = _held_changed(workspace, plan, held, change), ()
    reason = change.why or _reason(change)
    saved = store.save(plan, read_at=read_at, author=who, reason=reason, at=moment())
    return ChangedPlan(plan=saved, notices=(*_over(workspace, plan), *told))


def _over(workspace: "Workspace", plan: Plan) -> tuple[str, ...]:
    """Say so where the plan's period is over; without data nobody knows."""
    try:
        with workspace.dataset() as data:
            return over_line(plan.period, data.meta.as_of, workspace.settings.formatter)
    except MissingFile:
        return ()


def _held_changed(workspace: "Workspace", plan: Plan, goal: Goal, change: CascadeChange) -> Plan:
    """Change a goal that is not split: its target, and what is typed for nodes."""
    if change.splits:
        raise BadUsage(
            f"The goal {goal.kpi} is not split, so it has no basis, second cut or over-assignment.",
            hint="Type a target for a node: --lock NODE=TARGET.",
        )
    with workspace.dataset() as data:
        held = HeldGoals(workspace=workspace, data=data, plan=plan)
        if change.goal:
            plan = planning.set_goal(plan, goal.id, held.target(goal, change.goal[1]))
            goal = plan.goal(goal.id)
        for node in change.unlock:
            plan = planning.let_go(plan, goal, held.node(node).id)
        for node, target in change.lock:
            plan = planning.hold(plan, goal, held.node(node).id, held.target(goal, target))
    return plan


def _changed(
    workspace: "Workspace", plan: Plan, change: CascadeChange, who: str
) -> tuple[Plan, tuple[str, ...]]:
    """Change a goal that is split, and its quotas."""
    for node in change.unlock:
        plan = planning.unlock(plan, node_id(plan, node), goal=change.meant)
    if change.goal:
        goal = plan.goal(change.goal[0])
        plan = planning.set_goal(plan, goal.id, read_target(change.goal[1], goal.unit, workspace.settings))
        plan = _with_drivers(workspace, plan)
    given = weights_given(plan, change.given)
    plan, told = resplit(
        workspace, plan, basis=change.basis, across=change.across, kpi=change.kpi, given=given
    )
    plan, more = hedged_plan(workspace, plan, change.over_assign, change.reach, kpi=change.meant)
    for node, amount in change.lock:
        goal = planning.cascaded_goal(plan, change.meant)
        fixed = int(read_target(amount, goal.unit, workspace.settings))
        plan = planning.lock(
            plan, node_id(plan, node), goal=goal.id, amount=fixed, by=who, why=change.why, at=moment()
        )
    return _locked_across(workspace, plan, change, who), (*told, *more)


def _locked_across(workspace: "Workspace", plan: Plan, change: CascadeChange, who: str) -> Plan:
    if not (change.lock_across or change.unlock_across):
        return plan
    goal = cut_goal(plan, change.meant)
    for node, label in change.unlock_across:
        plan = planning.unlock_part(plan, goal.id, node_id(plan, node), label)
    for node, label, typed in change.lock_across:
        amount = int(read_target(typed, goal.unit, workspace.settings))
        held = planning.Lock(by=who, why=change.why, at=moment())
        plan = planning.lock_part(plan, goal.id, node_id(plan, node), label, amount=amount, lock=held)
    return plan


def _with_drivers(workspace: "Workspace", plan: Plan) -> Plan:
    """Plan deals, win rates and deal sizes where an earlier version has not."""
    if plan.assumptions.planned:
        return plan
    with workspace.dataset() as data:
        return planning.plan_drivers(plan, rep_drivers(data, workspace.calendar, plan.period))


def weights_given(plan: Plan, typed: Sequence[tuple[str, str]]) -> dict[str, Fraction]:
    """Read weights typed for nodes of a cascade, by id or name.

    Raises
    ------
    UnknownName
        When there is no such node.
    BadUsage
        When a node has two.
    BadInput
        When a weight is no number, or negative.
    """
    found: dict[str, Fraction] = {}
    for asked, text in typed:
        node = node_id(plan, asked)
        if node in found:
            raise BadUsage(f"{asked} has two weights.", hint="Give each node one.")
        found[node] = planning.read_weight(text, asked)
    return found


def _reason(change: CascadeChange) -> str:
    parts = [f"goal {change.goal[0]}={change.goal[1]}"] if change.goal else []
    parts += [f"by {change.basis or 'given'}"] if change.basis or change.given else []
    parts += [", ".join(f"{node} {weight}" for node, weight in change.given)] if change.given else []
    parts += [f"across {change.across}"] if change.across else []
    parts += [f"{hedge.level or 'reps'} over-assigned by {hedge.over:g}" for hedge in change.over_assign]
    parts += [f"over-assigned for a chance of {change.reach.chance:g}"] if change.reach else []
    parts += [f"unlocked {node}" for node in change.unlock]
    parts += [f"unlocked {label} of {node}" for node, label in change.unlock_across]
    return ", ".join(parts).capitalize()
