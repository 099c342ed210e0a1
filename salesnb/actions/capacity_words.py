"""Quota against capacity as people and programs read it."""

from decimal import Decimal
from itertools import groupby
from typing import Any

from salesnb import planning
from salesnb.actions.capacities import CapacityFound
from salesnb.actions.hedging import hedge_lines
from salesnb.money import Formatter, to_major
from salesnb.planning import Hiring, NodeGap

__all__ = ["capacity_document", "capacity_lines", "capacity_records"]

_TENTHS = Decimal("0.1")


def capacity_lines(found: CapacityFound, formatter: Formatter) -> tuple[str, ...]:
    """Say what the figures rest on and what they come to, a sentence each."""
    staffing = planning.staffing_of(found.plan)
    productivity = found.productivity
    ramp = (
        ", ".join(f"{share:g}" for share in staffing.ramp) or "none: reps are productive from the first day"
    )
    lag = staffing.backfill_months
    replaced = f"replaced after {lag} month{'s' * (lag != 1)}" if lag else "not replaced"
    monthly, unit = productivity.monthly, found.goal.unit
    amount = formatter.money(monthly) if unit == "money" else formatter.number(monthly, 1)
    steps = found.steps
    return (
        f"Ramp: {ramp}. Attrition: {formatter.ratio(staffing.attrition)} a year; who leaves is {replaced}.",
        f"A ramped rep brings {amount} in an average month ({productivity.source}).",
        f"Season: {found.season_basis}.",
        f"Rep-years: {steps.naive:.2f} by heads, {steps.ramp:.2f} with ramp, {steps.attrition:.2f} with attrition.",
        *found.notices,
        *hedge_lines(found.plan, formatter),
        *_verdict(found, formatter),
    )


def capacity_records(found: CapacityFound, formatter: Formatter) -> list[dict[str, object]]:
    """Give a row a node, indented by depth, with its gap and the hires that it takes in words."""
    unit = found.goal.unit

    def shown(value: float | None) -> str | None:
        return None if value is None else formatter.value(round(value), unit)

    return [
        {
            "node": f"{'  ' * gap.depth}{gap.node.name}",
            "level": gap.node.level,
            "heads": _tenths(gap.heads),
            "ramped": _tenths(gap.ramped),
            "quota": shown(gap.quota),
            "capacity": shown(gap.capacity),
            "potential": shown(gap.potential),
            "gap": _gap(gap, found, formatter),
            "hires": _hires(gap, found, formatter),
        }
        for gap in found.nodes
    ]


def capacity_document(found: CapacityFound, digits: int) -> dict[str, Any]:
    """Give everything as JSON has it: money in major units as text, what is not known as null."""
    staffing, steps = planning.staffing_of(found.plan), found.steps
    return {
        "plan": found.plan.name,
        "revision": found.plan.revision,
        "kpi": found.goal.kpi,
        "unit": found.goal.unit,
        "period": found.goal.period.label,
        "as_of": found.as_of,
        "ramp": list(staffing.ramp),
        "attrition": staffing.attrition,
        "backfill_months": staffing.backfill_months,
        "productivity": _major(found.productivity.monthly, found, digits)
        if found.goal.unit == "money"
        else found.productivity.monthly,
        "productivity_source": found.productivity.source,
        "season_basis": found.season_basis,
        "rep_years": {"naive": steps.naive, "ramp": steps.ramp, "attrition": steps.attrition},
        "months": _months(found, digits),
        "levels": _levels(found),
        "over_assignment": [
            {"level": item.level, "base": item.base, "factor": item.factor_bp / 10_000, "source": item.source}
            for item in found.plan.assumptions.over_assignment
            if item.kpi == found.goal.kpi
        ],
        "hire_where": [
            {"id": gap.node.id, "name": gap.node.name, "heads": found.places[gap.node.id]}
            for gap in found.nodes
            if gap.node.id in found.places
        ],
        "nodes": [_node(gap, found, digits) for gap in found.nodes],
    }


def _months(found: CapacityFound, digits: int) -> list[dict[str, Any]]:
    booked = planning.bookings(found.whole.ramped, found.productivity.monthly, found.season)
    columns = (found.months, found.whole.headcount, found.whole.ramped, booked)
    return [
        {"month": month.label, "heads": heads, "ramped": ramped, "capacity": _major(amount, found, digits)}
        for month, heads, ramped, amount in zip(*columns, strict=True)
    ]


def _levels(found: CapacityFound) -> list[dict[str, Any]]:
    return [
        {
            "level": level.level,
            "factor": _float(level.factor),
            "over": _float(level.over),
            "attainment_factor": _float(level.attainment_factor),
        }
        for level in planning.assigned_levels(found.plan, found.goal)
    ]


