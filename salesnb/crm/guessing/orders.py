"""Orders among the tables of a source, told by their number, day and amount."""

import re
from typing import TYPE_CHECKING

from salesnb.crm.guessing.columns import candidates, column_rule, match_columns
from salesnb.crm.guessing.names import folded
from salesnb.crm.guessing.survey import ColumnFacts, TableFacts
from salesnb.crm.mapping import ColumnRule
from salesnb.crm.sql import quote_identifier as q

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["are_orders", "order_columns", "order_rules", "voided"]

_NEEDED = ("order_id", "ordered_on", "amount")
_CALLED_SO = re.compile(
    r"order|invoice|transaction|receipt|purchase|auftrag|bestell|rechnung|commande|facture"
)
_STATES = ("orderstatus", "status", "state", "auftragsstatus")
_VOID = re.compile(r"(cancel|void|reject|declin|storn|abgelehnt|annul|draft|entwurf).*")
_LINES = (
    "orderlineid",
    "lineid",
    "linenumber",
    "lineno",
    "line",
    "lineitem",
    "position",
    "pos",
    "itemnumber",
)
_MOST_VALUES = 60
_NEARLY_ALL = 0.95


def are_orders(facts: TableFacts) -> bool:
    """Tell whether a table holds orders: number, day and amount, called so, and no day of closing as deals have."""
    found = order_columns(facts)
    if not facts.rows or not all(field in found for field in _NEEDED):
        return False
    called = any(_CALLED_SO.search(folded(found[field].name)) for field in ("order_id", "ordered_on"))
    return called and "closed_on" not in match_columns("opportunities", facts)


def order_columns(facts: TableFacts) -> dict[str, ColumnFacts]:
    """Find a column for each field of orders."""
    return match_columns("orders", facts)


def order_rules(
    connection: "DuckDBPyConnection", facts: TableFacts, columns: dict[str, ColumnFacts]
) -> tuple[dict[str, ColumnRule], tuple[str, ...]]:
    """Give the rules of the columns, and what people must say.

    An order whose number stands in a row for each of its lines is told apart by number and line, or product.
    """
    rules = {field: column_rule(field, column) for field, column in columns.items()}
    number = columns["order_id"]
    alone = _apart(connection, facts, (number,))
    if alone == 1:
        return rules, ()
    lines = [column for word in _LINES for column in facts.columns if folded(column.name) == word]
    others = [*lines, *candidates("orders", "product", facts)]
    for other in others:
        if _apart(connection, facts, (number, other)) == 1:
            names = (number.name, other.name)
            rules["order_id"] = ColumnRule(column=" ".join(names), alternatives=(names,))
            return rules, ()
    if alone >= _NEARLY_ALL:
        return rules, ()
    example = f'order_id = [["{number.name}", "LINE"]]'
    return rules, (f"{number.name} stands in several rows: name what tells them apart, such as {example}.",)


def _apart(connection: "DuckDBPyConnection", facts: TableFacts, columns: tuple[ColumnFacts, ...]) -> float:
    """Give the share of different rows that columns tell apart."""
    key = ", ".join(f"trim({column.sql})" for column in columns)
    every = ", ".join(column.sql for column in facts.columns)
    row = connection.execute(
        f"SELECT count(DISTINCT ({key})) / count(*) FROM"
        f" (SELECT DISTINCT {every} FROM {q(facts.staged.relation)} WHERE {columns[0].sql} IS NOT NULL)"
    ).fetchone()
    return float(row[0] or 0) if row else 0.0


def voided(connection: "DuckDBPyConnection", facts: TableFacts) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Find the orders that came to nothing, as conditions on the rows to leave out: cancelled ones, drafts."""
    for word in _STATES:
        for column in facts.columns:
            if folded(column.name) != word or column.distinct > _MOST_VALUES:
                continue
            rows = connection.execute(
                f"SELECT DISTINCT trim({column.sql}) FROM {q(facts.staged.relation)} WHERE {column.sql} IS NOT NULL"
                " ORDER BY 1"
            ).fetchall()
            values = tuple(str(value) for (value,) in rows if _VOID.fullmatch(str(value).casefold()))
            if values:
                return ((column.name, values),)
    return ()
