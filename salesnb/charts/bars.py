"""Ranked horizontal bars."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Unpack

from salesnb.charts.chart import FORMS, Chart, Figures, Form, Look
from salesnb.charts.layout import empty, finish, heading
from salesnb.charts.scale import Number, Scale, plottable, share
from salesnb.charts.sheet import Drawing, Sheet
from salesnb.charts.text import clean, text_width

__all__ = ["Bar", "bars"]

_OF_QUOTA = "of quota"


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
    measure: str = "",
    ranked: bool = True,
    limit: int = 15,
    highlight: Collection[str] = (),
    **look: Unpack[Look],
) -> Chart:
    """Draw horizontal bars from the highest value to the lowest, each with its value written beside it.

    Parameters
    ----------
    finding
        The headline, a sentence.
    items
        ``(label, value)`` or ``(label, value, quota)`` each; a value of None has no bar and stands last.
    measure
        What the values are, such as ``Won``.
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
    plan = _plan(chart, sheet)
    y = heading(chart, sheet) + (18 if plan.quotas else 6)
    if plan.quotas:
        _headings(chart, sheet, plan, y - 6)
        y += 5 if sheet.narrow else 0
    top = y
    for bar in data.shown:
        (_below if sheet.narrow else _beside)(chart, sheet, plan, bar, y)
        y += plan.pitch
    if plan.scale.low < 0 or not sheet.narrow:
        zero = plan.scale(0)
        sheet.line([(zero, top - 3), (zero, y - 6)], "muted")
    if data.left_out:
        y += 12
        sheet.text(0, y, _rest(chart), fill="muted", room=sheet.width)
        y += 8
    return finish(chart, sheet, y)


@dataclass(frozen=True, kw_only=True)
class _Plan:
    scale: Scale
    names: float
    figures: float
    shares: float
    pitch: float
    quotas: bool


def _plan(chart: Chart, sheet: Sheet) -> _Plan:
    """Give names, bars and figures their room: names beside bars, or above them where it is narrow."""
    data: Bars = chart.data
    values = [plottable(bar.value) for bar in data.shown]
    quotas = [plottable(bar.quota) for bar in data.shown]
    have_quotas = any(quota is not None for quota in quotas)
    figures = _widest([*(_value(chart, bar) for bar in data.shown), data.measure if have_quotas else ""]) + 8
    percents = (_OF_QUOTA, *(_attainment(chart, bar) for bar in data.shown))
    shares = _widest(percents) + 16 if have_quotas else 0.0
    names, start, end = 0.0, 1.0, sheet.width - 1.0
    if not sheet.narrow:
        names = min(_widest(clean(bar.label) for bar in data.shown), sheet.width * 0.32) + 14
        below_zero = any(value is not None and value < 0 for value in values)
        start = names + (figures if below_zero and not have_quotas else 0)
        end = sheet.width - figures - shares - (8 if have_quotas else 0)
    scale = Scale.over([*values, *quotas], start=start, end=max(end, start + 20))
    return _Plan(
        scale=scale,
        names=names,
        figures=figures,
        shares=shares,
        pitch=38 if sheet.narrow else 26,
        quotas=have_quotas,
    )


def _widest(texts: Iterable[str]) -> float:
    return max(text_width(text, 12, bold=True) for text in texts)


def _headings(chart: Chart, sheet: Sheet, plan: _Plan, y: float) -> None:
    """Say what the figures are, and once, at the first bar that has one, what the tick is."""
    sheet.text(sheet.width, y, _OF_QUOTA, size=11, anchor="end", fill="muted")
    right = sheet.width - plan.shares
    sheet.text(right, y, chart.data.measure, size=11, anchor="end", fill="muted", room=plan.figures)
    first = plottable(chart.data.shown[0].quota)
    if sheet.narrow:
        sheet.mark(2, y - 9, y + 1, "ink")
        sheet.text(9, y, "quota", size=11, fill="muted")
    elif first is not None:
        half = text_width("quota", 11) / 2
        x = max(plan.names + half, min(plan.scale(first), plan.scale.end - half))
        sheet.text(x, y, "quota", size=11, anchor="middle", fill="muted")


def _beside(chart: Chart, sheet: Sheet, plan: _Plan, bar: Bar, y: float) -> None:
    """Draw one row: name, bar, figures."""
    strong, value = bar.label in chart.data.highlight, plottable(bar.value) or 0.0
    sheet.text(0, y + 13, bar.label, bold=strong, room=plan.names - 12)
    _shape(chart, sheet, plan, bar, y, 17)
    text = _value(chart, bar)
    if plan.quotas:
        sheet.text(sheet.width - plan.shares, y + 13, text, anchor="end", bold=strong)
        sheet.text(sheet.width, y + 13, _attainment(chart, bar), anchor="end", bold=strong)
    elif value < 0:
        sheet.text(plan.scale(value) - 6, y + 13, text, anchor="end", bold=strong)
    else:
        sheet.text(plan.scale(value) + 6, y + 13, text, bold=strong)


def _below(chart: Chart, sheet: Sheet, plan: _Plan, bar: Bar, y: float) -> None:
    """Draw one bar below its name and figures."""
    strong = bar.label in chart.data.highlight
    if plan.quotas:
        sheet.text(sheet.width, y + 11, _attainment(chart, bar), anchor="end", bold=strong)
    sheet.text(sheet.width - plan.shares, y + 11, _value(chart, bar), anchor="end", bold=strong)
    sheet.text(0, y + 11, bar.label, bold=strong, room=sheet.width - plan.shares - plan.figures)
    _shape(chart, sheet, plan, bar, y + 17, 11)


def _shape(chart: Chart, sheet: Sheet, plan: _Plan, bar: Bar, y: float, thick: float) -> None:
    value, quota, zero = plottable(bar.value), plottable(bar.quota), plan.scale(0)
    if value:
        strong = not chart.data.highlight or bar.label in chart.data.highlight
        sheet.rect(zero, y, plan.scale(value) - zero, thick, "accent" if strong else "accent-soft")
    if quota is not None:
        over = 2 if sheet.narrow else 3
        sheet.mark(plan.scale(quota), y - over, y + thick + over, "ink")


def _value(chart: Chart, bar: Bar) -> str:
    return chart.fmt.short(plottable(bar.value), chart.unit)


def _attainment(chart: Chart, bar: Bar, digits: int = 0) -> str:
    return chart.fmt.ratio(share(bar.value, bar.quota), digits)


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
    return (("", data.measure or "Value") + (("Quota", "Attainment") if quotas else ()), *rows)


FORMS.add("bars", Form(make=bars, draw=_draw, figures=_figures), origin=__name__)
