"""Quota against capacity: what a plan's reps and hires can bring at every node, and how many more it takes by when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from salesnb import planning
from salesnb.actions.clock import author, moment
from salesnb.actions.markets import market_of
from salesnb.actions.staffing import (
    Brings,
    Presence,
    by_stay,
    capacity_of,
    cohorts_of,
    memberships_of,
    past_productivity,
    presences,
    whole_months,
)
from salesnb.actions.weighing import season_of
from salesnb.calendar import Period
from salesnb.errors import BadInput, BadUsage
from salesnb.planning import (
    Capacity,
    Cohort,
    Goal,
    Hiring,
    Market,
    NodeGap,
    OrgTree,
    People,
    Plan,
    Productivity,
)
from salesnb.planning.check_cascade import tree_of

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.workspace import Workspace

__all__ = ["CapacityFound", "cascaded_goal", "find_capacity", "save_people"]


@dataclass(frozen=True, kw_only=True)
class CapacityFound:
    """What was found of a plan's capacity.

    Attributes
    ----------
    plan, goal
        The plan with the assumptions asked about, saved or not.
    as_of
        Of the data.
    months
        Of the period.
    productivity
        What a ramped rep brings in an average month, and where that is from.
    season
        Weights of the months, and where they are from.
    steps
        Rep-years naive, with ramp, with attrition.
    whole
        Heads of all cohorts by month.
    nodes
        Quota against capacity at every node, parents before children.
    hiring
        By node with a gap: how many hires at the start of each month that is still to come.
    places
        By node that is no rep: where those go that the whole needs in the first of these months, shared by what each
        place lacks (Webster's method, which takes no head away when there is one more to give). Empty without a gap.
    notices
        What is to be known about the figures, a sentence each.
    """

    plan: Plan
    goal: Goal
    as_of: date
    months: tuple[Period, ...]
    productivity: Brings
    season: tuple[int | Fraction, ...]
    season_basis: str
    steps: planning.Steps
    whole: Capacity
    nodes: tuple[NodeGap, ...]
    hiring: Mapping[str, Mapping[str, Hiring]]
    places: Mapping[str, int]
    notices: tuple[str, ...]

    def earliest(self, node: str) -> tuple[str, Hiring] | None:
        """Give the first month in which hires for a node can come, and how many; None where it has no gap."""
        return next(iter(self.hiring.get(node, {}).items()), None)


def cascaded_goal(plan: Plan, kpi: str | None) -> Goal:
    """Find the goal that is meant; one that is not named must be the only one with quotas, or of won amount.

    Raises
    ------
    BadUsage
        When the plan has no quotas, or it is not clear which are meant.
    """
    if kpi is not None:
        goal = plan.goal(kpi)
        if not plan.quotas_of(goal):
            raise BadUsage(f"The goal {goal.kpi} has no quotas.", hint="Name one that is cascaded.")
        return goal
    found = [goal for goal in plan.goals if plan.quotas_of(goal)]
    chosen = found if len(found) == 1 else [goal for goal in found if goal.kpi == "won_amount"]
    if len(chosen) != 1:
        ids = ", ".join(goal.id for goal in found) or "none"
        raise BadUsage("It is not clear which goal is meant.", hint=f"Give --kpi; those with quotas: {ids}.")
    return chosen[0]


def save_people(workspace: "Workspace", plan: Plan) -> Plan:
    """Save assumptions as a new revision.

    Raises
    ------
    StaleSave
        When the plan was saved by somebody else meanwhile.
    """
    who = author(workspace.root)
    reason = "Assumptions of capacity"
    return workspace.plans().save(plan, read_at=plan.revision, author=who, reason=reason, at=moment())


def find_capacity(
    workspace: "Workspace",
    name: str,
    people: People,
    *,
    kpi: str | None = None,
    productivity: int | None = None,
) -> CapacityFound:
    """Hold a plan's quotas against what its reps and hires can bring.

    Parameters
    ----------
    people
        Assumptions that stand in for those of the plan; nothing is saved.
    kpi
        The goal, by its KPI; by default the only one with quotas.
    productivity
        What a ramped rep brings in an average month; by default that of the plan, else from history.

    Raises
    ------
    BadInput
        When an assumption is out of range, nothing is known of productivity, or the period is not made of months.
    """
    plan = workspace.plans().load(name)
    goal = cascaded_goal(plan, kpi)
    months = whole_months(workspace.calendar, goal.period)
    if productivity is not None:
        typed = Productivity(kpi=goal.kpi, unit=goal.unit, amount=productivity, source="given")
        people = replace(people, productivity=(typed,))
    plan = planning.assume_people(plan, people)
    with workspace.dataset() as data:
        found = _assumed(plan, goal) or _from_history(workspace, data, plan, goal)
        known = workspace.catalogue(data)
        season, basis = season_of(data, workspace.calendar, known, plan, goal)
        finder = _Finder(
            plan=plan,
            goal=goal,
            as_of=data.meta.as_of,
            months=months,
            market=Market(monthly=found.monthly, season=season, staffing=planning.staffing_of(plan)),
            tree=tree_of(plan.quotas_of(goal)),
        )
        reps = [leaf.id for leaf in finder.tree.leaves() if leaf.level == "rep"]
        quotas = plan.quotas_of(goal)
        there, members = by_stay(quotas, goal.period, presences(data), memberships_of(data))
        potential, of = market_of(data, finder.tree, workspace.calendar, goal.period)
        if goal.unit != "money":
            potential, of = {}, ""
        known_reps = [rep for rep in reps if not any(quota.id == rep and quota.rep for quota in quotas)]
    return finder.found(
        cohorts_of(reps, there, months, members),
        found,
        basis,
        {node: float(value) for node, value in potential.items()},
        (*_of_market(of, goal), *_unknown(known_reps, there)),
    )


@dataclass(frozen=True, kw_only=True)
class _Finder:
    """What finding capacity needs to know."""

    plan: Plan
    goal: Goal
    as_of: date
    months: tuple[Period, ...]
    market: Market
    tree: OrgTree

    def found(
        self,
        reps: Sequence[Cohort],
        productivity: Brings,
        season_basis: str,
        potential: Mapping[str, float],
        notices: tuple[str, ...],
    ) -> CapacityFound:
        cohorts = (*reps, *self._hires())
        nodes = self._nodes(cohorts, potential)
        hiring = {gap.node.id: self._hiring(gap) for gap in nodes if gap.gap is not None and gap.gap < 0}
        return CapacityFound(
            plan=self.plan,
            goal=self.goal,
            as_of=self.as_of,
            months=self.months,
            productivity=productivity,
            season=self.market.season,
            season_basis=season_basis,
            steps=planning.steps(cohorts, len(self.months), self.market.staffing),
            whole=planning.project(cohorts, len(self.months), self.market.staffing),
            nodes=nodes,
            hiring=hiring,
            places=self._places(nodes, hiring),
            notices=notices,
        )

    def _hires(self) -> tuple[Cohort, ...]:
        numbers = {month.label: number for number, month in enumerate(self.months, start=1)}
        return tuple(
            Cohort(name=hires.node, heads=hires.heads, month=numbers[hires.label])
            for hires in self.plan.assumptions.hires
            if hires.label in numbers and hires.node in self.tree.by_id
        )

    def _nodes(self, cohorts: Sequence[Cohort], potential: Mapping[str, float]) -> tuple[NodeGap, ...]:
        """Follow each cohort with whoever replaces its leavers; they count where it does."""
        capacity: dict[str, float] = {}
        heads, ramped = dict(capacity), dict(capacity)
        for cohort in cohorts:
            told = capacity_of(cohort, self.market)
            for sums, value in zip((capacity, heads, ramped), told, strict=True):
                sums[cohort.name] = sums.get(cohort.name, 0.0) + value
        for leaf in self.tree.leaves():
            if leaf.level == "rep":
                # Who has left before the period can do nothing in it, which is known.
                capacity.setdefault(leaf.id, 0.0)
        quotas = {
            quota.id: quota.amount
            for quota in self.plan.quotas_of(self.goal)
            if quota.basis != planning.NOT_GIVEN
        }
        return planning.node_gaps(
            self.tree, quotas, capacity, potential=potential, heads=heads, ramped=ramped
        )

    def _places(self, nodes: Sequence[NodeGap], hiring: Mapping[str, Mapping[str, Hiring]]) -> dict[str, int]:
        """Split the hires that the whole needs first over the places that lack something."""
        first = next(iter(hiring.get(self.tree.root.id, {}).values()), None)
        if first is None or not first.heads:
            return {}
        units = OrgTree(tuple(node for node in self.tree.nodes if node.level != "rep"))
        lowest = {node.id for node in units.leaves()}
        lacking = {
            gap.node.id: max(round((gap.quota or 0) - (gap.capacity or 0)), 0)
            for gap in nodes
            if gap.node.id in lowest
        }
        return planning.split_heads(units, first.heads, lacking)

    def _hiring(self, gap: NodeGap) -> dict[str, Hiring]:
        """Ask for each month that has not begun by the as-of date."""
        return {
            month.label: planning.hires_needed(gap.quota or 0, gap.capacity or 0, self.market, number)
            for number, month in enumerate(self.months, start=1)
            if month.start > self.as_of
        }


def _assumed(plan: Plan, goal: Goal) -> Brings | None:
    stored = planning.productivity_of(plan, goal.kpi)
    return Brings(monthly=stored.amount, source=stored.source) if stored else None


def _from_history(workspace: "Workspace", data: "Dataset", plan: Plan, goal: Goal) -> Brings:
    known = workspace.catalogue(data)
    staffing = planning.staffing_of(plan)
    found = past_productivity(data, workspace.calendar, known, known.get(goal.kpi), goal.period, staffing)
    if found is None:
        raise BadInput(
            f"Nothing is known of what a rep brings of {goal.kpi} before {goal.period.label}.",
            hint="Give --productivity: what a ramped rep brings in an average month.",
        )
    return found


def _of_market(of: str, goal: Goal) -> tuple[str, ...]:
    """Say what period the potential is of."""
    if not of:
        return ()
    share = "" if of == goal.period.label else f", by the share of months that {goal.period.label} has of it"
    return (f"Potential: the market's of {of}{share}.",)


def _unknown(reps: Sequence[str], there: Mapping[str, Presence]) -> tuple[str, ...]:
    """Say of how many reps the day of hire is not known."""
    count = sum(rep not in there or there[rep].hired is None for rep in reps)
    if not count:
        return ()
    verb = "rep is" if count == 1 else "reps are"
    said = f"{count} {verb} taken to be ramped, because the data does not say since when they are there."
    unseen = sum(rep not in there or there[rep].begins is None for rep in reps)
    more = f" {unseen} of them never had a deal: they count as capacity all the same." if unseen else ""
    return (said + more,)
