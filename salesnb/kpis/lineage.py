"""What a KPI is made of: other KPIs, measures, the columns and dimensions that they read, and their dates."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from salesnb.kpis.cohorts import RETENTION
from salesnb.kpis.kpi import ACTIVITY, EFFORT, TARGET_INPUTS, Kpi
from salesnb.kpis.language.measuring import Measured
from salesnb.kpis.order_sales import has_orders_beside
from salesnb.registry import Registry

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset

__all__ = ["Lineage", "lineage"]

# What the sales of an account are summed from.
_SALES = ("account_id", "amount", "closed_on", "status")
_EFFORT = (
    "amount",
    "closed_on",
    "effort.amount",
    "effort.period",
    "effort.resource",
    "effort.segment",
    "status",
)
_ORDERS = ("orders.account_id", "orders.amount", "orders.ordered_on")


@dataclass(frozen=True, kw_only=True)
class Lineage:
    """A KPI and what it is made of, as a tree.

    Attributes
    ----------
    name, kind, formula
        As the KPI has them; of a target the kind is ``target``.
    status, version
        ``certified`` or ``draft``, and which version.
    basis
        The date by which a measure is told; empty for what is computed from others.
    columns
        What a measure reads: columns of opportunities (of another table by its name), and dimensions.
    parts
        What it is computed from.
    """

    name: str
    kind: str
    formula: str = ""
    status: str = ""
    version: str = ""
    basis: str = ""
    columns: tuple[str, ...] = ()
    parts: tuple["Lineage", ...] = ()

    @property
    def all_columns(self) -> tuple[str, ...]:
        """Everything that it or a part of it reads, in the order of the alphabet."""
        return tuple(sorted({name for node in self.walk() for name in node.columns}))

    @property
    def bases(self) -> tuple[str, ...]:
        """The dates by which it or a part of it is told."""
        return tuple(dict.fromkeys(node.basis for node in self.walk() if node.basis and not node.parts))

    def walk(self) -> Iterator["Lineage"]:
        """Give itself and every part, from the top."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def text(self) -> str:
        """Draw the tree, a line a part.

        Examples
        --------
        >>> from salesnb.kpis import catalogue
        >>> print(lineage(catalogue().get("win_rate"), catalogue()).text())
        win_rate = won_count / (won_count + lost_count)
          won_count = number of won opportunities; at closed_on; reads status
          closed_count = won_count + lost_count; at closed_on; reads status
        """
        return "\n".join(self._lines(0))

    def _lines(self, depth: int) -> Iterator[str]:
        told = [f"{self.name} = {self.formula}" if self.formula else self.name]
        if not self.parts and self.basis:
            told += [f"at {self.basis}", f"reads {', '.join(self.columns)}"]
        yield "  " * depth + "; ".join(told)
        for part in self.parts:
            yield from part._lines(depth + 1)  # noqa: SLF001 -- its own


def lineage(kpi: Kpi, known: Registry[Kpi], data: "Dataset | None" = None) -> Lineage:
    """Tell what a KPI is made of.

    Parameters
    ----------
    known
        Where its parts are.
    data
        What it is asked of: retention reads its orders where it has some beside its opportunities.

    Raises
    ------
    UnknownName
        When a part is not known.
    """
    sales = _ORDERS if data is not None and has_orders_beside(data) else _SALES
    return _made_of(kpi, known, sales)


def _made_of(kpi: Kpi, known: Registry[Kpi], sales: tuple[str, ...]) -> Lineage:
    of_orders = kpi.kind == RETENTION and sales == _ORDERS
    return Lineage(
        name=kpi.name,
        kind=kpi.kind,
        formula=kpi.formula,
        status=kpi.status,
        version=kpi.version,
        basis="ordered_on" if of_orders else kpi.basis,
        columns=() if kpi.kind == "derived" else _columns(kpi, sales),
        parts=tuple(_part(name, known, sales) for name in kpi.needs),
    )


def _part(name: str, known: Registry[Kpi], sales: tuple[str, ...]) -> Lineage:
    if name in TARGET_INPUTS:
        return Lineage(name=name, kind="target")
    return _made_of(known.get(name), known, sales)


def _columns(kpi: Kpi, sales: tuple[str, ...]) -> tuple[str, ...]:
    """Tell what a measure reads; of one that is written in Python, by what it asks of a table."""
    if isinstance(kpi.function, Measured):
        return kpi.function.columns
    if kpi.kind == RETENTION:
        return sales
    if kpi.kind == EFFORT:
        return _EFFORT
    import ibis
    from ibis.expr.operations import Field

    schema = _schema() | ({"kind": "string"} if kpi.kind == ACTIVITY else {})
    found = kpi.function(ibis.table(schema, name="opportunities")).op().find(Field)
    return tuple(sorted({str(field.name) for field in found}))


def _schema() -> dict[str, Any]:
    from salesnb.crm.tables import table_named

    types = {"text": "string", "money": "int64", "date": "date", "probability": "float64"}
    table = table_named("opportunities")
    columns = {field.name: types[field.kind] for field in (table.kept if table else ())}
    return {**columns, "period_start": "date", "period_end": "date"}
