"""How far forecasts of a whole window have missed, learned from a series' own past and from that of its peers."""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from salesnb.outlook.panel import Panel, later
from salesnb.outlook.student import t_cdf, t_quantile

__all__ = ["Spread", "spread"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# A series' own lean is believed as far as k / (k + 12) of k independent misses.
_LEAN = 12.0
# Before anything has been resolved: that a month's total is missed by half of itself, as one more origin in the pool.
_FIRST_GUESS, _GUESS_ORIGINS = 0.25, 1.0
# What all methods missed by says that much about one of them: peers miss together, so one origin says little.
_GENERAL_ORIGINS = 4.0
# How different the peers' variances are is believed to be as among four series that share a pool worth four misses.
_ALIKE, _ALIKE_SERIES, _MOST_ALIKE = 0.65, 4.0, 0.05
# What the peers' share of windows without any total weighs beside a series' own, in independent windows.
_PEERS = 4.0
_SMALLEST, _LEAST_LEFT = 1e-8, 1e-6
# Run rate, Theta without a season of its own, Theta with it.
_METHODS = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Spread:
    """Student's t of what a window's total will be, about its forecast; all arrays by series and origin.

    With ``by_ratio`` the total is 0 with the probability ``nothing``, else forecast / (1 − nothing) ·
    (1 + (lean + scale · t) / 3)³, or 0 where that would be negative. Without, it is forecast + size · (lean + scale · t).

    Attributes
    ----------
    by_ratio
        Whether misses are told as 3 ((total / forecast)^(1/3) − 1).
    nothing
        Probability of a total of exactly nothing (0..1); 0 where that has never been among the peers.
    lean, scale, freedom
        Of the misses: their mean as far as it is believed, their spread, and the degrees of freedom of t.
    size
        The mean absolute total of the windows known at the origin, in the unit of the totals.
    floored
        Whether no step of the series was negative so far, so that no total will be.
    origins
        How many origins of the pool had been resolved, shape (T + 1,).
    """

    by_ratio: Flags
    nothing: Floats
    lean: Floats
    scale: Floats
    freedom: Floats
    size: Floats
    floored: Flags
    origins: Integers

    def totals(self, forecasts: Floats, probabilities: npt.ArrayLike) -> Floats:
        """Totals that are not passed with these probabilities (above 0, below 1)."""
        # A series that never had anything is sure to have nothing: then all of it is below what any probability leaves.
        some = np.maximum(1.0 - self.nothing, _LEAST_LEFT)
        left = (np.asarray(probabilities, dtype=np.float64) - self.nothing) / some
        deviations = t_quantile(np.clip(left, _LEAST_LEFT, 1.0 - _LEAST_LEFT), self.freedom)
        miss = self.lean + self.scale * deviations
        ratio = forecasts / some * np.maximum(1.0 + miss / 3.0, 0.0) ** 3
        difference = forecasts + self.size * miss
        difference = np.where(self.floored, np.maximum(difference, 0.0), difference)
        return np.where(self.by_ratio, np.where(left > 0, ratio, 0.0), difference)

    def attained(self, forecasts: Floats, targets: Floats) -> Floats:
        """P(total >= target); NaN where either is."""
        some = 1.0 - self.nothing
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = _miss(targets, forecasts / some)
            difference = (targets - forecasts) / self.size
        away = (np.where(self.by_ratio, ratio, difference) - self.lean) / self.scale
        sure = (self.by_ratio | self.floored) & (targets <= 0)
        known = np.isfinite(forecasts) & np.isfinite(targets) & (np.isfinite(away) | sure)
        above = some * (1.0 - t_cdf(np.where(np.isfinite(away), away, 0.0), self.freedom))
        return np.where(known, np.where(sure, 1.0, above), np.nan)

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

    A miss is 3 ((total / forecast)^(1/3) − 1) of a window, made at an earlier origin and resolved by now: on the total
    itself, so that whatever links its months is in it. Near 0 it is log(total / forecast); the cube root makes sums of
    a few large deals nearly symmetric, as it does the gamma distribution (Wilson & Hilferty 1931). A series' mean squared miss s² of k independent misses (overlapping windows count
    as 1 / (1 + 2 Σ (1 − i/h)²), i from 1 to h − 1) is shrunk to what its peers say, p² worth d misses::

        scale² = (d p² + k s²) / (d + k),   with d + k degrees of freedom

    where p and d come from the mean and the spread of log s² over the peers (Smyth 2004, equations 2 to 4). Only misses
    of the same method count in full (run rate, Theta with less than two years, Theta with more); those of all methods weigh
    in p as four more origins do, and before there are any, that half of a month's total is missed.

    **Totals of nothing** are apart: the share of resolved windows without any, of a series shrunk to that of all peers
    (worth four misses), is the probability of nothing, and misses are of the others, from the forecast / (1 − that).
    **Negative totals** have no ratio. A series with a window below zero so far, or forecast at nothing or less, is
    told in differences through ``size``, with a pool of its own, which all series feed. Where no step was ever negative
    no total is: what would lie below is the probability of exactly nothing.

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
    G. K. Smyth, Linear models and empirical Bayes methods for assessing differential expression, Statistical
    Applications in Genetics and Molecular Biology 3 (2004) article 3.
    E. B. Wilson and M. M. Hilferty, The distribution of chi-square, PNAS 17 (1931) 684-688.
    """
    actual, past = panel.window_totals(steps), panel.past_totals(steps)
    size, nothing = _size(past, forecasts), _nothing(actual, forecasts, steps)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where((actual > 0) & (forecasts > 0), _miss(actual, forecasts / (1.0 - nothing)), np.nan)
        differences = np.where(size > 0, (actual - forecasts) / size, np.nan)
    methods = np.clip(panel.known // panel.season, 0, _METHODS - 1)
    by_ratio = (forecasts > 0) & (_lowest(past) >= 0)
    told = [_learned(misses, methods, steps) for misses in (ratios, differences)]
    lean, scale, freedom = (np.where(by_ratio, one, other) for one, other in zip(*told, strict=True))
    floored = np.concatenate([np.ones((len(panel.ids), 1), dtype=bool), _lowest(panel.totals) >= 0], axis=1)
    return Spread(
        by_ratio=by_ratio,
        nothing=np.where(by_ratio, nothing, 0.0),
        lean=lean,
        scale=scale,
        freedom=freedom,
        size=size,
        floored=floored,
        origins=_distinct(np.isfinite(differences), steps),
    )


def _miss(totals: Floats, forecasts: Floats) -> Floats:
    return np.asarray(3.0 * (np.cbrt(totals / forecasts) - 1.0))


def _nothing(actual: Floats, forecasts: Floats, steps: int) -> Floats:
    """The probability of a total of nothing at each origin, from the windows that were resolved by then."""
    known = np.isfinite(actual) & np.isfinite(forecasts)
    counts = _resolved(known, steps) / _overlap(steps)
    zeros = _resolved(known & (actual == 0), steps) / _overlap(steps)
    peers = zeros.sum(axis=0) / np.maximum(counts.sum(axis=0), _SMALLEST)
    return np.asarray((zeros + _PEERS * peers) / (counts + _PEERS))


def _lowest(totals: Floats) -> Floats:
    """The lowest so far; infinite where there is none."""
    return np.asarray(np.minimum.accumulate(np.where(np.isnan(totals), np.inf, totals), axis=1))


def _size(past: Floats, forecasts: Floats) -> Floats:
    """The mean absolute total of the windows known at each origin; of none the absolute forecast."""
    here = np.isfinite(past)
    counts = np.cumsum(here, axis=1)
    mean = np.cumsum(np.where(here, np.abs(past), 0.0), axis=1) / np.maximum(counts, 1)
    return np.where(counts > 0, mean, np.abs(forecasts))


def _learned(misses: Floats, methods: Integers, steps: int) -> tuple[Floats, Floats, Floats]:
    """Lean, scale and degrees of freedom at each origin, from the misses that were resolved by then."""
    every = _Sums.of(misses, np.isfinite(misses), steps)
    first_guess = np.full(misses.shape[1], np.log(_FIRST_GUESS / np.sqrt(steps)))
    general, _ = _pool(every, steps, first_guess, _GUESS_ORIGINS)
    lean, scale, freedom = (np.empty(misses.shape) for _ in range(3))
    for method in range(_METHODS):
        same = _Sums.of(misses, np.isfinite(misses) & (methods == method), steps)
        told = _shrunk(same, steps, _pool(same, steps, general, _GENERAL_ORIGINS))
        here = methods == method
        for part, found in zip((lean, scale, freedom), told, strict=True):
            part[here] = found[here]
    return lean, scale, freedom


@dataclass(frozen=True, kw_only=True, eq=False)
class _Sums:
    """Of the misses that were resolved by each origin: how many, their sum and that of their squares; of origins."""

    counts: Floats
    sums: Floats
    squares: Floats
    distinct: Integers

    @classmethod
    def of(cls, misses: Floats, chosen: Flags, steps: int) -> "_Sums":
        held = np.where(chosen, misses, 0.0)
        return cls(
            counts=_resolved(chosen, steps),
            sums=_resolved(held, steps),
            squares=_resolved(held**2, steps),
            distinct=_distinct(chosen, steps),
        )

    def variance(self, steps: int) -> tuple[Floats, Floats, Floats]:
        """The believed lean, the mean square about it, and of how many independent misses."""
        many, weight = np.maximum(self.counts, 1.0), self.counts / _overlap(steps)
        mean = self.sums / many
        lean = mean * weight / (weight + _LEAN)
        return lean, np.maximum(self.squares / many - lean * (2.0 * mean - lean), _SMALLEST), weight


def _shrunk(told: _Sums, steps: int, pool: tuple[Floats, Floats]) -> tuple[Floats, Floats, Floats]:
    """Lean, scale and degrees of freedom from the misses of one method."""
    lean, variance, weight = told.variance(steps)
    middle, worth = pool
    scale = np.sqrt((worth * np.exp(middle - _too_low(worth)) + weight * variance) / (worth + weight))
    return lean, scale, worth + weight


def _pool(told: _Sums, steps: int, guess: Floats, guess_origins: float) -> tuple[Floats, Floats]:
    """What the peers say at each origin: the logarithm of a variance, and how many misses it is worth; (T + 1,) each.

    With x = k/2, digamma(x) − log(x) is taken as −1/(2x) − 1/(12x²), trigamma(x) as 1/x + 1/(2x²).
    """
    _, variance, weight = told.variance(steps)
    there, many = weight > 0, np.maximum(weight, 1.0)
    logs = np.where(there, np.log(variance) + _too_low(many), 0.0)
    noise = 2.0 / many + 2.0 / many**2
    sure = np.where(there, 1.0 / (noise + _ALIKE), 0.0)
    middle = (sure * logs).sum(axis=0) / np.maximum(sure.sum(axis=0), _SMALLEST)
    # That many series of full weight say beforehand how different the peers are.
    prior = _ALIKE_SERIES / _ALIKE
    seen = (sure * ((logs - middle) ** 2 - noise)).sum(axis=0)
    unlike = np.maximum((seen + prior * _ALIKE) / (sure.sum(axis=0) + prior), _MOST_ALIKE)
    worth = (1.0 + np.sqrt(1.0 + 2.0 * unlike)) / unlike
    blended = (told.distinct * middle + guess_origins * guess) / (told.distinct + guess_origins)
    return blended, worth


def _overlap(steps: int) -> float:
    """How many overlapping windows, an origin a step, are worth one that stands alone."""
    return 1.0 + 2.0 * float(((1.0 - np.arange(1, steps) / steps) ** 2).sum())


def _too_low(many: Floats) -> Floats:
    """How much the logarithm of a variance of so many misses lies below that of the true one on average."""
    return np.asarray(1.0 / many + 1.0 / (3.0 * many**2))


def _resolved(values: npt.NDArray[np.generic], steps: int) -> Floats:
    """Sums, at each origin, over the origins whose window had ended by then."""
    return later(np.cumsum(values, axis=1, dtype=np.float64), steps, before=0.0)


def _distinct(found: Flags, steps: int) -> Integers:
    """How many different origins of any series had been resolved by each origin."""
    any_series = np.asarray(found.any(axis=0, keepdims=True))
    return np.asarray(_resolved(any_series, steps)[0], dtype=np.int64)
