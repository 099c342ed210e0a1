"""Extracts: what one review may know, cut from a few queries over all of them.

The number of queries does not grow with the number of teams, and a team's extract holds its own rows only; of the
others it holds an aggregate where enough of them remain that nobody can be told apart.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb import __version__
from salesnb.actions.carried import Carried
from salesnb.actions.effort_used import EffortUsed
from salesnb.actions.fact_tables import FactTables
from salesnb.actions.facts import Facts
from salesnb.actions.naming import COMPANY, Unit
from salesnb.actions.needed import need_of
from salesnb.actions.own_kpis import own_part, own_targets
from salesnb.actions.peers import peers_of
from salesnb.actions.prospects import Prospects, SharedOutlooks
from salesnb.actions.quota_making import QuotaMaking
from salesnb.actions.unit_parts import RoadmapParts
from salesnb.planning import (
    NOT_GIVEN,
    Goal,
    Plan,
    Quota,
    Roadmap,
    held_to,
    month_weights_of,
    moved_reps,
    of_whole_reps,
    roadmap,
)
from salesnb.workbooks.extract_since import since_part
from salesnb.workbooks.findings_need import need_part

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = [
    "EXTRACT_FORMAT",
    "Extract",
    "company_extract",
    "described_workspace",
    "review_extracts",
    "with_fingerprint",
]

EXTRACT_FORMAT = "salesnb-extract/1"
# What pages without a goal are about.
WON = "won_amount"
_FINGERPRINT_DIGITS = 16


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
        """Write it as JSON, a line a part: the same bytes for the same content."""
        parts = (f"{_written(name)}: {_written(part)}" for name, part in self.content.items())
        return "{{\n{}\n}}\n".format(",\n".join(parts)).encode()


def review_extracts(
    workspace: "Workspace",
    plan: Plan | None,
    facts: Facts,
    template: str,
    outlooks: SharedOutlooks | None = None,
) -> tuple[Extract, ...]:
    """Cut an extract for every unit that has figures or a quota, in the order of the organisation.

    Parameters
    ----------
    outlooks
        Those that other pages of the run share; by default its own.
    """
    aim = _aim(plan, facts)
    shared = _shared(workspace, plan, facts, template) | {"segment_dimension": facts.segment_dimension}
    season = month_weights_of(plan, aim.goal) if plan and aim.goal else {}
    carried = Carried(facts=facts, quotas=aim.quotas, season=season, moved=aim.moved)
    own, wanted = own_part(facts), own_targets(plan, facts)
    shared_outlooks = outlooks or SharedOutlooks(workspace=workspace, plan=plan, facts=facts)
    roadmaps = RoadmapParts(plan=plan, goal=aim.goal, facts=facts)
    making = QuotaMaking(workspace=workspace, plan=plan, goal=aim.goal, facts=facts, carried=carried)
    best = facts.best_months(aim.goal.kpi if aim.goal else WON)
    effort = EffortUsed(plan=plan, facts=facts)
    prospects = Prospects(shared=shared_outlooks, goal=aim.goal, quotas=aim.quotas)
    found = tuple(
        _extract(
            unit,
            shared
            | _figures(unit, facts, carried)
            | _need(workspace, unit, facts, aim)
            | prospects.part(unit.quota_id)
            | roadmaps.part(unit)
            | making.part(unit)
            | _held(unit, plan, facts)
            | ({"elsewhere": apart} if (apart := carried.elsewhere(unit.id)) else {})
            | ({"best_month": best[unit.id]} if unit.id in best else {})
            | effort.part(unit)
            | {"own": own | {"targets": wanted.get(unit.id, {})}},
            aim.of(unit.quota_id),
        )
        for unit in facts.units(aim.quotas)
    )
    prospects.keep()
    return found


def company_extract(workspace: "Workspace", plan: Plan | None, facts: Facts) -> Extract:
    """Cut the extract of the company as a whole, as far as its index page needs it."""
    unit = facts.names.unit(COMPANY, COMPANY)
    shared = _shared(workspace, plan, facts, "index") | {"tables": FactTables(facts).brief(COMPANY)}
    return _extract(unit, shared, _aim(plan, facts).of(COMPANY))


def _figures(unit: Unit, facts: Facts, carried: Carried) -> dict[str, Any]:
    return {
        "tables": FactTables(facts).all(unit.id, carried),
        "pipeline": facts.pipeline(unit.id),
        "peers": peers_of(unit, facts),
    } | ({"since": since_part(facts.earlier.of(unit.id))} if facts.earlier else {})


def _need(workspace: "Workspace", unit: Unit, facts: Facts, aim: "_Aim") -> dict[str, Any]:
    """Tell what pipeline a unit's goal needs, where it is one in won amount."""
    quota = aim.quotas.get(unit.quota_id)
    if aim.goal is None or aim.goal.kpi != "won_amount" or quota is None:
        return {}
    return need_part(need_of(unit, facts, quota.amount, workspace.settings.coverage_confidence))


