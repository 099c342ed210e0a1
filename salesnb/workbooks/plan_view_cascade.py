"""Who carries the goal: quotas of teams and reps, beside what they did the year before."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from salesnb.charts import Chart, Indented, bars, table
from salesnb.planning import NOT_GIVEN, Quota
from salesnb.workbooks.findings_words import Wording, capital, join
from salesnb.workbooks.plan_view_goals import units_of
from salesnb.workbooks.plan_view_read import PlanExtract
from salesnb.workbooks.review_text import Point, Text, paragraph, points

__all__ = [
    "basis",
    "cascade_chart",
    "cascade_table",
    "idle",
    "resource_table",
    "segment_chart",
    "segment_table",
]

_MOST_ROWS = 400
_MOST_NAMES = 6


def cascade_chart(extract: PlanExtract) -> Chart | Text:
    """Draw the quotas of the teams, the largest first."""
    units, goal, say = units_of(extract), extract.cascaded, extract.say
    if not units or goal is None:
        return paragraph(["The goal is not cascaded to anyone yet."])
    whole = sum(quota.amount for quota in units)
    top = units[0]
    share = f", {say.share(Fraction(top.amount, whole))} of the goal" if whole else ""
    return bars(
        f"{top.name} carries {say.amount(top.amount, top.unit)}{share}.",
        [(quota.name, quota.amount) for quota in units],
        measure="Quota",
        fmt=extract.fmt,
        unit=goal.unit,
        subtitle=f"Quota by {top.level}, {extract.label(goal.kpi).lower()}, {extract.period}",
    )


def cascade_table(extract: PlanExtract) -> Chart | Text:
    """Show the tree of quotas with shares and the year before."""
    goal = extract.cascaded
    if goal is None:
        return paragraph(["There are no quotas."])
    shown = extract.quotas[:_MOST_ROWS]
    past = {quota.id: extract.last_year(quota.id) for quota in shown}
    known = any(value is not None for value in past.values())
    columns = [("",), ("Level",), ("Quota", goal.unit), ("Of the goal", "ratio")]
    columns += [(extract.year_before[0], goal.unit), ("Change", "figure")] if known else []
    rows = [_quota(extract, quota, depth, past=past if known else None) for quota, depth in _depths(shown)]
    left = len(extract.quotas) - len(shown)
    note = f"{extract.say.count(left, 'more quota')} not shown; they are in the plan." if left else ""
    return table(_cascade_caption(extract), columns, rows, fmt=extract.fmt, note=note)


def _cascade_caption(extract: PlanExtract) -> str:
    levels: dict[str, int] = {}
    for quota in extract.quotas:
        if quota.parent is not None:
            levels[quota.level] = levels.get(quota.level, 0) + 1
    counted = join([extract.say.count(count, level) for level, count in levels.items()])
    return f"The goal goes to {counted}." if counted else "The goal stays with one node."


def _depths(quotas: tuple[Quota, ...]) -> list[tuple[Quota, int]]:
    depth: dict[str, int] = {}
    found = []
    for quota in quotas:
        depth[quota.id] = depth.get(quota.parent, -1) + 1 if quota.parent is not None else 0
        found.append((quota, depth[quota.id]))
    return found


def _quota(
    extract: PlanExtract, quota: Quota, depth: int, *, past: dict[str, int | None] | None
) -> list[Any]:
    goal, say = extract.cascaded, extract.say
    share = quota.amount / goal.target if goal and goal.target else None
    name = f"{quota.name}, locked" if quota.lock else quota.name
    row: list[Any] = [
        Indented(name, depth),
        quota.level.capitalize(),
        *([None, None] if quota.basis == NOT_GIVEN else [quota.amount, share]),
    ]
    if past is not None:
        before = past[quota.id]
        row += [before, say.signed_share(quota.amount, before) if before else None]
    return row


def idle(extract: PlanExtract) -> tuple[str, ...]:
    """Name the reps whose quota is zero."""
    return tuple(
        quota.name
        for quota in extract.quotas
        if quota.level == "rep" and not quota.amount and quota.basis != NOT_GIVEN
    )


def basis(extract: PlanExtract) -> Text:
    """Say how the quotas were made."""
    if not extract.quotas:
        return paragraph(["No quotas were made yet."])
    bases: dict[str, int] = {}
    for quota in extract.quotas:
        if quota.parent is not None and not quota.lock and quota.basis != NOT_GIVEN:
            bases[quota.basis] = bases.get(quota.basis, 0) + 1
    say = extract.say
    said = [
        Point(what=f"{say.count(count, 'quota')} by {_plain(name)}.", detail=_meaning(name))
        for name, count in bases.items()
    ]
    locks = [quota for quota in extract.quotas if quota.lock]
    said += [
        Point(
            what=f"{quota.name} is locked at {extract.fmt.value(quota.amount, quota.unit)}.",
            detail=f"{quota.lock.by}: {quota.lock.why}",
        )
        for quota in locks
        if quota.lock
    ]
    without = [quota.name for quota in extract.quotas if quota.level == "rep" and quota.basis == NOT_GIVEN]
    if without:
        verb = "is" if len(without) == 1 else "are"
        said.append(
            Point(what=f"{say.count(len(without), 'rep')} {verb} given no quota.", detail=_some(say, without))
        )
    zero = idle(extract)
    if zero:
        said.append(
            Point(
                what=f"{say.count(len(zero), 'rep')} without history {'has' if len(zero) == 1 else 'have'} a quota of zero.",
                detail=_some(say, zero),
            )
        )
    return points(said)


def _some(say: Wording, names: Sequence[str]) -> str:
    more = f" and {say.fmt.count(len(names) - _MOST_NAMES)} more" if len(names) > _MOST_NAMES else ""
    return f"{', '.join(names[:_MOST_NAMES])}{more}."


def _plain(name: str) -> str:
    head, _, tail = name.partition(":")
    return f"{head} ({tail.strip()})" if tail else head


def _meaning(name: str) -> str:
    head = name.partition(":")[0].partition(" ")[0]
    return {
        "history": "Each has its part of the goal in proportion to what it won then; nothing later is read.",
        "given": "They were given with the plan and kept as they are, by month where they were given so.",
        "equal": "All have the same part.",
        "locked": "They stay as they are when the goal changes.",
    }.get(head, "")


def segment_chart(extract: PlanExtract) -> Chart | Text:
    """Draw what each segment won in the last twelve months."""
    noun = extract.segment_dimension.replace("_", " ")
    rows = [row for row in extract.segments if row["won_amount_last_12_months"]]
    if not any(row["segment"] for row in rows):
        return paragraph([f"Nothing is known by {noun} of the last twelve months."])
    rows.sort(key=lambda row: -int(row["won_amount_last_12_months"]))
    whole = sum(int(row["won_amount_last_12_months"]) for row in rows)
    top = next(row for row in rows if row["segment"])
    share = extract.say.share(Fraction(int(top["won_amount_last_12_months"]), whole))
    return bars(
        capital(f"{_name(top['segment'])} brought {share} of what was won in twelve months."),
        [(_name(row["segment"]), row["won_amount_last_12_months"]) for row in rows],
        measure="Won",
        fmt=extract.fmt,
        subtitle=f"Won amount by {noun}, twelve months to {extract.say.date(extract.origin.as_of)}",
    )


def _name(value: object) -> str:
    return str(value) if value not in {None, ""} else "Not given"


def segment_table(extract: PlanExtract) -> Chart | Text:
    """Show segments with rates and what is open."""
    rows = sorted(extract.segments, key=lambda row: -int(row["won_amount_last_12_months"] or 0))
    named = [s.name for s in extract.plan.segments]
    if not any(row["segment"] for row in rows):
        return paragraph(
            [f"The plan names the segments {join(named)}." if named else "The plan names no segments."]
        )
    noun = extract.segment_dimension.replace("_", " ").capitalize()
    columns = [
        (noun,),
        ("Won, 12 months", "money", "bar"),
        ("Win rate", "ratio"),
        ("Average deal", "money"),
        ("Open pipeline", "money"),
    ]
    keys = ("won_amount_last_12_months", "win_rate", "average_deal", "open_amount")
    return table(
        f"{extract.say.count(len(rows), noun.lower())} with won or open deals",
        columns,
        [[_name(row["segment"]), *(row[key] for key in keys)] for row in rows],
        fmt=extract.fmt,
    )


def resource_table(extract: PlanExtract) -> Chart | Text:
    """Show how resources are allocated to segments."""
    plan = extract.plan
    if not plan.resources:
        return paragraph(["No resource is allocated in this plan."])
    names = {segment.id: segment.name for segment in plan.segments}
    rows: list[list[Any]] = []
    for resource in plan.resources:
        lines = [line for line in plan.allocation if line.resource == resource.id]
        rows.append([resource.name, "All", extract.fmt.value(resource.total, resource.unit), None])
        rows += [
            [
                Indented(resource.name, 1),
                names.get(line.segment, line.segment),
                extract.fmt.value(line.amount, line.unit),
                line.amount / resource.total if resource.total else None,
            ]
            for line in lines
        ]
    columns = [("Resource",), ("Segment",), ("Amount", "figure"), ("Share", "ratio")]
    count = extract.say.count(len(plan.resources), "resource")
    return table(
        f"{count} and where {'it goes' if len(plan.resources) == 1 else 'they go'}",
        columns,
        rows,
        fmt=extract.fmt,
    )
