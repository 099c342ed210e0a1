"""What rows over several lines say about single lines, and which rows can bind at all."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from salesnb.allocation.forms import Floats
from salesnb.allocation.interior import Rows
from salesnb.errors import Infeasible

__all__ = ["NoRoom", "may_bind", "may_hold", "tightened"]

_SLACK = 1e-9


class NoRoom(Exception):
    """A row cannot hold on the box, or leaves no whole step."""

    def __init__(self, row: int) -> None:
        super().__init__(row)
        self.row = row

    def said(self, why: Sequence[str]) -> Infeasible:
        """Say it with the row's name, where no set of limits could be made out."""
        return Infeasible(
            f"{why[self.row]!r} leaves no whole steps that keep to the other limits.",
            hint="Widen it by a step.",
        )


def tightened(rows: Rows, low: Floats, high: Floats, steps: Floats) -> tuple[Floats, Floats]:
    """Narrow the box (n,) by what each row says, until nothing moves.

    Raises
    ------
    NoRoom
        When a row cannot hold on the box, or leaves no whole step.
    """
    low, high = low.copy(), high.copy()
    for _ in range(len(low) + 1):
        before = low.copy(), high.copy()
        for k in range(len(rows.low)):
            _tighten(rows, k, low, high)
            _round_inwards(low, high, steps, k)
        if np.array_equal(before[0], low) and np.array_equal(before[1], high):
            break
    return low, high


def may_bind(rows: Rows, low: Floats, high: Floats) -> npt.NDArray[np.intp]:
    """Rows that do not hold all over a box (n,)."""
    least, most = _reach(rows.matrix, low, high)
    return np.flatnonzero((rows.low > least) | (rows.high < most))


def may_hold(rows: Rows, low: Floats, high: Floats) -> bool:
    """Whether every row taken by itself can hold somewhere on a box (n,)."""
    least, most = _reach(rows.matrix, low, high)
    slack = _SLACK * (np.abs(rows.matrix) @ np.maximum(np.abs(low), np.abs(high)))
    return bool(np.all((most >= rows.low - slack) & (least <= rows.high + slack)))


def _reach(matrix: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Least and most that each row comes to on a box, (m,) each."""
    up, down = np.maximum(matrix, 0), np.minimum(matrix, 0)
    return up @ low + down @ high, up @ high + down @ low


def _tighten(rows: Rows, k: int, low: Floats, high: Floats) -> None:
    row = rows.matrix[k]
    (least,), (most,) = _reach(row[None], low, high)
    size = max(1e-300, float(np.abs(row) @ np.maximum(np.abs(low), np.abs(high))))
    if max(rows.low[k] - most, least - rows.high[k]) > _SLACK * size:
        raise NoRoom(k)
    if (row < 0).any():
        return
    held = np.flatnonzero(row)
    room, need = max(rows.high[k] - least, 0.0), max(most - rows.low[k], 0.0)
    if room < np.inf:
        high[held] = np.minimum(high[held], low[held] + room / row[held])
    if need < np.inf:
        low[held] = np.maximum(low[held], np.minimum(high[held] - need / row[held], high[held]))


def _round_inwards(low: Floats, high: Floats, steps: Floats, k: int) -> None:
    stepped = np.flatnonzero(steps)
    if len(stepped):
        step = steps[stepped]
        low[stepped] = np.ceil(low[stepped] / step - _SLACK) * step
        high[stepped] = np.floor(high[stepped] / step + _SLACK) * step
    if (low > high + _SLACK * np.maximum(1.0, high)).any():
        raise NoRoom(k)
    np.maximum(low, high, out=high)
