"""A measure month by month, beside the same months a year before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Unpack

from salesnb.charts.axis import Plot, month_axis, value_axis
from salesnb.charts.chart import FORMS, Chart, Figures, Form, Look
from salesnb.charts.layout import bucket_text, empty, finish, heading, spread
from salesnb.charts.scale import Number, plottable
from salesnb.charts.sheet import Drawing, Sheet
from salesnb.charts.text import text_width
from salesnb.money import Formatter

__all__ = ["Month", "draw_series", "months_with_last_year", "trend"]


_MOST_DOTS = 31


class Month(NamedTuple):
    """One month: its label (``2017-11``), value, the value a year before, and its goal, if any."""

    label: str
    value: Number | None
    last_year: Number | None = None
    goal: Number | None = None

    @property
    def numbers(self) -> tuple[float | None, float | None, float | None]:
        """Value, last year's value and goal as they can be drawn."""
        return plottable(self.value), plottable(self.last_year), plottable(self.goal)


@dataclass(frozen=True, kw_only=True)
class Trend:
    """What `trend` draws."""

    months: tuple[Month, ...]
    partial: str
    names: tuple[str, str]


class _Label(NamedTuple):
    y: float
    name: str
    value: str
    fill: str


def trend(
    finding: str,
    months: Sequence[Month | tuple[Any, ...]],
    *,
    partial: str = "",
    names: tuple[str, str] = ("This year", "Last year"),
    **look: Unpack[Look],
) -> Chart:
    """Draw a line by month over the same months a year before in grey, both named where they end.

    Parameters
    ----------
    finding
        The headline, a sentence.
    months
        ``(label, value, value a year before, goal)`` each, in order; the last two may be left out.
        None is a gap. Labels are months (``2017-11``) or any other short text.
    partial
        Label of the month that is not over yet; it is drawn as a ring at the end of a dashed line.
    names
        What to call the line and the one a year before.
    **look
        ``fmt``, ``unit``, ``subtitle``, ``note``, ``nothing`` as in `Chart`.

    Examples
    --------
    >>> chart = trend("November was the best yet", [("2017-10", 80_00, 70_00), ("2017-11", 95_00, 71_00)])
    >>> print(chart.text())
    November was the best yet
    <BLANKLINE>
              This year  Last year
    Oct 2017        $80        $70
    Nov 2017        $95        $71
    """
    data = Trend(months=tuple(Month(*month) for month in months), partial=partial, names=names)
    return Chart(form="trend", finding=finding, data=data, **look)


def months_with_last_year(series: Sequence[tuple[str, Number | None]], count: int = 12) -> tuple[Month, ...]:
    """Give the last ``count`` months of a series, each with the value a year before it.

    Examples
    --------
    >>> months_with_last_year([("2016-11", 70), ("2017-10", 80), ("2017-11", 95)], 1)
    (Month(label='2017-11', value=95, last_year=70, goal=None),)
    """
    known = dict(series)
    return tuple(
        Month(label, value, known.get(f"{int(label[:4]) - 1}{label[4:]}")) for label, value in series[-count:]
    )


def _draw(chart: Chart, sheet: Sheet) -> Drawing:
    data: Trend = chart.data
    known = [number for month in data.months for number in month.numbers if number is not None]
    if not known:
        return empty(chart, sheet)
    top = heading(chart, sheet) + 10
    bottom = top + (150 if sheet.narrow else 190)
    named = _end_labels(chart)
    right = max(text_width(text, 12, bold=True) for label in named for text in (label.name, label.value))
    plot = value_axis(sheet, known, chart, top=top, bottom=bottom, right=right + 12, count=len(data.months))
    month_axis(sheet, plot, [month.label for month in data.months], chart.fmt)
    draw_series(
        sheet, plot, data.months, data.partial, points=chart if len(data.months) <= _MOST_DOTS else None
    )
    _write_labels(sheet, plot, named)
    return finish(chart, sheet, bottom + 34)


