"""The open pipeline by stage."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Unpack

from salesnb.charts.chart import FORMS, Chart, Figures, Form, Look
from salesnb.charts.layout import empty, finish, heading
from salesnb.charts.scale import Number, Scale, plottable
from salesnb.charts.sheet import Drawing, Sheet
from salesnb.charts.text import clean, text_width

__all__ = ["Stage", "stages"]


class Stage(NamedTuple):
    """Open opportunities in one stage: how many, what amount, how much of it weighted, how old in days."""

    name: str
    deals: Number | None
    amount: Number | None
    weighted: Number | None = None
    age: Number | None = None


class _Column(NamedTuple):
    heading: str
    texts: tuple[str, ...]
    swatch: str = ""


def stages(finding: str, rows: Sequence[Stage | tuple[Any, ...]], **look: Unpack[Look]) -> Chart:
    """Draw bars of the open amount by stage in pipeline order, with count, weighted amount and median age.

    Parameters
    ----------
    finding
        The headline, a sentence.
    rows
        ``(name, count, amount, weighted amount, median age in days)`` each, from the first stage to the last;
        the last two may be left out. Where weighted amounts are known they are drawn within the bars.
    **look
        ``fmt``, ``unit`` (of the amounts), ``subtitle``, ``note``, ``nothing`` as in `Chart`.

    Examples
    --------
    >>> print(stages("Half is still early", [("Prospecting", 4, 500_00), ("Engaging", 2, 490_00)]).text())
    Half is still early
    <BLANKLINE>
                 Deals  Amount
    Prospecting      4    $500
    Engaging         2    $490
    """
    return Chart(form="stages", finding=finding, data=tuple(Stage(*row) for row in rows), **look)


def _draw(chart: Chart, sheet: Sheet) -> Drawing:
    if not any(row.deals or row.amount for row in chart.data):
        return empty(chart, sheet)
    y = heading(chart, sheet) + 4
    y = (_narrow if sheet.narrow else _wide)(chart, sheet, y)
    return finish(chart, sheet, y + 6)


def _columns(chart: Chart) -> tuple[_Column, ...]:
    """Give the columns of text that have anything in them."""
    rows: tuple[Stage, ...] = chart.data
    fmt = chart.fmt
    weighted = any(row.weighted is not None for row in rows)
    columns = (
        _Column("Deals", tuple(fmt.count(plottable(row.deals)) for row in rows)),
        _Column(
            "Amount",
            tuple(fmt.short(plottable(row.amount), chart.unit) for row in rows),
            "accent-soft" if weighted else "",
        ),
        _Column("Weighted", tuple(fmt.short(plottable(row.weighted), chart.unit) for row in rows), "accent"),
        _Column("Median age", tuple(_age(chart, row) for row in rows)),
    )
    known = (True, True, weighted, any(row.age is not None for row in rows))
    return tuple(column for column, shown in zip(columns, known, strict=True) if shown)


def _age(chart: Chart, row: Stage) -> str:
    age = plottable(row.age)
    if age is None:
        return chart.fmt.days(None)
    shown = chart.fmt.number(age, 0)
    return f"{shown} {'day' if shown == '1' else 'days'}"


def _wide(chart: Chart, sheet: Sheet, y: float) -> float:
    rows: tuple[Stage, ...] = chart.data
    names = min(max(text_width(clean(row.name), 12) for row in rows), sheet.width * 0.28) + 12
    right = float(sheet.width)
    y += 10
    for column in reversed(_columns(chart)):
        room = max(text_width(text, 12) for text in (*column.texts, column.heading)) + (
            12 if column.swatch else 0
        )
        sheet.text(right, y, column.heading, size=11, anchor="end", fill="muted")
        if column.swatch:
            sheet.rect(right - text_width(column.heading, 11) - 13, y - 8, 8, 8, column.swatch)
        for place, text in enumerate(column.texts):
            sheet.text(right, y + 24 + 28 * place, text, anchor="end")
        right -= room + 18
    scale = Scale.over([plottable(row.amount) for row in rows], start=names, end=max(right, names + 20))
    for place, row in enumerate(rows):
        middle = y + 20 + 28 * place
        sheet.text(0, middle + 4, row.name, room=names - 12)
        _bar(sheet, scale, row, middle, 18)
    return y + 28 * len(rows) + 6


def _narrow(chart: Chart, sheet: Sheet, y: float) -> float:
    rows: tuple[Stage, ...] = chart.data
    scale = Scale.over([plottable(row.amount) for row in rows], start=0, end=sheet.width)
    for row in rows:
        amount = chart.fmt.short(plottable(row.amount), chart.unit)
        y += 14
        sheet.text(sheet.width, y, amount, anchor="end", bold=True)
        sheet.text(0, y, row.name, bold=True, room=sheet.width - text_width(amount, 12, bold=True) - 12)
        _bar(sheet, scale, row, y + 12, 11)
        y += 30
        left = 0.0
        if row.weighted is not None:
            weighted = f"{chart.fmt.short(plottable(row.weighted), chart.unit)} weighted"
            left = sheet.text(0, y, weighted, size=11, fill="accent", bold=True).right + 10
        sheet.text(left, y, _details(chart, row), size=11, fill="muted", room=sheet.width - left)
        y += 8
    return y - 4


def _details(chart: Chart, row: Stage) -> str:
    deals = f"{chart.fmt.count(plottable(row.deals))} {'deal' if row.deals == 1 else 'deals'}"
    return deals if row.age is None else f"{deals} · median age {_age(chart, row)}"


def _bar(sheet: Sheet, scale: Scale, row: Stage, middle: float, thick: float) -> None:
    amount, weighted = plottable(row.amount), plottable(row.weighted)
    if amount:
        fill = "accent" if row.weighted is None else "accent-soft"
        sheet.rect(scale(0), middle - thick / 2, scale(amount) - scale(0), thick, fill)
    if weighted:
        sheet.rect(scale(0), middle - thick / 2, scale(weighted) - scale(0), thick, "accent")


def _figures(chart: Chart) -> Figures:
    rows: tuple[Stage, ...] = chart.data
    if not any(row.deals or row.amount for row in rows):
        return ()
    columns = _columns(chart)
    cells = zip(*(column.texts for column in columns), strict=True)
    return (
        ("", *(column.heading for column in columns)),
        *((row.name, *texts) for row, texts in zip(rows, cells, strict=True)),
    )


FORMS.add("stages", Form(make=stages, draw=_draw, figures=_figures), origin=__name__)