def _node(gap: NodeGap, found: CapacityFound, digits: int) -> dict[str, Any]:
    return {
        "id": gap.node.id,
        "name": gap.node.name,
        "level": gap.node.level,
        "parent": gap.node.parent,
        "heads": gap.heads,
        "ramped": gap.ramped,
        "quota": _major(gap.quota, found, digits),
        "capacity": _major(gap.capacity, found, digits),
        "potential": _major(gap.potential, found, digits),
        "gap": _major(gap.gap, found, digits),
        "hires": [
            {"month": label, "heads": hiring.heads, "why": hiring.why}
            for label, hiring in found.hiring.get(gap.node.id, {}).items()
        ],
    }


def _major(value: float | None, found: CapacityFound, digits: int) -> Decimal | int | None:
    if value is None:
        return None
    return to_major(round(value), digits) if found.goal.unit == "money" else round(value)


def _gap(gap: NodeGap, found: CapacityFound, formatter: Formatter) -> str:
    if gap.gap is None:
        return "no quota" if gap.quota is None else "capacity not known"
    amount = formatter.value(abs(round(gap.gap)), found.goal.unit)
    part = f" ({formatter.ratio(abs(gap.gap) / gap.quota, 0)})" if gap.quota else ""
    more = "; above potential" if gap.room is not None and gap.room < 0 else ""
    word = "short by" if gap.gap < 0 else "spare"
    return f"{word} {amount}{part}{more}"


def _hires(gap: NodeGap, found: CapacityFound, formatter: Formatter) -> str:
    """Say how many hires in the first month that can be; nobody hires for a single rep's quota."""
    earliest = found.earliest(gap.node.id)
    if gap.node.level == "rep" or gap.gap is None or gap.gap >= 0:
        return ""
    if earliest is None:
        return "too late"
    label, hiring = earliest
    return (
        "none in time" if hiring.heads is None else f"{hiring.heads} at the start of {formatter.month(label)}"
    )


def _verdict(found: CapacityFound, formatter: Formatter) -> tuple[str, ...]:
    """Say whether the whole has a gap, and how many hires by when close it."""
    top = found.nodes[0]
    if top.gap is None:
        return ()
    amount = formatter.value(abs(round(top.gap)), found.goal.unit)
    asked = "the goal" if top.quota == found.goal.target else "what the quotas come to"
    over = _over_assigned(found, formatter)
    if top.gap >= 0:
        return (f"Capacity is above {asked} by {amount}.", *over)
    hiring = found.hiring[top.node.id]
    if not hiring:
        none = f"Capacity is below {asked} by {amount}, and no month is left to hire in."
        return (none, *over)
    told = f"Capacity is below {asked} by {amount}. Hires that close it: {_by_month(hiring, formatter)}."
    return (told, *_where(found, formatter), *over)


def _over_assigned(found: CapacityFound, formatter: Formatter) -> tuple[str, ...]:
    """Compare capacity with what reps are asked for, where that is another sum than the whole is."""
    top = found.nodes[0]
    reps = [gap.quota for gap in found.nodes if gap.node.level == "rep" and gap.quota is not None]
    if not reps or top.capacity is None or sum(reps) == top.quota:
        return ()
    gap = round(top.capacity - sum(reps))
    asked, amount = (formatter.value(round(value), found.goal.unit) for value in (sum(reps), abs(gap)))
    word = "below" if gap < 0 else "above"
    return (f"The quotas of all reps come to {asked}; capacity is {word} that by {amount}.",)


def _where(found: CapacityFound, formatter: Formatter) -> tuple[str, ...]:
    """Say where the hires of the first month go, the most first."""
    parents = {gap.node.parent for gap in found.nodes if gap.node.id in found.places}
    lowest = [gap.node for gap in found.nodes if found.places.get(gap.node.id) and gap.node.id not in parents]
    if len(lowest) < 2 and (not lowest or lowest[0].parent is None):
        return ()
    label, hiring = next(iter(found.hiring[found.nodes[0].node.id].items()))
    lowest.sort(key=lambda node: (-found.places[node.id], node.name))
    parts = ", ".join(f"{found.places[node.id]} in {node.name}" for node in lowest)
    return (
        f"Of the {hiring.heads} at the start of {formatter.month(label)}, by what each place lacks: {parts}.",
    )


def _by_month(hiring: dict[str, Hiring] | Any, formatter: Formatter) -> str:
    """Join ``12 at the start of Jul 2026, …``; months from which on nobody ramps in time are told once."""
    parts = []
    for heads, group in groupby(hiring.items(), key=lambda item: item[1].heads):
        labels = [label for label, _ in group]
        first, last = formatter.month(labels[0]), formatter.month(labels[-1])
        if heads is None:
            parts.append(f"none from {first} on ramps in time")
        else:
            when = first if len(labels) == 1 else f"{first} to {last}"
            parts.append(f"{heads} at the start of {when}")
    return ", or ".join(parts)


def _tenths(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value)).quantize(_TENTHS)


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
