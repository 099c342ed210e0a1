"""What an extract holds of a unit's roadmap and of how its quota was made."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.actions.activity_needs import ActivityNeeds
from salesnb.actions.roadmaps import Roadmaps, Step, UnitRoadmap

if TYPE_CHECKING:
    from salesnb.actions.facts import Facts
    from salesnb.actions.naming import Unit
    from salesnb.planning import Goal, Plan

__all__ = ["RoadmapParts", "roadmap_part"]


@dataclass(frozen=True, kw_only=True)
class RoadmapParts:
    """The roadmaps of one run, for the goal that it reviews."""

    plan: "Plan | None"
    goal: "Goal | None"
    facts: "Facts"

    def part(self, unit: "Unit") -> dict[str, Any]:
        """Give a unit's roadmap and activities as an extract holds them.

        There is no roadmap where the reviewed period is not the goal's, and nothing of activities where none are loaded.
        """
        found = self._roadmaps.of(unit) if self._roadmaps else None
        told = {} if found is None else {"roadmap": roadmap_part(found) | self._season}
        return told | (self._activities.part(unit.id, found) if self._activities else {})

    @cached_property
    def _activities(self) -> ActivityNeeds | None:
        return None if self.plan is None else ActivityNeeds(plan=self.plan, facts=self.facts)

    @cached_property
    def _roadmaps(self) -> Roadmaps | None:
        if self.plan is None or self.goal is None or self.goal.period != self.facts.period:
            return None
        return Roadmaps(plan=self.plan, goal=self.goal, facts=self.facts)

    @cached_property
    def _season(self) -> dict[str, str]:
        plan, goal = self.plan, self.goal
        if plan is None or goal is None:
            return {}
        if any(quota.months for quota in plan.quotas_of(goal)):
            return {"season": "the quotas given by month"}
        season = next((one for one in plan.assumptions.seasonality if one.kpi == goal.kpi), None)
        return {"season": season.basis, "past": season.past} if season else {}


def roadmap_part(found: UnitRoadmap) -> dict[str, Any]:
    """Write a roadmap for an extract; figures are rounded to what they can tell."""
    basis = found.basis
    told = {
        "steps": [_step(step) for step in found.steps],
        "create_by_now": _rounded(found.create_by_now),
        "created_by_now": found.created_by_now,
    }
    if basis is None:
        return told
    return told | {
        "whose": basis.whose,
        "wins": basis.wins,
        "win_rate": round(basis.win_rate, 4),
        "cycle_days": basis.cycle_days,
        "size": basis.size,
    }


def _step(step: Step) -> dict[str, Any]:
    due = step.due
    return {
        "label": step.label,
        "last_day": step.last_day.isoformat(),
        "state": step.state,
        "due": due.amount if due else None,
        "to_date": due.to_date if due else None,
        "low": due.low if due else None,
        "high": due.high if due else None,
        "actual": step.actual,
        "create": _rounded(step.create),
        "created": step.created,
        "hold": None if step.hold is None else round(step.hold),
        "held": step.held,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
