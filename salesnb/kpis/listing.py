"""From a figure to its deals: the opportunities behind a KPI, which add up to it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from salesnb.calendar import FiscalCalendar
from salesnb.errors import BadUsage
from salesnb.kpis.engine import Run
from salesnb.kpis.kpi import AS_OF, AT_START, Kpi
from salesnb.kpis.query import Query
from salesnb.kpis.result import Column, Result, sort_key
from salesnb.kpis.weighting import Probabilities
from salesnb.money import split
from salesnb.registry import Registry

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset

__all__ = ["rows_behind"]

_FACTS = ("opportunity_id", "name", "stage", "status", "created_on", "closed_on", "expected_close_on")
_MONEY = ("amount", "expected_amount")


def rows_behind(
    kpi: str, data: "Dataset", calendar: FiscalCalendar, query: Query, known: Registry[Kpi]
) -> Result:
    """List the opportunities behind a KPI.

    By credit a deal stands there once for each group shown that has a share of it, with its part of the amounts.
    Each row carries what it adds to the KPI in a column of the KPI's name; these columns add up to the figure. For a
    ratio the parts that it is computed from stand there instead, and for a quantile the value of the row.

    Parameters
    ----------
    query
        Selection by time, filters and as-of day, and the dimensions to show.
    known
        Where the KPI is.

    Raises
    ------
    UnknownName
        When the KPI, a dimension or a value is not known.
    BadUsage
        When the parts of the KPI are counted at different times, so that no one list is behind it.
    """
    run = Run(_asking_for(query, kpi), data, calendar, known)
    parts = run.measures_shown
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
        by=query.dimensions,
        start=query.start,
        end=query.end,
        as_of=query.as_of,
        where=query.where,
        labels=query.labels,
        credit=query.credit,
        restated=query.restated,
    )


def _listed(run: Run, parts: tuple[Kpi, ...]) -> Result:
    basis = parts[0].basis
    table = run.scan(run.credit_of(run.kpis[0])).opportunities(basis)
    names = [*run.query.dimensions]
    shown = [*names, *_FACTS, *_MONEY, *(part.name for part in parts)]
    columns = tuple(
        Column(
            name=name,
            role="kpi" if name in {part.name for part in parts} else "dimension",
            unit=_unit(name, parts),
        )
        for name in shown
    )
    records = [] if table is None else _records(table, names, parts)
    for part in parts:
        if part.kind == "weighted":
            _weigh(run, records, part)
    rows = [_row(run, record, names, parts) for record in records]
    kept = [row for row in rows if _counts(row[len(shown) - len(parts) :], parts)]
    kept.sort(key=lambda row: sort_key(row[: len(names) + 1]))
    told = () if basis not in {AS_OF, AT_START} else (f"Open as of {run.told_on(basis).isoformat()}.",)
    return Result(columns=columns, rows=tuple(kept), notices=told)


def _records(table: Any, names: list[str], parts: tuple[Kpi, ...]) -> list[dict[str, Any]]:
    """Ask for each opportunity as a group of its own, so that a part's own expression says what it adds."""
    keys = [*(f"dim_{name}" for name in names), *_FACTS, *_MONEY, "probability"]
    grouped = table.group_by(keys).aggregate(**{f"part_{part.name}": part.function(table) for part in parts})
    records: list[dict[str, Any]] = grouped.to_pyarrow().to_pylist()
    return records


def _weigh(run: Run, records: list[dict[str, Any]], part: Kpi) -> None:
    """Weight each row by its probability, in whole minor units that add up to the figure."""
    name, day = f"part_{part.name}", run.told_on(part.basis)
    probabilities = Probabilities(run.deals, run.data)
    exact = [row[name] * probabilities.of(row["probability"], row["stage"], day) for row in records]
    if not any(exact):
        shares: Iterable[int] = [0] * len(records)
    else:
        shares = split(round(sum(exact)), exact, [row["opportunity_id"] for row in records])
    for row, share in zip(records, shares, strict=True):
        row[name] = share


def _row(run: Run, record: dict[str, Any], names: list[str], parts: tuple[Kpi, ...]) -> tuple[Any, ...]:
    dimensions = (run.label(name, record[f"dim_{name}"]) for name in names)
    facts = (record[name] for name in (*_FACTS, *_MONEY))
    values = (None if record[f"part_{p.name}"] is None else int(record[f"part_{p.name}"]) for p in parts)
    return (*dimensions, *facts, *values)


def _counts(values: tuple[Any, ...], parts: tuple[Kpi, ...]) -> bool:
    """Keep what adds to a sum, and whatever has a value of a quantile."""
    return any(
        value is not None if part.kind == "quantile" else value
        for value, part in zip(values, parts, strict=True)
    )


def _unit(name: str, parts: tuple[Kpi, ...]) -> str:
    if name in _MONEY:
        return "money"
    return next((part.unit for part in parts if part.name == name), "")
