"""KPI trees: a KPI as sums, products and ratios of others, declared as data, checked and computed exactly."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import prod

from salesnb.errors import BadInput

__all__ = ["FORMS", "KpiTree", "Leaf", "NoValue", "Node"]

FORMS = ("sum", "product", "ratio")


class NoValue(BadInput):
    """A node that has no value, because a denominator is zero."""


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """A KPI that a tree ends in, perhaps of a part of the business only."""

    kpi: str
    where: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Node:
    """A node that is computed from others: ``form`` is one of ``FORMS``, ``parts`` are nodes or leaves by name."""

    form: str
    parts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class KpiTree:
    """A tree.

    Attributes
    ----------
    name
        Of its file, ``kpis/NAME.tree.toml``.
    kpi
        The KPI that its root claims to be.
    root
        Name of the root.
    nodes, leaves
        By name. No node is below itself.
    """

    name: str
    kpi: str
    root: str
    nodes: Mapping[str, Node]
    leaves: Mapping[str, Leaf]

    @cached_property
    def walk(self) -> tuple[tuple[int, str], ...]:
        """Every place in the tree with its depth, parents before their parts; what stands twice comes twice."""
        return tuple(self._walk(self.root, 0))

    @cached_property
    def leaf_names(self) -> tuple[str, ...]:
        """The leaves that the root is computed from, each once, in the order of the tree."""
        return tuple(dict.fromkeys(name for _, name in self.walk if name in self.leaves))

    def values(self, leaves: Mapping[str, Fraction]) -> dict[str, Fraction]:
        """Compute every node below the root.

        Parameters
        ----------
        leaves
            Values of the leaves, in minor units where they are money.

        Raises
        ------
        NoValue
            When a denominator is zero; the node is named.
        """
        found: dict[str, Fraction] = {}
        for _, name in reversed(self.walk):
            if name not in found:
                found[name] = leaves[name] if name in leaves else self.value_of(name, found)
        return found

    @cached_property
    def is_shared(self) -> bool:
        """Whether a leaf stands in several places."""
        return len(self.leaf_names) < sum(name in self.leaves for _, name in self.walk)

    def value_of(self, name: str, known: Mapping[str, Fraction]) -> Fraction:
        """Compute a node from the values of its parts.

        Raises
        ------
        NoValue
            When its denominator is zero.
        """
        node = self.nodes[name]
        parts = [known[part] for part in node.parts]
        if node.form == "sum":
            return sum(parts, Fraction())
        if node.form == "product":
            return prod(parts, start=Fraction(1))
        if not parts[1]:
            raise NoValue(
                f"{name} has no value: its denominator {node.parts[1]} is 0.",
                where=f"{self.name}.tree.toml",
                hint="Choose periods in which it is not, or declare the tree without this ratio.",
            )
        return parts[0] / parts[1]

    def _walk(self, name: str, depth: int) -> Iterator[tuple[int, str]]:
        yield depth, name
        for part in self.nodes[name].parts if name in self.nodes else ():
            yield from self._walk(part, depth + 1)
