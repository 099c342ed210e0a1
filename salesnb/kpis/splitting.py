"""Taking the sums of measures apart, so that rows are added up once whatever the number of measures.

Most measures sum a column over the rows of a status. Grouped by status, the column is summed once for all of them, and
each measure then adds up the groups that it counts: ``sum(CASE WHEN status = 'won' THEN amount END)`` over millions of
rows becomes ``sum(amount)`` over them and a condition on a few thousand groups.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import and_
from typing import Any

__all__ = ["STATUS", "Summand", "decided", "is_additive", "mentions", "of_chosen_rows", "summand"]

STATUS = "status"


@dataclass(frozen=True, kw_only=True)
class Summand:
    """A measure as a sum over rows, and which groups of rows count.

    Attributes
    ----------
    rows
        An aggregation of rows, as an Ibis expression.
    conditions
        What must hold of a group, by columns that do not differ within it.
    missing
        By column: the key of the groups, and its value where the column is null.
    """

    rows: Any
    conditions: tuple[Any, ...] = ()
    missing: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    @property
    def is_by_status(self) -> bool:
        """Whether groups must be told apart by status."""
        return any(found.name == STATUS for one in self.conditions for found in _fields(one))

    def of(self, groups: Any, column: str) -> Any:
        """Add up the groups that count, where they have the sum over their rows in a column."""
        value = groups[column]
        if self.conditions:
            value = _all(self._of_groups(one, groups) for one in self.conditions).ifelse(value, 0)
        return value.sum().fill_null(0).cast("int64")

    def _of_groups(self, condition: Any, groups: Any) -> Any:
        import ibis.expr.operations as ops

        if isinstance(condition, ops.IsNull | ops.NotNull) and condition.arg.name in self.missing:
            key, number = self.missing[condition.arg.name]
            is_null = groups[key] == number
            return (is_null if isinstance(condition, ops.IsNull) else ~is_null).op()
        status = dict.fromkeys(_fields(condition), groups[STATUS].op())
        return condition.replace(status, filter=ops.Value)


def summand(measure: Any, missing: Mapping[str, tuple[str, int]] | None = None) -> Summand:
    """Take a measure apart; one of another form than ``sum_where`` and ``count_where`` stays whole.

    Parameters
    ----------
    missing
        Columns of which groups tell whether they are null; see `Summand`.
    """
    import ibis.expr.operations as ops

    known = missing or {}
    total = _unwrapped(measure.op())
    chosen = _unwrapped(total.arg) if isinstance(total, ops.Sum) and total.where is None else None
    if not (isinstance(chosen, ops.IfElse) and _is(chosen.false_null_expr, 0)):
        return Summand(rows=measure.cast("int64"))
    parts = _conjuncts(_simple(_unwrapped(chosen.bool_expr, False)))
    of_groups = tuple(part for part in parts if _is_of_groups(part, known))
    of_row, value = _all(part for part in parts if part not in of_groups), _unwrapped(chosen.true_expr)
    if of_row is not None:
        rows = of_row.ifelse(value.to_expr(), 0).cast("int64").sum()
    elif _is(value, 1):
        (table,) = total.relations
        rows = ops.CountStar(table).to_expr()
    else:
        rows = value.to_expr().cast("int64").sum()
    return Summand(rows=rows.cast("int64"), conditions=of_groups, missing=known)


def decided(measure: Any, date: str, *, inside: bool) -> Any:
    """Give a measure for rows with a date inside the period, or for those outside and without one.

    Parameters
    ----------
    date
        The column that it compares with ``period_start`` and ``period_end``.
    """
    import ibis.expr.operations as ops

    def settle(node: Any, kwargs: Any) -> Any:
        if isinstance(node, ops.GreaterEqual | ops.Less) and _is_column(node.left, date):
            bound = "period_start" if isinstance(node, ops.GreaterEqual) else "period_end"
            if _is_column(node.right, bound):
                return ops.Literal(inside, "boolean")
        if inside and isinstance(node, ops.IsNull | ops.NotNull) and _is_column(node.arg, date):
            return ops.Literal(isinstance(node, ops.NotNull), "boolean")
        return node.__recreate__(kwargs) if kwargs else node

    return measure.op().replace(settle, filter=ops.Value).to_expr()


def of_chosen_rows(table: Any, measures: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Leave out the rows that no measure reads, where all say which these are.

    Returns
    -------
    Ibis table, dict
        The table, and the measures by their names; a condition that all its rows fulfil is asked no more.
    """
    wheres = [getattr(measure.op(), "where", None) for measure in measures.values()]
    if not wheres or None in wheres:
        return table, dict(measures)
    shared = frozenset.intersection(*(frozenset(_conjuncts(where)) for where in wheres))
    if not shared:
        return table, dict(measures)
    chosen = table.filter(*(part.to_expr() for part in shared))
    return chosen, {name: _of(chosen, table, measure, shared) for name, measure in measures.items()}


def _of(chosen: Any, table: Any, measure: Any, sure: frozenset[Any]) -> Any:
    """Give a measure of rows that were chosen by conditions."""
    import ibis.expr.operations as ops

    found = measure.op()
    # What is ranked leaves out null by itself.
    known = {ops.NotNull(found.arg)} if isinstance(found, ops.Quantile) else set()
    rest = [part.to_expr() for part in _conjuncts(found.where) if part not in {*sure, *known}]
    where = reduce(and_, rest).op() if rest else None
    arguments = dict(zip(found.argnames, found.args, strict=True)) | {"where": where}
    columns = {field: ops.Field(chosen, field.name) for field in _fields(found) if field.rel == table.op()}
    return type(found)(**arguments).replace(columns, filter=ops.Value).to_expr()


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


def _is_column(found: Any, name: str) -> bool:
    import ibis.expr.operations as ops

    return isinstance(found, ops.Field) and found.name == name


def _is_of_groups(part: Any, missing: Mapping[str, tuple[str, int]]) -> bool:
    """Tell whether a condition is the same for all rows of a group."""
    import ibis.expr.operations as ops

    if isinstance(part, ops.IsNull | ops.NotNull) and isinstance(part.arg, ops.Field):
        return part.arg.name in {*missing, STATUS}
    return {field.name for field in _fields(part)} == {STATUS}


def _simple(found: Any) -> Any:
    """Leave out of a condition what is sure: every opportunity has an id, which need not be read to know that."""
    import ibis.expr.operations as ops

    if isinstance(found, ops.NotNull) and _is_column(found.arg, "opportunity_id"):
        return ops.Literal(True, "boolean")
    if not isinstance(found, ops.And | ops.Or):
        return found
    left, right = _simple(found.left), _simple(found.right)
    neutral = isinstance(found, ops.And)
    for one, other in ((left, right), (right, left)):
        if isinstance(one, ops.Literal) and isinstance(one.value, bool):
            return other if one.value is neutral else one
    return type(found)(left, right)


def _conjuncts(found: Any) -> list[Any]:
    import ibis.expr.operations as ops

    if isinstance(found, ops.And):
        return [*_conjuncts(found.left), *_conjuncts(found.right)]
    return [] if isinstance(found, ops.Literal) and found.value is True else [found]


def _all(parts: Iterable[Any]) -> Any:
    """Join conditions, if there are any; null counts as no, as it does in ``sum_where``."""
    found = [part.to_expr().fill_null(False) for part in parts]
    return reduce(and_, found) if found else None
