"""What each item sold in a period, by the orders: units and amounts, exactly."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from salesnb.errors import BadInput
from salesnb.kpis.deals import Deals
from salesnb.kpis.price_mix import Item
from salesnb.kpis.scan import Filter, matches

__all__ = ["Values", "has_quantities", "items"]

Values = tuple[str | None, ...]
_OF_ORDERS = ("account", "product", "rep")
# Millionths, and the quantity below which a float tells them apart.
_PARTS, _LARGE = 10**6, 2.0**51 / 10**6


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
    table = _counted(_selected(orders, deals, names, filters, within))
    keys = [*(f"dim_{name}" for name in names), "odd", "odd_sign"]
    grouped = table.group_by(keys).aggregate(
        lines=table.count(),
        **{name: table[name].sum().cast("int64") for name in ("parts", "amount", "unpriced")},
    )
    found: dict[Values, Item] = {}
    for row in grouped.to_pyarrow().to_pylist():
        values = tuple(row[f"dim_{name}"] for name in names)
        found[values] = _plus(found.get(values, Item()), row)
    return found


def _counted(table: Any) -> Any:
    """Tell units as whole millionths, which engines add up exactly; sums of floats depend on the order of the rows.

    A quantity with more decimals, or too large for that, is ``odd``: its lines are counted, and added up afterwards.
    """
    import ibis

    quantity, amount = table.quantity.fill_null(0.0).cast("float64"), table.amount.fill_null(0)
    small = quantity.abs() < _LARGE
    parts = (small.ifelse(quantity, 0.0) * float(_PARTS) + 0.5).floor().cast("int64")
    whole = small & (parts.cast("float64") / float(_PARTS) == quantity)
    sign = (amount > 0).ifelse(1, (amount < 0).ifelse(-1, 0)).cast("int64")
    unpriced = (quantity == 0) & (sign != 0)
    return table.mutate(
        parts=whole.ifelse((sign == 0).ifelse(parts, sign * parts.abs()), 0),
        amount=unpriced.ifelse(0, amount),
        unpriced=unpriced.ifelse(amount, 0),
        odd=whole.ifelse(ibis.null("float64"), quantity),
        odd_sign=whole.ifelse(0, sign),
    )


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
    table = table.mutate(place_on=table.ordered_on)
    table = deals.with_dimensions(table, wanted, "place_on")
    for found in filters:
        table = table.filter(matches(table[f"dim_{found.dimension.name}"], found.values))
    return table


def _plus(item: Item, row: dict[str, Any]) -> Item:
    units = Fraction(row["parts"], _PARTS)
    if row["odd"] is not None:
        # The shortest decimal that is this float is what stood in the file.
        odd = Fraction(repr(row["odd"])) * row["lines"]
        units += row["odd_sign"] * abs(odd) if row["odd_sign"] else odd
    return Item(
        units=item.units + units,
        amount=item.amount + row["amount"],
        unpriced=item.unpriced + row["unpriced"],
    )
