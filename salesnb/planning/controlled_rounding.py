"""Matrices that are proportional both ways, and their rounding to whole numbers without losing a sum.

Rows belong to groups that stand one after the other; each group has its own sums of columns. A single group is the
plain case: one sum a row, one sum a column.

References
----------
Iterative proportional fitting (RAS): Deming & Stephan (1940), https://doi.org/10.1214/aoms/1177731829.
Controlled rounding, every entry within one of the real one, both margins exact: Cox (1987),
https://doi.org/10.1080/01621459.1987.10478456; here by augmenting paths, which exist as long as the real matrix has
the margins, because all vertices of a transportation polytope with whole margins are whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Reals = NDArray[Any]
    Wholes = NDArray[Any]

__all__ = ["LARGEST", "Blocked", "Groups", "fitted", "rounded"]

LARGEST = 2**46
"""Beyond it the fractions of a float are no use."""
_MOST_ROUNDS = 200
# In units: what a margin of the real matrix may be off, and what counts as whole.
_MARGIN, _WHOLE = 1e-6, 1e-6
_NEXT_TO_NOTHING = 1e-12
_NO_LIMIT = 2**60
_SWAPS = 20


class Blocked(Exception):
    """No whole matrix has these margins with its zeros.

    Parameters
    ----------
    rows, columns
        By their places: together the rows need more than these columns have, and they can take no others.
    """

    def __init__(self, rows: Sequence[int], columns: Sequence[int]) -> None:
        super().__init__(rows, columns)
        self.rows = rows
        self.columns = columns


@dataclass(frozen=True, kw_only=True)
class Groups:
    """Which rows share sums of columns.

    Attributes
    ----------
    starts
        The first row of each group, ascending from 0; shape (groups,).
    of_row
        The group of each row; shape (rows,).
    """

    starts: "Wholes"
    of_row: "Wholes"

    @classmethod
    def one(cls, rows: int) -> "Groups":
        """All rows in one group."""
        import numpy as np

        return cls(starts=np.zeros(1, dtype=np.int64), of_row=np.zeros(rows, dtype=np.int64))

    @classmethod
    def sized(cls, sizes: Sequence[int]) -> "Groups":
        """Groups of so many rows, none empty."""
        import numpy as np

        ends = np.cumsum(sizes)
        return cls(starts=np.concatenate([[0], ends[:-1]]), of_row=np.repeat(np.arange(len(sizes)), sizes))

    def spans(self) -> list[tuple[int, int]]:
        """Give the first row of each group and the one after its last."""
        edges = [*self.starts.tolist(), len(self.of_row)]
        return list(pairwise(edges))


def fitted(seeds: "Reals", rows: "Wholes", columns: "Wholes", groups: Groups) -> "Reals":
    """Scale rows and columns until both have their sums: ``y[i, j] = a[i] * seeds[i, j] * b[group of i, j]``.

    It is the matrix with these margins that is nearest to the seeds (least relative entropy); zeros stay.

    Parameters
    ----------
    seeds
        Zero or more; shape (rows, columns).
    rows
        A sum a row, in units; shape (rows,).
    columns
        A sum a group and column, in units; shape (groups, columns).

    Returns
    -------
    ndarray
        Rows add up; columns do as nearly as floats and 200 rounds allow, which is not at all where the zeros leave
        no such matrix.
    """
    import numpy as np

    enough = max(_MARGIN, 1e-12 * float(columns.max(initial=0)))
    real = seeds.astype(np.float64)
    for _ in range(_MOST_ROUNDS):
        real *= _over(rows, real.sum(axis=1))[:, None]
        sums = np.add.reduceat(real, groups.starts, axis=0)
        if np.abs(sums - columns).max(initial=0) <= enough:
            break
        real *= _over(columns, sums)[groups.of_row]
    # What came so near to zero that it was lost is a place where something may be, all the same.
    may_be = (seeds > 0) & (rows > 0)[:, None]
    real = np.where(may_be, np.maximum(real, _NEXT_TO_NOTHING), 0)
    return real * _over(rows, real.sum(axis=1))[:, None]


def rounded(real: "Reals", rows: "Wholes", columns: "Wholes", groups: Groups) -> "Wholes":
    """Round a real matrix to whole numbers with exactly these sums; each is within one of the real one if it can be.

    Rows are rounded by largest remainder. Where a column has then too much, units move within rows to columns that
    have too little, in the rows whose numbers come nearest to the real ones by it.

    Parameters
    ----------
    real
        Zero or more; a zero stays. Shape (rows, columns).
    rows, columns
        As for `fitted`.

    Raises
    ------
    Blocked
        When zeros leave no such matrix.
    """
    import numpy as np

    found = _by_row(real, rows)
    _swap(found, real, columns, groups)
    wrong = np.flatnonzero((np.add.reduceat(found, groups.starts, axis=0) != columns).any(axis=1))
    spans = groups.spans()
    for group in wrong.tolist():
        first, last = spans[group]
        _Settling(found[first:last], real[first:last]).run(columns[group], first)
    return found


def _over(wanted: "Reals", found: "Reals") -> "Reals":
    import numpy as np

    return np.divide(wanted, found, out=np.zeros(found.shape), where=found > 0)


def _by_row(real: "Reals", rows: "Wholes") -> "Wholes":
    """Round each row by largest remainder; of equal remainders the first column comes first."""
    import numpy as np

    is_open = real > 0
    whole = np.floor(real + _WHOLE).astype(np.int64)
    each, extra = np.divmod(rows - whole.sum(axis=1), np.maximum(is_open.sum(axis=1), 1))
    # Noise in the last digits of floats must not decide between equals.
    order = np.argsort(np.where(is_open, np.round(whole - real, 6), np.inf), axis=1, kind="stable")
    rank = np.argsort(order, axis=1, kind="stable")
    whole += each[:, None] * is_open + (rank < extra[:, None])
    return whole


def _swap(found: "Wholes", real: "Reals", columns: "Wholes", groups: Groups) -> None:
    """Move one unit at a time in all groups at once, from a column with too much right to one with too little.

    It only spares time where groups are many and small: what it leaves is settled group by group.
    """
    import numpy as np

    lower, upper = _within_one(real, found)
    for _ in range(_SWAPS):
        off = np.add.reduceat(found, groups.starts, axis=0) - columns
        rows = np.flatnonzero(np.any(off, axis=1)[groups.of_row])
        mine, of_row = found[rows], groups.of_row[rows]
        beyond = np.round(mine - real[rows], 6)
        given = np.where((off[of_row] > 0) & (mine > lower[rows]), beyond, -np.inf)
        taken = np.where((off[of_row] < 0) & (mine < upper[rows]), beyond, np.inf)
        gain = given.max(axis=1, initial=-np.inf) - taken.min(axis=1, initial=np.inf)
        order = np.lexsort((-gain, of_row))
        best = order[np.unique(of_row[order], return_index=True)[1]]
        best = best[np.isfinite(gain[best])]
        if not best.size:
            return
        found[rows[best], given[best].argmax(axis=1)] -= 1
        found[rows[best], taken[best].argmin(axis=1)] += 1


def _within_one(real: "Reals", found: "Wholes") -> tuple["Wholes", "Wholes"]:
    """Give the whole numbers next to the real ones, and what was found where that is already further away."""
    import numpy as np

    lower = np.floor(np.maximum(real - _WHOLE, 0)).astype(np.int64)
    upper = np.where(real > 0, np.ceil(real + _WHOLE), 0).astype(np.int64)
    return np.minimum(lower, found), np.maximum(upper, found)


class _Settling:
    """One group whose columns are brought to their sums."""

    def __init__(self, found: "Wholes", real: "Reals") -> None:
        import numpy as np

        self.found = found
        self.real = real
        anything = np.where(real > 0, _NO_LIMIT, 0)
        # First within one of the real matrix, which suffices unless that missed its margins.
        self.limits = [_within_one(real, found), (np.zeros_like(found), np.maximum(anything, found))]

    def run(self, sums: "Wholes", first_row: int) -> None:
        """Move units until each column has its sum; what there is none to move to is named."""
        while (off := self.found.sum(axis=0) - sums).any():
            lower, upper = self.limits[0]
            path = self._path(off, lower, upper)
            if path:
                self._move(path, off, lower, upper)
            elif len(self.limits) > 1:
                del self.limits[0]
            else:
                self._refuse(off, first_row)

    def _path(self, off: "Wholes", lower: "Wholes", upper: "Wholes") -> list[int]:
        """Find the shortest way, column by column, from what has too much to what has too little."""
        import numpy as np

        # Whether a row has something in one column that it could have in another.
        steps = (self.found > lower).T.astype(np.float32) @ (self.found < upper).astype(np.float32) > 0
        came_from = {int(column): -1 for column in np.argsort(-off, kind="stable") if off[column] > 0}
        waiting = list(came_from)
        for column in waiting:
            for other in np.flatnonzero(steps[column]).tolist():
                if other not in came_from:
                    came_from[other] = column
                    waiting.append(other)
                    if off[other] < 0:
                        return _traced(came_from, other)
        return []

    def _move(self, path: list[int], off: "Wholes", lower: "Wholes", upper: "Wholes") -> None:
        import numpy as np

        hops = list(pairwise(path))
        room = [
            np.minimum(self.found[:, a] - lower[:, a], upper[:, b] - self.found[:, b]).clip(0)
            for a, b in hops
        ]
        amount = min(int(off[path[0]]), -int(off[path[-1]]), *(int(part.sum()) for part in room))
        # From the end: a column has room for what comes in when something has gone out.
        for (a, b), part in zip(reversed(hops), reversed(room), strict=True):
            self._shift(a, b, part, amount)

    def _shift(self, a: int, b: int, room: "Wholes", amount: int) -> None:
        """Move an amount from one column to another, first in the rows that come nearer to the real ones."""
        import numpy as np

        beyond = self.found - self.real
        able = np.flatnonzero(room)
        order = able[np.argsort(np.round(beyond[able, b] - beyond[able, a], 6), kind="stable")]
        taken = np.diff(np.minimum(np.cumsum(room[order]), amount), prepend=0)
        self.found[order, a] -= taken
        self.found[order, b] += taken

    def _refuse(self, off: "Wholes", first_row: int) -> None:
        """Name the fewest columns that have too much, and the rows that can go nowhere else (Hall's condition)."""
        import numpy as np

        closed = []
        for column in np.flatnonzero(off > 0).tolist():
            reached = [column]
            for one in reached:
                filled = self.found[:, one] > 0
                shared = (self.real[filled] > 0).any(axis=0)
                reached += [other for other in np.flatnonzero(shared).tolist() if other not in reached]
            closed.append(sorted(reached))
        columns = min(closed, key=len)
        rows = np.flatnonzero((self.found[:, columns] > 0).any(axis=1)) + first_row
        raise Blocked(rows.tolist(), columns)


def _traced(came_from: dict[int, int], last: int) -> list[int]:
    path = [last]
    while came_from[path[-1]] >= 0:
        path.append(came_from[path[-1]])
    return path[::-1]
