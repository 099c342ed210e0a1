"""When reps were there, by the data: as cohorts of a plan's period, and what one of them brought in a month."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from salesnb.actions.organisation import rep_node_id
from salesnb.calendar import FiscalCalendar, Period, years_before
from salesnb.counting import counted
from salesnb.errors import BadInput
from salesnb.kpis import Query, run
from salesnb.kpis.query import CREDIT
from salesnb.planning import (
    RAMPED,
    Cohort,
    Market,
    Quota,
    Staffing,
    Stay,
    active_shares,
    bookings,
    months_since,
    moved_reps,
    project,
    span_of,
)

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.kpis import Kpi
    from salesnb.registry import Registry

__all__ = [
    "Brings",
    "Presence",
    "Stays",
    "by_stay",
    "capacity_of",
    "cohorts_of",
    "credited",
    "memberships_of",
    "past_productivity",
    "presences",
    "stays_of",
    "whole_months",
]

Stays = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows of memberships by the id of the rep's node."""


@dataclass(frozen=True, kw_only=True)
class Presence:
    """From when to when a rep was there.

    Attributes
    ----------
    hired
        The day on which the rep started; None where the source does not say.
    left
        The day after the last; None for who is still there.
    first
        The first day on which a deal of the rep was created or closed; None without deals.
    """

    hired: date | None = None
    left: date | None = None
    first: date | None = None

    @property
    def begins(self) -> date | None:
        """The first day, by the first deal where it is not given; None without any trace."""
        return self.hired or self.first


@dataclass(frozen=True, kw_only=True)
class Brings:
    """What a ramped rep brings in an average month, in minor units or as a count, and where that is from."""

    monthly: float
    source: str


def presences(data: "Dataset") -> dict[str, Presence]:
    """Tell when each rep was there, by the id of the rep's node."""
    found = {
        rep_node_id(str(row["rep_id"])): Presence(hired=row["start_on"], left=_after(row["end_on"]))
        for row in _rows(data, "reps", ("rep_id", "start_on", "end_on"))
    }
    for row in _deal_days(data):
        node = rep_node_id(str(row["rep_id"]))
        days = [row[name] for name in ("created", "closed") if row[name] is not None]
        found[node] = replace(found.get(node, Presence()), first=min(days, default=None))
    return found


