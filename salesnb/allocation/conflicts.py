"""Which limits cannot hold together, and by how much: the least that rows must give way."""

import numpy as np

from salesnb.allocation.forms import Floats
from salesnb.allocation.interior import Rows, solve
from salesnb.allocation.relaxation import Costs, Relaxation
from salesnb.allocation.responses import Responses
from salesnb.errors import Infeasible

__all__ = ["Names", "conflict"]

Names = tuple[tuple[str, str], ...]

_SURE = 1e-6
_PART = 1e-3


def conflict(rows: Rows, why: tuple[str, ...], low: Floats, high: Floats, names: Names) -> Infeasible | None:
    """Give the limits that stand against each other on a box (n,), and by how much; None when all can hold.

    Each row gets two lines more that make up what it misses, at a cost of 1. What is left of that cost at the best
    amounts is the least violation; the rows that have a price there, and the ends of the box that are paid for, are
    those that conflict (Farkas).

    Parameters
    ----------
    why
        What each row is called, (m,).
    names
        What says the low and high end of each line's box, (n,).
    """
    free = np.flatnonzero(high > low)
    fixed = np.setdiff1d(np.arange(len(low)), free)
    shift = rows.matrix[:, fixed] @ low[fixed]
    size = _sizes(rows, low, high)
    matrix = np.hstack([rows.matrix[:, free] / size[:, None], np.eye(len(size)), -np.eye(len(size))])
    left = Rows(matrix=matrix, low=(rows.low - shift) / size, high=(rows.high - shift) / size)
    point = solve(_costly(low[free], high[free], size), left)
    given = point.x[len(free) : len(free) + len(size)] + point.x[len(free) + len(size) :]
    if given.sum() <= _SURE:
        return None
    prices = np.abs(point.prices) / size
    against = prices > _PART * prices.max()
    said = [name for name, stands in zip(why, against, strict=True) if stands]
    paid = (point.prices * against / size) @ rows.matrix
    tops = np.abs(paid) > _PART * np.abs(paid).max()
    said += [names[line][1 if paid[line] < 0 else 0] for line in np.flatnonzero(tops)]
    listed = "; ".join(dict.fromkeys(name for name in said if name))
    return Infeasible(
        f"These limits cannot all hold, and are off by {float((given * size).sum()):.6g}: {listed}.",
        hint="Change one of them.",
    )


def _sizes(rows: Rows, low: Floats, high: Floats) -> Floats:
    """How large the numbers of each row are, (m,)."""
    ends = np.stack(
        [np.abs(rows.low), np.abs(rows.high), np.abs(rows.matrix) @ np.maximum(np.abs(low), np.abs(high))]
    )
    size = np.where(np.isfinite(ends), ends, 0.0).max(axis=0)
    return np.where(size > 0, size, 1.0)


def _costly(low: Floats, high: Floats, size: Floats) -> Relaxation:
    """Lines that bring nothing, and two lines a row that cost what they make up."""
    rows = len(size)
    count = len(low) + 2 * rows
    ones = np.ones((1, count))
    unit = np.concatenate([np.zeros(len(low)), np.tile(size / size.max(), 2)])
    return Relaxation.on(
        Responses((), 0 * ones, ones, ones, 0 * ones),
        np.ones(1),
        Costs(unit=unit, moving=np.zeros(count), today=np.zeros(count)),
        np.concatenate([low, np.zeros(2 * rows)]),
        np.concatenate([high, np.full(2 * rows, 4.0)]),
    )
