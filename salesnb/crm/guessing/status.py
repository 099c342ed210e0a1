"""What means won and lost, told by the values."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from salesnb.crm.guessing.names import LOST, WON, folded
from salesnb.crm.guessing.survey import ColumnFacts, TableFacts
from salesnb.crm.mapping import StatusRule
from salesnb.crm.sql import quote_identifier as q

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["guess_status"]

_YES, _NO = ("true", "1", "yes"), ("false", "0", "no")
_MOST_VALUES = 60
_WON_NAMES = ("iswon", "won", "isclosedwon", "hsisclosedwon", "closedwon")
_CLOSED_NAMES = ("isclosed", "closed", "isdealclosed", "hsisclosed")
# Where the outcome of a deal stands, after its stage.
_OUTCOMES = ("status", "dealstatus", "opportunitystatus", "outcome", "result", "dealoutcome", "state")


@dataclass(frozen=True, kw_only=True)
class _Found:
    column: str
    won: tuple[str, ...]
    lost: tuple[str, ...]


def guess_status(
    connection: "DuckDBPyConnection", facts: TableFacts, stage: ColumnFacts | None
) -> StatusRule | None:
    """Find the rule: two columns that say won and closed, else the one whose values read so; None when none does."""
    pair = _yes_and_no(facts)
    if pair:
        return pair
    named = [column for column in facts.columns if folded(column.name) in _OUTCOMES]
    few = [column for column in facts.columns if 1 < column.distinct <= _MOST_VALUES]
    order = list(dict.fromkeys(column.name for column in (*((stage,) if stage else ()), *named, *few)))
    found = [_by_values(connection, facts, facts.column(name)) for name in order]
    whole = [item for item in found if item.won and item.lost]
    partly = [item for item in found if item.won]
    for item in (*whole, *partly):
        return StatusRule(
            won=((item.column, item.won),), lost=((item.column, item.lost),) if item.lost else ()
        )
    return None


def _yes_and_no(facts: TableFacts) -> StatusRule | None:
    won, closed = (_switch(facts, names) for names in (_WON_NAMES, _CLOSED_NAMES))
    if not won or not closed:
        return None
    return StatusRule(won=((won, _YES),), lost=((closed, _YES), (won, _NO)))


def _switch(facts: TableFacts, names: tuple[str, ...]) -> str:
    words = {*_YES, *_NO}
    fits = (
        column.name
        for name in names
        for column in facts.columns
        if folded(column.name) == name
        and column.samples
        and all(text.casefold() in words for text in column.samples)
    )
    return next(fits, "")


def _by_values(connection: "DuckDBPyConnection", facts: TableFacts, column: ColumnFacts) -> _Found:
    rows = connection.execute(
        f"SELECT DISTINCT trim({column.sql}) FROM {q(facts.staged.relation)} WHERE trim({column.sql}) <> ''"
        f" ORDER BY 1 LIMIT {_MOST_VALUES}"
    ).fetchall()
    values = [str(row[0]) for row in rows]
    return _Found(
        column=column.name,
        won=tuple(value for value in values if WON.fullmatch(value.casefold())),
        lost=tuple(value for value in values if LOST.fullmatch(value.casefold())),
    )
