"""Effort and sales of the past, month by month, for the segments and resources of a plan."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from salesnb.actions.effort_months import is_people
from salesnb.actions.plan_segments import segment_named
from salesnb.allocation.forms import Floats
from salesnb.calendar import Period
from salesnb.counting import counted
from salesnb.errors import BadInput, MissingFile
from salesnb.kpis import Query, run
from salesnb.planning import Plan, Resource, Segment
from salesnb.settings import DAYS_OF_MONTH

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.workspace import Workspace

__all__ = ["EffortHistory", "EffortRow", "NoHistory", "effort_rows", "read_effort", "usual_effort"]

# Older months tell of another market, and a fit takes longer with each.
_MOST = 60
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_YEAR = 12
_NAMED = 6


class NoHistory(BadInput):
    """What is loaded says nothing of a plan's segments; that is no mistake of anybody's."""


@dataclass(frozen=True, kw_only=True)
class EffortRow:
    """A row of the table ``effort``; the amount as it stands there, of money in major units."""

    period: str
    segment: str
    resource: str
    amount: float


@dataclass(frozen=True, kw_only=True)
class EffortHistory:
    """What segments had and sold.

    Attributes
    ----------
    months
        From the first with sales on, without a break, (t,), the oldest first.
    segments
        Those with a deal of theirs, (s,).
    efforts
        By resource id: (s, t) in the unit that people type, of ``lag`` months before each month; NaN where it is not known.
    today
        By resource id: (s,), the mean of the last year a month, whatever it has sold yet; NaN where it is not known.
    lag
        Months from an effort to what it sells.
    sales
        (s, t) in major units.
    notices
        What was left out and what to be wary of, a sentence each.
    """

    months: tuple[Period, ...]
    segments: tuple[Segment, ...]
    efforts: Mapping[str, Floats]
    today: Mapping[str, Floats]
    lag: int
    sales: Floats
    notices: tuple[str, ...]


def effort_rows(data: "Dataset") -> tuple[EffortRow, ...]:
    """Read the table ``effort``; none where there is none, rows without an amount left out."""
    if not data.has("effort"):
        return ()
    return tuple(
        EffortRow(
            period=str(row["period"]),
            segment=str(row["segment"]),
            resource=str(row["resource"]),
            amount=float(row["amount"]),
        )
        for row in data.table("effort").to_pyarrow().to_pylist()
        if row["amount"] is not None
    )


def read_effort(
    workspace: "Workspace", data: "Dataset", plan: Plan, *, lag: int | None = None
) -> EffortHistory | None:
    """Read what is known of a plan's resources and segments; a plan without segments has those that effort names.

    Months that are not over, and those more than five years back, are left out. None where no effort is loaded.

    Parameters
    ----------
    lag
        Months from an effort to what it sells; None takes those of the settings, else the median sales cycle.

    Raises
    ------
    NoHistory
        When what is loaded says nothing, and why.
    BadInput
        When the effort of a month is negative.
    """
    rows = effort_rows(data)
    if not rows:
        return None
    mine, odd = _of_months(workspace, data, _of_resources(plan, rows))
    segments, unknown = _segments(plan, mine)
    months = _months(workspace, mine)
    efforts = _efforts(plan, mine, segments, months)
    late, why = _lag(workspace, data, lag)
    sales = _sales(workspace, data, segments, months) / 10**workspace.settings.digits
    begun = int(np.isnan(sales).all(axis=0).sum())
    if begun == len(months):
        raise NoHistory(
            f"Nothing was won from {months[0].label} to {months[-1].label} by {_listed([s.name for s in segments])}."
        )
    return EffortHistory(
        months=months[begun:],
        segments=segments,
        efforts={resource: _before(values, late)[:, begun:] for resource, values in efforts.items()},
        today={resource: _last_year(values) for resource, values in efforts.items()},
        lag=late,
        sales=sales[:, begun:],
        notices=(*odd, *unknown, *why),
    )


def usual_effort(workspace: "Workspace", plan: Plan) -> dict[str, float]:
    """Sum by resource what the last year's effort comes to in as many months as the plan has; nothing without data."""
    try:
        data = workspace.dataset()
    except MissingFile:
        return {}
    with data:
        rows = [row for row in effort_rows(data) if _MONTH.fullmatch(row.period)]
    months = sorted({row.period for row in rows})[-_YEAR:]
    count = len(workspace.calendar.months(plan.period))
    out: dict[str, float] = {}
    for row in rows:
        if row.period in months:
            times = 1 if is_people(row.resource, "") else count
            out[row.resource] = out.get(row.resource, 0.0) + row.amount * times / len(months)
    return out


