"""A bound for curves in several draws: by the mean curve, instead of by the mean of the relaxed draws.

The mean of S-shaped curves bends where none of them does alone, so that the mean of their envelopes lies above the envelope of
their mean, and a search by boxes closes that gap slowly. Here the mean is told on a grid, the rows get prices, and each line
takes what is best for it at these prices: no allocation brings more (Everett 1963, *Generalized Lagrange Multiplier Method*,
Operations Research 11). Between two points of the grid a curve exceeds neither its chord, where it is convex, nor the chord by
more than a quarter of the width times the change of its slope, where it is concave; that is added, so that the bound is sure.
"""

from itertools import pairwise

import numpy as np

from salesnb.allocation.forms import Floats
from salesnb.allocation.problem import Problem
from salesnb.allocation.relaxation import Relaxation

__all__ = ["Ceiling"]

_POINTS, _MOST_STEPS = 1000, 4000
_SWEEPS, _HALVINGS = 3, 40


class Ceiling:
    """The lines of a problem on grids: of whole steps, or finer where amounts are small.

    Attributes
    ----------
    amounts, plain
        The grid (k, n), and what its amounts bring net of costs.
    extra
        By how much amounts between two points of it may bring more than the better one of both, (k - 1, n).
    """

    def __init__(self, problem: Problem) -> None:
        self.problem, (low, high) = problem, problem.tight
        # So many steps are as good as none.
        steps = np.where((high - low) > _MOST_STEPS * problem.steps, 0.0, problem.steps)
        self.amounts = _grid(low, high, steps)
        relaxed = problem.relaxed
        self.plain = np.array([relaxed.actual(row) for row in self.amounts])
        self.extra = (
            np.zeros(self.amounts[1:].shape) if steps.all() else _between(relaxed, self.amounts, steps)
        )

    def bound(self, prices: Floats) -> tuple[float, Floats]:
        """Give a bound from prices of the rows (m,), made as low as their changes one by one make it, and amounts (n,) there."""
        prices = self._allowed(prices)
        least, best = self._at(prices)
        for _ in range(_SWEEPS):
            before = least
            for row in range(len(prices)):
                bound, amounts, price = self._along(prices, row)
                if bound < least:
                    least, best = bound, amounts
                    prices[row] = price
            if before - least <= 1e-6 * abs(least):
                break
        return least, best

    def _allowed(self, prices: Floats) -> Floats:
        """Prices of ends that there are: of a row without an upper end none above 0."""
        rows = self.problem.rows
        out: Floats = np.where(np.isfinite(rows.high), prices, np.minimum(prices, 0.0))
        return np.where(np.isfinite(rows.low), out, np.maximum(out, 0.0))

    def _at(self, prices: Floats) -> tuple[float, Floats]:
        """Let each line take what is best for it."""
        rows, places = self.problem.rows, np.arange(self.amounts.shape[1])
        asked = prices @ rows.matrix
        net = self.plain - asked * self.amounts
        chosen = net.argmax(axis=0)
        most = np.maximum(net[:-1], net[1:]) + self.extra
        best = np.maximum(most.max(axis=0), net[chosen, places])
        ends = np.where(prices > 0, rows.high, rows.low)
        paid = np.where(prices == 0, 0.0, prices * np.where(np.isfinite(ends), ends, 0.0))
        return float(best.sum() + paid.sum()), self.amounts[chosen, places]

    def _along(self, prices: Floats, row: int) -> tuple[float, Floats, float]:
        """Find the price of one row at which the bound is lowest: where its lines take what it has."""
        least, best = self._at(prices)
        at, tried = float(prices[row]), prices.copy()
        wide = max(abs(at), float(np.abs(prices).max(initial=0.0)), 1e-9)
        near, far = at - wide, at + wide
        for _ in range(_HALVINGS):
            tried[row] = (near + far) / 2
            tried = self._allowed(tried)
            bound, amounts = self._at(tried)
            if bound < least:
                least, best, at = bound, amounts, float(tried[row])
            come = float(self.problem.rows.matrix[row] @ amounts)
            end = self.problem.rows.high[row] if tried[row] > 0 else self.problem.rows.low[row]
            near, far = (tried[row], far) if come > end else (near, tried[row])
        return least, best, at


def _grid(low: Floats, high: Floats, steps: Floats) -> Floats:
    """Give amounts (k, n) from end to end; those of lines with whole steps end with their last step again and again."""
    counts = np.where(steps > 0, np.floor((high - low) / np.where(steps > 0, steps, 1.0) + 1e-9), _POINTS)
    count = int(max(counts.max(initial=1), 1))
    ladder = np.arange(count + 1, dtype=float)[:, None]
    whole = np.minimum(low + ladder * steps, low + counts * steps)
    smooth = low + (high - low) * (ladder / count) ** 2
    return np.where(steps > 0, whole, smooth)


def _between(relaxed: Relaxation, amounts: Floats, steps: Floats) -> Floats:
    """By how much a line may exceed its chord between two points of the grid, (k - 1, n); whole steps have none between."""
    turn, costs = relaxed.responses.inflection(), relaxed.costs
    steepest = relaxed.responses.slopes(turn)[0]
    rises = [relaxed.responses.slopes(row)[0] for row in amounts]
    out = []
    for place, (low, high) in enumerate(pairwise(amounts)):
        top = np.where(turn > low, steepest, rises[place])
        bent = np.where(turn >= high, 0.0, np.maximum(top - rises[place + 1], 0.0))
        # What a draw rises by bounds what it exceeds the chord by, where it starts vertically.
        rise = relaxed.responses.value(high) - relaxed.responses.value(low)
        over = relaxed.weights @ np.minimum((high - low) * bent / 4, rise)
        kink = np.where((low < costs.today) & (costs.today < high), costs.moving * (high - low) / 2, 0.0)
        out.append(over + kink)
    return np.where(steps > 0, 0.0, np.array(out))
