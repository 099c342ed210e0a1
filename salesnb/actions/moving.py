"""An account, or a share of what somebody sells, changes hands within a period; its part of the quota goes along."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from salesnb import planning
from salesnb.actions.clock import author, moment
from salesnb.actions.plans import node_id
from salesnb.actions.weighing import Past
from salesnb.errors import BadInput, BadUsage
from salesnb.planning import Plan

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["Move", "move_quota"]


@dataclass(frozen=True, kw_only=True)
class Move:
    """What changes hands.

    Attributes
    ----------
    giver, taker
        Reps, by id or name.
    on
        The first day on which it is the taker's.
    account
        Name of the account; its part of what the giver sold in the twelve months before the plan is its share.
    share
        The share of the giver's quota, where no account is named.
    goal
        Id or KPI; may be left out where one goal has quotas.
    """

    giver: str
    taker: str
    on: date
    account: str = ""
    share: Fraction | None = None
    goal: str | None = None


def move_quota(workspace: "Workspace", name: str, move: Move) -> Plan:
    """Move what a quota has for the days from a day on, and save the plan.

    Raises
    ------
    BadUsage
        When not exactly one of an account and a share is given, or the goal is not clear.
    BadInput
        When the giver sold nothing to the account, the day is outside the period, or a lock is in the way.
    """
    if bool(move.account) == (move.share is not None):
        raise BadUsage("It is not clear how much changes hands.", hint="Give --account NAME or --share S.")
    store = workspace.plans()
    plan = store.load(name)
    goal = planning.cascaded_goal(plan, move.goal)
    giver, taker = node_id(plan, move.giver), node_id(plan, move.taker)
    share = move.share or _share(workspace, plan, goal.kpi, giver, move)
    changed = planning.hand_over(plan, goal.id, giver, taker, on=move.on, share=share)
    what = move.account or f"{float(share):.0%}"
    reason = f"{what} goes from {move.giver} to {move.taker} on {move.on}"
    return store.save(
        changed, read_at=plan.revision, author=author(workspace.root), reason=reason, at=moment()
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
