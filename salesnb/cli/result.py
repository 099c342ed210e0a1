"""Results of KPIs and the like on standard output."""

from datetime import date
from typing import TYPE_CHECKING, Any

from salesnb.cli import say
from salesnb.cli.table import print_json, print_text
from salesnb.workspace import Workspace

if TYPE_CHECKING:
    from salesnb.kpis import Column, Result
    from salesnb.money import Formatter

__all__ = ["print_result"]


def print_result(result: "Result", workspace: Workspace, form: str) -> None:
    """Print a result as text for people, or as CSV or JSON for programs; what the reader should know is said first."""
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
    records: list[dict[str, object]] = [
        {column.name: _written(value, column, fmt) for column, value in zip(result.columns, row, strict=True)}
        for row in result
    ]
    print_text(names, records, right=[column.name for column in result.columns if column.unit])


def _written(value: Any, column: "Column", fmt: "Formatter") -> str | None:
    """Write a cell as its reader writes such things; cents stay, because people add them up."""
    if value is None:
        return None
    if column.unit.startswith("money"):
        return fmt.money(value, cents=True)
    if column.unit:
        return fmt.value(value, column.unit)
    return fmt.date(value) if isinstance(value, date) else str(value)
