"""Draws of what a history says of curves: Gibbs sampling, each segment's shape from a grid.

The logarithm of expected sales is a segment's level and trend, what all segments share in a period (a season, and what else
moved all), and the shape's logarithm at the effort. Deviations are taken as multiples of what is expected, so that periods
without sales are no trouble and the curve is one of expected sales. Levels and trends are integrated out when a shape is
drawn. Spread among segments, noise, its likeness from period to period, and what is shared have their sizes learned.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salesnb.allocation.forms import Floats
from salesnb.allocation.whitening import whitened

__all__ = ["Chain", "Known", "Series", "sample"]

Whole = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

_WARM, _THIN, _REBUILDS = 240, 3, 6
# Prior sizes, as standard deviations of logarithms, and how many observations each counts as.
_TREND, _SEASON, _SHARED, _NOISE, _WEIGHT = 0.1, 0.12, 0.05, 0.2, 4.0
_COMMON_TREND = 0.3
_RANGE = 3.0
# No period is foretold better than this; sales that never vary would be matched without end, and numbers would fail.
_EXACT = 1e-3
# How much a period may resemble the one before, and how likely that is beforehand.
_LIKENESS = {0.0: 0.35, 0.2: 0.25, 0.4: 0.2, 0.6: 0.13, 0.8: 0.07}


@dataclass(frozen=True, kw_only=True)
class Series:
    """A history as arrays.

    Attributes
    ----------
    sales
        (s, t), in any unit; only read where known.
    known
        (s, t), where both sales and effort are; at least one of each segment.
    responses
        Logarithm (s, g, t) of each shape of the grid at the effort.
    years
        When, (t,), in seasons.
    place
        In the season, (t,); None where a season cannot be told.
    """

    sales: Floats
    known: Flags
    responses: Floats
    years: Floats
    place: Whole | None


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of shapes beforehand.

    Attributes
    ----------
    own
        Logarithm (s, g) of the weight of each shape, beside what segments have in common.
    sizes
        Logarithm (g,) of the elasticity.
    pooled
        Segments (s,) whose elasticities are pooled.
    centre, between, within
        Of the logarithm of the elasticity: its mean, and standard deviations of the mean and among segments.
    """

    own: Floats
    sizes: Floats
    pooled: Flags
    centre: float
    between: float
    within: float


@dataclass(frozen=True, kw_only=True)
class Chain:
    """Draws, along the first axis (d).

    Attributes
    ----------
    shape
        Place (d, s) in the grid.
    level, trend
        Logarithm (d, s) of sales at today's effort at time 0, and its rise a season.
    shared, season
        What all segments share in a period (d, t), and the part of it that comes back, by place (d, p).
    noise
        Standard deviation (d, s) of a period, as a share of what is expected.
    unrest
        Standard deviation (d,) of what all share beyond the season.
    """

    shape: Whole
    level: Floats
    trend: Floats
    shared: Floats
    season: Floats
    noise: Floats
    unrest: Floats


def sample(series: Series, known: Known, *, draws: int, rng: np.random.Generator) -> Chain:
    """Give draws, thinned so that they hardly depend on each other."""
    sampler = _Sampler(series, known, rng)
    every = _WARM // _REBUILDS
    for _ in range(_REBUILDS):
        seen = np.zeros_like(series.sales)
        for _ in range(every):
            sampler.sweep()
            seen += sampler.expected()
        sampler.rebuild(seen / every)
    kept = []
    for _ in range(draws):
        for _ in range(_THIN):
            sampler.sweep()
        kept.append(sampler.state())
    return Chain(**{name: np.array([one[name] for one in kept]) for name in kept[0]})


