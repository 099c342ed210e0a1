"""The organisation as the planning model wants it: one tree with the reps of a day as leaves."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from salesnb.planning import OrgNode, OrgTree

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset

__all__ = ["REP_PREFIX", "org_tree", "rep_node_id"]

REP_PREFIX = "rep:"


def rep_node_id(rep_id: str) -> str:
    """Give the id that a rep has as a node of the organisation."""
    return f"{REP_PREFIX}{rep_id}"


def org_tree(data: "Dataset", company: str, on: date) -> OrgTree:
    """Build the organisation of one day.

    Parameters
    ----------
    company
        Name of the top.
    on
        The day whose memberships count.

    Returns
    -------
    OrgTree
        Every node of the data's organisation; a rep is a leaf ``rep:<rep_id>`` under the node that it belonged to.
    """
    nodes = [_node(row, company) for row in _rows(data, "org")]
    names = {row["rep_id"]: row["name"] or row["rep_id"] for row in _rows(data, "reps")}
    reps = [
        OrgNode(id=rep_node_id(rep), name=names.get(rep, rep), parent=row["node"], level="rep")
        for row in _rows(data, "rep_nodes")
        if row["valid_from"] <= on < row["valid_to"] and (rep := row["rep_id"]) in names
    ]
    return _without_empty_nodes(OrgTree((*nodes, *reps)))


def _rows(data: "Dataset", table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = data.table(table).to_pyarrow().to_pylist()
    return rows


def _node(row: dict[str, object], company: str) -> OrgNode:
    node = OrgNode(
        id=str(row["node"]),
        name=str(row["name"]),
        parent=None if row["parent"] is None else str(row["parent"]),
        level=str(row["level"]),
        manager=None if row["manager"] is None else str(row["manager"]),
    )
    return replace(node, name=company) if node.parent is None else node


def _without_empty_nodes(tree: OrgTree) -> OrgTree:
    """Leave out nodes that have no rep below them on that day: a quota needs somebody to carry it."""
    kept = {step.id for leaf in tree.leaves() if leaf.level == "rep" for step in tree.path(leaf.id)}
    return OrgTree(tuple(node for node in tree.nodes if node.id in kept or node.parent is None))
