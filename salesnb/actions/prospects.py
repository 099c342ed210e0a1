"""The outlook of every unit of a run: made from fits that all pages share, and cut to what each page may know."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.actions.organisation import REP_PREFIX
from salesnb.actions.outlook_told import NodeOutlook
from salesnb.actions.outlooks import Outlook
from salesnb.actions.predicting import keep_predictions
from salesnb.errors import BadUsage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesnb.actions.facts import Facts
    from salesnb.planning import Goal, Plan, Quota
    from salesnb.workspace import Workspace

__all__ = ["Prospects"]


@dataclass(frozen=True, kw_only=True)
class Prospects:
    """The outlooks of one run.

    Attributes
    ----------
    goal, quotas
        What the units should reach in the reviewed period, and each one's part.
    """

    workspace: "Workspace"
    plan: "Plan | None"
    facts: "Facts"
    goal: "Goal | None"
    quotas: "Mapping[str, Quota]"

    def part(self, node: str) -> dict[str, Any]:
        """Give a unit's outlook with those of the reps below it, as an extract holds it; nothing where there is none."""
        quota, outlook = self.quotas.get(node), self._outlook
        if quota is None or outlook is None:
            return {}
        whole = _part(outlook.node(quota))
        if not whole:
            return {}
        below = [one for one in self.quotas.values() if one.parent == node and one.id.startswith(REP_PREFIX)]
        reps = [part for one in below if (part := _part(outlook.node(one)))]
        return {"outlook": whole | {"views": outlook.views, "reps": reps}}

    def keep(self) -> None:
        """Keep what the pages say in the workspace's record; where that cannot be written, pages are made all the same."""
        if self._outlook is not None:
            keep_predictions(self.workspace, self._outlook.predictions())

    @cached_property
    def _outlook(self) -> Outlook | None:
        """The outlook of the goal, where the reviewed period is the goal's and is not over."""
        if self.plan is None or self.goal is None or self.goal.period != self.facts.period:
            return None
        if self.facts.as_of >= self.facts.period.last_day or self.facts.as_of > self.facts.data.meta.as_of:
            return None
        try:
            return Outlook(self.workspace, self.facts.data, self.plan, self.goal, self.facts.as_of)
        except BadUsage:
            # A week has no outlook of months; its page says so.
            return None


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
