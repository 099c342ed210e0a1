"""What a total may come to, as a distribution against a goal: how much of it lies at the goal or above."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Any, NamedTuple, Unpack

from salesnb.charts.chart import FORMS, Chart, Figures, Form, Look
from salesnb.charts.layout import empty, finish, heading, spread
from salesnb.charts.scale import Number, Scale, plottable, tick_texts, ticks
from salesnb.charts.sheet import Drawing, Sheet
from salesnb.charts.text import clean, text_width
from salesnb.errors import BadInput

__all__ = ["Reached", "distribution"]

_LEAST_QUANTILES = 5
_BINS, _FEW_BINS = 36, 22
_FIGURE_TICKS = (0.1, 0.25, 0.5, 0.75, 0.9)


class Reached(NamedTuple):
    """An amount that is reached with a chance, under a name: ``Reached("Nine in ten", 80_00)``."""

    name: str
    amount: Number


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """What `distribution` draws."""

    quantiles: tuple[float, ...]
    goal: float | None
    to_date: float | None
    reached: tuple[Reached, ...]

    def below(self, amount: float) -> float:
        """Give the share of the distribution below an amount, evenly between two quantiles; the tails are left out."""
        count = len(self.quantiles)
        place = bisect_left(self.quantiles, amount)
        if place in {0, count}:
            return min(max(place, 0.5), count - 0.5) / count
        before, after = self.quantiles[place - 1], self.quantiles[place]
        return (
            (place - 0.5 + (amount - before) / (after - before)) / count if after > before else place / count
        )

    def at(self, share: float) -> float:
        """Give the amount below which a share of the distribution lies."""
        place = min(max(share * len(self.quantiles) - 0.5, 0.0), len(self.quantiles) - 1.0)
        low = int(place)
        high = min(low + 1, len(self.quantiles) - 1)
        return self.quantiles[low] + (place - low) * (self.quantiles[high] - self.quantiles[low])


def distribution(
    finding: str,
    quantiles: Sequence[Number],
    *,
    goal: Number | None = None,
    to_date: Number | None = None,
    reached: Sequence[Reached | tuple[Any, ...]] = (),
    **look: Unpack[Look],
) -> Chart:
    """Draw what a total may come to, what lies at the goal or above in full colour, with levels named below.

    Parameters
    ----------
    finding
        The headline, a sentence.
    quantiles
        Totals in order, each as likely as the other: the middles of equal parts of the probability; five or more.
    goal, to_date
        Marked where they are given.
    reached
        ``(name, amount)`` each: levels such as what is reached with nine chances in ten.
    **look
        ``fmt``, ``unit``, ``subtitle``, ``note``, ``nothing`` as in `Chart`.

    Raises
    ------
    BadInput
        When quantiles fall; fewer than five leave the chart empty.

    Examples
    --------
    >>> chart = distribution("Two in three", [80_00, 90_00, 100_00, 110_00, 120_00, 130_00], goal=95_00,
    ...                      reached=[("Nine in ten", 81_00), ("Even", 105_00)])
    >>> print(chart.text())
    Two in three
    <BLANKLINE>
                              Amount
    Goal                         $95
    Nine in ten                  $81
    Even                        $105
    One in ten is below          $81
    A quarter is below           $90
    Half is below               $105
    Three quarters are below    $120
    Nine in ten are below       $129
    """
    found = tuple(number for value in quantiles if (number := plottable(value)) is not None)
    if any(after < before for before, after in pairwise(found)):
        raise BadInput("Quantiles of a distribution fall.", hint="Give them in order.")
    data = Distribution(
        quantiles=found if len(found) >= _LEAST_QUANTILES else (),
        goal=plottable(goal),
        to_date=plottable(to_date),
        reached=tuple(Reached(*level) for level in reached),
    )
    return Chart(form="distribution", finding=finding, data=data, **look)


def _draw(chart: Chart, sheet: Sheet) -> Drawing:
    data: Distribution = chart.data
    if not data.quantiles:
        return empty(chart, sheet)
    top = heading(chart, sheet) + 26
    bottom = top + (110 if sheet.narrow else 140)
    scale = _scale(data, sheet)
    _shape(data, sheet, scale, top, bottom)
    _axis(chart, sheet, scale, bottom)
    _marks(chart, sheet, scale, top, bottom)
    y = _levels(chart, sheet, scale, bottom + 24)
    return finish(chart, sheet, y)


def _scale(data: Distribution, sheet: Sheet) -> Scale:
    """Cover nearly all of the distribution, the goal and what there is to date, but nothing below zero for its own sake."""
    marks = [mark for mark in (data.goal, data.to_date) if mark is not None]
    low, high = min(data.at(0.005), *marks, data.at(0.5)), max(data.at(0.995), *marks, data.at(0.5))
    room = (high - low) * 0.03 or max(abs(high), 1.0) * 0.1
    floor = 0.0 if low >= 0 else low - room
    return Scale(low=max(low - room, floor), high=high + room, start=8.0, end=sheet.width - 8.0)


def _shape(data: Distribution, sheet: Sheet, scale: Scale, top: float, bottom: float) -> None:
    """Draw bars of equal width, one of which begins at the goal."""
    width = (scale.high - scale.low) / (_FEW_BINS if sheet.narrow else _BINS)
    first = scale.low if data.goal is None else data.goal - width * ceil((data.goal - scale.low) / width)
    edges = [first + width * place for place in range(ceil((scale.high - first) / width) + 1)]
    shares = [data.below(high) - data.below(low) for low, high in pairwise(edges)]
    most = max(shares, default=0.0) or 1.0
    for (low, high), share in zip(pairwise(edges), shares, strict=True):
        if share > 0:
            start, end = max(scale(low), scale.start), min(scale(high), scale.end)
            height = (bottom - top) * share / most
            reached = data.goal is None or low >= data.goal - width / 2
            # A hair of overlap keeps the bars one shape at any zoom.
            sheet.rect(
                start, bottom - height, end - start + 0.3, height, "accent" if reached else "accent-soft"
            )


def _axis(chart: Chart, sheet: Sheet, scale: Scale, bottom: float) -> None:
    sheet.line([(scale.start, bottom), (scale.end, bottom)], "muted")
    found = ticks(scale.low, scale.high, 4 if sheet.narrow else 7, whole=chart.unit in {"count", "money"})
    marks = [mark for mark in found if scale.low <= mark <= scale.high]
    for mark, text in zip(marks, tick_texts(marks, chart.unit, chart.fmt), strict=True):
        half = text_width(text, 11) / 2
        x = min(max(scale(mark), half), sheet.width - half)
        sheet.line([(scale(mark), bottom), (scale(mark), bottom + 4)], "muted")
        sheet.text(x, bottom + 16, text, size=11, anchor="middle", fill="muted")


def _marks(chart: Chart, sheet: Sheet, scale: Scale, top: float, bottom: float) -> None:
    """Mark the goal and what there is to date above the shape, moved apart where they would touch."""
    named = [("To date", chart.data.to_date, "warn"), ("Goal", chart.data.goal, "ink")]
    marks = [(name, amount, fill) for name, amount, fill in named if amount is not None]
    texts = [f"{name} {chart.fmt.short(amount, chart.unit)}" for name, amount, _ in marks]
    widths = [text_width(text, 12) + 14 for text in texts]
    middles = spread([scale(amount) for _, amount, _ in marks], widths, -6, sheet.width + 6)
    for (_, amount, fill), text, middle in zip(marks, texts, middles, strict=True):
        sheet.text(middle, top - 10, text, anchor="middle", fill=fill)
        sheet.mark(scale(amount), top - 5, bottom, fill)


def _levels(chart: Chart, sheet: Sheet, scale: Scale, y: float) -> float:
    """Name levels below the axis: a tick each, on a row of their own."""
    found = [
        (level.name, number)
        for level in chart.data.reached
        if (number := plottable(level.amount)) is not None
    ]
    if not found:
        return y
    texts = [(name, chart.fmt.short(amount, chart.unit)) for name, amount in found]
    room = sheet.width / len(found) - 12
    widths = [
        max(min(text_width(clean(name), 11), room), text_width(shown, 12, bold=True)) + 12
        for name, shown in texts
    ]
    middles = spread([scale(amount) for _, amount in found], widths, 0, sheet.width)
    for (_, amount), (name, shown), middle in zip(found, texts, middles, strict=True):
        x = min(max(scale(amount), scale.start), scale.end)
        sheet.line([(x, y), (x, y + 5), (middle, y + 10)], "accent", width=1.5)
        sheet.text(middle, y + 22, shown, anchor="middle", bold=True)
        sheet.text(middle, y + 36, name, size=11, anchor="middle", fill="muted", room=room)
    return y + 38


def _figures(chart: Chart) -> Figures:
    data: Distribution = chart.data
    if not data.quantiles:
        return ()
    rows = [("Goal", data.goal), ("To date", data.to_date), *data.reached]
    words = ("One in ten is", "A quarter is", "Half is", "Three quarters are", "Nine in ten are")
    rows += [(f"{word} below", data.at(share)) for word, share in zip(words, _FIGURE_TICKS, strict=True)]
    return (
        ("", "Amount"),
        *((name, chart.fmt.short(number, chart.unit)) for name, amount in rows
          if (number := plottable(amount)) is not None),
    )  # fmt: skip


FORMS.add("distribution", Form(make=distribution, draw=_draw, figures=_figures), origin=__name__)
