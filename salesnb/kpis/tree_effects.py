"""Why a KPI changed, over the leaves of a tree that the user declared: checked on the data, then shared out exactly.

A tree of up to eight leaves that each stand in one place is shared by Shapley's value over its leaves: the average over
all orders in which they can change. A larger one, and one in which a leaf stands in several places, is shared level by
level: the change of a node among its parts by Shapley's value over these, and each part's effect on in proportion to
what its own parts did to it. So ``closed x (won / closed)`` tells of both, though closed cancels out. Both add up.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import product
from math import factorial
from typing import NamedTuple

from salesnb.errors import BadInput
from salesnb.kpis.trees import KpiTree, NoValue

__all__ = ["TreeChange", "TreeEnds", "check_claims", "explain_tree", "is_by_levels", "told_names"]

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
    places
        For every place of ``tree.walk``, what it did to the root: the effects of the leaves add up to the root's change
        exactly, and those of a node's parts to the node's.
    method
        How it was shared out, in words.
    """

    tree: KpiTree
    before: Values
    after: Values
    places: tuple[Fraction, ...]
    method: str

    def told(self) -> dict[str, Fraction]:
        """Give the effects that tell of the whole, by name; see ``told_names``."""
        found = dict.fromkeys(told_names(self.tree), Fraction())
        depths = (1,) if is_by_levels(self.tree) else range(len(self.places))
        for (depth, name), effect in zip(self.tree.walk, self.places, strict=True):
            if name in found and depth in depths:
                found[name] += effect
        return found


def is_by_levels(tree: KpiTree) -> bool:
    """Whether a tree is shared level by level, because it is large or a leaf stands in several places."""
    return len(tree.leaf_names) > _MOST_LEAVES or tree.is_shared


def told_names(tree: KpiTree) -> tuple[str, ...]:
    """Name what a change is told by in one line: the leaves, or of a tree shared level by level the root's parts."""
    if is_by_levels(tree) and tree.root in tree.nodes:
        return tuple(dict.fromkeys(tree.nodes[tree.root].parts))
    return tree.leaf_names


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
    if not is_by_levels(tree):
        effects = _over(leaves, lambda values: tree.values(values)[tree.root], ends.before, ends.after, tree)
        places = tuple(_sums(tree, tree.root, effects))
        method = f"Shapley over {len(leaves)} leaves of the tree {tree.name}"
    else:
        places = tuple(
            _descend(tree, tree.root, after[tree.root] - before[tree.root], Fraction(1), before, after)
        )
        method = f"level by level down the tree {tree.name}, by Shapley at each node"
    return TreeChange(tree=tree, before=before, after=after, places=places, method=method)


def _sums(tree: KpiTree, name: str, effects: Values) -> Iterator[Fraction]:
    """Add up what the leaves did, for each place below a node."""
    if name in tree.leaves:
        yield effects[name]
        return
    below = [list(_sums(tree, part, effects)) for part in tree.nodes[name].parts]
    yield sum((part[0] for part in below), Fraction())
    for part in below:
        yield from part


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


def _descend(
    tree: KpiTree, name: str, effect: Fraction, scale: Fraction, before: Values, after: Values
) -> Iterator[Fraction]:
    """Share the effect of a node among its parts, and so on down to the leaves.

    Parameters
    ----------
    scale
        What a change of the node by one does to the root. A node that did not change has none: it did nothing to the
        root, whatever its parts did to each other.
    """
    yield effect
    if name in tree.leaves:
        return
    parts = tree.nodes[name].parts
    shares = _parts(tree, name, before, after) if scale else dict.fromkeys(parts, Fraction())
    for part in parts:
        share, own = scale * shares[part] / parts.count(part), after[part] - before[part]
        yield from _descend(tree, part, share, share / own if own else Fraction(), before, after)


def _parts(tree: KpiTree, name: str, before: Values, after: Values) -> dict[str, Fraction]:
    parts = tree.nodes[name].parts
    if tree.nodes[name].form == "sum":
        return {part: parts.count(part) * (after[part] - before[part]) for part in parts}
    single = tuple(dict.fromkeys(parts))
    if len(single) > _MOST_PARTS:
        raise BadInput(
            f"The node {name} has {len(single)} parts; {_MOST_PARTS} can be told apart.",
            where=f"{tree.name}.tree.toml",
            hint="Put some of them into a node of their own.",
        )
    return _over(single, partial(tree.value_of, name), before, after, tree)


def _shown(value: Fraction) -> str:
    return f"{int(value):,}" if value.denominator == 1 else f"{float(value):,.6g}"
