"""A line the size of a word."""

from collections.abc import Sequence
from typing import Unpack

from salesnb.charts.chart import FORMS, Chart, Figures, Form, Look
from salesnb.charts.scale import Number, Scale, plottable
from salesnb.charts.sheet import Drawing, Sheet
from salesnb.charts.text import text_width

__all__ = ["draw_line", "sparkline"]

_WIDTH, _HEIGHT = 180, 32


def sparkline(finding: str, values: Sequence[Number | None], **look: Unpack[Look]) -> Chart:
    """Draw a small line of a series from its lowest to its highest value, its last one written beside it.

    Parameters
    ----------
    finding
        What it shows, for screen readers and text; it is not drawn.
    values
        In order of time; None is a gap.
    **look
        ``fmt``, ``unit``, ``nothing`` as in `Chart`.

    Examples
    --------
    >>> print(sparkline("Rising", [3, None, 5], unit="count").text())
    Rising
    <BLANKLINE>
    First    3
    Lowest   3
    Highest  5
    Last     5
    """
    return Chart(form="sparkline", finding=finding, data=tuple(values), **look)


def draw_line(sheet: Sheet, values: Sequence[Number | None], *, width: float, height: float) -> None:
    """Draw the line within a width and height from the top left, its last point as a dot."""
    numbers = [plottable(value) for value in values]
    seen = [number for number in numbers if number is not None]
    low, high = min(seen, default=0.0), max(seen, default=0.0)
    scale = Scale(low=low, high=high, start=height - 4, end=4) if high > low else _level(low, height)
    step = (width - 8) / max(len(numbers) - 1, 1)
    points = [
        None if number is None else (4 + step * place, scale(number)) for place, number in enumerate(numbers)
    ]
    run: list[tuple[float, float]] = []
    for point in (*points, None):
        if point is not None:
            run.append(point)
        elif run:
            if len(run) > 1:
                sheet.line(run, "accent", width=1.5)
            else:
                sheet.dot(*run[0], 1, "accent")
            run = []
    known = [point for point in points if point is not None]
    if known:
        sheet.dot(*known[-1], 2.5, "accent")


def _level(value: float, height: float) -> Scale:
    """Put a series that never changes in the middle."""
    return Scale(low=value - 1, high=value + 1, start=height - 4, end=4)


def _draw(chart: Chart, sheet: Sheet) -> Drawing:
    small = Sheet(min(sheet.width, _WIDTH))
    known = [value for value in chart.data if plottable(value) is not None]
    if not known:
        small.text(0, 20, chart.fmt.short(None, chart.unit), fill="muted")
        return small.finish(_HEIGHT)
    text = chart.fmt.short(known[-1], chart.unit)
    room = small.width - text_width(text, 12, bold=True) - 6
    draw_line(small, chart.data, width=room, height=_HEIGHT)
    small.text(small.width, 20, text, anchor="end", bold=True)
    return small.finish(_HEIGHT)


def _figures(chart: Chart) -> Figures:
    known = [number for value in chart.data if (number := plottable(value)) is not None]
    if not known:
        return ()
    named = (("First", known[0]), ("Lowest", min(known)), ("Highest", max(known)), ("Last", known[-1]))
    return (("", ""), *((name, chart.fmt.short(number, chart.unit)) for name, number in named))


FORMS.add("sparkline", Form(make=sparkline, draw=_draw, figures=_figures), origin=__name__)
