"""What the plan's own workbook says of its chances: the outlook of its goal, capacity, fairness and roadmap."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from salesnb.actions.capacities import find_capacity
from salesnb.actions.capacity_words import capacity_lines
from salesnb.actions.fairness import find_fairness
from salesnb.actions.fairness_words import fairness_lines
from salesnb.actions.goal_checking import likely_of
from salesnb.actions.held_goals import HeldGoals, HeldNode
from salesnb.actions.held_past import held_before
from salesnb.actions.naming import COMPANY
from salesnb.actions.prospects import Prospects, SharedOutlooks
from salesnb.actions.unit_parts import RoadmapParts
from salesnb.errors import BadInput
from salesnb.planning import Goal, People, Plan, whole_reps

if TYPE_CHECKING:
    from salesnb.actions.facts import Facts
    from salesnb.outlook.levers import Lever
    from salesnb.workspace import Workspace

__all__ = ["chances_of_plan"]


def chances_of_plan(
    workspace: "Workspace", plan: Plan, facts: "Facts", outlooks: SharedOutlooks
) -> dict[str, Any]:
    """Tell how likely each goal is, and what is known of the first that is cascaded; what is not known is left out.

    A goal whose KPI the workspace does not keep any more is not told of.
    """
    known = [goal for goal in plan.goals if goal.kpi in facts.known]
    held = HeldGoals(workspace=workspace, data=facts.data, plan=plan)
    standing = {goal.id: tuple(held.nodes(goal, facts.as_of)) for goal in known if not goal.splits}
    likely = {
        "likely": {
            goal.id: _likely(plan, goal, facts, outlooks, standing.get(goal.id, ())) for goal in known
        },
        "held": {name: [_standing(one, held) for one in nodes] for name, nodes in standing.items()},
    }
    goal = next((goal for goal in known if plan.quotas_of(goal)), None)
    if goal is None:
        return likely
    company = RoadmapParts(plan=plan, goal=goal, facts=replace(facts, by=COMPANY))
    return {
        **likely,
        **_outlook(plan, goal, outlooks),
        **company.part(facts.names.unit(COMPANY, COMPANY)),
        **_capacity(workspace, plan, goal),
        **_fairness(workspace, plan, goal),
    }


def _standing(one: HeldNode, held: HeldGoals) -> dict[str, Any]:
    """Tell where a node stands against a goal that is not split."""
    depth = len(held.tree.path(one.node.id)) - 1
    return {
        "name": one.node.name,
        "level": one.node.level,
        "depth": depth,
        "target": one.target,
        "value": one.value,
        "holds": one.holds,
    }


def _likely(
    plan: Plan, goal: Goal, facts: "Facts", outlooks: SharedOutlooks, standing: Sequence[HeldNode]
) -> dict[str, Any]:
    shown = outlooks.workspace.settings.formatter
    past = None if goal.splits else held_before(outlooks.workspace, facts.data, goal, facts.as_of)
    found = likely_of(
        plan, goal, outlooks.of, as_of=facts.as_of, shown=shown, place=next(iter(standing), None), past=past
    )
    chances = {"low": found.band.low, "high": found.band.high} if found.band else {}
    return {"why": found.why, "attained": found.attained, **chances}


def _outlook(plan: Plan, goal: Goal, outlooks: SharedOutlooks) -> dict[str, Any]:
    """Give the outlook of the whole with those of the nodes above the reps, and what moves it."""
    quotas = {quota.id: quota for quota in whole_reps(plan, outlooks.facts.as_of).quotas_of(goal)}
    top = next(iter(quotas))
    prospects = Prospects(shared=outlooks, goal=goal, quotas=quotas)
    found = prospects.part(top)
    outlook = outlooks.of(goal)
    if not found or outlook is None:
        return {}
    nodes = [quota for quota in quotas.values() if quota.level != "rep" and quota.id != top]
    below = [part["outlook"] for quota in nodes if (part := prospects.part(quota.id))]
    for part in below:
        part |= {"reps": [], "quantiles": [], "track": None}
    levers = [_lever(lever) for lever in outlook.result().levers]
    return {"outlook": found["outlook"] | {"reps": below}, "levers": levers}


def _lever(lever: "Lever") -> dict[str, Any]:
    return {
        "driver": lever.driver,
        "move": round(lever.move, 4),
        "measured": lever.measured,
        "down": round(lever.down, 4),
        "up": round(lever.up, 4),
    }


def _capacity(workspace: "Workspace", plan: Plan, goal: Goal) -> dict[str, Any]:
    try:
        found = find_capacity(workspace, plan.name, People(), kpi=goal.id)
    except BadInput:
        # Of weeks, or where nothing is known of what a rep brings, there is no capacity.
        return {}
    nodes = [
        {
            "name": gap.node.name,
            "level": gap.node.level,
            "quota": None if gap.quota is None else round(gap.quota),
            "capacity": None if gap.capacity is None else round(gap.capacity),
            "heads": None if gap.heads is None else round(gap.heads, 2),
        }
        for gap in found.nodes
        if gap.node.level != "rep"
    ]
    return {"capacity": {"nodes": nodes, "lines": list(capacity_lines(found, workspace.settings.formatter))}}


def _fairness(workspace: "Workspace", plan: Plan, goal: Goal) -> dict[str, Any]:
    try:
        found = find_fairness(workspace, plan.name, kpi=goal.id)
    except BadInput:
        return {}
    return {
        "fairness": {
            "basis": found.basis,
            "bands": [{"label": band.label, "reps": band.reps} for band in found.bands],
            "lines": list(fairness_lines(found, workspace.settings.formatter)),
        }
    }
