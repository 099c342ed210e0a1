"""What each item sold in a period, by the orders: units and amounts, exactly."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from salesnb.errors import BadInput
from salesnb.kpis.deals import Deals
from salesnb.kpis.price_mix import Item
from salesnb.kpis.scan import Filter

__all__ = ["Values", "has_quantities", "items"]

Values = tuple[str | None, ...]
_OF_ORDERS = ("account", "product", "rep")


def has_quantities(orders: Any) -> bool:
    """Tell whether a table of orders says how many units were sold; data that was loaded long ago cannot."""
    if "quantity" not in orders.columns:
        return False
    return bool(orders.filter(orders.quantity.notnull()).limit(1).to_pyarrow().num_rows)


def items(
    orders: Any, deals: Deals, names: Sequence[str], filters: Sequence[Filter], within: tuple[date, date]
) -> dict[Values, Item]:
    """Add up the orders of a period by item.

    Parameters
    ----------
    orders
        The canonical table, as an Ibis expression.
    names
        Dimensions that make an item: ``("product",)``.
    within
        The first day of the period, and the day after the last.

    Returns
    -------
    dict
        Items by their values; amounts in minor units. A line's units take the sign of its amount.

    Raises
    ------
    BadInput
        When a dimension is one that only opportunities have.
    """
    table = _selected(orders, deals, names, filters, within)
    keys = [*(f"dim_{name}" for name in names), "quantity", "sign"]
    # Decimals are added up here and not in the engine, where sums of floats depend on the order of the rows.
    grouped = table.group_by(keys).aggregate(lines=table.count(), amount=table.amount.sum().cast("int64"))
    found: dict[Values, Item] = {}
    for row in grouped.to_pyarrow().to_pylist():
        values = tuple(row[f"dim_{name}"] for name in names)
        found[values] = _plus(found.get(values, Item()), row)
    return found


def _selected(
    orders: Any, deals: Deals, names: Sequence[str], filters: Sequence[Filter], within: tuple[date, date]
) -> Any:
    import ibis

    wanted = [*names, *(found.dimension.name for found in filters)]
    for name in wanted:
        dimension = deals.dimension(name)
        if dimension.table == "opportunities" and name not in _OF_ORDERS:
            raise BadInput(
                f"Orders have no {name}.", hint="Ask by product, account, rep, or what is known of these."
            )
    first, after = map(ibis.date, within)
    table = orders.filter(orders.ordered_on >= first, orders.ordered_on < after)
    sign = (table.amount > 0).ifelse(1, (table.amount < 0).ifelse(-1, 0)).cast("int64")
    table = table.mutate(place_on=table.ordered_on, sign=sign)
    table = deals.with_dimensions(table, wanted, "place_on")
    for found in filters:
        column = table[f"dim_{found.dimension.name}"]
        values = [value for value in found.values if value is not None]
        table = table.filter(column.isin(values) if values else column.isnull())
    return table


def _plus(item: Item, row: dict[str, Any]) -> Item:
    quantity = row["quantity"]
    if not quantity and row["sign"]:
        return Item(units=item.units, amount=item.amount, unpriced=item.unpriced + row["amount"])
    # The shortest decimal that is this float is what stood in the file.
    units = Fraction(repr(quantity or 0.0)) * row["lines"]
    signed = row["sign"] * abs(units) if row["sign"] else units
    return Item(units=item.units + signed, amount=item.amount + row["amount"], unpriced=item.unpriced)
