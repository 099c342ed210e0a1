"""Orders as sales: what retention reads where a business records orders beside its pipeline.

An order is a sale that was won on its day, as where no pipeline is loaded; here its opportunities are left alone, which
all other KPIs read. A business has orders of its own where both tables have rows.
"""

from typing import TYPE_CHECKING, Any, cast

from salesnb.crm.answers import Answers
from salesnb.kpis.deals import Deals, Dimension

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset

__all__ = ["ORDERED", "OrderSales", "deals_of_sales", "has_orders_beside", "tells"]

# What an explanation calls the amount of the orders.
ORDERED = "ordered_amount"
_OF_ORDERS = frozenset({"account", "product", "rep"})


class OrderSales:
    """Stands in for a dataset: its orders are its opportunities, which nobody has a share of."""

    def __init__(self, data: "Dataset") -> None:
        self._data = data
        self.meta = data.meta
        self.backend = data.backend
        self.answers = Answers()

    def table(self, name: str) -> Any:
        """Give a canonical table as an Ibis expression."""
        from salesnb.crm.warehouse.rows import deals_of_orders

        if name != "opportunities":
            return self._data.table(name)
        return self.answers.get(("table", name), lambda: deals_of_orders(self._data.table("orders")))

    def has(self, name: str) -> bool:
        """Whether there is such a table; credits are of opportunities."""
        return name != "credited" and self._data.has(name)


def deals_of_sales(deals: Deals) -> Deals | None:
    """Give the orders of a dataset as deals; None where its opportunities are its sales."""
    sales = deals.kept(
        "order sales", lambda: OrderSales(deals.data) if has_orders_beside(deals.data) else None
    )
    return Deals(cast("Dataset", sales), deals.as_of) if sales else None


def tells(dimension: Dimension) -> bool:
    """Whether orders have a dimension: what they say themselves, or what is known of that."""
    return dimension.table != "opportunities" or dimension.name in _OF_ORDERS


def has_orders_beside(data: "Dataset") -> bool:
    """Whether a dataset has orders beside opportunities of its own."""
    if not data.has("orders"):
        return False
    loaded = data.loaded()
    return bool(loaded.get("orders") and loaded.get("opportunities"))
