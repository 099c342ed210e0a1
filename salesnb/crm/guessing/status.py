"""What means won and lost, told by the values."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from salesnb.crm.guessing.names import LOST, WON, folded
from salesnb.crm.guessing.survey import ColumnFacts, TableFacts
from salesnb.crm.mapping import StatusRule
from salesnb.crm.sql import quote_identifier as q
from salesnb.crm.toml_values import regular

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["guess_status", "sure_stages", "told_by_switches", "with_sure_stages"]

_YES, _NO = ("true", "1", "t", "yes"), ("false", "0", "f", "no")
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


def told_by_switches(rule: StatusRule | None) -> bool:
    """Tell whether a rule looks at columns that say yes or no, which mean the same in every company."""
    return rule is not None and bool(rule.won) and all(set(values) <= {*_YES, *_NO} for _, values in rule.won)


def sure_stages(
    connection: "DuckDBPyConnection", relation: str, stage: str, probability: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """List the stages whose deals are all certain to be won, and those certain to be lost.

    Parameters
    ----------
    relation, stage, probability
        As SQL. Probabilities are per cents where one of them is above 1.
    """
    number = f"TRY_CAST(rtrim(trim({probability}), '% ') AS DOUBLE)"
    rows = connection.execute(
        f"WITH d AS (SELECT trim({stage}) AS stage, {number} AS p FROM {relation} WHERE trim({stage}) <> ''),"
        " top AS (SELECT CASE WHEN max(p) > 1 THEN 100 ELSE 1 END AS whole FROM d)"
        " SELECT stage, min(p) / any_value(whole), max(p) / any_value(whole) FROM d, top GROUP BY stage"
        " HAVING count(p) = count(*) ORDER BY stage"
    ).fetchall()
    won = tuple(str(stage) for stage, least, _ in rows if least == 1)
    lost = tuple(str(stage) for stage, _, most in rows if most == 0)
    return won, lost


def with_sure_stages(
    rule: StatusRule, stage: str, sure: tuple[tuple[str, ...], tuple[str, ...]]
) -> StatusRule:
    """Add stages that are certain to a rule on the stage that does not speak of them; other rules stay."""
    if any(
        column not in ("", stage) or len(side) > 1 for side in (rule.won, rule.lost) for column, _ in side
    ):
        return rule
    old = [side[0][1] if side else () for side in (rule.won, rule.lost)]
    spoken = [pattern for side in old for pattern in side]
    new = [tuple(text for text in side if not _speaks(spoken, text)) for side in sure]
    won, lost = ((*given, *further) for given, further in zip(old, new, strict=True))
    return StatusRule(won=((stage, won),) if won else (), lost=((stage, lost),) if lost else ())


def _speaks(patterns: list[str], text: str) -> bool:
    return any(
        re.search(regular(pattern).casefold(), text.casefold())
        if regular(pattern)
        else pattern.strip().casefold() == text.casefold()
        for pattern in patterns
    )


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
