"""Actual against goal, with where the pace should be today and where last year stood."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Unpack

from salesnb.charts.chart import FORMS, Chart, Figures, Form, Look
from salesnb.charts.layout import empty, finish, heading, spread
from salesnb.charts.scale import Number, Scale, plottable, share
from salesnb.charts.sheet import Drawing, Sheet
from salesnb.charts.text import clean, text_width

__all__ = ["Measure", "bullet"]


class Measure(NamedTuple):
    """One bar: its name, actual value, goal, what is due by today, last year's value, its unit if another."""

    label: str
    actual: Number | None
    goal: Number | None = None
    pace: Number | None = None
    last_year: Number | None = None
    unit: str = ""


class _Mark(NamedTuple):
    value: float
    text: str
    fill: str


def bullet(finding: str, measures: Sequence[Measure | tuple[Any, ...]], **look: Unpack[Look]) -> Chart:
    """Draw a bar of the actual value against its goal, with marks for the pace by today and for last year.

    Parameters
    ----------
    finding
        The headline, a sentence.
    measures
        ``(label, actual, goal, pace by today, last year, unit)`` each; all after the actual may be left out.
        One is drawn large with every mark named; of several, those of the same unit share their scale.
    **look
        ``fmt``, ``unit``, ``subtitle``, ``note``, ``nothing`` as in `Chart`.

    Examples
    --------
    >>> print(bullet("Six points behind pace", [("Won", 63_00, 100_00, 69_00, 58_00)]).text())
    Six points behind pace
    <BLANKLINE>
         Actual  Goal  Attainment  Due by today  Last year
    Won     $63  $100       63.0%           $69        $58
    """
    return Chart(form="bullet", finding=finding, data=tuple(Measure(*row) for row in measures), **look)


def _draw(chart: Chart, sheet: Sheet) -> Drawing:
    if not any(_numbers(row) for row in chart.data):
        return empty(chart, sheet)
    y = heading(chart, sheet) + 4
    y = _one(chart, sheet, y) if len(chart.data) == 1 else _several(chart, sheet, y)
    return finish(chart, sheet, y)


def _numbers(row: Measure) -> list[float]:
    return [number for value in row[1:5] if (number := plottable(value)) is not None]


def _unit(chart: Chart, row: Measure) -> str:
    return row.unit or chart.unit


def _short(chart: Chart, row: Measure, value: Number | None) -> str:
    return chart.fmt.short(plottable(value), _unit(chart, row))


def _share(chart: Chart, row: Measure, digits: int = 0) -> str:
    return chart.fmt.ratio(share(row.actual, row.goal), digits)


def _one(chart: Chart, sheet: Sheet, y: float) -> float:
    """Draw one measure large: figures above, marks named above and below the bar."""
    row: Measure = chart.data[0]
    big = 24 if sheet.narrow else 28
    figure = sheet.text(0, y + big, _short(chart, row, row.actual), size=big, bold=True)
    if row.goal is not None:
        words, left = f"{_share(chart, row)} of {_short(chart, row, row.goal)} goal", figure.right + 10
        sheet.text(left, y + big, words, size=13, fill="muted", room=sheet.width - left)
    y += big + 26
    scale = Scale.over(_numbers(row), start=0, end=sheet.width - 2)
    _bar(sheet, scale, row, y, 26)
    _marks(sheet, scale, _named(chart, row, ("Goal", row.goal, "ink")), y - 8)
    below = _named(chart, row, ("Due by today", row.pace, "warn"), ("Last year", row.last_year, "muted"))
    _marks(sheet, scale, below, y + 26 + 18)
    return y + 26 + (24 if below else 4)


def _named(chart: Chart, row: Measure, *marks: tuple[str, Number | None, str]) -> list[_Mark]:
    """Give the marks that have a value, each with its name and figure."""
    return [
        _Mark(number, f"{name} {_short(chart, row, number)}", fill)
        for name, value, fill in marks
        if (number := plottable(value)) is not None
    ]


def _marks(sheet: Sheet, scale: Scale, marks: Sequence[_Mark], y: float) -> None:
    """Name marks in one row, moved apart where they would touch."""
    widths = [text_width(mark.text, 12) + 14 for mark in marks]
    middles = spread([scale(mark.value) for mark in marks], widths, -6, sheet.width + 6)
    for mark, middle in zip(marks, middles, strict=True):
        sheet.text(middle, y, mark.text, anchor="middle", fill=mark.fill)


