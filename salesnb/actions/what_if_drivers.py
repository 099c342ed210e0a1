"""The drivers of a goal's outlook as a what-if moves them: around where they stand, and how far."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from salesnb.actions.organisation import REP_PREFIX
from salesnb.actions.staffing import cohorts_of, memberships_of, presences, whole_months
from salesnb.calendar import years_before
from salesnb.counting import counted
from salesnb.outlook.levers import DRIVERS
from salesnb.outlook.measured import measured_drivers
from salesnb.outlook.what_if import LARGEST_MOVE
from salesnb.planning import Cohort, DriverMove, Goal, Plan, project, staffing_of
from salesnb.planning.supposed import LATER_HIRES

if TYPE_CHECKING:
    from datetime import date

    from salesnb.actions.outlook_told import Simulated
    from salesnb.calendar import FiscalCalendar
    from salesnb.crm.dataset import Dataset

__all__ = ["Driver", "LaterHires", "drivers_of", "later_hires", "simulated_moves"]

_UNITS = {"win rate": "ratio", "deal size": "money", "cycle": "days", "creation": "a month"}
_STEPS = 100
_MOST_POINTS, _MOST_MONTHS = 50, 6


@dataclass(frozen=True, kw_only=True)
class Driver:
    """A driver that can be moved in whole steps: of 1 % of itself, of a point (attrition), of a month (hires).

    Attributes
    ----------
    name
        As in :class:`salesnb.planning.DriverMove`.
    unit
        ``ratio``, ``money``, ``days``, ``a month`` (deals) or ``months``.
    measured
        Where it stands, in its unit; None where that is not known.
    source
        How that is known.
    low, high
        Between which steps it may be; both 0 where it cannot be moved.
    why_not
        Why it cannot be moved; empty where it can.
    """

    name: str
    unit: str
    measured: float | None
    source: str
    low: int = 0
    high: int = 0
    why_not: str = ""

    def move(self, step: int) -> DriverMove:
        """Give what a step is as a plan keeps it."""
        return DriverMove(driver=self.name, by=float(step) if self.name == LATER_HIRES else step / _STEPS)

    def step(self, move: DriverMove) -> int:
        """Give the step that a move is, however far."""
        return round(move.by if self.name == LATER_HIRES else move.by * _STEPS)

    def nearest(self, move: DriverMove) -> int:
        """Give the step nearest to a move that may be made."""
        return min(max(self.step(move), self.low), self.high)

    def value(self, step: int) -> float | None:
        """Give where it stands after a step, in its unit."""
        if self.measured is None:
            return None
        by = self.move(step).by
        return self.measured + by if self.name in {"attrition", LATER_HIRES} else self.measured * (1 + by)


@dataclass(frozen=True, kw_only=True)
class LaterHires:
    """What planned hires do to the number of ramped reps in the days left of a period.

    Attributes
    ----------
    cohorts
        Those who are there.
    hires
        Those who are planned for months that have not begun.
    left
        By month of the period, the share of it that is still to come.
    """

    plan: Plan
    cohorts: Sequence[Cohort]
    hires: Sequence[Cohort]
    left: Sequence[float]

    @property
    def heads(self) -> float:
        """How many hires are planned."""
        return sum(cohort.heads for cohort in self.hires)

    def factor(self, months: int) -> float:
        """Give ramped reps in the days left when hires come some months later, through those as planned."""
        planned = self._ramped(self.hires)
        late = [replace(one, month=one.month + months) for one in self.hires]
        there = self._ramped([one for one in late if one.month <= len(self.left)])
        return there / planned if planned else 1.0

    def _ramped(self, hires: Sequence[Cohort]) -> float:
        path = project([*self.cohorts, *hires], len(self.left), staffing_of(self.plan))
        return sum(ramped * left for ramped, left in zip(path.ramped, self.left, strict=True))


def drivers_of(
    plan: Plan, goal: Goal, simulated: "Simulated", data: "Dataset", as_of: "date", later: LaterHires
) -> tuple[Driver, ...]:
    """List the drivers of a goal, each around where it stands."""
    found = measured_drivers(simulated.deals, simulated.days["as_of"], owners=simulated.owners)
    values = {
        "win rate": found.win_rate,
        "deal size": found.deal_size if goal.unit == "money" else None,
        "cycle": found.cycle_days,
        "creation": found.created,
    }
    over = f"measured over {counted(found.months, 'month', 'months')}"
    told = [_by_share(name, values[name], over, goal) for name in _UNITS]
    return (*told, _attrition(plan, data, as_of), _later(later, goal))


def simulated_moves(moves: Sequence[DriverMove], later: LaterHires) -> dict[str, float]:
    """Give moves as the simulation takes them: hires that come later create fewer deals."""
    by = {move.driver: move.by for move in moves}
    months = round(by.pop(LATER_HIRES, 0.0))
    if months:
        by["creation"] = (1 + by.get("creation", 0.0)) * later.factor(months) - 1
    return {driver: by[driver] for driver in DRIVERS if driver in by}


def later_hires(
    plan: Plan, goal: Goal, data: "Dataset", calendar: "FiscalCalendar", as_of: "date"
) -> LaterHires:
    """Read who is there and who is planned."""
    months = whole_months(calendar, goal.period)
    numbers = {month.label: number for number, month in enumerate(months, start=1) if month.start > as_of}
    reps = [quota.id for quota in plan.quotas_of(goal) if quota.id.startswith(REP_PREFIX)]
    return LaterHires(
        plan=plan,
        cohorts=cohorts_of(reps, presences(data), months, memberships_of(data)),
        hires=[
            Cohort(name=one.node, heads=one.heads, month=numbers[one.label])
            for one in plan.assumptions.hires
            if one.label in numbers
        ],
        left=[min(max((month.end - as_of).days - 1, 0), month.days) / month.days for month in months],
    )


def _by_share(name: str, measured: float | None, over: str, goal: Goal) -> Driver:
    most = round(LARGEST_MOVE * _STEPS)
    if not measured:
        why = (
            "A goal in numbers of deals has no size." if name == "deal size" and goal.unit != "money" else ""
        )
        why = why or "Nothing was closed or created to measure it by."
        return Driver(name=name, unit=_UNITS[name], measured=None, source="", why_not=why)
    high = min(most, int((1 / measured - 1) * _STEPS)) if name == "win rate" else most
    return Driver(name=name, unit=_UNITS[name], measured=measured, source=over, low=-most, high=high)


def _attrition(plan: Plan, data: "Dataset", as_of: "date") -> Driver:
    share, source = _leaving(plan, data, as_of)
    return Driver(
        name="attrition",
        unit="ratio",
        measured=share,
        source=source,
        low=-int(share * _STEPS + 1e-9),
        high=min(_MOST_POINTS, int((1 - share) * _STEPS)),
    )


def _leaving(plan: Plan, data: "Dataset", as_of: "date") -> tuple[float, str]:
    """Tell the share of reps who leave in a year, and how that is known."""
    assumed = plan.assumptions.attrition_bp
    if assumed is not None:
        return assumed / 10_000, "as the plan assumes"
    since, end = years_before(as_of, 1), as_of + timedelta(days=1)
    there = [one for one in presences(data).values() if one.begins is not None]
    if not any(one.left for one in there):
        return 0.0, "taken to be none: the data says of nobody that they left"

    def heads(day: "date") -> int:
        return sum((one.begins or day) <= day and (one.left is None or one.left > day) for one in there)

    usual = (heads(since) + heads(as_of)) / 2
    left = sum(one.left is not None and since < one.left <= end for one in there)
    share = min(left / usual, 1.0) if usual else 0.0
    return share, f"measured over 12 months: {left} of {usual:g} left"


def _later(later: LaterHires, goal: Goal) -> Driver:
    most = min(_MOST_MONTHS, len(later.left))
    if not later.heads:
        why = f"No hires are planned for the months of {goal.period.label} that have not begun."
        return Driver(name=LATER_HIRES, unit="months", measured=None, source="", why_not=why)
    source = f"{counted(round(later.heads), 'hire', 'hires')} as planned"
    return Driver(name=LATER_HIRES, unit="months", measured=0.0, source=source, high=most)
