"""KPIs: what each is, the catalogue, and the engine that computes many in few scans.

A family of KPIs is one module: ``closing``, ``created``, ``pipeline``, ``rates``, ``goals``, ``retention``,
``activities``, ``effort``. A KPI is a decorated function in one of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from salesnb.kpis.beside import Beside
from salesnb.kpis.kpi import CATALOGUE, Kpi, derived, measure, ratio
from salesnb.kpis.query import Query, Target
from salesnb.kpis.result import Column, Result
from salesnb.registry import Registry

if TYPE_CHECKING:
    from datetime import date

    from salesnb.calendar import FiscalCalendar
    from salesnb.crm.dataset import Dataset
    from salesnb.kpis.checking import Check
    from salesnb.kpis.definition import Definition

__all__ = [
    "Beside",
    "Column",
    "Kpi",
    "Query",
    "Result",
    "Target",
    "catalogue",
    "check",
    "derived",
    "dimension_names",
    "measure",
    "ratio",
    "rows",
    "run",
    "with_definition",
]

_FAMILIES = ("closing", "created", "pipeline", "rates", "goals", "retention", "activities", "effort")


def catalogue() -> Registry[Kpi]:
    """Give every KPI: the standard ones, and those that installed packages add."""
    for family in _FAMILIES:
        import_module(f"{__name__}.{family}")
    return CATALOGUE


def run(
    query: Query, data: "Dataset", calendar: "FiscalCalendar", known: Registry[Kpi] | None = None
) -> Result:
    """Compute KPIs by dimensions and time.

    Parameters
    ----------
    query
        What is asked.
    data
        The dataset.
    calendar
        How its time is cut.
    known
        The KPIs that may be asked for; by default the catalogue.

    Raises
    ------
    UnknownName
        When a KPI, dimension or value is not known.
    """
    from salesnb.kpis.asking import ask

    return ask(query, data, calendar, known or catalogue())


def with_definition(known: Registry[Kpi], definition: "Definition", data: "Dataset | None") -> Registry[Kpi]:
    """Give a registry that holds a definition too; see ``salesnb.kpis.saved``.

    Raises
    ------
    BadInput
        When it cannot be compiled.
    """
    from salesnb.kpis.saved import with_definition as add

    return add(known, definition, data)


def dimension_names(data: "Dataset", as_of: "date") -> tuple[str, ...]:
    """List everything that a dataset can be grouped by."""
    from salesnb.kpis.deals import Deals

    return tuple(Deals(data, as_of).dimensions)


def rows(
    kpi: str,
    data: "Dataset",
    calendar: "FiscalCalendar",
    query: Query,
    known: Registry[Kpi] | None = None,
) -> Result:
    """List the opportunities behind a figure; they add up to it. ``known`` is as in `run`.

    Raises
    ------
    UnknownName
        When the KPI, a dimension or a value is not known.
    """
    from salesnb.kpis.listing import rows_behind

    return rows_behind(kpi, data, calendar, query, known or catalogue())


def check(
    data: "Dataset", calendar: "FiscalCalendar", known: Registry[Kpi] | None = None
) -> "tuple[Check, ...]":
    """Check every KPI on a dataset; see ``salesnb.kpis.checking``. ``known`` is as in `run`."""
    from salesnb.kpis.checking import check_all

    return check_all(data, calendar, known or catalogue())
