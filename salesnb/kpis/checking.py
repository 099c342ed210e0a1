"""Checks of every KPI on a dataset: what must hold whatever the data are."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from salesnb.calendar import FiscalCalendar
from salesnb.kpis.engine import Run
from salesnb.kpis.kpi import ACTIVITY, BASES, UNITS, Kpi
from salesnb.kpis.query import Query
from salesnb.registry import Registry

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset

__all__ = ["Check", "check_all", "check_definition"]


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check of one KPI."""

    kpi: str
    name: str
    passed: bool
    detail: str = ""


def check_all(data: "Dataset", calendar: FiscalCalendar, known: Registry[Kpi]) -> tuple[Check, ...]:
    """Check every KPI: its definition, that parts add up where it says so, and that it survives an empty period.

    Returns
    -------
    tuple of Check
        One a KPI and rule; the rules are told in ``name``.
    """
    kpis = tuple(kpi for _, kpi in known.items() if not kpi.hidden)
    found = [check for kpi in kpis for check in check_definition(kpi)]
    found += _on_data(data, calendar, known, kpis)
    return tuple(found)


def check_definition(kpi: Kpi) -> Iterator[Check]:
    """Check what can be told without data."""
    told = bool(kpi.label and kpi.formula and kpi.source and kpi.function.__doc__)
    yield Check(kpi=kpi.name, name="has a label, formula, source and description", passed=told)
    yield Check(kpi=kpi.name, name="has a unit", passed=kpi.unit in UNITS, detail=kpi.unit)
    fits = bool(kpi.needs) if kpi.kind == "derived" else kpi.basis in BASES
    yield Check(kpi=kpi.name, name="says what it is computed from", passed=fits)


def _on_data(
    data: "Dataset", calendar: FiscalCalendar, known: Registry[Kpi], kpis: tuple[Kpi, ...]
) -> Iterator[Check]:
    names = tuple(kpi.name for kpi in kpis)

    def ask(query: Query) -> Callable[[str], tuple[Any, ...]]:
        return Run(query, data, calendar, known).result().column

    whole = ask(Query(kpis=names))
    empty = ask(Query(kpis=names, start=calendar.period("1901").start, end=calendar.period("1901").end))
    parts = [(by, ask(Query(kpis=names, by=(by,)))) for by in ("product", "rep", *data.meta.levels)]
    months = ask(Query(kpis=names, grain="month"))
    for kpi in kpis:
        if kpi.additive:
            for by, column in parts:
                if kpi.additive_over is not None and by not in kpi.additive_over:
                    continue
                yield _adds_up(kpi, f"adds up over {by}", column(kpi.name), whole(kpi.name)[0])
        if kpi.additive_over_time:
            yield _adds_up(kpi, "adds up over months", months(kpi.name), whole(kpi.name)[0])
        nothing = (
            (0, None)
            if kpi.kind in {"derived", "retention", ACTIVITY} and kpi.additive
            else (kpi.of_no_rows,)
        )
        value = empty(kpi.name)[0]
        passed = value in nothing or kpi.basis not in {"", "closed_on", "created_on"}
        yield Check(
            kpi=kpi.name,
            name="is nothing in an empty period",
            passed=passed,
            detail="" if passed else str(value),
        )


def _adds_up(kpi: Kpi, name: str, parts: tuple[Any, ...], whole: Any) -> Check:
    total = sum(part or 0 for part in parts)
    # Parts that are weighted are rounded one by one.
    slack = len(parts) if kpi.kind == "weighted" else 0
    passed = abs(total - (whole or 0)) <= slack
    return Check(
        kpi=kpi.name, name=name, passed=passed, detail="" if passed else f"parts {total}, whole {whole}"
    )
