"""Units of the nodes of a KPI tree, from those of the KPIs that it ends in."""

from salesnb.kpis.kpi import Kpi
from salesnb.kpis.trees import KpiTree
from salesnb.registry import Registry

__all__ = ["unit_of"]

_PURE = ("count", "ratio")


def unit_of(tree: KpiTree, name: str, known: Registry[Kpi]) -> str:
    """Tell the unit of a node from those of its leaves; empty where it has none that has a name."""
    if name == tree.root:
        return known.get(tree.kpi).unit
    if name in tree.leaves:
        return known.get(tree.leaves[name].kpi).unit
    node = tree.nodes[name]
    units = [unit_of(tree, part, known) for part in node.parts]
    if node.form == "sum":
        return units[0] if len(set(units)) == 1 else ""
    if node.form == "ratio":
        return "ratio" if units[0] == units[1] else units[0] if units[1] in _PURE else ""
    others = [unit for unit in units if unit not in _PURE]
    if not others:
        return "count" if "count" in units else "ratio"
    return others[0] if len(others) == 1 else ""
