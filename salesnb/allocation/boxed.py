"""One box of amounts: the best of the relaxed curves on it, a bound, and amounts that keep to every row."""

from dataclasses import dataclass

import numpy as np

from salesnb.allocation.certificate import upper_bound
from salesnb.allocation.forms import Floats
from salesnb.allocation.interior import Rows, solve
from salesnb.allocation.pricing import settle
from salesnb.allocation.relaxation import Relaxation
from salesnb.allocation.tightening import may_hold

__all__ = ["Solved", "keeps", "solve_box"]

_NEAR = 1e-7
_TOLERANCE = 1e-9
# How much better than amounts found by prices any could be, as a share, for these to be the answer.
_SETTLED = 1e-9


@dataclass(frozen=True, kw_only=True)
class Solved:
    """What is known of a box.

    Attributes
    ----------
    x
        The relaxed curves' best amounts (n,); they keep to the rows when ``kept``.
    prices
        Of the rows, (m,).
    bound
        No amounts within the box and the rows bring more.
    kept
        Whether ``x`` keeps to every row.
    """

    x: Floats
    prices: Floats
    bound: float
    kept: bool


def solve_box(relaxed: Relaxation, rows: Rows) -> Solved:
    """Solve the relaxed curves on their box; one that cannot keep to a row holds nothing."""
    if not may_hold(rows, relaxed.low, relaxed.high):
        return Solved(x=relaxed.low, prices=np.zeros(len(rows.low)), bound=-np.inf, kept=False)
    free = np.flatnonzero(relaxed.high > relaxed.low)
    if len(free) == len(relaxed.low):
        return _solved(relaxed, rows)
    x = relaxed.low.copy()
    fixed = np.setdiff1d(np.arange(len(x)), free)
    held = float(relaxed.only(fixed).actual(x[fixed]).sum())
    prices = np.zeros(len(rows.low))
    if not len(free):
        return Solved(x=x, prices=prices, bound=held, kept=keeps(rows, x))
    found = _solved(relaxed.only(free), rows.over(free, x))
    x[free] = found.x
    prices[rows.matrix[:, free].any(axis=1)] = found.prices
    return Solved(x=x, prices=prices, bound=held + found.bound, kept=keeps(rows, x))


def _solved(relaxed: Relaxation, rows: Rows) -> Solved:
    """Solve lines that all have room: by prices where that comes to an end, else from the inside of the box."""
    point = settle(relaxed, rows)
    if point is not None and keeps(rows, point.x):
        bound, _ = upper_bound(relaxed, rows, point.prices, point.x)
        if bound - float(relaxed.value(point.x).sum()) <= _SETTLED * abs(bound):
            return Solved(x=point.x, prices=point.prices, bound=bound, kept=True)
    point = solve(relaxed, rows)
    bound, tops = upper_bound(relaxed, rows, point.prices, point.x)
    # What the prices ask of each line is exact where a curve bends, and says nothing where it is straight.
    settled = [
        amounts
        for amounts in (_settled(relaxed, rows, tops), _settled(relaxed, rows, point.x))
        if keeps(rows, amounts)
    ]
    x = max(settled, key=lambda amounts: float(relaxed.value(amounts).sum()), default=point.x)
    return Solved(x=x, prices=point.prices, bound=bound, kept=bool(settled))


def keeps(rows: Rows, x: Floats) -> bool:
    """Whether amounts keep to every row, but for rounding."""
    come, size = rows.matrix @ x, np.abs(rows.matrix) @ np.abs(x) + 1e-12
    return bool(np.all((come >= rows.low - _TOLERANCE * size) & (come <= rows.high + _TOLERANCE * size)))


def _settled(relaxed: Relaxation, rows: Rows, x: Floats) -> Floats:
    """Put amounts that are all but at an end, or at today's, there, and spread what the rows then miss over those that have room."""
    size = relaxed.high - relaxed.low
    x = np.where(x - relaxed.low < _NEAR * size * np.minimum(1, x / size), relaxed.low, x)
    x = np.where(relaxed.high - x < _NEAR * size, relaxed.high, x)
    today, moving = relaxed.costs.today, relaxed.costs.moving
    stays = (moving > 0) & (np.abs(x - today) < 10 * _NEAR * size)
    x = np.where(stays, np.clip(today, relaxed.low, relaxed.high), x)
    for _ in range(3):
        come = rows.matrix @ x
        miss = np.where(come > rows.high, rows.high - come, np.where(come < rows.low, rows.low - come, 0.0))
        off = np.flatnonzero(miss)
        if not len(off):
            break
        room = np.minimum(x - relaxed.low, relaxed.high - x) ** 2 * np.where(stays, 1e-9, 1.0)
        matrix = rows.matrix[off]
        pull, *_ = np.linalg.lstsq((matrix * room) @ matrix.T, miss[off], rcond=1e-12)
        x = np.clip(x + room * (pull @ matrix), relaxed.low, relaxed.high)
    return x
