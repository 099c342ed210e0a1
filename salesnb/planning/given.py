"""Quotas that come from outside: a file, a spreadsheet of last year's negotiations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from salesnb.errors import BadInput
from salesnb.money import minor_digits
from salesnb.planning.by_month import spread_given
from salesnb.planning.model import BY_MONTH, NOT_GIVEN, Goal, Plan, Quota
from salesnb.planning.recascade import with_milestones, with_quotas, with_season
from salesnb.planning.sharing import Part, Sharing, Weight
from salesnb.planning.tree import OrgNode, OrgTree
from salesnb.planning.words import number_in_words

__all__ = ["GivenMonths", "keep_quotas", "sum_of_quotas"]


@dataclass(frozen=True, kw_only=True)
class GivenMonths:
    """What quotas come to by month.

    Attributes
    ----------
    amounts
        By node id: amounts by month label, which add up to the node's quota.
    season
        A weight for each month of the period, for those that are given none.
    basis
        Where the months come from, in words.
    """

    amounts: Mapping[str, Mapping[str, int]] = field(default_factory=lambda: MappingProxyType({}))
    season: Mapping[str, Weight]
    basis: str = BY_MONTH


def keep_quotas(
    plan: Plan,
    goal: str,
    tree: OrgTree,
    amounts: Mapping[str, int],
    *,
    weights: Mapping[str, Weight] | None = None,
    months: GivenMonths | None = None,
) -> Plan:
    """Take quotas as they are given, for reps, for nodes, or for some of either.

    What stands above given quotas is their sum, so that the top may come to more or less than the goal
    (over-assignment; ``problems`` shows it). A node with a quota of its own shares it among those below
    that have none. Where quotas are missing, the rest of the goal is shared among those without, if there is one.

    Parameters
    ----------
    plan
        What is changed; it stays as it was.
    goal
        Id or KPI of the goal.
    tree
        The organisation; quotas are for its nodes and reps.
    amounts
        Minor units of money or counts by node id.
    weights
        By leaf id, for what is not given; equal shares by default.
    months
        What they come to by month, where that is known; the months and the milestones of the goal follow. Else each
        quota follows the season of the goal's KPI.

    Raises
    ------
    UnknownName
        When a quota is for a node that the organisation does not have.
    BadInput
        When a quota is negative, or none is given.
    Infeasible
        When the quotas of a node and of those below it do not fit.
    """
    found = plan.goal(goal)
    digits = minor_digits(plan.currency)
    place = tree.subtree(found.node)
    _check(found, place, amounts)
    sharing = Sharing(
        tree=place,
        weights=weights or {},
        locks=amounts,
        basis="history" if weights else "equal",
        show=lambda amount: number_in_words(amount, found.unit, digits),
        word="quota",
        remedy="Leave out",
    )
    given = sharing.least[place.root.id]
    complete = place.root.id in sharing.closed
    total = given if complete else max(given, int(found.target))
    parts = sharing.run(total)
    nothing_left = total == given
    basis = {
        node.id: _basis(
            parts[node.id],
            is_sum=(complete or nothing_left) and node.id == place.root.id,
            nothing_left=nothing_left,
        )
        for node in place.walk()
    }
    quotas = tuple(_quota(found, node, parts[node.id].amount, basis[node.id]) for node in place.walk())
    if months is None:
        return with_quotas(plan, found, quotas)
    kept = with_quotas(plan, found, spread_given(quotas, months.amounts, months.season))
    by_month = {month.label: month.amount for month in kept.quotas_of(found)[0].months}
    return with_milestones(with_season(kept, found.kpi, by_month, months.basis), found)


def sum_of_quotas(tree: OrgTree, amounts: Mapping[str, int]) -> int:
    """Add up given quotas at the top of an organisation; what stands below a quota is part of it.

    Examples
    --------
    >>> from salesnb.planning import OrgNode
    >>> company = OrgNode(id="company", name="Company", parent=None, level="company")
    >>> west = OrgNode(id="West", name="West", parent="company", level="team")
    >>> ann = OrgNode(id="rep:1", name="Ann", parent="West", level="rep")
    >>> sum_of_quotas(OrgTree((company, west, ann)), {"West": 100, "rep:1": 40})
    100
    """
    sharing = Sharing(tree=tree, weights={}, locks=amounts, basis="given", show=str)
    return sharing.least[tree.root.id]


def _quota(goal: Goal, node: OrgNode, amount: int, basis: str) -> Quota:
    return Quota(
        id=node.id,
        parent=node.parent,
        level=node.level,
        name=node.name,
        owner=node.manager or (node.name if node.level == "rep" else ""),
        kpi=goal.kpi,
        period=goal.period.label,
        unit=goal.unit,
        amount=amount,
        basis=basis,
    )


def _basis(found: Part, *, is_sum: bool, nothing_left: bool) -> str:
    if is_sum or found.basis in {"locked", "locks below"}:
        return "given"
    return NOT_GIVEN if nothing_left and not found.amount else found.basis


def _check(goal: Goal, tree: OrgTree, amounts: Mapping[str, int]) -> None:
    if not goal.splits:
        raise BadInput(
            f"The goal {goal.kpi} is in {goal.unit} and has no quotas.", hint="Set KPI targets instead."
        )
    if not amounts:
        raise BadInput(
            f"No quotas are given for the goal {goal.kpi}.", hint="Give one for a node or rep at least."
        )
    for node_id, amount in amounts.items():
        name = tree.node(node_id).name
        if amount < 0:
            raise BadInput(f"The quota of {name} is negative.", hint="Give zero or more.")
