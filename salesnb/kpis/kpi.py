"""What a KPI is, and the two decorators with which one is added to the catalogue.

A *measure* is summed, counted or taken as a quantile in the engine, over the opportunities of a basis. A *derived*
KPI is computed from the values of others, row by row, after aggregation, so that a ratio is always the ratio of sums.
"""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from salesnb.errors import BadInput
from salesnb.registry import Registry

__all__ = [
    "ACTIVITY",
    "AS_OF",
    "AT_START",
    "BASES",
    "CATALOGUE",
    "CLOSED",
    "CREATED",
    "EFFORT",
    "TIME",
    "UNITS",
    "Kpi",
    "computed_from",
    "derived",
    "measure",
    "ratio",
]

CLOSED = "closed_on"
CREATED = "created_on"
AS_OF = "as_of"
AT_START = "at_start"
BASES = (CLOSED, CREATED, AS_OF, AT_START)
UNITS = ("money", "count", "ratio", "days", "money_per_day")
# The kind of those that are told of activities instead of deals.
ACTIVITY = "activity"
# The kind of those that are told of spending by month, beside what was won in the same months.
EFFORT = "effort"
# Among the names over which a KPI adds up: time itself.
TIME = "time"

CATALOGUE: Registry["Kpi"] = Registry("KPI", "salesnb.kpis")


@dataclass(frozen=True, kw_only=True)
class Kpi:
    """A KPI of the catalogue.

    Attributes
    ----------
    name, label
        The name in queries, and what people read.
    unit
        One of ``UNITS``; money is minor units.
    formula, source
        In words, and where the definition is from.
    kind
        ``sum`` (sums and counts), ``quantile`` (also the smallest and largest), ``distinct`` (a count of different
        values), ``weighted`` (a sum weighted by probability), ``retention`` (a sum over the accounts of a cohort),
        ``activity`` (a sum over activities), ``effort`` (told of the months of which spending is known) or ``derived``.
    basis
        For measures one of ``BASES``; of a derived one that is defined as data the one of all its parts, else empty.
    needs
        Names of the KPIs that a derived one is computed from; see also ``TARGET_INPUTS``.
    function
        For measures ``deals -> Ibis expression``, for those of retention ``accounts -> Ibis expression``, for those of
        effort ``months -> value``; for derived ones ``values -> value``.
    within
        Of one told as of a date: the date column that must lie in the period, ``period_start`` to ``period_end``, where
        it is known; a deal without it counts in every period.
    additive
        Whether values over the values of a dimension add up; never over time for those told as of a date.
    higher_is_better
        Whether more of it is good.
    hidden
        Whether it is a part of another KPI and nothing that people ask for.
    reads
        Of measures: the dimensions whose ``dim_NAME`` columns the function reads, besides the opportunities' own.
    additive_over
        Dimensions over which its author says that it adds up, ``time`` too; None means that nothing was said.
    description
        In words, what it is for; may be empty.
    of_pipeline
        Of a derived one: whether it compares deals won with deals lost, so that it is null where sales are orders.
    most
        What it can be at most; None where nothing limits it. None is below zero that anybody would aim at.
    why_draft
        Of one that says that it is certified and is not: why; empty else.
    """

    name: str
    label: str
    unit: str
    formula: str
    source: str
    kind: str
    function: Callable[..., Any]
    basis: str = ""
    needs: tuple[str, ...] = ()
    within: str = ""
    additive: bool = False
    higher_is_better: bool = True
    version: str = "1"
    status: str = "certified"
    owner: str = "salesnb"
    hidden: bool = False
    reads: tuple[str, ...] = ()
    additive_over: tuple[str, ...] | None = None
    description: str = ""
    of_pipeline: bool = False
    most: float | None = None
    why_draft: str = ""

    @property
    def needs_target(self) -> bool:
        """Whether it is about a goal or quota, so that it is null without one."""
        return bool(set(self.needs) & set(TARGET_INPUTS))

    @property
    def additive_over_time(self) -> bool:
        """Whether values over periods add up; of retention every period has a cohort of its own."""
        said = self.additive_over is None or TIME in self.additive_over
        return self.additive and self.kind != "retention" and self.basis in {CLOSED, CREATED} and said

    @property
    def of_no_rows(self) -> int | None:
        """What it is where there is nothing: sums and counts are zero, all else is null."""
        return 0 if self.kind in {"sum", "weighted", "distinct", "retention", ACTIVITY} else None


