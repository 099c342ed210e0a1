"""The nodes of an explained tree as rows: what each was, is, and did to the root."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from salesnb.kpis.rounding import whole_parts
from salesnb.kpis.tree_effects import TreeChange, is_by_levels
from salesnb.kpis.trees import KpiTree

if TYPE_CHECKING:
    from salesnb.actions.explained import Explained

__all__ = ["node_records"]


class _Nest(NamedTuple):
    """An effect, and those of its parts."""

    effect: Fraction
    parts: tuple["_Nest", ...]


_WHOLE = ("money", "count")


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
        ``effect``: what it did to the root, in the root's unit; those of a node's parts add up to the node's.
    """
    whole = found.tree
    if whole is None:
        return []
    tree = whole.tree
    records = []
    for (depth, name), did in zip(tree.walk, _did(found, whole), strict=True):
        unit = found.units[name]
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


def _did(found: "Explained", whole: TreeChange) -> list[Fraction]:
    """Give the effect of each place in the root's unit; in whole units the parts of a node add up to it as well."""
    tree, effects = whole.tree, found.change.lines[0].effects
    if found.unit not in _WHOLE:
        return list(whole.places)
    if is_by_levels(tree):
        nest = _nested(tree, tree.root, iter(whole.places))
        return list(_rounded(nest, int(sum(effects))))
    leaves = dict(zip(found.change.names, effects, strict=True))
    return list(_added(tree, tree.root, leaves))


def _added(tree: KpiTree, name: str, leaves: Mapping[str, int | Fraction]) -> list[Fraction]:
    """Add up the leaves below each place, from the bottom."""
    if name in tree.leaves:
        return [Fraction(leaves[name])]
    below = [_added(tree, part, leaves) for part in tree.nodes[name].parts]
    return [sum((part[0] for part in below), Fraction()), *chain.from_iterable(below)]


def _nested(tree: KpiTree, name: str, places: Iterator[Fraction]) -> _Nest:
    effect = next(places)
    parts = tree.nodes[name].parts if name in tree.nodes else ()
    return _Nest(effect, tuple(_nested(tree, part, places) for part in parts))


def _rounded(nest: _Nest, total: int) -> Iterator[Fraction]:
    """Round the effects of a node's parts so that they add up to its own, from the top."""
    yield Fraction(total)
    if nest.parts:
        for part, whole in zip(
            nest.parts, whole_parts([part.effect for part in nest.parts], total), strict=True
        ):
            yield from _rounded(part, whole)


def _shown(value: int | Fraction, unit: str, digits: int) -> Decimal | int | float:
    if unit.startswith("money"):
        return Decimal(round(value)).scaleb(-digits)
    return int(value) if Fraction(value).denominator == 1 else float(value)
