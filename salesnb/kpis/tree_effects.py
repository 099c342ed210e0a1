"""Why a KPI changed, over the leaves of a tree that the user declared: checked on the data, then shared out exactly.

A tree of up to eight leaves is shared by Shapley's value over its leaves: the average over all orders in which they can
change. A larger one is shared level by level: the change of a node among its parts by Shapley's value over these, and
each part's effect on in proportion to what its own parts did to it. Both add up; for sums they are the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import product
from math import factorial
from typing import NamedTuple

from salesnb.errors import BadInput
from salesnb.kpis.trees import KpiTree, NoValue

__all__ = ["TreeChange", "TreeEnds", "check_claims", "explain_tree"]

_MOST_LEAVES = 8
_MOST_PARTS = 8
# Ratios come from the engine as floats; money and counts that are computed from them meet whole numbers to this part.
_SLACK = Fraction(1, 10**9)
_WHOLE = ("money", "count")

Values = Mapping[str, Fraction]


class TreeEnds(NamedTuple):
    """Values of the leaves before and after, in minor units where they are money."""

    before: Values
    after: Values


@dataclass(frozen=True, kw_only=True)
class TreeChange:
    """What changed in a tree, node by node.

    Attributes
    ----------
    before, after
        Values of every node.
    effects
        By leaf, what it did to the root; they add up to the root's change exactly.
    method
        How it was shared out, in words.
    """

    tree: KpiTree
    before: Values
    after: Values
    effects: Values
    method: str

    def effect(self, name: str) -> Fraction:
        """Give what a node did to the root: all leaves that stand at it or below it, and nowhere else."""
        return sum((self.effects[leaf] for leaf in self.tree.below(name)), Fraction())


def check_claims(
    tree: KpiTree, values: Values, claims: Mapping[str, Fraction], *, unit_of: Callable[[str], str], when: str
) -> None:
    """Refuse a tree whose root, or a node with a KPI's name, is not what that KPI is.

    Parameters
    ----------
    values, claims
        What the tree computes for each node, and what the KPIs are that nodes claim to be.
    unit_of
        The unit of a node's KPI.
    when
        The period, for the message.

    Raises
    ------
    BadInput
        Naming the node and both numbers.
    """
    for name, claimed in claims.items():
        slack = max(abs(claimed), Fraction(1)) * _SLACK
        if unit_of(name) in _WHOLE:
            slack = min(slack, Fraction(1, 2))
        if abs(values[name] - claimed) > slack:
            kpi = tree.kpi if name == tree.root else name
            raise BadInput(
                f"In {when} the node {name} comes to {_shown(values[name])}, but {kpi} is {_shown(claimed)}.",
                where=f"{tree.name}.tree.toml",
                hint="Correct its parts, or the KPI that it claims to be.",
            )


def explain_tree(tree: KpiTree, ends: TreeEnds) -> TreeChange:
    """Share the change of the root among the leaves, in exact fractions.

    Raises
    ------
    NoValue
        When a denominator is zero in either period, or where values of both periods meet.
    BadInput
        When a node of a large tree has too many parts to go through all orders.
    """
    before, after = tree.values(ends.before), tree.values(ends.after)
    leaves = tree.leaf_names
    if len(leaves) <= _MOST_LEAVES:
        effects = _over(leaves, lambda values: tree.values(values)[tree.root], ends.before, ends.after, tree)
        method = f"Shapley over {len(leaves)} leaves of the tree {tree.name}"
    else:
        effects = _by_levels(tree, before, after)
        method = f"level by level down the tree {tree.name} ({len(leaves)} leaves), by Shapley at each node"
    return TreeChange(tree=tree, before=before, after=after, effects=effects, method=method)


def _over(
    names: Sequence[str],
    root: Callable[[Values], Fraction],
    before: Values,
    after: Values,
    tree: KpiTree,
) -> dict[str, Fraction]:
    """Average the effect of each name over all orders; what does not change has none and is not tried."""
    moved = [name for name in names if before[name] != after[name]]
    values: dict[tuple[int, ...], Fraction] = {}
    for state in product((0, 1), repeat=len(moved)):
        mixed = {**before, **{name: after[name] for name, late in zip(moved, state, strict=True) if late}}
        values[state] = _met(root, mixed, tree)
    found = dict.fromkeys(names, Fraction())
    count = len(moved)
    for state, value in values.items():
        weight = Fraction(factorial(sum(state)) * factorial(max(count - 1 - sum(state), 0)), factorial(count))
        for place, name in enumerate(moved):
            if not state[place]:
                found[name] += weight * (values[(*state[:place], 1, *state[place + 1 :])] - value)
    return found


def _met(root: Callable[[Values], Fraction], mixed: Values, tree: KpiTree) -> Fraction:
    try:
        return root(mixed)
    except NoValue as error:
        raise NoValue(
            f"{error.what.removesuffix('.')} where values of both periods meet, so that nothing can be told of its parts.",
            where=error.where,
            hint=f"Declare {tree.name} without this ratio.",
        ) from None


def _by_levels(tree: KpiTree, before: Values, after: Values) -> dict[str, Fraction]:
    found = dict.fromkeys(tree.leaf_names, Fraction())
    pending = [(tree.root, after[tree.root] - before[tree.root])]
    for name, effect in pending:
        if name in tree.leaves:
            found[name] += effect
            continue
        own = after[name] - before[name]
        if not effect or not own:
            continue
        parts = tuple(dict.fromkeys(tree.nodes[name].parts))
        if tree.nodes[name].form == "sum":
            count = tree.nodes[name].parts.count
            shares = {part: count(part) * (after[part] - before[part]) for part in parts}
        elif len(parts) > _MOST_PARTS:
            raise BadInput(
                f"The node {name} has {len(parts)} parts; {_MOST_PARTS} can be told apart.",
                where=f"{tree.name}.tree.toml",
                hint="Put some of them into a node of their own.",
            )
        else:
            shares = _over(parts, partial(tree.value_of, name), before, after, tree)
        pending += [(part, effect * share / own) for part, share in shares.items()]
    return found


def _shown(value: Fraction) -> str:
    return f"{int(value):,}" if value.denominator == 1 else f"{float(value):,.6g}"
