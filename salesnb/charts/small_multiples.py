"""The same trend for many, side by side on one scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Unpack

from salesnb.charts.axis import Plot
from salesnb.charts.chart import FORMS, Chart, Figures, Form, Look
from salesnb.charts.layout import bucket_text, empty, finish, heading
from salesnb.charts.scale import Scale, plottable, tick_texts, ticks
from salesnb.charts.sheet import Drawing, Sheet
from salesnb.charts.text import text_width
from salesnb.charts.trend import Month, draw_series

__all__ = ["Panel", "small_multiples"]

_GAP, _HEIGHT = 22, 62
_ONE_LINE, _TWO_LINES = 34, 49


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
    """Draw a grid of small trends on one shared scale, each titled and with its last value.

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
        Panel(title, tuple(Month(*month) for month in months))
        for title, months in (tuple(panel) for panel in panels)
    )
    data = Panels(shown=rows[:limit], left_out=max(len(rows) - limit, 0), partial=partial, names=names)
    return Chart(form="small_multiples", finding=finding, data=data, **look)


def _draw(chart: Chart, sheet: Sheet) -> Drawing:
    data: Panels = chart.data
    months = [month for panel in data.shown for month in panel.months]
    known = [number for month in months for number in month.numbers if number is not None]
    if not known:
        return empty(chart, sheet)
    y = heading(chart, sheet) + 4
    grid = _grid(chart, sheet, known)
    for place, panel in enumerate(data.shown):
        column, row = place % grid.across, place // grid.across
        left, top = column * (grid.width + _GAP), y + row * grid.pitch
        _panel(chart, sheet, panel, grid, left=left, top=top, scaled=column == 0)
    y += -(-len(data.shown) // grid.across) * grid.pitch
    if data.left_out:
        sheet.text(0, y, f"and {chart.fmt.count(data.left_out)} more", fill="muted")
        y += 6
    return finish(chart, sheet, y - 4)


@dataclass(frozen=True, kw_only=True)
class _Grid:
    across: int
    width: float
    head: float
    low: float
    high: float
    mark: float

    @property
    def pitch(self) -> float:
        return self.head + _HEIGHT + 38


def _grid(chart: Chart, sheet: Sheet, known: Sequence[float]) -> _Grid:
    """Choose columns that leave few gaps; one or two lines of figures, as they fit into every panel."""
    panels: tuple[Panel, ...] = chart.data.shown
    wide = 4 if len(panels) in (4, 7, 8) or len(panels) > 9 else 3
    across = min(2 if sheet.narrow else wide, len(panels))
    width = min((sheet.width - _GAP * (across - 1)) / across, 340)
    lines = [_lines(chart, panel) for panel in panels]
    one = all(text_width("".join(pair), 12, bold=True) + 12 < width for pair in lines)
    low, high = min(0.0, *known), max(0.0, *known)
    marks = ticks(low, high, 3, whole=chart.unit in ("count", "money"))
    mark = max((mark for mark in marks if 0 < mark <= high), default=0.0)
    head = _ONE_LINE if one or not any(second for _, second in lines) else _TWO_LINES
    return _Grid(
        across=across, width=width, head=head, low=low, high=high if high > low else low + 1, mark=mark
    )


def _lines(chart: Chart, panel: Panel) -> tuple[str, str]:
    """Name each line by its last value."""
    texts = []
    for place, name in enumerate(chart.data.names):
        known = [(month, value) for month in panel.months if (value := month.numbers[place]) is not None]
        month, value = known[-1] if known else (None, None)
        so_far = " so far" if month and place == 0 and month.label == chart.data.partial else ""
        texts.append(f"{name} {chart.fmt.short(value, chart.unit)}{so_far}" if known or place == 0 else "")
    return texts[0], texts[1]


def _panel(
    chart: Chart, sheet: Sheet, panel: Panel, grid: _Grid, *, left: float, top: float, scaled: bool
) -> None:
    """Draw one panel: title and last values above, first and last month below."""
    right, first_line = left + grid.width, top + 28
    this, last = _lines(chart, panel)
    sheet.text(left, top + 12, panel.title, bold=True, room=grid.width)
    sheet.text(left, first_line, this, fill="accent", bold=True, room=grid.width)
    if grid.head < _TWO_LINES:
        sheet.text(right, first_line, last, anchor="end", fill="muted")
    else:
        sheet.text(left, first_line + 15, last, fill="muted")
    plot_top, bottom = top + grid.head, top + grid.head + _HEIGHT
    scale = Scale(low=grid.low, high=grid.high, start=bottom, end=plot_top + 8)
    plot = Plot(left=left, right=right, top=plot_top, bottom=bottom, scale=scale, count=len(panel.months))
    for mark in dict.fromkeys((grid.mark, 0.0)):
        sheet.line([(left, scale(mark)), (right, scale(mark))], "muted" if mark == 0 else "grid")
    if scaled and grid.mark:
        text = tick_texts([grid.mark], chart.unit, chart.fmt)[0]
        sheet.text(left, scale(grid.mark) - 3, text, size=11, fill="muted")
    draw_series(sheet, plot, panel.months, chart.data.partial)
    _ends(chart, sheet, panel, plot)


def _ends(chart: Chart, sheet: Sheet, panel: Panel, plot: Plot) -> None:
    """Write the first and the last month below a panel."""
    if not panel.months:
        return
    first, last = (bucket_text(panel.months[place].label, chart.fmt) for place in (0, -1))
    y = plot.bottom + 14
    sheet.text(plot.left, y, first, size=11, fill="muted")
    if text_width(first + last, 11) + 8 < plot.right - plot.left and len(panel.months) > 1:
        sheet.text(plot.right, y, last, size=11, anchor="end", fill="muted")


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
