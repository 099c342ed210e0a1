"""Who is below a node of a goal's cascade, and what reps who were moved had sold elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from salesnb.actions.organisation import REP_PREFIX, rep_node_id
from salesnb.actions.outlook_data import won_within
from salesnb.planning import Goal, Plan, Quota, moved_reps, span_of

if TYPE_CHECKING:
    from salesnb.outlook.deals import Deals

__all__ = ["NodeReps"]


@dataclass(frozen=True)
class NodeReps:
    """The reps of a goal's cascade.

    Attributes
    ----------
    plan, goal
        The goal of a plan.
    quotas
        Of the goal, each rep at one place, parents first.
    """

    plan: Plan
    goal: Goal
    quotas: Sequence[Quota]

    @cached_property
    def teams(self) -> dict[str, str]:
        """The node right above each rep, by the rep's id."""
        return {
            quota.id.removeprefix(REP_PREFIX): quota.parent or ""
            for quota in self.quotas
            if quota.id.startswith(REP_PREFIX)
        }

    def below(self, quota: Quota) -> list[str]:
        """List the reps below a node, by id; of a rep itself."""
        todo, reps = [quota], []
        while todo:
            found = todo.pop()
            todo += self._by_parent.get(found.id, [])
            if found.id.startswith(REP_PREFIX):
                reps.append(found.id.removeprefix(REP_PREFIX))
        return reps

    @cached_property
    def _by_parent(self) -> dict[str, list[Quota]]:
        found: dict[str, list[Quota]] = {}
        for quota in self.quotas:
            found.setdefault(quota.parent or "", []).append(quota)
        return found

    def sold_elsewhere(self, quota: Quota, reps: Sequence[str], deals: "Deals", as_of: date) -> float:
        """Tell what reps who were moved in the plan had sold at a node before they left it, less what others had elsewhere."""
        more = 0.0
        for rep, stays in self._stays.items():
            for place, stay in enumerate(stays) if rep in deals.owners else ():
                first, end = span_of(stays, place, self.goal.period)
                here = quota.id in {rep_node_id(rep), *self._above(stay.parent)}
                sold = won_within(deals, rep, first, min(end, as_of + timedelta(days=1)))
                more += sold * (here - (rep in reps))
        return more

    @cached_property
    def _stays(self) -> Mapping[str, tuple[Quota, ...]]:
        known = moved_reps(self.plan.quotas_of(self.goal))
        return {node.removeprefix(REP_PREFIX): stays for node, stays in known.items()}

    def _above(self, node: str | None) -> list[str]:
        parents = {quota.id: quota.parent for quota in self.quotas}
        found: list[str] = []
        while node is not None:
            found.append(node)
            node = parents[node]
        return found
