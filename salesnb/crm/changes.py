"""What changed since the import before: the earlier state of changed rows, and of nothing else.

``imports`` has a row for each import: its number, its as-of date, the fingerprint of its data, and, once another has
followed, ``about``: what was said of it (``meta``, ``report``) and which columns each table had (``columns``), as JSON.

``changes`` holds a row for each that was added, changed or removed, with the number and the as-of date of the import
that brought it; ``before`` is the earlier row as JSON, null for an added one. Where several rows share a key, such as
the stages of one deal, they are kept together: if one of them changed, all that stood under the key stand there.
Putting what stood under a key before the first change since an import in the place of what stands there now gives what
was known then (``salesnb.crm.history``).

Columns that come or go with the source change no row; what a dropped one held is forgotten.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self

from salesnb.crm.plan import Context
from salesnb.crm.sql import insert_values, quote_literal
from salesnb.crm.sql import quote_identifier as q

__all__ = ["KEYS", "record_changes"]

# All that a figure can hang on, by the column that rows are found by; activities and the like only ever grow.
KEYS = {
    "opportunities": "opportunity_id",
    "orders": "order_id",
    "accounts": "account_id",
    "reps": "rep_id",
    "products": "product",
    "org": "node",
    "org_levels": "node",
    "rep_nodes": "rep_id",
    "credited": "opportunity_id",
    "stage_history": "opportunity_id",
}
_SEVERAL_ROWS = frozenset({"rep_nodes", "credited", "stage_history"})


@dataclass(frozen=True)
class _Columns:
    """The columns of all tables, by table and in the order of their names, now and before."""

    now: Mapping[str, tuple[str, ...]]
    before: Mapping[str, tuple[str, ...]]

    @classmethod
    def read(cls, context: Context) -> Self:
        """Ask for all at once: looking into the engine's catalogue takes as long for one table as for all."""
        found: dict[bool, dict[str, tuple[str, ...]]] = {True: {}, False: {}}
        rows = context.connection.execute(
            "SELECT database_name = 'before', table_name, list(column_name ORDER BY column_name) FROM duckdb_columns()"
            " WHERE database_name IN (current_database(), 'before') AND column_name <> 'source_row' GROUP BY ALL"
        ).fetchall()
        for is_before, table, names in rows:
            found[is_before][table] = tuple(names)
        return cls(found[False], found[True])

    def of(self, table: str) -> tuple[list[str], list[str]]:
        """Give those that a table has now too, and all that it had before."""
        old = list(self.before[table])
        return [name for name in old if name in self.now[table]], old


def record_changes(
    context: Context, previous: Path | None, *, as_of: date, fingerprint: str
) -> tuple[str, ...]:
    """Carry the history on, and add what is different from the database before.

    Returns
    -------
    tuple of str
        What people should know of the history.
    """
    run = context.connection.execute
    number, notices = 1, tuple[str, ...]()
    if previous is not None and previous.is_file():
        run(f"ATTACH {quote_literal(str(previous))} AS before (READ_ONLY)")
        columns = _Columns.read(context)
        notices = _carry(context, columns)
        row = run("SELECT max(import_no) + 1 FROM imports").fetchone()
        number = int(row[0]) if row else 1
        for table in KEYS:
            if table in columns.before:
                compare = _compare_groups if table in _SEVERAL_ROWS else _compare
                compare(context, table, columns, number, as_of)
        run("DETACH before")
    run(insert_values("imports", [(number, as_of, fingerprint)], ("import_no", "as_of", "fingerprint")))
    return notices


def _carry(context: Context, columns: _Columns) -> tuple[str, ...]:
    """Take the history over; one that an earlier version wrote is not whole, and starts with the data that is there."""
    run = context.connection.execute
    about = quote_literal(_about(context, columns))
    if "about" in columns.before["imports"]:
        run(
            "INSERT INTO imports SELECT import_no, as_of, fingerprint, CASE WHEN import_no = max(import_no) OVER ()"
            f" THEN {about} ELSE about END FROM before.imports"
        )
        run("INSERT INTO changes SELECT * FROM before.changes")
        return ()
    run(
        "INSERT INTO imports SELECT 1, CAST(max(value) FILTER (key = 'as_of') AS DATE),"
        f" max(value) FILTER (key = 'fingerprint'), {about} FROM before.meta"
    )
    earlier = run("SELECT count(*) FROM before.imports").fetchall()[0][0]
    said = "An earlier version of salesnb kept less of what changed: history starts with the import before this one."
    return (said,) if earlier > 1 else ()


def _about(context: Context, columns: _Columns) -> str:
    """Describe the import before, which is about to become history."""
    run = context.connection.execute
    meta = run("SELECT key, value FROM before.meta WHERE key <> 'notice'").fetchall()
    report = run("SELECT * FROM before.import_report").fetchall()
    return json.dumps(
        {
            "meta": dict(meta),
            "report": report,
            "columns": {table: columns.before[table] for table in KEYS if table in columns.before},
        }
    )


def _compare(context: Context, table: str, columns: _Columns, number: int, as_of: date) -> None:
    """Find the rows that are different where a key has one row."""
    both, old = columns.of(table)
    key = KEYS[table]
    different = " OR ".join(f"n.{q(name)} IS DISTINCT FROM o.{q(name)}" for name in both)
    kind = (
        f"CASE WHEN o.{q(key)} IS NULL THEN 'added' WHEN n.{q(key)} IS NULL THEN 'removed' ELSE 'changed' END"
    )
    context.connection.execute(
        f"INSERT INTO changes SELECT {number}, DATE '{as_of}', {quote_literal(table)},"
        f" coalesce(n.{q(key)}, o.{q(key)}), {kind}, CASE WHEN o.{q(key)} IS NOT NULL THEN {_row('o', old)} END"
        f" FROM {q(table)} n FULL JOIN before.{q(table)} o ON n.{q(key)} = o.{q(key)}"
        f" WHERE o.{q(key)} IS NULL OR n.{q(key)} IS NULL OR {different} ORDER BY 4"
    )


def _compare_groups(context: Context, table: str, columns: _Columns, number: int, as_of: date) -> None:
    """Find the keys under which other rows stand than before, however often each; a key may be null."""
    kept, old = columns.of(table)
    key, both = q(KEYS[table]), ", ".join(map(q, kept))
    run = context.connection.execute
    run(
        f"CREATE OR REPLACE TEMP TABLE moved AS SELECT DISTINCT {key} AS key FROM ("
        f"SELECT {both}, 1 AS n FROM {q(table)} UNION ALL SELECT {both}, -1 FROM before.{q(table)})"
        f" GROUP BY {both} HAVING sum(n) <> 0"
    )
    stands = f"EXISTS (SELECT 1 FROM {q(table)} n WHERE n.{key} IS NOT DISTINCT FROM m.key)"
    run(
        f"INSERT INTO changes SELECT {number}, DATE '{as_of}', {quote_literal(table)}, m.key,"
        f" CASE WHEN o.stood IS NULL THEN 'added' WHEN {stands} THEN 'changed' ELSE 'removed' END, o.row"
        f" FROM moved m LEFT JOIN (SELECT {key} AS key, true AS stood, {_row('b', old)} AS row"
        f" FROM before.{q(table)} b) o ON o.key IS NOT DISTINCT FROM m.key ORDER BY 4"
    )
    run("DROP TABLE moved")


def _row(alias: str, columns: list[str]) -> str:
    """SQL of a row as JSON."""
    return f"json_object({', '.join(f'{quote_literal(name)}, {alias}.{q(name)}' for name in columns)})"
