"""A response curve: what a segment sells for an amount of a resource, how sure that is, and where it is known from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Unpack

from salesnb.charts.axis import Plot, value_axis
from salesnb.charts.chart import FORMS, Chart, Figures, Form, Look
from salesnb.charts.layout import empty, finish, heading, spread, stride
from salesnb.charts.scale import Number, Scale, plottable, tick_texts, ticks
from salesnb.charts.sheet import Drawing, Sheet
from salesnb.charts.text import text_width

__all__ = ["Responded", "response"]

# More data points than that are drawn smaller.
_MANY = 60


class Responded(NamedTuple):
    """What is sold for an amount, with an interval around it, if there is one."""

    amount: Number
    sales: Number
    low: Number | None = None
    high: Number | None = None


@dataclass(frozen=True, kw_only=True)
class _Response:
    """What `response` draws; ``marks`` are names and amounts."""

    curve: tuple[Responded, ...]
    points: tuple[tuple[float, float], ...]
    marks: tuple[tuple[str, float], ...]
    source: str
    amount_name: str
    amount_unit: str


def response(
    finding: str,
    curve: Sequence[Responded | tuple[Number, ...]],
    *,
    points: Sequence[tuple[Number, Number]] = (),
    today: Number | None = None,
    allocated: Number | None = None,
    source: str = "judgement",
    amount_name: str = "Effort",
    amount_unit: str = "number",
    **look: Unpack[Look],
) -> Chart:
    """Draw a response curve with a band, its data, and today's and the allocated amount.

    Parameters
    ----------
    finding
        The headline, a sentence.
    curve
        What is reached at amounts, in rising order: amount, sales, low, high.
    points
        Amounts and sales of the past.
    today, allocated
        Amounts that are marked on the curve.
    source
        Where the curve is known from, in words; written below it.
    amount_name, amount_unit
        What the amounts are, and how they are written: ``money``, ``count`` or ``number``.
    **look
        ``fmt``, ``unit``, ``subtitle``, ``note``, ``nothing`` as in `Chart`; the unit is that of the sales.

    Examples
    --------
    >>> rows = [(0, 100_00, 80_00, 120_00), (10, 200_00, 190_00, 210_00), (20, 240_00, 220_00, 260_00)]
    >>> print(response("Half of North's sales come without visits", rows, today=10, source="history, 24 months").text())
    Half of North's sales come without visits
    <BLANKLINE>
    Effort    Sales  80 % between
    0          $100      $80–$120
    5          $150     $135–$165
    10 today   $200     $190–$210
    15         $220     $205–$235
    20         $240     $220–$260
    <BLANKLINE>
    Source: history, 24 months.
    """
    rows = tuple(reached for row in curve if (reached := _known(Responded(*row))) is not None)
    pairs = ((plottable(x), plottable(y)) for x, y in points)
    marks = (("today", plottable(today)), ("allocated", plottable(allocated)))
    data = _Response(
        curve=tuple(sorted(rows, key=lambda row: float(row.amount))),
        points=tuple((x, y) for x, y in pairs if x is not None and y is not None),
        marks=tuple((name, amount) for name, amount in marks if amount is not None),
        source=source,
        amount_name=amount_name,
        amount_unit=amount_unit,
    )
    said = f"Source: {source}." if source else ""
    look["note"] = " ".join(part for part in (said, look.get("note", "")) if part)
    return Chart(form="response", finding=finding, data=data, **look)


def _known(row: Responded) -> Responded | None:
    amount, sales, low, high = (plottable(value) for value in row)
    if amount is None or sales is None:
        return None
    return Responded(amount, sales, low, high)


def _draw(chart: Chart, sheet: Sheet) -> Drawing:
    data: _Response = chart.data
    if len(data.curve) < 2 or data.curve[0].amount == data.curve[-1].amount:
        return empty(chart, sheet)
    top = heading(chart, sheet) + 22
    bottom = top + (170 if sheet.narrow else 230)
    values = [value for row in data.curve for value in _heights(row)] + [y for _, y in data.points]
    plot = value_axis(sheet, values, chart, top=top, bottom=bottom, right=14)
    across = _amount_axis(chart, sheet, plot)
    _band(sheet, plot, across, data.curve)
    for x, y in data.points:
        sheet.dot(across(x), plot.scale(y), 2 if len(data.points) > _MANY else 3, "muted")
    path = [(across(float(row.amount)), plot.scale(float(row.sales))) for row in data.curve]
    sheet.line(path, "accent", width=2.5)
    _marks(chart, sheet, plot, across)
    return finish(chart, sheet, bottom + 36)


def _heights(row: Responded) -> list[float]:
    return [float(value) for value in (row.sales, row.low, row.high) if value is not None]


def _amount_axis(chart: Chart, sheet: Sheet, plot: Plot) -> Scale:
    """Write amounts below the plot, and what they are."""
    data: _Response = chart.data
    amounts = [float(row.amount) for row in data.curve] + [x for x, _ in data.points]
    amounts += [amount for _, amount in data.marks]
    places = ticks(min(0.0, *amounts), max(amounts), 4 if sheet.narrow else 8)
    across = Scale(low=places[0], high=places[-1], start=plot.left, end=plot.right)
    texts = tick_texts(places, data.amount_unit, chart.fmt)
    every = stride(texts, [across(place) for place in places], 11)
    for place, text in list(zip(places, texts, strict=True))[::every]:
        sheet.line([(across(place), plot.bottom), (across(place), plot.bottom + 4)], "muted")
        sheet.text(across(place), plot.bottom + 17, text, size=11, anchor="middle", fill="muted")
    room = plot.right - plot.left
    sheet.text(plot.right, plot.bottom + 33, data.amount_name, size=11, anchor="end", fill="muted", room=room)
    return across


def _band(sheet: Sheet, plot: Plot, across: Scale, curve: Sequence[Responded]) -> None:
    edges = [
        (across(float(row.amount)), plot.scale(float(row.low)), plot.scale(float(row.high)))
        for row in curve
        if row.low is not None and row.high is not None
    ]
    if len(edges) > 1:
        upper, lower = [(x, high) for x, _, high in edges], [(x, low) for x, low, _ in edges]
        sheet.area([*upper, *reversed(lower)], "accent", opacity=0.2)


def _marks(chart: Chart, sheet: Sheet, plot: Plot, across: Scale) -> None:
    """Mark amounts on the curve, named above the plot."""
    data: _Response = chart.data
    texts = [f"{name} {_amount(chart, amount)}" for name, amount in data.marks]
    sizes = [text_width(text, 11, bold=True) + 8 for text in texts]
    wanted = [across(amount) for _, amount in data.marks]
    middles = spread(wanted, sizes, 0, sheet.width)
    for (name, amount), text, middle in zip(data.marks, texts, middles, strict=True):
        x, fill = across(amount), "ink" if name == "today" else "accent"
        sheet.line([(x, plot.bottom), (x, plot.top)], fill, dash="" if name == "today" else "5 3")
        sheet.text(middle, plot.top - 7, text, size=11, anchor="middle", fill=fill, bold=True)
        sheet.dot(x, plot.scale(_at(data.curve, amount).sales), 4.5, "bg", stroke=fill)


def _at(curve: Sequence[Responded], amount: float) -> "_Found":
    """Give what is reached at an amount, on straight lines between the rows; beyond them as at their ends."""
    below = max((row for row in curve if float(row.amount) <= amount), default=curve[0])
    above = min((row for row in curve if float(row.amount) >= amount), default=curve[-1])
    span = float(above.amount) - float(below.amount)
    part = (amount - float(below.amount)) / span if span > 0 else 0.0

    def between(start: Number | None, end: Number | None) -> float | None:
        return None if start is None or end is None else float(start) + part * (float(end) - float(start))

    return _Found(
        float(below.sales) + part * (float(above.sales) - float(below.sales)),
        between(below.low, above.low),
        between(below.high, above.high),
    )


class _Found(NamedTuple):
    sales: float
    low: float | None
    high: float | None


def _amount(chart: Chart, amount: float) -> str:
    """Write an amount as shortly as tells it: whole where it is large."""
    unit = chart.data.amount_unit
    if unit != "number":
        return chart.fmt.short(amount, unit)
    return chart.fmt.number(amount, 0 if abs(amount) >= 100 or amount == round(amount) else 1)


def _figures(chart: Chart) -> Figures:
    """Give today's and the allocated amount, and round amounts around them."""
    data: _Response = chart.data
    if len(data.curve) < 2:
        return ()
    ends = float(data.curve[0].amount), float(data.curve[-1].amount)
    rows = {amount: "" for amount in ticks(*ends, 4) if ends[0] <= amount <= ends[1]}
    for name, amount in data.marks:
        rows[amount] = f"{rows.get(amount, '')} {name}"
    return (
        (data.amount_name, "Sales", "80 % between"),
        *(_row(chart, *item) for item in sorted(rows.items())),
    )


def _row(chart: Chart, amount: float, name: str) -> tuple[str, str, str]:
    found = _at(chart.data.curve, amount)
    low, high = (None if end is None else chart.fmt.short(end, chart.unit) for end in (found.low, found.high))
    between = "" if low is None or high is None else f"{low}–{high}"
    return f"{_amount(chart, amount)}{name}", chart.fmt.short(found.sales, chart.unit), between


FORMS.add("response", Form(make=response, draw=_draw, figures=_figures), origin=__name__)
