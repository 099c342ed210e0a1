"""Objectives and goals are stated, changed and taken out of a plan; whatever hangs on them follows."""

from collections.abc import Mapping
from dataclasses import replace

from salesnb.calendar import Period
from salesnb.errors import BadInput, UnknownName, nearest
from salesnb.planning.editing import recascade
from salesnb.planning.model import Goal, Objective, Plan
from salesnb.planning.recascade import edited, with_milestones
from salesnb.planning.sharing import Weight
from salesnb.planning.tree import OrgTree

__all__ = ["add_goal", "change_goal", "drop_objective", "move_goal", "remove_goal", "state_objective"]


def state_objective(plan: Plan, text: str, *, owner: str = "", id: str = "") -> Plan:  # noqa: A002 -- the word of the plan
    """State an objective, or say one that is there otherwise.

    Parameters
    ----------
    text, owner
        What the business wants to reach, and who answers for it.
    id
        Of the one that is said otherwise; by default it is a new one.

    Raises
    ------
    BadInput
        When there is no text, or another objective says the same.
    UnknownName
        When the plan has no objective of that id.
    """
    words = " ".join(text.split())
    if not words:
        raise BadInput("The objective says nothing.", hint="Write what the business wants to reach.")
    if any(one.text == words and one.id != id for one in plan.objectives):
        raise BadInput(f"The plan has the objective {words!r} already.")
    if not id:
        made = Objective(id=_free("objective-", [one.id for one in plan.objectives]), text=words, owner=owner)
        return edited(plan, objectives=(*plan.objectives, made))
    said = Objective(id=_objective(plan, id).id, text=words, owner=owner)
    objectives = tuple(said if one.id == id else one for one in plan.objectives)
    return plan if objectives == plan.objectives else edited(plan, objectives=objectives)


def drop_objective(plan: Plan, id: str) -> Plan:  # noqa: A002 -- the word of the plan
    """Take an objective out; the goals that served it serve none.

    Raises
    ------
    UnknownName
        When the plan has no objective of that id.
    """
    gone = _objective(plan, id)
    goals = tuple(replace(goal, objective=None) if goal.objective == id else goal for goal in plan.goals)
    return edited(plan, objectives=tuple(one for one in plan.objectives if one != gone), goals=goals)


def add_goal(
    plan: Plan,
    goal: Goal,
    *,
    tree: OrgTree | None = None,
    weights: Mapping[str, Weight] | None = None,
    basis: str = "history",
) -> Plan:
    """Add a goal and cascade it; its milestones follow the season that the plan has of its KPI.

    Parameters
    ----------
    goal
        Its id may be empty: it is the KPI's name then, with a number where that is taken.
    tree, weights, basis
        What it is cascaded down, and by which weights; without a tree it is not cascaded, without weights equally.

    Raises
    ------
    BadInput
        When the plan has a goal for the same KPI and period, the period is outside the plan's, or the target is negative.
    """
    _refuse_place(plan, goal.kpi, goal.period)
    if goal.target < 0:
        raise BadInput(f"The target of {goal.kpi} is below zero.", hint="Give zero or more.")
    taken = [one.id for one in plan.goals]
    id_ = goal.id or (goal.kpi if goal.kpi not in taken else _free(f"{goal.kpi}-", taken, first=2))
    made = replace(goal, id=id_)
    added = edited(plan, goals=(*plan.goals, made))
    if tree is not None and made.splits:
        added = recascade(added, id_, tree=tree, weights=weights or None, basis=basis if weights else "equal")
    return with_milestones(added, made)


def remove_goal(plan: Plan, goal: str) -> Plan:
    """Take a goal out with its quotas, milestones and scenario targets; what people committed to stays, of no quota.

    Raises
    ------
    UnknownName
        When there is no such goal.
    """
    gone = plan.goal(goal)
    goals = tuple(one for one in plan.goals if one.id != gone.id)
    quotas = plan.quotas_of(gone)
    last = all(one.kpi != gone.kpi for one in goals)
    held = [one for one in plan.kpi_targets if not (last and not gone.splits and one.kpi == gone.kpi)]
    seasons = tuple(one for one in plan.assumptions.seasonality if not (last and one.kpi == gone.kpi))
    return edited(
        plan,
        goals=goals,
        quotas=tuple(one for one in plan.quotas if one not in quotas),
        milestones=tuple(one for one in plan.milestones if one.goal != gone.id),
        scenarios=tuple(
            replace(one, targets=tuple(target for target in one.targets if target.goal != gone.id))
            for one in plan.scenarios
        ),
        kpi_targets=tuple(held),
        assumptions=replace(plan.assumptions, seasonality=seasons),
    )


def change_goal(plan: Plan, goal: str, **parts: object) -> Plan:
    """Change what stands beside the number of a goal: ``objective``, ``owner``, ``baseline`` or ``baseline_period``.

    Raises
    ------
    UnknownName
        When there is no such goal, or no such objective.
    """
    before = plan.goal(goal)
    if parts.get("objective"):
        _objective(plan, str(parts["objective"]))
    after = replace(before, **parts)  # type: ignore[arg-type]
    if after == before:
        return plan
    return edited(plan, goals=tuple(after if one.id == before.id else one for one in plan.goals))


def move_goal(plan: Plan, goal: str, period: Period) -> Plan:
    """Give a goal another period: its quotas stay, its months are those of the new one.

    What people committed to is for the period before, and counts again when the goal goes back there.

    Raises
    ------
    BadInput
        When the plan has a goal for the same KPI in that period, or it is outside the plan's.
    """
    before = plan.goal(goal)
    if before.period == period:
        return plan
    _refuse_place(plan, before.kpi, period)
    after = replace(before, period=period, probability=None, baseline=None, baseline_period="")
    mine = plan.quotas_of(before)
    if any(quota.rep or quota.since for quota in mine):
        raise BadInput(
            f"Reps change team within {before.period.label}, so that its quotas are of these days.",
            hint="Remove the goal and add one for the other period.",
        )
    quotas = tuple(
        replace(one, period=period.label, months=()) if one in mine else one for one in plan.quotas
    )
    goals = tuple(after if one.id == before.id else one for one in plan.goals)
    return with_milestones(edited(plan, goals=goals, quotas=quotas), after)


def _refuse_place(plan: Plan, kpi: str, period: Period) -> None:
    if any((one.kpi, one.period.label) == (kpi, period.label) for one in plan.goals):
        raise BadInput(
            f"The plan has a goal for {kpi} in {period.label} already.", hint="Change that one instead."
        )
    if not (plan.period.start <= period.start and period.end <= plan.period.end):
        raise BadInput(
            f"{period.label} is not within the plan's period, {plan.period.label}.",
            hint="Give the goal a period within the plan's.",
        )


def _objective(plan: Plan, id_: str) -> Objective:
    known = {one.id: one for one in plan.objectives}
    if id_ not in known:
        raise UnknownName(f"The plan has no objective {id_!r}.", hint=nearest(id_, known))
    return known[id_]


def _free(stem: str, taken: list[str], *, first: int = 1) -> str:
    number = first
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"
