"""Concave lines under linear rows, by the rows' prices alone: Newton's method on amounts and prices together.

At the best amounts each line is as steep as what it pays, or at an end of its box. The logarithm of how steep a curve with
diminishing returns is, is all but straight by the logarithm of the amount, so that a few steps do. Which rows and ends bind is
read off anew at every step (Hintermüller, Ito and Kunisch 2002, *The Primal-Dual Active Set Strategy as a Semismooth Newton
Method*, SIAM Journal on Optimization 13). That may fail to settle: then nothing is given, and the slower
:mod:`salesnb.allocation.interior` takes over.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from salesnb.allocation.forms import Floats
from salesnb.allocation.interior import Point, Rows
from salesnb.allocation.relaxation import Relaxation

__all__ = ["settle"]

_STEPS = 30
# What the last step may be, of a row's size and of an amount; it leaves the square of it.
_LAST = 3e-6
# The logarithm of how many times larger or smaller an amount becomes at most in a step.
_FARTHEST = 1.5
# What is left of a price at least, and by how many times itself it grows at most.
_LEFT, _MORE = 0.1, 3.0
# Of a row's size, within which rows that bind are met before others are looked at.
_ROUGHLY = 0.2
# Curves that rise faster at first than their height over their scale start vertically.
_VERTICAL = 1 + 1e-6

Flags = npt.NDArray[np.bool_]


def settle(relaxed: Relaxation, rows: Rows) -> Point | None:
    """Maximise the sum of concave lines over their box and rows; None where that did not come to an end.

    Every line needs room (low < high). Lines that cost to move are left to others, and those with a straight piece too, unless
    that is so in some of their draws only.
    """
    straight = relaxed.touch > relaxed.low
    if relaxed.costs.moving.any() or straight.all(axis=0).any():
        return None
    with np.errstate(all="ignore"):
        return _Settling(relaxed, rows, relaxed.slopes if straight.any() else relaxed.plain_slopes).run()


class _Settling:
    """``x`` are amounts (n,), ``prices`` those of the rows (m,), ``ends`` the ends of rows that bind."""

    def __init__(
        self, relaxed: Relaxation, rows: Rows, slopes: Callable[[Floats], tuple[Floats, Floats]]
    ) -> None:
        self.relaxed, self.rows, self.matrix, self.slopes = relaxed, rows, rows.matrix, slopes
        self.low, self.high, self.unit = relaxed.low, relaxed.high, relaxed.costs.unit
        self.x, self.offset = self._even_share(), self._offset()
        self.equal, self.size = rows.low == rows.high, np.abs(self.matrix) @ self.x
        self.ends = np.where(np.isfinite(rows.high), rows.high, rows.low)
        self.rise, self.give = self._slopes()
        self.prices = self._first_prices()
        self.binds: Flags = self.equal | (self.prices > 0)

    def run(self) -> Point | None:
        for step in range(_STEPS):
            self._bind()
            paid = self.unit + self.prices @ self.matrix
            pull = self.rise * self.give
            move = pull * np.log(self.rise / paid)
            free = (paid > 0) & np.where(move > 0, self.x < self.high, self.x > self.low)
            move = np.where(free, move, 0.0)
            missing = np.where(self.binds, self.ends - self.matrix @ self.x, 0.0)
            weight = np.where(free, pull / paid, 0.0)
            change = self._change(weight, pull / np.abs(paid), self.matrix @ move - missing)
            if change is None:
                return None
            more = change @ self.matrix
            if self._is_last(missing, move, paid):
                x = np.clip(self.x + move - weight * more, self.low, self.high)
                return Point(x=x, prices=self.prices + change, off=0.0, steps=step)
            self.prices = self.prices + change * _damping(paid, more)
            self._follow(pull)
        return None

    def _even_share(self) -> Floats:
        """Give the same share of its range to every line, such that no row is passed, at most a half."""
        room, least = self.matrix @ (self.high - self.low), self.matrix @ self.low
        ends = np.where(np.isfinite(self.rows.high), self.rows.high, self.rows.low)
        share = np.where(room > 0, (ends - least) / room, np.inf).min(initial=0.5)
        return self.low + float(np.clip(share, 1e-6, 0.5)) * (self.high - self.low)

    def _offset(self) -> Floats:
        """What is added to amounts before their logarithm is taken: the scale of curves that do not start vertically."""
        responses = self.relaxed.responses
        first = responses.slopes(np.zeros(len(self.low)))[0] * responses.scale
        finite = (first <= _VERTICAL * responses.height).all(axis=0)
        return np.where(finite, self.relaxed.weights @ responses.scale, 0.0)

    def _slopes(self) -> tuple[Floats, Floats]:
        """How steep the lines are, and by how much they give way for a unit less of that."""
        rise, bend = self.slopes(self.x)
        return rise, -1 / bend

    def _first_prices(self) -> Floats:
        """Price rows that do not overlap so that their lines would take what there is; the others begin at 0."""
        prices, bare = np.zeros(len(self.matrix)), np.ones(len(self.x), dtype=bool)
        pull = self.rise * self.give
        for row in np.argsort(-(self.matrix > 0).sum(axis=1), kind="stable"):
            mine = self.matrix[row] > 0
            if not (np.isfinite(self.rows.high[row]) and bare[mine].all() and mine.any()):
                continue
            weight = self.matrix[row, mine]
            spare = (
                weight @ (self.x[mine] + pull[mine] * np.log(self.rise[mine] / weight)) - self.rows.high[row]
            )
            price = float(np.exp(spare / (weight @ pull[mine])))
            prices[row], bare = (
                max(price - float((self.unit[mine] / weight).mean()), 1e-3 * price),
                bare & ~mine,
            )
            if not bare.any():
                break
        return prices

    def _bind(self) -> None:
        """Read off which rows bind, at which end, once those that do are roughly met; a row that does not has no price."""
        if self.equal.all():
            return
        rows, come = self.rows, self.matrix @ self.x
        missing = np.where(self.binds, self.ends - come, 0.0)
        if (np.abs(missing) > _ROUGHLY * self.size).any():
            return
        # About what a unit of a row is worth.
        known = max(float(np.abs(self.prices).max()), float(self.unit.max()), float(self.rise.min()))
        worth = known / np.maximum(self.size, 1e-300)
        above, below = (
            self.prices + worth * (come - rows.high) > 0,
            self.prices + worth * (come - rows.low) < 0,
        )
        self.ends = np.where(above | ~np.isfinite(rows.low), rows.high, rows.low)
        self.binds = self.equal | above | below
        self.prices = np.where(self.binds, self.prices, 0.0)

    def _is_last(self, missing: Floats, move: Floats, paid: Floats) -> bool:
        even = (np.abs(move) <= _LAST * (self.x + self.offset)) & ((paid > 0) | (self.x == self.high))
        return bool((np.abs(missing) <= _LAST * self.size).all() and even.all())

    def _change(self, weight: Floats, whole: Floats, over: Floats) -> Floats | None:
        """Solve for the change of the prices of rows that bind.

        Where all lines of a row are at an end, all count (``whole``), so that its price moves and brings some back.
        """
        change, held = np.zeros(len(over)), np.flatnonzero(self.binds)
        if not len(held):
            return change
        mine = self.matrix[held]
        stuck = ~(mine[:, weight > 0] != 0).any(axis=1)
        if stuck.any():
            weight = np.where((mine[stuck] != 0).any(axis=0), whole, weight)
        system = (mine * weight) @ mine.T
        try:
            change[held] = over[held] / system[0] if len(held) == 1 else np.linalg.solve(system, over[held])
        except np.linalg.LinAlgError:
            return None
        return change if np.isfinite(change).all() else None

    def _follow(self, pull: Floats) -> None:
        """Let the lines follow their prices; those that pay nothing take all they may."""
        paid = self.unit + self.prices @ self.matrix
        around = self.x + self.offset
        far = np.clip(pull * np.log(self.rise / paid) / around, -_FARTHEST, _FARTHEST)
        moved = np.where(paid > 0, around * np.exp(far) - self.offset, self.high)
        self.x = np.clip(moved, self.low, self.high)
        self.rise, self.give = self._slopes()


def _damping(paid: Floats, change: Floats) -> float:
    """Share of a change of what lines pay that leaves each of them something to pay, and makes it no lot more."""
    shares = np.where(paid > 0, change / paid, 0.0)
    falls, rises = float(shares.min()), float(shares.max())
    return min(1.0, (_LEFT - 1) / falls if falls < 0 else 1.0, _MORE / rises if rises > 0 else 1.0)
