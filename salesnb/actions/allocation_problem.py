"""A plan's resources, curves and limits as a problem that can be allocated: in major units, with names for keys."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from salesnb import allocation
from salesnb.actions.allocation_curves import Drawn, Draws, Scale, level
from salesnb.allocation import Limit
from salesnb.allocation.comparing import drawn_responses
from salesnb.allocation.limits import Key, line_of
from salesnb.allocation.responses import Responses
from salesnb.allocation.segments import strategy
from salesnb.allocation.whole_units import WholeLimit
from salesnb.errors import BadInput
from salesnb.money import Formatter
from salesnb.planning import (
    AllocationLimit,
    Plan,
    Resource,
    ResponseCurve,
    Scenario,
    in_scenario,
)
from salesnb.planning.words import digits_of

__all__ = ["Drawing", "Posed", "pose", "shown_amount"]

_FULL = 10_000
# Draws to allocate on: concave curves take hardly longer with many; of others the search over boxes does.
_MOST_DRAWS, _FEWEST_DRAWS, _SEARCHED = 200, 20, 2_000


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Draws of every line's curve, made when they are asked for: those to measure on are many.

    Attributes
    ----------
    scale, lines
        The stored curve of each line, with its resource.
    count
        How many draws are allocated on, where they can be many.
    factors
        By which a scenario multiplies what a segment sells.
    further
        Today's amounts, in major units, of lines that count for what they bring beside these.
    """

    scale: Scale
    lines: Mapping[Key, tuple[ResponseCurve, Resource]]
    count: int
    factors: Mapping[str, float]
    further: Mapping[Key, float]

    @cached_property
    def curves(self) -> Mapping[Key, Draws]:
        """Those to allocate on."""
        return self._all(lambda drawn: drawn.to_solve(self.count))

    @cached_property
    def fresh(self) -> Mapping[Key, Draws]:
        """Others, to measure on."""
        return self._all(Drawn.to_measure)

    @cached_property
    def responses(self) -> Responses:
        """Those to allocate on, as arrays."""
        return drawn_responses(self.curves)

    def _all(self, draw: Callable[[Drawn], Draws]) -> Mapping[Key, Draws]:
        return level({key: self._line(key, draw) for key in self.lines})

    def _line(self, key: Key, draw: Callable[[Drawn], Draws]) -> Draws:
        stored, resource = self.lines[key]
        factor = self.factors.get(stored.segment, 1.0)
        draws = [
            replace(curve, height=curve.height * factor, base=curve.base * factor)
            for curve in draw(Drawn(stored, self.scale, resource))
        ]
        at = self.further.get(key)
        return draws if at is None else [replace(curve, base=curve.base - curve.at(at)) for curve in draws]


@dataclass(frozen=True, kw_only=True)
class Posed:
    """A plan's problem.

    Attributes
    ----------
    plan
        With the totals and limits that hold here.
    places
        (resource id, segment id) of each line, by its key: the segment's name, with the resource's where there are
        several.
    drawing
        Draws of each line's curve.
    resources, totals
        The plan's by the name that lines have them by, and the same in major units.
    limits, whole
        What to keep to, in major units and in smallest ones.
    today
        In smallest units.
    steps
        Smallest units of which amounts are whole multiples.
    """

    plan: Plan
    scale: Scale
    places: Mapping[Key, tuple[str, str]]
    drawing: Drawing = field(repr=False)
    resources: Mapping[str, Resource]
    totals: Mapping[str, allocation.Resource]
    limits: tuple[Limit, ...]
    whole: tuple[WholeLimit, ...]
    today: Mapping[Key, int]
    steps: Mapping[Key, int]

    @property
    def curves(self) -> Mapping[Key, Draws]:
        """Draws of each line's curve to allocate on."""
        return self.drawing.curves

    @property
    def fresh(self) -> Mapping[Key, Draws]:
        """Others, to measure on."""
        return self.drawing.fresh

    def resource(self, key: Key) -> Resource:
        """Give the plan's resource of a line."""
        found = self.places[key][0]
        return next(item for item in self.plan.resources if item.id == found)

    def stored(self, key: Key) -> ResponseCurve:
        """Give the plan's curve of a line."""
        return _stored(self.plan, *self.places[key])

    def major(self, key: Key, amount: float) -> float:
        """Turn an amount of a line into major units."""
        return amount / self.scale.of(self.resource(key))

    def majors(self, amounts: Mapping[Key, float]) -> dict[Key, float]:
        """Turn amounts of all lines into major units."""
        return {key: self.major(key, amount) for key, amount in amounts.items()}

    def setting(self, worst: float | None) -> allocation.Setting:
        """Say what an allocation starts from."""
        moving = {
            name: item.moving_cost * self.scale.of(item) / self.scale.sales()
            for name, item in self.resources.items()
            if item.moving_cost
        }
        return allocation.Setting(today=self.majors(self.today), moving_cost=moving, worst=worst)


