"""Plans: proposed, approved, restored and told, each change with its author and reason."""

from datetime import date
from typing import TYPE_CHECKING

from salesnb import planning
from salesnb.actions.clock import author, moment
from salesnb.actions.organisation import REP_PREFIX
from salesnb.actions.splitting import cut_goal
from salesnb.calendar import FiscalCalendar, Period
from salesnb.errors import BadInput, MissingFile, UnknownName, nearest
from salesnb.money import Formatter, to_minor
from salesnb.planning import Plan

if TYPE_CHECKING:
    from salesnb.workspace import Settings, Workspace

__all__ = [
    "approve",
    "goal_lines",
    "last_plan",
    "node_id",
    "over_line",
    "parts_across",
    "propose",
    "quota_records",
    "quotas_by",
    "read_target",
    "restore",
    "season_lines",
    "slip_lines",
]


def goal_lines(plan: Plan, formatter: Formatter) -> tuple[str, ...]:
    """Say each goal in a line."""
    words = {"at_least": "at least", "at_most": "at most"}
    return tuple(
        f"Goal: {goal.kpi} {words[goal.direction]} {formatter.value(goal.target, goal.unit)} in {goal.period.label}"
        for goal in plan.goals
    )


def last_plan(workspace: "Workspace") -> str:
    """Name the plan whose file was written last.

    Raises
    ------
    MissingFile
        When there is no plan yet.
    """
    store = workspace.plans()
    names = store.names()
    if not names:
        raise MissingFile(
            "There is no plan yet.",
            where=str(store.folder),
            hint="Make one: salesnb plan new NAME --period 2026-Q3 --goal won_amount=AMOUNT.",
        )
    return max(names, key=lambda name: store.path(name).stat().st_mtime_ns)


def restore(workspace: "Workspace", name: str, revision: int) -> Plan:
    """Bring an earlier revision back, as a new one."""
    return workspace.plans().restore(name, revision, author=author(workspace.root), at=moment())


def propose(workspace: "Workspace", name: str) -> Plan:
    """Propose a draft."""
    store = workspace.plans()
    plan = store.load(name)
    who = author(workspace.root)
    return store.save(
        planning.propose(plan), read_at=plan.revision, author=who, reason="Proposed", at=moment()
    )


def approve(workspace: "Workspace", name: str) -> Plan:
    """Approve a plan; it is frozen from then on, and changing it makes a new draft."""
    store = workspace.plans()
    plan = store.load(name)
    who, at = author(workspace.root), moment()
    approved = planning.approve(plan, by=who, at=at)
    return store.save(approved, read_at=plan.revision, author=who, reason="Approved", at=at)


def quota_records(plan: Plan, formatter: Formatter) -> list[dict[str, object]]:
    """List the quotas as people read them, parents before children, indented by depth."""
    depth: dict[str, int] = {}
    records: list[dict[str, object]] = []
    for quota in plan.quotas:
        depth[quota.id] = depth.get(quota.parent, -1) + 1 if quota.parent else 0
        records.append(
            {
                "node": f"{'  ' * depth[quota.id]}{quota.name}",
                "level": quota.level,
                "kpi": quota.kpi,
                "quota": None
                if quota.basis == planning.NOT_GIVEN
                else formatter.value(quota.amount, quota.unit),
                "basis": quota.basis,
                "locked": f"{quota.lock.by}: {quota.lock.why}" if quota.lock else "",
            }
        )
    return records


def quotas_by(
    plan: Plan, calendar: FiscalCalendar, formatter: Formatter, grain: str
) -> tuple[tuple[str, ...], list[dict[str, object]]]:
    """List the quotas with what they are in each week, month or quarter: by their own months, or the season of their goal.

    Returns
    -------
    tuple
        The labels of the buckets, and a record a quota; a bucket is empty where a goal has no months.
    """
    records = quota_records(plan, formatter)
    buckets = calendar.buckets(plan.period.start, plan.period.end, grain)
    parts: dict[tuple[str, str, str], dict[str, int]] = {}
    for goal in plan.goals:
        for node, dues in _dues(plan, goal, calendar, grain).items():
            sums = parts.setdefault((goal.kpi, goal.period.label, node), {})
            for due in dues:
                label = due.label if grain == "week" else _bucket(due.label, calendar, grain)
                sums[label] = sums.get(label, 0) + due.amount
    for quota, record in zip(plan.quotas, records, strict=True):
        own = parts.get((quota.kpi, quota.period, quota.id), {})
        record |= {
            bucket.label: formatter.value(own[bucket.label], quota.unit) if bucket.label in own else None
            for bucket in buckets
        }
    return tuple(bucket.label for bucket in buckets), records


