"""A plan's allocation as sliders: moved by hand while totals, bounds and locks hold, with what each move brings.

The model behind `salesnb.widgets.allocation_sliders`; it knows nothing of a browser. Amounts are in the smallest unit
of their resource (minor units, hours, heads), one for each line, which is a segment's share of one resource.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from salesnb.actions.allocating import Asked, find_allocation, portion_of
from salesnb.actions.allocation_problem import pose, shown_amount
from salesnb.actions.clock import author, moment
from salesnb.actions.slider_lines import Line, Lines, Lock
from salesnb.allocation import equal
from salesnb.allocation.comparing import outcomes
from salesnb.allocation.limits import Key
from salesnb.allocation.sliding import Slid, Slider, slide
from salesnb.errors import BadInput, BadUsage, UnknownName, nearest
from salesnb.planning import AllocationLimit, Plan, Resource, free_segments, keep_amounts, keep_limits

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["Board"]

_LEEWAY = 0.01
_TOTAL = "total of "


@dataclass(frozen=True, kw_only=True)
class _State:
    """What can be undone: amounts and locks, a line each."""

    amounts: tuple[int, ...]
    locks: tuple[Lock | None, ...]


class Board:
    """The sliders of a plan.

    Parameters
    ----------
    workspace
        Where the plan is, and how its reader writes numbers.
    plan
        As it was read; what is moved is kept here until `save`.

    Raises
    ------
    BadInput, Infeasible
        When there is nothing to allocate, or limits cannot all hold.
    """

    def __init__(self, workspace: "Workspace", plan: Plan) -> None:
        self.workspace = workspace
        self._read(plan)
        self._states = [_State(amounts=self._lines.start(), locks=self._lines.locks())]
        self._place, self._open = 0, False
        self._best: tuple[tuple[int, ...], tuple[tuple[int, int], ...]] | None = None

    @property
    def resources(self) -> tuple[Resource, ...]:
        """What is allocated."""
        return self._lines.resources

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every slider, in the plan's order."""
        return self._lines.all

    @property
    def amounts(self) -> tuple[int, ...]:
        """The amount of each line."""
        return self._state.amounts

    @property
    def locks(self) -> tuple[Lock | None, ...]:
        """The lock of each line, where it has one."""
        return self._state.locks

    @property
    def is_changed(self) -> bool:
        """Whether there is something to save."""
        return self.to_plan() != self.plan

    def value(self) -> dict[str, dict[str, int]]:
        """Give the amounts by resource and segment, by their names."""
        found: dict[str, dict[str, int]] = {resource.name: {} for resource in self.resources}
        for line, amount in zip(self.lines, self.amounts, strict=True):
            found[self._resource(line).name][line.name] = amount
        return found

    def move(self, place: int, wanted: int) -> Slid:
        """Move a line; the unlocked others of its resource give and take in proportion.

        Where only what pays is spent, the rest of the total gives and takes instead.

        Returns
        -------
        Slid
            With the amounts of all lines, and what kept the line from where it was wanted.
        """
        self._must_know(place)
        mine = [n for n, line in enumerate(self.lines) if line.resource == self.lines[place].resource]
        step = self.lines[place].step
        sliders = [self._slider(n) for n in mine]
        resource = self._resource(self.lines[place])
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
        self._keep(replace(self._state, amounts=tuple(amounts)))
        return Slid(amounts=tuple(amounts), stopped=slid.stopped)

    def put(self, amounts: Sequence[int], *, settled: bool = True) -> None:
        """Take amounts that were moved elsewhere, such as in the page.

        Until it is `settled`, as while a thumb is dragged, what is put is one change, undone at once.

        Raises
        ------
        BadInput
            When they are not of these lines, break a bound or lock, or do not come to the total; nothing is taken then.
        """
        told = tuple(amounts)
        if len(told) != len(self.lines) or not all(isinstance(amount, int) for amount in told):
            raise BadInput(f"{len(self.lines)} whole amounts are wanted, one for each line.")
        for line, lock, before, amount in zip(self.lines, self.locks, self.amounts, told, strict=True):
            if lock is not None and amount != before:
                raise BadInput(f"{line.name} is locked by {lock.by}.", hint="Unlock it first.")
            if amount != before and not line.low <= amount <= line.high:
                low, high = (self.shown(line, end) for end in (line.low, line.high))
                raise BadInput(f"{line.name} may have {low} to {high}, not {self.shown(line, amount)}.")
        for limit in self._posed.whole:
            if limit.why.startswith(_TOTAL) and limit.missing(self._sum(limit.weights, told)):
                raise BadInput(f"The amounts do not come to the {limit.why}.")
        self._keep(replace(self._state, amounts=told), open_=not settled)

    def settle(self) -> None:
        """End a change that was put bit by bit."""
        self._open = False

    def amounts_of(self, value: Mapping[str, Mapping[str, int]]) -> tuple[int, ...]:
        """Give the amounts of all lines from those by resource and segment; what is not named stays.

        Raises
        ------
        UnknownName
            When there is no such resource or segment.
        """
        known = self.value()
        for resource, parts in value.items():
            if resource not in known:
                raise UnknownName(f"There is no resource {resource!r}.", hint=nearest(resource, known))
            for segment in parts:
                if segment not in known[resource]:
                    what = f"There is no segment {segment!r} in {resource}."
                    raise UnknownName(what, hint=nearest(segment, known[resource]))
        named = (value.get(self._resource(line).name, {}) for line in self.lines)
        return tuple(
            parts.get(line.name, amount)
            for parts, line, amount in zip(named, self.lines, self.amounts, strict=True)
        )

    def lock(self, place: int, why: str = "", by: str = "") -> None:
        """Keep a line where it is; ``by`` is the person at work unless it is given."""
        self._must_know(place)
        by = by or author(self.workspace.root)
        self._keep(self._with_lock(place, Lock(by=by, why=why)))

    def unlock(self, place: int) -> None:
        """Let a line move again."""
        self._must_know(place)
        self._keep(self._with_lock(place, None))

    def undo(self) -> bool:
        """Go back to how it was before the last change; whether there was one."""
        return self._go(self._place - 1)

    def redo(self) -> bool:
        """Take back what was undone last; whether anything was."""
        return self._go(self._place + 1)

    def to_today(self) -> None:
        """Give everyone what they have today, scaled to the total, as far as locks and bounds allow."""
        self._set(self._posed.today)

    def to_equal(self) -> None:
        """Give everyone the same, as far as locks and bounds allow."""
        self._set(equal(self._posed.curves, self._totals))

    def to_optimum(self, progress: Callable[[str], None] = lambda _: None) -> None:
        """Give everyone what brings most with the plan's limits and the locks of the board."""
        self._keep(replace(self._state, amounts=self.optimum(progress)))

    def optimum(self, progress: Callable[[str], None] = lambda _: None) -> tuple[int, ...]:
        """Find the amounts that bring most."""
        return self._found(progress)[0]

    def band(self, progress: Callable[[str], None] = lambda _: None) -> tuple[tuple[int, int], ...]:
        """Between which amounts each line may be while, the others following, at most 1 % is lost."""
        return self._found(progress)[1]

    def outcome(self, amounts: Sequence[int] | None = None) -> float:
        """Expected sales of the plan's period, in minor units: the mean over the draws."""
        told = dict(zip(self._keys, self.amounts if amounts is None else amounts, strict=True))
        drawn = outcomes(self._posed.curves, self._posed.majors(told))
        return float(drawn.mean()) * self._posed.scale.sales()

    def broken(self) -> tuple[str, ...]:
        """Say which limits of groups do not hold now, and by how much they are missed."""
        found = []
        for limit in self._posed.whole:
            missing = limit.missing(self._sum(limit.weights, self.amounts))
            if missing:
                line = self.lines[self._keys.index(next(iter(limit.weights)))]
                off = f"{self.shown(line, abs(missing))} too {'little' if missing > 0 else 'much'}"
                found.append(f"{limit.why}: {off}")
        return tuple(found)

    def shown(self, line: Line, amount: float) -> str:
        """Write an amount of a line as its reader does."""
        return shown_amount(self._resource(line), amount, self.workspace.settings.formatter)

    def portion(self, resource: Resource) -> int:
        """Give the portion, about a hundredth of the total, whose worth is told at each line."""
        return portion_of(resource)

    def to_plan(self) -> Plan:
        """Give the plan with the amounts and locks of the board."""
        plan = self.plan
        lines = {(line.resource, line.segment): a for line, a in zip(self.lines, self.amounts, strict=True)}
        for line, lock, before, amount in zip(
            self.lines, self.locks, self._lines.locks(), self.amounts, strict=True
        ):
            if lock == before:
                continue
            plan = free_segments(plan, line.resource, [line.segment])
            if lock is not None:
                plan = keep_limits(plan, [self._limit(line, amount, lock)])
        held = {(one.resource, one.segment): one.amount for one in plan.allocation}
        if lines == {key: held.get(key) for key in lines}:
            return plan
        return keep_amounts(plan, lines)

    def save(self, why: str = "") -> Plan:
        """Keep the amounts and locks in the plan's file, as a revision of its own; the plan as it is then.

        Raises
        ------
        StaleSave
            When somebody else has saved the plan meanwhile; nothing is overwritten.
        """
        plan = self.to_plan()
        if plan == self.plan:
            return plan
        saved = self.workspace.plans().save(
            plan,
            read_at=self.plan,
            author=author(self.workspace.root),
            reason=why or "Allocation moved by hand",
            at=moment(),
        )
        self._read(saved)
        return saved

    def _read(self, plan: Plan) -> None:
        formatter = self.workspace.settings.formatter
        self.plan = plan
        self._posed = pose(plan, formatter)
        self._lines = Lines(plan=plan, posed=self._posed, formatter=formatter)
        self._keys = self._lines.keys

    @property
    def _state(self) -> _State:
        return self._states[self._place]

    @property
    def _totals(self) -> dict[str, float]:
        return {name: float(resource.total) for name, resource in self._posed.resources.items()}

    def _set(self, wanted: Mapping[Key, float]) -> None:
        """Bring every line as near to a wanted amount as its lock, bounds and total allow."""
        locked = {
            key: amount
            for key, lock, amount in zip(self._keys, self.locks, self.amounts, strict=True)
            if lock is not None
        }
        self._keep(replace(self._state, amounts=self._lines.fitted({**wanted, **locked}, locked)))

    def _held(self) -> Plan:
        """The plan with the board's locks."""
        return replace(self.to_plan(), certificate=None)

    def _found(self, progress: Callable[[str], None]) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
        if self._best is None:
            asked = Asked(leeway=_LEEWAY, progress=progress)
            found = find_allocation(self.workspace, self._held(), asked, read_at=self.plan.revision)
            solved = found.solved
            amounts = tuple(solved.amounts[key] for key in self._keys)
            ends = tuple(
                (self._smallest(key, one.low), self._smallest(key, one.high))
                for key in self._keys
                for one in (found.leeway[key],)
            )
            self._best = amounts, ends
        return self._best

    def _smallest(self, key: Key, amount: float) -> int:
        return round(amount * self._posed.scale.of(self._posed.resource(key)))

    def _resource(self, line: Line) -> Resource:
        return next(item for item in self.resources if item.id == line.resource)

    def _slider(self, n: int) -> Slider:
        line, amount = self.lines[n], self.amounts[n]
        rest = amount % line.step
        return Slider(
            amount=amount // line.step,
            low=-(-(line.low - rest) // line.step),
            high=(line.high - rest) // line.step,
            locked=self.locks[n] is not None,
        )

    def _sum(self, weights: Mapping[Key, int], amounts: Sequence[int]) -> int:
        told = dict(zip(self._keys, amounts, strict=True))
        return sum(told[key] * weight for key, weight in weights.items())

    def _limit(self, line: Line, amount: int, lock: Lock) -> AllocationLimit:
        return AllocationLimit(
            resource=line.resource,
            segments=(line.segment,),
            unit=self._resource(line).unit,
            low=amount,
            high=amount,
            by=lock.by,
            at=moment(),
            why=lock.why,
        )

    def _with_lock(self, place: int, lock: Lock | None) -> _State:
        locks = list(self.locks)
        locks[place] = lock
        return replace(self._state, locks=tuple(locks))

    def _keep(self, state: _State, *, open_: bool = False) -> None:
        if state == self._state:
            return
        if self._open:
            # What is still being moved is the last state itself.
            self._states, self._place = self._states[: self._place], self._place - 1
        if state.locks != self._state.locks:
            self._best = None
        self._states = [*self._states[: self._place + 1], state]
        self._place += 1
        self._open = open_

    def _go(self, place: int) -> bool:
        if not 0 <= place < len(self._states):
            return False
        if self._states[place].locks != self._state.locks:
            self._best = None
        self._place, self._open = place, False
        return True

    def _must_know(self, place: int) -> None:
        if not isinstance(place, int) or not 0 <= place < len(self.lines):
            raise BadUsage(f"There is no line {place!r}; there are {len(self.lines)}.")
