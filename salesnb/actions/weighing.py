"""What the workspace knows to split a goal by: history, potential, capacity; who is new; what was sold of what."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from salesnb import planning
from salesnb.actions.history import history_start, month_weights, rep_history
from salesnb.actions.markets import potential_by_leaf
from salesnb.actions.organisation import first_days, rep_node_id
from salesnb.actions.staffing import capacity_of, cohorts_of, memberships_of, presences, whole_months
from salesnb.calendar import Period
from salesnb.errors import BadInput, BadUsage
from salesnb.kpis import Query, run
from salesnb.kpis.query import CREDIT
from salesnb.planning import Goal, Market, OrgTree, Plan, Segment, Weighting
from salesnb.planning.recascade import weights_of
from salesnb.planning.roadmap import season_weights
from salesnb.planning.sharing import Weight

if TYPE_CHECKING:
    from salesnb.calendar import FiscalCalendar
    from salesnb.crm.dataset import Dataset
    from salesnb.kpis import Kpi
    from salesnb.registry import Registry

__all__ = ["HISTORY", "SEGMENT", "WORKED", "Past", "new_reps", "season_of", "shares_of"]

HISTORY = "history: the twelve months before the plan"
WORKED = "the revenue of the accounts worked in the twelve months before"
SEGMENT = "segment"
_REST = "other"
NOTHING_TYPED: Mapping[str, Weight] = MappingProxyType({})
# A rep's capacity in months of a ramped one is kept in whole millionths.
_PARTS = 1_000_000
# So is the revenue of accounts in hundredths.
_HUNDREDTHS = 100


@dataclass(frozen=True, kw_only=True)
class Past:
    """What can be asked of the time before a period."""

    data: "Dataset"
    calendar: "FiscalCalendar"
    known: "Registry[Kpi]"
    period: Period

    def weighting(
        self, basis: str, kpi: str, plan: Plan, tree: OrgTree, typed: Mapping[str, Weight] = NOTHING_TYPED
    ) -> Weighting:
        """Find weights by one basis or a mix; who is new gets the median of the peers where history is in it.

        Weights that were typed for nodes, by id, are what is given.

        Raises
        ------
        BadUsage
            When the basis is not known, or is one that has to be given.
        BadInput
            When the workspace knows nothing by it.
        """
        shares = planning.parse_basis(basis)
        ways: dict[str, Callable[[], Weighting]] = {
            "history": lambda: self.history(kpi, tree),
            "equal": lambda: Weighting(weights={leaf.id: 1 for leaf in tree.leaves()}, basis="equal"),
            "potential": lambda: self._potential(kpi, plan, tree),
            "capacity": lambda: self._capacity(kpi, plan, tree),
            "given": lambda: _typed(plan, kpi, tree, typed) if typed else self._given(plan, kpi),
        }
        leaves = {leaf.id for leaf in tree.leaves()}
        return planning.mixed({name: ways[name]() for name in shares}, shares, leaves)

    def history(self, kpi: str, tree: OrgTree) -> Weighting:
        """Sum what each rep of a tree had of a KPI; one who is new has the median of the peers."""
        leaves = {leaf.id for leaf in tree.leaves()}
        amounts = rep_history(self.data, self.calendar, self.known, kpi, self.period)
        mine = {node: max(amount, 0) for node, amount in amounts.items() if node in leaves}
        found = Weighting(weights=mine, basis=HISTORY)
        return (
            planning.weigh_new(tree, found, new_reps(self.data, self.period)) if any(mine.values()) else found
        )

    def across(self, kpi: str, dimension: str, plan: Plan) -> dict[str, dict[str, int]]:
        """Sum a KPI by rep and a second dimension, or by the plan's segments; keyed by the rep's node id.

        Raises
        ------
        BadUsage
            When the quotas are by that dimension already, or the plan has no segments.
        BadInput
            When segments overlap.
        UnknownName
            When the dimension is not known.
        """
        if dimension in {"rep", *(quota.level for quota in plan.quotas)}:
            raise BadUsage(
                f"Quotas are by {dimension} already.", hint="Name another dimension, such as product."
            )
        if dimension == SEGMENT:
            return self._by_segment(kpi, plan)
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for rep, value, amount in self._rows(kpi, ("rep", dimension)):
            if rep is not None and (amount or 0) > 0:
                found[rep_node_id(str(rep))][f"no {dimension}" if value is None else str(value)] = int(amount)
        return dict(found)

    def _by_segment(self, kpi: str, plan: Plan) -> dict[str, dict[str, int]]:
        if not plan.segments:
            raise BadUsage("The plan has no segments.", hint="Name a dimension, such as product.")
        rest = {node: max(amount, 0) for node, amount in self.by_rep(kpi, ()).items()}
        found: dict[str, dict[str, int]] = {node: {} for node in rest}
        for segment in plan.segments:
            for node, amount in self._of_segment(kpi, segment).items():
                if amount > 0:
                    found[node][segment.name] = amount
                    rest[node] -= amount
        if min(rest.values(), default=0) < 0:
            raise BadInput(
                "The segments of the plan overlap.", hint="Let each deal be in one of them at most."
            )
        for node, amount in rest.items():
            if amount:
                found[node][_REST] = amount
        return found

    def _of_segment(self, kpi: str, segment: Segment) -> dict[str, int]:
        found: dict[str, int] = defaultdict(int)
        names = [condition.dimension for condition in segment.conditions]
        for values in product(*(condition.values for condition in segment.conditions)):
            for node, amount in self.by_rep(kpi, tuple(zip(names, values, strict=True))).items():
                found[node] += amount
        return found

    def by_rep(self, kpi: str, where: tuple[tuple[str, str], ...] = ()) -> dict[str, int]:
        """Sum a KPI by rep, keyed by the rep's node id, over the deals that pass the filters."""
        rows = self._rows(kpi, ("rep",), where)
        return {rep_node_id(str(rep)): int(amount) for rep, amount in rows if rep is not None and amount}

    def _rows(self, kpi: str, by: tuple[str, ...], where: tuple[tuple[str, str], ...] = ()) -> Any:
        query = Query(
            kpis=(kpi,),
            by=by,
            where=where,
            start=history_start(self.period),
            end=self.period.start,
            labels=False,
            credit=CREDIT,
        )
        return run(query, self.data, self.calendar, self.known).rows

    def _potential(self, kpi: str, plan: Plan, tree: OrgTree) -> Weighting:
        """Take the market's potential where it names the nodes of the tree, else the revenue of the accounts worked."""
        weights, of = potential_by_leaf(self.data, tree, self.calendar, plan.goal(kpi).period)
        if weights:
            return Weighting(weights=weights, basis=f"potential: the market's of {of}")
        worked = self.worked()
        if not any(worked.values()):
            raise BadInput(
                "The potential of nobody is known: no account has a revenue, and no market of this period is a node's.",
                hint="Put market.csv (segment, period, potential) beside the export, map accounts.revenue, or split by"
                " history.",
            )
        worth: dict[str, Weight] = {node: round(_HUNDREDTHS * revenue) for node, revenue in worked.items()}
        return Weighting(weights=worth, basis=f"potential: {WORKED}")

    def worked(self) -> dict[str, float]:
        """Sum the revenue of the accounts that each rep had deals with, by node in the source's unit; one of several reps counts for each."""
        deals, accounts = self.data.table("opportunities"), self.data.table("accounts")
        first = history_start(self.period)
        worked = deals.filter(
            deals.rep_id.notnull()
            & deals.account_id.notnull()
            & (deals.created_on.isnull() | (deals.created_on < self.period.start))
            & (deals.closed_on.isnull() | (deals.closed_on >= first))
        )
        pairs = worked.select("rep_id", "account_id").distinct()
        summed = pairs.join(accounts.select("account_id", "revenue"), "account_id").group_by("rep_id")
        rows = summed.aggregate(potential=lambda table: table.revenue.sum()).to_pyarrow().to_pylist()
        return {rep_node_id(str(row["rep_id"])): float(row["potential"] or 0) for row in rows}

    def _capacity(self, kpi: str, plan: Plan, tree: OrgTree) -> Weighting:
        """Take what ``plan capacity`` says that each rep can bring: ramp, season, leave, attrition and backfill."""
        goal = plan.goal(kpi)
        months = whole_months(self.calendar, goal.period)
        season, _ = season_of(self.data, self.calendar, self.known, plan, goal)
        market = Market(monthly=1, season=season, staffing=planning.staffing_of(plan))
        reps = [leaf.id for leaf in tree.leaves() if leaf.level == "rep"]
        cohorts = cohorts_of(reps, presences(self.data), months, memberships_of(self.data))
        weights = {cohort.name: round(capacity_of(cohort, market)[0] * _PARTS) for cohort in cohorts}
        return Weighting(
            weights=weights, basis="capacity: what each rep can bring, by ramp, leave and season"
        )

    def _given(self, plan: Plan, kpi: str) -> Weighting:
        """Take the quotas as they are for weights."""
        quotas = [quota for quota in plan.quotas if quota.kpi == kpi]
        return Weighting(
            weights={quota.id: quota.amount for quota in quotas}, basis="given: the quotas before"
        )


