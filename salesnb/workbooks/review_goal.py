"""The first part of a review: the goal, the KPIs beside it, the pace and the trend."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from salesnb.charts import Chart, Measure, bullet, months_with_last_year, pacing, table, trend
from salesnb.workbooks.findings import goal_sentence, pace_sentence
from salesnb.workbooks.findings_standing import ON_PACE, target_points
from salesnb.workbooks.findings_words import plural
from salesnb.workbooks.review_text import Text, paragraph

if TYPE_CHECKING:
    from salesnb.workbooks.extract import KpiNote
    from salesnb.workbooks.findings_reading import Reading

__all__ = ["SERIES", "goal_chart", "kpi_table", "monthly", "pace_chart", "partial_month", "trend_chart"]

_SHOWN = (
    "won_amount", "won_count", "win_rate", "average_deal", "median_cycle_days", "created_amount", "open_amount",
    "weighted_amount", "sales_velocity", "cost_per_won_deal", "return_on_spend",
)  # fmt: skip
# At the end of each line stands its last month's value, so its name must not sound like a sum of the line.
SERIES = ("Month", "A year before")
_MONTHS = 12
_PER = {"money_per_day": ", a day", "days": ", days"}


def goal_chart(reading: "Reading") -> Chart | Text:
    """Draw what is done against the goal, with the pace by today and last year; in words without a goal."""
    at, extract = reading.at, reading.extract
    if at.state == "before":
        return paragraph([f"{reading.period} has not begun; there is nothing to measure yet."])
    if at.target is None:
        if extract.held:
            return paragraph(
                [f"{extract.node.name} has no quota in {reading.period}, but goals that are not split."]
            )
        return paragraph([f"No goal is set for {extract.node.name} in {reading.period}."])
    due = at.due if at.state == "running" else None
    measure = Measure(at.label, at.actual, at.target, due, at.last_year)
    objective = extract.goal.objective if extract.goal else ""
    return bullet(
        goal_sentence(reading),
        [measure],
        fmt=extract.fmt,
        unit=at.unit,
        subtitle=f"{at.label}, {reading.period}, against the goal{_last_year(reading)}",
        note=f"Objective: {objective}" if objective else "",
    )


def _last_year(reading: "Reading") -> str:
    if reading.at.last_year is None:
        return ""
    return f"; last year is {reading.compared('last_year')}"


def kpi_table(reading: "Reading") -> Chart | Text:
    """Show the KPIs of the period beside last year and the period before, each with its last twelve months."""
    kpis, extract = reading.extract.kpis, reading.extract
    now = reading.window("period")
    shown = [kpis[name] for name in _SHOWN if name in kpis and name in now]
    if not shown or reading.at.state == "before":
        return paragraph(["There are no KPIs of this period yet."])
    if not any(_known(reading, window["window"]) for window in extract.table("headline")):
        return paragraph(["No deal was created, open or closed in any of the periods compared."])
    known = [window for window in ("last_year", "previous") if reading.window(window).get("closed_count")]
    then = [(window, _heading(reading.compared(window))) for window in known]
    columns: list[tuple[str, ...]] = [("",), ("12 months", "figure", "spark"), (reading.period, "figure")]
    for _, name in then:
        columns += [(name, "figure"), ("Change", "figure")]
    return table(
        f"{reading.period} so far" if reading.at.state == "running" else f"{reading.period} as it ended",
        columns,
        [_kpi_row(reading, kpi, [window for window, _ in then]) for kpi in shown],
        fmt=extract.fmt,
        note="Open deals are told as of the last day of each column. Rates change in percentage points.",
    )


def _heading(words: str) -> str:
    return words.replace("the same days of ", "") + (", same days" if "same days" in words else "")


def _kpi_row(reading: "Reading", kpi: "KpiNote", windows: list[str]) -> list[Any]:
    fmt, now = reading.extract.fmt, _number(reading.window("period").get(kpi.name))
    series = [row.get(kpi.name) for row in reading.extract.table("by_month")[-_MONTHS:]]
    row: list[Any] = [kpi.label + _PER.get(kpi.unit, ""), series, fmt.short(now, kpi.unit)]
    for window in windows:
        then = _number(reading.window(window).get(kpi.name))
        row += [fmt.short(then, kpi.unit), _change(reading, kpi.unit, then, now)]
    return row


def _known(reading: "Reading", window: str) -> bool:
    """Tell whether the data reaches back to a window at all."""
    row = reading.window(window)
    return any(row.get(name) for name in ("closed_count", "won_amount", "open_count", "created_count"))


def _number(value: object) -> float | int | None:
    return value if isinstance(value, int | float) else None


def _change(reading: "Reading", unit: str, then: float | None, now: float | None) -> str | None:
    if then is None or now is None:
        return None
    say, difference = reading.say, now - then
    if unit == "ratio":
        return say.signed_points(difference)
    return say.signed_share(now, then) if then else None


def pace_chart(reading: "Reading") -> Chart | Text:
    """Draw the running total over the running target; in words without a goal."""
    at, extract = reading.at, reading.extract
    if at.target is None:
        return paragraph(["Without a goal there is no pace to measure."])
    if at.state == "before":
        return paragraph([f"{reading.period} has not begun; its pace shows from the first day on."])
    last = extract.period.start + timedelta(days=extract.period.elapsed_days - 1)
    targets = target_points(extract.milestones, extract) or (
        (extract.period.end - timedelta(days=1), at.target),
    )
    return pacing(
        _pace_finding(reading),
        [*_month_ends(reading), (last, at.actual)],
        targets,
        start=extract.period.start,
        end=extract.period.end,
        # Once the period is over, the goal is reached or it is not.
        slack=float(ON_PACE) if at.state == "running" else 0.0,
        fmt=extract.fmt,
        unit=at.unit,
        subtitle=f"{at.label} since {extract.fmt.date(extract.period.start)}, adding up",
        note="" if at.seasonal else "The goal has no milestones: it grows evenly by day.",
    )


def _pace_finding(reading: "Reading") -> str:
    at, say = reading.at, reading.say
    if at.pace == "reached" and at.target is not None:
        over = (
            f"{say.amount(at.actual - at.target, at.unit)} above" if at.actual > at.target else "exactly at"
        )
        return f"{reading.period} {'ended' if at.state == 'over' else 'is'} {over} the goal."
    if at.pace == "missed":
        return f"{reading.period} ended {say.amount(at.to_go, at.unit)} short of the goal."
    return pace_sentence(reading)


def _month_ends(reading: "Reading") -> list[tuple[Any, int]]:
    """Add up the months that are over; nothing where they do not add up to the whole, as in a week."""
    extract, total, points = reading.extract, 0, []
    months = dict(monthly(reading, reading.at.kpi))
    inside = [months.get(label) for label in extract.period.months if label in months]
    if sum(value or 0 for value in inside) != reading.at.actual:
        return []
    ends = dict(target_points([(label, 0) for label in extract.period.months], extract))
    for end, label in zip(ends, extract.period.months, strict=False):
        total += int(months.get(label) or 0)
        if end < min(extract.origin.as_of, extract.period.end - timedelta(days=1)):
            points.append((end, total))
    return points


def monthly(reading: "Reading", kpi: str) -> list[tuple[str, float | int | None]]:
    """List a KPI by month; months before the history begins are not known."""
    rows = reading.extract.table("by_month")
    active = [bool(row.get("closed_count") or row.get(kpi)) for row in rows]
    first = active.index(True) if True in active else len(rows)
    return [
        (row["month"], None if place < first else _number(row.get(kpi))) for place, row in enumerate(rows)
    ]


def trend_chart(reading: "Reading") -> Chart | Text:
    """Draw the last twelve months over the same months a year before."""
    at, extract = reading.at, reading.extract
    months = months_with_last_year(monthly(reading, at.kpi), _MONTHS)
    if not any(month.value for month in months):
        return paragraph(["Nothing closed in the last twelve months."])
    partial = partial_month(reading)
    return trend(
        _trend_finding(reading, partial),
        months,
        partial=partial,
        names=SERIES,
        fmt=extract.fmt,
        unit=at.unit,
        subtitle=f"{at.label} by month",
    )


def partial_month(reading: "Reading") -> str:
    """Name the as-of month while it is not over."""
    as_of = reading.extract.origin.as_of
    label = f"{as_of.year}-{as_of.month:02d}"
    return label if (as_of + timedelta(days=1)).month == as_of.month else ""


def _trend_finding(reading: "Reading", partial: str) -> str:
    say, unit = reading.say, reading.at.unit
    months = [
        m for m in months_with_last_year(monthly(reading, reading.at.kpi), _MONTHS) if m.label != partial
    ]
    both = [m for m in months if m.value is not None and m.last_year]
    best = max((m for m in months if m.value), key=lambda m: m.value or 0, default=None)
    if best is None:
        return "The first month is not over yet."
    name, high = say.fmt.month(best.label), say.amount(best.value, unit)
    if not both:
        return f"{name} was the best month so far with {high}; the year before is not known."
    better = sum((m.value or 0) > (m.last_year or 0) for m in both)
    full = plural(len(both), "full month", say.fmt)
    beat = "None" if not better else say.fmt.count(better)
    return f"{beat} of {full} beat the same month a year before; {name} was the best with {high}."
