"""Over-assignment of a plan: given in per cent, or the smallest with which the goal is reached as often as is asked."""

from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING

from salesnb import planning
from salesnb.actions.organisation import REP_PREFIX
from salesnb.actions.outlooks import Outlook
from salesnb.errors import BadInput, BadUsage, UnknownName, nearest
from salesnb.planning import Goal, OverAssignment, Plan

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.money import Formatter
    from salesnb.workspace import Workspace

__all__ = ["Hedge", "Reach", "hedge_lines", "hedged_plan"]

_ONCE, _MOST = 10_000, 100_000
_REP = "rep"
# Shown probabilities stay within 1 and 99 %.
_SUREST = 0.99


@dataclass(frozen=True, kw_only=True)
class Hedge:
    """So much more at a level than at the one above it, 0.05 for five per cent; the lowest level where none is named."""

    level: str = ""
    over: float


@dataclass(frozen=True, kw_only=True)
class Reach:
    """The smallest hedge of the reps' level with which the goal is reached with a chance.

    Attributes
    ----------
    chance
        Asked for, above 0 and below 1.
    follow
        How far results follow quotas: 1 where reps attain the same share of whatever they are asked for, 0 where they
        sell the same.
    """

    chance: float
    follow: float = 1.0


def hedged_plan(
    workspace: "Workspace",
    plan: Plan,
    hedges: tuple[Hedge, ...],
    reach: Reach | None,
    *,
    kpi: str | None = None,
) -> tuple[Plan, tuple[str, ...]]:
    """Over-assign the cascaded goal of a plan and cascade it again; nothing is saved.

    Parameters
    ----------
    kpi
        Of the goal; may be left out where one has quotas.

    Returns
    -------
    tuple
        The plan, and what its planner should know.

    Raises
    ------
    BadUsage
        When it is not clear which goal is meant, or hedges of one level are given and asked for.
    BadInput
        When a hedge is out of range, none reaches what is asked, or the quotas are cut a second time.
    UnknownName
        When no quota has the level.
    """
    if not hedges and reach is None:
        return plan, ()
    goal = planning.cascaded_goal(plan, kpi)
    levels = list(dict.fromkeys(quota.level for quota in plan.quotas_of(goal)))
    plan = _with(plan, goal, tuple(_checked(hedge, goal, levels) for hedge in hedges))
    if reach is None:
        return plan, ()
    if any((hedge.level or levels[-1]) == _REP for hedge in hedges):
        raise BadUsage("The over-assignment of reps is given and asked for.", hint="Leave one of them out.")
    chosen, told = _chosen(workspace, _with(plan, goal, (_none(goal),)), goal, reach)
    return _with(plan, goal, (chosen,)), told


def hedge_lines(plan: Plan, formatter: "Formatter") -> tuple[str, ...]:
    """Say the over-assignment of each level: on what, as a factor, in per cent and as an attainment factor."""
    told = []
    for goal in plan.goals:
        stored = [item for item in plan.assumptions.over_assignment if item.kpi == goal.kpi]
        for item in stored:
            base = "the goal" if item.base == "goal" else "the level above"
            factor = item.factor_bp / _ONCE
            told.append(
                f"Over-assignment of {goal.kpi} at level {item.level}, on {base}: factor {factor:.4f},"
                f" {formatter.ratio(factor - 1)}, attainment factor {1 / factor:.4f}{f' ({item.source})' if item.source else ''}."
            )
        multiplied = [item.factor_bp / _ONCE for item in stored if item.base == "above"]
        if len(multiplied) > 1:
            whole = float(planning.hedged(multiplied))
            told.append(
                f"Together they come to factor {whole:.4f}, {formatter.ratio(whole - 1)}, attainment factor"
                f" {1 / whole:.4f}: hedges multiply."
            )
    return tuple(told)


def _with(plan: Plan, goal: Goal, hedges: tuple[OverAssignment, ...]) -> Plan:
    return planning.recascade(planning.with_hedges(plan, goal, hedges), goal.id) if hedges else plan


def _none(goal: Goal) -> OverAssignment:
    return OverAssignment(kpi=goal.kpi, level=_REP, factor_bp=_ONCE)


