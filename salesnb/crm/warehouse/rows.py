"""Rows as an import would write them, as expressions over a warehouse's own tables."""

from collections.abc import Mapping
from typing import Any

from salesnb.crm.credits import REVENUE
from salesnb.crm.tables import table_named
from salesnb.crm.warehouse.checks import Findings
from salesnb.crm.warehouse.columns import KINDS, Found

__all__ = ["credits_given", "deals_of_orders", "forget_unknown", "named", "opportunities", "partners"]


def opportunities(found: Found) -> Any:
    """A date of closing on an open row is an expectation; what nothing says about value is its amount."""
    import ibis

    rows = found.view.mutate(status=found.view.status.lower())
    is_open = rows.status == "open"
    expected = is_open.ifelse(rows.closed_on, ibis.null("date"))
    return rows.mutate(
        expected_amount=rows.expected_amount if "expected_amount" in found.columns else rows.amount,
        closed_on=is_open.ifelse(ibis.null("date"), rows.closed_on),
        expected_close_on=rows.expected_close_on.fill_null(expected),
    )


def credits_given(found: Found) -> Any:
    """A credit that names no kind is of revenue."""
    return found.view.mutate(kind=found.view.kind.lower().fill_null(REVENUE))


def forget_unknown(tables: dict[str, Any], findings: Findings) -> None:
    """Make references without a partner null, where there are any: a join for each of them is not free."""
    for name, column in findings.unknown:
        table = table_named(name)
        partner = next(one.table for one in table.references if one.field == column) if table else ""
        known = tables[partner].select(partner=column)
        joined = tables[name].left_join(known, tables[name][column] == known.partner)
        tables[name] = joined.mutate(**{column: joined.partner}).drop("partner")


def deals_of_orders(orders: Any) -> Any:
    """An order is a deal that was won on its day."""
    import ibis

    table = table_named("opportunities")
    own = {
        "opportunity_id": orders.order_id,
        "closed_on": orders.ordered_on,
        "expected_amount": orders.amount,
    }
    own |= {"status": ibis.literal("won", type="string")}
    own |= {name: orders[name] for name in ("account_id", "rep_id", "product", "amount")}
    fields = table.kept if table else ()
    return orders.select(**{one.name: own.get(one.name, ibis.null(KINDS[one.kind])) for one in fields})


def named(table: str, rows: Any) -> Any:
    """What has no name is called by its id, a rep by the address before that."""
    others = {"accounts": ("account_id",), "reps": ("email", "rep_id")}
    names = [rows[column] for column in others.get(table, ()) if column in rows.columns]
    return rows.mutate(name=rows.name.coalesce(*names)) if names else rows


def partners(name: str, key: str, tables: Mapping[str, Any]) -> Any:
    """What no table lists is what deals, orders and credits name."""
    import ibis

    table = table_named(name)
    naming = [
        tables[one].select(key)
        for one in ("opportunities", "orders", "credits")
        if one in tables and key in tables[one].columns
    ]
    ids = naming[0]
    for more in naming[1:]:
        ids = ids.union(more)
    ids = ids.filter(ids[key].notnull()).distinct()
    own = {key: ids[key], "name": ids[key]}
    fields = table.fields if table else ()
    view = {one.name: own.get(one.name, ibis.null(KINDS[one.kind])) for one in fields if not one.input_only}
    return ids.select(**view)
