"""How each unit's quota was made, and what its owner says of it: for the unit's own page."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb import planning
from salesnb.actions.fairness import find_fairness
from salesnb.actions.naming import COMPANY
from salesnb.actions.organisation import REP_PREFIX
from salesnb.actions.peers import LEAST_REPS, LEAST_UNITS, peers_of
from salesnb.actions.staffing import Presence, presences
from salesnb.actions.weighing import WORKED
from salesnb.errors import BadInput
from salesnb.planning import Goal, Plan, Quota, Standing

if TYPE_CHECKING:
    from salesnb.actions.carried import Carried
    from salesnb.actions.facts import Facts
    from salesnb.actions.naming import Unit
    from salesnb.workspace import Workspace

__all__ = ["QuotaMaking"]


@dataclass(frozen=True, kw_only=True)
class QuotaMaking:
    """What the pages of a run may say of their quotas; what all need is found out once."""

    workspace: "Workspace"
    plan: Plan | None
    goal: Goal | None
    facts: "Facts"
    carried: "Carried"

    def part(self, unit: "Unit") -> dict[str, Any]:
        """Tell how a unit's quota was made, as an extract holds it; nothing where it has none for the reviewed period.

        What is handed to the node above is told only where enough others share it that nobody can be told apart.
        """
        goal, quota = self.goal, self._whole.get(unit.quota_id)
        if (
            goal is None
            or quota is None
            or quota.basis == planning.NOT_GIVEN
            or goal.period != self.facts.period
        ):
            return {}
        told = {
            "basis": quota.basis,
            "amount": quota.amount,
            "own_past": None if self._handed(quota) else self._own_past(quota),
            "handed": self._handed(quota),
            "lock": {"by": quota.lock.by, "why": quota.lock.why} if quota.lock else None,
            **self._above(unit, quota),
            **self._presence(quota),
            **_standing(
                self._whole_standings[quota.id] if quota.level == "rep" else self._standings[quota.id]
            ),
            "below": [_below(self._standings[one.id]) for one in self._children(quota.id)],
        }
        return {"made": told}

    @cached_property
    def _quotas(self) -> dict[str, Quota]:
        if self.plan is None or self.goal is None:
            return {}
        return {quota.id: quota for quota in self.plan.quotas_of(self.goal)}

    @cached_property
    def _everybody(self) -> Plan | None:
        """The plan with one quota for each rep, who may carry parts of it at several places."""
        return planning.whole_reps(self.plan, self.facts.as_of) if self.plan else None

    @cached_property
    def _whole(self) -> dict[str, Quota]:
        if self._everybody is None or self.goal is None:
            return {}
        return {quota.id: quota for quota in self._everybody.quotas_of(self.goal)}

    @cached_property
    def _whole_standings(self) -> dict[str, Standing]:
        assert self._everybody is not None  # noqa: S101 -- asked only where there are quotas
        assert self.goal is not None  # noqa: S101
        return {one.quota.id: one for one in planning.standings(self._everybody, self.goal)}

    @cached_property
    def _standings(self) -> dict[str, Standing]:
        assert self.plan is not None  # noqa: S101 -- asked only where there are quotas
        assert self.goal is not None  # noqa: S101
        return {one.quota.id: one for one in planning.standings(self.plan, self.goal)}

    def _children(self, node: str) -> list[Quota]:
        """List the reps right below; nodes below have pages of their own."""
        return [quota for quota in self._by_parent.get(node, ()) if quota.level == "rep"]

    @cached_property
    def _by_parent(self) -> dict[str, list[Quota]]:
        found: dict[str, list[Quota]] = {}
        for quota in self._quotas.values():
            found.setdefault(quota.parent or "", []).append(quota)
        return found

    @cached_property
    def _at_several(self) -> frozenset[str]:
        """Name those who carry parts of one quota at several nodes."""
        return frozenset(quota.rep for quota in self._quotas.values() if quota.rep)

    @cached_property
    def _over(self) -> list[dict[str, Any]]:
        """Tell of each level by how much its quotas come to more than those above."""
        assert self.plan is not None  # noqa: S101 -- asked only where there are quotas
        assert self.goal is not None  # noqa: S101
        return [
            {"level": level.level, "over": round(float(level.over), 6)}
            for level in planning.assigned_levels(self.plan, self.goal)
            if level.over and level.level != COMPANY
        ]

    @cached_property
    def _handovers(self) -> tuple[Any, ...]:
        return tuple(planning.handovers_of(self.plan, self.goal)) if self.plan and self.goal else ()

    def _handed(self, quota: Quota) -> list[dict[str, Any]]:
        """List what changed hands, by what went, to or from whom, and the first day."""
        found = []
        for one in self._handovers:
            giver, taker = (self._quotas.get(node) for node in (one.giver, one.taker))
            for mine, other, way in ((giver, taker, "to"), (taker, giver, "from")):
                if mine and other and mine.whose == quota.id:
                    found.append({"what": one.what, "way": way, "name": other.name, "on": one.on.isoformat()})
        return found

    @staticmethod
    def _own_past(quota: Quota) -> int | None:
        """Give what a rep won in the time whose history the cascade splits by."""
        of_history = quota.basis.startswith("history:") and "potential" not in quota.basis
        return int(quota.weight) if of_history and quota.weight is not None else None

    def _above(self, unit: "Unit", quota: Quota) -> dict[str, Any]:
        parent = self._quotas.get(quota.parent or "")
        # What somebody carries at several nodes is no part of one of them.
        if parent is None or quota.id in self._at_several:
            return {}
        found: dict[str, Any] = {"parent": parent.name}
        others = [one for one in self._by_parent.get(parent.id, ()) if one.id != quota.id]
        if len(others) >= LEAST_UNITS and sum(self._reps_below[one.id] for one in others) >= LEAST_REPS:
            found["parent_amount"] = parent.amount
        if self.plan and self.goal and peers_of(unit, self.facts) is not None:
            found["over"] = self._over
        return found

    @cached_property
    def _reps_below(self) -> Counter[str]:
        """Count the reps below each node; each is below itself too."""
        found: Counter[str] = Counter()
        for quota in self._quotas.values():
            place: str | None = quota.id if quota.level == "rep" else None
            while place is not None:
                found[place] += 1
                place = self._quotas[place].parent
        return found

    def _presence(self, quota: Quota) -> dict[str, Any]:
        """Tell a rep's ramp, leave and effective quota; nothing of a node."""
        if quota.level != "rep" or self.plan is None or self.goal is None:
            return {}
        there = self._there.get(quota.id, Presence())
        period = self.goal.period
        begins, ends = max(there.hired or date.min, period.start), min(there.left or date.max, period.end)
        found: dict[str, Any] = {"effective": self._effective.get(quota.id)}
        found |= self._territory(quota.id)
        places = self.carried.places(quota.id.removeprefix(REP_PREFIX))
        found["places"] = [
            [place.name, place.first.isoformat(), place.last.isoformat(), place.amount] for place in places
        ]
        if there.hired:
            found["hired"] = there.hired.isoformat()
            found["ramp"] = self._ramp(there.hired)
        if (ends - begins).days < period.days:
            found["days_there"] = max((ends - begins).days, 0)
        return found

    def _ramp(self, hired: date) -> list[list[Any]]:
        """List the months of the period in which a rep still ramps, with the share of a ramped one."""
        assert self.plan is not None  # noqa: S101 -- asked only of quotas of a plan
        assert self.goal is not None  # noqa: S101
        staffing = planning.staffing_of(self.plan)
        shares = (
            (month.label, staffing.productivity(max(planning.months_since(hired, month.start), 0)))
            for month in self.facts.calendar.months(self.goal.period)
            if month.end > hired
        )
        return [[label, share] for label, share in shares if share < 1]

    @cached_property
    def _there(self) -> Mapping[str, Presence]:
        return presences(self.facts.data)

    @cached_property
    def _fairness(self) -> tuple[dict[str, int], dict[str, float], str]:
        """The effective quotas of the days that are over, potentials and where these are from; nothing where they cannot be told."""
        plan, goal, facts = self.plan, self.goal, self.facts
        begun = goal is not None and goal.period.start <= facts.as_of
        if plan is None or goal is None or facts.by != "rep" or facts.as_of != facts.data.meta.as_of:
            return {}, {}, ""
        try:
            found = find_fairness(self.workspace, plan.name, kpi=goal.id)
        except BadInput:
            # Of a period of weeks there is none.
            return {}, {}, ""
        effective = {result.rep: result.quota for result in found.results} if begun else {}
        known = {one.rep: one.potential for one in found.results if one.potential is not None}
        return effective, known, found.potential_source

    @property
    def _effective(self) -> Mapping[str, int]:
        return self._fairness[0]

    def _territory(self, rep: str) -> dict[str, Any]:
        """Tell the potential of a rep's territory beside the mean of all, where enough others are in it.

        Amounts are told of a market alone: revenues of accounts are in whatever unit the source has.
        """
        _, known, source = self._fairness
        mine = known.get(rep)
        if mine is None:
            return {}
        found: dict[str, Any] = {"potential_source": source}
        if source != WORKED:
            found["potential"] = mine
        if len(known) > LEAST_REPS:
            found["potential_times"] = round(mine * len(known) / sum(known.values()), 3)
        return found


def _standing(found: Standing) -> dict[str, Any]:
    return {
        "committed": found.committed,
        "from_below": found.below,
        "gap": found.gap,
        "answer": _said(found.answer),
        "outdated": _said(found.outdated),
    }


def _said(answer: planning.QuotaAnswer | None) -> dict[str, Any] | None:
    if answer is None:
        return None
    return {
        "answer": answer.answer,
        "by": answer.by,
        "reason": answer.reason,
        "on": answer.at.date().isoformat(),
        "amount": answer.amount,
        "revision": answer.revision,
    }


def _below(found: Standing) -> dict[str, Any]:
    quota = found.quota
    return {
        "name": quota.name,
        "quota": None if quota.basis == planning.NOT_GIVEN else quota.amount,
    } | _standing(found)
