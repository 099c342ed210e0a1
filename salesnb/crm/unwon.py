"""Deals of which none is won: the words of another file or language, which every figure would take for nothing won."""

from typing import TYPE_CHECKING

from salesnb.counting import counted
from salesnb.crm.mapping import StatusRule, TableMapping
from salesnb.crm.sql import quote_identifier as q
from salesnb.crm.staging import Staged, shown
from salesnb.crm.toml_values import quoted
from salesnb.errors import BadInput

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["nothing_won"]

_SHOWN = 12


def nothing_won(
    connection: "DuckDBPyConnection", mapping: TableMapping, staged: Staged, file: str
) -> tuple[str, str] | None:
    """Say that no deal is won though some have ended, and what to do; None where all is well.

    Nothing is said where the mapping says itself that nothing is won (``won = []``), where switches tell it, which mean the
    same everywhere, and where the deals can all be open: none is lost, no day of closing has passed, and no value reads like
    the end of a deal.

    Returns
    -------
    tuple or None
        What is wrong, with the values of the column that tells the status, and what to do.
    """
    # The guesser imports, to look at what it has guessed.
    from salesnb.crm.guessing.names import LOST, WON
    from salesnb.crm.guessing.status import told_by_switches

    rule = mapping.status
    if mapping.table != "opportunities" or rule is None or not rule.won or told_by_switches(rule):
        return None
    row = connection.execute(
        "SELECT count(*), count_if(status = 'won'), count_if(status = 'lost'),"
        " count_if(expected_close_on <= (SELECT max(created_on) FROM opportunities)) FROM opportunities"
    ).fetchone()
    rows, won, lost, passed = row or (0, 0, 0, 0)
    if not rows or won:
        return None
    column = _column(rule, mapping)
    values = _values(connection, staged, column, file)
    ends = [
        value for value, _ in values if WON.fullmatch(value.casefold()) or LOST.fullmatch(value.casefold())
    ]
    if not (lost or passed or ends):
        return None
    told = ", ".join(f"{shown(value)!r} ({count:,})" for value, count in values[:_SHOWN])
    more = f" and {counted(len(values) - _SHOWN, 'more', 'more')}" if len(values) > _SHOWN else ""
    what = f"None of {counted(rows, 'deal', 'deals')} is won. The values of {column} are {told}{more}."
    meant = next((value for value in ends if WON.fullmatch(value.casefold())), "…")
    return what, (
        f"Say under [opportunities.status] of the mapping which of them mean won, such as won = [{quoted(meant)}],"
        " or won = [] where nothing is."
    )


def _column(rule: StatusRule, mapping: TableMapping) -> str:
    stage = mapping.rule("stage")
    return rule.won[0][0] or (stage.column if stage else "")


def _values(
    connection: "DuckDBPyConnection", staged: Staged, column: str, file: str
) -> list[tuple[str, int]]:
    """Count the values of a source column, the most frequent first; nothing where it is not there."""
    try:
        cell = staged.column(column, where="[opportunities.status] in the mapping", file=file)
    except BadInput:
        return []
    found = connection.execute(
        f"SELECT coalesce(trim({cell}), ''), count(*) FROM {q(staged.relation)} WHERE {staged.keep_sql}"
        " GROUP BY 1 ORDER BY 2 DESC, 1"
    ).fetchall()
    return [(str(value), int(count)) for value, count in found]