def _bar(sheet: Sheet, scale: Scale, row: Measure, y: float, thick: float) -> None:
    actual, goal = plottable(row.actual), plottable(row.goal)
    pace, last = plottable(row.pace), plottable(row.last_year)
    if goal is not None:
        sheet.rect(scale(0), y, scale(goal) - scale(0), thick, "grid")
    if actual:
        sheet.rect(scale(0), y + thick * 0.2, scale(actual) - scale(0), thick * 0.6, "accent")
    if last is not None:
        sheet.mark(scale(last), y, y + thick, "last", width=3)
    if pace is not None:
        x = scale(pace)
        sheet.mark(x, y, y + thick, "warn")
        sheet.area([(x, y + thick), (x - 5, y + thick + 7), (x + 5, y + thick + 7)], "warn")
    if goal is not None:
        sheet.mark(scale(goal), y - 4, y + thick + 4, "ink", width=3)


def _several(chart: Chart, sheet: Sheet, y: float) -> float:
    """Draw one compact row a measure: name, bar, figures; marks are named above the first that has most."""
    rows: tuple[Measure, ...] = chart.data
    shares = max(text_width(_share(chart, row), 12, bold=True) for row in rows) + 14
    figures = max(text_width(_figure(chart, row), 12) for row in rows) + 14
    names = min(max(text_width(clean(row.label), 12) for row in rows), sheet.width * 0.3) + 14
    left, right = (0.0, sheet.width - 3.0) if sheet.narrow else (names, sheet.width - figures - shares)
    marked = [sum(value is not None for value in row[2:5]) for row in rows]
    y += 6
    for place, row in enumerate(rows):
        like = [other for other in rows if _unit(chart, other) == _unit(chart, row)]
        scale = Scale.over(
            [number for other in like for number in _numbers(other)], start=left, end=max(right, left + 20)
        )
        room = names - 12
        if sheet.narrow:
            _row_text(chart, sheet, row, y + 11, shares, room=sheet.width - figures - shares)
            y += 20
        if marked[place] and place == marked.index(max(marked)):
            y += 14
            _names(sheet, scale, row, y - 7, left, right)
        if not sheet.narrow:
            _row_text(chart, sheet, row, y + 12, shares, room=room)
        _bar(sheet, scale, row, y, 14 if sheet.narrow else 16)
        y += 32
    return y


def _row_text(chart: Chart, sheet: Sheet, row: Measure, y: float, shares: float, *, room: float) -> None:
    sheet.text(0, y, row.label, room=room)
    sheet.text(sheet.width - shares, y, _figure(chart, row), anchor="end")
    sheet.text(sheet.width, y, _share(chart, row) if row.goal is not None else "", anchor="end", bold=True)


def _names(sheet: Sheet, scale: Scale, row: Measure, y: float, left: float, right: float) -> None:
    """Name a row's marks above it."""
    named = (
        ("goal", row.goal, "ink"),
        ("due by today", row.pace, "warn"),
        ("last year", row.last_year, "muted"),
    )
    marks = [
        _Mark(number, text, fill) for text, value, fill in named if (number := plottable(value)) is not None
    ]
    widths = [text_width(mark.text, 11) + 10 for mark in marks]
    middles = spread(
        [scale(mark.value) for mark in marks], widths, left - 5, min(right + 24, sheet.width + 5)
    )
    for mark, middle in zip(marks, middles, strict=True):
        sheet.text(middle, y, mark.text, size=11, anchor="middle", fill=mark.fill)


def _figure(chart: Chart, row: Measure) -> str:
    actual = _short(chart, row, row.actual)
    return actual if row.goal is None else f"{actual} of {_short(chart, row, row.goal)}"


def _figures(chart: Chart) -> Figures:
    rows: tuple[Measure, ...] = chart.data
    if not any(_numbers(row) for row in rows):
        return ()
    heads = ("Actual", "Goal", "Attainment", "Due by today", "Last year")
    table = [
        (
            _short(chart, row, row.actual),
            _short(chart, row, row.goal),
            _share(chart, row, 1),
            _short(chart, row, row.pace),
            _short(chart, row, row.last_year),
        )
        for row in rows
    ]
    goals, paces, years = (any(row[place] is not None for row in rows) for place in (2, 3, 4))
    used = [place for place, shown in enumerate((True, goals, goals, paces, years)) if shown]
    return (
        ("", *(heads[place] for place in used)),
        *((row.label, *(cells[place] for place in used)) for row, cells in zip(rows, table, strict=True)),
    )


FORMS.add("bullet", Form(make=bullet, draw=_draw, figures=_figures), origin=__name__)
