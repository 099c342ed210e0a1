"""The outlook of every unit of a run: made from fits that all pages share, and cut to what each page may know."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from salesnb.actions.organisation import REP_PREFIX
from salesnb.actions.outlook_told import NodeOutlook
from salesnb.actions.outlooks import Outlook
from salesnb.actions.predicting import keep_predictions
from salesnb.errors import BadUsage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesnb.actions.facts import Facts
    from salesnb.outlook.distribution import Outcome
    from salesnb.planning import Goal, Plan, Quota
    from salesnb.workspace import Workspace

__all__ = ["Prospects", "SharedOutlooks"]

# So many equally likely totals draw the shape of an outlook, and say no more than it knows.
_QUANTILES = 40


@dataclass(frozen=True, kw_only=True)
class SharedOutlooks:
    """The outlooks of a run, each goal's fitted once for all pages that tell of it."""

    workspace: "Workspace"
    plan: "Plan | None"
    facts: "Facts"
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
        return {"outlook": whole | {"views": outlook.views, "reps": reps, "quantiles": quantiles}}

    def keep(self) -> None:
        """Keep what the pages say in the workspace's record; where that cannot be written, pages are made all the same."""
        outlook = self.shared.of(self.goal)
        if outlook is not None:
            keep_predictions(self.shared.workspace, outlook.predictions())


def _quantiles(outcome: "Outcome") -> list[int]:
    return [round(outcome.quantile((place + 0.5) / _QUANTILES)) for place in range(_QUANTILES)]


def _part(found: NodeOutlook) -> dict[str, Any]:
    attainment = found.attainment
    if attainment is None:
        return {}
    chance = attainment.chance
    reached = {level.name: round(level.target) for level in attainment.levels}
    return {
        "id": found.node,
        "name": found.name,
        "target": found.target,
        "to_date": round(found.to_date),
        "probability": None if chance.probability is None else round(chance.probability, 3),
        "reason": chance.reason,
        "low": round(chance.low),
        "high": round(chance.high),
        "commit": reached["commit"],
        "even": reached["target"],
        "stretch": reached["stretch"],
    }