def _typed(plan: Plan, kpi: str, tree: OrgTree, typed: Mapping[str, Weight]) -> Weighting:
    """Spread typed weights over the leaves; where none are typed, by what these weighed before."""
    before = weights_of([quota for quota in plan.quotas if quota.kpi == kpi], tree)
    named = planning.weights_in_words(tuple(tree.walk()), typed)
    return Weighting(weights=planning.typed_leaves(tree, typed, before), basis=f"given: {named}")


def new_reps(data: "Dataset", period: Period) -> frozenset[str]:
    """Find reps who came within the twelve months before a period, or later, as nodes of the organisation."""
    first = history_start(period)
    return frozenset(rep_node_id(rep) for rep, day in first_days(data).items() if day > first)


def season_of(
    data: "Dataset", calendar: "FiscalCalendar", known: "Registry[Kpi]", plan: Plan, goal: Goal
) -> tuple[tuple[int | Fraction, ...], str]:
    """Give the weights of the months of a goal, exact where they are known, and where they are from: the plan, or history where it has not all."""
    months = calendar.months(goal.period)
    for season in plan.assumptions.seasonality:
        stored = season_weights(season)
        if season.kpi == goal.kpi and all(month.label in stored for month in months):
            return tuple(stored[month.label] for month in months), season.basis
    past = month_weights(data, calendar, known, goal.kpi, goal.period)
    weights = past.weights if any(past.weights.values()) else planning.basis_points(past.weights)
    return tuple(weights[month.label] for month in months), past.basis


def shares_of(sold: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Add up what all sold by value, by name; who has left counts too."""
    found: dict[str, int] = defaultdict(int)
    for own in sold.values():
        for value, amount in own.items():
            found[value] += amount
    return dict(sorted(found.items()))
