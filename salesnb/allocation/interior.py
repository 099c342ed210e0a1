"""Concave functions of single amounts, maximised under linear rows: an interior point method.

Primal-dual, with an infeasible start, after Wright (1997), *Primal-Dual Interior-Point Methods*, chapter 10: each step
solves the Newton equations of the conditions of optimality, which come down to one small matrix of rows by rows.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from salesnb.allocation.forms import Floats
from salesnb.allocation.kinks import Kinks, room
from salesnb.allocation.relaxation import Relaxation

__all__ = ["Point", "Rows", "solve"]

_STEPS = 100
# Of the first products of distance and multiplier, where the outcome is 1.
_FIRST = 20.0
_FAR = 1e30
_CLOSE = 1e-9
_BACK = 0.995
# The barrier waits for slopes that are this many times further from even than it is from done.
_LAG = 100.0


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Linear rows over n lines: low <= matrix @ x <= high, with ``matrix`` (m, n); low == high is an equation.

    An end may be infinite, but not both.
    """

    matrix: Floats
    low: Floats
    high: Floats

    def over(self, lines: npt.NDArray[np.intp], x: Floats) -> "Rows":
        """Keep some lines, the others staying at their amounts in ``x``, and of the rows those that are about them.

        Rows over lines that stay hold or do not, whatever the others are.
        """
        others = np.setdiff1d(np.arange(len(x)), lines)
        held = np.flatnonzero(self.matrix[:, lines].any(axis=1))
        shift = self.matrix[np.ix_(held, others)] @ x[others]
        return Rows(
            matrix=self.matrix[np.ix_(held, lines)], low=self.low[held] - shift, high=self.high[held] - shift
        )


@dataclass(frozen=True, kw_only=True)
class Point:
    """Where the method came to.

    Attributes
    ----------
    x
        Amounts (n,), strictly within their box.
    prices
        A price a row (m,): what one unit more of the row's limit would bring.
    off
        By how much the rows are missed at most, relative to their size.
    steps
        How many steps it took.
    """

    x: Floats
    prices: Floats
    off: float
    steps: int


def solve(relaxed: Relaxation, rows: Rows) -> Point:
    """Maximise the sum of the relaxed lines over their box and rows.

    Every line needs room (low < high). Ends after at most 100 steps; what it did not reach shows in ``off`` and in
    the bound that its prices give, never as a number that is wrong.
    """
    pieces, lines = relaxed.pieces()
    matrix = rows.matrix[:, lines]
    shift = matrix @ pieces.low - rows.matrix @ relaxed.low
    # Numbers that overflow end the search where it was.
    with np.errstate(all="ignore"):
        point = _Search(pieces, Rows(matrix=matrix, low=rows.low + shift, high=rows.high + shift)).run()
    x = relaxed.low + np.bincount(lines, point.x - pieces.low, len(relaxed.low))
    return replace(point, x=np.minimum(x, relaxed.high))


