"""An explanation as a table for people: a row a line with their total, or a row a node of a tree."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from salesnb.charts import table
from salesnb.charts.table import Indented

if TYPE_CHECKING:
    from salesnb.actions.explaining import Explanation
    from salesnb.charts import Chart
    from salesnb.money import Formatter

__all__ = ["explained_table", "node_cells"]


def explained_table(found: "Explanation") -> "Chart":
    """Show the lines, or the nodes of a tree, with method and grain below."""
    return _nodes(found) if found.found.tree else _lines(found)


def node_cells(row: dict[str, Any], found: "Explanation") -> tuple[str, str, str]:
    """Write what a node was, is, and did to the root."""
    fmt, digits = found.settings.formatter, found.settings.digits
    before, after = (_written(row[end], row["unit"], fmt, digits) for end in ("before", "after"))
    if found.found.unit == "ratio":
        return before, after, f"{fmt.number(row['effect'] * 100, 2)} points"
    return before, after, _written(row["effect"], found.found.unit, fmt, digits)


def _written(value: Any, unit: str, fmt: "Formatter", digits: int) -> str:
    if isinstance(value, Decimal):
        return fmt.money(int(value.scaleb(digits)), cents=True)
    return fmt.value(value, unit) if unit else fmt.number(value, 4)


def _nodes(found: "Explanation") -> "Chart":
    rows = [
        (Indented(row["node"], row["depth"]), row["is"], *node_cells(row, found)) for row in found.nodes()
    ]
    columns = [
        ("Node",),
        ("Is",),
        (found.found.before, "figure"),
        (found.found.after, "figure"),
        ("Effect", "figure"),
    ]
    return table(
        f"{found.found.label}, node by node", columns, rows, fmt=found.settings.formatter, note=found.note
    )


def _lines(found: "Explanation") -> "Chart":
    result, by, unit = found.result(), found.found.by, found.found.unit
    places = [
        place
        for place, column in enumerate(result.columns)
        if column.role == "dimension"
        or column.name in {"before", "after"}
        or any(row[place] for row in result)
    ]
    rows: list[tuple[Any, ...]] = [
        tuple(row[place] if place >= len(by) else row[place] or "(none)" for place in places)
        for row in result
    ]
    if by and len(rows) > 1:
        sums = zip(*(row[len(by) :] for row in rows), strict=True)
        rows.append(("Total", *[""] * (len(by) - 1), *(sum(column) for column in sums)))
    heads = [found.heading(result.columns[place].name) for place in places]
    columns = [
        (head,) if place < len(by) else (head, unit) for place, head in zip(places, heads, strict=True)
    ]
    if not by:
        columns, rows = [("",), *columns], [(found.found.label, *row) for row in rows]
    return table(
        f"{found.found.label} by {' and '.join(by)}" if by else found.found.label,
        columns,
        rows,
        total=bool(by) and len(rows) > 1,
        fmt=found.settings.formatter,
        note=found.note,
    )
