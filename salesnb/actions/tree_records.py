"""The nodes of an explained tree as rows: what each was, is, and did to the root."""

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from salesnb.kpis import catalogue
from salesnb.kpis.trees import KpiTree

if TYPE_CHECKING:
    from salesnb.actions.explained import Explained

__all__ = ["node_records", "unit_of"]

_PURE = ("count", "ratio")


def node_records(found: "Explained", digits: int) -> list[dict[str, Any]]:
    """Give a row a node, parents before their parts, with its depth.

    Parameters
    ----------
    digits
        Decimals of the currency; money is in major units.

    Returns
    -------
    list of dict
        ``node``, ``depth``, ``is`` (``sum``, ``product``, ``ratio`` or the KPI), ``unit``, ``before``, ``after`` and
        ``effect``: what the leaves at or below it did to the root, in the root's unit. A leaf that stands in several
        places is told at each, and counts for those nodes that hold all its places.
    """
    whole = found.tree
    if whole is None:
        return []
    tree = whole.tree
    line = found.change.lines[0]
    effects = dict(zip(found.change.names, line.effects, strict=True))
    records = []
    for depth, name in tree.walk:
        unit = unit_of(tree, name)
        did = sum((effects[leaf] for leaf in tree.below(name)), Fraction())
        records.append(
            {
                "node": name,
                "depth": depth,
                "is": tree.nodes[name].form if name in tree.nodes else tree.leaves[name].kpi,
                "unit": unit,
                "before": _shown(whole.before[name], unit, digits),
                "after": _shown(whole.after[name], unit, digits),
                "effect": _shown(did, found.unit, digits),
            }
        )
    return records


def unit_of(tree: KpiTree, name: str) -> str:
    """Tell the unit of a node from those of its leaves; empty where it has none that has a name."""
    known = catalogue()
    if name == tree.root:
        return known.get(tree.kpi).unit
    if name in tree.leaves:
        return known.get(tree.leaves[name].kpi).unit
    node = tree.nodes[name]
    units = [unit_of(tree, part) for part in node.parts]
    if node.form == "sum":
        return units[0] if len(set(units)) == 1 else ""
    if node.form == "ratio":
        return "ratio" if units[0] == units[1] else units[0] if units[1] in _PURE else ""
    others = [unit for unit in units if unit not in _PURE]
    if not others:
        return "count" if "count" in units else "ratio"
    return others[0] if len(others) == 1 else ""


def _shown(value: int | Fraction, unit: str, digits: int) -> Decimal | int | float:
    if unit.startswith("money"):
        return Decimal(round(value)).scaleb(-digits)
    return int(value) if Fraction(value).denominator == 1 else float(value)
