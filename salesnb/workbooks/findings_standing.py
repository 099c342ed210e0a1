"""Where a team stands against its goal and its seasonal pace, and what it did before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from salesnb.calendar import FiscalCalendar
from salesnb.errors import UnknownName
from salesnb.workbooks.extract import ExtractGoal, ExtractPeriod, ReviewExtract

__all__ = ["ON_PACE", "Standing", "due_on", "standing"]

# Within two per cent of what is due by now counts as on pace: less is the noise of a deal closing a day later.
ON_PACE = Fraction(2, 100)

_NO_GOAL_KPI = "won_amount"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The goal's KPI, or won amount without a goal, at the as-of date.

    Attributes
    ----------
    kpi, label, unit
        What is measured.
    actual
        What there is so far; 0 where nothing closed.
    target, due
        The goal, and what it asks for by the as-of date; None without a goal.
    seasonal
        Whether ``due`` follows the plan's season; without one it grows evenly by day.
    last_year, previous
        As many days of the same period a year before, and of the period before; None where nothing is known.
    last_year_full, previous_full
        Those periods whole.
    elapsed, days
        Days of the period that have passed, and all.
    """

    kpi: str
    label: str
    unit: str
    actual: int
    target: int | None
    due: int | None
    seasonal: bool
    last_year: int | None
    previous: int | None
    last_year_full: int | None
    previous_full: int | None
    elapsed: int
    days: int

    @property
    def state(self) -> str:
        """``before``, ``running`` or ``over``."""
        if self.elapsed <= 0:
            return "before"
        return "over" if self.elapsed >= self.days else "running"

    @property
    def days_left(self) -> int:
        """Days of the period still to come."""
        return self.days - self.elapsed

    @property
    def attainment(self) -> Fraction | None:
        """Actual over goal; None without a goal above zero."""
        return Fraction(self.actual, self.target) if self.target else None

    @property
    def ahead(self) -> int | None:
        """By how much it is ahead of what is due by now; negative when behind."""
        return None if self.due is None else self.actual - self.due

    @property
    def to_go(self) -> int | None:
        """What is missing to the goal, never negative."""
        return None if self.target is None else max(self.target - self.actual, 0)

    @property
    def pace(self) -> str:
        """``none`` without a goal, ``reached``, ``missed``, ``ahead``, ``on`` or ``behind``."""
        if self.target is None or self.due is None:
            return "none"
        if self.actual >= self.target:
            return "reached"
        if self.state == "over":
            return "missed"
        slack = ON_PACE * self.due
        if self.actual < self.due - slack:
            return "behind"
        return "ahead" if self.actual > self.due + slack else "on"


def standing(extract: ReviewExtract) -> Standing:
    """Find where the node stands."""
    goal, period = extract.goal, extract.period
    kpi = goal.kpi if goal else _NO_GOAL_KPI
    note = extract.kpis.get(kpi)
    windows = {row["window"]: row for row in extract.table("headline")}
    due, seasonal = _due(goal, extract)
    past = {
        name: _figure(windows, name, kpi)
        for name in ("last_year", "previous", "last_year_full", "previous_full")
    }
    return Standing(
        kpi=kpi,
        label=goal.label if goal else (note.label if note else "Won amount"),
        unit=goal.unit if goal else "money",
        actual=_figure(windows, "period", kpi) or 0,
        target=goal.target if goal else None,
        due=due,
        seasonal=seasonal,
        elapsed=period.elapsed_days,
        days=period.days,
        **past,
    )


def _figure(windows: dict[str, dict[str, Any]], window: str, kpi: str) -> int | None:
    """Give a past figure; nothing closed in a window at all means that nothing is known of it."""
    row = windows.get(window, {})
    value = row.get(kpi)
    if window != "period" and not value and not row.get("closed_count"):
        return None
    return None if value is None else int(value)


def _due(goal: ExtractGoal | None, extract: ReviewExtract) -> tuple[int | None, bool]:
    if goal is None:
        return None, False
    points = target_points(extract.milestones, extract)
    last = extract.period.start + timedelta(days=extract.period.elapsed_days - 1)
    return due_on(
        last, points or ((extract.period.end - timedelta(days=1), goal.target),), extract.period
    ), bool(points)


def target_points(stones: Sequence[tuple[str, int]], extract: ReviewExtract) -> tuple[tuple[date, int], ...]:
    """Put milestones on the last days of their months, cut at the period's end."""
    calendar = FiscalCalendar(extract.fiscal_year_start)
    last = extract.period.end - timedelta(days=1)
    try:
        return tuple((min(calendar.period(label).last_day, last), total) for label, total in stones)
    except UnknownName:
        return ()


def due_on(day: date, points: Sequence[tuple[date, int]], period: ExtractPeriod) -> int:
    """Tell the running target on a day: it grows evenly between milestones, from nothing before the first.

    References
    ----------
    Pace is measured against the season's cumulative share, not against days: a quarter whose last month brings
    half of the sales is not behind for having a third of them after two months.
    """
    before, reached = period.start - timedelta(days=1), 0
    for end, total in points:
        if day <= end:
            span = max((end - before).days, 1)
            return round(reached + Fraction((total - reached) * max((day - before).days, 0), span))
        before, reached = end, total
    return reached
