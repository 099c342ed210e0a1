"""Scenarios of a plan: named, copied, taken away, and made the plan; each function takes a plan and gives a new one."""

from dataclasses import replace

from salesnb.errors import BadInput
from salesnb.planning.allocating import find_scenario, in_scenario, keep_scenario
from salesnb.planning.editing import set_goal
from salesnb.planning.model import Plan, Scenario, ScenarioTarget
from salesnb.planning.recascade import edited
from salesnb.planning.resources import ScenarioResource

__all__ = [
    "adopt_scenario",
    "aim_scenario",
    "copy_scenario",
    "free_scenario_name",
    "remove_scenario",
    "rename_scenario",
    "scenario_of",
]


def free_scenario_name(plan: Plan, wanted: str) -> str:
    """Give a name that no scenario has: the one that is wanted, else with a number behind it."""
    taken = {one for scenario in plan.scenarios for one in (scenario.id, scenario.name)}
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted} {number}", number + 1
    return name


def rename_scenario(plan: Plan, asked: str, name: str) -> Plan:
    """Call a scenario something else; its id stays.

    Raises
    ------
    UnknownName
        When there is no such scenario.
    BadInput
        When the name is empty, or another scenario has it.
    """
    scenario, told = find_scenario(plan, asked), name.strip()
    if not told:
        raise BadInput("A scenario needs a name.", hint="Say what it supposes in a few words.")
    if any(told in {one.id, one.name} for one in plan.scenarios if one.id != scenario.id):
        raise BadInput(f"Another scenario is called {told!r}.", hint="Give it a name of its own.")
    return keep_scenario(plan, replace(scenario, name=told))


def copy_scenario(plan: Plan, asked: str) -> Plan:
    """Copy a scenario under a name that is free.

    Raises
    ------
    UnknownName
        When there is no such scenario.
    """
    scenario = find_scenario(plan, asked)
    name = free_scenario_name(plan, f"{scenario.name} (copy)")
    return keep_scenario(plan, replace(scenario, id=name, name=name))


def remove_scenario(plan: Plan, asked: str) -> Plan:
    """Take a scenario away.

    Raises
    ------
    UnknownName
        When there is no such scenario.
    """
    scenario = find_scenario(plan, asked)
    return edited(plan, scenarios=tuple(one for one in plan.scenarios if one.id != scenario.id))


def scenario_of(plan: Plan, name: str) -> Scenario:
    """Give what a plan demands as a scenario of its own, to compare with or go back to: targets, totals and limits."""
    return Scenario(
        id=name,
        name=name,
        text=f"The plan at revision {plan.revision}",
        targets=tuple(ScenarioTarget(goal=one.id, unit=one.unit, target=one.target) for one in plan.goals),
        resources=tuple(
            ScenarioResource(resource=one.id, unit=one.unit, total=one.total) for one in plan.resources
        ),
        limits=plan.limits,
    )


def aim_scenario(plan: Plan, asked: str, goal: str, target: float) -> Plan:
    """Give a scenario another target for a goal; the plan's own takes it off.

    Raises
    ------
    UnknownName
        When there is no such scenario or goal.
    BadInput
        When the target is negative.
    """
    scenario, found = find_scenario(plan, asked), plan.goal(goal)
    if target < 0:
        raise BadInput("A target is zero or more.", hint="Give what is to be reached.")
    others = tuple(one for one in scenario.targets if one.goal != found.id)
    mine = (ScenarioTarget(goal=found.id, unit=found.unit, target=target),) if target != found.target else ()
    return keep_scenario(plan, replace(scenario, targets=(*others, *mine)))


def adopt_scenario(plan: Plan, asked: str) -> Plan:
    """Make a scenario's demands the plan's: targets with their cascade, totals and limits.

    What it supposes of drivers, deals and responses stays supposed: a plan cannot decide that.

    Raises
    ------
    UnknownName
        When there is no such scenario.
    BadInput
        When it demands nothing, so that nothing would change.
    Infeasible
        When locks of the cascade do not fit a target.
    """
    scenario: Scenario = find_scenario(plan, asked)
    if not (scenario.targets or scenario.resources or scenario.limits):
        raise BadInput(
            f"{scenario.name} demands nothing of the plan.",
            hint="It only supposes; a scenario that is to become the plan has another target, total or limit.",
        )
    changed = plan
    for target in scenario.targets:
        if changed.goal(target.goal).target != target.target:
            changed = set_goal(changed, target.goal, target.target)
    return in_scenario(changed, scenario) if scenario.resources or scenario.limits else changed
