"""The activities that each unit's roadmap takes, and where the time goes: nothing where no activities are loaded."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.actions.naming import COMPANY
from salesnb.actions.roadmaps import UnitRoadmap
from salesnb.calendar import years_before
from salesnb.errors import UnknownName
from salesnb.kpis import Query, run
from salesnb.kpis.activity_data import has_activities
from salesnb.planning import Plan, Segment, effort_per_deal

if TYPE_CHECKING:
    from salesnb.actions.facts import Facts

__all__ = ["ActivityNeeds"]

_KINDS = ("call_count", "meeting_count", "proposal_count")
_OTHER = "Other"


@dataclass(frozen=True, kw_only=True)
class ActivityNeeds:
    """The activities of all units of a run, asked once for all of them."""

    plan: Plan
    facts: "Facts"

    def part(self, unit: str, roadmap: UnitRoadmap | None) -> dict[str, Any]:
        """Tell of a unit as an extract holds it; nothing where no activities are loaded or it has none."""
        if not has_activities(self.facts.data):
            return {}
        needs = [need for kpi in _KINDS if (need := self._need(unit, kpi, roadmap))]
        time = self._time_of(unit)
        return {"activities": {"needs": needs, "time": time}} if needs or time else {}

    def _need(self, unit: str, kpi: str, roadmap: UnitRoadmap | None) -> dict[str, Any] | None:
        rows = self._past.get(unit, [])
        done, created, won = ([row[name] for row in rows] for name in (kpi, "created_count", "won_count"))
        effort, per_won = effort_per_deal(done, created), effort_per_deal(done, won)
        if effort is None or not sum(done):
            return None
        to_create = None if roadmap is None else roadmap.create_by_now
        first = None if roadmap is None else next((s for s in roadmap.steps if s.create is not None), None)
        so_far = None
        if first is not None:
            so_far = sum(row[kpi] for row in self._months.get(unit, []) if row["month"] >= first.label)
        return {
            "label": self.facts.known.get(kpi).label,
            "per_created": round(effort.per_deal, 3),
            "low": None if effort.low is None else round(effort.low, 3),
            "high": None if effort.high is None else round(effort.high, 3),
            "per_won": None if per_won is None else round(per_won.per_deal, 3),
            "by_now": None if to_create is None else round(to_create * effort.per_deal, 2),
            "done": so_far,
        }

    @cached_property
    def _months(self) -> dict[str, list[dict[str, Any]]]:
        """Ask for activities and deals by unit and month, over the twelve months before the period and up to now."""
        facts = self.facts
        start = years_before(facts.calendar.containing(facts.period.start, "month").start, 1)
        kpis = (*_KINDS, "created_count", "won_count")
        found: dict[str, list[dict[str, Any]]] = {}
        for unit, month, *values in self._ask(kpis, (), start, grain="month"):
            row = {name: int(value or 0) for name, value in zip(kpis, values, strict=True)}
            found.setdefault(unit, []).append({"month": str(month), **row})
        return found

    @cached_property
    def _past(self) -> dict[str, list[dict[str, Any]]]:
        """Those of the twelve months before the period; of a goal that is judged by them they are fixed beforehand."""
        first = self.facts.calendar.containing(self.facts.period.start, "month").label
        return {unit: [row for row in rows if row["month"] < first] for unit, rows in self._months.items()}

    def _ask(
        self, kpis: tuple[str, ...], more: tuple[str, ...], start: Any, grain: str | None = None
    ) -> list[tuple[Any, ...]]:
        facts = self.facts
        end = min(facts.period.end, facts.as_of + timedelta(days=1))
        if end <= start:
            return []
        whole = facts.by == COMPANY
        query = Query(
            kpis=kpis,
            by=(() if whole else (facts.by,)) + more,
            grain=grain,
            start=start,
            end=end,
            as_of=facts.as_of,
            labels=False,
            restated=facts.restated,
        )
        rows = run(query, facts.data, facts.calendar, facts.known).rows
        return [(COMPANY, *row) for row in rows] if whole else [row for row in rows if row[0] is not None]

    def _time_of(self, unit: str) -> list[dict[str, Any]]:
        """Share the minutes of the period among the plan's segments; one that is in several counts to the first."""
        minutes = self._minutes.get(unit, {})
        whole = sum(minutes.values())
        return [
            {"segment": name, "minutes": spent, "share": round(spent / whole, 4)}
            for name, spent in sorted(minutes.items(), key=lambda pair: (-pair[1], pair[0]))
            if spent
        ]

    @cached_property
    def _minutes(self) -> dict[str, dict[str, int]]:
        segments = self.plan.segments
        names = tuple(dict.fromkeys(c.dimension for segment in segments for c in segment.conditions))
        dimensions = tuple(name for name in names or (self.facts.segment_dimension,) if name != self.facts.by)
        try:
            rows = self._ask(("activity_minutes",), dimensions, self.facts.period.start)
        except UnknownName:
            # A dimension that deals have and activities have not, such as their source.
            return {}
        found: dict[str, dict[str, int]] = {}
        for unit, *values, minutes in rows:
            told = dict(zip(dimensions, values, strict=True)) | {self.facts.by: unit}
            name = (
                _segment_of(segments, told)
                if segments
                else str(values[0] if values and values[0] else "Not given")
            )
            own = found.setdefault(unit, {})
            own[name] = own.get(name, 0) + int(minutes or 0)
        return found


def _segment_of(segments: tuple[Segment, ...], told: dict[str, Any]) -> str:
    """Name the first segment all of whose conditions hold."""
    for segment in segments:
        if all((told.get(condition.dimension) or "") in condition.values for condition in segment.conditions):
            return segment.name
    return _OTHER
