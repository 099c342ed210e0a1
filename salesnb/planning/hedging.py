"""Over-assignment within a cascade: what the nodes below one come to where their level has a hedge.

Everything below a node comes to the node's amount times the factor of that level, rounded half up to whole units. Where
all of it is locked, the node is what that needs: the smallest amount that comes to as much.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor

from salesnb.errors import BadInput
from salesnb.planning.means import OverAssignment
from salesnb.planning.model import Goal, Plan, Quota

__all__ = ["comes_to", "factor_below", "factors_of", "needs", "refuse_parts", "with_hedges"]

_HALF = Fraction(1, 2)
_ONCE_BP = 10_000


def factors_of(plan: Plan, goal: Goal, levels: Sequence[str]) -> dict[str, Fraction]:
    """Give the factor of each level on the one above it, where a plan takes a hedge for granted.

    A hedge that is put on the goal is told on the level above: 1.1 on the goal at ``rep``, where ``team`` has 1.05
    already, is 1.1 / 1.05.

    Parameters
    ----------
    levels
        Of the cascade, from the top.
    """
    known = {item.level: item for item in plan.assumptions.over_assignment if item.kpi == goal.kpi}
    found: dict[str, Fraction] = {}
    whole = Fraction(1)
    for level in dict.fromkeys(levels):
        item = known.get(level)
        factor = Fraction(1) if item is None else Fraction(item.factor_bp, _ONCE_BP)
        if item is not None and item.base == "goal":
            factor /= whole
        whole *= factor
        if factor != 1:
            found[level] = factor
    return found


def factor_below(node: str, levels: Sequence[str], factors: Mapping[str, Fraction]) -> Fraction:
    """Give the factor of what is right below a node.

    Raises
    ------
    BadInput
        When levels with different factors are right below it.
    """
    found = {factors.get(level, Fraction(1)) for level in levels}
    if len(found) > 1:
        raise BadInput(
            f"Right below {node} are the levels {', '.join(dict.fromkeys(levels))}, which are over-assigned differently.",
            where=node,
            hint="Give them the same over-assignment.",
        )
    return found.pop() if found else Fraction(1)


def comes_to(amount: int, factor: Fraction) -> int:
    """Tell what those below a node come to.

    Examples
    --------
    >>> comes_to(1_000, Fraction("1.05")), comes_to(11, Fraction("1.05"))
    (1050, 12)
    """
    return floor(amount * factor + _HALF)


def needs(below: int, factor: Fraction) -> int:
    """Tell the smallest amount of a node with which those below it come to at least so much.

    Examples
    --------
    >>> needs(1_050, Fraction("1.05")), needs(0, Fraction("1.05"))
    (1000, 0)
    """
    return max(ceil((below - _HALF) / factor), 0)


def with_hedges(plan: Plan, goal: Goal, hedges: Sequence[OverAssignment]) -> Plan:
    """Take hedges for granted in the place of those of the same level; one of 10,000 basis points is none.

    The quotas stay as they are until the goal is cascaded again.

    Raises
    ------
    BadInput
        When the quotas are cut a second time or were given by month: parts and months add up within each node, and
        cannot be more below it.
    """
    quotas = plan.quotas_of(goal)
    new = [item for item in hedges if item.factor_bp != _ONCE_BP]
    if new:
        refuse_parts(quotas)
    named = {item.level for item in hedges}
    kept = [
        item for item in plan.assumptions.over_assignment if item.kpi != goal.kpi or item.level not in named
    ]
    return replace(plan, assumptions=replace(plan.assumptions, over_assignment=(*kept, *new)))


def refuse_parts(quotas: Sequence[Quota]) -> None:
    """Refuse to over-assign what is cut a second time, or was given by month."""
    for quota in quotas:
        if quota.parts or quota.months:
            how = "cut a second time" if quota.parts else "given by month"
            raise BadInput(
                f"The quotas of {quota.kpi} are {how}, and what is below a node must add up to its parts.",
                where=quota.id,
                hint="Over-assign a goal without that, or raise the goal itself.",
            )
