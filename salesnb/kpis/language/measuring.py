"""Aggregates, checked, as measures of the engine."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from salesnb.errors import BadUsage
from salesnb.kpis.expressions import count_where, sum_where
from salesnb.kpis.language import tree
from salesnb.kpis.language.amounts import Amount, Amounts, Built
from salesnb.kpis.language.columns import Columns
from salesnb.kpis.language.faults import Fault
from salesnb.kpis.language.filtering import Conditions
from salesnb.kpis.language.writing import normal_form

__all__ = ["Measured", "measured"]

_KINDS = {"sum": "sum", "count": "sum", "count_distinct": "distinct"}
_SUMS = {"sum", "mean"}


@dataclass(frozen=True)
class Measured:
    """The function of a measure that an analyst wrote, from deals to an expression; two of one text are the same.

    Parameters
    ----------
    text
        The aggregate in normal form.
    kind, unit
        As of a KPI.
    columns
        What it reads of deals, as it is called.
    reads
        The dimensions among them that have to be joined.
    build
        What makes the expression.
    """

    text: str
    kind: str
    unit: str
    columns: tuple[str, ...]
    reads: tuple[str, ...]
    build: Built = field(compare=False, repr=False)

    def __call__(self, deals: Any) -> Any:
        """Give the expression over deals."""
        return self.build(deals)


def measured(node: tree.Aggregate, columns: Columns) -> Measured:
    """Check an aggregate whose date and condition are complete, and turn it into the function of a measure.

    Raises
    ------
    Fault
        When a column is not known, units do not fit, a deal would count what is not its own, or the future is told.
    """
    condition = (
        Conditions(columns=columns, basis=node.basis).built(node.where) if node.where is not None else None
    )
    unit, build = _built(node, condition, columns)
    found = [columns.find(column) for column in tree.columns_of(node)]
    return Measured(
        text=normal_form(node),
        kind=_KINDS.get(node.function, "quantile"),
        unit=unit,
        columns=tuple(dict.fromkeys([*_of_status(node.where), *(one.name for one in found)])),
        reads=tuple(dict.fromkeys(one.reads for one in found if one.reads)),
        build=build if columns.are_known else _without_data,
    )


def _without_data(_: Any) -> Any:
    raise BadUsage("This KPI was read without data.", hint="Ask for the catalogue with the dataset.")


def _of_status(condition: tree.Condition | None) -> list[str]:
    """Tell whether the words won, lost and open stand in a condition: they read the status."""
    match condition:
        case tree.Status():
            return ["status"]
        case tree.Not(of=of):
            return _of_status(of)
        case tree.Both(parts=parts):
            return [name for part in parts for name in _of_status(part)]
        case _:
            return []


def _built(node: tree.Aggregate, condition: Built | None, columns: Columns) -> tuple[str, Built]:
    chosen: Built = condition or (lambda deals: deals.opportunity_id.notnull())
    if node.function == "count":
        return "count", lambda deals: count_where(chosen(deals))
    if node.function == "count_distinct":
        return "count", _distinct(node, chosen, columns)
    amount = _amount(node, columns)
    if node.function == "sum":
        return amount.unit, lambda deals: sum_where(amount.built(deals), chosen(deals))
    return amount.unit, _ranked(node, amount, chosen)


def _amount(node: tree.Aggregate, columns: Columns) -> Amount:
    if node.value is None:
        raise Fault(f"{node.function} is of a value.", node.at, f"Write {node.function}(amount).")
    amount = Amounts(columns=columns, basis=node.basis).amount(node.value)
    if amount.constant is not None:
        raise Fault(f"This {node.function} reads no column.", node.value.at, "Use count(…) to count deals.")
    for column in tree.columns_of(node.value):
        found = columns.find(column)
        if node.function in _SUMS and not found.of_deals:
            one = found.table.removesuffix("s")
            raise Fault(
                f"{found.name} stands once a {one.replace('account', 'n account').replace('a n', 'an')}: "
                f"a {node.function} over deals would count it once a deal.",
                column.at,
                f"Use median({found.name} …), or count_distinct({one} …).",
            )
    return amount


def _distinct(node: tree.Aggregate, chosen: Built, columns: Columns) -> Built:
    if not isinstance(node.value, tree.Column):
        raise Fault("count_distinct is of a column.", node.at, "Write count_distinct(account).")
    Conditions(columns=columns, basis=node.basis).built(tree.IsNull(of=node.value, at=node.at))
    name = columns.find(node.value).column

    def build(deals: Any) -> Any:
        import ibis

        column = deals[name]
        # A filter that leaves nothing is null on some engines and zero on others.
        of_chosen = chosen(deals).fill_null(False).ifelse(column, ibis.null(column.type()))
        return of_chosen.nunique().fill_null(0).cast("int64")

    return build


def _ranked(node: tree.Aggregate, amount: Amount, chosen: Built) -> Built:
    share = 0.5 if node.share is None else float(node.share)
    pick: dict[str, Callable[[Any, Any], Any]] = {
        "min": lambda value, where: value.min(where=where),
        "max": lambda value, where: value.max(where=where),
    }
    ranked = pick.get(node.function, lambda value, where: value.quantile(share, where=where))

    def build(deals: Any) -> Any:
        value = amount.built(deals)
        return ranked(value, chosen(deals).fill_null(False) & value.notnull())

    return build