def _of_resources(plan: Plan, rows: Sequence[EffortRow]) -> list[EffortRow]:
    ids = {name: item.id for item in plan.resources for name in (item.id, item.name)}
    mine = [replace(row, resource=ids[row.resource]) for row in rows if row.resource in ids]
    if not mine:
        known = ", ".join(dict.fromkeys(row.resource for row in rows))
        has = ", ".join(item.name for item in plan.resources)
        raise NoHistory(
            f"The effort that is loaded is of {known}, none of which the plan allocates ({has}).",
            hint="Give the resource the name that it has there: --total NAME=AMOUNT.",
        )
    return mine


def _of_months(
    workspace: "Workspace", data: "Dataset", rows: Sequence[EffortRow]
) -> tuple[list[EffortRow], list[str]]:
    monthly = [row for row in rows if _MONTH.fullmatch(row.period)]
    odd = sorted({row.period for row in rows} - {row.period for row in monthly})
    if not monthly:
        raise NoHistory(
            f"The effort that is loaded is not by month, but by {_listed(odd)}.",
            hint="Curves are fitted to months, such as 2017-11.",
        )
    over = [row for row in monthly if workspace.calendar.period(row.period).last_day <= data.meta.as_of]
    if not over:
        raise NoHistory(
            f"No month of the effort that is loaded is over on {data.meta.as_of}.",
            hint="Answer three questions a segment: --judge.",
        )
    told = [f"Effort of {_listed(odd)} is left out, because these are no months."] if odd else []
    return over, told


def _segments(plan: Plan, rows: Sequence[EffortRow]) -> tuple[tuple[Segment, ...], list[str]]:
    """Give the segments that have deals of theirs, and say which names of the effort are nobody's."""
    named = list(dict.fromkeys(row.segment for row in rows))
    segments = plan.segments or tuple(
        segment for segment in (segment_named(plan, name) for name in named) if segment.conditions
    )
    known = {name for segment in segments for name in (segment.id, segment.name)}
    odd = [name for name in named if name not in known]
    told = []
    if odd:
        have = _listed([segment.name for segment in segments]) if segments else "none"
        told = [f"Effort of {_listed(odd)} is left out: the plan's segments are {have}."]
    with_deals = tuple(segment for segment in segments if segment.conditions)
    if not any({segment.id, segment.name} & set(named) for segment in with_deals):
        raise NoHistory(
            f"The effort that is loaded is of {_listed(named)}, of which no sales are known.",
            hint="Name the dimension that these are values of with --by, such as team or product.",
        )
    return with_deals, told


def _months(workspace: "Workspace", rows: Sequence[EffortRow]) -> tuple[Period, ...]:
    ends = [workspace.calendar.period(row.period) for row in rows]
    start, end = min(one.start for one in ends), max(one.end for one in ends)
    return workspace.calendar.buckets(start, end, "month")[-_MOST:]


