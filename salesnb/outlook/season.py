"""Seasonal factors as they were known at each origin, shrunk towards "no season"."""

import numpy as np
import numpy.typing as npt

from salesnb.outlook.panel import Panel

__all__ = ["season_factors"]

Floats = npt.NDArray[np.float64]

# A year counts 0.8 of the next: seasons drift. Measured on 622 public series against 1, 0.9 and 0.7.
_FADE = 0.8
_LEAST = 0.1
_QUARTER = 3


def season_factors(panel: Panel) -> Floats:
    """What each step of the year is, through an average step, as known at each origin.

    With two years or more: the mean ratio of totals to their centred moving average of a year, later years
    weighing more, times the share of the variance between the months that is not noise (positive-part James-Stein, as
    Miller & Williams 2003 do for seasons). With less, and months: the shape within the quarter that all peers share,
    n ratios of it weighing n / (n + 1). Otherwise 1.

    Parameters
    ----------
    panel
        Of n series over T steps, S steps a year.

    Returns
    -------
    Shape (n, T + 1, S); the factor of step t of the calendar is at t modulo S. Never below 0.1.

    References
    ----------
    D. M. Miller and D. Williams, Shrinkage estimators of time series seasonal factors, International Journal of
    Forecasting 19 (2003) 669-684.
    """
    shared = _together(panel.totals)
    quarter = _shapes(shared, panel.season)
    steps = np.arange(panel.totals.shape[1] + 1)
    peers = _yearly(shared, steps[None], quarter[None], panel.season)
    own = _yearly(
        panel.totals, panel.known, np.broadcast_to(peers, (len(panel.ids), *peers.shape[1:])), panel.season
    )
    return np.maximum(own, _LEAST)


def _yearly(totals: Floats, known: npt.NDArray[np.int64], towards: Floats, season: int) -> Floats:
    """Factors of series with two years or more, shrunk towards others; of the rest those others."""
    factors = np.array(towards)
    ratios = _ratios(totals, season)
    sums = np.zeros((4, totals.shape[0], season))
    for origin in range(known.shape[1]):
        _count(sums, ratios, origin - season // 2 - 1)
        old = (known[:, origin] >= 2 * season) & (sums[0].min(axis=1) > 0)
        if season > 1 and old.any():
            # Until the third year is full most months have one ratio, which does not show its noise; two years do.
            young = known[old, origin] < 3 * season
            apart = np.where(young, _years_apart(totals[old], origin, season), np.nan)
            factors[old, origin] = _shrunk(sums[:, old], towards[old, origin], apart)
    return factors


def _ratios(totals: Floats, length: int) -> Floats:
    """Total through centred moving average over ``length`` steps, less 1; NaN where that is not above zero.

    Where a total is negative too: a share of what sums up gains and losses says nothing.
    """
    half = length // 2
    weights = np.ones(length if length % 2 else length + 1)
    if length % 2 == 0:
        weights[[0, -1]] = 0.5
    ratios = np.full(totals.shape, np.nan)
    if totals.shape[1] >= weights.size:
        windows = np.lib.stride_tricks.sliding_window_view(totals, weights.size, axis=1)
        average = windows @ (weights / weights.sum())
        positive = np.where((average > 0) & (windows.min(axis=2) >= 0), average, np.nan)
        ratios[:, half : totals.shape[1] - half] = totals[:, half : totals.shape[1] - half] / positive - 1
    return ratios


def _count(sums: Floats, ratios: Floats, step: int) -> None:
    """Add the ratios of one step to the running sums: weights, squared weights, ratios, squared ratios."""
    if step < 0:
        return
    place, found = step % sums.shape[2], ratios[:, step]
    here = np.isfinite(found)
    fresh = np.where(here, found, 0.0)
    kept = np.where(here, _FADE, 1.0)
    for number, (added, fade) in enumerate(((here, kept), (here, kept**2), (fresh, kept), (fresh**2, kept))):
        sums[number, :, place] = sums[number, :, place] * fade + added


def _years_apart(totals: Floats, origin: int, season: int) -> Floats:
    """The variance of a month's share in its year, from the two years before an origin; shape (series,)."""
    years = totals[:, origin - 2 * season : origin].reshape(-1, 2, season)
    means = years.mean(axis=2, keepdims=True)
    shares = years / np.where(means > 0, means, np.inf)
    return np.asarray(((shares[:, 0] - shares[:, 1]) ** 2).mean(axis=1) / 2.0)


def _shrunk(sums: Floats, towards: Floats, variance: Floats) -> Floats:
    """Factors of series, shape (series, season), from their running sums."""
    weight, squared, ratio, square = sums
    season = weight.shape[1]
    means = ratio / weight
    own = means - means.mean(axis=1, keepdims=True) + towards.mean(axis=1, keepdims=True)
    apart = own - towards
    years = np.maximum((weight**2 / squared).mean(axis=1), 1.0 + 1e-9)
    within = np.maximum(square / weight - means**2, 0.0).mean(axis=1)
    noise = np.where(np.isnan(variance), within / (years - 1.0), variance / years)
    between = np.maximum((apart**2).sum(axis=1) / (season - 1), 1e-12)
    believed = np.clip(1.0 - max(season - 3, 1) / (season - 1) * noise / between, 0.0, 1.0)
    return np.asarray(towards + apart * believed[:, None])


def _shapes(shared: Floats, season: int) -> Floats:
    """The shape within the quarter that the peers share, shape (T + 1, season); 1 where steps are no months."""
    shapes = np.ones((shared.shape[1] + 1, season))
    if season != 12:
        return shapes
    ratios, known = _ratios(shared, _QUARTER)[0], np.zeros((2, _QUARTER))
    for origin in range(shapes.shape[0]):
        step = origin - _QUARTER // 2 - 1
        if step >= 0 and np.isfinite(ratios[step]):
            known[:, step % _QUARTER] += (1.0, ratios[step])
        shapes[origin] = np.tile(1.0 + known[1] / (known[0] + 1.0), season // _QUARTER)
    return shapes


def _together(totals: Floats) -> Floats:
    """The mean of all peers a step, each through what it was on average before, shape (1, T)."""
    here = np.isfinite(totals)
    counts = np.maximum(np.cumsum(here, axis=1), 1)
    usual = np.cumsum(np.where(here, np.abs(totals), 0.0), axis=1) / counts
    scaled = np.where(here & (usual > 0), totals / np.where(usual > 0, usual, 1.0), 0.0)
    return np.asarray(scaled.sum(axis=0, keepdims=True) / np.maximum(here.sum(axis=0), 1)[None])
