"""A plan's allocation as sliders: moved by hand while totals, bounds and locks hold, with what each move brings.

The model behind `salesnb.widgets.AllocationSliders`; it knows nothing of a browser. Amounts are in the smallest unit
of their resource (minor units, hours, heads), one for each line, which is a segment's share of one resource.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from salesnb.actions.allocating import Asked, best_of, portion_of
from salesnb.actions.allocation_curves import Draws
from salesnb.actions.allocation_problem import pose
from salesnb.actions.plan_session import PlanSession
from salesnb.actions.slider_lines import Line, Lines, Lock
from salesnb.allocation import Leeway
from salesnb.allocation.forms import Floats
from salesnb.allocation.leeway import leeways
from salesnb.allocation.limits import Key
from salesnb.allocation.sliding import Slid
from salesnb.allocation.tabled import Table, tabulate
from salesnb.errors import BadUsage, UnknownName
from salesnb.planning import Plan, Resource

__all__ = ["Board", "Near"]

# Of the outcome that may be lost near the best.
_LEEWAY = 0.01
# So many problems stay solved, so that a lock that is taken back asks for nothing new.
_SOLVED = 4

Ends = tuple[int, int]


@dataclass(kw_only=True)
class Near:
    """The amounts that bring most, and between which each line loses at most 1 %, as far as that is worked out.

    Attributes
    ----------
    amounts
        Of all lines.
    ends
        Of the lines that are worked out, the first ones; the others follow each at their best.
    """

    amounts: tuple[int, ...]
    ends: list[Ends] = field(default_factory=list)
    rest: Iterator[tuple[Any, Leeway]]


class Board:
    """The sliders of a plan's session.

    What is settled is kept in the plan at once, as a revision with words of its own; undo and redo are the session's.
    The board follows the plan, whoever changes it.

    Parameters
    ----------
    session
        The plan that is worked on.
    """

    def __init__(self, session: PlanSession) -> None:
        self.session = session
        self._lines: Lines | None = None
        self._draft: tuple[int, ...] | None = None
        self._near: list[tuple[object, Near]] = []
        self._tables: dict[Key, tuple[Draws, Table]] = {}

    @property
    def lines(self) -> Lines:
        """The sliders of the plan as it is now.

        Raises
        ------
        BadInput, Infeasible
            When there is nothing to allocate, or limits cannot all hold.
        """
        if self._lines is None or self._lines.plan is not self.session.plan:
            self._draft = None
            self._lines = self._read(self.session.plan)
        return self._lines

    @property
    def resources(self) -> tuple[Resource, ...]:
        """What is allocated."""
        return self.lines.resources

    @property
    def amounts(self) -> tuple[int, ...]:
        """The amount of each line, those that are being moved as well."""
        lines = self.lines
        return lines.amounts if self._draft is None else self._draft

    @property
    def locks(self) -> tuple[Lock | None, ...]:
        """The lock of each line, where it has one."""
        return self.lines.locks

    def value(self) -> dict[str, dict[str, int]]:
        """Give the amounts by resource and segment, by their names."""
        return self.lines.value(self.amounts)

    def move(self, place: int, wanted: int) -> Slid:
        """Move a line as near as can be to an amount, and keep that; the unlocked others give and take in proportion.

        Returns
        -------
        Slid
            With the amounts of all lines, and what kept the line from where it was wanted.
        """
        self._must_know(place)
        slid = self.lines.moved(place, wanted)
        self.keep(slid.amounts, place)
        return slid

    def draft(self, amounts: Sequence[int]) -> None:
        """Show amounts that are being moved; they are not kept.

        Raises
        ------
        BadInput
            When they are not of these lines, break a bound or lock, or do not come to the total; nothing is taken then.
        """
        self._draft = self.lines.checked(amounts)

    def keep(self, amounts: Sequence[int], place: int, revision: int | None = None) -> None:
        """Keep amounts to which a line was moved by hand.

        Where the plan is no longer the one on which that was done, the line is moved there on the plan as it is.

        Parameters
        ----------
        revision
            Of the plan that was moved on; None for that of now.

        Raises
        ------
        BadInput
            As `draft`.
        SalesnbError
            As `PlanSession.change`.
        """
        self._must_know(place)
        before, self._draft = self.lines, None
        told = tuple(amounts)
        is_same = revision in {None, self.session.plan.revision}
        if is_same:
            before.checked(told)
        elif len(told) != len(before.all):
            raise BadUsage("The plan's lines have changed meanwhile.", hint="Move it again.")
        line, wanted = before.all[place], told[place]

        def moved(lines: Lines) -> Plan:
            if is_same and lines is before:
                return lines.kept(told)
            return lines.kept(lines.moved(_place(lines, line), wanted).amounts)

        self._change(moved, f"{self._from_to(place, wanted)} by hand")

    def set(self, value: Mapping[str, Mapping[str, int]]) -> None:
        """Keep amounts by resource and segment, by their names; what is not named stays.

        Raises
        ------
        UnknownName
            When there is no such resource or segment.
        BadInput
            As `draft`.
        """
        self._draft = None
        lines = self.lines
        wanted = lines.checked(lines.named(value))
        moved = [n for n, amount in enumerate(wanted) if amount != lines.amounts[n]]
        if not moved:
            return
        more = f" and {len(moved) - 1:,} more" if len(moved) > 1 else ""
        words = f"{self._from_to(moved[0], wanted[moved[0]])}{more}, set in a notebook"
        self._change(lambda lines: lines.kept(lines.checked(lines.named(value))), words)

    def lock(self, place: int, why: str = "", by: str = "") -> None:
        """Keep a line where it is; ``by`` is the person at work unless it is given."""
        self._must_know(place)
        self._draft = None
        line, lock = self.lines.all[place], Lock(by=by or self.session.author, why=why)
        if self.locks[place] == lock:
            return
        reason = f"{self._name(place)} locked at {self.lines.shown(place, self.amounts[place])}"
        self._change(
            lambda lines: lines.locked(_place(lines, line), lock), f"{reason}: {why}" if why else reason
        )

    def unlock(self, place: int) -> None:
        """Let a line move again."""
        self._must_know(place)
        self._draft = None
        line = self.lines.all[place]
        self._change(lambda lines: lines.locked(_place(lines, line), None), f"{self._name(place)} unlocked")

    def undo(self) -> str:
        """Take back the session's last change; see `PlanSession.undo`."""
        return self.session.undo()

    def redo(self) -> str:
        """Make again what was taken back last; see `PlanSession.redo`."""
        return self.session.redo()

    def to_today(self) -> None:
        """Give everyone what they have today, scaled to the total, as far as locks and bounds allow."""
        self._change(lambda lines: lines.kept(lines.todays()), "Allocated as today")

    def to_equal(self) -> None:
        """Give everyone the same, as far as locks and bounds allow."""
        self._change(lambda lines: lines.kept(lines.equals()), "Allocated in equal parts")

    def to_optimum(self) -> None:
        """Give everyone what brings most within the plan's limits and locks."""
        self._change(lambda lines: lines.kept(self._near_of(lines).amounts), "Allocated where it brings most")

    def near(self) -> Near:
        """The amounts that bring most, with the ends of those near them that are worked out so far.

        Raises
        ------
        BadInput, Infeasible
            When limits and locks cannot all hold.
        """
        return self._near_of(self.lines)

    def nearer(self) -> bool:
        """Work out the ends of one line more; whether any is left."""
        near = self.near()
        found = next(near.rest, None)
        if found is not None:
            key, one = found
            near.ends.append((self._smallest(key, one.low), self._smallest(key, one.high)))
        return len(near.ends) < len(near.amounts)

    def known_near(self) -> Near | None:
        """Give `near` where it is known; None where it has not been asked for since limits or curves changed."""
        problem = _problem(self.lines.plan)
        return next((near for known, near in self._near if known == problem), None)

    def band(self) -> tuple[Ends, ...]:
        """Between which amounts each line may be while, the others following, at most 1 % is lost."""
        while self.nearer():
            pass
        return tuple(self.near().ends)

    def outcome(self, amounts: Sequence[int] | None = None) -> float:
        """Expected sales of the plan's period, in minor units: the mean over the draws."""
        scale = self.lines.posed.scale
        starts = sum(self.start(place) for place in range(len(self.lines.keys)))
        return (float(self.brings(amounts).sum()) + starts) * scale.sales()

    def brings(self, amounts: Sequence[int] | None = None) -> Floats:
        """Expected sales of each line (n,), in major units: the mean over the draws.

        A segment's first line tells what it sells in all; one of a further resource what it brings over none of it.
        """
        lines, told = self.lines, self.amounts if amounts is None else amounts
        major = [lines.posed.major(key, amount) for key, amount in zip(lines.keys, told, strict=True)]
        drawing = lines.posed.drawing
        sold = drawing.responses.value(np.array(major, dtype=float)).mean(axis=0)
        firsts = np.array([key not in drawing.further for key in lines.keys])
        brings: Floats = sold + np.where(firsts, drawing.responses.base.mean(axis=0), 0.0)
        return brings

    def start(self, place: int) -> float:
        """What a line counts for with none of its resource beyond what it `brings`, in major units.

        0 for a segment's first line. A further one counts beside today's amount, so that with none of it what that brings
        is missing.
        """
        posed = self.lines.posed
        key = self.lines.keys[place]
        return (
            float(np.mean([one.base for one in posed.curves[key]])) if key in posed.drawing.further else 0.0
        )

    def table(self, place: int, beyond: float = 0) -> Table:
        """What a line `brings` for all that it can have or has today, in major units: the mean of its draws.

        Parameters
        ----------
        place
            Of the line.
        beyond
            An amount that is to be covered as well, in major units.
        """
        lines, key = self.lines, self.lines.keys[place]
        line, draws = lines.all[place], lines.posed.curves[key]
        top = max(lines.posed.major(key, max(line.high, line.today, line.step)), beyond)
        made = self._tables.get(key)
        if made is None or made[0] is not draws or made[1].top != top:
            over_none = [replace(one, base=0.0) for one in draws]
            told = over_none if key in lines.posed.drawing.further else draws
            made = self._tables[key] = draws, tabulate(told, top)
        return made[1]

    def broken(self) -> tuple[str, ...]:
        """Say which limits of groups do not hold now, and by how much they are missed."""
        return self.lines.broken(self.amounts)

    def portion(self, resource: Resource) -> int:
        """Give the portion, about a hundredth of the total, whose worth is told at each line."""
        return portion_of(resource)

    def _read(self, plan: Plan) -> Lines:
        formatter = self.session.workspace.settings.formatter
        like = self._lines.posed if self._lines else None
        return Lines(plan=plan, posed=pose(plan, formatter, like=like), formatter=formatter)

    def _change(self, change: Callable[[Lines], Plan], why: str) -> None:
        self.session.change(
            lambda plan: change(self.lines if plan is self.session.plan else self._read(plan)), why
        )

    def _near_of(self, lines: Lines) -> Near:
        problem = _problem(lines.plan)
        for known, near in self._near:
            if known == problem:
                return near
        best, amounts = best_of(lines.posed, Asked())
        near = Near(amounts=tuple(amounts[key] for key in lines.keys), rest=leeways(best, share=_LEEWAY))
        self._near = [(problem, near), *self._near[: _SOLVED - 1]]
        return near

    def _smallest(self, key: Key, amount: float) -> int:
        posed = self.lines.posed
        return round(amount * posed.scale.of(posed.resource(key)))

    def _name(self, place: int) -> str:
        name = self.lines.all[place].name
        return name if len(self.resources) == 1 else f"{name}, {self.lines.resource(place).name}"

    def _from_to(self, place: int, wanted: int) -> str:
        """Say where a line goes, in three figures where these tell it."""
        lines, before = self.lines, self.lines.amounts[place]
        exact = tuple(lines.shown(place, amount) for amount in (before, wanted))
        short = exact
        if lines.resource(place).unit == "money":
            short = tuple(lines.formatter.compact(amount) for amount in (before, wanted))
        first, last = short if short[0] != short[1] else exact
        return f"{self._name(place)} {first} → {last}"

    def _must_know(self, place: int) -> None:
        if type(place) is not int or not 0 <= place < len(self.lines.all):
            raise BadUsage(f"There is no line {place!r}; there are {len(self.lines.all)}.")


def _problem(plan: Plan) -> object:
    """What the best depends on."""
    return plan.resources, plan.limits, plan.response_curves


def _place(lines: Lines, line: Line) -> int:
    """Find a line in a plan that may have been changed meanwhile."""
    for place, found in enumerate(lines.all):
        if (found.resource, found.segment) == (line.resource, line.segment):
            return place
    raise UnknownName(f"{line.name} is no longer in the plan's allocation.")
