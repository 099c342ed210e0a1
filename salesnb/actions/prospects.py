"""The outlook of every unit of a run: made from fits that all pages share, and cut to what each page may know."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from salesnb.actions.organisation import REP_PREFIX
from salesnb.actions.outlook_told import NodeOutlook
from salesnb.actions.outlooks import Outlook
from salesnb.actions.peers import LEAST_REPS, LEAST_UNITS
from salesnb.actions.predicting import keep_predictions
from salesnb.errors import BadUsage
from salesnb.workbooks.findings_track import ALL_LEVELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesnb.actions.facts import Facts
    from salesnb.outlook.distribution import Outcome
    from salesnb.outlook.track_record import LevelRecord
    from salesnb.planning import Goal, Plan, Quota
    from salesnb.workspace import Workspace

__all__ = ["Prospects", "SharedOutlooks"]

# So many equally likely totals draw the shape of an outlook, and say no more than it knows.
_QUANTILES = 40
_EVEN = 0.5
_REP = "rep"


@dataclass(frozen=True, kw_only=True)
class SharedOutlooks:
    """The outlooks of a run, each goal's fitted once for all pages that tell of it.

    Attributes
    ----------
    is_recorded
        Whether what the pages say is kept in the workspace's record; not where no pages are made.
    """

    workspace: "Workspace"
    plan: "Plan | None"
    facts: "Facts"
    is_recorded: bool = True
    _made: "dict[str, Outlook | None]" = field(default_factory=dict, init=False)

    def of(self, goal: "Goal | None") -> Outlook | None:
        """Give the outlook of a goal, where the reviewed period is the goal's and is not over."""
        if self.plan is None or goal is None or goal.period != self.facts.period:
            return None
        if goal.id not in self._made:
            self._made[goal.id] = self._make(goal)
        return self._made[goal.id]

    def _make(self, goal: "Goal") -> Outlook | None:
        facts = self.facts
        if self.plan is None or facts.as_of >= goal.period.last_day or facts.as_of > facts.data.meta.as_of:
            return None
        if goal.kpi not in facts.known:
            # The workspace does not keep the goal's KPI any more.
            return None
        try:
            return Outlook(self.workspace, facts.data, self.plan, goal, facts.as_of)
        except BadUsage:
            # A week has no outlook of months; its page says so.
            return None


@dataclass(frozen=True, kw_only=True)
class Prospects:
    """The outlooks of one run.

    Attributes
    ----------
    goal, quotas
        What the units should reach in the reviewed period, and each one's part.
    """

    shared: SharedOutlooks
    goal: "Goal | None"
    quotas: "Mapping[str, Quota]"

    def part(self, node: str) -> dict[str, Any]:
        """Give a unit's outlook with those of the reps below it, as an extract holds it; nothing where there is none."""
        quota, outlook = self.quotas.get(node), self.shared.of(self.goal)
        if quota is None or outlook is None:
            return {}
        found = outlook.node(quota)
        whole = _part(found)
        if found.attainment is None:
            return {}
        below = [one for one in self.quotas.values() if one.parent == node and one.id.startswith(REP_PREFIX)]
        reps = [part for one in below if (part := _part(outlook.node(one)))]
        quantiles = _quantiles(found.attainment.outcome)
        track = _track(outlook, quota, len(below))
        more = {"views": outlook.views, "reps": reps, "quantiles": quantiles, "track": track}
        return {"outlook": whole | more}

    def keep(self) -> None:
        """Keep what the pages say in the workspace's record; where that cannot be written, pages are made all the same."""
        outlook = self.shared.of(self.goal)
        if outlook is not None and self.shared.is_recorded:
            keep_predictions(self.shared.workspace, outlook.predictions())


def _track(outlook: Outlook, quota: "Quota", reps: int) -> dict[str, Any] | None:
    """Give how far outlooks were right on the past: at every level for the whole, else where enough others are in it.

    A unit's page knows how those of its own level and reps fared, as one figure each, and all places together.
    """
    found = outlook.track
    if found is None:
        return None
    levels = {**found.levels, ALL_LEVELS: found.whole}
    if quota.parent is not None:
        least = {quota.level: LEAST_UNITS + 1, _REP: LEAST_REPS + reps, ALL_LEVELS: LEAST_REPS + reps + 1}
        if quota.level == _REP:
            least[_REP] = LEAST_REPS + 1
        levels = {
            name: level for name, level in levels.items() if name in least and level.series >= least[name]
        }
    rows = [_track_row(name, level) for name, level in levels.items()]
    return {"steps": found.steps, "rows": rows} if rows else None


def _track_row(name: str, level: "LevelRecord") -> dict[str, Any]:
    scores = {
        "coverage80": level.coverage80,
        "brier": level.brier,
        "base_rate_brier": level.base_rate_brier,
        "mase": level.mase,
        "mase_seasonal_naive": level.mase_seasonal_naive,
    }
    return {
        "level": name,
        "origins": level.origins,
        "totals": level.windows,
        "is_judged": level.is_judged,
        "is_beaten": level.is_beaten,
        **{key: None if score is None else round(score, 3) for key, score in scores.items()},
    }


def _quantiles(outcome: "Outcome") -> list[int]:
    return [round(outcome.quantile((place + 0.5) / _QUANTILES)) for place in range(_QUANTILES)]


def _part(found: NodeOutlook) -> dict[str, Any]:
    attainment = found.attainment
    if attainment is None:
        return {}
    chance = attainment.chance
    return {
        "id": found.node,
        "name": found.name,
        "target": found.target,
        "to_date": round(found.to_date),
        "probability": None if chance.probability is None else round(chance.probability, 3),
        "reason": chance.reason,
        "base_rate": None if chance.base_rate is None else round(chance.base_rate, 3),
        "low": round(chance.low),
        "high": round(chance.high),
        "even": round(attainment.outcome.reachable(_EVEN)),
        "levels": [[level.probability, round(level.target)] for level in attainment.levels],
    }
