"""How a plan's resources are allocated: in words, by segment, what that gains, and behind it the curves and the proof."""

from collections.abc import Mapping, Sequence
from typing import Any

from salesnb.charts import Chart, bars, table
from salesnb.charts.response import response
from salesnb.workbooks.findings_words import capital, join
from salesnb.workbooks.plan_view_cascade import resource_table
from salesnb.workbooks.plan_view_read import PlanExtract
from salesnb.workbooks.review_text import Text, beside, folded, paragraph

__all__ = [
    "allocation_chart",
    "allocation_gains",
    "allocation_method",
    "allocation_table",
    "allocation_words",
]

_NOTHING = Text(plain="", html="")
_OVER = {
    "today's": "Today's amounts",
    "proportional": "Shares in proportion to today's",
    "equal": "Equal shares",
}


def allocation_words(extract: PlanExtract) -> Text:
    """Say how good the allocation is and what more would be worth; and where that is not known, why."""
    if extract.allocation:
        return paragraph(extract.allocation["said"])
    plan = extract.plan
    if plan.allocation and plan.response_curves:
        return paragraph(
            [
                "How good the allocation is was proved for other curves, totals or limits, and is not known now."
            ]
        )
    return paragraph(["No resource is allocated in this plan."]) if not plan.resources else _NOTHING


def allocation_chart(extract: PlanExtract) -> Chart | Text:
    """Draw what each segment has of each resource, the largest first."""
    lines: Sequence[Mapping[str, Any]] = extract.allocation.get("lines") or ()
    names = dict.fromkeys(line["resource"] for line in lines)
    charts = [_bars(extract, [line for line in lines if line["resource"] == name]) for name in names]
    return charts[0] if len(charts) == 1 else beside(charts)


def _bars(extract: PlanExtract, mine: Sequence[Mapping[str, Any]]) -> Chart:
    top = max(mine, key=lambda line: line["planned"])
    return bars(
        f"{top['segment']} gets the most of {top['resource']}: {_amount(extract, top, top['planned'])}"
        f"{_than_today(extract, top)}.",
        [(line["segment"], line["planned"]) for line in mine],
        measure="Planned",
        fmt=extract.fmt,
        unit=top["unit"],
        subtitle=f"{_named(top)} by segment, {extract.period}",
    )


def _than_today(extract: PlanExtract, line: Mapping[str, Any]) -> str:
    if line["today"] is None or line["planned"] == line["today"]:
        return ""
    more = "more" if line["planned"] > line["today"] else "less"
    return f", {_amount(extract, line, abs(line['planned'] - line['today']))} {more} than today"


def allocation_table(extract: PlanExtract) -> Chart | Text:
    """Show each segment: today, planned, how far it may move, what more is worth, and what it is kept to."""
    lines: Sequence[Mapping[str, Any]] = extract.allocation.get("lines") or ()
    if not lines:
        return resource_table(extract) if extract.plan.resources else _NOTHING
    several = len({line["resource"] for line in lines}) > 1
    banded = any(line["low"] is not None for line in lines)
    columns = [
        ("Segment",),
        *([("Resource",)] if several else []),
        ("Today", "figure"),
        ("Planned", "figure"),
    ]
    columns += [("May lie between", "figure"), ("The next is worth", "figure")] if banded else []
    columns += [("Kept to",)]
    lost = extract.fmt.ratio(extract.allocation.get("leeway"), 0)
    band = (
        f"May lie between: while the others follow and at most {lost} of the outcome is lost."
        if banded
        else ""
    )
    names = join(list(dict.fromkeys(line["resource"] for line in lines)))
    return table(
        f"{capital(names)}, segment by segment",
        columns,
        [_row(extract, line, several=several, banded=banded) for line in lines],
        fmt=extract.fmt,
        note=" ".join(part for part in (band, *_who_and_why(lines)) if part),
    )


def _who_and_why(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say of each limit who wants it and why."""
    return [
        f"{line['segment']} is {limit['what']} ({limit['by']}{': ' if limit['why'] else ''}{limit['why']})."
        for line in lines
        for limit in line["limits"]
    ]


def _row(extract: PlanExtract, line: Mapping[str, Any], *, several: bool, banded: bool) -> list[Any]:
    row = [line["segment"], *([line["resource"]] if several else [])]
    row += [
        None if line[name] is None else _amount(extract, line, line[name]) for name in ("today", "planned")
    ]
    if banded:
        low, high = (_amount(extract, line, line[end]) for end in ("low", "high"))
        row.append(f"{low} to {high}" if low != high else low)
        worth = None if line["worth"] is None else extract.fmt.money(line["worth"])
        row.append(None if worth is None else f"{worth} for {_amount(extract, line, line['portion'])}")
    return [*row, "; ".join(limit["what"] for limit in line["limits"])]


def allocation_gains(extract: PlanExtract) -> Chart | Text:
    """Show how much more it brings than today's amounts, shares in proportion to these, and equal ones."""
    gains, fmt = extract.allocation.get("gains") or (), extract.fmt
    if not gains:
        return _NOTHING
    first = gains[0]
    more = f"{'' if first['mean'] < 0 else '+'}{fmt.money(first['mean'])}"
    sure = "" if first["sure"] else ", which is not sure"
    return table(
        f"Against {_OVER.get(first['over'], first['over']).lower()} it brings {more}{sure}.",
        [("Against",), ("Gain", "money"), ("In 80 of 100 cases", "figure"), ("Better in", "ratio")],
        [
            [
                _OVER.get(gain["over"], gain["over"]),
                gain["mean"],
                f"{fmt.money(gain['low'])} to {fmt.money(gain['high'])}",
                gain["share_better"],
            ]
            for gain in gains
        ],
        fmt=fmt,
    )


def allocation_method(extract: PlanExtract) -> Text:
    """Keep the tail, the proof and the curves behind a line that opens them."""
    method: Sequence[str] = extract.allocation.get("method") or ()
    if not method:
        return _NOTHING
    curves = [_curve(extract, curve) for curve in extract.allocation["curves"]]
    return folded(
        "Method: tail risk, proof and response curves", [*(paragraph([line]) for line in method), *curves]
    )


def _curve(extract: PlanExtract, curve: Mapping[str, Any]) -> Chart:
    today, planned = (_amount(extract, curve, curve[name]) for name in ("today", "planned"))
    return response(
        f"{curve['segment']}: {planned} planned, {today} today",
        [tuple(row) for row in curve["rows"]],
        points=[tuple(point) for point in curve["points"]],
        today=curve["today"],
        allocated=curve["planned"],
        source=curve["source"],
        amount_name=_named(curve),
        amount_unit=curve["unit"],
        fmt=extract.fmt,
        subtitle=f"Expected sales, {extract.period}, with the range of 80 of 100 cases",
        note="Each point is a month that it is fitted from." if curve["points"] else "",
    )


def _amount(extract: PlanExtract, line: Mapping[str, Any], amount: float) -> str:
    """Write money to the whole unit, and counts with what they count."""
    if line["unit"] == "money":
        return extract.fmt.money(amount)
    return f"{extract.fmt.count(round(amount))} {line['counts']}".rstrip()


def _named(line: Mapping[str, Any]) -> str:
    name = str(line["resource"])
    return f"{name[:1].upper()}{name[1:]}"