def draw_series(
    sheet: Sheet, plot: Plot, months: Sequence[Month], partial: str, *, points: Chart | None = None
) -> None:
    """Draw last year's line, the goals and this year's line, with dots by month or one at the end."""
    for run in _runs([month.last_year for month in months]):
        sheet.line([plot.point(place, value) for place, value in run], "last", width=2)
    for place, month in enumerate(months):
        goal = plottable(month.goal)
        if goal is not None:
            (x, y), half = plot.point(place, goal), plot.pitch * 0.36
            sheet.line([(x - half, y), (x + half, y)], "ink", width=1.5)
    for run in _runs([month.value for month in months]):
        _run(sheet, plot, run, months, partial)
    known = [(place, month) for place, month in enumerate(months) if month.numbers[0] is not None]
    for place, month in known if points else known[-1:]:
        at = plot.point(place, month.numbers[0] or 0.0)
        _dot(sheet, at, month, ring=month.label == partial, chart=points)


def _dot(sheet: Sheet, point: tuple[float, float], month: Month, *, ring: bool, chart: Chart | None) -> None:
    title = ""
    if chart is not None:
        title = (
            f"{bucket_text(month.label, chart.fmt)}: {chart.fmt.short(plottable(month.value), chart.unit)}"
        )
    sheet.dot(
        *point, 3.5 if ring else 2.6, "bg" if ring else "accent", stroke="accent" if ring else "", title=title
    )


def _run(
    sheet: Sheet, plot: Plot, run: Sequence[tuple[int, float]], months: Sequence[Month], partial: str
) -> None:
    points = [plot.point(place, value) for place, value in run]
    if months[run[-1][0]].label == partial:
        if len(points) > 1:
            sheet.line(points[-2:], "accent", width=2.5, dash="3 3")
        points = points[:-1]
    if len(points) > 1:
        sheet.line(points, "accent", width=2.5)


def _runs(values: Sequence[Number | None]) -> list[list[tuple[int, float]]]:
    """Cut a series at its gaps."""
    runs: list[list[tuple[int, float]]] = [[]]
    for place, value in enumerate(values):
        number = plottable(value)
        if number is None:
            runs.append([])
        else:
            runs[-1].append((place, number))
    return [run for run in runs if run]


def _end_labels(chart: Chart) -> tuple[_Label, ...]:
    """Name each line by its last value; ``y`` is still a value here."""
    data: Trend = chart.data
    labels = []
    for place, (name, fill) in enumerate(
        ((data.names[0], "accent"), (data.names[1], "muted"), ("Goal", "ink"))
    ):
        known = [(month, value) for month in data.months if (value := month.numbers[place]) is not None]
        if known:
            month, value = known[-1]
            so_far = " so far" if place == 0 and month.label == data.partial else ""
            labels.append(_Label(value, name, chart.fmt.short(value, chart.unit) + so_far, fill))
    return tuple(labels)


def _write_labels(sheet: Sheet, plot: Plot, labels: Sequence[_Label]) -> None:
    wanted = [plot.scale(label.y) for label in labels]
    placed = spread(wanted, [30.0] * len(labels), plot.top - 14, plot.bottom + 14)
    for label, middle in zip(labels, placed, strict=True):
        x = plot.right + 10
        sheet.text(x, middle - 3, label.name, size=11, fill=label.fill)
        sheet.text(x, middle + 11, label.value, bold=True, fill=label.fill)


def _figures(chart: Chart) -> Figures:
    data: Trend = chart.data
    heads = (*data.names, "Goal")
    used = [place for place in (0, 1, 2) if any(month.numbers[place] is not None for month in data.months)]
    if not used:
        return ()
    return (
        ("", *(heads[place] for place in used)),
        *(
            (
                _month_name(month.label, data.partial, chart.fmt),
                *(chart.fmt.short(month.numbers[place], chart.unit) for place in used),
            )
            for month in data.months
        ),
    )


def _month_name(label: str, partial: str, fmt: Formatter) -> str:
    return bucket_text(label, fmt) + (" so far" if label == partial else "")


FORMS.add("trend", Form(make=trend, draw=_draw, figures=_figures), origin=__name__)
