"""Quota against capacity and potential at every node of the organisation; what is not known is not zero."""

from collections.abc import Mapping
from dataclasses import dataclass

from salesnb.errors import UnknownName, nearest
from salesnb.planning.tree import OrgNode, OrgTree

__all__ = ["NodeGap", "node_gaps", "summed"]


@dataclass(frozen=True, kw_only=True)
class NodeGap:
    """What a node is asked for, can do and could find.

    Attributes
    ----------
    node
        The place in the organisation.
    depth
        0 at the top.
    quota, capacity, potential
        In one unit; None where it is not known.
    heads, ramped
        Heads and heads of ramped reps, on average over the period; None where they are not known.
    """

    node: OrgNode
    depth: int
    quota: float | None
    capacity: float | None
    potential: float | None = None
    heads: float | None = None
    ramped: float | None = None

    @property
    def gap(self) -> float | None:
        """Capacity less quota: negative where more is asked for than can be done."""
        return None if self.quota is None or self.capacity is None else self.capacity - self.quota

    @property
    def room(self) -> float | None:
        """Potential less quota: negative where more is asked for than there is."""
        return None if self.quota is None or self.potential is None else self.potential - self.quota


def summed(tree: OrgTree, own: Mapping[str, float]) -> dict[str, float | None]:
    """Add up what nodes have of their own and what is below them; None where nothing is known.

    Raises
    ------
    UnknownName
        When there is no such node.

    Examples
    --------
    >>> tree = OrgTree((
    ...     OrgNode(id="company", name="Acme", parent=None, level="company"),
    ...     OrgNode(id="West", name="West", parent="company", level="team"),
    ...     OrgNode(id="East", name="East", parent="company", level="team"),
    ... ))
    >>> summed(tree, {"West": 3.0})
    {'company': 3.0, 'East': None, 'West': 3.0}
    """
    for node in own:
        if node not in tree.by_id:
            raise UnknownName(f"The organisation has no node {node!r}.", hint=nearest(node, tree.by_id))
    order = [node.id for node in tree.walk()]
    found = {node: own.get(node) for node in order}
    for node in reversed(order):
        parent, mine = tree.by_id[node].parent, found[node]
        if parent is not None and mine is not None:
            found[parent] = (found[parent] or 0) + mine
    return found


def node_gaps(
    tree: OrgTree,
    quotas: Mapping[str, float],
    capacity: Mapping[str, float],
    *,
    potential: Mapping[str, float] | None = None,
    heads: Mapping[str, float] | None = None,
    ramped: Mapping[str, float] | None = None,
) -> tuple[NodeGap, ...]:
    """Hold quotas against capacity and potential at every node, parents before children.

    Parameters
    ----------
    quotas
        By node: its whole quota, as a cascade gives it.
    capacity, potential, heads, ramped
        By node: its own, to which those below it are added: of reps, and of hires that a node has without a name.

    Raises
    ------
    UnknownName
        When there is no such node.
    """
    own = (capacity, potential or {}, heads or {}, ramped or {})
    sums = [summed(tree, values) for values in own]
    return tuple(
        NodeGap(
            node=node,
            depth=len(tree.path(node.id)) - 1,
            quota=quotas.get(node.id),
            capacity=sums[0][node.id],
            potential=sums[1][node.id],
            heads=sums[2][node.id],
            ramped=sums[3][node.id],
        )
        for node in tree.walk()
    )
