"""Names and texts that come from outside, made safe to stand in SQL.

Literals are written out and not bound: binding parameters makes the engine's Python side import pandas, which takes
longer than most imports.
"""

from collections.abc import Iterable

__all__ = ["insert_values", "quote_identifier", "quote_literal"]


def quote_identifier(name: str) -> str:
    """Quote a table or column name.

    Examples
    --------
    >>> quote_identifier('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def quote_literal(text: str) -> str:
    """Quote a text.

    Examples
    --------
    >>> quote_literal("O'Hara")
    "'O''Hara'"
    """
    return "'" + text.replace("'", "''") + "'"


def insert_values(table: str, rows: Iterable[tuple[object, ...]], columns: Iterable[str] = ()) -> str:
    """Write an INSERT of a few rows; the engine turns the texts into what the columns hold.

    Parameters
    ----------
    columns
        Those that are filled; by default all, in their order.

    Examples
    --------
    >>> print(insert_values("meta", [("digits", 2)]))
    INSERT INTO "meta" VALUES ('digits', '2')
    """
    values = ", ".join(f"({', '.join(quote_literal(str(value)) for value in row)})" for row in rows)
    named = ", ".join(quote_identifier(column) for column in columns)
    return f"INSERT INTO {quote_identifier(table)}{f' ({named})' if named else ''} VALUES {values}"