def _checked(hedge: Hedge, goal: Goal, levels: list[str]) -> OverAssignment:
    level = hedge.level or levels[-1]
    if level not in levels[1:]:
        raise UnknownName(
            f"There is no level {level!r} below another in the plan.", hint=nearest(level, levels[1:])
        )
    points = round(_ONCE * (1 + hedge.over)) if abs(hedge.over) < _MOST / _ONCE else -1
    if not _ONCE <= points <= _MOST or abs(points - _ONCE * (1 + hedge.over)) > 1e-6:
        raise BadInput(
            f"An over-assignment of {100 * hedge.over:g} % is not one.",
            hint="Give 0 % to 900 %, with two decimals at most.",
        )
    return OverAssignment(kpi=goal.kpi, level=level, factor_bp=points, source="given")


def _chosen(
    workspace: "Workspace", plan: Plan, goal: Goal, reach: Reach
) -> tuple[OverAssignment, tuple[str, ...]]:
    """Find the hedge that is asked for, on quotas without any at the reps' level."""
    if reach.chance > _SUREST:
        raise BadInput(
            f"No chance above {_SUREST:.0%} is ever told, so {reach.chance:.2%} cannot be asked for.",
            hint=f"Ask for {_SUREST:.0%} at most.",
        )
    with workspace.dataset() as data:
        found, as_of = _found(workspace, data, plan, goal, reach), data.meta.as_of
    shown = workspace.settings.formatter
    asked, without = shown.ratio(reach.chance, 0), shown.ratio(found.chance_without, 0)
    if found.over is None or ceil(found.over * _ONCE - 1e-9) > _MOST - _ONCE:
        raise BadInput(
            f"No over-assignment reaches {goal.kpi} with a chance of {asked}; without any it is {without}.",
            hint=found.why or "It would take more than ten times the quotas: lower the goal.",
        )
    points = _ONCE + ceil(found.over * _ONCE - 1e-9)
    if points == _ONCE:
        told = f"No over-assignment is needed: {goal.kpi} is reached with a chance of {without} without any."
        return _none(goal), (told,)
    follow = f", if results follow quotas by {reach.follow:g}" if reach.follow < 1 else ""
    source = f"chosen on {as_of} for a chance of {asked}{follow}"
    told = (
        f"An over-assignment of reps by {shown.ratio(points / _ONCE - 1)} reaches the goal with a chance of {asked}"
        f" ({without} without), if reps attain {_what_follows(reach.follow)}. A share of"
        f" {shown.ratio(found.share_at_quota, 0)} of reps is then expected at 100 % of quota"
        f" ({shown.ratio(found.share_without, 0)} without)."
    )
    return OverAssignment(kpi=goal.kpi, level=_REP, factor_bp=points, source=source), (told,)


def _what_follows(follow: float) -> str:
    if follow == 1:
        return "the same share of whatever they are asked for in the days left"
    return f"more when asked for more, by the power {follow:g}"


def _found(workspace: "Workspace", data: "Dataset", plan: Plan, goal: Goal, reach: Reach) -> planning.Chosen:
    outlook = Outlook(workspace, data, plan, goal, data.meta.as_of)
    everybody = planning.whole_reps(plan).quotas_of(goal)
    reps = {
        quota.id.removeprefix(REP_PREFIX): quota.amount
        for quota in everybody
        if quota.id.startswith(REP_PREFIX) and quota.amount
    }
    if not reps:
        raise BadInput(
            f"No rep has a quota of {goal.kpi} to be over-assigned.", hint="Set a goal above zero first."
        )
    top = outlook.node(replace(plan.quotas_of(goal)[0], amount=int(goal.target)))
    why = _why_not(outlook, top.attainment.chance.reason if top.attainment else "nothing is known of it")
    if why or top.attainment is None:
        raise BadInput(
            f"No over-assignment can be chosen for {goal.kpi}: {why}.",
            hint="Give one: --over-assignment 5%.",
        )
    to_date = {node.node.removeprefix(REP_PREFIX): node.to_date for node in map(outlook.node, everybody)}
    known = {rep: to_date[rep] for rep in reps}
    # What those without a quota have brought, and those who left, is there and is nobody's to follow a quota with.
    others = top.to_date - sum(known.values())
    quotas = list(reps.values())
    attained = (outlook.draws(known, top.attainment.outcome.plus(-others)) / quotas).tolist()
    return planning.choose_over_assignment(
        attained,
        quotas,
        max(goal.target - others, 0),
        chance=reach.chance,
        follow=reach.follow,
        known=[amount / quota for amount, quota in zip(known.values(), quotas, strict=True)],
    )


def _why_not(outlook: Outlook, reason: str) -> str:
    if outlook.is_over:
        return "its period is over"
    if not outlook.is_simulated:
        return "its deals cannot be simulated"
    return reason
