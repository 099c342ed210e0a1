"""Whether resources, response curves, limits and the allocation of a plan fit each other."""

from collections import Counter
from collections.abc import Iterator

from salesnb.planning.model import Plan, Scenario
from salesnb.planning.problem import Problem
from salesnb.planning.resources import AllocationLimit

__all__ = ["allocation_problems"]

_RULE = "allocation"
_WHOLE = 10_000


def allocation_problems(plan: Plan) -> Iterator[Problem]:
    """Find limits and scenarios of nothing, ends that contradict, amounts above their total, or below the least."""
    yield from _limits(plan, plan.limits, "limits")
    for scenario in plan.scenarios:
        yield from _limits(plan, scenario.limits, f"scenarios, {scenario.id}, limits")
        yield from _supposed(plan, scenario)
    yield from _sums(plan)
    yield from _curves(plan)


def _limits(plan: Plan, limits: tuple[AllocationLimit, ...], part: str) -> Iterator[Problem]:
    units = {resource.id: resource.unit for resource in plan.resources}
    seen = set()
    for limit in limits:
        where = f"{part}, {limit.name or ', '.join(limit.segments)}"
        yield from _unknown(where, "resource", (limit.resource,), set(units))
        yield from _unknown(where, "segment", limit.segments, {segment.id for segment in plan.segments})
        if limit.unit != units.get(limit.resource, limit.unit):
            what = f"It is in {limit.unit}, but the resource is in {units[limit.resource]}."
            yield Problem.error(_RULE, where, what)
        if limit.low is not None and limit.high is not None and limit.low > limit.high:
            what = "It asks for more at least than at most."
            yield Problem.error(_RULE, where, what, "Change one of both.")
        if limit.key in seen:
            yield Problem.error(_RULE, where, "The same segments are limited twice.", "Keep one of both.")
        seen.add(limit.key)


def _supposed(plan: Plan, scenario: Scenario) -> Iterator[Problem]:
    where = f"scenarios, {scenario.id}"
    units = {resource.id: resource.unit for resource in plan.resources}
    yield from _unknown(where, "resource", tuple(item.resource for item in scenario.resources), set(units))
    segments = {segment.id for segment in plan.segments}
    yield from _unknown(where, "segment", tuple(item.segment for item in scenario.responses), segments)
    for kind, keys in (
        ("driver", [one.driver for one in scenario.moves]),
        ("deal", [one.deal for one in scenario.fates]),
    ):
        for key, count in Counter(keys).items():
            if count > 1:
                yield Problem.error(
                    _RULE, where, f"It supposes two things of the {kind} {key!r}.", "Keep one of them."
                )
    for item in scenario.resources:
        if item.unit != units.get(item.resource, item.unit):
            what = f"It has {item.resource} in {item.unit}, but the resource is in {units[item.resource]}."
            yield Problem.error(_RULE, where, what)


def _unknown(where: str, kind: str, keys: tuple[str, ...], known: set[str]) -> Iterator[Problem]:
    for key in keys:
        if key not in known:
            what = f"It refers to the {kind} {key!r}, which the plan does not have."
            yield Problem.error(_RULE, where, what, f"Known: {', '.join(sorted(known)) or 'none'}.")


def _sums(plan: Plan) -> Iterator[Problem]:
    for resource in plan.resources:
        lines = [line.amount for line in plan.allocation if line.resource == resource.id]
        come = sum(lines)
        if lines and (come > resource.total or (come < resource.total and resource.spend == "all")):
            more = "more" if come > resource.total else "less"
            what = f"What the segments have of {resource.name} comes to {more} than there is."
            hint = f"Allocate again: salesnb plan allocate {plan.name} --save."
            yield Problem.warning(_RULE, f"allocation, {resource.id}", what, hint)


def _curves(plan: Plan) -> Iterator[Problem]:
    for curve in plan.response_curves:
        where = f"response_curves, {curve.resource} for {curve.segment}"
        if any(len(draw) != len(curve.parameters) for draw in curve.draws):
            what = f"Its draws do not have a value for each of its {len(curve.parameters)} parameters."
            yield Problem.error(_RULE, where, what, "Estimate it again.")
        if curve.fit is not None and sum(curve.fit.season_bp) != _WHOLE:
            what = f"The months of its period come to {sum(curve.fit.season_bp)} of {_WHOLE} basis points."
            yield Problem.error(_RULE, where, what, "Fit it again.")
        said = curve.judgement
        if said is not None and not said.none_minor < said.now_minor < said.saturated_minor:
            what = "The three answers do not rise."
            yield Problem.error(_RULE, where, what, "Each must be above the one before.")
