"""What a plan takes for granted about its people, set and read: ramp, attrition, hires, productivity and hedges."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from salesnb.errors import BadInput
from salesnb.planning.capacity import Staffing
from salesnb.planning.checks import check
from salesnb.planning.means import OverAssignment, PlannedHires, Productivity
from salesnb.planning.model import Plan
from salesnb.planning.recascade import edited
from salesnb.planning.roadmap import BASIS_POINTS

__all__ = ["People", "assume_people", "productivity_of", "staffing_of"]


@dataclass(frozen=True, kw_only=True)
class People:
    """Changes of what a plan takes for granted; None leaves things as they are.

    Attributes
    ----------
    ramp
        Shares of a ramped rep's productivity by month since hire.
    attrition
        Share of reps that leaves within a year.
    backfill_months
        After how many months the one who leaves is replaced; 0 for never.
    hires, productivity, over_assignment
        Hires take the place of all there were; productivity and hedges that of their KPI (and level).
    """

    ramp: tuple[float, ...] | None = None
    attrition: float | None = None
    backfill_months: int | None = None
    hires: tuple[PlannedHires, ...] | None = None
    productivity: tuple[Productivity, ...] = ()
    over_assignment: tuple[OverAssignment, ...] = ()


def assume_people(plan: Plan, people: People) -> Plan:
    """Store assumptions; shares are kept as whole basis points. An approved plan becomes a draft.

    Raises
    ------
    BadInput
        When the ramp falls, a number is out of range, or hires are of an unknown node or outside the period.
    """
    before = plan.assumptions
    changes: dict[str, Any] = {}
    if people.ramp is not None:
        changes["ramp_bp"] = tuple(_points(f"The ramp of month {n}", x) for n, x in enumerate(people.ramp, 1))
    if people.attrition is not None:
        changes["attrition_bp"] = _points("The attrition", people.attrition)
    if people.backfill_months is not None:
        changes["backfill_months"] = people.backfill_months or None
    if people.hires is not None:
        changes["hires"] = people.hires
    if people.productivity:
        changes["productivity"] = _merged(before.productivity, people.productivity, "kpi")
    if people.over_assignment:
        hedges = _merged(before.over_assignment, people.over_assignment, "kpi", "level")
        changes["over_assignment"] = hedges
    after = edited(plan, assumptions=replace(before, **changes))
    staffing_of(after)
    return check(after)


def staffing_of(plan: Plan) -> Staffing:
    """Give ramp, attrition and backfill as a plan takes them for granted.

    Raises
    ------
    BadInput
        When the ramp falls, or a number is out of range.
    """
    assumed = plan.assumptions
    return Staffing(
        ramp=tuple(share / BASIS_POINTS for share in assumed.ramp_bp),
        attrition=(assumed.attrition_bp or 0) / BASIS_POINTS,
        backfill_months=assumed.backfill_months,
    )


def productivity_of(plan: Plan, kpi: str) -> Productivity | None:
    """Give what a ramped rep is taken to bring of a KPI in an average month; None where the plan does not say."""
    return next((item for item in plan.assumptions.productivity if item.kpi == kpi), None)


def _points(what: str, share: float) -> int:
    if not 0 <= share <= 1:
        raise BadInput(f"{what} is {share:g}.", hint="Give a share from 0 to 1, such as 0.25.")
    exact = Fraction(str(share)) * BASIS_POINTS
    if exact.denominator != 1:
        raise BadInput(f"{what} is {share:g}.", hint="Give four decimals at most: shares are basis points.")
    return int(exact)


def _merged(before: Iterable[Any], given: Iterable[Any], *keys: str) -> tuple[Any, ...]:
    """Put given items in the place of those with the same key."""
    found = {tuple(getattr(item, key) for key in keys): item for item in (*before, *given)}
    return tuple(found.values())
