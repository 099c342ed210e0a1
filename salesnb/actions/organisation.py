"""The organisation as the planning model wants it: one tree with the reps of a day as leaves."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.planning import OrgNode, OrgTree, Quota

__all__ = ["REP_PREFIX", "first_days", "org_tree", "rep_node_id"]

REP_PREFIX = "rep:"


def rep_node_id(rep_id: str) -> str:
    """Give the id that a rep has as a node of the organisation."""
    return f"{REP_PREFIX}{rep_id}"


def places_of(quota: "Quota", quotas: "Mapping[str, Quota]") -> set[str]:
    """List where a quota counts: its own place, a rep by its id in the data, and every one above it."""
    found = {quota.id.removeprefix(REP_PREFIX)}
    parent = quota.parent
    while parent is not None and parent not in found:
        found.add(parent)
        parent = quotas[parent].parent if parent in quotas else None
    return found


def org_tree(data: "Dataset", company: str, on: date, *, until: date | None = None) -> "OrgTree":
    """Build the organisation of some days.

    Parameters
    ----------
    company
        Name of the top.
    on
        The first day; where a rep is on it, or comes to first after it, is its place.
    until
        The day after the last; by default there is one day.

    Returns
    -------
    OrgTree
        Every node of the data's organisation; a rep that belongs to it on one of the days is a leaf ``rep:<rep_id>``
        under its node.
    """
    from salesnb.planning import OrgNode, OrgTree

    nodes = [_node(row, company) for row in _rows(data, "org")]
    names = {row["rep_id"]: row["name"] or row["rep_id"] for row in _rows(data, "reps")}
    there = _members(data, on, until or on + timedelta(days=1))
    first = _first_days(data)
    places: dict[str, str] = {}
    for row in sorted(_rows(data, "rep_nodes"), key=lambda row: row["valid_from"]):
        rep = row["rep_id"]
        # Before its first membership a rep may be nowhere.
        if row["valid_to"] > max(on, first.get(rep, on)) and rep in there & names.keys():
            places.setdefault(rep, row["node"])
    reps = [
        OrgNode(id=rep_node_id(rep), name=names[rep], parent=node, level="rep")
        for rep, node in places.items()
    ]
    return _without_empty_nodes(OrgTree((*nodes, *reps)))


def _members(data: "Dataset", start: date, end: date) -> set[str]:
    """Find the reps that belong to a node on one of some days; one whose dates are not known always does."""
    dated: dict[str, bool] = {}
    for row in _rows(data, "memberships"):
        begins, ends = row["valid_from"] or date.min, row["valid_to"] or date.max
        dated[row["rep_id"]] = dated.get(row["rep_id"], False) or (begins < end and ends > start)
    known = {row["rep_id"] for row in _rows(data, "rep_nodes")}
    return {rep for rep in known if dated.get(rep, True)}


def first_days(data: "Dataset") -> dict[str, date]:
    """Give the first day of each rep, by ``start_on``, else by the first membership; the earliest date where neither says."""
    joined = {row["rep_id"]: row["start_on"] for row in _rows(data, "reps") if row.get("start_on")}
    return _first_days(data) | joined


def _first_days(data: "Dataset") -> dict[str, date]:
    """Give the first day on which each rep belongs to a node by its memberships."""
    found: dict[str, date] = {}
    for row in _rows(data, "memberships"):
        begins = row["valid_from"] or date.min
        found[row["rep_id"]] = min(begins, found.get(row["rep_id"], begins))
    return found


def _rows(data: "Dataset", table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = data.table(table).to_pyarrow().to_pylist()
    return rows


def _node(row: dict[str, object], company: str) -> "OrgNode":
    from salesnb.planning import OrgNode

    node = OrgNode(
        id=str(row["node"]),
        name=str(row["name"]),
        parent=None if row["parent"] is None else str(row["parent"]),
        level=str(row["level"]),
        manager=None if row["manager"] is None else str(row["manager"]),
    )
    return replace(node, name=company) if node.parent is None else node


def _without_empty_nodes(tree: "OrgTree") -> "OrgTree":
    """Leave out nodes that have no rep below them on that day: a quota needs somebody to carry it."""
    from salesnb.planning import OrgTree

    kept = {step.id for leaf in tree.leaves() if leaf.level == "rep" for step in tree.path(leaf.id)}
    return OrgTree(tuple(node for node in tree.nodes if node.id in kept or node.parent is None))
