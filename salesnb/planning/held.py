"""Goals that are not split: what each node is held to, and what is typed for one of them."""

from salesnb.errors import BadInput
from salesnb.planning.model import Goal, KpiTarget, Plan
from salesnb.planning.recascade import edited

__all__ = ["held_to", "hold", "let_go"]


def held_to(plan: Plan, goal: Goal, node: str) -> float | int | None:
    """Give what a node is held to by a goal that is not split; None where it has no target of its own.

    Examples
    --------
    >>> from salesnb.calendar import FiscalCalendar
    >>> period = FiscalCalendar().period("2017-Q4")
    >>> goal = Goal(id="win_rate", kpi="win_rate", unit="ratio", target=0.3, period=period, below="same")
    >>> plan = hold(Plan(name="fy18", period=period, currency="USD", goals=(goal,)), goal, "West", 0.4)
    >>> [held_to(plan, goal, node) for node in ("company", "East", "West")]
    [0.3, 0.3, 0.4]
    """
    typed = next((one for one in plan.kpi_targets if (one.kpi, one.node) == (goal.kpi, node)), None)
    if typed is not None and node != goal.node:
        return typed.target
    return goal.target if node == goal.node or goal.same_below else None


def hold(plan: Plan, goal: Goal, node: str, target: float) -> Plan:
    """Hold a node to a target of its own; the goal and the other nodes stay as they are.

    Raises
    ------
    BadInput
        When it is the node of the goal itself.
    """
    if node == goal.node:
        raise BadInput(f"{node} has the goal itself.", hint=f"Change it: --goal {goal.kpi}=AMOUNT.")
    others = _others(plan, goal, node)
    own = KpiTarget(kpi=goal.kpi, node=node, unit=goal.unit, target=target, direction=goal.direction)
    return edited(plan, kpi_targets=tuple(sorted([*others, own], key=lambda one: (one.kpi, one.node))))


def let_go(plan: Plan, goal: Goal, node: str) -> Plan:
    """Hold a node to the goal again, or to nothing.

    Raises
    ------
    BadInput
        When it has no target of its own.
    """
    others = _others(plan, goal, node)
    if len(others) == len(plan.kpi_targets):
        raise BadInput(f"{node} has no target of its own for {goal.kpi}.", where=node)
    return edited(plan, kpi_targets=tuple(others))


def _others(plan: Plan, goal: Goal, node: str) -> list[KpiTarget]:
    return [one for one in plan.kpi_targets if (one.kpi, one.node) != (goal.kpi, node)]
