"""An account, a share of what somebody sells, or a rep moves within a period; the part of the quota goes along."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from salesnb import planning
from salesnb.actions.clock import author, moment
from salesnb.actions.organisation import rep_node_id
from salesnb.actions.plans import node_id
from salesnb.actions.weighing import Past
from salesnb.errors import BadInput, BadUsage, MissingFile
from salesnb.planning import Plan

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["Move", "Moved", "move_quota"]

_REP = "rep"


@dataclass(frozen=True, kw_only=True)
class Move:
    """What changes hands.

    Attributes
    ----------
    giver, taker
        Reps, by id or name; or a rep and the team that the rep comes to.
    on
        The first day on which it is the taker's.
    account
        Name of the account; its part of what the giver sold in the twelve months before the plan is its share.
    share
        The share of the giver's quota, where no account is named.
    goal
        Id or KPI; may be left out where one goal has quotas. A rep moves in all goals by default.
    why
        The reason; that of a rep is asked for.
    """

    giver: str
    taker: str
    on: date
    account: str = ""
    share: Fraction | None = None
    goal: str | None = None
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Moved:
    """The plan as it was saved, and what its planner should know, in sentences."""

    plan: Plan
    told: tuple[str, ...] = ()


def move_quota(workspace: "Workspace", name: str, move: Move) -> Moved:
    """Move what a quota has for the days from a day on, and save the plan.

    Raises
    ------
    BadUsage
        When it is not clear what moves: neither one of an account and a share is given, nor a team that a rep comes to;
        when a rep moves without a reason, or the goal is not clear.
    BadInput
        When the giver sold nothing to the account, the day is outside the period, or a lock is in the way.
    """
    store = workspace.plans()
    plan = store.load(name)
    giver, taker = node_id(plan, move.giver), node_id(plan, move.taker)
    levels = {quota.id: quota.level for quota in plan.quotas}
    asked = bool(move.account) + (move.share is not None)
    if asked == 0 and levels[taker] != levels[giver] == _REP:
        changed, what = _move_rep(workspace, plan, giver, taker, move)
        reason = f"{move.why.strip()}: {what}"
        told = (f"{what}.", *_not_in_data(workspace, plan, giver, taker, move.on))
    elif asked == 1:
        changed, what = _hand_over(workspace, plan, giver, taker, move)
        told = (f"{what}.",)
        reason = f"{what}: {move.why}" if move.why else what
    else:
        raise BadUsage(
            "It is not clear how much changes hands.",
            hint="Give --account NAME or --share S; to move a rep, name the team as TO.",
        )
    saved = store.save(
        changed, read_at=plan.revision, author=author(workspace.root), reason=reason, at=moment()
    )
    return Moved(plan=saved, told=told)


def _move_rep(workspace: "Workspace", plan: Plan, rep: str, to: str, move: Move) -> tuple[Plan, str]:
    """Move a rep in one goal, or in each whose period has the day."""
    if not move.why.strip():
        raise BadUsage("A rep moves for a reason.", hint='Add --why "…"; the history keeps it.')
    goals = [goal for goal in plan.goals if plan.quotas_of(goal)]
    meant = [
        goal
        for goal in goals
        if goal.period.start <= move.on < goal.period.end
        and any(q.id == rep and q.basis != planning.NOT_GIVEN for q in plan.quotas_of(goal))
    ]
    names = {quota.id: quota.name for quota in plan.quotas}
    whose = next(quota.whose for quota in plan.quotas if quota.id == rep)
    told = []
    for goal in [planning.cascaded_goal(plan, move.goal)] if move.goal else meant or goals:
        done = planning.move_rep(plan, goal.id, whose, to, on=move.on)
        plan = done.plan
        moved, whole = (workspace.settings.formatter.value(n, goal.unit) for n in (done.moved, done.whole))
        told.append(f"{moved} of {whole} of {goal.kpi} in {goal.period.label}")
    return plan, f"{names[whose]} is at {names[to]} from {move.on}, with {', '.join(told)}"


def _not_in_data(workspace: "Workspace", plan: Plan, rep: str, to: str, on: date) -> tuple[str, ...]:
    """Say so where the data has the rep elsewhere on that day: deals count where the data says; without data nobody knows."""
    names = {quota.id: quota.name for quota in plan.quotas}
    whose = next(quota.whose for quota in plan.quotas if quota.id == rep)
    try:
        with workspace.dataset() as data:
            rows = data.table("rep_nodes").to_pyarrow().to_pylist()
    except MissingFile:
        return ()
    there = [
        row["node"]
        for row in rows
        if rep_node_id(str(row["rep_id"])) == whose and row["valid_from"] <= on < row["valid_to"]
    ]
    if not there or to in there:
        return ()
    place = ", ".join(names.get(node, str(node)) for node in there)
    return (
        f"The data has {names[whose]} at {place} on {on}: deals count there until its memberships say otherwise.",
    )


def _hand_over(workspace: "Workspace", plan: Plan, giver: str, taker: str, move: Move) -> tuple[Plan, str]:
    goal = planning.cascaded_goal(plan, move.goal)
    share = move.share or _share(workspace, plan, goal.kpi, giver, move)
    formatter = workspace.settings.formatter
    what = move.account or formatter.ratio(float(share))
    changed = planning.hand_over(plan, goal.id, giver, taker, on=move.on, share=share, what=what)
    names = {quota.id: quota.name for quota in plan.quotas}
    before, after = (
        sum(q.amount for q in one.quotas_of(goal) if q.whose == giver) for one in (plan, changed)
    )
    moved = formatter.value(before - after, goal.unit)
    whole = formatter.value(before, goal.unit)
    return changed, (
        f"{what} goes from {names[giver]} to {names[taker]} on {move.on}, with {moved} of {whole} of {goal.kpi}"
    )


def _share(workspace: "Workspace", plan: Plan, kpi: str, giver: str, move: Move) -> Fraction:
    with workspace.dataset() as data:
        past = Past(
            data=data, calendar=workspace.calendar, known=workspace.catalogue(data), period=plan.period
        )
        whole = past.by_rep(kpi).get(giver, 0)
        part = past.by_rep(kpi, (("account", move.account),)).get(giver, 0)
    if part <= 0 or part > whole:
        raise BadInput(
            f"{move.giver} sold nothing to {move.account} in the twelve months before the plan.",
            hint="Say how much of the quota it is: --share 0.2.",
        )
    return Fraction(part, whole)
