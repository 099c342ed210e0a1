"""Stating what there is to allocate, and keeping an allocation: each function takes a plan and gives a new one.

What changes the problem takes the certificate off the plan, because it was proved for another one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from salesnb.errors import UnknownName, nearest
from salesnb.planning.model import Plan, Scenario, Segment
from salesnb.planning.recascade import edited
from salesnb.planning.resources import AllocationLimit, AllocationLine, Certificate, Resource, ResponseCurve

__all__ = [
    "find_resource",
    "find_scenario",
    "find_segment",
    "free_segments",
    "in_scenario",
    "keep_amounts",
    "keep_curves",
    "keep_limits",
    "keep_resource",
    "keep_scenario",
    "keep_segments",
]

T = TypeVar("T")
N = TypeVar("N", Resource, Segment, Scenario)


def find_resource(plan: Plan, asked: str) -> Resource:
    """Find a resource by id or name.

    Raises
    ------
    UnknownName
        When there is none.
    """
    return _find(plan, "resource", plan.resources, asked)


def find_segment(plan: Plan, asked: str) -> Segment:
    """Find a segment by id or name.

    Raises
    ------
    UnknownName
        When there is none.
    """
    return _find(plan, "segment", plan.segments, asked)


def find_scenario(plan: Plan, asked: str) -> Scenario:
    """Find a scenario by id or name.

    Raises
    ------
    UnknownName
        When there is none.
    """
    return _find(plan, "scenario", plan.scenarios, asked)


def keep_segments(plan: Plan, segments: Iterable[Segment]) -> Plan:
    """Add segments; one that is there already stays as it is."""
    known = {segment.id for segment in plan.segments}
    new = tuple(segment for segment in segments if segment.id not in known)
    return edited(plan, segments=(*plan.segments, *new)) if new else plan


def keep_resource(plan: Plan, resource: Resource) -> Plan:
    """State a resource, in place of one with its id."""
    return edited(plan, resources=_placed(plan.resources, [resource], lambda item: item.id), certificate=None)


def keep_curves(plan: Plan, curves: Sequence[ResponseCurve]) -> Plan:
    """Keep response curves, in place of those for the same resource and segment."""
    kept = _placed(plan.response_curves, curves, lambda item: (item.resource, item.segment))
    return edited(plan, response_curves=kept, certificate=None)


def keep_limits(plan: Plan, limits: Sequence[AllocationLimit]) -> Plan:
    """Keep limits, in place of those on the same segments."""
    return edited(plan, limits=_placed(plan.limits, limits, lambda item: item.key), certificate=None)


def free_segments(plan: Plan, resource: str, segments: Iterable[str]) -> Plan:
    """Take away the limits that segments have by themselves."""
    freed = {(resource, frozenset([segment])) for segment in segments}
    return edited(
        plan, limits=tuple(limit for limit in plan.limits if limit.key not in freed), certificate=None
    )


def keep_scenario(plan: Plan, scenario: Scenario) -> Plan:
    """Keep a scenario, in place of one with its id."""
    return edited(plan, scenarios=_placed(plan.scenarios, [scenario], lambda item: item.id))


def in_scenario(plan: Plan, scenario: Scenario) -> Plan:
    """Give the plan as it would be in a scenario: its totals and limits stand in for the plan's."""
    totals = {item.resource: item.total for item in scenario.resources}
    changed = edited(
        plan,
        resources=tuple(replace(item, total=totals.get(item.id, item.total)) for item in plan.resources),
    )
    return keep_limits(changed, scenario.limits)


def keep_amounts(
    plan: Plan, amounts: Mapping[tuple[str, str], int], certificate: Certificate | None = None
) -> Plan:
    """Keep what segments get, by (resource, segment), in the smallest unit; resources that are not named stay.

    Raises
    ------
    UnknownName
        When the plan has no such resource.
    """
    named = {resource for resource, _ in amounts}
    units = {resource: find_resource(plan, resource).unit for resource in named}
    lines = [line for line in plan.allocation if line.resource not in named]
    lines += [
        AllocationLine(resource=resource, segment=segment, unit=units[resource], amount=amount)
        for (resource, segment), amount in amounts.items()
    ]
    return edited(plan, allocation=tuple(lines), certificate=certificate)


def _find(plan: Plan, kind: str, items: Sequence[N], asked: str) -> N:
    for item in items:
        if asked in {item.id, item.name}:
            return item
    hint = nearest(asked, [item.name for item in items])
    raise UnknownName(f"The plan {plan.name} has no {kind} {asked!r}.", hint=hint)


def _placed(items: Sequence[T], new: Sequence[T], key: Callable[[T], object]) -> tuple[T, ...]:
    """Put new items where those of the same key stand, and the others behind."""
    fresh = {key(item): item for item in new}
    known = {key(item) for item in items}
    kept = (fresh.get(key(item), item) for item in items)
    return (*kept, *(item for at, item in fresh.items() if at not in known))
