"""Amounts whose bad outcomes are as good as can be: the mean of the worst draws (CVaR) maximised.

CVaR is max over h of h - sum_d p_d max(0, h - F_d(x)) / alpha (Rockafellar and Uryasev 2000, *Optimization of Conditional
Value-at-Risk*). An interior point method finds amounts and the weights z of the draws, of which the worst have most; these
weights make the problem a mean again, whose bound is one of CVaR too, because CVaR is the least mean over all weights
z_d <= p_d / alpha that add up to 1.
"""

from dataclasses import dataclass

import numpy as np

from salesnb.allocation.forms import Floats
from salesnb.allocation.interior import Rows
from salesnb.allocation.kinks import room
from salesnb.allocation.relaxation import Relaxation

__all__ = ["Hedged", "cvar", "hedge"]

_STEPS = 100
_CLOSE = 1e-9
_BACK = 0.99
# Share of a line's range over which the kink of moving costs is rounded off; the bound knows the kink itself.
_SOFT = 1e-4


def cvar(outcomes: Floats, weights: Floats, share: float) -> float:
    """Mean of the worst ``share`` (0..1] of draws of outcomes (d,) with weights (d,).

    Examples
    --------
    >>> cvar(np.array([1.0, 2.0, 3.0, 10.0]), np.full(4, 0.25), 0.5)
    1.5
    """
    order = np.argsort(outcomes, kind="stable")
    left = np.minimum(
        weights[order], np.maximum(share - np.concatenate([[0.0], np.cumsum(weights[order])[:-1]]), 0.0)
    )
    return float(left @ outcomes[order] / left.sum())


@dataclass(frozen=True, kw_only=True)
class Hedged:
    """Amounts (n,) and the weights (d,) of the draws that count there."""

    x: Floats
    weights: Floats


def hedge(relaxed: Relaxation, rows: Rows, share: float) -> Hedged:
    """Maximise CVaR of the relaxed lines over their box and rows, for a share (0..1) of the draws.

    Lines without room (low == high) stay where they are.
    """
    free = np.flatnonzero(relaxed.high > relaxed.low)
    fixed = np.setdiff1d(np.arange(len(relaxed.low)), free)
    x = relaxed.low.copy()
    if not len(free):
        return Hedged(x=x, weights=relaxed.weights)
    sure = relaxed.responses.value(x)[:, fixed].sum(axis=1) - relaxed.costs.of(x)[fixed].sum()
    sure = sure + relaxed.responses.base.sum(axis=1)
    with np.errstate(all="ignore"):
        found = _Search(relaxed.only(free), rows.over(free, x), share, sure).run()
    x[free] = found.x
    return Hedged(x=x, weights=found.weights)


def _kept(z: Floats, cap: Floats) -> Floats:
    """Bring weights that all but add up to 1 to do so, none above its cap."""
    z = np.clip(z, 0.0, cap)
    missing, spare = 1 - z.sum(), cap - z
    added: Floats = z + spare * missing / spare.sum() if missing > 0 else z / z.sum()
    return np.minimum(added, cap)


