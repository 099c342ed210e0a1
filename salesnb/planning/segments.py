"""Named segments of a plan: added, renamed, taken out of the allocation, removed; and what they are scored by."""

import math
from collections.abc import Mapping
from dataclasses import replace

from salesnb.errors import BadInput, BadUsage
from salesnb.planning.allocating import find_segment, keep_segments
from salesnb.planning.means import SegmentWeight
from salesnb.planning.model import Condition, Plan, Segment
from salesnb.planning.recascade import edited

__all__ = [
    "add_segment",
    "remove_segment",
    "rename_segment",
    "segment_uses",
    "take_out_segment",
    "weigh_segments",
]

_MOST = 1_000_000.0


def add_segment(plan: Plan, name: str, conditions: tuple[Condition, ...]) -> Plan:
    """Name a filter.

    Raises
    ------
    BadInput
        When the name is empty or taken, or nothing is filtered.
    """
    if not conditions:
        raise BadInput("Nothing is filtered, so this would be all deals.", hint="Choose a value first.")
    told = _free_name(plan, name)
    return keep_segments(plan, [Segment(id=told, name=told, conditions=conditions)])


def rename_segment(plan: Plan, key: str, name: str) -> Plan:
    """Call a segment otherwise; what refers to it stays as it is.

    Raises
    ------
    UnknownName
        When the plan has no such segment.
    BadInput
        When the name is empty or taken.
    BadUsage
        When quotas are cut by it, which know it by its name.
    """
    found = find_segment(plan, key)
    if name.strip() == found.name:
        return plan
    if _quotas(plan, found):
        raise BadUsage(f"{found.name} keeps its name: quotas are cut by it.", hint="Cut them anew first.")
    renamed = replace(found, name=_free_name(plan, name, of=found))
    return edited(plan, segments=tuple(renamed if one is found else one for one in plan.segments))


def remove_segment(plan: Plan, key: str) -> Plan:
    """Forget a segment.

    Raises
    ------
    UnknownName
        When the plan has no such segment.
    BadUsage
        When something of the plan refers to it.
    """
    found = find_segment(plan, key)
    uses = segment_uses(plan, found)
    if uses:
        raise BadUsage(
            f"{found.name} cannot be removed: {'; '.join(uses)}.", hint="Take it out of these first."
        )
    return edited(plan, segments=tuple(one for one in plan.segments if one is not found))


def take_out_segment(plan: Plan, key: str) -> Plan:
    """Allocate nothing to a segment any more: its curves and amounts go, what is freed is to be allocated again.

    Raises
    ------
    UnknownName
        When the plan has no such segment.
    BadUsage
        When a limit or a scenario is about it.
    """
    found = find_segment(plan, key)
    held = (*_limits(plan, found), *_scenarios(plan, found))
    if held:
        raise BadUsage(
            f"{found.name} stays in the allocation: {'; '.join(held)}.", hint="Free it of these first."
        )
    return edited(
        plan,
        allocation=tuple(line for line in plan.allocation if line.segment != found.id),
        response_curves=tuple(curve for curve in plan.response_curves if curve.segment != found.id),
        certificate=None,
    )


def segment_uses(plan: Plan, segment: Segment) -> tuple[str, ...]:
    """Say what of a plan refers to a segment, a clause each."""
    names = {resource.id: resource.name for resource in plan.resources}
    amounts = [names.get(line.resource, "") for line in plan.allocation if line.segment == segment.id]
    curves = [names.get(curve.resource, "") for curve in plan.response_curves if curve.segment == segment.id]
    return (
        *(f"it has a part of {name}" for name in amounts),
        *(f"it has a response curve for {name}" for name in curves if name not in amounts),
        *_limits(plan, segment),
        *_scenarios(plan, segment),
        *_quotas(plan, segment),
    )


def weigh_segments(plan: Plan, weights: Mapping[str, float]) -> Plan:
    """Keep what segments are scored by; criteria that are not named stay.

    Raises
    ------
    BadInput
        When a weight is no number of 0 to a million, or all are 0.
    """
    for criterion, weight in weights.items():
        if not (math.isfinite(weight) and 0 <= weight <= _MOST):
            raise BadInput(f"The weight of {criterion} is {weight:g}.", hint="Give 0 or more, such as 2.")
    known = {one.criterion: one.value for one in plan.assumptions.segment_weights} | dict(weights)
    if not any(known.values()):
        raise BadInput("All weights would be 0.", hint="Leave one above 0.")
    kept = tuple(SegmentWeight(criterion=name, value=float(weight)) for name, weight in known.items())
    if kept == plan.assumptions.segment_weights:
        return plan
    return edited(plan, assumptions=replace(plan.assumptions, segment_weights=kept))


def _free_name(plan: Plan, name: str, of: Segment | None = None) -> str:
    told = name.strip()
    if not told:
        raise BadInput("The segment has no name.", hint="Type one, such as Partners in Europe.")
    taken = {text for one in plan.segments if one is not of for text in (one.id, one.name)}
    if told in taken:
        raise BadInput(f"There is a segment {told!r} already.", hint="Type another name.")
    return told


def _limits(plan: Plan, segment: Segment) -> tuple[str, ...]:
    held = [limit for limit in plan.limits if segment.id in limit.segments]
    return tuple(
        f"a limit{f' {one.name}' if one.name else ''} of {one.by or 'somebody'} is about it" for one in held
    )


def _scenarios(plan: Plan, segment: Segment) -> tuple[str, ...]:
    return tuple(
        f"the scenario {one.name} is about it"
        for one in plan.scenarios
        if any(segment.id in limit.segments for limit in one.limits)
        or any(segment.id == response.segment for response in one.responses)
    )


def _quotas(plan: Plan, segment: Segment) -> tuple[str, ...]:
    cut = {goal.kpi for goal in plan.goals if goal.across == "segment"}
    parts = (part.label for quota in plan.quotas if quota.kpi in cut for part in quota.parts)
    return ("quotas are cut by it",) if segment.name in set(parts) else ()
