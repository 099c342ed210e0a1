"""An upper bound on what any allocation can bring: Lagrange's, at given prices of the rows.

For every price of the rows, the best that the lines could do when they paid these prices, plus what the rows' limits are
worth at them, is a bound (weak duality; Boyd and Vandenberghe 2004, *Convex Optimization*, 5.1). It holds whatever the
prices are, so that no error of the search for them can make it wrong; good prices only make it tight.
"""

import numpy as np

from salesnb.allocation.forms import Floats
from salesnb.allocation.interior import Rows
from salesnb.allocation.relaxation import Relaxation

__all__ = ["signed", "upper_bound"]

_TURNS = 100
_SAME = 1e-11


def signed(prices: Floats, rows: Rows) -> Floats:
    """Take 0 for a price that would pay for a limit which a row does not have."""
    upward = np.where(np.isfinite(rows.high), prices, np.minimum(prices, 0.0))
    return np.where(np.isfinite(rows.low), upward, np.maximum(upward, 0.0))


def upper_bound(relaxed: Relaxation, rows: Rows, prices: Floats, near: Floats) -> tuple[float, Floats]:
    """Bound what the relaxed lines can bring together; ``near`` (n,) are amounts to begin the search from.

    With it the amounts (n,) that are best for each line by itself when it pays the prices.
    """
    prices = signed(prices, rows)
    limits = np.where(prices > 0, rows.high, np.where(prices < 0, rows.low, 0.0))
    paid = prices @ rows.matrix
    best, x = _best(relaxed, paid, near)
    return float(prices @ limits + best.sum()), x


def _best(relaxed: Relaxation, price: Floats, near: Floats) -> tuple[Floats, Floats]:
    """At least the maximum of each line less its price, (n,): the higher end of a tangent near its top; and where.

    The top lies between ``low`` and ``high``: an end of the box, today's amount, or what Newton's steps leave of the
    box; they are kept within that bracket, which shrinks, so that they end whatever the curve.
    """
    x = near
    best, spare, tilt, bend = _tangent(relaxed, price, x, relaxed.low, relaxed.high)
    if _is_small(spare, best):
        return best, x
    low, high = _bracket(relaxed, price)
    x = np.clip(near, low, high)
    for _ in range(_TURNS):
        best, spare, tilt, bend = _tangent(relaxed, price, x, low, high)
        if _is_small(spare, best):
            break
        low, high = np.where(tilt >= 0, x, low), np.where(tilt <= 0, x, high)
        with np.errstate(all="ignore"):
            newton = x - tilt / bend
        x = np.where((newton > low) & (newton < high), newton, _between(relaxed, low, high))
    return best, x


def _tangent(
    relaxed: Relaxation, price: Floats, x: Floats, low: Floats, high: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Give the higher end of each line's tangent at x, less its price, how far above x that is, its rise and its bend."""
    rise, bend = relaxed.slopes(x)
    right, left = relaxed.beside(x, rise)
    tilt = np.clip(price, right, np.maximum(left, right)) - price
    spare = np.maximum(tilt * (high - x), tilt * (low - x))
    return relaxed.value(x) - price * x + spare, spare, tilt, bend


def _is_small(spare: Floats, best: Floats) -> bool:
    return bool(spare.sum() <= _SAME * np.abs(best).sum())


def _bracket(relaxed: Relaxation, price: Floats) -> tuple[Floats, Floats]:
    """Amounts between which each line less its price is highest; equal where that is an end or today's amount."""
    low, high = relaxed.low, relaxed.high
    today = np.clip(relaxed.costs.today, low, high)
    right, left = relaxed.sides(today)
    low, high = np.where(left >= price, today, low), np.where(right <= price, today, high)
    high = np.where(relaxed.sides(low)[0] <= price, low, high)
    return np.where(relaxed.sides(high)[1] >= price, high, low), high


def _between(relaxed: Relaxation, low: Floats, high: Floats) -> Floats:
    """Halve a bracket: by factors of the distance to the box's lower end, where curves are steepest."""
    near, far = low - relaxed.low, high - relaxed.low
    return relaxed.low + np.where(near > 0, np.sqrt(near * far), far * 1e-3)
