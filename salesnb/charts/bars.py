"""Ranked horizontal bars."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Unpack

from salesnb.charts.chart import FORMS, Chart, Figures, Form, Look
from salesnb.charts.layout import empty, finish, heading
from salesnb.charts.scale import Number, Scale, plottable
from salesnb.charts.sheet import Drawing, Sheet
from salesnb.charts.text import clean, text_width

__all__ = ["Bar", "bars"]


class Bar(NamedTuple):
    """One bar: its name, value, and its quota, if any."""

    label: str
    value: Number | None
    quota: Number | None = None


@dataclass(frozen=True, kw_only=True)
class Bars:
    """What `bars` draws: those that are shown, and how many are left out."""

    shown: tuple[Bar, ...]
    left_out: tuple[Bar, ...]
    highlight: frozenset[str]
    measure: str


def bars(
    finding: str,
    items: Sequence[Bar | tuple[Any, ...]],
    *,
    measure: str = "Value",
    ranked: bool = True,
    limit: int = 15,
    highlight: Collection[str] = (),
    **look: Unpack[Look],
) -> Chart:
    """Horizontal bars from the highest value to the lowest, each with its value written beside it.

    Parameters
    ----------
    finding
        The headline, a sentence.
    items
        ``(label, value)`` or ``(label, value, quota)`` each; a value of None has no bar and stands last.
    measure
        What the values are, for text and screen readers.
    ranked
        Sort by value; otherwise the order stays.
    limit
        How many bars to draw; the rest is counted in a line below, but highlighted ones are always drawn.
    highlight
        Labels to draw in full colour, the others paler.
    **look
        ``fmt``, ``unit``, ``subtitle``, ``note``, ``nothing`` as in `Chart`.

    Examples
    --------
    >>> chart = bars("Anna leads", [("Bob", 50_00), ("Anna", 90_00, 80_00)], measure="Won")
    >>> print(chart.text())
    Anna leads
    <BLANKLINE>
          Won  Quota  Attainment
    Anna  $90    $80      112.5%
    Bob   $50      –           –
    """
    rows = [Bar(*item) for item in items]
    if ranked:
        rows.sort(key=lambda bar: -_size(bar))
    names = frozenset(highlight)
    kept = tuple(bar for place, bar in enumerate(rows) if place < limit or bar.label in names)
    rest = tuple(bar for place, bar in enumerate(rows) if place >= limit and bar.label not in names)
    if len(rest) == 1:
        kept, rest = (*kept, *rest), ()
    data = Bars(shown=kept, left_out=rest, highlight=names, measure=measure)
    return Chart(form="bars", finding=finding, data=data, **look)


def _size(bar: Bar) -> float:
    value = plottable(bar.value)
    return float("-inf") if value is None else value


def _draw(chart: Chart, sheet: Sheet) -> Drawing:
    data: Bars = chart.data
    if not data.shown:
        return empty(chart, sheet)
    y = heading(chart, sheet) + 6
    plan = _plan(chart, sheet)
    quotas = any(bar.quota is not None for bar in data.shown)
    y += 12 if quotas else 0
    _name_quota(chart, sheet, plan, y)
    top = y
    for bar in data.shown:
        _bar(chart, sheet, plan, bar, y)
        y += plan.pitch
    if plan.scale.low < 0:
        zero = plan.scale(0)
        sheet.line([(zero, top - 2), (zero, y - plan.gap)], "muted")
    y -= plan.gap
    if data.left_out:
        y += 20
        sheet.text(0, y, _rest(chart), fill="muted", room=sheet.width)
    return finish(chart, sheet, y + 6)


@dataclass(frozen=True, kw_only=True)
class _Plan:
    scale: Scale
    names: float
    above: float
    thick: float
    pitch: float
    gap: float
    column: bool


def _plan(chart: Chart, sheet: Sheet) -> _Plan:
    """Give names, bars and values their room: names beside bars, or above them where it is narrow."""
    data: Bars = chart.data
    values = [plottable(bar.value) for bar in data.shown]
    quotas = [plottable(bar.quota) for bar in data.shown]
    widest = max(text_width(_value(chart, bar), 12, bold=True) for bar in data.shown) + 8
    names = 0.0
    if not sheet.narrow:
        names = min(max(text_width(clean(bar.label), 12) for bar in data.shown), sheet.width * 0.3) + 12
    below_zero = any(value is not None and value < 0 for value in values)
    start = names + (widest if below_zero else 0)
    scale = Scale.over([*values, *quotas], start=start, end=sheet.width - widest - 2)
    column = any(quota is not None for quota in quotas)
    above, thick, gap = (16, 12, 12) if sheet.narrow else (0, 17, 9)
    return _Plan(
        scale=scale, names=names, above=above, thick=thick, pitch=above + thick + gap, gap=gap, column=column
    )


def _bar(chart: Chart, sheet: Sheet, plan: _Plan, bar: Bar, y: float) -> None:
    data: Bars = chart.data
    strong = bar.label in data.highlight
    middle = y + plan.above + plan.thick / 2
    if sheet.narrow:
        sheet.text(0, y + 11, bar.label, bold=strong, room=sheet.width)
    else:
        sheet.text(plan.names - 12, middle + 4, bar.label, anchor="end", bold=strong, room=plan.names - 12)
    value, quota, zero = plottable(bar.value), plottable(bar.quota), plan.scale(0)
    end = zero if value is None else plan.scale(value)
    if value:
        fill = "accent" if strong or not data.highlight else "accent-soft"
        sheet.rect(zero, y + plan.above, end - zero, plan.thick, fill)
    if quota is not None:
        x = plan.scale(quota)
        sheet.line([(x, y + plan.above - 3), (x, y + plan.above + plan.thick + 3)], "ink", width=2)
    text = _value(chart, bar)
    if plan.column:
        sheet.text(sheet.width, middle + 4, text, anchor="end", bold=strong)
    elif value is not None and value < 0:
        sheet.text(end - 6, middle + 4, text, anchor="end", bold=strong)
    else:
        sheet.text(end + 6, middle + 4, text, bold=strong)


def _name_quota(chart: Chart, sheet: Sheet, plan: _Plan, y: float) -> None:
    """Say once, at the first bar that has one, what the tick is."""
    first = chart.data.shown[0]
    quota = plottable(first.quota)
    if quota is None:
        return
    half = text_width("quota", 11) / 2
    x = max(plan.names + half, min(plan.scale(quota), sheet.width - half))
    sheet.text(x, y - 6, "quota", size=11, anchor="middle", fill="muted")


def _value(chart: Chart, bar: Bar) -> str:
    text = chart.fmt.short(plottable(bar.value), chart.unit)
    share = _attainment(chart, bar)
    return f"{text} · {share}" if share != "–" else text  # noqa: RUF001 -- the formatter's dash for nothing


def _attainment(chart: Chart, bar: Bar, digits: int = 0) -> str:
    value, quota = plottable(bar.value), plottable(bar.quota)
    return chart.fmt.ratio(value / quota if value is not None and quota else None, digits)


def _rest(chart: Chart) -> str:
    rest = chart.data.left_out
    values = [bar.value for bar in rest if plottable(bar.value) is not None]
    together = ""
    if values and chart.unit in ("money", "count"):
        together = f", together {chart.fmt.short(sum(values), chart.unit)}"
    return f"and {chart.fmt.count(len(rest))} more{together}"


def _figures(chart: Chart) -> Figures:
    data: Bars = chart.data
    quotas = any(bar.quota is not None for bar in data.shown)
    if not data.shown:
        return ()
    rows = [
        (bar.label, chart.fmt.short(plottable(bar.value), chart.unit))
        + ((chart.fmt.short(plottable(bar.quota), chart.unit), _attainment(chart, bar, 1)) if quotas else ())
        for bar in data.shown
    ]
    if data.left_out:
        rows.append((_rest(chart), *[""] * (3 if quotas else 1)))
    return (("", data.measure) + (("Quota", "Attainment") if quotas else ()), *rows)


FORMS.add("bars", Form(make=bars, draw=_draw, figures=_figures), origin=__name__)
