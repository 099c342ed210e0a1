"""When reps were there, by the data: as cohorts of a plan's period, and what one of them brought in a month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from salesnb.actions.organisation import rep_node_id
from salesnb.calendar import FiscalCalendar, Period, years_before
from salesnb.counting import counted
from salesnb.kpis import Query, run
from salesnb.kpis.query import CREDIT
from salesnb.planning import RAMPED, Cohort, Staffing, months_since

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.kpis import Kpi
    from salesnb.registry import Registry

__all__ = ["Brings", "Presence", "cohorts_of", "credited", "past_productivity", "presences"]


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


def cohorts_of(
    nodes: Sequence[str], there: Mapping[str, Presence], months: Sequence[Period]
) -> tuple[Cohort, ...]:
    """Make a cohort of each rep of a plan; who has left before is in none.

    Somebody whose day of hire is not known is taken to be ramped. Who comes in a month counts from its start.
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
            )
        )
    return tuple(found)


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
