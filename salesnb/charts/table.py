"""A table of figures, as HTML and as text."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from html import escape
from typing import Any, NamedTuple, Unpack

from salesnb.charts.chart import FORMS, Chart, Figures, Form, Look, picture
from salesnb.charts.scale import plottable
from salesnb.charts.sheet import Drawing, Sheet
from salesnb.charts.sparkline import draw_line
from salesnb.charts.text import clean
from salesnb.charts.theme import BOTH, fixed
from salesnb.counting import counted
from salesnb.errors import BadUsage

__all__ = ["Column", "Indented", "Link", "table"]

_BAR = 64
_INDENT, _DEEPEST = 18, 8
_WRITTEN = ("text", "figure")


class Link(NamedTuple):
    """A cell that leads somewhere: what it says, and a web address; with another address it is only text."""

    text: str
    url: str


class Indented(NamedTuple):
    """A cell of a tree: what it says, and how deep below the top it stands."""

    text: str
    depth: int


class Column(NamedTuple):
    """One column: its heading, the unit of its cells, ``bar`` or ``spark`` to draw them.

    The unit is ``text`` for words, and ``figure`` for numbers that are written already, as where each row has a unit
    of its own; a series of those is only drawn. With ``bar`` each number has a small bar before it, all on one scale; with ``spark`` a cell is a series of
    numbers, drawn as a line with the last of them.
    """

    label: str
    unit: str = "text"
    drawn: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """What `table` shows."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    total: bool


def table(
    finding: str,
    columns: Sequence[Column | tuple[Any, ...]],
    rows: Sequence[Sequence[Any]],
    *,
    total: bool = False,
    **look: Unpack[Look],
) -> Chart:
    """Show a table whose first column names its rows, its numbers written by their column's unit.

    Parameters
    ----------
    finding
        The caption, a sentence.
    columns
        ``(label, unit, "bar" or "spark")`` each; the last two may be left out.
    rows
        As many cells as columns each; None becomes a dash.
    total
        The last row is a total and set apart.
    **look
        ``fmt``, ``subtitle``, ``note``, ``nothing`` as in `Chart`.

    Raises
    ------
    BadUsage
        When a row has not as many cells as there are columns.

    Examples
    --------
    >>> chart = table("Two regions", [("Region",), ("Won", "money"), ("Win rate", "ratio")],
    ...               [("West", 1_200_00, 0.632), ("East", None, None)])
    >>> print(chart.text())
    Two regions
    <BLANKLINE>
    Region     Won  Win rate
    West    $1,200     63.2%
    East         –         –
    """
    heads = tuple(Column(*column) for column in columns)
    body = tuple(tuple(row) for row in rows)
    if any(len(row) != len(heads) for row in body):
        raise BadUsage(
            f"A row of the table {finding!r} has not {counted(len(heads), 'cell', 'cells')}.",
            hint="Give every column a cell.",
        )
    return Chart(form="table", finding=finding, data=Table(columns=heads, rows=body, total=total), **look)


def _cell(chart: Chart, column: Column, cell: object) -> str:
    """Write one cell as text."""
    if column.drawn == "spark" and column.unit in _WRITTEN:
        return ""
    if column.drawn == "spark":
        known = [value for value in _series(cell) if plottable(value) is not None]
        return chart.fmt.short(known[-1] if known else None, column.unit)
    if cell is None:
        return chart.fmt.count(None)
    if isinstance(cell, Link | Indented):
        return clean(cell.text)
    return clean(cell) if column.unit in _WRITTEN else chart.fmt.value(plottable(cell), column.unit)  # type: ignore[arg-type]


def _series(cell: object) -> tuple[Any, ...]:
    return tuple(cell) if isinstance(cell, Sequence) and not isinstance(cell, str) else ()


def _figures(chart: Chart) -> Figures:
    data: Table = chart.data
    if not data.rows:
        return ()
    return (
        tuple(column.label for column in data.columns),
        *(
            tuple(_cell(chart, column, cell) for column, cell in zip(data.columns, row, strict=True))
            for row in data.rows
        ),
    )


