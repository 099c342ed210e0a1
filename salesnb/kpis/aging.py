"""Curves over age by any dimension: the deals by age and outcome, counted in one grouped query for all groups."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from math import fsum
from typing import TYPE_CHECKING, Any

from salesnb.calendar import FiscalCalendar
from salesnb.errors import BadInput, BadUsage
from salesnb.kpis.curves import LEAST_AT_RISK, Tally, WinCurve, win_curve
from salesnb.kpis.engine import Run
from salesnb.kpis.expressions import days_between
from salesnb.kpis.query import Query

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.kpis.scan import Scan

__all__ = ["CURVE_BASIS", "AgedDeals", "CurveGroup", "count_by_age", "curves_of", "tells_outcome"]

# What a question about curves is a question of: whatever was created in the days asked for.
CURVE_BASIS = "created_count"
# These say how a deal ended, so that a curve of each would be 0 or 1.
_OUTCOMES = frozenset({"stage", "status", "loss_reason", "forecast_category"})
_DAYS_A_MONTH = 365.25 / 12

Key = tuple[str | None, ...]


@dataclass(frozen=True, kw_only=True)
class AgedDeals:
    """Deals by age and outcome, by group.

    Attributes
    ----------
    as_of
        The day as of which ages are told.
    columns
        What the keys are: dimensions and at most one time grain, that of creation.
    groups
        By key, as ids; None where a deal has no value.
    labels
        The keys as people read them.
    undated
        How many deals of each group have no created date, and so no age: they are left out.
    first_known
        The day from which on closed deals are in the data; None where none is closed.
    """

    as_of: date
    columns: tuple[str, ...]
    groups: dict[Key, tuple[Tally, ...]]
    labels: dict[Key, Key]
    undated: dict[Key, int]
    first_known: date | None

    def pooled(self) -> tuple[Tally, ...]:
        """Give the deals of all groups together."""
        return tuple(tally for tallies in self.groups.values() for tally in tallies)


@dataclass(frozen=True, kw_only=True)
class CurveGroup:
    """The curve of one group, and how many of its deals have no created date and are left out."""

    key: Key
    curve: WinCurve
    undated: int


def count_by_age(
    query: Query, data: "Dataset", calendar: FiscalCalendar, *, half_life_days: float | None = None
) -> AgedDeals:
    """Count the deals created in the days asked for by age and outcome, for every group at once.

    The age is in days from creation to the day of closing, or to the as-of day while open. Closed before it was
    created counts as age 0. Deals without a created date have no age: they are counted apart. What closed before the
    month in which the first deal of the data closed is not in the data; what was created before it counts from the
    age that it had then.

    Parameters
    ----------
    query
        Dimensions, created days, filters, as-of day, credit; its KPIs are not asked for.
    half_life_days
        A deal that was created that many days before the as-of day counts half as much as one of that day, by whole
        months. The weights are scaled to the number of deals that would tell as much (Kish's effective size), so that
        intervals are honest; sums of weights are floats, added in an order that does not depend on the rows'.

    Raises
    ------
    UnknownName
        When a dimension or a value is not known.
    BadUsage
        When a dimension says how deals ended.
    BadInput
        When the half-life is not above zero.
    """
    _refuse_outcomes(query)
    if half_life_days is not None and not half_life_days > 0:
        raise BadInput(f"The half-life is {half_life_days} days.", hint="Give a number above 0, such as 365.")
    run = Run(replace(query, kpis=(CURVE_BASIS,)), data, calendar, _catalogue())
    scan = run.scan(run.credit_of(run.kpis[0]))
    first_known = scan.deals.book.first_known(scan.as_of)
    rows = _counted(scan, first_known, by_month=half_life_days is not None)
    groups: dict[Key, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[_key(row, run, scan)].append(row)
    return AgedDeals(
        as_of=run.as_of,
        columns=query.columns,
        groups={key: _tallies(some, run.as_of, half_life_days) for key, some in groups.items()},
        labels={key: _labels(key, run) for key in groups},
        undated={
            key: sum(int(row["deals"]) for row in some if row["age"] is None) for key, some in groups.items()
        },
        first_known=first_known,
    )


def curves_of(
    deals: AgedDeals, *, confidence: float = 0.8, least: int = LEAST_AT_RISK
) -> tuple[CurveGroup, ...]:
    """Give the curve of every group, those without a value first, then by name; without dimensions there is one.

    A group of which no deal has an age has none.
    """
    whole: dict[Key, tuple[Tally, ...]] = {} if deals.columns else {(): ()}
    groups = whole | {key: some for key, some in deals.groups.items() if some or not deals.columns}
    labels = {key: deals.labels.get(key, key) for key in groups}
    return tuple(
        CurveGroup(
            key=labels[key],
            curve=win_curve(groups[key], confidence=confidence, least=least),
            undated=deals.undated.get(key, 0),
        )
        for key in sorted(groups, key=lambda key: [(part is not None, part or "") for part in labels[key]])
    )


def tells_outcome(dimension: str) -> bool:
    """Tell whether a dimension says how deals ended, so that no curve can be told by it."""
    return dimension.rpartition(".")[2] in _OUTCOMES


def _catalogue() -> Any:
    from salesnb.kpis import catalogue

    return catalogue()


def _refuse_outcomes(query: Query) -> None:
    asked = [*query.dimensions, *(name for name, _ in query.where)]
    wrong = next((name for name in asked if tells_outcome(name)), None)
    if wrong:
        raise BadUsage(
            f"{wrong} says how a deal ended, so that a curve by it would be 0 or 1.",
            hint="Ask by what was known when a deal was created, such as product or team.",
        )


def _counted(scan: "Scan", first_known: date | None, *, by_month: bool) -> list[dict[str, Any]]:
    import ibis

    table = scan.created_or_undated()
    if table is None:
        return []
    age = days_between(table.closed_on.fill_null(ibis.date(scan.as_of)), table.created_on)
    entered = days_between(ibis.date(first_known or date.min), table.created_on)
    keys = {f"dim_{name}": table[f"dim_{name}"] for name in scan.dimensions}
    keys |= {"bucket": table.bucket} if scan.grain else {}
    keys |= {"month": table.created_on.year() * 12 + table.created_on.month() - 1} if by_month else {}
    keys |= {
        "age": (age < 0).ifelse(0, age),
        "entered": (entered > 0).ifelse(entered, 0),
        "outcome": table.status,
    }
    # Named apart from the columns that they are made of.
    named = table.select(**{f"key_{name}": value for name, value in keys.items()})
    grouped = named.group_by(list(named.columns)).aggregate(deals=ibis._.count())
    rows = grouped.to_pyarrow().to_pylist()
    return [{name.removeprefix("key_"): value for name, value in row.items()} for row in rows]


def _key(row: dict[str, Any], run: Run, scan: "Scan") -> Key:
    grain = run.query.time_grain
    return tuple(
        (None if row["bucket"] is None else scan.label(int(row["bucket"])))
        if name == grain
        else row[f"dim_{name}"]
        for name in run.query.columns
    )


def _labels(key: Key, run: Run) -> Key:
    grain = run.query.time_grain
    return tuple(
        part if name == grain else run.label(name, part)
        for name, part in zip(run.query.columns, key, strict=True)
    )


def _tallies(rows: Iterable[dict[str, Any]], as_of: date, half_life_days: float | None) -> tuple[Tally, ...]:
    aged = [row for row in rows if row["age"] is not None]
    weights = [_weight(row, as_of, half_life_days) for row in aged]
    squares = fsum(row["deals"] * weight**2 for row, weight in zip(aged, weights, strict=True))
    whole = fsum(row["deals"] * weight for row, weight in zip(aged, weights, strict=True))
    scale = whole / squares if half_life_days is not None and squares else 1
    return tuple(
        Tally(
            age=int(row["age"]),
            outcome=row["outcome"],
            count=row["deals"] * weight * scale,
            entered=min(int(row["entered"]), int(row["age"])),
        )
        for row, weight in zip(aged, weights, strict=True)
    )


def _weight(row: dict[str, Any], as_of: date, half_life_days: float | None) -> float:
    if half_life_days is None:
        return 1
    months = as_of.year * 12 + as_of.month - 1 - int(row["month"])
    return float(0.5 ** (months * _DAYS_A_MONTH / half_life_days))
