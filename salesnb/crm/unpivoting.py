"""Wide tables: columns such as months become rows."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from salesnb.crm.mapping import TableMapping
from salesnb.crm.sql import quote_identifier as q
from salesnb.crm.sql import quote_literal
from salesnb.crm.staging import Staged, cell
from salesnb.errors import BadInput

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["unpivoted"]


def unpivoted(
    connection: "DuckDBPyConnection", staged: Staged, mapping: TableMapping, *, file: str
) -> Staged:
    """Turn the columns that the mapping names into rows; an empty cell makes none.

    Raises
    ------
    BadInput
        When no column has such a name.
    """
    if mapping.unpivot is None:
        return staged
    wanted = re.compile(mapping.unpivot.columns)
    wide = [place for place, name in enumerate(staged.headers) if wanted.search(name)]
    if not wide:
        raise BadInput(
            f"No column of {file} has a name like {mapping.unpivot.columns!r}.",
            where=f"mapping [{mapping.table}] unpivot",
            hint=f"It has: {', '.join(staged.headers)}.",
        )
    long = [place for place in range(len(staged.headers)) if place not in wide]
    relation = f"{staged.relation}_long"
    same = "".join(f", {cell(place)} AS {cell(i)}" for i, place in enumerate(long))
    label, value = cell(len(long)), cell(len(long) + 1)
    empty = ", ".join(quote_literal(word) for word in ("", *mapping.missing))
    parts = " UNION ALL ".join(
        f"SELECT {staged.row_sql} AS source_row{same}, {quote_literal(staged.headers[place])} AS {label},"
        f" {cell(place)} AS {value} FROM {q(staged.relation)} WHERE {staged.keep_sql}"
        f" AND trim(coalesce({cell(place)}, '')) NOT IN ({empty})"
        for place in wide
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {q(relation)} AS {parts}")
    connection.execute(f"DROP TABLE {q(staged.relation)}")
    return replace(
        staged,
        relation=relation,
        headers=(*(staged.headers[place] for place in long), mapping.unpivot.into, mapping.unpivot.value),
        row_sql="source_row",
        keep_sql="true",
    )
