"""How far forecasts of a whole window have missed, learned from a series' own past and from that of its peers."""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from salesnb.outlook.panel import Panel

__all__ = ["Spread", "spread"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# What the pool weighs beside a series' own misses, in misses that are independent of each other.
_POOL = 4.0
# A series' own lean is believed as far as k / (k + 12) of k independent misses.
_LEAN = 12.0
# Before anything has been resolved: that a month's total is missed by half of itself, as one more origin in the pool.
_FIRST_GUESS = 0.25
_SMALLEST = 1e-8
_METHODS = 3
# No total is told beyond 50 times its forecast, or a 50th of it.
_FARTHEST = float(np.log(50.0))


@dataclass(frozen=True, kw_only=True, eq=False)
class Spread:
    """Student's t of what a window's total will be, about its forecast; all arrays by series and origin.

    With ``by_ratio`` the total is forecast · exp(lean + scale · t), else forecast + size · (lean + scale · t).

    Attributes
    ----------
    by_ratio
        Whether misses are told as log(total / forecast).
    lean, scale, freedom
        Of the misses: their mean as far as it is believed, their spread, and the degrees of freedom of t.
    size
        The mean absolute total of the windows known at the origin, in the unit of the totals.
    floored
        Whether the series never fell below zero so far, and therefore will not.
    origins
        How many origins of the pool had been resolved, shape (T + 1,).
    """

    by_ratio: Flags
    lean: Floats
    scale: Floats
    freedom: Floats
    size: Floats
    floored: Flags
    origins: npt.NDArray[np.int64]

    def totals(self, forecasts: Floats, deviations: Floats) -> Floats:
        """Totals that lie so many t from their forecasts."""
        miss = self.lean + self.scale * deviations
        ratio = forecasts * np.exp(np.clip(miss, -_FARTHEST, _FARTHEST))
        difference = forecasts + self.size * miss
        difference = np.where(self.floored, np.maximum(difference, 0.0), difference)
        return np.where(self.by_ratio, ratio, difference)

    def deviations(self, forecasts: Floats, totals: Floats) -> Floats:
        """How many t totals lie from their forecasts; minus infinity where no lower total can be."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.clip(np.log(totals / forecasts), -_FARTHEST, _FARTHEST)
            difference = (totals - forecasts) / self.size
        ratio = np.where(totals > 0, ratio, -np.inf)
        difference = np.where(self.floored & (totals <= 0), -np.inf, difference)
        return np.asarray((np.where(self.by_ratio, ratio, difference) - self.lean) / self.scale)

    def at(self, series: int, origin: int) -> "Spread":
        """The spread of one series at one origin, its arrays of shape (1,)."""
        one = {
            part.name: getattr(self, part.name)[series, origin].reshape(1)
            for part in fields(self)
            if part.name != "origins"
        }
        return Spread(**one, origins=self.origins[origin].reshape(1))


def spread(panel: Panel, forecasts: Floats, steps: int) -> Spread:
    """The spread of totals of the next ``steps`` steps at each origin.

    A miss is log(total / forecast) of a window, made at an earlier origin and resolved by now: on the total itself, so
    that whatever links its months is in it. A series' mean squared miss s² of k independent misses (overlapping windows
    count as 1 / (1 + 2 Σ (1 − i/h)²), i from 1 to h − 1) is shrunk to the pool's, the geometric mean p² of its peers::

        scale² = (4 p² + k s²) / (4 + k),   with 4 + k degrees of freedom

    (Smyth 2004, his prior's degrees of freedom held at 4). Only misses of the same method count (run rate, Theta
    without season, Theta with it), unless the pool has none yet.

    **Zeros and negative totals** have no such ratio. A series with a window whose total was not above zero so far is told
    in differences through ``size``, with a pool of its own, which all series feed. Where no step ever was negative the
    distribution ends at zero: what would lie below is the probability of exactly nothing.

    Parameters
    ----------
    panel
        Of n series over T steps.
    forecasts
        Of the window's total, shape (n, T + 1), NaN where there is none.
    steps
        Length of the window.

    References
    ----------
    G. K. Smyth, Linear models and empirical Bayes methods, Statistical Applications in Genetics and Molecular Biology
    3 (2004) article 3.
    """
    actual, past = panel.window_totals(steps), panel.past_totals(steps)
    size = _size(past, forecasts)
    lowest = np.fmin.accumulate(np.where(np.isnan(past), np.inf, past), axis=1)
    by_ratio = (forecasts > 0) & (lowest > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.log(np.where((actual > 0) & (forecasts > 0), actual / forecasts, np.nan))
        differences = (actual - forecasts) / np.where(size > 0, size, np.nan)
    methods = np.clip(panel.known // panel.season, 0, _METHODS - 1)
    told = [_learned(misses, methods, steps) for misses in (ratios, differences)]
    lean, scale, freedom = (np.where(by_ratio, one, other) for one, other in zip(*told, strict=True))
    smallest = np.fmin.accumulate(np.where(np.isnan(panel.totals), np.inf, panel.totals), axis=1)
    floored = np.concatenate([np.ones((len(panel.ids), 1), dtype=bool), smallest >= 0], axis=1)
    return Spread(
        by_ratio=by_ratio,
        lean=lean,
        scale=scale,
        freedom=freedom,
        size=size,
        floored=floored,
        origins=_distinct(np.isfinite(differences), steps),
    )


def _size(past: Floats, forecasts: Floats) -> Floats:
    """The mean absolute total of the windows known at each origin; of none the absolute forecast."""
    here = np.isfinite(past)
    counts = np.cumsum(here, axis=1)
    mean = np.cumsum(np.where(here, np.abs(past), 0.0), axis=1) / np.maximum(counts, 1)
    return np.where(counts > 0, mean, np.abs(forecasts))


def _learned(misses: Floats, methods: npt.NDArray[np.int64], steps: int) -> tuple[Floats, Floats, Floats]:
    """Lean, scale and degrees of freedom at each origin, from the misses that were resolved by then."""
    found = np.isfinite(misses)
    counts, sums, squares = (np.empty((_METHODS, *misses.shape)) for _ in range(3))
    for method in range(_METHODS):
        same = found & (methods == method)
        counts[method] = _resolved(same, steps)
        sums[method] = _resolved(np.where(same, misses, 0.0), steps)
        squares[method] = _resolved(np.where(same, misses, 0.0) ** 2, steps)
    overlap = 1.0 + 2.0 * float(((1.0 - np.arange(1, steps) / steps) ** 2).sum())
    anything = [part.sum(axis=0) for part in (counts, sums, squares)]
    leans, variances, pools = np.empty(counts.shape), np.empty(counts.shape), np.empty(counts.shape)
    for method in range(_METHODS):
        empty = ~(counts[method] > 0).any(axis=0)
        for part, whole in zip((counts, sums, squares), anything, strict=True):
            part[method][:, empty] = whole[:, empty]
        leans[method], variances[method] = _moments(counts[method], sums[method], squares[method], overlap)
        distinct = _distinct(found & ((methods == method) | empty), steps)
        pools[method] = _pool(counts[method], variances[method], distinct, steps)[None]
    own, lean, variance, pool = (
        np.take_along_axis(part, methods[None], axis=0)[0] for part in (counts, leans, variances, pools)
    )
    weight = own / overlap
    scale = np.sqrt((_POOL * pool + weight * variance) / (_POOL + weight))
    return lean, scale, _POOL + weight


def _moments(counts: Floats, sums: Floats, squares: Floats, overlap: float) -> tuple[Floats, Floats]:
    """The lean that is believed, and the mean square about it."""
    many = np.maximum(counts, 1.0)
    mean, weight = sums / many, counts / overlap
    lean = mean * weight / (weight + _LEAN)
    return lean, np.maximum(squares / many - lean * (2.0 * mean - lean), _SMALLEST)


def _pool(counts: Floats, variances: Floats, distinct: npt.NDArray[np.int64], steps: int) -> Floats:
    """The peers' geometric mean of the variances at each origin, the first guess counting as one more origin."""
    there = counts > 0
    logs = np.where(there, np.log(variances), 0.0).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    guess = np.log(_FIRST_GUESS / np.sqrt(steps))
    return np.asarray(np.exp((distinct * logs + guess) / (distinct + 1.0)))


def _resolved(values: npt.NDArray[np.generic], steps: int) -> Floats:
    """Sums, at each origin, over the origins whose window had ended by then."""
    summed = np.zeros(values.shape)
    summed[:, steps:] = np.cumsum(values, axis=1, dtype=np.float64)[:, : values.shape[1] - steps]
    return summed


def _distinct(found: Flags, steps: int) -> npt.NDArray[np.int64]:
    """How many different origins of any series had been resolved by each origin."""
    return np.asarray(_resolved(np.asarray(found.any(axis=0, keepdims=True)), steps)[0], dtype=np.int64)
