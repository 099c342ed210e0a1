"""Two cuts from the top of a tree down: each node's row is split among the nodes below it."""

from itertools import groupby
from typing import TYPE_CHECKING, Any

from salesnb.planning.controlled_rounding import Blocked, Groups, fitted, rounded
from salesnb.planning.held_cells import spans_of
from salesnb.planning.tree import OrgTree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Matrix = NDArray[Any]

__all__ = ["Levels"]


class Levels:
    """A tree laid out for arrays: nodes in the order of ``walk``, parents first."""

    def __init__(self, tree: OrgTree) -> None:
        import numpy as np

        nodes = tuple(tree.walk())
        place = {node.id: number for number, node in enumerate(nodes)}
        spans = spans_of(tree)
        self.parent = [-1 if node.parent is None else place[node.parent] for node in nodes]
        self.leaves = [number for number, node in enumerate(nodes) if not tree.children(node.id)]
        self.edges = np.array([spans[node.id] for node in nodes]).ravel()

    def sums(self, of_leaves: "Matrix") -> "Matrix":
        """Add up leaves for every node; shape (nodes, columns)."""
        import numpy as np

        # A row more, because a span may end behind the last leaf.
        padded = np.concatenate([of_leaves, np.zeros_like(of_leaves[:1])])
        found: Matrix = np.add.reduceat(padded, self.edges, axis=0)[::2]
        return found

    def whole(self, seeds: "Matrix", rows: "Matrix", columns: "Matrix") -> "Matrix":
        """Find whole numbers with these sums, nearest to the seeds; shape (leaves, columns).

        Raises
        ------
        Blocked
            When the zeros of the seeds leave none.
        """
        alone = Groups.one(len(rows))
        real = fitted(seeds, rows, columns[None], alone)
        try:
            return self._from_the_top(real, rows, columns)
        except Blocked:
            # What a node was given may not fit the zeros far below it; all leaves at once always do, if anything does.
            return rounded(real, rows, columns[None], alone)

    def _from_the_top(self, real: "Matrix", rows: "Matrix", columns: "Matrix") -> "Matrix":
        import numpy as np

        wanted = self.sums(real)
        of_rows = self.sums(rows[:, None])[:, 0]
        found = np.zeros(wanted.shape, dtype=np.int64)
        found[0] = columns
        for level in self._levels():
            families = [list(family) for _, family in groupby(level, key=self.parent.__getitem__)]
            groups = Groups.sized([len(family) for family in families])
            above = found[[self.parent[family[0]] for family in families]]
            nearest = fitted(wanted[level], of_rows[level], above, groups)
            found[level] = rounded(nearest, of_rows[level], above, groups)
        return found[self.leaves]

    def _levels(self) -> "Iterator[list[int]]":
        """List the nodes of each depth below the top; siblings stand together."""
        depth = [0] * len(self.parent)
        for number, above in enumerate(self.parent):
            depth[number] = depth[above] + 1 if above >= 0 else 0
        for level in range(1, max(depth) + 1):
            yield [number for number, deep in enumerate(depth) if deep == level]