# What a derived KPI may ask for besides other KPIs: the quota of its group, and the quota that is due by now.
TARGET_INPUTS = ("quota", "quota_due")


def measure(
    *,
    label: str,
    unit: str,
    basis: str,
    formula: str,
    source: str,
    kind: str = "sum",
    within: str = "",
    higher_is_better: bool = True,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add a KPI that the engine computes; the function is registered and returned unchanged.

    The function takes the opportunities of its basis (an Ibis table; columns as in the canonical table) and returns
    an aggregation of whole numbers, or a quantile.

    Raises
    ------
    BadInput
        When the unit, basis or kind is not known, or the name is taken.
    """

    def keep(function: Callable[..., Any]) -> Callable[..., Any]:
        _add(
            function,
            Kpi(
                name=function.__name__,
                label=label,
                unit=unit,
                basis=basis,
                formula=formula,
                source=source,
                kind=kind,
                function=function,
                within=within,
                additive=kind in {"sum", "weighted", "retention", ACTIVITY},
                higher_is_better=higher_is_better,
            ),
        )
        return function

    return keep


def derived(
    *,
    label: str,
    unit: str,
    formula: str,
    source: str,
    higher_is_better: bool = True,
    of_pipeline: bool = False,
    most: float | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add a KPI that is computed from others: its parameters are their names. The function is returned unchanged.

    Raises
    ------
    BadInput
        When the unit is not known or the name is taken.
    """

    def keep(function: Callable[..., Any]) -> Callable[..., Any]:
        needs = tuple(inspect.signature(function).parameters)
        _add(
            function,
            Kpi(
                name=function.__name__,
                label=label,
                unit=unit,
                formula=formula,
                source=source,
                kind="derived",
                function=function,
                needs=needs,
                higher_is_better=higher_is_better,
                of_pipeline=of_pipeline,
                most=most,
            ),
        )
        return function

    return keep


def ratio(above: float | Fraction | None, below: float | Fraction | None) -> float | None:
    """Divide; null where the denominator is zero or either part is null.

    Examples
    --------
    >>> ratio(1, 4), ratio(1, 0), ratio(None, 4)
    (0.25, None, None)
    """
    return None if above is None or not below else float(above / below)


def _add(function: Callable[..., Any], kpi: Kpi) -> None:
    if kpi.unit not in UNITS:
        raise BadInput(
            f"The KPI {kpi.name} has the unit {kpi.unit!r}.", hint=f"Use one of {', '.join(UNITS)}."
        )
    if kpi.kind != "derived" and kpi.basis not in BASES:
        raise BadInput(
            f"The KPI {kpi.name} has the basis {kpi.basis!r}.", hint=f"Use one of {', '.join(BASES)}."
        )
    CATALOGUE.add(kpi.name, kpi, origin=function.__module__)


def computed_from(kpis: Iterable[Kpi], known: Registry[Kpi]) -> tuple[Kpi, ...]:
    """List what is computed from other KPIs, among KPIs and all that they need: each behind what it needs itself."""
    found: dict[str, Kpi] = {}

    def add(kpi: Kpi) -> None:
        if kpi.kind == "derived" and kpi.name not in found:
            for name in kpi.needs:
                if name not in TARGET_INPUTS:
                    add(known.get(name))
            found[kpi.name] = kpi

    for kpi in kpis:
        add(kpi)
    return tuple(found.values())