class _Search:
    """In units of each line's range and of what all could bring; ``h`` is the threshold, ``short`` what draws lack of it.

    ``spare`` is what draws have above h - short, with multipliers ``z``; ``short`` has the multipliers cap - z.
    """

    def __init__(self, relaxed: Relaxation, rows: Rows, share: float, sure: Floats) -> None:
        self.relaxed, self.sure, self.n = relaxed, sure, len(relaxed.low)
        self.size = relaxed.high - relaxed.low
        self.worth = float(np.abs(relaxed.value(relaxed.high) - relaxed.value(relaxed.low)).sum()) or 1.0
        matrix = rows.matrix * self.size
        row_size = np.maximum(np.abs(matrix).sum(axis=1), 1e-300)
        matrix, offset = matrix / row_size[:, None], rows.matrix @ relaxed.low
        low, high = (rows.low - offset) / row_size, (rows.high - offset) / row_size
        unequal = np.flatnonzero(rows.low < rows.high)
        slack = np.zeros((len(low), len(unequal)))
        slack[unequal, np.arange(len(unequal))] = -1.0
        self.matrix = np.hstack([matrix, slack])
        self.fixed = np.where(rows.low < rows.high, 0.0, low)
        self.lower = np.concatenate([np.zeros(self.n), np.where(np.isfinite(low), low, -1e3)[unequal]])
        self.upper = np.concatenate([np.ones(self.n), np.where(np.isfinite(high), high, 1e3)[unequal]])
        self.y = (self.lower + self.upper) / 2
        self.below = self.above = np.full(len(self.y), 1.0 / len(self.y))
        self.prices = np.zeros(len(low))
        self.cap = relaxed.weights / share
        self.z = self.relaxed.weights.copy()
        heights, _, _ = self._draws()
        self.h = float(heights.mean())
        self.short = np.maximum(self.h - heights, 0.0) + 0.1
        self.spare = np.maximum(heights + self.short - self.h, 0.1)

    def run(self) -> Hedged:
        for _ in range(_STEPS):
            left, right = self.y - self.lower, self.upper - self.y
            products = (
                left @ self.below,
                right @ self.above,
                self.spare @ self.z,
                self.short @ (self.cap - self.z),
            )
            mu = float(sum(products)) / (2 * len(self.y) + 2 * len(self.z))
            missing = self.fixed - self.matrix @ self.y
            if mu * (len(self.y) + len(self.z)) < _CLOSE and np.abs(missing).max(initial=0) < _CLOSE:
                break
            if not self._step(0.2 * mu, left, right, missing):
                break
        x = self.relaxed.low + np.clip(self.y[: self.n], 0, 1) * self.size
        return Hedged(x=x, weights=_kept(self.z, self.cap))

    def _step(self, aim: float, left: Floats, right: Floats, missing: Floats) -> bool:
        heights, rises, bends = self._draws()
        slack = self.cap - self.z
        give = 1 / (self.short / slack + self.spare / self.z)
        off = self.spare - (heights + self.short - self.h)
        rest = off - aim / slack + self.short + aim / self.z - self.spare
        weight = np.diag(self.below / left + self.above / right)
        push = self.prices @ self.matrix + aim / left - aim / right
        lever = rises.T @ give
        weight[: self.n, : self.n] += (
            np.diag(-(self.z @ bends)) + (rises.T * give) @ rises - np.outer(lever, lever) / give.sum()
        )
        even = (1 - self.z.sum() - give @ rest) / give.sum()
        push[: self.n] += self.z @ rises + rises.T @ (give * (rest + even))
        try:
            both = np.linalg.solve(weight, np.column_stack([push, self.matrix.T]))
            system = self.matrix @ both[:, 1:]
            system[np.diag_indices_from(system)] *= 1 + 1e-12
            dprices = np.linalg.solve(system, missing - self.matrix @ both[:, 0])
        except np.linalg.LinAlgError:
            return False
        dy = both[:, 0] + both[:, 1:] @ dprices
        if not np.isfinite(dy).all():
            return False
        dh = even + float(lever @ dy[: self.n]) / give.sum()
        dz = give * (rest - rises @ dy[: self.n] + dh)
        self._move(aim, dy, dprices, dz, dh, left, right)
        return True

    def _move(
        self, aim: float, dy: Floats, dprices: Floats, dz: Floats, dh: float, left: Floats, right: Floats
    ) -> None:
        slack = self.cap - self.z
        dshort = aim / slack - self.short + self.short / slack * dz
        dspare = aim / self.z - self.spare - self.spare / self.z * dz
        dbelow = aim / left - self.below - self.below / left * dy
        dabove = aim / right - self.above + self.above / right * dy
        ahead = min(room(left, dy), room(right, -dy), room(self.short, dshort), room(self.spare, dspare))
        dual = min(room(self.below, dbelow), room(self.above, dabove), room(self.z, dz), room(slack, -dz))
        # One step for all: the draws tie amounts and multipliers together.
        step = min(1.0, _BACK * ahead, _BACK * dual)
        self.y = self.y + step * dy
        self.prices, self.h = self.prices + step * dprices, self.h + step * dh
        self.z, self.short, self.spare = (
            self.z + step * dz,
            self.short + step * dshort,
            self.spare + step * dspare,
        )
        self.below, self.above = self.below + step * dbelow, self.above + step * dabove

    def _draws(self) -> tuple[Floats, Floats, Floats]:
        """Each draw's outcome (d,), and its first and second derivatives by the amounts (d, n), net of costs."""
        x, costs = self.relaxed.low + self.y[: self.n] * self.size, self.relaxed.costs
        heights, rises, bends = self.relaxed.in_draws(x)
        soft = _SOFT * self.size
        root = np.sqrt((x - costs.today) ** 2 + soft**2)
        total = heights.sum(axis=1) + self.sure - (costs.unit * x + costs.moving * (root - soft)).sum()
        rises = rises - costs.unit - costs.moving * (x - costs.today) / root
        bends = bends - costs.moving * soft**2 / root**3
        return total / self.worth, rises * self.size / self.worth, bends * self.size**2 / self.worth
