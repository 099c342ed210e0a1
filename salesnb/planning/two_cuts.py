"""Two cuts at once: what nodes and reps have in all, and what each product or segment has in all, must both hold.

Rules:

1. The real matrix is the one with both sums that is nearest to the weights (`controlled_rounding.fitted`); zeros stay.
2. It becomes whole from the top down: each node's row is split among the nodes below it, each cell within one unit of
   its share, every row and column exact. Where zeros far below leave no such way, the leaves are rounded at once.
3. A locked cell stays, on a leaf or above; what is left in its row and its column goes around it.
4. A leaf without any weight takes the mix of the nearest node above that has one; a column without any weight
   gets the same share of everybody. Both are named in the result.
5. What cannot hold is refused by name: the rows and columns, and by how much.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from salesnb.errors import BadInput, Infeasible, UnknownName, nearest
from salesnb.planning.controlled_rounding import LARGEST, Blocked
from salesnb.planning.held_cells import Taking, spans_of
from salesnb.planning.levels import Levels
from salesnb.planning.sharing import Weight
from salesnb.planning.tree import OrgNode, OrgTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[Any]

__all__ = ["TwoCuts", "TwoCutsQuery", "two_cuts"]

_NAMED = 3


@dataclass(frozen=True, kw_only=True)
class TwoCutsQuery:
    """What two cuts are to hold.

    Attributes
    ----------
    tree
        The rows: leaves, and the nodes above them.
    rows
        What each leaf has in all, by node id: minor units or a count, zero or more.
    columns
        What each product or segment has in all, by name; they come to the sum of the rows.
    weights
        By leaf id and column, zero or more; what is not named weighs zero.
    locks
        Cells that stay, by (node id, column); inner nodes too.
    show
        Puts an amount into words for messages.
    """

    tree: OrgTree
    rows: Mapping[str, int]
    columns: Mapping[str, int]
    weights: Mapping[str, Mapping[str, Weight]]
    locks: Mapping[tuple[str, str], int] = field(default_factory=lambda: MappingProxyType({}))
    show: Callable[[int], str] = str


@dataclass(frozen=True, kw_only=True)
class TwoCuts:
    """Whole amounts by node and column, exact both ways at every level.

    Attributes
    ----------
    columns
        Their names, in the order asked.
    cells
        By node id: an amount a column.
    unknown_rows
        Leaves without any weight, which have the mix of a node above them.
    unknown_columns
        Columns without any weight, which are split as the quotas are.
    """

    columns: tuple[str, ...]
    cells: Mapping[str, tuple[int, ...]]
    unknown_rows: frozenset[str]
    unknown_columns: frozenset[str]


def two_cuts(asked: TwoCutsQuery) -> TwoCuts:
    """Find whole amounts by node and column that add up to what each node and each column has.

    Raises
    ------
    BadInput
        When an amount or weight is negative, or amounts are beyond 2^46.
    UnknownName
        When a weight or a lock is of a node or column that is not there.
    Infeasible
        When sums, zeros and locks cannot all hold: which, and by how much.

    Examples
    --------
    >>> company = OrgNode(id="company", name="Company", parent=None, level="company")
    >>> reps = [OrgNode(id=f"rep:{name}", name=name, parent="company", level="rep") for name in ("Ann", "Bob")]
    >>> found = two_cuts(
    ...     TwoCutsQuery(
    ...         tree=OrgTree((company, *reps)),
    ...         rows={"rep:Ann": 70, "rep:Bob": 30},
    ...         columns={"Core": 60, "Plus": 40},
    ...         weights={"rep:Ann": {"Core": 1, "Plus": 1}, "rep:Bob": {"Core": 3}},
    ...     )
    ... )
    >>> found.cells
    {'company': (60, 40), 'rep:Ann': (30, 40), 'rep:Bob': (30, 0)}
    """
    _check(asked)
    return _Cutting(asked).run()


class _Cutting:
    """Two cuts being made."""

    def __init__(self, asked: TwoCutsQuery) -> None:
        self.asked = asked
        self.tree = asked.tree
        self.leaves = asked.tree.leaves()
        self.left = Taking(
            tree=asked.tree, rows=asked.rows, columns=asked.columns, locks=asked.locks, show=asked.show
        ).run()

    def run(self) -> TwoCuts:
        """Fit, round and add up."""
        left, known = self.left, _weights(self.asked, self.leaves)
        seeds = known[:, [strip.column for strip in left.strips]] * left.is_open
        rows = self._fill_rows(seeds, known)
        columns = self._fill_columns(seeds)
        levels = Levels(self.tree)
        try:
            free = levels.whole(seeds, left.rows_left, left.columns_left)
        except Blocked as blocked:
            raise self._refusal(blocked) from None
        cells = levels.sums(left.with_held(free)).tolist()
        names = tuple(self.asked.columns)
        return TwoCuts(
            columns=names,
            cells={node.id: tuple(row) for node, row in zip(self.tree.walk(), cells, strict=True)},
            unknown_rows=frozenset(self.leaves[row].id for row in rows),
            unknown_columns=frozenset(names[left.strips[place].column] for place in columns),
        )

    def _fill_rows(self, seeds: "Matrix", known: "Matrix") -> list[int]:
        """Give leaves that have something, and no weight where it may go, the mix of the nearest node above."""
        import numpy as np

        left = self.left
        empty = np.flatnonzero((left.rows_left > 0) & ~seeds.any(axis=1)).tolist()
        spans = spans_of(self.tree) if empty else {}
        by_strip = known[:, [strip.column for strip in left.strips]]
        for row in empty:
            mixes = (
                by_strip[slice(*spans[node.id])].sum(axis=0) * left.is_open[row]
                for node in reversed(self.tree.path(self.leaves[row].id)[:-1])
            )
            seeds[row] = next((mix for mix in mixes if mix.any()), left.is_open[row])
            if not left.is_open[row].any():
                amount = self.asked.show(int(left.rows_left[row]))
                raise Infeasible(
                    f"All of {self.leaves[row].name} is locked, and {amount} of it has no place.",
                    where=self.leaves[row].id,
                    hint="Unlock a cell or raise one.",
                )
        return empty

    def _fill_columns(self, seeds: "Matrix") -> list[int]:
        """Give columns that have something, and no weight at all, the same share of every row."""
        import numpy as np

        left = self.left
        empty = np.flatnonzero((left.columns_left > 0) & ~seeds.any(axis=0)).tolist()
        seeds[:, empty] = seeds.sum(axis=1)[:, None] * left.is_open[:, empty]
        return empty

    def _refusal(self, blocked: Blocked) -> Infeasible:
        show, left = self.asked.show, self.left
        needs = int(left.rows_left[blocked.rows].sum())
        has = int(left.columns_left[blocked.columns].sum())
        rows = _listed([self.leaves[row].name for row in blocked.rows])
        columns = _listed([left.strips[place].name for place in blocked.columns])
        one = len(blocked.rows) == 1
        return Infeasible(
            f"{rows} {'has' if one else 'have'} {show(needs)} and no weight but in {columns}, where there "
            f"{'is' if len(blocked.columns) == 1 else 'are'} {show(has)}: {show(needs - has)} too much.",
            where=rows,
            hint=f"Give {'it' if one else 'them'} a weight elsewhere, unlock a cell, or change a sum by that much.",
        )


def _listed(names: Sequence[str]) -> str:
    shown = list(names[:_NAMED])
    more = len(names) - len(shown)
    if more:
        return f"{', '.join(shown)} and {more} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def _weights(asked: TwoCutsQuery, leaves: Sequence[OrgNode]) -> "Matrix":
    """Lay the weights out as floats; shape (leaves, columns)."""
    import numpy as np

    nothing: Mapping[str, Weight] = {}
    of_leaves = (asked.weights.get(leaf.id, nothing) for leaf in leaves)
    return np.array([[of.get(column, 0) for column in asked.columns] for of in of_leaves], dtype=np.float64)


def _check(asked: TwoCutsQuery) -> None:
    if not asked.columns:
        raise BadInput("There is no column to split by.", hint="Give one product or segment at least.")
    leaves = {leaf.id for leaf in asked.tree.leaves()}
    for node, of in asked.weights.items():
        _known(node, leaves)
        if not of.keys() <= asked.columns.keys():
            _known(min(of.keys() - asked.columns.keys()), asked.columns)
        if of and min(of.values()) < 0:
            raise BadInput(
                f"A weight of {node!r} is negative: {min(of.values())}.", hint="Give zero or more."
            )
    for node in asked.rows:
        _known(node, leaves)
    for node, column in asked.locks:
        asked.tree.node(node)
        _known(column, asked.columns)
    _check_amounts(asked)


def _known(name: str, names: Collection[str]) -> None:
    if name not in names:
        raise UnknownName(f"There is no {name!r} in the cascade.", hint=nearest(name, names))


def _check_amounts(asked: TwoCutsQuery) -> None:
    """Refuse negative amounts, ones beyond what floats hold exactly, and sums that differ."""
    for amount in (*asked.rows.values(), *asked.columns.values(), *asked.locks.values()):
        if not 0 <= amount <= LARGEST:
            raise BadInput(
                f"{asked.show(amount)} cannot be split two ways.",
                hint="Give zero or more, and at most 2^46 minor units.",
            )
    rows, columns = sum(asked.rows.values()), sum(asked.columns.values())
    if rows != columns:
        name = asked.tree.root.name
        raise Infeasible(
            f"{_listed(list(asked.columns))} come to {asked.show(columns)}, but {name} has {asked.show(rows)}: "
            f"{asked.show(abs(columns - rows))} too {'much' if columns > rows else 'little'}.",
            where=asked.tree.root.id,
            hint="Change one of them by that much, or leave one without a number: it gets the rest.",
        )
