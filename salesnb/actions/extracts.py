"""Extracts: what one review may know, cut from a few queries over all of them.

The number of queries does not grow with the number of teams, and a team's extract holds its own rows only; of the
others it holds an aggregate where enough of them remain that nobody can be told apart.
"""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from salesnb import __version__
from salesnb.actions.facts import Facts
from salesnb.actions.naming import COMPANY, Unit
from salesnb.actions.peers import peers_of
from salesnb.calendar import Period
from salesnb.kpis import catalogue
from salesnb.planning import Goal, Plan, Quota, milestones

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["EXTRACT_FORMAT", "Extract", "company_extract", "described_workspace", "review_extracts"]

EXTRACT_FORMAT = "salesnb-extract/1"


@dataclass(frozen=True, kw_only=True)
class Extract:
    """What one review may know.

    Attributes
    ----------
    id, name
        The node, rep or value that it is about.
    group
        Name of the node above it, for the index; empty where there is none.
    content
        As the template reads it; see ``salesnb.workbooks.extract``.
    """

    id: str
    name: str
    group: str
    content: dict[str, Any]

    def to_bytes(self) -> bytes:
        """Write it as JSON: the same bytes for the same content."""
        return json.dumps(self.content, ensure_ascii=False, indent=1, default=str).encode()


def review_extracts(
    workspace: "Workspace", plan: Plan | None, facts: Facts, template: str
) -> tuple[Extract, ...]:
    """Cut an extract for every unit that has figures or a quota, in the order of the organisation."""
    goal = _goal(plan, facts.period)
    quotas = {quota.id: quota for quota in plan.quotas_of(goal)} if plan and goal else {}
    shared = _shared(workspace, plan, facts, template) | {"segment_dimension": facts.segment_dimension}
    return tuple(
        _extract(unit, shared | _figures(unit, facts, quotas), _target(plan, goal, quotas.get(unit.quota_id)))
        for unit in facts.units(quotas)
    )


def company_extract(workspace: "Workspace", plan: Plan | None, facts: Facts) -> Extract:
    """Cut the extract of the company as a whole, as far as its index page needs it."""
    goal = _goal(plan, facts.period)
    quotas = {quota.id: quota for quota in plan.quotas_of(goal)} if plan and goal else {}
    unit = facts.names.unit(COMPANY, COMPANY)
    shared = _shared(workspace, plan, facts, "index") | {"tables": facts.brief_tables(COMPANY)}
    return _extract(unit, shared, _target(plan, goal, quotas.get(COMPANY)))


def _figures(unit: Unit, facts: Facts, quotas: dict[str, Quota]) -> dict[str, Any]:
    return {
        "tables": facts.tables(unit.id, quotas),
        "pipeline": facts.pipeline(unit.id),
        "peers": peers_of(unit, facts),
    }


def _shared(workspace: "Workspace", plan: Plan | None, facts: Facts, template: str) -> dict[str, Any]:
    return {
        "format": EXTRACT_FORMAT,
        "kind": "kpi_review",
        "workspace": described_workspace(workspace),
        "provenance": _provenance(plan, facts, template),
        "period": _period(facts),
        "kpis": _kpis(facts),
    }


def _extract(unit: Unit, shared: dict[str, Any], target: dict[str, Any]) -> Extract:
    node = {
        "id": unit.id,
        "name": unit.name,
        "level": unit.level,
        "parent_name": unit.parent_name,
        "manager": unit.manager,
    }
    return Extract(
        id=unit.id, name=unit.name, group=unit.parent_name, content=shared | {"node": node} | target
    )


def described_workspace(workspace: "Workspace") -> dict[str, Any]:
    """Tell what a page needs to know of the workspace."""
    settings = workspace.settings
    return {
        "company": settings.company,
        "currency": settings.currency,
        "digits": settings.digits,
        "locale": settings.locale,
        "fiscal_year_start": settings.fiscal_year_start,
    }


def _provenance(plan: Plan | None, facts: Facts, template: str) -> dict[str, Any]:
    return {
        "as_of": facts.as_of.isoformat(),
        "data_fingerprint": facts.data.meta.fingerprint,
        "plan": plan.name if plan else None,
        "plan_revision": plan.revision if plan else None,
        "package": __version__,
        "template": template,
        "set_aside": facts.set_aside(),
    }


def _period(facts: Facts) -> dict[str, Any]:
    period = facts.period
    return {
        "label": period.label,
        "start": period.start.isoformat(),
        "end": period.end.isoformat(),
        "elapsed_days": facts.elapsed_days,
        "days": period.days,
        "months": [month.label for month in facts.calendar.months(period)],
    }


def _kpis(facts: Facts) -> dict[str, Any]:
    known = catalogue()
    return {
        name: {
            "label": kpi.label,
            "unit": kpi.unit,
            "formula": kpi.formula,
            "version": kpi.version,
            "status": kpi.status,
            "higher_is_better": kpi.higher_is_better,
        }
        for name, kpi in ((name, known.get(name)) for name in facts.kpis)
    }


def _goal(plan: Plan | None, period: Period) -> Goal | None:
    """Pick the first goal whose quotas hold for the period."""
    goals = plan.goals if plan else ()
    return next(
        (goal for goal in goals if goal.period.label == period.label and goal.unit in {"money", "count"}),
        None,
    )


def _target(plan: Plan | None, goal: Goal | None, quota: Quota | None) -> dict[str, Any]:
    """Tell a unit's goal and its milestones; both are empty where it has no quota."""
    if plan is None or goal is None or quota is None:
        return {"goal": None, "milestones": []}
    objective = next((found.text for found in plan.objectives if found.id == goal.objective), "")
    weights = {stone.label: stone.weight_bp for stone in plan.milestones if stone.goal == goal.id}
    stones = milestones(quota.amount, weights, unit=goal.unit) if weights else ()
    return {
        "goal": {
            "kpi": goal.kpi,
            "label": catalogue().get(goal.kpi).label,
            "unit": goal.unit,
            "target": quota.amount,
            "objective": objective,
            "basis": quota.basis,
        },
        "milestones": [{"label": stone.label, "target_to_date": stone.to_date} for stone in stones],
    }
