"""Budgets by climbing on a grid, as google-meridian's optimizer does, in NumPy alone.

Every line has a column of amounts a step apart. From the lower ends on, the line and amount with the highest return on
what is added is taken, over all amounts that are left and not only the next, until the budget would be exceeded. The step is
the power of ten that keeps the rounding of the budget within a ten-thousandth of it.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from salesnb.allocation.curves import Curve

__all__ = ["climb"]

_TOLERANCE = 1e-4


def climb(
    curves: Sequence[Curve],
    low: Sequence[float],
    high: Sequence[float],
    total: float,
    step: float | None = None,
) -> Mapping[str, Any]:
    """Give the amounts (n,), what they bring, and the step; the climb itself is all that takes time."""
    step = step or 10.0 ** (int(math.log10(total * _TOLERANCE)) + 1)
    columns = [np.arange(a, b + step / 2, step) for a, b in zip(low, high, strict=True)]
    rows = max(map(len, columns))
    spend, outcome = np.full((rows, len(columns)), np.nan), np.full((rows, len(columns)), np.nan)
    for k, (column, curve) in enumerate(zip(columns, curves, strict=True)):
        spend[: len(column), k], outcome[: len(column), k] = column, curve.over(column)
    now, brings = spend[0].copy(), outcome[0].copy()
    spend, outcome = spend[1:], outcome[1:]
    returns = (outcome - brings) / (spend - now)
    while not np.isnan(returns).all():
        row, line = np.unravel_index(np.nanargmax(returns), returns.shape)
        if now.sum() - now[line] + spend[row, line] > total:
            break
        now[line], brings[line] = spend[row, line], outcome[row, line]
        returns[: row + 1, line] = np.nan
        returns[row + 1 :, line] = (outcome[row + 1 :, line] - brings[line]) / (
            spend[row + 1 :, line] - now[line]
        )
    return {"amounts": now.tolist(), "outcome": float(brings.sum()), "step": step}
