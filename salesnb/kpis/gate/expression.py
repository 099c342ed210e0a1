"""What an expression does, read from its tree: what it divides by, and whether nothing gives nothing."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from salesnb.kpis.kpi import Kpi
from salesnb.kpis.language import tree
from salesnb.registry import Registry

__all__ = ["averaged_ratios", "denominators", "is_null_of_nothing", "of_zeros"]

_ADDED_UP = {"sum", "count", "count_distinct"}


def denominators(node: Any) -> Iterator[Any]:
    """Give everything that is divided by, but numbers; a mean divides by a count of its own."""
    match node:
        case tree.Binary(sign="/", left=left, right=right):
            if not isinstance(right, tree.Number):
                yield right
            yield from denominators(left)
            yield from denominators(right)
        case tree.Binary(left=left, right=right):
            yield from denominators(left)
            yield from denominators(right)
        case tree.Negated(of=of):
            yield from denominators(of)
        case tree.Aggregate(function="mean"):
            yield node


def is_null_of_nothing(node: Any, known: Registry[Kpi]) -> bool:
    """Whether it must be null where there are no deals: it divides, or is a quantile, or names what is so."""
    if any(True for _ in denominators(node)):
        return True
    for atom in tree.atoms_of(node):
        if isinstance(atom, tree.Aggregate) and atom.function not in _ADDED_UP:
            return True
        if isinstance(atom, tree.Reference) and atom.name in known and _is_null(known.get(atom.name), known):
            return True
    return False


def of_zeros(node: Any) -> Fraction | None:
    """Compute an expression whose aggregates are all zero; null where it divides by that."""
    match node:
        case tree.Number(value=value):
            return value
        case tree.Negated(of=of):
            inner = of_zeros(of)
            return None if inner is None else -inner
        case tree.Binary(sign=sign, left=left, right=right):
            one, other = of_zeros(left), of_zeros(right)
            if one is None or other is None or (sign == "/" and not other):
                return None
            return (
                {"+": one + other, "-": one - other, "*": one * other}[sign] if sign != "/" else one / other
            )
        case tree.Aggregate(function="mean"):
            return None
        case _:
            return Fraction()


def averaged_ratios(node: Any, known: Registry[Kpi]) -> tuple[Any, ...]:
    """Give the ratios that are added up and then divided by, or multiplied with, a number; nothing where none are.

    Ratios of one denominator add up to a ratio of sums.
    """
    match node:
        case tree.Binary(sign="/" | "*", left=left, right=tree.Number()):
            found = [term for term in _added(left) if _is_ratio(term, known)]
            below = {term.right if isinstance(term, tree.Binary) else term for term in found}
            if len(below) > 1:
                return tuple(found)
            return averaged_ratios(left, known)
        case tree.Binary(sign="*", left=tree.Number(), right=right):
            return averaged_ratios(tree.Binary(sign="*", left=right, right=node.left), known)
        case tree.Binary(left=left, right=right):
            return averaged_ratios(left, known) or averaged_ratios(right, known)
        case tree.Negated(of=of):
            return averaged_ratios(of, known)
        case _:
            return ()


def _added(node: Any) -> Iterator[Any]:
    if isinstance(node, tree.Binary) and node.sign == "+":
        yield from _added(node.left)
        yield from _added(node.right)
    elif isinstance(node, tree.Negated):
        yield from _added(node.of)
    else:
        yield node


def _is_ratio(node: Any, known: Registry[Kpi]) -> bool:
    if isinstance(node, tree.Binary) and node.sign == "/":
        return not isinstance(node.right, tree.Number)
    return isinstance(node, tree.Reference) and node.name in known and known.get(node.name).unit == "ratio"


def _is_null(kpi: Kpi, known: Registry[Kpi]) -> bool:
    """Whether a KPI of the catalogue is null where there are no deals, by what it is computed from."""
    if kpi.kind != "derived":
        return kpi.of_no_rows is None
    if kpi.needs_target:
        return True
    nothing = dict.fromkeys(kpi.needs, 0)
    return kpi.function(**nothing) is None or any(_is_null(known.get(name), known) for name in kpi.needs)