class _Search:
    """Amounts, in units of their range, and slacks of unequal rows stand in one vector y between ``lower`` and ``upper``.

    ``left`` and ``right`` are the distances to these, ``below`` and ``above`` their multipliers, ``prices`` those of
    the rows.
    """

    def __init__(self, relaxed: Relaxation, rows: Rows) -> None:
        self.relaxed, self.n = relaxed, len(relaxed.low)
        self.size = relaxed.high - relaxed.low
        worth = float(np.abs(relaxed.value(relaxed.high) - relaxed.value(relaxed.low)).sum())
        self.worth = worth if worth > 0 else 1.0
        self.unit = self.size / self.worth
        matrix = rows.matrix * self.size
        self.row_size = np.maximum(np.abs(matrix).sum(axis=1), 1e-300)
        self.matrix = matrix / self.row_size[:, None]
        offset = rows.matrix @ relaxed.low
        low, high = (rows.low - offset) / self.row_size, (rows.high - offset) / self.row_size
        self.unequal = np.flatnonzero(rows.low < rows.high)
        self.fixed = np.where(rows.low < rows.high, 0.0, low)
        lower = np.concatenate([np.zeros(self.n), low[self.unequal]])
        upper = np.concatenate([np.ones(self.n), high[self.unequal]])
        self.y = _middle(lower, upper)
        self.y[: self.n] = self._even_share(low, high)
        # An end that is not there is far away and has no multiplier.
        self.ends = np.isfinite(lower).astype(float), np.isfinite(upper).astype(float)
        self.left, self.right = np.minimum(self.y - lower, _FAR), np.minimum(upper - self.y, _FAR)
        self.below = self.ends[0] * _FIRST / self.n / self.left
        self.above = self.ends[1] * _FIRST / self.n / self.right
        self.prices = np.zeros(len(low))
        self.kinks = Kinks.of(relaxed, self.size, self.worth, self.y)
        self.pairs = self.ends[0].sum() + self.ends[1].sum() + self.kinks.pairs

    def _even_share(self, low: Floats, high: Floats) -> float:
        """Share of every line's range that keeps within all rows, at most a half."""
        whole = self.matrix.sum(axis=1)
        limit = np.where(np.isfinite(high), high, np.where(np.isfinite(low), np.abs(low), np.inf))
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = np.where(whole > 0, limit / whole, np.inf)
        return float(np.clip(shares.min(initial=0.5), 1e-6, 0.5))

    def run(self) -> Point:
        steps, done = 0, 1.0
        while True:
            slope, bend = self._curves()
            missing = self.fixed - self._rows(self.y)
            mu = self._mean_product()
            uneven = self._unevenness(slope)
            if steps == _STEPS or done == 0 or self._is_there(uneven, missing, mu):
                break
            shrink = 1.0 if uneven > _LAG * mu * len(self.y) else 0.1 if done > 0.9 else 0.3
            done = self._step(slope, bend, missing, max(shrink * mu, 0.1 * _CLOSE / len(self.y)))
            steps += 1
        x = self.relaxed.low + np.clip(self.y[: self.n], 0, 1) * self.size
        off = float(np.abs(missing).max(initial=0))
        return Point(x=x, prices=-self.prices * self.worth / self.row_size, off=off, steps=steps)

    def _mean_product(self) -> float:
        """Mean of distance times multiplier, which goes to 0."""
        total = self.left @ self.below + self.right @ self.above + self.kinks.products()
        return float(total / self.pairs)

    def _is_there(self, uneven: float, missing: Floats, mu: float) -> bool:
        missed = max(float(np.abs(missing).max(initial=0)), self.kinks.off())
        return missed < _CLOSE and mu * len(self.y) < _CLOSE and uneven < 10 * _CLOSE

    def _unevenness(self, slope: Floats) -> float:
        """How far the lines' slopes are from their prices, by the outcome that it could make up."""
        steepness = slope + self._spread(self.prices) + self.below - self.above
        if self.kinks.pairs:
            steepness[: self.n] += self.kinks.pull()
        return float(np.abs(steepness) @ np.minimum(np.minimum(self.left, self.right), 1))

    def _step(self, slope: Floats, bend: Floats, missing: Floats, aim: float) -> float:
        """Take one Newton step towards products of ``aim``, as far as all stays positive.

        Give the share that was taken; 0 when there was no number to go by.
        """
        left, right, below, above = self.left, self.right, self.below, self.above
        fill, empty = aim * self.ends[0] / left, aim * self.ends[1] / right
        low_weight, high_weight = below / left, above / right
        weight = low_weight + high_weight - bend
        push = slope + self._spread(self.prices) + fill - empty
        if self.kinks.pairs:
            weight[: self.n] += self.kinks.weight()
            push[: self.n] += self.kinks.push(self.y[: self.n], aim)
        dy, dprices = self._newton(weight, push, missing)
        if not (np.isfinite(dy).all() and np.isfinite(dprices).all()):
            return 0.0
        dbelow, dabove = fill - below - low_weight * dy, empty - above + high_weight * dy
        step = _BACK * min(room(left, dy), room(right, -dy))
        dual = _BACK * min(room(below, dbelow), room(above, dabove))
        if self.kinks.pairs:
            moved = self.kinks.change(self.y[: self.n], dy[: self.n], aim)
            step, dual = min(step, _BACK * moved.room), min(dual, _BACK * moved.dual_room)
            self.kinks = self.kinks.after(moved, min(1.0, step), min(1.0, dual))
        step, dual = min(1.0, step), min(1.0, dual)
        self.y, self.left, self.right = self.y + step * dy, left + step * dy, right - step * dy
        self.below, self.above = below + dual * dbelow, above + dual * dabove
        self.prices = self.prices + dual * dprices
        return min(step, dual)

    def _curves(self) -> tuple[Floats, Floats]:
        """First and second derivatives of the outcome by y."""
        x = self.relaxed.low + self.y[: self.n] * self.size
        slope, bend = np.zeros(len(self.y)), np.zeros(len(self.y))
        rises, bends = self.relaxed.slopes(x)
        slope[: self.n] = (rises - self.relaxed.costs.unit) * self.unit
        bend[: self.n] = bends * self.unit * self.size
        return slope, bend

    def _rows(self, y: Floats) -> Floats:
        out: Floats = self.matrix @ y[: self.n]
        out[self.unequal] -= y[self.n :]
        return out

    def _spread(self, prices: Floats) -> Floats:
        return np.concatenate([prices @ self.matrix, -prices[self.unequal]])

    def _newton(self, weight: Floats, push: Floats, missing: Floats) -> tuple[Floats, Floats]:
        """Solve for the changes of y and of the prices."""
        system = (self.matrix / weight[: self.n]) @ self.matrix.T
        system[self.unequal, self.unequal] += 1 / weight[self.n :]
        # Rows that say the same twice leave it singular.
        system[np.diag_indices_from(system)] *= 1 + 1e-12
        try:
            dprices = np.linalg.solve(system, missing - self._rows(push / weight))
        except np.linalg.LinAlgError:
            dprices = np.full(len(system), np.nan)
        return (push + self._spread(dprices)) / weight, dprices


def _middle(lower: Floats, upper: Floats) -> Floats:
    """Give the middle of each range, or one unit from its only end."""
    with np.errstate(invalid="ignore"):
        both = np.isfinite(lower) & np.isfinite(upper)
        return np.where(both, (lower + upper) / 2, np.where(np.isfinite(lower), lower + 1, upper - 1))