def memberships_of(data: "Dataset") -> Stays:
    """List the dated memberships of each rep, by the id of the rep's node."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    if data.has("memberships"):
        for row in data.table("memberships").to_pyarrow().to_pylist():
            found.setdefault(rep_node_id(str(row["rep_id"])), []).append(row)
    return found


def by_stay(
    quotas: Iterable[Quota], period: Period, there: Mapping[str, Presence], members: Stays
) -> tuple[Mapping[str, Presence], Stays]:
    """Add what is known of reps who change node in a plan under the id of each of their parts, for the days of it."""
    found, days = dict(there), dict(members)
    for rep, stays in moved_reps(quotas).items():
        rows = members.get(rep) or ({"node": "", "valid_from": None, "valid_to": None, "share": 1.0},)
        for place, stay in enumerate(stays):
            start, end = span_of(stays, place, period)
            # Not there yet, which is told apart from a membership that only begins with the import.
            away = {"node": "", "valid_from": None, "valid_to": start, "share": 0.0}
            inside = [
                {
                    **row,
                    "valid_from": max(row["valid_from"] or start, start) if place else row["valid_from"],
                    "valid_to": min(row["valid_to"] or end, end),
                }
                for row in rows
                if (row["valid_from"] or start) < end and (row["valid_to"] or end) > start
            ]
            days[stay.id] = [away, *inside] if place or not inside else inside
            found[stay.id] = there.get(rep, Presence())
    return found, days


def stays_of(
    node: str, there: Mapping[str, Presence], members: Stays, until: date | None = None
) -> tuple[Stay, ...]:
    """Take dated memberships of a rep where there are some, within the time that the rep was there."""
    rep = there.get(node, Presence())
    rows = members.get(node) or ({"node": "", "valid_from": None, "valid_to": None, "share": 1.0},)
    return tuple(
        Stay(
            node=str(row["node"] or ""),
            start=max((day for day in (row["valid_from"], rep.hired) if day), default=None),
            end=min((day for day in (row["valid_to"], rep.left, until) if day), default=None),
            share=Fraction(str(row["share"] if row["share"] is not None else 1.0)),
        )
        for row in rows
    )


def whole_months(calendar: FiscalCalendar, period: Period) -> tuple[Period, ...]:
    """Give the months of a period that is made of whole ones.

    Raises
    ------
    BadInput
        When it is not.
    """
    months = calendar.months(period)
    if (months[0].start, months[-1].end) != (period.start, period.end):
        raise BadInput(
            f"Capacity is told by month, and {period.label} is not made of whole months.",
            hint="Ask for a plan of a month, quarter or year.",
        )
    return months


def capacity_of(cohort: Cohort, market: Market) -> tuple[float, float, float]:
    """Tell what a cohort and whoever replaces its leavers can sell in a period, its heads, and those of ramped reps."""
    path = project([cohort], market.months, market.staffing)
    sold = sum(bookings(path.ramped, market.monthly, market.season))
    return sold, sum(path.headcount) / market.months, sum(path.ramped) / market.months


def cohorts_of(
    nodes: Sequence[str],
    there: Mapping[str, Presence],
    months: Sequence[Period],
    members: Stays = MappingProxyType({}),
) -> tuple[Cohort, ...]:
    """Make a cohort of each rep of a plan; who has left before is in none.

    Somebody whose day of hire is not known is taken to be ramped. Who comes in a month counts from its start, and who
    has dated memberships for the days of them: leave and part time are less than whole months.
    """
    start, end = months[0].start, months[-1].end
    found = []
    for node in nodes:
        rep = there.get(node, Presence())
        if (rep.left and rep.left <= start) or (rep.hired and rep.hired >= end):
            continue
        hired = rep.hired
        late = hired is not None and hired >= start
        found.append(
            Cohort(
                name=node,
                month=1 if hired is None or not late else 1 + months_since(start, hired),
                tenure=RAMPED if hired is None else 0 if late else months_since(hired, start),
                last=None
                if not rep.left or rep.left > end
                else 1 + months_since(start, rep.left - timedelta(days=1)),
                there=_parts_of_months(members.get(node, ()), months),
            )
        )
    return tuple(found)


def _parts_of_months(rows: Sequence[Mapping[str, Any]], months: Sequence[Period]) -> tuple[float, ...]:
    """Tell what part of each month a rep's memberships leave; empty where it is all of each.

    What is before the first of them is not leave: the imports say where the rep was then.
    """
    first = min((row["valid_from"] or date.min for row in rows), default=date.min)
    stays = [
        Stay(
            start=None if row["valid_from"] == first else row["valid_from"],
            end=row["valid_to"],
            share=Fraction(str(1.0 if row["share"] is None else row["share"])),
        )
        for row in rows
    ]
    parts = zip(*active_shares(months, stays).values(), strict=True) if stays else ()
    shares = tuple(float(sum(part)) for part in parts)
    return () if all(share == 1 for share in shares) else shares


def past_productivity(
    data: "Dataset",
    calendar: FiscalCalendar,
    known: "Registry[Kpi]",
    kpi: "Kpi",
    period: Period,
    staffing: Staffing,
) -> Brings | None:
    """Find what a ramped rep brought in an average month of twelve; None where nobody was there.

    The twelve months end where the period starts, or with the data where that is earlier, and are fewer where the data
    does not reach back that far.

    All that reps brought, those who have left included, over the months that they were there, each weighed by its
    place in the ramp: without a ramp, over active rep-months.

    References
    ----------
    Kellogg, https://kellblog.com/2020/05/19: leavers belong in the figure, or it tells of survivors only.
    """
    there = presences(data)
    begun = min((rep.first for rep in there.values() if rep.first), default=period.start)
    end = min(period.start, data.meta.as_of + timedelta(days=1))
    first = max(years_before(end, 1), begun)
    if first >= end:
        return None
    months = calendar.buckets(first, end, "month")
    spans = [(rep.hired, *_span(rep, first, end)) for rep in there.values()]
    rep_months = sum(
        _ramped(hired, begin, till, months, staffing) for hired, begin, till in spans if begin < till
    )
    if not rep_months:
        return None
    brought = sum(credited(data, calendar, known, kpi.name, first, end).values())
    left = sum(rep.left is not None and first < rep.left <= end for rep in there.values())
    source = (
        f"history: {first} to {end - timedelta(days=1)}, {rep_months:,.1f} months of ramped reps"
        f" ({counted(sum(begin < till for _, begin, till in spans), 'rep', 'reps')}, {left} of whom left)"
    )
    return Brings(monthly=brought / rep_months, source=source)


def credited(
    data: "Dataset", calendar: FiscalCalendar, known: "Registry[Kpi]", kpi: str, start: date, end: date
) -> dict[str, int]:
    """Sum what each rep is credited with in ``[start, end)``, by the id of the rep's node; absent means nothing."""
    query = Query(kpis=(kpi,), by=("rep",), start=start, end=end, labels=False, credit=CREDIT)
    rows = run(query, data, calendar, known).rows
    return {rep_node_id(str(rep)): int(amount) for rep, amount in rows if rep is not None and amount}


def _span(rep: Presence, first: date, end: date) -> tuple[date, date]:
    """Cut a rep's time to a stretch of days; empty where there is no trace of the rep."""
    if rep.begins is None:
        return end, first
    return max(rep.begins, first), min(rep.left or end, end)


def _ramped(
    hired: date | None, begin: date, till: date, months: Sequence[Period], staffing: Staffing
) -> float:
    """Add up months of a ramped rep, by days."""
    total = 0.0
    for month in months:
        days = (min(till, month.end) - max(begin, month.start)).days
        if days > 0:
            tenure = RAMPED if hired is None else months_since(hired, month.start)
            total += days / month.days * staffing.productivity(max(tenure, 0))
    return total


def _after(day: date | None) -> date | None:
    return None if day is None else day + timedelta(days=1)


def _deal_days(data: "Dataset") -> list[dict[str, Any]]:
    """Ask for the first days of each rep's deals in one query."""
    deals = data.table("opportunities")
    days = {"created": deals.created_on.min(), "closed": deals.closed_on.min()}
    rows: list[dict[str, Any]] = (
        deals.filter(deals.rep_id.notnull()).group_by("rep_id").aggregate(**days).to_pyarrow().to_pylist()
    )
    return rows


def _rows(data: "Dataset", table: str, columns: Sequence[str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = data.table(table).select(*columns).to_pyarrow().to_pylist()
    return rows
