"""How far a period has come against where its seasonal target should be by now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, NamedTuple, Unpack

from salesnb.charts.axis import Plot, value_axis
from salesnb.charts.chart import FORMS, Chart, Figures, Form, Look
from salesnb.charts.layout import bucket_text, empty, finish, heading, stride
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
    slack: float


def pacing(
    finding: str,
    actual: Sequence[Point | tuple[Any, ...]],
    target: Sequence[Point | tuple[Any, ...]],
    *,
    start: date,
    end: date,
    names: tuple[str, str] = ("Actual", "Goal"),
    slack: float = 0.0,
    **look: Unpack[Look],
) -> Chart:
    """Draw the running total of a period over the running target, with the gap between them on the last day.

    Parameters
    ----------
    finding
        The headline, a sentence.
    actual
        ``(day, total up to and including it)`` each; the last one is the as-of day.
    target
        ``(day, target up to and including it)`` each, such as month ends; the last one is the goal.
        Between two of them the target grows evenly, so give one for the as-of day where it is known.
    start, end
        The period, half-open: ``end`` is the day after its last.
    names
        What to call the two lines.
    slack
        A gap up to this share of the target on the as-of day is on pace.
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
        slack=slack,
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
    bottom = top + (170 if sheet.narrow else 210)
    right = 14 + max((text_width(text, 12, bold=True) for text in _right_texts(chart)), default=0)
    plot = value_axis(
        sheet, totals, chart, top=top, bottom=bottom, right=right, count=(data.end - data.start).days
    )
    _months(sheet, plot, chart)
    for points, stroke in ((data.target, "last"), (data.actual, "accent")):
        path = [
            (plot.left, plot.scale(0)),
            *(_at(plot, data, point.day, plottable(point.total)) for point in points),
        ]
        if points:
            sheet.line(path, stroke, width=2.5 if stroke == "accent" else 2)
    goal = _write_goal(chart, sheet, plot)
    if data.actual:
        _write_actual(chart, sheet, plot, goal)
    return finish(chart, sheet, bottom + 22)


def _at(plot: Plot, data: Pacing, day: date, total: float | None) -> tuple[float, float]:
    """Give the pixels of a total at the end of a day."""
    return plot.left + plot.pitch * ((day - data.start).days + 1), plot.scale(total or 0.0)


def _months(sheet: Sheet, plot: Plot, chart: Chart) -> None:
    """Write the months below the plot, each in the middle of its days, as many as fit."""
    data: Pacing = chart.data
    edges = [data.start]
    while edges[-1] < data.end:
        edges.append(min((edges[-1].replace(day=1) + timedelta(days=32)).replace(day=1), data.end))
    at = [plot.left + (day - data.start).days * plot.pitch for day in edges]
    middles = [(left + right) / 2 for left, right in pairwise(at)]
    whole = [bucket_text(f"{day:%Y-%m}", chart.fmt) for day in edges[:-1]]
    brief = [bucket_text(f"{day:%Y-%m}", chart.fmt, year=False) for day in edges[:-1]]
    texts = whole if stride(whole, middles, 11) == 1 else brief
    every = stride(texts, middles, 11)
    for place, (x, text) in enumerate(zip(middles, texts, strict=True)):
        if place % every == 0:
            sheet.text(x, plot.bottom + 16, text, size=11, anchor="middle", fill="muted")
    for x in at[1:-1]:
        sheet.line([(x, plot.bottom), (x, plot.bottom + 5)], "muted")


def _goal_lines(chart: Chart) -> tuple[str, ...]:
    data: Pacing = chart.data
    return (
        (data.names[1], chart.fmt.short(plottable(data.target[-1].total), chart.unit)) if data.target else ()
    )


def _write_goal(chart: Chart, sheet: Sheet, plot: Plot) -> float | None:
    """Name the target line where it ends; give the y where that text ends."""
    lines = _goal_lines(chart)
    if not lines:
        return None
    y = plot.scale(plottable(chart.data.target[-1].total) or 0.0)
    sheet.text(plot.right + 8, y + 3, lines[0], size=11, fill="muted")
    return sheet.text(plot.right + 8, y + 17, lines[1], bold=True, fill="muted").bottom


def _right_texts(chart: Chart) -> tuple[str, ...]:
    """Give what must fit beside the plot: the goal, and what is said of the as-of day when that is late."""
    data: Pacing = chart.data
    late = data.actual and (data.end - data.actual[-1].day) < (data.end - data.start) * 0.3
    return (*_goal_lines(chart), *((text for text, _ in _actual_lines(chart)) if late else ()))


def _actual_lines(chart: Chart) -> tuple[tuple[str, str], ...]:
    """Say the as-of day's total and its gap, each with its colour."""
    data: Pacing = chart.data
    last = data.actual[-1]
    reached, due = plottable(last.total) or 0.0, _target_on(data, last.day)
    first = (f"{data.names[0]} {chart.fmt.short(reached, chart.unit)}", "accent")
    if due is None:
        return (first,)
    gap = reached - due
    if abs(gap) <= data.slack * due:
        return first, ("on pace", "good")
    behind, fill = ("behind", "bad") if gap < 0 else ("ahead", "good")
    return first, (f"{chart.fmt.short(abs(gap), chart.unit)} {behind}", fill)


def _write_actual(chart: Chart, sheet: Sheet, plot: Plot, goal: float | None) -> None:
    """Mark the as-of day and its gap, and say both in the free space below the lines, or above low ones."""
    data: Pacing = chart.data
    last, lines = data.actual[-1], _actual_lines(chart)
    x, y = _at(plot, data, last.day, plottable(last.total))
    due = plot.scale(_target_on(data, last.day) or 0.0) if data.target else y
    if data.target:
        sheet.line([(x, y), (x, due)], lines[1][1], width=2)
    sheet.dot(x, y, 4, "accent")
    room, height = max(text_width(text, 12, bold=True) for text, _ in lines), 15 * len(lines)
    left, top = min(x + 9, sheet.width - room), max(y, due) + 8
    if goal is not None and left + room > plot.right + 4:
        top = max(top, goal + 4)
    if top + height > plot.bottom - 2:
        top = min(y, due, plot.scale(_reach(data, plot, left + room))) - 8 - height
    for place, (text, fill) in enumerate(lines):
        sheet.text(left, top + 11 + 15 * place, text, bold=True, fill=fill)


def _reach(data: Pacing, plot: Plot, x: float) -> float:
    """Give the target on the day that lies at a pixel."""
    days = max(1, min(round((x - plot.left) / plot.pitch), (data.end - data.start).days))
    return _target_on(data, data.start + timedelta(days=days - 1)) or 0.0


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
