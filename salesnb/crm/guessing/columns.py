"""Which column of a table is which of ours, by its name and by what its values look like."""

import re
from collections.abc import Iterable, Mapping, Sequence

from salesnb.crm.convert import EXCEL, EXCEL_DAY
from salesnb.crm.guessing.names import LEVELS, NAMES, folded
from salesnb.crm.guessing.survey import ColumnFacts, TableFacts
from salesnb.crm.mapping import ColumnRule
from salesnb.crm.tables import table_named

__all__ = ["candidates", "column_rule", "level_columns", "match_columns", "near_misses"]

_MOSTLY = 0.8
_NEARLY_ALL = 0.9
_MOST_STAGES = 60
# Shorter words stand in too many names to be found inside one.
_LONG_ENOUGH = 6
_CURRENCY = re.compile(r"[A-Za-z]{3}")
_EXPECTED = {
    "amount": ("amounts", "numbers"),
    "created_on": ("dates", "dates"),
    "closed_on": ("dates", "dates"),
}
_WEIGHTED = ("expectedrevenue", "expectedvalue")


def match_columns(
    table: str, facts: TableFacts, given: Mapping[str, ColumnFacts] | None = None
) -> dict[str, ColumnFacts]:
    """Find a column for each field of a canonical table besides those `given`; each column serves one field."""
    found = dict(given or {})
    used = {column.name for column in found.values()}
    for field in (name for name in NAMES[table] if name not in found):
        best = next((column for column in candidates(table, field, facts) if column.name not in used), None)
        if best is not None:
            found[field] = best
            used.add(best.name)
    for field, column in _inside(table, facts):
        if field not in found and column.name not in used:
            found[field] = column
            used.add(column.name)
    return _without_weighted(found)


def _inside(table: str, facts: TableFacts) -> list[tuple[str, ColumnFacts]]:
    """Fields whose name has more before or after it in a column, the longest first.

    ``Deal - Expected close date`` holds the name of a day of closing too.
    """
    found = [
        (len(word), field, column)
        for field, words in NAMES[table].items()
        for word in words
        if len(word) >= _LONG_ENOUGH
        for column in facts.columns
        if folded(column.name).startswith(word) or folded(column.name).endswith(word)
    ]
    found.sort(key=lambda item: -item[0])
    return [(field, column) for _, field, column in found if _looks_like(table, field, column, facts)]


def _without_weighted(found: dict[str, ColumnFacts]) -> dict[str, ColumnFacts]:
    """An expected revenue beside amount and probability is their product, not what a deal would bring."""
    expected = found.get("expected_amount")
    if expected and {"amount", "probability"} <= found.keys() and folded(expected.name) in _WEIGHTED:
        return {field: column for field, column in found.items() if field != "expected_amount"}
    return found


def candidates(table: str, field: str, facts: TableFacts) -> Sequence[ColumnFacts]:
    """List the columns that could be a field, the most telling name first."""
    return [
        column
        for word in NAMES[table][field]
        for column in facts.columns
        if folded(column.name) == word and _looks_like(table, field, column, facts)
    ]


def near_misses(facts: TableFacts, found: Mapping[str, ColumnFacts]) -> list[str]:
    """Say which columns are named like an amount or a day that nothing was found for, and hold too much else."""
    used = {column.name for column in found.values()}
    said = []
    for field, (kind, share) in _EXPECTED.items():
        named = (
            column
            for word in NAMES["opportunities"][field]
            for column in facts.columns
            if folded(column.name) == word and column.samples and column.name not in used
        )
        column = next(named, None)
        if field not in found and column is not None:
            if kind == "dates" and all(re.fullmatch(EXCEL_DAY, text) for text in column.samples):
                said.append(
                    f"{column.name} could be {field}, counted in days as Excel does; then write"
                    f' {field} = {{ column = "{column.name}", format = "{EXCEL}" }}.'
                )
                continue
            other = 1 - getattr(column, share)
            said.append(
                f"{column.name} could be {field}, but {other:.0%} of its values are no {kind}: {field}."
            )
    return said


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
    coded = field != "currency" or all(_CURRENCY.fullmatch(text) for text in column.samples)
    return coded and column.dates < _MOSTLY


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
