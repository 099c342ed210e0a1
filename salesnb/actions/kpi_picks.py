"""What an analyst picks in a form to define a KPI: measures, conditions, words; data that a page may send."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from salesnb.errors import BadInput
from salesnb.kpis.kpi import CLOSED
from salesnb.kpis.language.words import AGGREGATES

__all__ = [
    "DEALS",
    "KINDS",
    "KNOWN",
    "MEASURES",
    "MISSING",
    "SIGNS",
    "Figure",
    "Filter",
    "Part",
    "Picks",
    "read_picks",
]

# What a KPI can be, in the order in which it is offered.
KINDS = {
    "sum": "Sum",
    "count": "Number of deals",
    "count_distinct": "Number of different …",
    "mean": "Mean",
    "median": "Median",
    "quantile": "Quantile",
    "min": "Smallest",
    "max": "Largest",
    "duration": "Days between two dates",
    "conversion": "Conversion: deals out of deals",
    "ratio": "Ratio of two measures or KPIs",
    "formula": "Formula",
}
# What a side of a ratio can be.
MEASURES = {"kpi": "KPI", **{name: KINDS[name] for name in AGGREGATES}}
DEALS = {
    "all": "all deals",
    "won": "won deals",
    "lost": "lost deals",
    "closed": "won and lost deals",
    "open": "deals still open",
}
KNOWN, MISSING = "is known", "is missing"
# How a condition compares, and the sign that says so.
SIGNS = {
    "is": "=",
    "is not": "!=",
    "at least": ">=",
    "more than": ">",
    "at most": "<=",
    "less than": "<",
    KNOWN: "",
    MISSING: "",
}
_LONGEST = 4_000
_MOST = 200


@dataclass(frozen=True, kw_only=True)
class Filter:
    """A condition on deals.

    Attributes
    ----------
    column
        A column or dimension.
    sign
        One of ``SIGNS``.
    values
        As typed in the reader's format; several texts mean any of them.
    """

    column: str = ""
    sign: str = "is"
    values: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Part:
    """One figure over deals, or another KPI.

    Attributes
    ----------
    what
        One of ``MEASURES``.
    of
        The column that is summed, ranked or counted, the earlier of two dates, or the name of the KPI.
    to
        The later date; empty where no days are counted.
    share
        Of a quantile, as typed: ``0.9`` or ``90 %``.
    deals
        One of ``DEALS``.
    at
        The date by which its deals are told, where that is not the KPI's own.
    filters
        What holds for this part alone.
    """

    what: str = "sum"
    of: str = ""
    to: str = ""
    share: str = ""
    deals: str = "won"
    at: str = ""
    filters: tuple[Filter, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure worked out by hand, as typed in the reader's format; see ``salesnb.kpis.definition.Expected``."""

    value: str = ""
    period: str = ""
    first: str = ""
    last: str = ""
    where: tuple[tuple[str, str], ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Picks:
    """Everything that the form holds.

    Attributes
    ----------
    kind
        One of ``KINDS``.
    parts
        Two: what is measured or stands above, and what it is divided by, which is used where there are two sides.
    formula, where
        The expression and the condition of all of it, where they are written out.
    at, label, description, owner, source, higher_is_better, mixed_dates, restates
        As in ``salesnb.kpis.definition.Definition``.
    filters
        What holds for all of it, where it is not written out.
    name
        Empty for one that follows from the label.
    unit
        Empty for the one that follows from what is picked.
    additive_over
        As typed: names with commas, ``nothing``; empty for what follows from the expression.
    expected
        Figures worked out by hand.
    """

    kind: str = "sum"
    parts: tuple[Part, Part] = (Part(of="amount"), Part(what="count", deals="closed"))
    formula: str = ""
    where: str = ""
    at: str = CLOSED
    filters: tuple[Filter, ...] = ()
    name: str = ""
    label: str = ""
    unit: str = ""
    description: str = ""
    owner: str = ""
    source: str = ""
    higher_is_better: bool = True
    mixed_dates: bool = False
    restates: bool = False
    additive_over: str = ""
    expected: tuple[Figure, ...] = ()


def read_picks(told: Mapping[str, Any]) -> Picks:
    """Read what a page sends, which may be anything; what it leaves out is as usual.

    Raises
    ------
    BadInput
        When it is not of the form's shape, or too much.
    """
    picks: Picks = _made(Picks, told, parts=_parts, filters=_filters, expected=_figures)
    if picks.kind not in KINDS:
        raise BadInput(f"There is no kind of KPI {picks.kind[:40]!r}.")
    return picks


def _parts(told: Any) -> tuple[Part, Part]:
    above, below = (_made(Part, one, filters=_filters) for one in _listed(told, 2))
    return above, below


def _filters(told: Any) -> tuple[Filter, ...]:
    return tuple(_made(Filter, one, values=_texts) for one in _listed(told))


def _figures(told: Any) -> tuple[Figure, ...]:
    return tuple(_made(Figure, one, where=_pairs) for one in _listed(told))


def _pairs(told: Any) -> tuple[tuple[str, str], ...]:
    pairs = (_texts(one, 2) for one in _listed(told))
    return tuple((name, value) for name, value in pairs)


def _texts(told: Any, count: int | None = None) -> tuple[str, ...]:
    return tuple(_fit(one, "") for one in _listed(told, count))


def _listed(told: Any, count: int | None = None) -> list[Any]:
    if not isinstance(told, list) or len(told) > _MOST or (count is not None and len(told) != count):
        raise BadInput(f"A list of {count or f'at most {_MOST}'} is wanted.")
    return told


def _made(kind: Any, told: Any, **readers: Any) -> Any:
    """Make a part of the form of what was sent, each field by its reader or by the type that it usually has."""
    if not isinstance(told, Mapping):
        raise BadInput("The form was not sent whole.", hint="Draw it again.")
    usual = {field.name: field.default for field in fields(kind)}
    return kind(
        **{
            name: readers[name](told[name]) if name in readers else _fit(told[name], default)
            for name, default in usual.items()
            if name in told
        }
    )


def _fit(value: Any, like: Any) -> Any:
    if not isinstance(value, type(like)) or (isinstance(value, str) and len(value) > _LONGEST):
        raise BadInput("A field of the form holds what it cannot.", hint="Draw it again.")
    return value
