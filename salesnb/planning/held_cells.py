"""Locked cells of two cuts, taken out, so that what is left is a plain matrix with sums of rows and columns.

A locked cell of a leaf is taken off its row and its column. A locked cell of a node above leaves makes a column of its
own out of a part of its column: the lock's amount for the leaves below it, and the rest for all others. Locks may be
within locks.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.errors import Infeasible
from salesnb.planning.tree import OrgTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[Any]

__all__ = ["HeldCells", "Strip", "Taking", "spans_of"]

_NAMED_LOCKS = 3


@dataclass(frozen=True, kw_only=True)
class Strip:
    """A column, or the part of one that a lock sets apart.

    Attributes
    ----------
    column
        Place of the column.
    name
        What messages call it.
    """

    column: int
    name: str


@dataclass(frozen=True, kw_only=True)
class HeldCells:
    """What locks leave to be split.

    Attributes
    ----------
    strips
        The columns of what is left.
    is_open
        Whether a leaf may have something in a strip; shape (leaves, strips).
    rows_left, columns_left
        What leaves and strips still have.
    held
        What leaves have locked; shape (leaves, columns).
    """

    strips: tuple[Strip, ...]
    is_open: "Matrix"
    rows_left: "Matrix"
    columns_left: "Matrix"
    held: "Matrix"

    def with_held(self, free: "Matrix") -> "Matrix":
        """Put the parts of each column together again, with what is locked; shape (leaves, columns)."""
        whole = self.held.copy()
        for place, strip in enumerate(self.strips):
            whole[:, strip.column] += free[:, place]
        return whole


def spans_of(tree: OrgTree) -> dict[str, tuple[int, int]]:
    """Give the first leaf below each node and the one after its last; leaves stand in the order of ``walk``.

    Examples
    --------
    >>> from salesnb.planning import OrgNode
    >>> company = OrgNode(id="company", name="Company", parent=None, level="company")
    >>> spans_of(OrgTree((company, OrgNode(id="a", name="A", parent="company", level="rep"))))
    {'company': (0, 1), 'a': (0, 1)}
    """
    spans: dict[str, tuple[int, int]] = {}
    at = 0
    for node in tree.walk():
        is_leaf = not tree.children(node.id)
        spans[node.id] = (at, at + is_leaf)
        at += is_leaf
    for node in reversed(tuple(tree.walk())):
        children = tree.children(node.id)
        if children:
            spans[node.id] = (spans[children[0].id][0], spans[children[-1].id][1])
    return spans


@dataclass(frozen=True, kw_only=True)
class Taking:
    """What taking locked cells out needs to know: see `salesnb.planning.two_cuts.TwoCutsQuery`."""

    tree: OrgTree
    rows: Mapping[str, int]
    columns: Mapping[str, int]
    locks: Mapping[tuple[str, str], int]
    show: Callable[[int], str]

    def run(self) -> HeldCells:
        """Take locked cells out of what rows and columns have.

        Raises
        ------
        Infeasible
            When locks are more than their row, their column or a lock above them has.
        """
        import numpy as np

        self._refuse_full_rows()
        leaves = self.tree.leaves()
        held = np.zeros((len(leaves), len(self.columns)), dtype=np.int64)
        parts = [
            part
            for place, column in enumerate(self.columns)
            for part in self._parts(column, place, held[:, place])
        ]
        for part in parts:
            self._refuse_full_column(part)
        rows = np.array([self.rows.get(leaf.id, 0) for leaf in leaves], dtype=np.int64)
        return HeldCells(
            strips=tuple(part.strip for part in parts),
            is_open=np.stack([part.is_open for part in parts], axis=1),
            rows_left=rows - held.sum(axis=1),
            columns_left=np.array([part.left for part in parts], dtype=np.int64),
            held=held,
        )

    def _parts(self, column: str, place: int, held: "Matrix") -> list["_Part"]:
        """Set apart what is locked in a column, outer locks first; ``held`` takes what leaves have locked."""
        import numpy as np

        owner = np.zeros(len(held), dtype=np.int64)
        parts = [_Part(strip=Strip(column=place, name=column), left=self.columns[column])]
        for node, amount in self._locks_by_column.get(column, ()):
            name = self.tree.node(node).name
            first, last = self._spans[node]
            parts[owner[first]].take(name, amount)
            if self.tree.children(node):
                owner[first:last] = len(parts)
                parts.append(_Part(strip=Strip(column=place, name=f"{column} in {name}"), left=amount))
            else:
                owner[first], held[first] = -1, amount
        for number, part in enumerate(parts):
            part.is_open = owner == number
        return parts

    @cached_property
    def _spans(self) -> Mapping[str, tuple[int, int]]:
        return spans_of(self.tree)

    @cached_property
    def _locks_by_column(self) -> Mapping[str, list[tuple[str, int]]]:
        """List the locks of each column, nodes before those below them."""
        found: dict[str, list[tuple[str, int]]] = defaultdict(list)
        deep = sorted(self.locks.items(), key=lambda item: len(self.tree.path(item[0][0])))
        for (node, column), amount in deep:
            found[column].append((node, amount))
        return found

    def _refuse_full_rows(self) -> None:
        """Refuse locks of a node and of those below it that are more than it has in all."""
        words: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for (node, column), amount in self.locks.items():
            for above in reversed(self.tree.path(node)):
                if above.id != node and (above.id, column) in self.locks:
                    # What is locked there counts instead.
                    break
                name = self.tree.node(node).name
                words[above.id].append((amount, column if above.id == node else f"{column} in {name}"))
        for node in sorted(words, key=lambda node: -len(self.tree.path(node))):
            has = sum(self.rows.get(leaf.id, 0) for leaf in self.tree.leaves(node))
            self._refuse(self.tree.node(node).name, has, words[node])

    def _refuse_full_column(self, part: "_Part") -> None:
        if part.left < 0:
            self._refuse(part.strip.name, part.left + sum(amount for amount, _ in part.taken), part.taken)
        elif part.left and not part.is_open.any():
            raise Infeasible(
                f"All of {part.strip.name} is locked, and {self.show(part.left)} of it has no place.",
                where=part.strip.name,
                hint="Unlock a cell of it or raise one.",
            )

    def _refuse(self, name: str, has: int, locks: list[tuple[int, str]]) -> None:
        locked = sum(amount for amount, _ in locks)
        if locked > has:
            most = sorted(locks, key=lambda lock: (-lock[0], lock[1]))
            words = [f"{what} {self.show(amount)}" for amount, what in most[:_NAMED_LOCKS]]
            words += [f"{len(most) - _NAMED_LOCKS} more"] if len(most) > _NAMED_LOCKS else []
            raise Infeasible(
                f"The locks of {name} ({', '.join(words)}) come to {self.show(locked)}, but it has "
                f"{self.show(has)}: {self.show(locked - has)} too much.",
                where=name,
                hint="Unlock or lower one of them.",
            )


@dataclass(kw_only=True)
class _Part:
    """A strip while it is made: what it still has, and what was taken out of it."""

    strip: Strip
    left: int
    taken: list[tuple[int, str]] = field(default_factory=list)
    is_open: "Matrix" = field(init=False)

    def take(self, name: str, amount: int) -> None:
        self.left -= amount
        self.taken.append((amount, name))
