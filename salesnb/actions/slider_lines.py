"""What a plan's sliders start from: their lines, ends and amounts, brought to totals and bounds."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from salesnb.actions.allocation_problem import Posed, shown_amount
from salesnb.allocation import Curve
from salesnb.allocation.limits import Key
from salesnb.allocation.sliding import Slider, share
from salesnb.errors import Infeasible
from salesnb.money import Formatter
from salesnb.planning import AllocationLimit, Plan, Resource

__all__ = ["Line", "Lines", "Lock"]


@dataclass(frozen=True, kw_only=True)
class Lock:
    """An amount that is to stay, with who wants that and why."""

    by: str
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One slider.

    Attributes
    ----------
    resource, segment
        Ids in the plan.
    name
        Of the segment.
    today, low, high
        Today's amount, and the ends that the plan's limits and total leave.
    step
        By how much it moves.
    draws
        Of its response curve, in major units: their mean is what is expected.
    """

    resource: str
    segment: str
    name: str
    today: int
    low: int
    high: int
    step: int
    draws: tuple[Curve, ...]


@dataclass(frozen=True, kw_only=True)
class Lines:
    """The sliders of a plan's problem, and the amounts that fit them."""

    plan: Plan
    posed: Posed
    formatter: Formatter

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """The names of the lines in the problem."""
        return tuple(self.posed.places)

    @property
    def resources(self) -> tuple[Resource, ...]:
        """What is allocated."""
        return tuple(self.posed.resources.values())

    @cached_property
    def all(self) -> tuple[Line, ...]:
        """Every slider, in the plan's order."""
        names = {segment.id: segment.name for segment in self.plan.segments}
        found = []
        for key in self.keys:
            resource, segment = self.posed.places[key]
            low, high = self.ends(key)
            found.append(
                Line(
                    resource=resource,
                    segment=segment,
                    name=names[segment],
                    today=self.posed.today[key],
                    low=low,
                    high=high,
                    step=self.posed.steps[key],
                    draws=tuple(self.posed.curves[key]),
                )
            )
        return tuple(found)

    def locks(self) -> tuple[Lock | None, ...]:
        """The locks that the plan holds, a line each."""
        found = {key: Lock(by=limit.by, why=limit.why) for key, limit in self._locking.items()}
        return tuple(found.get(key) for key in self.keys)

    @cached_property
    def _locking(self) -> dict[Key, AllocationLimit]:
        """The limits of the plan that are locks."""
        limits = {(one.resource, one.segments[0]): one for one in self.plan.limits if _is_lock(one)}
        return {key: limits[place] for key, place in self.posed.places.items() if place in limits}

    def start(self) -> tuple[int, ...]:
        """The plan's amounts, where they come to the totals; else those scaled, else today's, else equal ones."""
        held = {(line.resource, line.segment): line.amount for line in self.plan.allocation}
        told = {key: int(held.get(place, 0)) for key, place in self.posed.places.items()}
        if any(told.values()) and not any(
            limit.missing(sum(told[key] * w for key, w in limit.weights.items()))
            for limit in self.posed.whole
        ):
            return tuple(told.values())
        wanted = told if any(told.values()) else dict(self.posed.today)
        locked = {key: limit.low or 0 for key, limit in self._locking.items()}
        return self.fitted({**wanted, **locked}, locked)

    def fitted(self, wanted: Mapping[Key, float], locked: Collection[Key] = ()) -> tuple[int, ...]:
        """Bring wanted amounts to the totals in proportion, within bounds; what is locked stays as it is wanted."""
        found = {key: round(wanted[key]) for key in locked}
        for resource in self.resources:
            mine = [key for key in self.keys if self.posed.places[key][0] == resource.id]
            free = [key for key in mine if key not in found]
            rest = int(resource.total) - sum(found[key] for key in mine if key in found)
            found |= self._shared(resource, rest, {key: wanted[key] for key in free})
        return tuple(found[key] for key in self.keys)

    def _shared(self, resource: Resource, rest: int, wanted: Mapping[Key, float]) -> dict[Key, int]:
        """Share what is left of a total among lines that are not locked."""
        step = max(1, resource.step)
        sliders = {}
        for place, (key, amount) in enumerate(wanted.items()):
            low, high = (round(end / step) for end in self.ends(key))
            sliders[place] = Slider(amount=round(amount / step), low=low, high=high)
        whole = rest // step
        if resource.spend != "all":
            whole = min(whole, sum(min(max(one.amount, one.low), one.high) for one in sliders.values()))
        least, most = (sum(getattr(one, end) for one in sliders.values()) for end in ("low", "high"))
        if sliders and not least <= whole <= most:
            fmt = self.formatter
            left, room = (
                shown_amount(resource, amount, fmt) for amount in (rest, (least, most)[whole > most] * step)
            )
            raise Infeasible(
                f"{left} of {resource.name} are left beside what is locked, and the other segments take"
                f" {'at least' if whole < least else 'at most'} {room}.",
                hint="Unlock a segment, or change a limit or the total.",
            )
        split = share(whole, sliders)
        return {key: split[place] * step for place, key in enumerate(wanted)}

    def ends(self, key: Key) -> tuple[int, int]:
        """The ends that limits of the line alone and the total of its resource leave."""
        low, high = 0, int(self.posed.resource(key).total)
        for limit in self.posed.whole:
            # A lock is not an end: it can be taken off.
            if set(limit.weights) == {key} and limit.low != limit.high:
                low = low if limit.low is None else max(low, limit.low)
                high = high if limit.high is None else min(high, limit.high)
        return low, high


def _is_lock(limit: AllocationLimit) -> bool:
    return (
        len(limit.segments) == 1 and limit.low is not None and limit.low == limit.high and not limit.strategy
    )
