"""From a figure to its deals: the opportunities behind a KPI, which add up to it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from salesnb.calendar import FiscalCalendar
from salesnb.errors import BadUsage
from salesnb.kpis.cohorts import RETENTION
from salesnb.kpis.engine import Run
from salesnb.kpis.kpi import ACTIVITY, AS_OF, AT_START, EFFORT, Kpi
from salesnb.kpis.query import OWNER, WINDOW, Query
from salesnb.kpis.result import Column, Result, sort_key
from salesnb.kpis.scan import Scan
from salesnb.kpis.stages_then import blank_stage, told_of_stages
from salesnb.kpis.weighting import Probabilities
from salesnb.money import split
from salesnb.registry import Registry

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset

__all__ = ["NAMED", "rows_behind"]

_FACTS = (
    "opportunity_id", "name", "account_id", "account", "rep_id", "rep", "stage", "status", "created_on", "closed_on",
    "expected_close_on",
)  # fmt: skip
_MONEY = ("amount", "expected_amount")
# Of a deal that is shared: all of it, and how much of it a row has.
_WHOLE, _SHARE = "deal_amount", "share"
# Ids are keys: beside each stands whose it is.
NAMED = {"account": "account_id", "rep": "rep_id"}


def rows_behind(
    kpi: str, data: "Dataset", calendar: FiscalCalendar, query: Query, known: Registry[Kpi]
) -> Result:
    """List the opportunities behind a KPI.

    By credit a deal stands there once for each group shown that has a share of it, with its part of the amounts, beside
    the amount of the whole deal and the share.
    Each row carries what it adds to the KPI in a column of the KPI's name; these columns add up to the figure. For a
    ratio the parts that it is computed from stand there instead, and for a quantile the value of the row. Account and
    owner stand there by id and by name.

    Parameters
    ----------
    query
        Selection by time, filters and as-of day, and the dimensions and time grain to show: rows of one group add up
        to the figure of that group.
    known
        Where the KPI is.

    Raises
    ------
    UnknownName
        When the KPI, a dimension or a value is not known.
    BadUsage
        When the parts of the KPI are counted at different times, or over accounts, so that no one list is behind it.
    """
    run = Run(_asking_for(query, kpi), data, calendar, known)
    parts = run.measures_shown
    if any(part.kind == ACTIVITY for part in parts):
        raise BadUsage(
            f"{kpi} counts activities, and no deals are behind it.", hint="Ask kpi query by rep or account."
        )
    if any(part.kind == EFFORT for part in parts):
        raise BadUsage(
            f"{kpi} is of spending by month, and no deals are behind it.",
            hint="Ask kpi query by what spending is of, and kpi rows won_amount for the deals.",
        )
    retained = [part.name for part in parts if part.kind == RETENTION]
    if retained:
        raise BadUsage(
            f"{kpi} is of accounts, not of single opportunities.",
            hint=f"See the accounts with: salesnb kpi query {' '.join(retained)} --by account.",
        )
    bases = {part.basis for part in parts}
    if len(bases) > 1:
        names = ", ".join(part.name for part in parts)
        raise BadUsage(
            f"{kpi} is computed from opportunities of different times.",
            hint=f"Ask for the rows of one part: {names}.",
        )
    return _listed(run, parts)


def _asking_for(query: Query, kpi: str) -> Query:
    return Query(
        kpis=(kpi,),
        by=tuple(name for name in query.columns if name != WINDOW),
        start=query.start,
        end=query.end,
        as_of=query.as_of,
        where=query.where,
        labels=query.labels,
        credit=query.credit,
        restated=query.restated,
    )


def _listed(run: Run, parts: tuple[Kpi, ...]) -> Result:
    basis, names = parts[0].basis, run.query.columns
    scan = run.scan(run.credit_of(run.kpis[0]))
    of_whole = (_WHOLE, _SHARE) if scan.credit != OWNER else ()
    facts = tuple(name for name in (*_FACTS, *_MONEY, *of_whole) if name not in names)
    reads = tuple(dict.fromkeys(name for part in parts for name in part.reads))
    table = scan.opportunities(basis, reads)
    records = [] if table is None else _records(table, run, parts)
    for part in parts:
        if part.kind == "weighted":
            _weigh(run, scan, records, part)
    _name(run, records)
    if of_whole:
        _put_shares(run, scan, records)
    rows = [(*_places(run, scan, record), *_values(record, facts, parts)) for record in records]
    kept = [row for row in rows if _counts(row[len(row) - len(parts) :], parts)]
    kept.sort(key=lambda row: sort_key(row[: len(names) + 1]))
    columns = [
        *run.key_columns(),
        *(_fact(name, run) for name in facts),
        *(Column(name=part.name, role="kpi", unit=part.unit) for part in parts),
    ]
    # The parts of a KPI that is defined as data have numbers for names, which say nothing.
    named = tuple(f"{part.name} is {part.formula}." for part in parts if part.hidden)
    shared = (
        f"Amounts are the parts of deals that count here: {_SHARE} is how much of a deal, {_WHOLE} all of it.",
    )
    told = (
        *named,
        *_told(run, basis),
        *(shared if of_whole else ()),
        *told_of_stages(columns, kept, run.as_of),
    )
    return Result(columns=tuple(columns), rows=tuple(kept), notices=told)


def _fact(name: str, run: Run) -> Column:
    unit = "money" if name in (*_MONEY, _WHOLE) else "ratio" if name == _SHARE else ""
    blank = blank_stage(name, run.as_of, run.data.meta.as_of)
    return Column(name=name, role="dimension", unit=unit, blank=blank)


def _told(run: Run, basis: str) -> tuple[str, ...]:
    if basis not in {AS_OF, AT_START}:
        return ()
    if run.query.time_grain:
        when = "on the day before it" if basis == AT_START else "at its end, or as of the last day known"
        return (f"Open in each {run.query.time_grain} {when}.",)
    return (f"Open as of {run.told_on(basis).isoformat()}.",)


def _records(table: Any, run: Run, parts: tuple[Kpi, ...]) -> list[dict[str, Any]]:
    """Ask for each opportunity as a group of its own, so that a part's own expression says what it adds."""
    keys = [*(f"dim_{name}" for name in run.query.dimensions), *(["bucket"] if run.query.time_grain else [])]
    keys += [*(name for name in _FACTS if name not in NAMED), *_MONEY, "probability"]
    grouped = table.group_by(keys).aggregate(**{f"part_{part.name}": part.function(table) for part in parts})
    records: list[dict[str, Any]] = grouped.to_pyarrow().to_pylist()
    return records


