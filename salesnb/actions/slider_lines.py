"""The sliders of a plan: their lines, ends and amounts, and what each move or lock makes of them and of the plan."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from salesnb.actions.allocation_problem import Posed, shown_amount
from salesnb.actions.clock import moment
from salesnb.allocation import equal
from salesnb.allocation.limits import Key
from salesnb.allocation.sliding import Slid, Slider, share, slide
from salesnb.errors import BadInput, Infeasible, UnknownName, nearest
from salesnb.money import Formatter
from salesnb.planning import AllocationLimit, Plan, Resource, free_segments, keep_amounts, keep_limits

__all__ = ["Line", "Lines", "Lock"]

_TOTAL = "total of "


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
    """

    resource: str
    segment: str
    name: str
    today: int
    low: int
    high: int
    step: int


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
                )
            )
        return tuple(found)

    @cached_property
    def locks(self) -> tuple[Lock | None, ...]:
        """The locks that the plan holds, a line each."""
        found = {key: Lock(by=limit.by, why=limit.why) for key, limit in self._locking.items()}
        return tuple(found.get(key) for key in self.keys)

    @cached_property
    def _locking(self) -> dict[Key, AllocationLimit]:
        """The limits of the plan that are locks."""
        limits = {(one.resource, one.segments[0]): one for one in self.plan.limits if _is_lock(one)}
        return {key: limits[place] for key, place in self.posed.places.items() if place in limits}

    @cached_property
    def amounts(self) -> tuple[int, ...]:
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

    def todays(self) -> tuple[int, ...]:
        """Give everyone what they have today, scaled to the total, as far as locks and bounds allow."""
        return self.nearest_to(self.posed.today)

    def equals(self) -> tuple[int, ...]:
        """Give everyone the same, as far as locks and bounds allow."""
        totals = {name: float(resource.total) for name, resource in self.posed.resources.items()}
        return self.nearest_to(equal(self.posed.curves, totals))

    def nearest_to(self, wanted: Mapping[Key, float]) -> tuple[int, ...]:
        """Bring every line as near to a wanted amount as its lock, bounds and total allow."""
        both = zip(self.keys, self.locks, self.amounts, strict=True)
        locked = {key: amount for key, lock, amount in both if lock is not None}
        return self.fitted({**wanted, **locked}, locked)

    def moved(self, place: int, wanted: int) -> Slid:
        """Move a line; the unlocked others of its resource give and take in proportion.

        Where only what pays is spent, the rest of the total gives and takes instead.
        """
        mine = [n for n, line in enumerate(self.all) if line.resource == self.all[place].resource]
        step = self.all[place].step
        sliders = [self._slider(n) for n in mine]
        resource = self.resource(place)
        if resource.spend != "all":
            left = max(0, (int(resource.total) - sum(self.amounts[n] for n in mine)) // step)
            sliders = [
                slider if n == place else replace(slider, locked=True)
                for n, slider in zip(mine, sliders, strict=True)
            ]
            sliders.append(Slider(amount=left, low=0, high=int(resource.total) // step))
        rest = self.amounts[place] % step
        slid = slide(sliders, mine.index(place), round((wanted - rest) / step))
        amounts = list(self.amounts)
        for n, steps in zip(mine, slid.amounts, strict=False):
            amounts[n] = steps * step + self.amounts[n] % step
        return Slid(amounts=tuple(amounts), stopped=slid.stopped)

    def checked(self, amounts: Sequence[int]) -> tuple[int, ...]:
        """Give amounts that were moved elsewhere, such as in the page, if they can hold.

        Raises
        ------
        BadInput
            When they are not of these lines, break a bound or lock, or do not come to the total.
        """
        told = tuple(amounts)
        if len(told) != len(self.all) or not all(type(amount) is int for amount in told):
            raise BadInput(f"{len(self.all)} whole amounts are wanted, one for each line.")
        for n, (before, amount) in enumerate(zip(self.amounts, told, strict=True)):
            if amount != before:
                self._may_have(n, amount)
        for limit in self.posed.whole:
            if limit.why.startswith(_TOTAL) and limit.missing(self._sum(limit.weights, told)):
                raise BadInput(f"The amounts do not come to the {limit.why}.")
        return told

    def named(self, value: Mapping[str, Mapping[str, int]]) -> tuple[int, ...]:
        """Give the amounts of all lines from those by resource and segment; what is not named stays.

        Raises
        ------
        UnknownName
            When there is no such resource or segment.
        """
        known = self.value(self.amounts)
        for resource, parts in value.items():
            if resource not in known:
                raise UnknownName(f"There is no resource {resource!r}.", hint=nearest(resource, known))
            for segment in parts:
                if segment not in known[resource]:
                    what = f"There is no segment {segment!r} in {resource}."
                    raise UnknownName(what, hint=nearest(segment, known[resource]))
        return tuple(
            value.get(self.resource(n).name, {}).get(line.name, self.amounts[n])
            for n, line in enumerate(self.all)
        )

    def value(self, amounts: Sequence[int]) -> dict[str, dict[str, int]]:
        """Give amounts by resource and segment, by their names."""
        found: dict[str, dict[str, int]] = {resource.name: {} for resource in self.resources}
        for n, (line, amount) in enumerate(zip(self.all, amounts, strict=True)):
            found[self.resource(n).name][line.name] = amount
        return found

    def kept(self, amounts: Sequence[int]) -> Plan:
        """Give the plan with amounts."""
        lines = {(line.resource, line.segment): a for line, a in zip(self.all, amounts, strict=True)}
        held = {(one.resource, one.segment): one.amount for one in self.plan.allocation}
        if lines == {key: held.get(key) for key in lines}:
            return self.plan
        return keep_amounts(self.plan, lines)

    def locked(self, place: int, lock: Lock | None) -> Plan:
        """Give the plan with a line kept where it is, or let go."""
        line = self.all[place]
        plan = free_segments(self.kept(self.amounts), line.resource, [line.segment])
        return plan if lock is None else keep_limits(plan, [self._lock(place, lock)])

    def broken(self, amounts: Sequence[int]) -> tuple[str, ...]:
        """Say which limits of groups do not hold, and by how much they are missed."""
        found = []
        for limit in self.posed.whole:
            missing = limit.missing(self._sum(limit.weights, amounts))
            if missing:
                place = self.keys.index(next(iter(limit.weights)))
                off = f"{self.shown(place, abs(missing))} too {'little' if missing > 0 else 'much'}"
                found.append(f"{limit.why}: {off}")
        return tuple(found)

    def resource(self, place: int) -> Resource:
        """Give what a line is a share of."""
        return self.posed.resource(self.keys[place])

    def shown(self, place: int, amount: float) -> str:
        """Write an amount of a line as its reader does."""
        return shown_amount(self.resource(place), amount, self.formatter)

    def _may_have(self, place: int, amount: int) -> None:
        line, lock = self.all[place], self.locks[place]
        if lock is not None:
            raise BadInput(f"{line.name} is locked by {lock.by}.", hint="Unlock it first.")
        if not line.low <= amount <= line.high:
            low, high = (self.shown(place, end) for end in (line.low, line.high))
            raise BadInput(f"{line.name} may have {low} to {high}, not {self.shown(place, amount)}.")

    def _slider(self, place: int) -> Slider:
        line, amount = self.all[place], self.amounts[place]
        rest = amount % line.step
        return Slider(
            amount=amount // line.step,
            low=-(-(line.low - rest) // line.step),
            high=(line.high - rest) // line.step,
            locked=self.locks[place] is not None,
        )

    def _sum(self, weights: Mapping[Key, int], amounts: Sequence[int]) -> int:
        told = dict(zip(self.keys, amounts, strict=True))
        return sum(told[key] * weight for key, weight in weights.items())

    def _lock(self, place: int, lock: Lock) -> AllocationLimit:
        line, amount = self.all[place], self.amounts[place]
        return AllocationLimit(
            resource=line.resource,
            segments=(line.segment,),
            unit=self.resource(place).unit,
            low=amount,
            high=amount,
            by=lock.by,
            at=moment(),
            why=lock.why,
        )

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
