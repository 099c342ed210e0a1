"""How far a period has come against where its seasonal target should be by now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple, Unpack

from salesnb.charts.axis import Plot, value_axis
from salesnb.charts.chart import FORMS, Chart, Figures, Form, Look
from salesnb.charts.layout import bucket_text, empty, finish, heading, spread
from salesnb.charts.scale import Number, plottable, signed
from salesnb.charts.sheet import Drawing, Sheet
from salesnb.charts.text import text_width

__all__ = ["Point", "pacing"]


class Point(NamedTuple):
    """What had come together by the end of a day."""

    day: date
    total: Number


@dataclass(frozen=True, kw_only=True)
class Pacing:
    """What `pacing` draws; both lines begin with nothing at the period's start."""

    actual: tuple[Point, ...]
    target: tuple[Point, ...]
    start: date
    end: date
    names: tuple[str, str]


def pacing(
    finding: str,
    actual: Sequence[Point | tuple[Any, ...]],
    target: Sequence[Point | tuple[Any, ...]],
    *,
    start: date,
    end: date,
    names: tuple[str, str] = ("Actual", "Goal"),
    **look: Unpack[Look],
) -> Chart:
    """The running total of a period over the running target, with the gap between them on the last day.

    Parameters
    ----------
    finding
        The headline, a sentence.
    actual
        ``(day, total up to and including it)`` each; the last one is the as-of day.
    target
        ``(day, target up to and including it)`` each, such as month ends; the last one is the goal.
    start, end
        The period, half-open: ``end`` is the day after its last.
    names
        What to call the two lines.
    **look
        ``fmt``, ``unit``, ``subtitle``, ``note``, ``nothing`` as in `Chart`.

    Examples
    --------
    >>> from datetime import date
    >>> chart = pacing("Ten behind", [(date(2017, 10, 15), 5_00)], [(date(2017, 10, 31), 31_00)],
    ...                start=date(2017, 10, 1), end=date(2017, 11, 1))
    >>> print(chart.text())
    Ten behind
    <BLANKLINE>
                  Actual  Target  Difference
    Oct 15, 2017      $5     $15        -$10
    Oct 31, 2017       –     $31           –
    """
    data = Pacing(
        actual=tuple(sorted(Point(*point) for point in actual)),
        target=tuple(sorted(Point(*point) for point in target)),
        start=start,
        end=end,
        names=names,
    )
    return Chart(form="pacing", finding=finding, data=data, **look)


def _target_on(data: Pacing, day: date) -> float | None:
    """Interpolate the running target on a day between its points; before the first it grows from nothing."""
    before, total = data.start - timedelta(days=1), 0.0
    for point in data.target:
        reached = plottable(point.total) or 0.0
        if day <= point.day:
            span = max((point.day - before).days, 1)
            return total + (reached - total) * max((day - before).days, 0) / span
        before, total = point.day, reached
    return total if data.target else None


def _draw(chart: Chart, sheet: Sheet) -> Drawing:
    data: Pacing = chart.data
    totals = [plottable(point.total) or 0.0 for point in (*data.actual, *data.target)]
    if not totals:
        return empty(chart, sheet)
    top = heading(chart, sheet) + 10
    bottom = top + (160 if sheet.narrow else 200)
    right = max((text_width(text, 12, bold=True) for _, text, _ in _ends(chart)), default=0)
    plot = value_axis(sheet, totals, chart, top=top, bottom=bottom, right=right + 12, count=(data.end - data.start).days)
    _months(sheet, plot, chart)
    for points, stroke in ((data.target, "last"), (data.actual, "accent")):
        path = [(plot.left, plot.scale(0)), *(_at(plot, data, point.day, plottable(point.total)) for point in points)]
        if points:
            sheet.line(path, stroke, width=2.5 if stroke == "accent" else 2)
    _gap(chart, sheet, plot)
    _write_ends(chart, sheet, plot)
    return finish(chart, sheet, bottom + 22)


def _at(plot: Plot, data: Pacing, day: date, total: float | None) -> tuple[float, float]:
    """Give the pixels of a total at the end of a day."""
    return plot.left + plot.pitch * ((day - data.start).days + 1), plot.scale(total or 0.0)


def _months(sheet: Sheet, plot: Plot, chart: Chart) -> None:
    """Write the months below the plot, each in the middle of its days."""
    data: Pacing = chart.data
    first = data.start
    while first < data.end:
        after = min((first.replace(day=1) + timedelta(days=32)).replace(day=1), data.end)
        left, right = ((day - data.start).days * plot.pitch + plot.left for day in (first, after))
        text = bucket_text(f"{first:%Y-%m}", chart.fmt, year=(data.end - data.start).days < 200 and not sheet.narrow)
        if text_width(text, 11) < right - left - 4:
            sheet.text((left + right) / 2, plot.bottom + 16, text, size=11, anchor="middle", fill="muted")
        if first != data.start:
            sheet.line([(left, plot.bottom), (left, plot.bottom + 5)], "muted")
        first = after


def _gap(chart: Chart, sheet: Sheet, plot: Plot) -> None:
    data: Pacing = chart.data
    if not (data.actual and data.target):
        return
    last = data.actual[-1]
    reached, due = plottable(last.total) or 0.0, _target_on(data, last.day) or 0.0
    (x, y), (_, y_due) = _at(plot, data, last.day, reached), _at(plot, data, last.day, due)
    fill = "good" if reached >= due else "bad"
    sheet.line([(x, y), (x, y_due)], fill, width=2)
    sheet.dot(x, y, 4, "accent")
    words = f"{chart.fmt.short(abs(reached - due), chart.unit)} {'ahead' if reached >= due else 'behind'}"
    room = text_width(words, 12, bold=True) + 8
    ahead = x + room < plot.right
    sheet.text(x + 8 if ahead else x - 8, max(y, y_due) + 18, words, anchor="start" if ahead else "end", bold=True, fill=fill)


def _ends(chart: Chart) -> tuple[tuple[float, str, str], ...]:
    data: Pacing = chart.data
    ends = []
    for name, points, fill in zip(data.names, (data.actual, data.target), ("accent", "muted"), strict=True):
        if points:
            total = plottable(points[-1].total) or 0.0
            ends.append((total, f"{name} {chart.fmt.short(total, chart.unit)}", fill))
    return tuple(ends)


def _write_ends(chart: Chart, sheet: Sheet, plot: Plot) -> None:
    ends = _ends(chart)
    placed = spread([plot.scale(total) for total, _, _ in ends], [16.0] * len(ends), plot.top - 8, plot.bottom + 8)
    for (_, text, fill), middle in zip(ends, placed, strict=True):
        sheet.text(plot.right + 8, middle + 4, text, bold=True, fill=fill)


def _figures(chart: Chart) -> Figures:
    data: Pacing = chart.data
    days = sorted({point.day for point in (*data.actual, *data.target)})
    if not days:
        return ()
    known = dict(data.actual)
    rows = []
    for day in days:
        actual = plottable(known.get(day))
        due = _target_on(data, day)
        difference = None if actual is None or due is None else actual - due
        rows.append(
            (
                chart.fmt.date(day),
                chart.fmt.short(actual, chart.unit),
                chart.fmt.short(due, chart.unit),
                signed(difference, chart.unit, chart.fmt),
            )
        )
    return (("", "Actual", "Target", "Difference"), *rows)


FORMS.add("pacing", Form(make=pacing, draw=_draw, figures=_figures), origin=__name__)
