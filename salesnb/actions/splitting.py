"""A plan's goals are split by another basis, and cut a second time by a dimension or by segments."""

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from salesnb import planning
from salesnb.actions.weighing import Past, shares_of
from salesnb.errors import BadUsage
from salesnb.planning import Goal, OrgTree, Plan
from salesnb.planning.check_cascade import tree_of
from salesnb.planning.recascade import with_quotas

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["by_basis", "cut_goal", "resplit"]

NOTHING_GIVEN: Mapping[str, Fraction] = MappingProxyType({})
_GIVEN = "given"


def resplit(
    workspace: "Workspace",
    plan: Plan,
    *,
    basis: str = "",
    across: str = "",
    kpi: str | None = None,
    given: Mapping[str, Fraction] = NOTHING_GIVEN,
) -> tuple[Plan, tuple[str, ...]]:
    """Split each goal with quotas by another basis, then cut it a second time; empty means to leave it.

    Parameters
    ----------
    kpi
        Of the one goal that is meant; all by default.
    given
        Weights that were typed, by node id.

    Returns
    -------
    tuple
        The plan, not saved, and what its planner should know.

    Raises
    ------
    BadUsage
        When a basis or dimension cannot be meant, or no goal has quotas.
    Infeasible
        When locks do not fit.
    """
    if not (basis or across or given):
        return plan, ()
    told: list[str] = []
    meant = plan.goals if kpi is None else (plan.goal(kpi),)
    goals = [goal for goal in meant if plan.quotas_of(goal)]
    if not goals:
        raise BadUsage(f"The plan {plan.name} has no quotas.", hint="Give it a goal in money or counts.")
    with workspace.dataset() as data:
        past = Past(
            data=data, calendar=workspace.calendar, known=workspace.catalogue(data), period=plan.period
        )
        for goal in goals:
            if basis or given:
                plan = by_basis(past, plan, goal, basis, given)
            if across:
                plan, more = _cut(past, plan, plan.goal(goal.id), across)
                told += more
    return plan, tuple(told)


def cut_goal(plan: Plan, kpi: str | None = None) -> Goal:
    """Find the goal that is cut a second time; that of a KPI, where one is named.

    Raises
    ------
    BadUsage
        When there is none, or more than one.
    """
    found = [goal for goal in plan.goals if goal.across and kpi in {None, goal.kpi, goal.id}]
    if len(found) != 1:
        what = "No goal of the plan is" if not found else "Several goals of the plan are"
        raise BadUsage(
            f"{what} cut a second time.", hint="Cut one: salesnb plan cascade PLAN --across product."
        )
    return found[0]


def by_basis(
    past: Past, plan: Plan, goal: Goal, basis: str, given: Mapping[str, Fraction] = NOTHING_GIVEN
) -> Plan:
    """Split a goal by another basis; weights that were typed stand for nodes, and below them is split as before.

    Parameters
    ----------
    basis
        Empty for ``given``, where there are weights.
    given
        Weights that were typed, by node id; beside those that were typed before.

    Raises
    ------
    BadUsage
        When weights are typed and the basis is another one, or one of a mix while reps change team.
    BadInput
        When weights do not say how the nodes share, or the workspace knows nothing by the basis.
    """
    quotas = plan.quotas_of(goal)
    tree: OrgTree = tree_of(quotas)
    shares = planning.parse_basis(basis or _GIVEN)
    typed = {**planning.given_of(quotas), **given} if given else {}
    if given and _GIVEN not in shares:
        raise BadUsage(
            f"Weights are given, but the basis is {basis}.", hint="Leave --basis out, or let given be in it."
        )
    if typed:
        planning.check_typed(tree, typed)
    if typed and len(shares) == 1:
        return planning.recascade(plan, goal.id, given=typed)
    if typed and planning.moved_reps(quotas):
        raise BadUsage(
            "Reps change team in the plan, and weights typed for some of their days cannot be mixed with another basis.",
            hint="Give weights alone, or another basis without them.",
        )
    # What is known of a rep who changes team is known of the whole, which the places share.
    whole = planning.whole_reps(plan)
    found = past.weighting(basis, goal.kpi, whole, tree_of(whole.quotas_of(goal)), typed)
    weights = planning.weights_by_stay(quotas, found.weights)
    if _GIVEN not in shares:
        weights = planning.weights_handed_over(weights, planning.handovers_of(plan, goal))
    new = planning.recascade(plan, goal.id, weights=weights, basis=found.basis)
    return with_quotas(new, goal, planning.as_new(new.quotas_of(goal), found.new))


def _cut(past: Past, plan: Plan, goal: Goal, dimension: str) -> tuple[Plan, list[str]]:
    sold = past.across(goal.kpi, dimension, plan)
    mix = {quota.id: sold[quota.whose] for quota in plan.quotas_of(goal) if quota.rep and quota.whose in sold}
    found = planning.cut_across(plan, goal.id, dimension, {**sold, **mix}, shares_of(sold))
    told = []
    if found.unknown_nodes:
        names = ", ".join(found.unknown_nodes[:5]) + (", …" if len(found.unknown_nodes) > 5 else "")
        told.append(f"Without history by {dimension}, so with the mix of those around them: {names}.")
    if found.unknown_labels:
        told.append(f"Sold by nobody who is there, so spread evenly: {', '.join(found.unknown_labels)}.")
    return found.plan, told
