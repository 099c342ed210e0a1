"""Plans: made from history, changed, proposed, approved and restored, each change with its author and reason."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from salesnb import planning
from salesnb.actions.clock import author, moment
from salesnb.actions.history import rep_drivers
from salesnb.actions.organisation import REP_PREFIX
from salesnb.calendar import FiscalCalendar
from salesnb.errors import BadInput, BadUsage, UnknownName, nearest
from salesnb.money import Formatter, to_minor
from salesnb.planning import Plan

if TYPE_CHECKING:
    from salesnb.workspace import Settings, Workspace

__all__ = [
    "CascadeChange",
    "approve",
    "cascade_again",
    "find_node",
    "goal_lines",
    "propose",
    "quota_records",
    "quotas_by",
    "read_target",
    "restore",
    "slip_lines",
]

_SPLITS = ("money", "count")
_BASIS = "history: the twelve months before the plan"


@dataclass(frozen=True, kw_only=True)
class CascadeChange:
    """What is to change in a cascade; nodes by id or name, amounts as typed.

    Attributes
    ----------
    goal
        A KPI and its new target.
    lock, unlock
        Quotas that stay from now on, and those that may move again.
    why
        The reason; a lock needs one.
    """

    goal: tuple[str, str] | None = None
    lock: tuple[tuple[str, str], ...] = ()
    unlock: tuple[str, ...] = ()
    why: str = ""


def goal_lines(plan: Plan, formatter: Formatter) -> tuple[str, ...]:
    """Say each goal in a line."""
    words = {"at_least": "at least", "at_most": "at most"}
    return tuple(
        f"Goal: {goal.kpi} {words[goal.direction]} {formatter.value(goal.target, goal.unit)} in {goal.period.label}"
        for goal in plan.goals
    )


def cascade_again(workspace: "Workspace", name: str, change: CascadeChange) -> Plan:
    """Change a goal, lock or unlock quotas; the other quotas and the milestones follow.

    Raises
    ------
    Infeasible
        When the locks do not fit.
    BadUsage
        When there is nothing to change, or a lock comes without its reason.
    """
    if not (change.goal or change.lock or change.unlock):
        raise BadUsage("There is nothing to change.", hint="Give --goal, --lock or --unlock.")
    if change.lock and not change.why:
        raise BadUsage("A lock needs its reason.", hint='Add --why "…"; it is kept with the lock.')
    store = workspace.plans()
    plan = store.load(name)
    read_at, who = plan.revision, author(workspace.root)
    for node in change.unlock:
        plan = planning.unlock(plan, find_node(plan, node))
    if change.goal:
        goal = plan.goal(change.goal[0])
        plan = planning.set_goal(plan, goal.id, read_target(change.goal[1], goal.unit, workspace.settings))
        plan = _with_drivers(workspace, plan)
    for node, amount in change.lock:
        unit = next((quota.unit for quota in plan.quotas), "money")
        fixed = int(read_target(amount, unit, workspace.settings))
        plan = planning.lock(plan, find_node(plan, node), amount=fixed, by=who, why=change.why, at=moment())
    return store.save(plan, read_at=read_at, author=who, reason=change.why or _reason(change), at=moment())


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
    """List the quotas with what they are in each month or quarter: by their own months, or the season of their goal.

    Returns
    -------
    tuple
        The labels of the buckets, and a record a quota; a bucket is empty where a goal has no months.
    """
    records = quota_records(plan, formatter)
    buckets = calendar.buckets(plan.period.start, plan.period.end, grain)
    parts: dict[tuple[str, str, str], dict[str, int]] = {}
    for goal in plan.goals:
        for node, stones in planning.roadmap(plan, goal).milestones.items():
            sums = parts.setdefault((goal.kpi, goal.period.label, node), {})
            for stone in stones:
                label = _bucket(stone.label, calendar, grain)
                sums[label] = sums.get(label, 0) + stone.amount
    for quota, record in zip(plan.quotas, records, strict=True):
        own = parts.get((quota.kpi, quota.period, quota.id), {})
        record |= {
            bucket.label: formatter.value(own[bucket.label], quota.unit) if bucket.label in own else None
            for bucket in buckets
        }
    return tuple(bucket.label for bucket in buckets), records


def _bucket(month: str, calendar: FiscalCalendar, grain: str) -> str:
    return calendar.containing(calendar.period(month).start, grain).label


def slip_lines(plan: Plan) -> tuple[str, ...]:
    """Name the quotas by month that look like slips, a line each."""
    return tuple(
        f"{problem.what} {problem.hint}" for problem in planning.problems(plan) if problem.rule == "slips"
    )


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
    try:
        return float(plain.removesuffix("%")) / (100 if plain.endswith("%") else 1)
    except ValueError:
        raise BadInput(
            f"The target {text!r} is not a number.", hint="Write digits, such as 0.35 or 35%."
        ) from None


def _with_drivers(workspace: "Workspace", plan: Plan) -> Plan:
    """Plan deals, win rates and deal sizes where an earlier version has not."""
    if plan.assumptions.planned:
        return plan
    with workspace.dataset() as data:
        return planning.plan_drivers(plan, rep_drivers(data, workspace.calendar, plan.period))


def find_node(plan: Plan, asked: str) -> str:
    """Find a node of the cascade by id, or by a name that only one has.

    Raises
    ------
    UnknownName
        When there is none, or several nodes have the name.
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


def _reason(change: CascadeChange) -> str:
    parts = [f"goal {change.goal[0]}={change.goal[1]}"] if change.goal else []
    parts += [f"unlocked {node}" for node in change.unlock]
    return ", ".join(parts).capitalize()
