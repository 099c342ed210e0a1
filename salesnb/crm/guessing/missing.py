"""What a guess leaves to people, a sentence each."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from salesnb.crm.guessing.names import NAMES, folded
from salesnb.crm.guessing.survey import ColumnFacts, TableFacts
from salesnb.crm.mapping import TableMapping
from salesnb.crm.sql import quote_identifier as q

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["called_alike", "missing_of_deals"]


def missing_of_deals(deals: TableMapping, facts: TableFacts) -> list[str]:
    """Say what of deals was not found though nothing can be told without it."""
    found = dict(deals.columns)
    said = []
    if "opportunity_id" not in found:
        near = _nearly_an_id(facts)
        said.append(near or "No column is an id of a deal, different in every row: opportunity_id.")
    if "closed_on" not in found:
        said.append("No column says when a deal was closed: closed_on.")
    if deals.status is None:
        said.append(
            "No value says that a deal is won: name the column and its values in [opportunities.status]."
        )
    return said


def _nearly_an_id(facts: TableFacts) -> str:
    """Name the column that is called like an id and stands several times; empty where there is none."""
    words = NAMES["opportunities"]["opportunity_id"]
    named = (column for word in words for column in facts.columns if folded(column.name) == word)
    column = next((column for column in named if column.distinct > 1), None)
    if column is None:
        return ""
    return (
        f"{column.name} could be opportunity_id, but only {column.distinct:,} of {column.filled:,} differ; of deals with one id the"
        " first is kept."
    )


def called_alike(
    connection: "DuckDBPyConnection", facts: TableFacts, columns: Mapping[str, ColumnFacts]
) -> list[str]:
    """Ask which of two columns of one name is meant, where they differ."""
    names = {column.name: column for column in facts.columns}
    said = []
    for field, column in columns.items():
        twin = names.get(f"{column.name}_2")
        if twin is not None and _differ(connection, facts, column, twin):
            said.append(
                f"Two columns are called {column.name}, and differ; is {field} the first, {column.name!r}, or the second,"
                f" {twin.name!r}?"
            )
    return said


def _differ(
    connection: "DuckDBPyConnection", facts: TableFacts, one: ColumnFacts, other: ColumnFacts
) -> bool:
    row = connection.execute(
        f"SELECT count(*) FROM {q(facts.staged.relation)}"
        f" WHERE trim({one.sql}) IS DISTINCT FROM trim({other.sql})"
    ).fetchone()
    return bool(row and row[0])