def _html(chart: Chart) -> str:
    data: Table = chart.data
    caption = (
        f'<caption style="text-align:left">{escape(clean(chart.finding))}{_small(chart.subtitle)}</caption>'
    )
    if not data.rows:
        body = f"<tr><td>{escape(clean(chart.nothing))}</td></tr>"
        return f'<table class="snb-table">{caption}<tbody>{body}</tbody></table>'
    heads = "".join(
        f'<th scope="col"{_span(column)}{_align(column)}>{escape(clean(column.label))}</th>'
        for column in data.columns
    )
    plain = data.rows[:-1] if data.total else data.rows
    largest = [_largest(plain, place) for place in range(len(data.columns))]
    body = "".join(f"<tr>{_row(chart, row, largest)}</tr>" for row in plain)
    if data.total:
        last = _row(chart, data.rows[-1], [0.0] * len(largest))
        body += f'<tr class="snb-total" style="font-weight:bold">{last}</tr>'
    head = f"{caption}<thead><tr>{heads}</tr></thead>"
    return f'<table class="snb-table">{head}<tbody>{body}</tbody>{_foot(chart)}</table>'


def _foot(chart: Chart) -> str:
    if not chart.note:
        return ""
    columns: tuple[Column, ...] = chart.data.columns
    across = len(columns) + sum(bool(column.drawn) for column in columns)
    return f'<tfoot><tr><td colspan="{across}"><small>{escape(clean(chart.note))}</small></td></tr></tfoot>'


def _small(text: str) -> str:
    return f"<br><small>{escape(clean(text))}</small>" if text else ""


def _align(column: Column, cell: object = None) -> str:
    if column.unit == "text" and not column.drawn:
        depth = min(cell.depth, _DEEPEST) if isinstance(cell, Indented) else 0
        inner = f";padding-left:{depth * _INDENT}px" if depth else ""
        return f' style="text-align:left{inner}"'
    return ' class="snb-num" style="text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums"'


def _span(column: Column) -> str:
    return ' colspan="2"' if column.drawn else ""


def _largest(rows: Sequence[Sequence[Any]], place: int) -> float:
    numbers = [row[place] for row in rows if isinstance(row[place], int | float | Decimal | Fraction)]
    return max((abs(plottable(number) or 0.0) for number in numbers), default=0.0)


def _row(chart: Chart, row: Sequence[Any], largest: Sequence[float]) -> str:
    cells = []
    for place, (column, cell) in enumerate(zip(chart.data.columns, row, strict=True)):
        drawn = f'<td class="snb-drawn">{_drawn(column, cell, largest[place])}</td>' if column.drawn else ""
        tag, scope = ("th", ' scope="row"') if place == 0 else ("td", "")
        cells.append(f"{drawn}<{tag}{scope}{_align(column, cell)}>{_shown(chart, column, cell)}</{tag}>")
    return "".join(cells)


def _shown(chart: Chart, column: Column, cell: object) -> str:
    """Give a cell's content: its text, within a link where it leads to a web page."""
    text = escape(_cell(chart, column, cell))
    if isinstance(cell, Link) and cell.url.startswith(("https://", "http://")):
        return f'<a href="{escape(clean(cell.url))}">{text}</a>'
    return text


def _drawn(column: Column, cell: object, largest: float) -> str:
    """Draw a bar or a line for a cell, whose text stands beside it."""
    if column.drawn == "spark":
        small = Sheet(_BAR)
        draw_line(small, _series(cell), width=_BAR, height=18)
        return _picture(small.finish(18))
    value = plottable(cell) if column.drawn == "bar" else None  # type: ignore[arg-type]
    if value is None or not largest:
        return ""
    small = Sheet(_BAR)
    small.rect(0, 5, min(abs(value) / largest, 1) * _BAR, 10, "accent" if value >= 0 else "bad")
    return _picture(small.finish(18))


def _picture(drawing: Drawing) -> str:
    """Give a drawing as an image, which untrusted notebooks show too; the text beside it says the same."""
    return picture(fixed(drawing.svg(title="", description=""), BOTH), alt="", style="vertical-align:middle")


def _draw(chart: Chart, _: Sheet) -> Drawing:
    raise BadUsage("A table is not drawn as an image.", where=chart.finding, hint="Use html() or text().")


FORMS.add("table", Form(make=table, draw=_draw, figures=_figures, html=_html), origin=__name__)
