"""Tables of exact amounts in whole units that still add up, along rows and down columns."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

__all__ = ["whole_parts", "whole_table"]

Row = tuple[int, ...]


def whole_parts(exact: Sequence[Fraction], total: int) -> Row:
    """Round to whole units that add up to the total: what rounding leaves goes to the largest remainders.

    Parameters
    ----------
    exact
        Amounts of either sign whose sum is the total.

    Examples
    --------
    >>> whole_parts([Fraction(400, 3), Fraction(-400, 3)], 0)
    (133, -133)
    """
    floors = [value.__floor__() for value in exact]
    order = sorted(range(len(exact)), key=lambda place: (floors[place] - exact[place], place))
    raised = set(order[: total - sum(floors)])
    return tuple(floor + (place in raised) for place, floor in enumerate(floors))


def whole_table(rows: Sequence[Sequence[Fraction]]) -> tuple[Row, ...]:
    """Round a table whose rows add up to whole numbers; no cell and no column moves by a whole unit or more.

    Parameters
    ----------
    rows
        Exact amounts of either sign, each row with a whole sum.

    Returns
    -------
    tuple of rows
        Each adds up to what it added up to. A column adds up to its exact sum, rounded as `whole_parts` rounds all of
        them together. Whole cells stay as they are.

    Examples
    --------
    >>> third = Fraction(1, 3)
    >>> whole_table([(third, third, third), (third, third, third), (third, third, third)])
    ((0, 1, 0), (0, 0, 1), (1, 0, 0))

    References
    ----------
    Bacharach, M. (1966), Matrix rounding problems: such a table always exists, because flows with whole bounds are
    whole; https://doi.org/10.1287/mnsc.12.9.732.
    """
    if not rows:
        return ()
    whole = [list(whole_parts(row, int(sum(row)))) for row in rows]
    exact = [sum(column, Fraction()) for column in zip(*rows, strict=True)]
    wanted = whole_parts(exact, int(sum(exact)))
    missing = [want - sum(column) for want, column in zip(wanted, zip(*whole, strict=True), strict=True)]
    moves = _Moves(rows, whole)
    while any(missing):
        path = moves.path(missing)
        for giver, taker in path:
            moves.move(giver, taker)
        missing[path[0][0]] += 1
        missing[path[-1][1]] -= 1
    return tuple(map(tuple, whole))


class _Moves:
    """Which rows can give a unit of one column to another, by pairs of columns."""

    def __init__(self, rows: Sequence[Sequence[Fraction]], whole: list[list[int]]) -> None:
        self._rows = rows
        self._whole = whole
        self._columns = range(len(rows[0]))
        pairs = ((giver, taker) for giver in self._columns for taker in self._columns)
        # Dictionaries, because their order is that of the rows and does not change from run to run.
        self._able: dict[tuple[int, int], dict[int, None]] = {pair: {} for pair in pairs}
        for place in range(len(rows)):
            self._note(place)

    def path(self, missing: Sequence[int]) -> list[tuple[int, int]]:
        """Find moves that lead from a column with too much to one with too little."""
        start = next(column for column in self._columns if missing[column] < 0)
        came: dict[int, int] = {start: start}
        reached = [start]
        for giver in reached:
            for taker in self._columns:
                if taker not in came and self._able[giver, taker]:
                    came[taker] = giver
                    reached.append(taker)
                    if missing[taker] > 0:
                        return list(_back(came, start, taker))
        message = "a table with whole rows can always be rounded"
        raise ArithmeticError(message)

    def move(self, giver: int, taker: int) -> None:
        """Move a unit in the first row that can."""
        place = next(iter(self._able[giver, taker]))
        self._whole[place][giver] -= 1
        self._whole[place][taker] += 1
        self._note(place)

    def _note(self, place: int) -> None:
        row, whole = self._rows[place], self._whole[place]
        able = {
            (giver, taker)
            for giver in self._columns
            for taker in self._columns
            if whole[giver] > row[giver] and whole[taker] < row[taker]
        }
        for pair, places in self._able.items():
            if pair in able:
                places[place] = None
            else:
                places.pop(place, None)


def _back(came: dict[int, int], start: int, end: int) -> Iterator[tuple[int, int]]:
    steps = []
    while end != start:
        steps.append((came[end], end))
        end = came[end]
    return reversed(steps)
