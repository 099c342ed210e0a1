"""The roadmap of each unit: what is due by month or week, the deals and pipeline that takes, and what there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.actions.naming import COMPANY, Unit
from salesnb.actions.needed import curve_of
from salesnb.calendar import Period, years_before
from salesnb.kpis import Query, run
from salesnb.kpis.query import CREDIT
from salesnb.planning import Cycle, Due, Goal, Lead, Plan, daily_wins, dues, leads, whole_dues
from salesnb.workbooks.findings_need import LEAST_WINS

if TYPE_CHECKING:
    from salesnb.actions.facts import Facts
    from salesnb.kpis.curves import WinCurve

__all__ = ["LeadBasis", "Roadmaps", "Step", "UnitRoadmap"]

# Goals whose deals are known, and the KPI that says how much is open for them.
_OPEN = {"won_amount": "open_amount", "won_count": "open_count"}


@dataclass(frozen=True, kw_only=True)
class LeadBasis:
    """What the lead indicators of a unit are worked back by.

    Attributes
    ----------
    whose, wins
        Whether the curve of age is the unit's ``own`` or the ``company``'s, and how many wins it has.
    win_rate, cycle_days
        Share of deals created that are won, and after how many days half of those are.
    size
        What a won deal brings, in minor units; 1 where deals are counted.
    """

    whose: str
    wins: int
    win_rate: float
    cycle_days: int
    size: float


@dataclass(frozen=True, kw_only=True)
class Step:
    """A month or week: what is due, needed and there.

    Attributes
    ----------
    label, last_day
        Its last day within the goal's period; one may lie before the period.
    state
        ``over``, ``running`` or ``ahead`` on the as-of day.
    due
        None before the period.
    actual
        Of the goal's KPI from the period's start to the end of the step, or to the as-of day; None for those ahead.
    create, created
        Deals to create in it for this goal, and those created in it so far; None where it is not told.
    hold, held
        Open pipeline to hold at its end, in minor units or deals, and what is open then.
    """

    label: str
    last_day: date
    state: str
    due: Due | None
    actual: int | None
    create: float | None
    created: int | None
    hold: float | None
    held: int | None


@dataclass(frozen=True, kw_only=True)
class UnitRoadmap:
    """The roadmap of a node or rep.

    Attributes
    ----------
    steps
        In order.
    create_by_now, created_by_now
        Deals to create from the first step that is told up to the as-of day, and those created; None where not told.
    basis
        None where the deals behind the goal are not known, or nothing was won.
    """

    unit: Unit
    steps: tuple[Step, ...]
    create_by_now: float | None = None
    created_by_now: int | None = None
    basis: LeadBasis | None = None


@dataclass(frozen=True, kw_only=True)
class Roadmaps:
    """The roadmaps of all units of a run; what is there is asked once for all of them.

    Attributes
    ----------
    facts
        Whose period is the goal's.
    grain
        ``month`` or ``week``.
    """

    plan: Plan
    goal: Goal
    facts: "Facts"
    grain: str = "month"

    def of(self, unit: Unit) -> UnitRoadmap | None:
        """Tell the roadmap of a unit; None where the goal has none, or none for it."""
        told = self._dues.get(unit.quota_id)
        if told is None:
            return None
        basis, cycle = self._basis(unit) or (None, None)
        found = self._leads(unit, basis, cycle) if basis and cycle else ()
        steps = self._steps(unit, basis, told, {lead.label: lead for lead in found})
        now = self._by_now(unit, basis, cycle, found) if basis and cycle and found else None
        return UnitRoadmap(
            unit=unit,
            steps=steps,
            basis=basis,
            create_by_now=None if now is None else now[0],
            created_by_now=None if now is None else now[1],
        )

    @property
    def _months(self) -> tuple[Period, ...]:
        return self.facts.calendar.months(self.goal.period)

    @cached_property
    def _weekly(self) -> dict[str, tuple[Due, ...]]:
        period = self.goal.period
        weeks = self.facts.calendar.buckets(period.start, period.end, "week")
        return whole_dues(self.plan, self.goal, dues(self.plan, self.goal, self._months, weeks))

    @cached_property
    def _dues(self) -> dict[str, tuple[Due, ...]]:
        if self.grain == "week":
            return self._weekly
        return whole_dues(self.plan, self.goal, dues(self.plan, self.goal, self._months))

    @cached_property
    def _sizes(self) -> dict[str, int]:
        return {item.node: item.average_deal_minor for item in self.plan.assumptions.planned}

    def _basis(self, unit: Unit) -> tuple[LeadBasis, Cycle] | None:
        """Take the curve that reviews take for coverage, and the deal size that is planned."""
        if self.goal.kpi not in _OPEN:
            return None
        size = 1 if self.goal.unit == "count" else self._sizes.get(unit.quota_id, 0)
        whose, curve = curve_of(unit, self.facts)
        cycle = _cycle(curve)
        if cycle is None or not size or curve.won_count < LEAST_WINS:
            return None
        basis = LeadBasis(
            whose=whose,
            wins=round(curve.won_count),
            win_rate=cycle.win_rate,
            cycle_days=curve.won_age() or 0,
            size=size,
        )
        return basis, cycle

    def _leads(self, unit: Unit, basis: LeadBasis, cycle: Cycle) -> tuple[Lead, ...]:
        return leads(self._wins(unit, basis), self.goal.period.start, cycle, self._buckets(cycle))

    def _wins(self, unit: Unit, basis: LeadBasis) -> tuple[float, ...]:
        return daily_wins(self._weekly[unit.quota_id], self.goal.period.start, basis.size)

    def _buckets(self, cycle: Cycle) -> tuple[Period, ...]:
        first = self.goal.period.start - timedelta(days=len(cycle.won) - 1)
        return self.facts.calendar.buckets(first, self.goal.period.end, self.grain)

    def _steps(
        self, unit: Unit, basis: LeadBasis | None, told: Sequence[Due], found: dict[str, Lead]
    ) -> tuple[Step, ...]:
        due = {one.label: one for one in told}
        last = {lead.label: lead.last_day for lead in found.values()} | {d.label: d.last_day for d in told}
        worth = 0.0 if basis is None else self._worth(unit, basis)
        return tuple(
            self._step(unit, label, last[label], due.get(label), found.get(label), worth)
            for label in sorted(last)
        )

    def _step(
        self, unit: Unit, label: str, last: date, due: Due | None, lead: Lead | None, worth: float
    ) -> Step:
        begun = self._start(label) <= self.facts.as_of
        hold = None if lead is None or lead.hold is None else lead.hold * worth
        created, held = self._deals.get((unit.id, label), (0, 0))
        return Step(
            label=label,
            last_day=last,
            state="over" if last <= self.facts.as_of else "running" if begun else "ahead",
            due=due,
            actual=self._to_date(unit, label) if begun and due else None,
            create=None if lead is None else lead.create,
            created=created if lead is not None and begun else None,
            hold=hold,
            held=held if hold is not None and begun else None,
        )

    def _start(self, label: str) -> date:
        return self.facts.calendar.period(label).start

    def _worth(self, unit: Unit, basis: LeadBasis) -> float:
        """Tell what an open deal is expected to bring: won deals bring less or more than that; 1 where deals are counted."""
        if self.goal.unit == "count":
            return 1.0
        return basis.size / float(self.facts.curves.realised(unit.id if basis.whose == "own" else None))

    def _to_date(self, unit: Unit, until: str) -> int:
        """Add up the goal's KPI from the period's start to the end of a month or week."""
        return sum(amount for label, amount in self._done.get(unit.id, {}).items() if label <= until)

    def _by_now(
        self, unit: Unit, basis: LeadBasis, cycle: Cycle, found: Sequence[Lead]
    ) -> tuple[float, int] | None:
        """Add up the deals to create, and those created, from the first month or week told to the as-of day."""
        as_of = self.facts.as_of
        begun = [lead for lead in found if self._start(lead.label) <= as_of]
        if not begun:
            return None
        over = [lead for lead in begun if lead.last_day <= as_of]
        needed = sum(lead.create for lead in over)
        for running in begun[len(over) :]:
            cut = Period(label="now", start=self._start(running.label), end=as_of + timedelta(days=1))
            part = leads(self._wins(unit, basis), self.goal.period.start, cycle, [cut])
            needed += sum(lead.create for lead in part)
        return needed, sum(self._deals.get((unit.id, lead.label), (0, 0))[0] for lead in begun)

    @cached_property
    def _done(self) -> dict[str, dict[str, int]]:
        """Ask once what each unit has of the goal's KPI by month or week of the period."""
        found: dict[str, dict[str, int]] = {}
        for unit, label, amount in self._ask((self.goal.kpi,), self.goal.period.start):
            found.setdefault(unit, {})[label] = int(amount or 0)
        return found

    @cached_property
    def _deals(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Ask once what each unit created by month or week, and what was open at the end of each, for a year back."""
        if self.goal.kpi not in _OPEN:
            return {}
        start = self.facts.calendar.containing(years_before(self.goal.period.start, 1), self.grain).start
        rows = self._ask(("created_count", _OPEN[self.goal.kpi]), start)
        return {(unit, label): (int(created or 0), int(held or 0)) for unit, label, created, held in rows}

    def _ask(self, kpis: tuple[str, ...], start: date) -> list[tuple[Any, ...]]:
        facts = self.facts
        end = min(self.goal.period.end, facts.as_of + timedelta(days=1))
        if end <= start:
            return []
        whole = facts.by == COMPANY
        query = Query(
            kpis=kpis,
            by=() if whole else (facts.by,),
            grain=self.grain,
            start=start,
            end=end,
            as_of=facts.as_of,
            labels=False,
            credit=CREDIT,
            restated=facts.restated,
        )
        rows = run(query, facts.data, facts.calendar, facts.known).rows
        return [(COMPANY, *row) for row in rows] if whole else [row for row in rows if row[0] is not None]


def _cycle(curve: "WinCurve") -> Cycle | None:
    """Give the shares by each day of age; None where none is ever won."""
    if curve.told_to is None or not (curve.won(curve.told_to) or 0):
        return None
    won, left, steps = [0.0], [0.0], {step.age: step for step in curve.steps}
    for age in range(curve.told_to + 1):
        step = steps.get(age)
        won.append(step.won.share if step else won[-1])
        left.append(step.left.share if step else left[-1])
    return Cycle(won=tuple(won[1:]), left=tuple(left[1:]))
