"""Results of KPIs and the like on standard output."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from salesnb.cli import say
from salesnb.cli.table import print_json, print_text
from salesnb.counting import counted
from salesnb.kpis.result import TOTAL
from salesnb.workspace import Workspace

if TYPE_CHECKING:
    from salesnb.kpis import Column, Kpi, Result
    from salesnb.money import Formatter
    from salesnb.registry import Registry

__all__ = ["as_read", "print_result", "total_row", "written"]


def print_result(
    result: "Result", workspace: Workspace, form: str, totals: "tuple[Any, ...] | None" = None
) -> None:
    """Print a result as text for people, or as CSV or JSON for programs; what the reader should know is said first.

    ``totals`` is a last row for people.
    """
    for notice in result.notices:
        say(notice)
    digits = workspace.settings.digits
    if form == "csv":
        print(result.to_csv(digits), end="")
        return
    names = [column.name for column in result.columns]
    if form == "json":
        print_json(names, result.to_records(digits))
        return
    fmt = workspace.settings.formatter
    records = [_with_blanks(record, result) for record in as_read(result, result, fmt)]
    records += as_read(result, [totals] if totals else [], fmt)
    if TOTAL in names:
        names.remove(TOTAL)
        records = [_with_total(record) for record in records]
    print_text(names, records, right=[column.name for column in result.columns if column.unit])


def _with_blanks(record: dict[str, object], result: "Result") -> dict[str, object]:
    """Say in words what nothing means, but not in the columns that a row adds up over."""
    over = str(record.get(TOTAL) or "").split(",")
    named = {column.name: column.blank for column in result.columns if column.blank}
    return record | {name: word for name, word in named.items() if record[name] is None and name not in over}


def _with_total(record: dict[str, object]) -> dict[str, object]:
    """Write "Total" where the first column that a row adds up over would stand."""
    over = record.get(TOTAL)
    return record | {str(over).split(",", maxsplit=1)[0]: "Total"} if over else record


def total_row(result: "Result", known: "Registry[Kpi]") -> tuple[Any, ...] | None:
    """Give the sums of the columns that add up to a figure, to stand under the rows; None where none does."""
    sums = [_total(result, place, known) for place in range(len(result.columns))]
    # What is open at several days does not add up over them.
    over_days = any(column.role == "bucket" for column in result.columns) and any(
        column.role == "kpi" and not known.get(column.name).additive_over_time for column in result.columns
    )
    if over_days or all(value is None for value in sums):
        return None
    rows = counted(len(result.rows), "row", "rows")
    return (f"Total of {rows}", *sums[1:])


def _total(result: "Result", place: int, known: "Registry[Kpi]") -> int | None:
    column = result.columns[place]
    adds_up = column.role == "kpi" and known.get(column.name).additive
    return sum(int(row[place]) for row in result) if adds_up else None


def as_read(result: "Result", rows: Iterable[tuple[Any, ...]], fmt: "Formatter") -> list[dict[str, object]]:
    """Write rows as their reader writes such things; cents stay, because people add them up."""
    return [
        {column.name: written(value, column, fmt) for column, value in zip(result.columns, row, strict=True)}
        for row in rows
    ]


def written(value: Any, column: "Column", fmt: "Formatter") -> str | None:
    """Write a cell as its reader writes such things."""
    if value is None:
        return None
    if isinstance(value, str):
        return value
    if column.unit.startswith("money"):
        return fmt.money(value, cents=True)
    if column.unit:
        return fmt.value(value, column.unit)
    return fmt.date(value) if isinstance(value, date) else str(value)
