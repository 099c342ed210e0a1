"""Shares over age, as step lines with what is uncertain about them, and how many are behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Unpack

from salesnb.charts.axis import Plot, value_axis
from salesnb.charts.chart import FORMS, Chart, Figures, Form, Look
from salesnb.charts.layout import empty, finish, heading, spread
from salesnb.charts.scale import Number, Scale, plottable, ticks
from salesnb.charts.sheet import Drawing, Sheet
from salesnb.charts.text import clean, text_width

__all__ = ["MOST_LINES", "Aged", "Line", "curve", "marked_ages"]

# Beyond that many lines nobody follows one; the note says how many are left out.
MOST_LINES = 6
_MOST_BANDS = 2
# A step smaller than that part of the plot's height is drawn with the next one; of many lines a coarser one.
_FINEST, _FINE = 1 / 64, 1 / 44
_COLOURS = ("accent", "bad", "good", "warn", "ink", "muted")
_DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 4", "1 3")


class Aged(NamedTuple):
    """A share from an age on, with an interval around it, if there is one."""

    age: int
    share: Number
    low: Number | None = None
    high: Number | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """One curve.

    Attributes
    ----------
    name
        Written where it ends.
    steps
        The ages at which the share changes, in order.
    told_to
        The age at which it ends, because too few were ever older; None where nothing can be told.
    at_risk
        Pairs of an age and how many were open and followed then, for the counts below the plot.
    """

    name: str
    steps: tuple[Aged, ...]
    told_to: int | None
    at_risk: tuple[tuple[int, float], ...] = ()

    def at(self, age: float) -> Aged | None:
        """Give the share at an age; None beyond the end."""
        if self.told_to is None or age > self.told_to:
            return None
        return next((step for step in reversed(self.steps) if step.age <= age), Aged(0, 0.0))

    def risk(self, age: float) -> float | None:
        """Give how many were at risk at an age, as far as it is told."""
        return dict(self.at_risk).get(round(age))


def curve(
    finding: str,
    lines: Sequence[Line],
    *,
    ages: Sequence[int] = (),
    risk_name: str = "Open at that age",
    **look: Unpack[Look],
) -> Chart:
    """Draw shares by days of age as step lines, with a band around one or two of them, each named where it ends.

    Parameters
    ----------
    finding
        The headline, a sentence.
    lines
        The curves, the most important first; six are drawn at most.
    ages
        The ages that the axis names, with the counts at risk below; `marked_ages` picks some.
    risk_name
        What the counts are called.
    **look
        ``fmt``, ``subtitle``, ``note``, ``nothing`` as in `Chart`; the unit is that of a ratio unless told otherwise.

    Examples
    --------
    >>> won = Line(name="Won", steps=(Aged(5, 0.25, 0.2, 0.3), Aged(9, 0.5, 0.44, 0.56)), told_to=12)
    >>> print(curve("Half are won within ten days", [won], ages=[0, 5, 10]).text())
    Half are won within ten days
    <BLANKLINE>
                     Won
    0 days            0%
    5 days   25% (20–30)
    10 days  50% (44–56)
    """
    data = _Curves(lines=tuple(lines), ages=tuple(ages), risk_name=risk_name)
    settled: Look = {"unit": "ratio", **look}
    return Chart(form="curve", finding=finding, data=data, **settled)


@dataclass(frozen=True, kw_only=True)
class _Curves:
    """What `curve` draws."""

    lines: tuple[Line, ...]
    ages: tuple[int, ...]
    risk_name: str

    @property
    def told(self) -> tuple[Line, ...]:
        """The lines of which anything can be told."""
        return tuple(line for line in self.lines if line.told_to is not None)

    @property
    def last_age(self) -> int:
        """The right end of the axis."""
        return max((*self.ages, 1))


def marked_ages(last: int, count: int = 5) -> tuple[int, ...]:
    """Pick round ages for an axis that reaches a last one.

    Examples
    --------
    >>> marked_ages(138)
    (0, 50, 100, 150)
    """
    return tuple(int(age) for age in ticks(0, max(last, 1), count, whole=True))


def _draw(chart: Chart, sheet: Sheet) -> Drawing:
    data: _Curves = chart.data
    lines = data.told[:MOST_LINES]
    if not lines:
        return empty(chart, sheet)
    top = heading(chart, sheet) + 10
    bottom = top + (170 if sheet.narrow else 220)
    shares = [n for line in lines for step in line.steps for n in (plottable(step.share),) if n is not None]
    bands = lines if len(lines) <= _MOST_BANDS else ()
    shares += [n for line in bands for step in line.steps for n in (plottable(step.high),) if n is not None]
    room = max(text_width(text, 12, bold=True) for line in lines for text in _label(chart, line))
    names = max(text_width(clean(line.name), 11) for line in lines) if len(lines) > 1 else 0
    plot = value_axis(
        sheet,
        shares,
        chart,
        top=top,
        bottom=bottom,
        right=min(room, sheet.width * 0.32) + 12,
        count=len(lines),
    )
    days = Scale(low=0, high=data.last_age, start=plot.left, end=plot.right)
    for place, line in reversed(tuple(enumerate(lines))):
        if bands:
            _band(sheet, plot, days, line, place)
    for place, line in reversed(tuple(enumerate(lines))):
        _line(sheet, plot, days, line, place)
    _name_lines(chart, sheet, plot, lines)
    y = _age_axis(chart, sheet, plot, days)
    y = _risk(chart, sheet, days, lines, y, names)
    return finish(chart, sheet, y)


def _label(chart: Chart, line: Line) -> tuple[str, str]:
    last = line.at(min(line.told_to or 0, chart.data.last_age))
    return clean(line.name), chart.fmt.ratio(plottable(last.share) if last else None, 0)


def _points(plot: Plot, line: Line, last_age: int) -> list[Aged]:
    """Thin the steps out until each can be seen; the first age and the last step stay."""
    finest = (plot.scale.high - plot.scale.low) * (_FINEST if plot.count <= _MOST_BANDS else _FINE)
    kept = [Aged(0, 0.0)]
    shown = [step for step in line.steps if step.age <= last_age]
    for place, step in enumerate(shown):
        if abs(float(step.share) - float(kept[-1].share)) >= finest or place == len(shown) - 1:
            kept.append(step)
    return kept


def _end(line: Line, last_age: int) -> int:
    return min(line.told_to or 0, last_age)


def _line(sheet: Sheet, plot: Plot, days: Scale, line: Line, place: int) -> None:
    points = [(days(step.age), plot.scale(float(step.share))) for step in _points(plot, line, int(days.high))]
    path = _stairs(points, days(_end(line, int(days.high))))
    sheet.line(path, _COLOURS[place], width=2.5 if place == 0 else 2, dash=_DASHES[place])


def _band(sheet: Sheet, plot: Plot, days: Scale, line: Line, place: int) -> None:
    edges = [
        (days(step.age), plot.scale(low), plot.scale(high))
        for step in _points(plot, line, int(days.high))
        if (low := plottable(step.low)) is not None and (high := plottable(step.high)) is not None
    ]
    if not edges:
        return
    end = days(_end(line, int(days.high)))
    upper = _stairs([(x, high) for x, _, high in edges], end)
    lower = _stairs([(x, low) for x, low, _ in edges], end)
    sheet.area([*upper, *reversed(lower)], _COLOURS[place], opacity=0.22)


def _stairs(points: Sequence[tuple[float, float]], end: float) -> list[tuple[float, float]]:
    """Go from point to point by level lines and upright ones, and on to an end."""
    path = [points[0]]
    for x, y in points[1:]:
        path += [(x, path[-1][1]), (x, y)]
    return [*path, (end, path[-1][1])]


def _name_lines(chart: Chart, sheet: Sheet, plot: Plot, lines: Sequence[Line]) -> None:
    """Name each line by its last share: on two rows where there is room, else on one."""
    tall = len(lines) <= 3
    labels = [_label(chart, line) for line in lines]
    last = [line.at(_end(line, chart.data.last_age)) for line in lines]
    wanted = [plot.scale(float(step.share) if step else 0.0) for step in last]
    height = 30.0 if tall else 29.0
    placed = spread(wanted, [height] * len(lines), plot.top - 14, plot.bottom + 14)
    x, room = plot.right + 10, sheet.width - plot.right - 10
    for place, ((name, share), middle) in enumerate(zip(labels, placed, strict=True)):
        fill = _COLOURS[place]
        sheet.text(x, middle - 3, name, size=11, fill=fill, room=room)
        sheet.text(x, middle + 11, share, bold=True, fill=fill)


def _age_axis(chart: Chart, sheet: Sheet, plot: Plot, days: Scale) -> float:
    """Write the ages below the plot; give the y below them."""
    for age in chart.data.ages:
        x = days(age)
        sheet.line([(x, plot.bottom), (x, plot.bottom + 4)], "muted")
        sheet.text(x, plot.bottom + 17, chart.fmt.count(age), size=11, anchor="middle", fill="muted")
    sheet.text(plot.right + 10, plot.bottom + 31, "days", size=11, fill="muted")
    return plot.bottom + 31


def _risk(chart: Chart, sheet: Sheet, days: Scale, lines: Sequence[Line], y: float, names: float) -> float:
    """Write how many were at risk at each age, a row a line."""
    if not any(line.at_risk for line in lines):
        return y
    alike = len({line.at_risk for line in lines}) == 1
    sheet.text(0, y + 8, chart.data.risk_name, size=11, fill="muted")
    y += 8
    for place, line in enumerate(lines[:1] if alike else lines):
        y += 16
        fill = "muted" if alike else _COLOURS[place]
        for age in chart.data.ages:
            count = line.risk(age)
            if count is not None:
                sheet.text(days(age), y, chart.fmt.count(count), size=11, anchor="middle", fill=fill)
        if not alike and names:
            sheet.text(days.end + 16, y, line.name, size=11, fill=fill, room=sheet.width - days.end - 16)
    return y + 4


def _figures(chart: Chart) -> Figures:
    data: _Curves = chart.data
    lines = data.told
    if not lines:
        return ()
    return (
        ("", *(line.name for line in lines)),
        *(
            (
                f"{chart.fmt.count(age)} {'day' if age == 1 else 'days'}",
                *(_cell(chart, line.at(age)) for line in lines),
            )
            for age in data.ages
            if any(line.at(age) for line in lines)
        ),
    )


def _cell(chart: Chart, step: Aged | None) -> str:
    share = plottable(step.share) if step else None
    if step is None or share is None:
        return ""
    low, high = plottable(step.low), plottable(step.high)
    text = chart.fmt.ratio(share, 0)
    if low is None or high is None:
        return text
    return f"{text} ({chart.fmt.number(low * 100, 0)}–{chart.fmt.number(high * 100, 0)})"


FORMS.add("curve", Form(make=curve, draw=_draw, figures=_figures), origin=__name__)
