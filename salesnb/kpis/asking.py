"""Answering a query, or giving the answer that is kept: the same question, KPIs and data have the same answer."""

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING

from salesnb.calendar import FiscalCalendar
from salesnb.kpis.book import kept
from salesnb.kpis.comparing import compared
from salesnb.kpis.engine import Run
from salesnb.kpis.kpi import TARGET_INPUTS, Kpi
from salesnb.kpis.query import Query
from salesnb.kpis.result import Result
from salesnb.registry import Registry

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset

__all__ = ["ask"]


def ask(query: Query, data: "Dataset", calendar: FiscalCalendar, known: Registry[Kpi]) -> Result:
    """Answer a query.

    An answer is kept with the dataset until that is closed, under all that it depends on: the query, the calendar, and
    every KPI that it is computed from, as it is defined.

    Raises
    ------
    UnknownName
        When a KPI, dimension or value is not known.
    """
    key: Hashable = (query, calendar, definitions(query.kpis, known))
    try:
        hash(key)
    except TypeError:
        # Lists where tuples are meant, which all else takes.
        return _answer(query, data, calendar, known)
    return kept(data, key, lambda: _answer(query, data, calendar, known), _size)


def definitions(names: Iterable[str], known: Registry[Kpi]) -> tuple[Kpi, ...]:
    """List KPIs and all that they are computed from.

    Raises
    ------
    UnknownName
        When one is not known.
    """
    found: dict[str, Kpi] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found and name not in TARGET_INPUTS:
            found[name] = known.get(name)
            waiting += found[name].needs
    return tuple(found.values())


def _answer(query: Query, data: "Dataset", calendar: FiscalCalendar, known: Registry[Kpi]) -> Result:
    return (
        compared(query, data, calendar, known) if query.beside else Run(query, data, calendar, known).result()
    )


def _size(answer: Result) -> int:
    return 1 + len(answer.rows) * len(answer.columns)
