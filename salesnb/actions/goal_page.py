"""What a page shows of the goals of a plan: numbers in the KPI's whole unit, and words where the model has some to say."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from salesnb import planning
from salesnb.actions.goal_entry import NEW, GoalEntry
from salesnb.actions.hedging import hedge_lines
from salesnb.errors import SalesnbError
from salesnb.planning import LEAST_LIKELY, MOST_LIKELY, Goal, GoalFinding, Lock, Standing

if TYPE_CHECKING:
    from salesnb.actions.goal_prospects import Prospect

__all__ = ["goal_page"]

_SMART = planning.goal_checks.ASPECTS[:5]


def goal_page(entry: GoalEntry) -> dict[str, Any]:
    """Give what the page of the goals shows; nothing is worked out for it that takes time."""
    from salesnb.outlook.attain import LEVELS

    settings, plan = entry.session.workspace.settings, entry.plan
    findings = entry.findings()
    periods = [plan.period, *entry.session.workspace.calendar.months(plan.period)]
    goals = [*plan.goals, *([entry.draft] if entry.draft else [])]
    return {
        "locale": settings.locale.replace("_", "-"),
        "currency": plan.currency,
        "digits": settings.digits,
        "period": plan.period.label,
        "levels": [[name, share] for (name, _), share in zip(LEVELS, settings.chances, strict=True)],
        "periods": [one.label for one in periods],
        "kpis": [
            {"name": name, "label": kpi.label, "unit": kpi.unit}
            for name, kpi in entry.kpis.items()
            if not kpi.hidden
        ],
        "objectives": list(_objectives(entry, findings)),
        "goals": [_goal(entry, goal, findings) for goal in goals],
        "selected": entry.selected,
        "goal": _looked_at(entry, findings),
        "pending": list(entry.pending()),
    }


def _objectives(entry: GoalEntry, findings: tuple[GoalFinding, ...]) -> Iterator[dict[str, Any]]:
    idle = {one.goal: one for one in findings if one.aspect == "objective"}
    for one in entry.plan.objectives:
        found = idle.get(one.id)
        yield {
            "id": one.id,
            "text": one.text,
            "owner": one.owner,
            "goals": sum(goal.objective == one.id for goal in entry.plan.goals),
            "said": "" if found is None else f"{found.what} {found.hint}",
        }


def _goal(entry: GoalEntry, goal: Goal, findings: tuple[GoalFinding, ...]) -> dict[str, Any]:
    smart = [one for one in findings if one.goal == goal.id and one.aspect in _SMART]
    texts = {one.id: one.text for one in entry.plan.objectives}
    return {
        "id": goal.id,
        "label": _label(entry, goal),
        "unit": goal.unit,
        "direction": goal.direction,
        "period": goal.period.label,
        "owner": goal.owner,
        "objective": texts.get(goal.objective or "", ""),
        "target": None if goal.id == NEW else goal.target,
        "chance": _chance(entry, goal),
        "smart": {"holds": sum(bool(one.holds) for one in smart), "of": len(smart)},
    }


def _chance(entry: GoalEntry, goal: Goal) -> str:
    """Say how likely a goal is attained in as few words as a table has room for."""
    known = entry.prospect(goal)
    if known is None:
        return "…"
    if known.gauge is None or goal.id == NEW:
        return "–"
    found = known.gauge.chance(goal.target)
    if not known.is_judged:
        return "…"
    if found.probability is None:
        return "–" if found.base_rate is None else f"{100 * found.base_rate:.0f} % of such"
    return "reached" if known.gauge.to_date >= goal.target else f"{100 * found.probability:.0f} %"


def _label(entry: GoalEntry, goal: Goal) -> str:
    try:
        return entry.kpi_of(goal).label
    except SalesnbError:
        return goal.kpi


def _looked_at(entry: GoalEntry, findings: tuple[GoalFinding, ...]) -> dict[str, Any] | None:
    goal = entry.goal
    if goal is None:
        return None
    known = entry.prospect(goal)
    mine = [one for one in findings if goal.id in one.goal.split("+")]
    cause = entry.cause if entry.cause is not None and entry.cause.goal == goal.id else None
    formula = entry.kpi_of(goal).formula if goal.kpi in entry.kpis.names() else ""
    return {
        "id": goal.id,
        "isNew": goal.id == NEW,
        "label": _label(entry, goal),
        "formula": formula,
        "unit": goal.unit,
        "direction": goal.direction,
        "target": None if goal.id == NEW else goal.target,
        "period": goal.period.label,
        "owner": goal.owner,
        "objective": goal.objective or "",
        "baseline": {"value": goal.baseline, "period": goal.baseline_period},
        "outlook": None if known is None else _outlook(known),
        "cause": None if cause is None else {"target": cause.target, "text": cause.text},
        "smart": [
            {"aspect": one.aspect, "holds": one.holds, "what": one.what, "hint": one.hint} for one in mine
        ],
        "tree": _tree(entry, goal, known),
    }


def _outlook(known: "Prospect") -> dict[str, Any]:
    return {
        "lastYear": {"value": known.last_year, "period": known.last_year_period},
        "gauge": None
        if known.gauge is None
        else {**known.gauge.document(), "bounds": [LEAST_LIKELY, MOST_LIKELY]},
        "why": known.likely.why,
        "views": known.views,
    }


def _tree(entry: GoalEntry, goal: Goal, known: "Prospect | None") -> dict[str, Any]:
    plan = entry.plan
    if goal.id == NEW:
        return {"kind": "", "rows": [], "said": []}
    if not goal.splits:
        rows = [] if known is None else list(_held(entry, goal, known))
        return {"kind": "held", "rows": rows, "said": []}
    said = list(hedge_lines(plan, entry.session.workspace.settings.formatter))
    quotas = plan.quotas_of(goal)
    if quotas and quotas[0].amount != goal.target:
        shown = entry.session.workspace.settings.formatter
        has, wants = (shown.value(one, goal.unit) for one in (quotas[0].amount, goal.target))
        said.append(f"The quotas come to {has}, the goal is {wants}.")
    rows = [_split(one) for one in planning.standings(plan, goal)]
    return {"kind": "split", "rows": rows, "said": said}


def _split(one: Standing) -> dict[str, Any]:
    quota = one.quota
    return {
        "id": quota.id,
        "parent": quota.parent,
        "level": quota.level,
        "name": quota.name,
        "amount": quota.amount,
        "basis": quota.basis,
        "lock": _lock(quota.lock),
        "committed": one.committed,
        "below": one.below,
        "answered": one.answered,
        "children": one.children,
        "gap": one.gap,
    }


def _lock(lock: Lock | None) -> dict[str, str] | None:
    return None if lock is None else {"by": lock.by, "why": lock.why}


def _held(entry: GoalEntry, goal: Goal, known: "Prospect") -> Iterator[dict[str, Any]]:
    own = {one.node for one in entry.plan.kpi_targets if one.kpi == goal.kpi}
    for one in known.standing:
        target = planning.held_to(entry.plan, goal, one.node.id)
        yield {
            "id": one.node.id,
            "parent": one.node.parent,
            "level": one.node.level,
            "name": one.node.name,
            "amount": target,
            "value": one.value,
            "holds": None if one.value is None or target is None else _holds(goal, one.value, target),
            "own": one.node.id in own and one.node.id != goal.node,
        }


def _holds(goal: Goal, value: float, target: float) -> bool:
    return value >= target if goal.direction == "at_least" else value <= target