def _name(run: Run, records: list[dict[str, Any]]) -> None:
    """Put the names of accounts and owners beside their ids; one that nothing names is called by its id."""
    for name, key in NAMED.items():
        names = run.deals.labels(run.deals.dimension(name))
        for record in records:
            record[name] = names.get(record[key], record[key])


def _put_shares(run: Run, scan: Scan, records: list[dict[str, Any]]) -> None:
    """Put beside each part the amount of the whole deal, and what share of it the part is."""
    deals, parts = run.data.table("opportunities"), run.deals.parts(scan.credit)
    wanted = deals.select("opportunity_id", *_MONEY)
    if parts is not None:
        wanted = wanted.semi_join(parts, "opportunity_id")
    whole = {row["opportunity_id"]: row for row in wanted.to_pyarrow().to_pylist()}
    for record in records:
        deal = whole.get(record["opportunity_id"], record)
        of = next((name for name in _MONEY if deal[name]), None)
        record[_WHOLE] = deal["amount"] if deal["amount"] is not None else deal["expected_amount"]
        record[_SHARE] = (record[of] or 0) / deal[of] if of else None


def _weigh(run: Run, scan: Scan, records: list[dict[str, Any]], part: Kpi) -> None:
    """Weight each row by its probability, in whole minor units that add up to the figure of its group."""
    name, probabilities = f"part_{part.name}", Probabilities(run.deals, run.data)
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for record in records:
        groups.setdefault(_places(run, scan, record), []).append(record)
    for rows in groups.values():
        days = [run.told_on(part.basis, row.get("bucket")) for row in rows]
        exact = [
            row[name] * probabilities.of(row["probability"], row["stage"], day)
            for row, day in zip(rows, days, strict=True)
        ]
        if any(exact):
            shares: Iterable[int] = split(round(sum(exact)), exact, [row["opportunity_id"] for row in rows])
        else:
            shares = [0] * len(rows)
        for row, share in zip(rows, shares, strict=True):
            row[name] = share


def _places(run: Run, scan: Scan, record: dict[str, Any]) -> tuple[str | None, ...]:
    """Give the group of a row as people read it: its dimensions and its bucket, in the order asked for."""
    grain = run.query.time_grain
    return tuple(
        scan.label(int(record["bucket"])) if name == grain else run.label(name, record[f"dim_{name}"])
        for name in run.query.columns
    )


def _values(record: dict[str, Any], facts: tuple[str, ...], parts: tuple[Kpi, ...]) -> tuple[Any, ...]:
    values = (record[f"part_{part.name}"] for part in parts)
    return (*(record[name] for name in facts), *(None if value is None else int(value) for value in values))


def _counts(values: tuple[Any, ...], parts: tuple[Kpi, ...]) -> bool:
    """Keep what adds to a sum, and whatever has a value of a quantile."""
    return any(
        value is not None if part.of_no_rows is None else value
        for value, part in zip(values, parts, strict=True)
    )
