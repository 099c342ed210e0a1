"""From one total to another, effect by effect."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, NamedTuple, Unpack

from salesnb.charts.chart import FORMS, Chart, Figures, Form, Look
from salesnb.charts.layout import finish, heading
from salesnb.charts.scale import Scale, plottable, signed, ticks
from salesnb.charts.sheet import Drawing, Sheet
from salesnb.charts.text import clean, text_width
from salesnb.errors import BadInput

__all__ = ["Step", "waterfall"]

_MOST_COLUMNS = 9


class Step(NamedTuple):
    """A total or an effect: its name and amount."""

    label: str
    amount: int | float


@dataclass(frozen=True, kw_only=True)
class Waterfall:
    """What `waterfall` draws; ``start`` and ``effects`` add up to ``end``."""

    start: Step
    effects: tuple[Step, ...]
    end: Step


class _Piece(NamedTuple):
    label: str
    low: float
    high: float
    text: str
    fill: str
    level: float


def waterfall(
    finding: str,
    start: Step | tuple[Any, ...],
    effects: Sequence[Step | tuple[Any, ...]],
    end: Step | tuple[Any, ...],
    **look: Unpack[Look],
) -> Chart:
    """Draw bars from a starting total over effects up and down to an end total.

    Parameters
    ----------
    finding
        The headline, a sentence.
    start, end
        ``(label, amount)`` of the two totals.
    effects
        ``(label, amount)`` each, in the order in which they are told.
    **look
        ``fmt``, ``unit``, ``subtitle``, ``note``, ``nothing`` as in `Chart`.

    Raises
    ------
    BadInput
        When start and effects do not add up to the end: exactly for whole numbers, else to a billionth of the
        largest.

    Examples
    --------
    >>> chart = waterfall("Bigger deals made up for fewer", ("2016", 900_00),
    ...                   [("Volume", -100_00), ("Deal size", 250_00)], ("2017", 1050_00))
    >>> print(chart.text())
    Bigger deals made up for fewer
    <BLANKLINE>
               Change   Total
    2016                 $900
    Volume      -$100    $800
    Deal size   +$250  $1.05K
    2017               $1.05K
    """
    data = Waterfall(start=Step(*start), effects=tuple(Step(*effect) for effect in effects), end=Step(*end))
    _check(data, finding)
    return Chart(form="waterfall", finding=finding, data=data, **look)


def _check(data: Waterfall, finding: str) -> None:
    amounts = [data.start.amount, *(effect.amount for effect in data.effects)]
    missing = sum(amounts) - data.end.amount
    exact = all(isinstance(amount, int) for amount in (*amounts, data.end.amount))
    slack = 0 if exact else 1e-9 * max(abs(float(amount)) for amount in (*amounts, data.end.amount))
    if not abs(missing) <= slack:
        raise BadInput(
            f"The effects from {data.start.label!r} to {data.end.label!r} miss the end by {-missing}.",
            hint="Give every effect, and what no effect explains as one of its own.",
            where=f"waterfall {finding!r}",
        )


def _pieces(chart: Chart) -> tuple[_Piece, ...]:
    data: Waterfall = chart.data
    levels = list(accumulate((effect.amount for effect in data.effects), initial=data.start.amount))
    pieces = [_total(chart, data.start)]
    for before, after, effect in zip(levels, levels[1:], data.effects, strict=False):
        low, high = sorted((plottable(before) or 0.0, plottable(after) or 0.0))
        fill = "good" if effect.amount >= 0 else "bad"
        text = signed(effect.amount, chart.unit, chart.fmt)
        pieces.append(_Piece(effect.label, low, high, text, fill, plottable(after) or 0.0))
    return (*pieces, _total(chart, data.end))


def _total(chart: Chart, step: Step) -> _Piece:
    amount = plottable(step.amount) or 0.0
    text = chart.fmt.short(step.amount, chart.unit)
    return _Piece(step.label, min(amount, 0.0), max(amount, 0.0), text, "accent", amount)


def _draw(chart: Chart, sheet: Sheet) -> Drawing:
    pieces = _pieces(chart)
    y = heading(chart, sheet) + 6
    upright = not sheet.narrow and len(pieces) <= _MOST_COLUMNS
    low, high = _range(pieces)
    y = (_columns if upright else _rows)(sheet, pieces, y, low, high)
    if low > 0:
        shapes, least = "columns" if upright else "bars", chart.fmt.short(low, chart.unit)
        words = f"The {shapes} of the totals begin at {least}, not at zero."
        y = sheet.paragraph(y + 14, words, size=11, fill="muted") - 8
    return finish(chart, sheet, y)


def _range(pieces: Sequence[_Piece]) -> tuple[float, float]:
    """Give what the scale covers: from zero, unless the effects would be slivers beside the totals.

    Then the totals are cut at a round number, and that is drawn and said.
    """
    levels = [piece.level for piece in pieces]
    lowest, highest = min(levels), max(levels)
    if lowest <= 0 or highest - lowest > lowest * 0.35:
        return min(0.0, lowest), max(0.0, highest)
    spread = max(highest - lowest, lowest * 1e-4)
    return max(ticks(lowest - spread * 1.2, lowest - spread * 0.5, 3)[0], 0.0), highest


def _columns(sheet: Sheet, pieces: Sequence[_Piece], y: float, low: float, high: float) -> float:
    """Draw upright columns with their names below."""
    bottom, pitch = y + 200, sheet.width / len(pieces)
    wide = min(pitch * 0.62, 84)
    scale = Scale(low=low, high=high or low + 1, start=bottom - (18 if low < 0 else 0), end=y + 16)
    if low <= 0:
        sheet.line([(0, scale(0)), (sheet.width, scale(0))], "muted")
    for place, piece in enumerate(pieces):
        middle, total = pitch * (place + 0.5), piece.fill == "accent"
        top, base = scale(piece.high), scale(max(piece.low, low))
        sheet.rect(middle - wide / 2, top, wide, max(base - top, 1.5), piece.fill)
        if total and low > 0:
            _cut(sheet, middle - wide / 2 - 4, bottom - 12, middle + wide / 2 + 4, bottom - 20)
        below = piece.level < 0 if total else piece.fill == "bad"
        fill = "ink" if total else piece.fill
        sheet.text(middle, base + 14 if below else top - 5, piece.text, anchor="middle", bold=True, fill=fill)
        sheet.text(middle, bottom + 18, piece.label, anchor="middle", bold=total, room=pitch - 6)
        if place < len(pieces) - 1:
            level = scale(piece.level)
            sheet.line([(middle + wide / 2, level), (middle + pitch - wide / 2, level)], "muted")
    return bottom + 24


def _cut(sheet: Sheet, left: float, top: float, right: float, bottom: float) -> None:
    """Cut through a bar, to show that it does not begin at zero."""
    sheet.line([(left, top), (right, bottom)], "bg", width=4)


def _rows(sheet: Sheet, pieces: Sequence[_Piece], y: float, low: float, high: float) -> float:
    """Draw bars one below the other with their names to the left and figures to the right."""
    names = (
        min(max(text_width(clean(piece.label), 12, bold=True) for piece in pieces), sheet.width * 0.4) + 12
    )
    figures = max(text_width(piece.text, 12, bold=True) for piece in pieces) + 10
    end = max(sheet.width - figures, names + 20)
    scale = Scale(low=low, high=high if high > low else low + 1, start=names, end=end)
    if low <= 0:
        sheet.line([(scale(0), y), (scale(0), y + 26 * len(pieces) - 6)], "muted")
    for place, piece in enumerate(pieces):
        total = piece.fill == "accent"
        fill = "ink" if total else piece.fill
        sheet.text(0, y + 14, piece.label, bold=total, room=names - 12)
        left, right = scale(max(piece.low, low)), scale(piece.high)
        sheet.rect(left, y + 2, max(right - left, 1.5), 16, piece.fill)
        if total and low > 0:
            _cut(sheet, left + 6, y + 21, left + 12, y - 1)
        sheet.text(sheet.width, y + 14, piece.text, anchor="end", bold=True, fill=fill)
        if place < len(pieces) - 1:
            level = scale(piece.level)
            sheet.line([(level, y + 18), (level, y + 28)], "muted")
        y += 26
    return y


def _figures(chart: Chart) -> Figures:
    data: Waterfall = chart.data
    fmt, unit = chart.fmt, chart.unit
    levels = list(accumulate((effect.amount for effect in data.effects), initial=data.start.amount))
    return (
        ("", "Change", "Total"),
        (data.start.label, "", fmt.short(data.start.amount, unit)),
        *(
            (effect.label, signed(effect.amount, unit, fmt), fmt.short(level, unit))
            for effect, level in zip(data.effects, levels[1:], strict=True)
        ),
        (data.end.label, "", fmt.short(data.end.amount, unit)),
    )


FORMS.add("waterfall", Form(make=waterfall, draw=_draw, figures=_figures), origin=__name__)
