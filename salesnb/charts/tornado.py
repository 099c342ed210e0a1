"""What moves a figure most: each driver moved down and up, the widest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Unpack

from salesnb.charts.chart import FORMS, Chart, Figures, Form, Look
from salesnb.charts.layout import empty, finish, heading
from salesnb.charts.scale import Number, Scale, plottable, tick_texts, ticks
from salesnb.charts.sheet import Drawing, Sheet
from salesnb.charts.text import clean, text_width

__all__ = ["Swing", "tornado"]


class Swing(NamedTuple):
    """A driver: its name, what the figure is with it moved down and up, and by how much it is moved, in words."""

    label: str
    down: Number
    up: Number
    move: str = ""


class _Swing(NamedTuple):
    """A driver whose figures can be drawn."""

    label: str
    down: float
    up: float
    move: str


@dataclass(frozen=True, kw_only=True)
class Tornado:
    """What `tornado` draws, the widest first."""

    swings: tuple[_Swing, ...]
    base: float | None
    base_name: str


def tornado(
    finding: str,
    swings: Sequence[Swing | tuple[Any, ...]],
    *,
    base: Number | None = None,
    base_name: str = "now",
    **look: Unpack[Look],
) -> Chart:
    """Draw how far each driver moves a figure: a bar from where it is with less of it to where it is with more.

    Parameters
    ----------
    finding
        The headline, a sentence.
    swings
        ``(driver, figure with less, figure with more, by how much)`` each.
    base
        The figure as it is, drawn as a line; None where it is not known.
    base_name
        What that line is called.
    **look
        ``fmt``, ``unit``, ``subtitle``, ``note``, ``nothing`` as in `Chart`.

    Examples
    --------
    >>> chart = tornado("Deal size decides", [("Cycle", 0.6, 0.4, "8%"), ("Deal size", 0.2, 0.7, "11%")],
    ...                 base=0.5, unit="ratio")
    >>> print(chart.text())
    Deal size decides
    <BLANKLINE>
               Moved by  Less  More
    Deal size       11%   20%   70%
    Cycle            8%   60%   40%
    """
    rows = [Swing(*swing) for swing in swings]
    known = [
        _Swing(row.label, down, up, row.move)
        for row in rows
        if (down := plottable(row.down)) is not None and (up := plottable(row.up)) is not None
    ]
    known.sort(key=lambda row: -abs(row.up - row.down))
    data = Tornado(swings=tuple(known), base=plottable(base), base_name=base_name)
    return Chart(form="tornado", finding=finding, data=data, **look)


def _draw(chart: Chart, sheet: Sheet) -> Drawing:
    data: Tornado = chart.data
    if not data.swings:
        return empty(chart, sheet)
    y = heading(chart, sheet) + 20
    names = 0.0
    if not sheet.narrow:
        widest = max(text_width(_name(swing), 12) for swing in data.swings)
        names = min(widest, sheet.width * 0.36) + 14
    scale = _scale(chart, sheet, names)
    pitch, bar = (42, 13) if sheet.narrow else (30, 16)
    top = y
    for swing in data.swings:
        at = y + (18 if sheet.narrow else 0)
        sheet.text(0, y + 12, _name(swing), room=sheet.width if sheet.narrow else names - 12)
        _bar(chart, sheet, scale, swing, at, bar)
        y += pitch
    if data.base is not None:
        x = scale(data.base)
        words = f"{data.base_name} {_figure(chart, data.base)}"
        half = text_width(words, 11) / 2
        sheet.text(
            min(max(x, half), sheet.width - half), top - 8, words, size=11, anchor="middle", fill="muted"
        )
        sheet.line([(x, top - 4), (x, y - pitch + bar + (22 if sheet.narrow else 4))], "ink", dash="3 3")
    return finish(chart, sheet, _axis(chart, sheet, scale, y))


def _scale(chart: Chart, sheet: Sheet, names: float) -> Scale:
    """Cover every figure; shares on the whole from nothing to all, so that a small swing looks small."""
    data: Tornado = chart.data
    values = [value for swing in data.swings for value in (swing.down, swing.up)]
    values += [data.base] if data.base is not None else []
    low, high = (0.0, 1.0) if chart.unit == "ratio" else (min(values), max(values))
    figures = max(text_width(chart.fmt.short(value, chart.unit), 11) for value in values) + 8
    start = names + figures
    end = max(sheet.width - figures, start + 40)
    return Scale(low=low, high=high if high > low else low + 1, start=start, end=end)


def _bar(chart: Chart, sheet: Sheet, scale: Scale, swing: _Swing, y: float, thick: float) -> None:
    """Draw less of the driver pale and more of it full, each to its side of the figure as it is."""
    base = chart.data.base
    down, up = swing.down, swing.up
    middle = base if base is not None and min(down, up) <= base <= max(down, up) else (down + up) / 2
    for value, fill in ((down, "accent-soft"), (up, "accent")):
        sheet.rect(scale(middle), y, scale(value) - scale(middle), thick, fill)
    for value, to_the_left in ((min(down, up), True), (max(down, up), False)):
        text = _figure(chart, value)
        x = scale(value) + (-5 if to_the_left else 5)
        sheet.text(x, y + thick - 4, text, size=11, anchor="end" if to_the_left else "start")


def _axis(chart: Chart, sheet: Sheet, scale: Scale, y: float) -> float:
    """Say what the two colours are, and write round values below."""
    found = ticks(scale.low, scale.high, 4, whole=chart.unit in {"count", "money"})
    marks = [mark for mark in found if scale.low - 1e-9 <= mark <= scale.high + 1e-9]
    for mark, text in zip(marks, tick_texts(marks, chart.unit, chart.fmt), strict=True):
        sheet.text(scale(mark), y + 10, text, size=11, anchor="middle", fill="muted")
    y += 28
    left = 0.0
    for fill, words in (("accent-soft", "with less of it"), ("accent", "with more of it")):
        sheet.rect(left, y - 9, 10, 10, fill)
        box = sheet.text(left + 15, y, words, size=11, fill="muted")
        left = box.right + 18
    return y + 2


def _figure(chart: Chart, value: float) -> str:
    """Write shares in whole per cent: they are chances, and no more exact than that."""
    return chart.fmt.ratio(value, 0) if chart.unit == "ratio" else chart.fmt.short(value, chart.unit)


def _name(swing: _Swing) -> str:
    return clean(f"{swing.label} ±{swing.move}" if swing.move else swing.label)


def _figures(chart: Chart) -> Figures:
    data: Tornado = chart.data
    if not data.swings:
        return ()
    return (
        ("", "Moved by", "Less", "More"),
        *(
            (
                swing.label,
                swing.move,
                _figure(chart, swing.down),
                _figure(chart, swing.up),
            )
            for swing in data.swings
        ),
    )


FORMS.add("tornado", Form(make=tornado, draw=_draw, figures=_figures), origin=__name__)
