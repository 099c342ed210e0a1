"""What the outlook reads of the data: totals by month of every place, and the deals behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from salesnb.actions.organisation import REP_PREFIX
from salesnb.calendar import FiscalCalendar, Period
from salesnb.kpis import Query, run
from salesnb.kpis.deals import Deals as Opportunities
from salesnb.kpis.query import CREDIT

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    from salesnb.crm.dataset import Dataset
    from salesnb.kpis import Kpi
    from salesnb.outlook.deals import Deals
    from salesnb.registry import Registry

__all__ = [
    "SIMULATED",
    "Monthly",
    "deals_of",
    "deals_with_ids",
    "first_open_month",
    "month_number",
    "monthly_totals",
    "months_of",
    "whole_months",
    "won_within",
]

# The KPIs whose deals can be simulated, and whether money is what they count.
SIMULATED: Mapping[str, bool] = {"won_amount": True, "won_count": False}
_COMPANY = "company"
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, kw_only=True)
class Monthly:
    """A KPI by month, of the places of one level.

    Attributes
    ----------
    totals
        By node id, then by number of the month (12 × year + month − 1), in minor units or as a count; months without
        any are absent.
    """

    totals: Mapping[str, Mapping[int, float]]

    def between(self, node: str, first: int, after: int) -> float:
        """Sum of a node from one month up to and not including another."""
        months = self.totals.get(node, {})
        return sum(total for number, total in months.items() if first <= number < after)

    def series(self, after: int) -> dict[str, tuple[int, list[float]]]:
        """The series of every node that had begun, without gaps, up to and not including a month."""
        found = {}
        for node, months in self.totals.items():
            begun = [number for number, total in months.items() if total and number < after]
            if begun:
                first = min(begun)
                found[node] = (first, [months.get(number, 0.0) for number in range(first, after)])
        return found


def month_number(day: date) -> int:
    """Number of a day's month."""
    return 12 * day.year + day.month - 1


def first_open_month(as_of: date) -> int:
    """Number of the first month that is not over at the end of a day."""
    return month_number(as_of + timedelta(days=1))


def monthly_totals(
    data: "Dataset",
    calendar: FiscalCalendar,
    known: "Registry[Kpi]",
    kpi: str,
    level: str,
    as_of: date,
) -> Monthly:
    """Read a KPI by month up to a day, by credit as quotas count it.

    Parameters
    ----------
    level
        ``company``, a level of the organisation, or ``rep``; a deal counts where its rep was when it closed.
    """
    by = () if level == _COMPANY else (level,)
    query = Query(kpis=(kpi,), by=by, grain="month", as_of=as_of, labels=False, credit=CREDIT)
    found: dict[str, dict[int, float]] = {}
    for *place, month, total in run(query, data, calendar, known).rows:
        if place == [None]:
            continue
        node = _node_id(level, str(place[0])) if place else _COMPANY
        number = month_number(calendar.period(str(month)).start)
        found.setdefault(node, {})[number] = float(total or 0)
    return Monthly(totals=found)


def _node_id(level: str, name: str) -> str:
    return f"{REP_PREFIX}{name}" if level == "rep" else name


def whole_months(period: Period) -> tuple[int, int]:
    """Numbers of the first month and of the one after the last, of a period that begins and ends with a month; else none."""
    whole = period.start.day == period.end.day == 1
    return (month_number(period.start), month_number(period.end)) if whole else (0, 0)


def deals_of(data: "Dataset", kpi: str, teams: Mapping[str, str], as_of: date) -> "Deals":
    """Read the opportunities that a KPI counts; see `deals_with_ids`."""
    return deals_with_ids(data, kpi, teams, as_of)[0]


def deals_with_ids(
    data: "Dataset", kpi: str, teams: Mapping[str, str], as_of: date
) -> "tuple[Deals, pa.ChunkedArray]":
    """Read the opportunities that a KPI counts, each with whoever has a part in it, and the id of each.

    Parameters
    ----------
    kpi
        One of `SIMULATED`.
    teams
        The team of each rep, by id; reps without one are a team of their own.
    as_of
        The day as of which the data is told; what was created later is left out.
    """
    import numpy as np

    from salesnb.outlook.deals import Deals

    rows = _parts(data, as_of)
    reps = rows.column("rep_id").to_pylist()
    owners = tuple(sorted({*teams, *reps}))
    number = {owner: place for place, owner in enumerate(owners)}
    money = SIMULATED[kpi]
    deals = Deals(
        owners=owners,
        teams=tuple(teams.get(owner, "") for owner in owners),
        owner=np.array([number[rep] for rep in reps], dtype=np.int64),
        created=_days(rows.column("created_on")),
        closed=_days(rows.column("closed_on")),
        won=rows.column("won").to_numpy().astype(np.bool_),
        amount=_values(rows.column("amount"), money=money),
        expected=_values(rows.column("expected_amount"), money=money),
    )
    return deals, rows.column("opportunity_id")


def won_within(deals: "Deals", owner: str, first: date, end: date) -> float:
    """Sum what an owner won from a day on to before another, in minor units or as a count."""
    from salesnb.outlook.deals import day_number

    inside = (deals.closed >= day_number(first)) & (deals.closed < day_number(end))
    mine = deals.owner == deals.owners.index(owner)
    return float(deals.amount[inside & mine & deals.won].sum())


def _parts(data: "Dataset", as_of: date) -> "pa.Table":
    """List deals by owner, those that are shared by everybody who has a part."""
    import ibis

    opportunities = Opportunities(data, as_of)
    names = ("opportunity_id", "rep_id", "status", "created_on", "closed_on", "amount", "expected_amount")
    table = opportunities.known_columns(names)
    table = table.filter(table.created_on.isnull() | (table.created_on <= ibis.date(as_of)))
    # What is closed on a day that nobody knows cannot be told apart from what never was.
    table = table.filter(table.closed_on.notnull() | (table.status == "open"))
    parts = opportunities.parts(CREDIT)
    if parts is not None:
        parts = parts.rename(
            part_of="opportunity_id", sharer="rep_id", part="amount", part_expected="expected_amount"
        )
        same = table.opportunity_id == parts.part_of
        whole = table.anti_join(parts, same).select(*names)
        joined = table.inner_join(parts, same)
        shares = {"rep_id": joined.sharer, "amount": joined.part, "expected_amount": joined.part_expected}
        table = whole.union(joined.select(**{name: shares.get(name, joined[name]) for name in names}))
    table = table.filter(table.rep_id.notnull())
    return table.mutate(won=(table.status == "won").cast("int8")).to_pyarrow()


def _days(column: "pa.ChunkedArray") -> "npt.NDArray[np.int64]":
    import numpy as np
    import pyarrow as pa

    from salesnb.outlook.deals import NEVER

    since = column.cast(pa.date32()).cast(pa.int32()).cast(pa.int64())
    known = since.is_valid().to_numpy()
    return np.where(known, since.fill_null(0).to_numpy() + _EPOCH.toordinal(), NEVER)


def _values(column: "pa.ChunkedArray", *, money: bool) -> "npt.NDArray[np.float64]":
    import numpy as np

    values = column.fill_null(0).to_numpy().astype(np.float64)
    return values if money else np.ones_like(values)


def months_of(period: Period) -> tuple[int, int]:
    """Number of a period's first month, and of the one after its last."""
    return month_number(period.start), month_number(period.last_day) + 1
