"""What the past says for a plan: who sold how much, and in which months. Nothing from the plan's start on is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from salesnb.actions.organisation import rep_node_id
from salesnb.calendar import FiscalCalendar, Period, years_before
from salesnb.kpis import Query, run
from salesnb.kpis.query import CREDIT
from salesnb.planning import Past as PastTotals
from salesnb.planning import PastDrivers, Shape, shape_of
from salesnb.planning.shape import LEAST_PAST, NO_SHAPE

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.kpis import Kpi
    from salesnb.registry import Registry

__all__ = ["MonthWeights", "history_start", "month_weights", "rep_drivers", "rep_history", "total_history"]

_YEARS_OF_SEASON = 3


@dataclass(frozen=True, kw_only=True)
class MonthWeights:
    """How a KPI spreads over the months of a period, and where that is known from.

    Attributes
    ----------
    weights
        By month label, zero or more, not all zero.
    basis
        In words: ``"the same months of 2 years before"``.
    shape, past
        The weeks and the spread, and which past periods that is of.
    """

    weights: Mapping[str, int]
    basis: str
    shape: Shape = NO_SHAPE
    past: str = ""


def history_start(period: Period) -> date:
    """Give the first day of the twelve months before a period."""
    return years_before(period.start, 1)


def rep_history(
    data: "Dataset", calendar: FiscalCalendar, known: "Registry[Kpi]", kpi: str, period: Period
) -> dict[str, int]:
    """Sum a KPI by rep over the twelve months before a period, keyed by the rep's node id; absent means nothing.

    Shared deals count by credit, as they do for the quota that is made of it.
    """
    first = history_start(period)
    query = Query(kpis=(kpi,), by=("rep",), start=first, end=period.start, labels=False, credit=CREDIT)
    rows = run(query, data, calendar, known).rows
    return {rep_node_id(str(rep)): int(amount) for rep, amount in rows if rep is not None and amount}


def rep_drivers(data: "Dataset", calendar: FiscalCalendar, period: Period) -> dict[str, PastDrivers]:
    """Tell what each rep closed and won in the twelve months before a period, keyed by the rep's node id.

    Shared deals count by credit, as in `rep_history`.
    """
    kpis = ("closed_count", "won_count", "won_amount")
    query = Query(
        kpis=kpis, by=("rep",), start=history_start(period), end=period.start, labels=False, credit=CREDIT
    )
    return {
        rep_node_id(str(rep)): PastDrivers(closed=closed, won=won, amount=amount)
        for rep, closed, won, amount in run(query, data, calendar).rows
        if rep is not None and closed
    }


def total_history(
    data: "Dataset", calendar: FiscalCalendar, known: "Registry[Kpi]", kpi: str, period: Period
) -> float | int | None:
    """Give a KPI in a past period; None where the data does not reach back that far."""
    if period.end > data.meta.as_of and not period.contains(data.meta.as_of):
        return None
    value: float | int | None = run(
        Query(kpis=(kpi,), start=period.start, end=period.end), data, calendar, known
    ).rows[0][0]
    return value or None


def month_weights(
    data: "Dataset", calendar: FiscalCalendar, known: "Registry[Kpi]", kpi: str, period: Period
) -> MonthWeights:
    """Find how a KPI spreads over a period's months.

    Taken from the same months of up to three years before where the data covers them; else from the place of
    a month within its quarter; else from the number of days.
    """
    past = _monthly(data, calendar, known, kpi, period)
    months = calendar.months(period)
    shape, told = _shape(data, calendar, known, kpi, period, past)
    for weights, basis in (_same_months(past, months), _place_in_quarter(past, months, calendar)):
        if any(weights.values()):
            return MonthWeights(weights=weights, basis=basis, shape=shape, past=told)
    return MonthWeights(weights={month.label: month.days for month in months}, basis="the number of days")


def _shape(
    data: "Dataset",
    calendar: FiscalCalendar,
    known: "Registry[Kpi]",
    kpi: str,
    period: Period,
    monthly: Mapping[str, int],
) -> tuple[Shape, str]:
    """Tell the weeks of a period and their spread, from past periods of its kind, and say which those are.

    The same periods of years before where there are enough of them, else all of its kind.
    """
    months = [calendar.period(label) for label in monthly]
    if not months or (calendar.months(period)[0].start, calendar.months(period)[-1].end) != (
        period.start,
        period.end,
    ):
        return NO_SHAPE, ""
    periods = _past_periods(calendar, period, months[0].start, months[-1].end)
    same = [found for found in periods if found.start.month == period.start.month]
    chosen = same if len(same) >= LEAST_PAST else periods
    if not chosen:
        return NO_SHAPE, ""
    query = Query(kpis=(kpi,), grain="week", start=months[0].start, end=months[-1].end)
    weeks = run(query, data, calendar, known).rows
    past = PastTotals(
        months=tuple(zip(months, monthly.values(), strict=True)),
        weeks=tuple((calendar.period(str(week)), int(amount or 0)) for week, amount in weeks),
    )
    shape = shape_of(
        calendar.months(period),
        calendar.buckets(period.start, period.end, "week"),
        past,
        [calendar.months(found) for found in chosen],
    )
    noun = calendar.grain(period)
    return (
        shape,
        f"the {len(chosen)} {noun}s before" if chosen is periods else f"the same {noun} of {len(same)} years",
    )


def _past_periods(calendar: FiscalCalendar, period: Period, first: date, end: date) -> list[Period]:
    """List the periods of a period's kind that lie within the days known, the latest first."""
    found = []
    before = calendar.previous(period)
    while before.start >= first:
        if before.end <= end:
            found.append(before)
        before = calendar.previous(before)
    return found