def pose(
    plan: Plan,
    formatter: Formatter,
    scenario: Scenario | None = None,
    *,
    alone: bool = False,
    like: Posed | None = None,
) -> Posed:
    """Put a plan's problem together, or that of one of its scenarios; draws are the same in all of them.

    Each curve says what its segment sells in all. Where a segment has curves of several resources, the further ones count
    for what they bring beside today's amounts, so that its sales are not counted twice; ``alone`` leaves them as they are.
    A problem that is ``like`` it gives its draws where the curves are the same, since they take the most time.

    Raises
    ------
    BadInput
        When there is no resource, no curve, or a resource that no curve uses.
    """
    plan = plan if scenario is None else in_scenario(plan, scenario)
    _complete(plan)
    scale = Scale(digits_of(plan.currency))
    places = _places(plan)
    keys = {place: key for key, place in places.items()}
    today = {key: _stored(plan, *place).today for key, place in places.items()}
    used = [item for item in plan.resources if any(place[0] == item.id for place in places.values())]
    resources = {_name(plan, item): item for item in used}
    limits = [
        _limit(plan, limit, keys, today, formatter)
        for limit in plan.limits
        if all((limit.resource, segment) in keys for segment in limit.segments)
    ]
    drawing = _drawing(plan, scale, places, scenario, alone=alone)
    return Posed(
        plan=plan,
        scale=scale,
        places=places,
        drawing=like.drawing if like is not None and like.drawing == drawing else drawing,
        resources=resources,
        totals={name: _total(item, scale) for name, item in resources.items()},
        limits=tuple(one for one, _ in limits),
        whole=(
            *(_whole_total(item, places) for item in used),
            *(one for _, one in limits),
        ),
        today=today,
        steps={key: max(1, _resource(plan, place[0]).step) for key, place in places.items()},
    )


def _draws(plan: Plan) -> int:
    """How many draws of the curves are allocated on."""
    bent = any(curve.judged is not None and curve.judged.slope > 1 for curve in plan.response_curves)
    if not bent and not any(resource.step > 1 for resource in plan.resources):
        return _MOST_DRAWS
    each = _SEARCHED // len(plan.response_curves)
    return max(_FEWEST_DRAWS, min(_MOST_DRAWS, each - each % 2))


def _drawing(
    plan: Plan, scale: Scale, places: Mapping[Key, tuple[str, str]], scenario: Scenario | None, *, alone: bool
) -> Drawing:
    lines = {key: (_stored(plan, *place), _resource(plan, place[0])) for key, place in places.items()}
    further = [] if alone else _further(places)
    return Drawing(
        scale=scale,
        lines=lines,
        count=_draws(plan),
        factors={item.segment: item.factor_bp / _FULL for item in (scenario.responses if scenario else ())},
        further={key: lines[key][0].today / scale.of(lines[key][1]) for key in further},
    )


def shown_amount(resource: Resource, amount: float, formatter: Formatter) -> str:
    """Write an amount of a resource as its reader does: money, or a count with what it counts."""
    if resource.unit == "money":
        return formatter.money(amount, cents=amount != round(amount, -2))
    return f"{formatter.count(round(amount))} {resource.counts}".rstrip()


def _complete(plan: Plan) -> None:
    if not plan.resources:
        raise BadInput(
            f"The plan {plan.name} has nothing to allocate.",
            hint="Say how much there is: --total budget=400000, or --total 'visits=1200 hours'.",
        )
    if not plan.response_curves:
        raise BadInput(
            f"The plan {plan.name} has no response curve.", hint="Answer three questions a segment: --judge."
        )


