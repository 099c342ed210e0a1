"""Cascade: a goal becomes quotas of nodes and reps that add up to it exactly at every level.

Rules:

1. A node's weight is the one that a person typed for it, else the sum of the weights of the leaves below it. A total is split among siblings in
   proportion to their weights, in whole units by largest remainder; ties go to the lowest node id.
2. A locked part stays; what is left is split among the others in proportion to their weights.
3. A node that is not locked gets at least what is locked below it, and exactly that when everything below
   it is locked; its siblings carry the difference. So a lock moves quota among its siblings first, and
   only what they cannot carry goes further up.
4. Where all parts that are free to move weigh nothing, they get equal parts, and their basis says so.
5. Where a level is over-assigned, those right below a node come to its amount times the level's factor, in whole units.
6. What cannot hold is refused by name: the node, its locks, and by how much.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from salesnb.errors import BadInput
from salesnb.planning.model import Lock, Quota
from salesnb.planning.sharing import Sharing, Weight
from salesnb.planning.tree import OrgTree
from salesnb.planning.words import number_in_words

__all__ = ["LockedAmount", "Weight", "cascade"]

_NOTHING_OVER: Mapping[str, Fraction] = MappingProxyType({})
_NOTHING_GIVEN: Mapping[str, Weight] = MappingProxyType({})
_NOTHING_LOCKED: Mapping[str, "LockedAmount"] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class LockedAmount:
    """An amount that stays, in minor units or as a count, and who said so."""

    amount: int
    lock: Lock


def cascade(
    tree: OrgTree,
    kpi: str,
    period: str,
    total: int,
    weights: Mapping[str, Weight],
    locks: Mapping[str, LockedAmount] = _NOTHING_LOCKED,
    *,
    basis: str = "history",
    unit: str = "money",
    digits: int = 2,
    over: Mapping[str, Fraction] = _NOTHING_OVER,
    given: Mapping[str, Weight] = _NOTHING_GIVEN,
) -> tuple[Quota, ...]:
    """Split a total over a tree; children add up to their parent exactly, or to so many times as much.

    Parameters
    ----------
    tree
        The organisation, or the part of it that the goal is for.
    kpi, period
        What the quotas are of: a KPI and the label of a period.
    total
        Minor units of money, or a count; zero or more.
    weights
        A weight a leaf, zero or more; a leaf that is not named weighs zero.
    locks
        Amounts that stay, by node id; inner nodes too.
    basis
        Where the weights come from, for the quotas' ``basis``.
    unit
        ``money`` or ``count``.
    digits
        Decimals of the currency, for error messages.
    over
        Over-assignment by level: how many times what a node has those right below it come to; 1 where it is not named.
    given
        Weights that a person typed, by node id; of siblings all have one or none.

    Returns
    -------
    tuple of Quota
        One a node, parents first, siblings by id.

    Raises
    ------
    BadInput
        When the total, a weight or a lock is negative, weights belong to inner nodes, or levels right below a node are
        over-assigned differently.
    UnknownName
        When weights or locks name a node that is not in the tree.
    Infeasible
        When locks cannot all hold.

    Examples
    --------
    >>> from salesnb.planning import OrgNode, OrgTree
    >>> company = OrgNode(id="company", name="Company", parent=None, level="company")
    >>> reps = [OrgNode(id=f"rep:{i}", name=f"Rep {i}", parent="company", level="rep") for i in (1, 2, 3)]
    >>> tree = OrgTree((company, *reps))
    >>> quotas = cascade(tree, "won_amount", "2017-Q4", 100, {"rep:1": 1, "rep:2": 1, "rep:3": 1})
    >>> [quota.amount for quota in quotas]
    [100, 34, 33, 33]
    """
    _check_inputs(tree, total, weights, locks, lambda amount: number_in_words(amount, unit, digits))
    parts = Sharing(
        tree=tree,
        weights=weights,
        locks={node: locked.amount for node, locked in locks.items()},
        basis=basis,
        show=lambda amount: number_in_words(amount, unit, digits),
        over=over,
        given=given,
    ).run(total)
    return tuple(
        Quota(
            id=node.id,
            parent=node.parent,
            level=node.level,
            name=node.name,
            owner=node.manager or (node.name if node.level == "rep" else ""),
            kpi=kpi,
            period=period,
            unit=unit,
            amount=parts[node.id].amount,
            basis=parts[node.id].basis,
            weight=None if tree.children(node.id) else weights.get(node.id, 0),
            given=given.get(node.id),
            lock=locks[node.id].lock if node.id in locks else None,
        )
        for node in tree.walk()
    )


def _check_inputs(
    tree: OrgTree,
    total: int,
    weights: Mapping[str, Weight],
    locks: Mapping[str, LockedAmount],
    show: Callable[[int], str],
) -> None:
    if total < 0:
        raise BadInput("The total of a cascade is negative.", hint="A goal to be cascaded is zero or more.")
    for node_id, weight in weights.items():
        if tree.children(node_id):
            raise BadInput(
                f"The node {node_id!r} has a weight, but others are below it.",
                hint="Give weights to the lowest nodes only; theirs add up to those above.",
            )
        if weight < 0:
            raise BadInput(f"The weight of {node_id!r} is negative: {weight}.", hint="Give zero or more.")
    for node_id, locked in locks.items():
        name = tree.node(node_id).name
        if locked.amount < 0:
            raise BadInput(
                f"{name} is locked at a negative amount, {show(locked.amount)}.", hint="Lock at zero or more."
            )