def _monthly(
    data: "Dataset", calendar: FiscalCalendar, known: "Registry[Kpi]", kpi: str, period: Period
) -> dict[str, int]:
    """List a KPI by month over complete months only, before the period's start and up to the as-of date."""
    first = years_before(period.start, _YEARS_OF_SEASON)
    query = Query(kpis=(kpi,), grain="month", start=first, end=period.start)
    amounts = {str(month): int(amount or 0) for month, amount in run(query, data, calendar, known).rows}
    begun = [month for month, amount in amounts.items() if amount]
    return {
        month: amount
        for month, amount in amounts.items()
        if begun and month >= begun[0] and calendar.period(month).last_day <= data.meta.as_of
    }


def _same_months(past: Mapping[str, int], months: tuple[Period, ...]) -> tuple[dict[str, int], str]:
    """Sum each month over those years before in which all of them are known."""
    years = [
        back
        for back in range(1, _YEARS_OF_SEASON + 1)
        if all(_years_before(month.label, back) in past for month in months)
    ]
    weights = {month.label: sum(past[_years_before(month.label, back)] for back in years) for month in months}
    known = "the year before" if len(years) == 1 else f"{len(years)} years before"
    return weights, f"the same months of {known}"


def _place_in_quarter(
    past: Mapping[str, int], months: tuple[Period, ...], calendar: FiscalCalendar
) -> tuple[dict[str, int], str]:
    """Sum the first, second and third months of every quarter that is known whole."""
    by_place = {0: 0, 1: 0, 2: 0}
    quarters: set[str] = set()
    for label in past:
        quarter = calendar.containing(calendar.period(label).start, "quarter")
        if all(month.label in past for month in calendar.months(quarter)):
            by_place[_place(label, calendar)] += past[label]
            quarters.add(quarter.label)
    weights = {month.label: by_place[_place(month.label, calendar)] for month in months}
    return (
        weights,
        f"the place of a month in the quarter, over {len(quarters)} quarter{'s' * (len(quarters) != 1)}",
    )


def _place(label: str, calendar: FiscalCalendar) -> int:
    return (calendar.period(label).start.month - calendar.year_start) % 3


def _years_before(label: str, years: int) -> str:
    return f"{int(label[:4]) - years:04d}{label[4:]}"
