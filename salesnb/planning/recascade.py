"""Cascading the goal of a plan again: where its tree, weights and locks come from."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from salesnb.calendar import Period
from salesnb.errors import BadInput
from salesnb.money import minor_digits
from salesnb.planning.by_month import reshaped
from salesnb.planning.cascade import LockedAmount, cascade
from salesnb.planning.check_cascade import tree_of
from salesnb.planning.hedging import factors_of, refuse_parts
from salesnb.planning.model import NEW, NOT_GIVEN, Goal, Milestone, Plan, Quota
from salesnb.planning.parts import cut_again
from salesnb.planning.planned import follow_quotas
from salesnb.planning.roadmap import milestones, season_weights, seasonality
from salesnb.planning.shape import NO_SHAPE, Shape
from salesnb.planning.sharing import GIVEN, Weight
from salesnb.planning.tree import OrgTree
from salesnb.planning.words import number_in_words

__all__ = [
    "again",
    "as_given",
    "basis_of",
    "cascaded",
    "edited",
    "equal_weights",
    "given_of",
    "rescaled",
    "shown_in",
    "weights_of",
    "with_milestones",
    "with_quotas",
    "with_season",
]


def edited(plan: Plan, **changes: object) -> Plan:
    """Change parts of a plan; what comes out is a draft, approved or not before."""
    return replace(plan, **{"status": "draft", "approval": None, **changes})  # type: ignore[arg-type]


def cascaded(
    plan: Plan,
    goal: Goal,
    total: int,
    *,
    tree: OrgTree,
    weights: Mapping[str, Weight],
    basis: str,
    given: Mapping[str, Weight],
) -> Plan:
    """Replace the quotas of a goal by a new cascade, with the weights typed for nodes; its locks stay."""
    digits = minor_digits(plan.currency)
    locked = [quota for quota in plan.quotas_of(goal) if quota.lock]
    for quota in locked:
        if quota.id not in tree.by_id:
            amount = number_in_words(quota.amount, quota.unit, digits)
            raise BadInput(
                f"{quota.name} is locked at {amount}, but is not in the organisation any more.",
                where=quota.id,
                hint="Unlock it first.",
            )
    quotas = cascade(
        tree,
        goal.kpi,
        goal.period.label,
        total,
        weights,
        {q.id: LockedAmount(amount=q.amount, lock=q.lock) for q in locked if q.lock},
        basis=basis,
        unit=goal.unit,
        digits=digits,
        over=_over(plan, goal, tree),
        given=given,
    )
    return with_quotas(plan, goal, quotas)


def _over(plan: Plan, goal: Goal, tree: OrgTree) -> dict[str, Fraction]:
    over = factors_of(plan, goal, [node.level for node in tree.walk()])
    if over:
        refuse_parts(plan.quotas_of(goal))
    return over


def again(plan: Plan, goal: Goal, quotas: Sequence[Quota], total: int) -> Plan:
    """Cascade a goal by the tree, weights and locks of the quotas given; what they have by month follows."""
    tree = tree_of(quotas)
    held = with_quotas(plan, goal, quotas)
    new = cascaded(
        held,
        goal,
        total,
        tree=tree,
        weights=weights_of(quotas, tree),
        basis=basis_of(quotas),
        given=given_of(quotas),
    )
    return as_given(new, goal, quotas)


def as_given(plan: Plan, goal: Goal, before: Sequence[Quota]) -> Plan:
    """Let the quotas of a goal keep what those before had by month, in proportion, and whom none was given."""
    unasked = {quota.id for quota in before if quota.basis == NOT_GIVEN}
    new = {quota.id for quota in before if quota.basis == NEW}
    general = basis_of(before)
    kept = [
        replace(quota, basis=NOT_GIVEN)
        if quota.id in unasked and not quota.amount
        else replace(quota, basis=NEW)
        if quota.id in new and quota.basis == general
        else quota
        for quota in plan.quotas_of(goal)
    ]
    changed = with_quotas(plan, goal, reshaped(kept, before))
    return with_milestones(changed, goal) if any(quota.months for quota in before) else changed


def with_quotas(plan: Plan, goal: Goal, quotas: Iterable[Quota]) -> Plan:
    """Put quotas in the place of those that a goal had; quotas stand in the order of the goals.

    Where those before are cut a second time and these are not, they are cut by the same weights and locks. What a rep
    took along stays so.
    """
    before = plan.quotas_of(goal)
    moved = {quota.id: quota for quota in before if quota.rep}
    quotas = tuple(
        replace(quota, rep=moved[quota.id].rep, since=moved[quota.id].since) if quota.id in moved else quota
        for quota in quotas
    )
    if any(quota.parts for quota in before) and quotas and not any(quota.parts for quota in quotas):
        quotas = cut_again(quotas, before, shown_in(plan, goal.unit))
    order = {(item.kpi, item.period.label): index for index, item in enumerate(plan.goals)}
    mine = (goal.kpi, goal.period.label)
    others = [quota for quota in plan.quotas if (quota.kpi, quota.period) != mine]
    mixed = sorted([*others, *quotas], key=lambda quota: order[quota.kpi, quota.period])
    return follow_quotas(edited(plan, quotas=tuple(mixed)))


def shown_in(plan: Plan, unit: str) -> Callable[[int], str]:
    """Give what puts an amount of a plan into words."""
    digits = minor_digits(plan.currency)
    return lambda amount: number_in_words(amount, unit, digits)


def with_season(
    plan: Plan, kpi: str, weights: Mapping[str, Weight], basis: str, shape: Shape = NO_SHAPE, past: str = ""
) -> Plan:
    """Say how a KPI spreads over the months; milestones stay as they are, and so do weeks where no others are given."""
    kept = [season for season in plan.assumptions.seasonality if season.kpi != kpi]
    before = next((season for season in plan.assumptions.seasonality if season.kpi == kpi), None)
    if before and not shape.weeks:
        shape = Shape(weeks=before.weeks)
    made = seasonality(kpi, weights, basis, shape, past)
    seasons = tuple(sorted([*kept, made], key=lambda season: season.kpi))
    return edited(plan, assumptions=replace(plan.assumptions, seasonality=seasons))


def with_milestones(plan: Plan, goal: Goal) -> Plan:
    """Give a goal the milestones of its quotas by month, else those that its KPI's season asks for; else none."""
    others = tuple(stone for stone in plan.milestones if stone.goal != goal.id)
    stones = _stones(plan, goal)
    order = {item.id: index for index, item in enumerate(plan.goals)}
    return replace(plan, milestones=tuple(sorted([*others, *stones], key=lambda stone: order[stone.goal])))


