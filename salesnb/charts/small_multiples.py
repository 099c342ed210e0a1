"""The same trend for many, side by side on one scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Unpack

from salesnb.charts.axis import Plot
from salesnb.charts.chart import FORMS, Chart, Figures, Form, Look
from salesnb.charts.layout import bucket_text, empty, finish, heading
from salesnb.charts.scale import Scale, plottable, ticks
from salesnb.charts.sheet import Drawing, Sheet
from salesnb.charts.text import text_width
from salesnb.charts.trend import Month, draw_series

__all__ = ["Panel", "small_multiples"]

_GAP, _HEIGHT = 22, 62


class Panel(NamedTuple):
    """One small trend: its title and months."""

    title: str
    months: tuple[Month, ...]


@dataclass(frozen=True, kw_only=True)
class Panels:
    """What `small_multiples` draws, and how many panels are left out."""

    shown: tuple[Panel, ...]
    left_out: int
    partial: str
    names: tuple[str, str]


def small_multiples(
    finding: str,
    panels: Sequence[Panel | tuple[Any, ...]],
    *,
    partial: str = "",
    names: tuple[str, str] = ("This year", "Last year"),
    limit: int = 24,
    **look: Unpack[Look],
) -> Chart:
    """A grid of small trends on one shared scale, each titled and with its last value.

    Parameters
    ----------
    finding
        The headline, a sentence.
    panels
        ``(title, months)`` each; months as in `trend`, the same ones in every panel.
    partial
        Label of the month that is not over yet.
    names
        What to call the line and the one a year before.
    limit
        How many panels to draw; the rest is counted in a line below.
    **look
        ``fmt``, ``unit``, ``subtitle``, ``note``, ``nothing`` as in `Chart`.

    Examples
    --------
    >>> chart = small_multiples("West grows", [("West", [("2017-10", 5_00), ("2017-11", 7_00)])])
    >>> print(chart.text())
    West grows
    <BLANKLINE>
          Oct 2017  Nov 2017
    West        $5        $7
    """
    rows = tuple(
        Panel(title, tuple(Month(*month) for month in months)) for title, months in (tuple(panel) for panel in panels)
    )
    data = Panels(shown=rows[:limit], left_out=max(len(rows) - limit, 0), partial=partial, names=names)
    return Chart(form="small_multiples", finding=finding, data=data, **look)


def _draw(chart: Chart, sheet: Sheet) -> Drawing:
    data: Panels = chart.data
    values = [plottable(value) for panel in data.shown for month in panel.months for value in month[1:]]
    known = [value for value in values if value is not None]
    if not known:
        return empty(chart, sheet)
    y = heading(chart, sheet) + 4
    marks = ticks(min(0.0, *known), max(0.0, *known), 2, whole=chart.unit == "count")
    across = min(2 if sheet.narrow else 4, len(data.shown))
    width = (sheet.width - _GAP * (across - 1)) / across
    pitch = _HEIGHT + 52
    for place, panel in enumerate(data.shown):
        left, top = (place % across) * (width + _GAP), y + (place // across) * pitch
        _panel(chart, sheet, panel, marks, left=left, right=left + width, top=top)
    y += -(-len(data.shown) // across) * pitch
    if data.left_out:
        sheet.text(0, y + 6, f"and {chart.fmt.count(data.left_out)} more", fill="muted")
        y += 12
    return finish(chart, sheet, y)


def _panel(
    chart: Chart, sheet: Sheet, panel: Panel, marks: Sequence[float], *, left: float, right: float, top: float
) -> None:
    """Draw one panel: title and last value above, first and last month below."""
    known = [month for month in panel.months if plottable(month.value) is not None]
    value = chart.fmt.short(plottable(known[-1].value) if known else None, chart.unit)
    sheet.text(right, top + 12, value, anchor="end", fill="accent", bold=True)
    sheet.text(left, top + 12, panel.title, bold=True, room=right - left - text_width(value, 12, bold=True) - 8)
    bottom = top + 24 + _HEIGHT
    scale = Scale(low=marks[0], high=marks[-1], start=bottom, end=top + 24)
    for mark in (marks[0], 0.0, marks[-1]):
        sheet.line([(left, scale(mark)), (right, scale(mark))], "muted" if mark == 0 else "grid")
    plot = Plot(left=left, right=right, top=top + 24, bottom=bottom, scale=scale, count=len(panel.months))
    draw_series(sheet, plot, panel.months, chart.data.partial, chart)
    if panel.months:
        first, last = (bucket_text(panel.months[place].label, chart.fmt, year=False) for place in (0, -1))
        sheet.text(left, bottom + 14, first, size=11, fill="muted")
        if text_width(first + last, 11) + 8 < right - left and len(panel.months) > 1:
            sheet.text(right, bottom + 14, last, size=11, anchor="end", fill="muted")


def _figures(chart: Chart) -> Figures:
    data: Panels = chart.data
    if not any(plottable(month.value) is not None for panel in data.shown for month in panel.months):
        return ()
    labels = list(dict.fromkeys(month.label for panel in data.shown for month in panel.months))
    rows = []
    for panel in data.shown:
        values = {month.label: plottable(month.value) for month in panel.months}
        rows.append((panel.title, *(chart.fmt.short(values.get(label), chart.unit) for label in labels)))
    if data.left_out:
        rows.append((f"and {data.left_out} more", *[""] * len(labels)))
    return (("", *(bucket_text(label, chart.fmt) for label in labels)), *rows)


FORMS.add("small_multiples", Form(make=small_multiples, draw=_draw, figures=_figures), origin=__name__)