def parts_across(plan: Plan, formatter: Formatter) -> tuple[tuple[str, ...], list[dict[str, object]]]:
    """List the quotas with what they are by the second cut of their goal; what is locked has a star.

    Raises
    ------
    BadUsage
        When no goal is cut a second time.
    """
    goal = cut_goal(plan)
    labels = tuple(part.label for part in plan.quotas_of(goal)[0].parts)
    records = [
        record
        | {
            part.label: formatter.value(part.amount, quota.unit) + ("*" if part.lock else "")
            for part in quota.parts
        }
        for quota, record in zip(plan.quotas, quota_records(plan, formatter), strict=True)
        if quota.parts
    ]
    return labels, records


def _dues(
    plan: Plan, goal: planning.Goal, calendar: FiscalCalendar, grain: str
) -> dict[str, tuple[planning.Due, ...]]:
    """Give what is due at every node, by week where weeks are asked for, else by month."""
    period = goal.period
    weeks = calendar.buckets(period.start, period.end, "week") if grain == "week" else ()
    return planning.dues(plan, goal, calendar.months(period), weeks)


def season_lines(plan: Plan, calendar: FiscalCalendar, formatter: Formatter) -> tuple[str, ...]:
    """Say for each goal what is due by the end of each month, with the spread of its season."""
    said = []
    for goal in plan.goals:
        told = next(iter(_dues(plan, goal, calendar, "month").values()), ())
        steps = ", ".join(_due_words(due, goal.unit, formatter) for due in told)
        season = next((one for one in plan.assumptions.seasonality if one.kpi == goal.kpi), None)
        spread = f" (spread: eight in ten of {season.past})" if season and season.past else ""
        said += [f"Roadmap of {goal.kpi}{spread}: {steps}."] if steps else []
    return tuple(said)


def _due_words(due: planning.Due, unit: str, formatter: Formatter) -> str:
    words = f"{formatter.value(due.to_date, unit)} by {formatter.date(due.last_day)}"
    if due.low is None or due.high is None:
        return words
    return f"{words} ({formatter.value(due.low, unit)} to {formatter.value(due.high, unit)})"


def _bucket(month: str, calendar: FiscalCalendar, grain: str) -> str:
    return calendar.containing(calendar.period(month).start, grain).label


def slip_lines(plan: Plan) -> tuple[str, ...]:
    """Name the quotas by month that look like slips, a line each."""
    return tuple(
        f"{problem.what} {problem.hint}" for problem in planning.problems(plan) if problem.rule == "slips"
    )


def over_line(period: Period, as_of: date, formatter: Formatter) -> tuple[str, ...]:
    """Say so where nothing of a period can be attained any more."""
    if as_of < period.last_day:
        return ()
    ended, known = formatter.date(period.last_day), formatter.date(as_of)
    said = f"{period.label} is over: it ended on {ended}, and the data is as of {known}."
    return (f"{said} The plan can be looked back on, and not attained any more.",)


def read_target(text: str, unit: str, settings: "Settings") -> int | float:
    """Read a target as typed; money is in major units."""
    plain = text.replace(" ", "").replace("_", "")
    if unit == "money":
        amount, rounded = to_minor(plain, settings.digits)
        if rounded:
            raise BadInput(
                f"The target {text!r} has more decimals than {settings.currency} has.",
                hint="Write whole minor units at most.",
            )
        return amount
    if unit == "count":
        whole, rounded = to_minor(plain, 0)
        if rounded:
            raise BadInput(f"The target {text!r} is not a whole number.", hint="This KPI counts things.")
        return whole
    scale = 10**settings.digits if unit == "money_per_day" else 1
    try:
        return scale * float(plain.removesuffix("%")) / (100 if plain.endswith("%") else 1)
    except ValueError:
        raise BadInput(
            f"The target {text!r} is not a number.", hint="Write digits, such as 0.35 or 35%."
        ) from None


def node_id(plan: Plan, asked: str) -> str:
    """Find a node of the cascade by id, or by a name that only one has.

    Raises
    ------
    UnknownName
        When there is none, or several have the name.
    """
    ids = {quota.id for quota in plan.quotas}
    for candidate in (asked, f"{REP_PREFIX}{asked}"):
        if candidate in ids:
            return candidate
    named = sorted({quota.id for quota in plan.quotas if quota.name == asked})
    if len(named) == 1:
        return named[0]
    if named:
        raise UnknownName(f"Several nodes are named {asked!r}.", hint=f"Use one's id: {', '.join(named)}.")
    raise UnknownName(f"The plan has no node {asked!r}.", hint=nearest(asked, {q.name for q in plan.quotas}))
