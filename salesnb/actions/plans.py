"""Plans: made from history, changed, proposed, approved and restored, each change with its author and reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from salesnb import planning
from salesnb.actions.clock import author, now
from salesnb.actions.history import month_weights, rep_history, total_history
from salesnb.actions.organisation import REP_PREFIX, org_tree
from salesnb.calendar import Period
from salesnb.errors import BadInput, BadUsage, UnknownName, nearest
from salesnb.kpis import Kpi, catalogue
from salesnb.money import Formatter, to_minor
from salesnb.planning import Goal, Objective, OrgTree, Plan

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.workspace import Workspace

__all__ = [
    "CascadeChange",
    "MadePlan",
    "approve",
    "cascade_again",
    "goal_lines",
    "make_plan",
    "propose",
    "quota_records",
    "restore",
]

_SPLITS = ("money", "count")
_BASIS = "history: the twelve months before the plan"


@dataclass(frozen=True, kw_only=True)
class MadePlan:
    """A plan that was made, and what its maker should know."""

    plan: Plan
    notices: tuple[str, ...]


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


def make_plan(
    workspace: "Workspace",
    name: str,
    period: str,
    goals: Sequence[tuple[str, str]],
    *,
    objective: str | None = None,
) -> MadePlan:
    """Make a plan and save it: each goal is cascaded to teams and reps by history and spread over the months.

    Parameters
    ----------
    period
        Label of the period, such as ``2017-Q4``.
    goals
        Pairs of a KPI and its target as typed, in major units.
    objective
        The business objective that the goals serve.

    Raises
    ------
    UnknownName
        When a KPI or the period is not known.
    BadInput
        When there is a plan of that name, or a target is not a number.
    """
    known = workspace.calendar.period(period)
    store = workspace.plans()
    if name in store.names():
        raise BadInput(
            f"There is a plan {name!r} already.",
            hint="Choose another name, or change it: salesnb plan cascade.",
        )
    kpis = _goal_kpis(goals)
    with workspace.dataset() as data:
        tree = org_tree(data, workspace.settings.company, known.start)
        made = _Maker(workspace=workspace, data=data, period=known, tree=tree)
        plan = made.plan(name, list(zip(kpis, (target for _, target in goals), strict=True)), objective)
    saved = store.save(plan, read_at=None, author=author(workspace.root), reason="New plan", at=_now())
    return MadePlan(plan=saved, notices=made.notices(plan))


def _goal_kpis(goals: Sequence[tuple[str, str]]) -> list[Kpi]:
    """Find the KPIs of goals; one that would be cascaded must add up over teams and over months."""
    names = [name for name, _ in goals]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise BadUsage(f"Two goals are given for {twice}.", hint="Give each KPI one goal.")
    found = [catalogue().get(name) for name in names]
    for kpi in found:
        if kpi.unit in _SPLITS and not kpi.additive_over_time:
            raise BadInput(
                f"{kpi.label} ({kpi.name}) cannot be cascaded: its parts do not add up over teams and months.",
                hint="Set the goal on a KPI that does, such as won_amount, won_count or created_amount.",
            )
    return found


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
        plan = planning.unlock(plan, _node_id(plan, node))
    if change.goal:
        goal = plan.goal(change.goal[0])
        plan = planning.set_goal(plan, goal.id, _target(change.goal[1], goal.unit, workspace))
    for node, amount in change.lock:
        unit = next((quota.unit for quota in plan.quotas), "money")
        fixed = int(_target(amount, unit, workspace))
        plan = planning.lock(plan, _node_id(plan, node), amount=fixed, by=who, why=change.why, at=_now())
    return store.save(plan, read_at=read_at, author=who, reason=change.why or _reason(change), at=_now())


def restore(workspace: "Workspace", name: str, revision: int) -> Plan:
    """Bring an earlier revision back, as a new one."""
    return workspace.plans().restore(name, revision, author=author(workspace.root), at=_now())


def propose(workspace: "Workspace", name: str) -> Plan:
    """Propose a draft."""
    store = workspace.plans()
    plan = store.load(name)
    who = author(workspace.root)
    return store.save(planning.propose(plan), read_at=plan.revision, author=who, reason="Proposed", at=_now())


def approve(workspace: "Workspace", name: str) -> Plan:
    """Approve a plan; it is frozen from then on, and changing it makes a new draft."""
    store = workspace.plans()
    plan = store.load(name)
    who, at = author(workspace.root), _now()
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
                "quota": formatter.value(quota.amount, quota.unit),
                "basis": quota.basis,
                "locked": f"{quota.lock.by}: {quota.lock.why}" if quota.lock else "",
            }
        )
    return records


@dataclass(frozen=True, kw_only=True)
class _Maker:
    """What making a plan needs to know."""

    workspace: "Workspace"
    data: "Dataset"
    period: Period
    tree: OrgTree

    def plan(self, name: str, goals: Iterable[tuple[Kpi, str]], objective: str | None) -> Plan:
        """Make the plan; milestones follow the season of each goal's KPI."""
        made = [self._goal(kpi, target) for kpi, target in goals]
        split = [goal.kpi for goal in made if goal.unit in _SPLITS]
        calendar = self.workspace.calendar
        plan = planning.new_plan(
            name=name,
            period=self.period,
            currency=self.workspace.settings.currency,
            goals=made,
            objectives=(Objective(id="objective-1", text=objective or self._objective(made)),),
            tree=self.tree,
            weights={kpi: self._weights(kpi) for kpi in split},
            basis=_BASIS,
        )
        for kpi in split:
            season = month_weights(self.data, calendar, kpi, self.period)
            plan = planning.set_season(plan, kpi, season.weights, basis=season.basis)
        return plan

    def notices(self, plan: Plan) -> tuple[str, ...]:
        """Say what the planner should look at."""
        idle = [q for q in plan.quotas if q.level == "rep" and q.weight == 0]
        told = [
            f"{problem.what} {problem.hint}".strip()
            for problem in planning.problems(plan)
            if problem.severity == "warning"
        ]
        if idle:
            names = ", ".join(q.name for q in idle[:8]) + (
                f" and {len(idle) - 8} more" if len(idle) > 8 else ""
            )
            reps = "rep has" if len(idle) == 1 else "reps have"
            told.append(
                f"{len(idle)} {reps} no history to split by and no quota of their own: {names}. Lock one with salesnb plan cascade."
            )
        return tuple(told)

    def _goal(self, kpi: Kpi, target: str) -> Goal:
        baseline, known = self._baseline(kpi)
        return Goal(
            id=kpi.name,
            objective="objective-1",
            kpi=kpi.name,
            unit=kpi.unit,
            target=_target(target, kpi.unit, self.workspace),
            period=self.period,
            owner=self.tree.root.manager or self.tree.root.name,
            baseline=baseline,
            baseline_period=known,
            direction="at_least" if kpi.higher_is_better else "at_most",
        )

    def _baseline(self, kpi: Kpi) -> tuple[float | int | None, str]:
        """Find what the KPI was in the same period a year before, else in the period before."""
        calendar = self.workspace.calendar
        for past in (calendar.year_before(self.period), calendar.previous(self.period)):
            value = total_history(self.data, calendar, kpi.name, past)
            if value is not None:
                return value, past.label
        return None, ""

    def _weights(self, kpi: str) -> dict[str, int]:
        """Take the history of the reps that are there; what others sold is not theirs to repeat."""
        known = {leaf.id for leaf in self.tree.leaves()}
        amounts = rep_history(self.data, self.workspace.calendar, kpi, self.period)
        return {node: amount for node, amount in amounts.items() if node in known}

    def _objective(self, goals: Sequence[Goal]) -> str:
        labels = ", ".join(catalogue().get(goal.kpi).label.lower() for goal in goals)
        return f"Reach the goal for {labels} in {self.period.label}"


def _target(text: str, unit: str, workspace: "Workspace") -> int | float:
    """Read a target as typed; money is in major units."""
    plain = text.replace(" ", "").replace("_", "")
    if unit == "money":
        amount, rounded = to_minor(plain, workspace.settings.digits)
        if rounded:
            raise BadInput(
                f"The target {text!r} has more decimals than {workspace.settings.currency} has.",
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


def _node_id(plan: Plan, asked: str) -> str:
    """Find a node of the cascade by id, or by a name that only one has."""
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


def _now() -> datetime:
    return datetime.fromisoformat(now())