class _Sampler:
    """The state of the chain; ``y`` is the working response, the logarithm that sales stand for."""

    def __init__(self, series: Series, known: Known, rng: np.random.Generator) -> None:
        self.series, self.known, self.rng = series, known, rng
        mask = series.known.astype(float)
        self.count = mask.sum(axis=1)
        segments, periods = series.sales.shape
        # Each is needed as often as its likeness is drawn.
        self.whites = {
            likeness: whitened(mask, series.responses, series.years, likeness) for likeness in _LIKENESS
        }
        self.white = self.whites[min(_LIKENESS)]
        self.basis, self.owner = _basis(series)
        self.level, self.trend = np.zeros(segments), np.zeros(segments)
        self.noise = np.full(segments, _NOISE**2)
        self.shared, self.common = np.zeros(periods), np.zeros(self.basis.shape[1])
        self.shape = np.zeros(segments, dtype=np.intp)
        self.spread, self.typical = _TREND**2, _NOISE**2
        self.common_sizes = np.array([_COMMON_TREND**2, _SEASON**2, _SHARED**2])
        self.centre, self.within = known.centre, known.within**2
        self.mean = (np.where(series.known, series.sales, 0.0).sum(axis=1) / self.count)[:, None]
        self.rebuild(np.zeros_like(series.sales))

    def rebuild(self, expected: Floats) -> None:
        """Tell sales as deviations from what is expected now, as a logarithm of multiples of the segment's mean."""
        # Returns may exceed the sales of a period, whose expectation would go to nothing.
        expected = self.mean * np.exp(np.clip(expected, -_RANGE, _RANGE))
        self.y = (
            np.log(expected / self.mean) + np.where(self.series.known, self.series.sales, 0.0) / expected - 1
        )

    def expected(self) -> Floats:
        own = self.level[:, None] + self.trend[:, None] * self.series.years
        return own + self.shared + self._response()

    def state(self) -> dict[str, Floats | Whole | np.float64]:
        season = self.common[self.owner == 1]
        return {
            "shape": self.shape.copy(),
            "level": self.level + np.log(self.mean[:, 0]),
            "trend": self.trend + self.common[0],
            "shared": self.shared - self.common[0] * self.series.years,
            "season": season if len(season) else np.zeros(1),
            "noise": np.sqrt(self.noise),
            "unrest": np.sqrt(self.common_sizes[2]) if (self.owner == 2).any() else np.float64(0),
        }

    def sweep(self) -> None:
        self._draw_shapes()
        self._draw_levels()
        self._draw_shared()
        self._draw_sizes()

    def _response(self) -> Floats:
        return self.series.responses[np.arange(len(self.shape)), self.shape]

    def _draw_shapes(self) -> None:
        white = self.white
        left = white.of(self.y - self.shared)
        match = np.matmul(white.responses, left[:, :, None])[:, :, 0]
        along = (white.time * left).sum(axis=1)[:, None]
        misfit = white.size - 2 * match - (along - white.tilt) ** 2 / self._slack()[:, None]
        weight = self.known.own - misfit / (2 * self.noise[:, None])
        near = (self.known.sizes - self.centre) ** 2 / (2 * self.within)
        weight = weight - np.where(self.known.pooled[:, None], near, 0.0)
        chance = np.cumsum(np.exp(weight - weight.max(axis=1, keepdims=True)), axis=1)
        drawn = self.rng.random(len(self.shape)) * chance[:, -1]
        self.shape = (chance < drawn[:, None]).sum(axis=1)

    def _slack(self) -> Floats:
        slack: Floats = self.white.stretch + self.noise / self.spread
        return slack

    def _draw_levels(self) -> None:
        white, slack = self.white, self._slack()
        left = white.of(self.y - self.shared - self._response())
        trend = (white.time * left).sum(axis=1) / slack
        self.trend = trend + self._normal() * np.sqrt(self.noise / slack)
        middle = white.level_of(left) + self._normal() * np.sqrt(self.noise / white.count)
        self.level = middle - self.trend * white.middle

    def _draw_shared(self) -> None:
        own = self.level[:, None] + self.trend[:, None] * self.series.years
        left = self.y - own - self._response()
        sure = self.white.precision / self.noise[:, None, None]
        pull = np.matmul(sure, left[:, :, None]).sum(axis=0)[:, 0]
        inner = self.basis.T @ sure.sum(axis=0) @ self.basis
        inner[np.diag_indices_from(inner)] += 1 / self.common_sizes[self.owner]
        root = np.linalg.cholesky(inner)
        moved = root @ self.rng.standard_normal(len(root))
        self.common = np.linalg.solve(inner, self.basis.T @ pull + moved)
        self.shared = self.basis @ self.common

    def _draw_likeness(self, left: Floats) -> None:
        """Draw how much periods resemble the one before, from what is left over (s, t)."""
        scores = np.array(
            [
                np.log(prior) + (white.size_of - (white.of(left) ** 2).sum(axis=1) / (2 * self.noise)).sum()
                for white, prior in zip(self.whites.values(), _LIKENESS.values(), strict=True)
            ]
        )
        chance = np.exp(scores - scores.max())
        self.white = self.whites[self.rng.choice(list(self.whites), p=chance / chance.sum())]

    def _draw_sizes(self) -> None:
        left = self.y - self.expected()
        self._draw_likeness(left)
        prior = _WEIGHT * self.typical
        misfit = (self.white.of(left) ** 2).sum(axis=1)
        self.noise = np.maximum(self._variance(_WEIGHT + self.count, prior + misfit), _EXACT**2)
        rate = 0.5 / _NOISE**2 + (_WEIGHT / 2 / self.noise).sum()
        self.typical = self.rng.gamma(0.5 + len(self.noise) * _WEIGHT / 2) / rate
        self.spread = float(self._pooled(_TREND, self.trend))
        for kind, size in ((1, _SEASON), (2, _SHARED)):
            mine = self.common[self.owner == kind]
            if len(mine):
                self.common_sizes[kind] = self._pooled(size, mine)
        self._draw_population()

    def _draw_population(self) -> None:
        sizes, known = self.known.sizes[self.shape][self.known.pooled], self.known
        sure = 1 / known.between**2 + len(sizes) / self.within
        mean = (known.centre / known.between**2 + sizes.sum() / self.within) / sure
        self.centre = mean + self.rng.standard_normal() / np.sqrt(sure)
        self.within = float(self._pooled(known.within, sizes - self.centre))

    def _pooled(self, size: float, values: Floats) -> Floats:
        """Variance of values around 0, of which ``size`` is known beforehand."""
        return self._variance(
            np.array(_WEIGHT + len(values)), np.array(_WEIGHT * size**2 + float((values**2).sum()))
        )

    def _variance(self, weight: Floats, total: Floats) -> Floats:
        drawn: Floats = total / (2 * self.rng.gamma(weight / 2))
        return drawn

    def _normal(self) -> Floats:
        return self.rng.standard_normal(len(self.level))


def _basis(series: Series) -> tuple[Floats, Whole]:
    """Columns (t, b) of what all segments share, and of which kind each is: 0 trend, 1 season, 2 a period's own."""
    columns, kinds = [series.years[:, None]], [0]
    if series.place is not None:
        season = np.eye(int(series.place.max()) + 1)[series.place]
        columns.append(season)
        kinds += [1] * season.shape[1]
    # Of one segment alone, what a period has of its own is noise.
    if len(series.sales) > 1:
        columns.append(np.eye(len(series.years)))
        kinds += [2] * len(series.years)
    return np.hstack(columns), np.array(kinds, dtype=np.intp)