def _stones(plan: Plan, goal: Goal) -> tuple[Milestone, ...]:
    top = next(iter(plan.quotas_of(goal)), None)
    if top and any(month.amount for month in top.months):
        by_month = {month.label: month.amount for month in top.months}
        return milestones(int(goal.target), by_month, unit=goal.unit, goal=goal.id)
    season = next((season for season in plan.assumptions.seasonality if season.kpi == goal.kpi), None)
    if season is None or not goal.splits:
        return ()
    weights = {
        label: weight for label, weight in season_weights(season).items() if _touches(label, goal.period)
    }
    return milestones(int(goal.target), weights, unit=goal.unit, goal=goal.id) if weights else ()


def weights_of(quotas: Sequence[Quota], tree: OrgTree) -> dict[str, Weight]:
    """Read the weights that quotas were made by; where they were given, their amounts are the weights."""
    leaves = {node.id for node in tree.leaves()}
    return {
        quota.id: quota.amount if quota.weight is None else quota.weight
        for quota in quotas
        if quota.id in leaves
    }


def given_of(quotas: Sequence[Quota]) -> dict[str, Weight]:
    """Read the weights that were typed for nodes, by id."""
    return {quota.id: quota.given for quota in quotas if quota.given is not None}


def basis_of(quotas: Sequence[Quota]) -> str:
    """Tell the basis of a cascade apart from the exceptions within it."""
    exceptions = ("locked", "locks below", "equal (", f"{GIVEN}: weight ", NEW, NOT_GIVEN)
    return next((q.basis for q in quotas if not q.basis.startswith(exceptions)), "history")


def equal_weights(tree: OrgTree) -> dict[str, Weight]:
    """Let every rep weigh the same; where there are no reps, every lowest node."""
    leaves = tree.leaves()
    reps = [leaf for leaf in leaves if leaf.level == "rep"]
    return {leaf.id: 1 for leaf in reps or leaves}


def rescaled(total: int, before: float, after: float) -> int:
    """Change a total in the proportion in which its goal changed, half-even."""
    return round(total * Fraction(after) / Fraction(before)) if before else int(after)


def _touches(label: str, period: Period) -> bool:
    """Tell whether a month or week has a day in a period."""
    if "W" in label:
        first = date.fromisocalendar(int(label[:4]), int(label[6:]), 1)
        return first < period.end and first.toordinal() + 7 > period.start.toordinal()
    year, month = int(label[:4]), int(label[5:])
    first = date(year, month, 1)
    after = date(year + month // 12, month % 12 + 1, 1)
    return first < period.end and after > period.start