def _places(plan: Plan) -> dict[Key, tuple[str, str]]:
    """Name the lines: by segment, and by resource too where several are allocated."""
    used = {curve.resource for curve in plan.response_curves}
    counts = Counter(segment.name for segment in plan.segments)
    names = {item.id: item.name if counts[item.name] == 1 else item.id for item in plan.segments}
    found: dict[Key, tuple[str, str]] = {}
    for curve in plan.response_curves:
        name = names[curve.segment]
        key: Key = name if len(used) == 1 else (_resource(plan, curve.resource).name, name)
        found[key] = (curve.resource, curve.segment)
    return found


def _further(places: Mapping[Key, tuple[str, str]]) -> list[Key]:
    """List the lines of segments that have a line of another resource before."""
    seen: set[str] = set()
    found = []
    for key, (_, segment) in places.items():
        if segment in seen:
            found.append(key)
        seen.add(segment)
    return found


def _name(plan: Plan, resource: Resource) -> str:
    return resource.name if len({curve.resource for curve in plan.response_curves}) > 1 else ""


def _resource(plan: Plan, key: str) -> Resource:
    return next(item for item in plan.resources if item.id == key)


def _stored(plan: Plan, resource: str, segment: str) -> ResponseCurve:
    return next(item for item in plan.response_curves if (item.resource, item.segment) == (resource, segment))


def _total(resource: Resource, scale: Scale) -> allocation.Resource:
    unit = scale.of(resource)
    step = resource.step / unit if resource.step else float(resource.unit != "money")
    return allocation.Resource(
        total=resource.total / unit,
        spend=resource.spend,
        unit_cost=resource.unit_cost * unit / scale.sales(),
        step=step,
    )


def _whole_total(resource: Resource, places: Mapping[Key, tuple[str, str]]) -> WholeLimit:
    return WholeLimit(
        weights={key: 1 for key, place in places.items() if place[0] == resource.id},
        low=int(resource.total) if resource.spend == "all" else None,
        high=int(resource.total),
        why=f"total of {resource.name}",
    )


def _limit(
    plan: Plan,
    limit: AllocationLimit,
    keys: Mapping[tuple[str, str], Key],
    today: Mapping[Key, int],
    formatter: Formatter,
) -> tuple[Limit, WholeLimit]:
    resource = _resource(plan, limit.resource)
    mine = [keys[limit.resource, segment] for segment in limit.segments]
    unit = Scale(digits_of(plan.currency)).of(resource)
    low, high = _ends(limit, mine[0], today[mine[0]], unit)
    name = limit.name or " + ".join(str(line_of(key)) for key in mine)
    why = f"{name} {_said(limit.strategy, low, high, resource, formatter)}"
    reason = ": ".join(part for part in (limit.by, limit.why) if part)
    why += f" ({reason})" if reason else ""
    exact = Limit(
        weights=dict.fromkeys(map(line_of, mine), 1.0),
        low=-np.inf if low is None else low / unit,
        high=np.inf if high is None else high / unit,
        why=why,
    )
    return exact, WholeLimit(weights=dict.fromkeys(mine, 1), low=low, high=high, why=why)


def _ends(limit: AllocationLimit, key: Key, today: int, unit: int) -> tuple[int | None, int | None]:
    """Give the ends in smallest units; a strategy says them by today's amount."""
    if not limit.strategy:
        return limit.low, limit.high
    said = strategy(key, limit.strategy, today=today / unit, least=(limit.low or 0) / unit)
    low, high = (None if np.isinf(end) else round(end * unit) for end in (said.low, said.high))
    return low, high


def _said(what: str, low: int | None, high: int | None, resource: Resource, formatter: Formatter) -> str:
    """Say ends in words: ``locked at $30,000``, ``at least $10,000 and at most $40,000``."""
    told = "" if not what else f"{what}: "
    if low is not None and low == high:
        return f"{told}locked at {shown_amount(resource, low, formatter)}"
    parts = [] if low is None else [f"at least {shown_amount(resource, low, formatter)}"]
    parts += [] if high is None else [f"at most {shown_amount(resource, high, formatter)}"]
    return told + " and ".join(parts or ["without an end"])
