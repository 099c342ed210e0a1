"""What changed since the import before: the earlier state of changed rows, and of nothing else.

``changes`` holds a row for each that was added, changed or removed, with the number and the as-of date of the import
that brought it; ``before`` is the earlier row as JSON, null for an added one. Undoing the changes of the later
imports, newest first, gives what was known then.
"""

from datetime import date
from pathlib import Path

from salesnb.crm.plan import Context
from salesnb.crm.sql import insert_values, quote_literal
from salesnb.crm.sql import quote_identifier as q
from salesnb.crm.tables import TABLES, Table

__all__ = ["record_changes"]

# What people look back on; facts such as activities only ever grow.
_WATCHED = ("opportunities", "accounts", "reps", "products", "org")


def record_changes(context: Context, previous: Path | None, *, as_of: date, fingerprint: str) -> None:
    """Carry the history on, and add what is different from the database before."""
    run = context.connection.execute
    number = 1
    if previous is not None and previous.is_file():
        run(f"ATTACH {quote_literal(str(previous))} AS before (READ_ONLY)")
        run("INSERT INTO imports SELECT * FROM before.imports")
        run("INSERT INTO changes SELECT * FROM before.changes")
        row = run("SELECT coalesce(max(import_no), 0) + 1 FROM imports").fetchone()
        number = int(row[0]) if row else 1
        for table in TABLES:
            if table.name in _WATCHED:
                _compare(context, table, number, as_of)
        run("DETACH before")
    run(insert_values("imports", [(number, as_of, fingerprint)]))


def _columns(context: Context, table: Table, catalog: str) -> list[str]:
    rows = context.connection.execute(
        "SELECT column_name FROM duckdb_columns() WHERE database_name = "
        + (catalog if catalog == "current_database()" else quote_literal(catalog))
        + f" AND table_name = {quote_literal(table.name)} AND column_name <> 'source_row' ORDER BY column_name"
    ).fetchall()
    return [str(row[0]) for row in rows]


def _compare(context: Context, table: Table, number: int, as_of: date) -> None:
    new, old = _columns(context, table, "current_database()"), _columns(context, table, "before")
    both = [name for name in old if name in new]
    key = table.key[0]
    different = " OR ".join(f"n.{q(name)} IS DISTINCT FROM o.{q(name)}" for name in both)
    row = ", ".join(f"{quote_literal(name)}, o.{q(name)}" for name in old)
    kind = (
        f"CASE WHEN o.{q(key)} IS NULL THEN 'added' WHEN n.{q(key)} IS NULL THEN 'removed' ELSE 'changed' END"
    )
    context.connection.execute(
        f"INSERT INTO changes SELECT {number}, DATE '{as_of}', {quote_literal(table.name)},"
        f" coalesce(n.{q(key)}, o.{q(key)}), {kind}, CASE WHEN o.{q(key)} IS NOT NULL THEN json_object({row}) END"
        f" FROM {q(table.name)} n FULL JOIN before.{q(table.name)} o ON n.{q(key)} = o.{q(key)}"
        f" WHERE o.{q(key)} IS NULL OR n.{q(key)} IS NULL OR {different} ORDER BY 4"
    )