def _held(unit: Unit, plan: Plan | None, facts: Facts) -> dict[str, Any]:
    """List what a unit is held to by goals that are not split; nothing where there are none.

    What is told as of a day is so on the last day of the goal, so that a page of another period has nothing of it.
    """
    if plan is None or facts.by not in {COMPANY, "rep", *facts.data.meta.levels}:
        return {}
    found = []
    for goal in plan.goals:
        around = goal.period.start <= facts.period.start and facts.period.end <= goal.period.end
        ends = goal.same_below or goal.period.end == facts.period.end
        target = held_to(plan, goal, unit.quota_id)
        if not goal.splits and goal.kpi in facts.kpis and around and ends and target is not None:
            found.append({"kpi": goal.kpi, "target": target, "direction": goal.direction})
    return {"held": found} if found else {}


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
    content = with_fingerprint(shared | {"node": node} | target)
    return Extract(id=unit.id, name=unit.name, group=unit.parent_name, content=content)


def _written(value: Any) -> str:
    # Without an indent it is written by C, in a sixth of the time.
    return json.dumps(value, ensure_ascii=False, default=str)


def with_fingerprint(content: dict[str, Any]) -> dict[str, Any]:
    """Name the figures of an extract by a hash of them all.

    It is not that of the workspace's data: a page whose own figures are as they were must stay as it is.
    """
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
    mark = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_FINGERPRINT_DIGITS]
    return content | {"provenance": content["provenance"] | {"data_fingerprint": mark}}


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
        "plan": plan.name if plan else None,
        "plan_revision": plan.revision if plan else None,
        "package": __version__,
        "template": template,
        "caution": facts.caution,
        "set_aside": facts.set_aside(),
        "restated": facts.restated,
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
    known = facts.known
    return {
        name: {
            "label": kpi.label,
            "unit": kpi.unit,
            "formula": kpi.formula,
            "version": kpi.version,
            "status": kpi.status,
            "owner": kpi.owner,
            "why_draft": kpi.why_draft,
            "higher_is_better": kpi.higher_is_better,
        }
        for name, kpi in ((name, known.get(name)) for name in facts.kpis)
    }


@dataclass(frozen=True, kw_only=True)
class _Aim:
    """What the units should reach in the period: a goal, and each one's part of it.

    A rep has all that is carried at every place; ``moved`` tells the parts of those who change team in the plan.
    """

    goal: Goal | None = None
    label: str = ""
    objective: str = ""
    roadmap: Roadmap = field(default_factory=lambda: Roadmap(quotas={}, milestones={}))
    moved: Mapping[str, tuple[Quota, ...]] = field(default_factory=dict)

    @cached_property
    def quotas(self) -> Mapping[str, Quota]:
        """The quotas of the period, by node; who is given none among given quotas has none."""
        return {node: quota for node, quota in self.roadmap.quotas.items() if quota.basis != NOT_GIVEN}

    def of(self, node: str) -> dict[str, Any]:
        """Tell a unit's goal and its milestones; both are empty where it has no quota."""
        quota = self.quotas.get(node)
        if self.goal is None or quota is None:
            return {"goal": None, "milestones": []}
        stones = self.roadmap.milestones.get(node, ())
        return {
            "goal": {
                "kpi": self.goal.kpi,
                "label": self.label,
                "unit": self.goal.unit,
                "target": quota.amount,
                "objective": self.objective,
                "basis": quota.basis,
            },
            "milestones": [{"label": stone.label, "target_to_date": stone.to_date} for stone in stones],
        }


def _aim(plan: Plan | None, facts: Facts) -> _Aim:
    """Pick the goal of the shortest period around the reviewed one, and each unit's part of it in the period."""
    if plan is None:
        return _Aim()
    around = [
        goal
        for goal in plan.goals
        # The KPI of a goal may be the workspace's own, and its file may be gone or wrong by now.
        if goal.unit in {"money", "count"}
        and goal.kpi in facts.known
        and goal.period.start <= facts.period.start
        and facts.period.end <= goal.period.end
    ]
    for goal in sorted(around, key=lambda goal: goal.period.days):
        whole = goal.period.label == facts.period.label
        months = () if whole else tuple(month.label for month in facts.calendar.months(facts.period))
        found = roadmap(plan, goal, months)
        if found.quotas:
            said = next((item.text for item in plan.objectives if item.id == goal.objective), "")
            label = facts.known.get(goal.kpi).label
            day = min(facts.as_of, facts.period.last_day)
            return _Aim(
                goal=goal,
                label=label,
                objective=said,
                roadmap=of_whole_reps(found, day),
                moved=moved_reps(found.quotas.values()),
            )
    return _Aim()