def _efforts(
    plan: Plan, rows: Sequence[EffortRow], segments: Sequence[Segment], months: Sequence[Period]
) -> dict[str, Floats]:
    places = {month.label: column for column, month in enumerate(months)}
    lines = {name: row for row, item in enumerate(segments) for name in (item.id, item.name)}
    out: dict[str, Floats] = {}
    for one in rows:
        if one.segment in lines and one.period in places:
            values = out.setdefault(one.resource, np.full((len(segments), len(months)), np.nan))
            at = lines[one.segment], places[one.period]
            values[at] = one.amount if np.isnan(values[at]) else values[at] + one.amount
    for resource in plan.resources:
        if resource.id in out:
            _not_negative(resource, out[resource.id], segments, months)
    return {resource.id: out[resource.id] for resource in plan.resources if resource.id in out}


def _not_negative(
    resource: Resource, values: Floats, segments: Sequence[Segment], months: Sequence[Period]
) -> None:
    for row, column in np.argwhere(values < 0).tolist():
        raise BadInput(
            f"The effort of {months[column].label} comes to {values[row, column]:,.10g}.",
            where=f"effort, {resource.name}, {segments[row].name}",
            hint="Correct it in the table effort: 0 or more a month.",
        )


def _sales(
    workspace: "Workspace", data: "Dataset", segments: Sequence[Segment], months: Sequence[Period]
) -> Floats:
    """Ask what segments won, (s, t) in minor units: a query for each set of dimensions; NaN before anything was won."""
    places = {month.label: column for column, month in enumerate(months)}
    out = np.zeros((len(segments), len(months)))
    for dimensions in dict.fromkeys(_dimensions(segment) for segment in segments):
        query = Query(
            kpis=("won_amount",),
            by=dimensions,
            grain="month",
            start=months[0].start,
            end=months[-1].end,
        )
        for *values, month, amount in run(query, data, workspace.calendar, workspace.catalogue(data)).rows:
            if str(month) not in places or not amount:
                continue
            for row, segment in enumerate(segments):
                if _dimensions(segment) == dimensions and _holds(segment, values):
                    out[row, places[str(month)]] += int(amount)
    begun = np.flatnonzero(out.any(axis=0))
    out[:, : begun[0] if len(begun) else len(months)] = np.nan
    return out


def _dimensions(segment: Segment) -> tuple[str, ...]:
    return tuple(item.dimension for item in segment.conditions)


def _holds(segment: Segment, values: Sequence[object]) -> bool:
    return all(
        ("" if value is None else str(value)) in item.values
        for item, value in zip(segment.conditions, values, strict=True)
    )


def _lag(workspace: "Workspace", data: "Dataset", stated: int | None) -> tuple[int, tuple[str, ...]]:
    """Give the months from an effort to what it sells, and say them where they are measured."""
    known = workspace.settings.lag if stated is None else stated
    if known is not None:
        return known, ()
    query = Query(kpis=("median_cycle_days",))
    rows = list(run(query, data, workspace.calendar, workspace.catalogue(data)).rows)
    days = rows[0][-1] if rows else None
    months = 0 if days is None else min(_YEAR, round(float(days) / DAYS_OF_MONTH))
    if days is None or not months:
        return 0, ()
    told = (
        f"Effort is held against the sales of {counted(months, 'month', 'months')} later, because deals take"
        f" {counted(round(float(days)), 'day', 'days')} in the median; --lag or [effort] in salesnb.toml say otherwise."
    )
    return months, (told,)


def _before(values: Floats, lag: int) -> Floats:
    """Put what was spent (s, t) to the month in which it sells."""
    out = np.full_like(values, np.nan)
    out[:, lag:] = values[:, : values.shape[1] - lag] if lag < values.shape[1] else np.nan
    return out


def _last_year(values: Floats) -> Floats:
    late = values[:, -_YEAR:]
    known = np.isfinite(late)
    count = known.sum(axis=1)
    return np.where(count > 0, np.where(known, late, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)


def _listed(names: Sequence[str]) -> str:
    more = f" and {counted(len(names) - _NAMED, 'other', 'others')}" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
