"""Taking the sums of measures apart, so that rows are added up once whatever the number of measures.

Most measures sum a column over the rows of a status. Grouped by status, the column is summed once for all of them, and
each measure then adds up the groups that it counts: ``sum(CASE WHEN status = 'won' THEN amount END)`` over millions of
rows becomes ``sum(amount)`` over them and a condition on a few thousand groups.
"""

from dataclasses import dataclass
from typing import Any

__all__ = ["STATUS", "Summand", "is_additive", "mentions", "summand"]

STATUS = "status"


@dataclass(frozen=True, kw_only=True)
class Summand:
    """A measure as a sum over rows, and which groups of rows count.

    Attributes
    ----------
    rows
        An aggregation of rows, as an Ibis expression.
    condition
        What must hold of the group's status; None where all count.
    """

    rows: Any
    condition: Any | None = None

    def of(self, groups: Any, column: str) -> Any:
        """Add up the groups that count, where they have the sum over their rows in a column."""
        import ibis.expr.operations as ops

        value = groups[column]
        if self.condition is not None:
            condition = self.condition.op()
            fields = dict.fromkeys(_fields(condition), groups[STATUS].op())
            value = condition.replace(fields, filter=ops.Value).to_expr().ifelse(value, 0)
        return value.sum().fill_null(0).cast("int64")


def summand(measure: Any) -> Summand:
    """Take a measure apart; one of another form than ``sum_where`` and ``count_where`` stays whole."""
    import ibis.expr.operations as ops

    total = _unwrapped(measure.op())
    chosen = _unwrapped(total.arg) if isinstance(total, ops.Sum) and total.where is None else None
    if not (isinstance(chosen, ops.IfElse) and _is(chosen.false_null_expr, 0)):
        return Summand(rows=measure.cast("int64"))
    parts = [part for part in _conjuncts(_unwrapped(chosen.bool_expr, False)) if not _is_sure(part)]
    of_group = [part for part in parts if {field.name for field in _fields(part)} == {STATUS}]
    of_row = _all(part for part in parts if part not in of_group)
    if of_row is not None:
        rows = of_row.ifelse(chosen.true_expr.to_expr(), 0).cast("int64").sum()
    elif _is(_unwrapped(chosen.true_expr), 1):
        (table,) = total.relations
        rows = ops.CountStar(table).to_expr()
    else:
        rows = chosen.true_expr.to_expr().cast("int64").sum()
    return Summand(rows=rows.cast("int64"), condition=_all(of_group))


def is_additive(measure: Any) -> bool:
    """Tell whether values over parts of the rows add up to that over all: sums, counts, and what adds these up."""
    import ibis.expr.operations as ops

    def adds_up(found: Any) -> bool:
        found = _unwrapped(found)
        if isinstance(found, ops.Add | ops.Subtract):
            return adds_up(found.left) and adds_up(found.right)
        return isinstance(found, ops.Sum | ops.Count | ops.CountStar) and found.dtype.is_integer()

    return adds_up(measure.op())


def mentions(measure: Any) -> set[str]:
    """List the columns that a measure reads."""
    return {str(field.name) for field in _fields(measure.op())}


def _fields(found: Any) -> list[Any]:
    """List the columns of an expression, not those that the table behind it is made of."""
    import ibis.expr.operations as ops

    return list(found.find(ops.Field, filter=ops.Value))


def _unwrapped(found: Any, default: object = 0) -> Any:
    """Take off casts to whole numbers, and what stands in for null."""
    import ibis.expr.operations as ops

    if isinstance(found, ops.Coalesce) and len(found.arg) == 2 and _is(found.arg[1], default):
        return _unwrapped(found.arg[0], default)
    if isinstance(found, ops.Cast) and found.to.is_integer() and found.arg.dtype.is_integer():
        return _unwrapped(found.arg, default)
    return found


def _is(found: Any, value: object) -> bool:
    import ibis.expr.operations as ops

    return isinstance(found, ops.Literal) and found.value == value


def _is_sure(found: Any) -> bool:
    """Tell whether a condition holds for every opportunity: each has an id, which need not be read to know that."""
    import ibis.expr.operations as ops

    return (
        isinstance(found, ops.NotNull)
        and isinstance(found.arg, ops.Field)
        and found.arg.name == "opportunity_id"
    )


def _conjuncts(found: Any) -> list[Any]:
    import ibis.expr.operations as ops

    if isinstance(found, ops.And):
        return [*_conjuncts(found.left), *_conjuncts(found.right)]
    return [found]


def _all(parts: Any) -> Any | None:
    """Join conditions; null counts as no, as it does in ``sum_where``."""
    whole = None
    for part in parts:
        condition = part.to_expr().fill_null(False)
        whole = condition if whole is None else whole & condition
    return whole
