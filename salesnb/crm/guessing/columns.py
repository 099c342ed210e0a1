"""Which column of a table is which of ours, by its name and by what its values look like."""

from collections.abc import Iterable, Sequence

from salesnb.crm.guessing.names import LEVELS, NAMES, folded
from salesnb.crm.guessing.survey import ColumnFacts, TableFacts
from salesnb.crm.mapping import ColumnRule
from salesnb.crm.tables import table_named

__all__ = ["candidates", "column_rule", "level_columns", "match_columns"]

_MOSTLY = 0.8
_NEARLY_ALL = 0.9
_MOST_STAGES = 60
# Shorter words stand in too many names to be found inside one.
_LONG_ENOUGH = 6


def match_columns(table: str, facts: TableFacts, taken: Iterable[str] = ()) -> dict[str, ColumnFacts]:
    """Find a column for each field of a canonical table; each column serves one field."""
    used = set(taken)
    found: dict[str, ColumnFacts] = {}
    for inside in (False, True):
        for field in NAMES[table]:
            if field in found:
                continue
            choices = candidates(table, field, facts, inside=inside)
            best = next((column for column in choices if column.name not in used), None)
            if best is not None:
                found[field] = best
                used.add(best.name)
    return found


def candidates(table: str, field: str, facts: TableFacts, *, inside: bool = False) -> Sequence[ColumnFacts]:
    """List the columns that could be a field, the most telling name first.

    Parameters
    ----------
    inside
        Whether a name may have more before or after: ``Deal Amount (USD)``.
    """
    found = []
    for word in NAMES[table][field]:
        for column in facts.columns:
            name = folded(column.name)
            fits = (
                len(word) >= _LONG_ENOUGH and (name.startswith(word) or name.endswith(word))
                if inside
                else name == word
            )
            if fits and _looks_like(table, field, column, facts):
                found.append(column)
    return found


def _looks_like(table: str, field: str, column: ColumnFacts, facts: TableFacts) -> bool:
    """Check values against the kind of the field; a column without values could be anything."""
    if not column.filled:
        return field not in _REQUIRED
    canonical = table_named(table)
    kind = (
        next((item.kind for item in canonical.fields if item.name == field), "text") if canonical else "text"
    )
    if kind == "date":
        return column.dates >= _MOSTLY
    if kind != "text":
        return column.numbers >= _MOSTLY and column.dates < _MOSTLY
    if field == "opportunity_id":
        return column.filled >= _NEARLY_ALL * facts.rows and column.distinct >= _NEARLY_ALL * column.filled
    if field == "stage":
        return column.distinct <= _MOST_STAGES and column.dates < _MOSTLY and column.numbers < _MOSTLY
    return column.dates < _MOSTLY


_REQUIRED = frozenset({"opportunity_id", "stage", "amount"})


def column_rule(field: str, column: ColumnFacts) -> ColumnRule:
    """Give the rule of a column; a probability above 1 is a per cent."""
    percent = field in ("probability", "share") and column.most > 1 and "%" not in "".join(column.samples)
    return ColumnRule(column=column.name, scale="0.01" if percent else "")


def level_columns(facts: TableFacts, levels: Sequence[str], taken: Iterable[str]) -> dict[str, ColumnFacts]:
    """Find the columns that say where a rep belongs: a level's own name, or what it is often called."""
    used = set(taken)
    found: dict[str, ColumnFacts] = {}
    for level in levels:
        words = (folded(level), *LEVELS.get(level.casefold(), ()))
        for word in words:
            fits = (column for column in facts.columns if folded(column.name) == word)
            best = next((column for column in fits if column.name not in used and column.filled), None)
            if best is not None and best.dates < _MOSTLY:
                found[level] = best
                used.add(best.name)
                break
    return found
