"""Axes: horizontal grid lines with round values, months along the bottom."""

from collections.abc import Sequence
from dataclasses import dataclass

from salesnb.charts.chart import Chart
from salesnb.charts.layout import bucket_text, stride
from salesnb.charts.scale import Scale, tick_texts, ticks
from salesnb.charts.sheet import Sheet
from salesnb.charts.text import text_width
from salesnb.money import Formatter

__all__ = ["Plot", "month_axis", "value_axis"]


@dataclass(frozen=True, kw_only=True)
class Plot:
    """Where a plot lies and how values and places become pixels."""

    left: float
    right: float
    top: float
    bottom: float
    scale: Scale
    count: int

    @property
    def pitch(self) -> float:
        """Pixels from one place to the next."""
        return (self.right - self.left) / max(self.count, 1)

    def x(self, place: float) -> float:
        """Give the pixel of the middle of a place, counted from 0."""
        return self.left + self.pitch * (place + 0.5)

    def point(self, place: float, value: float) -> tuple[float, float]:
        """Give the pixels of a value at a place."""
        return self.x(place), self.scale(value)


def value_axis(
    sheet: Sheet,
    values: Sequence[float],
    chart: Chart,
    *,
    top: float,
    bottom: float,
    right: float,
    count: int = 0,
) -> Plot:
    """Draw grid lines at round values that cover zero and all values; the zero line is darker."""
    low, high = min(0.0, *values, 0.0), max(0.0, *values, 0.0)
    marks = ticks(low, high, 4 if sheet.narrow else 5, whole=chart.unit in ("count", "money"))
    marks = marks if high > low else (0.0,)
    texts = tick_texts(marks, chart.unit, chart.fmt)
    left = max(text_width(text, 11) for text in texts) + 8
    scale = Scale(
        low=marks[0], high=marks[-1] if marks[-1] > marks[0] else marks[0] + 1, start=bottom, end=top
    )
    end = max(sheet.width - right, left + 40)
    for mark, text in zip(marks, texts, strict=True):
        y = scale(mark)
        sheet.line([(left, y), (end, y)], "muted" if mark == 0 else "grid")
        sheet.text(left - 6, y + 4, text, size=11, anchor="end", fill="muted")
    return Plot(left=left, right=end, top=top, bottom=bottom, scale=scale, count=count)


def month_axis(sheet: Sheet, plot: Plot, labels: Sequence[str], fmt: Formatter) -> None:
    """Write the months below a plot, as many as fit, counted from the last; years below where they begin."""
    texts = [bucket_text(label, fmt, year=False) for label in labels]
    every = stride(texts, [plot.x(place) for place in range(len(labels))], 11)
    year = ""
    for place, (label, text) in enumerate(zip(labels, texts, strict=True)):
        if (len(labels) - 1 - place) % every:
            continue
        sheet.text(plot.x(place), plot.bottom + 16, text, size=11, anchor="middle", fill="muted")
        if text != label and label[:4] != year:
            year = label[:4]
            sheet.text(plot.x(place), plot.bottom + 30, year, size=11, anchor="middle", fill="muted")
