"""What the table ``market`` says of the potential of nodes and reps: its segments are theirs, by id or name."""

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from salesnb.actions.organisation import REP_PREFIX
from salesnb.planning import OrgTree

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset

__all__ = ["market_potential", "potential_by_leaf"]


def market_potential(data: "Dataset", tree: OrgTree, period: str) -> dict[str, int]:
    """Give the potential of a period by node, in minor units; of a node and those below it the lowest count.

    Parameters
    ----------
    period
        Label of the period that the table must name.
    """
    if not data.has("market"):
        return {}
    given: dict[str, int] = {}
    for row in data.table("market").to_pyarrow().to_pylist():
        if row["period"] == period and row["potential"] is not None:
            given[str(row["segment"])] = given.get(str(row["segment"]), 0) + int(row["potential"])
    names = [node.name for node in tree.nodes]
    own = {
        node.id: next(
            (
                given[key]
                # A name that several have is nobody's.
                for key in (
                    node.id,
                    node.id.removeprefix(REP_PREFIX),
                    node.name if names.count(node.name) == 1 else "",
                )
                if key in given
            ),
            None,
        )
        for node in tree.nodes
    }
    return {
        node: value
        for node, value in own.items()
        if value is not None
        and not any(own[below.id] is not None for below in tree.walk(node) if below.id != node)
    }


def potential_by_leaf(
    data: "Dataset", tree: OrgTree, periods: Sequence[str]
) -> tuple[dict[str, Fraction], str]:
    """Share what the market says of each node equally among the leaves below it.

    Parameters
    ----------
    periods
        Labels of periods, the most fitting first; the first that the table names counts.

    Returns
    -------
    tuple
        By leaf id, empty where nothing is known; and the period that it is of.
    """
    for period in periods:
        found = market_potential(data, tree, period)
        if any(found.values()):
            weights: dict[str, Fraction] = {}
            for node, value in found.items():
                leaves = tree.leaves(node)
                weights |= {leaf.id: Fraction(value, len(leaves)) for leaf in leaves}
            return weights, period
    return {}, ""
