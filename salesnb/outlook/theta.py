"""Point forecasts of every series at every origin: Theta, or a run rate where history is short."""

import numpy as np
import numpy.typing as npt

from salesnb.outlook.panel import Panel
from salesnb.outlook.season import season_factors

__all__ = ["LEAST_KNOWN", "forecast_steps", "forecast_totals"]

Floats = npt.NDArray[np.float64]

# Fewer known totals than this say nothing.
LEAST_KNOWN = 2
_LOOK_BACK_YEARS = 10
_SMOOTHING: Floats = np.array([0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
_HALF = 0.5
# A trend loses 3 per cent of itself a month, or as much as that is a step.
_DAMPING_A_YEAR = 0.97**12
_LEAST_SHARE = 0.1
# A slope is shrunk by so many of its squared errors.
_DOUBT = 2.0
_TINY = 1e-300
_CELLS = 2_000_000


def forecast_totals(panel: Panel, steps: int) -> Floats:
    """Forecast of the total of the next ``steps`` steps at each origin, shape (n, T + 1); NaN as ``forecast_steps``."""
    return np.asarray(forecast_steps(panel, steps).sum(axis=2))


def forecast_steps(panel: Panel, steps: int) -> Floats:
    """Forecast of each of the next ``steps`` steps, made at each origin from what was known there.

    Totals of the last ten years are divided by their seasonal factors (``season_factors``). With a year or more, Theta:
    simple exponential smoothing, over ten parameters a that weigh by how well each did one step ahead (as Akaike weights,
    squared errors to the power −n/2) and from the mean of the first year on, plus half the slope b of the straight line through the totals, which is shrunk by
    max(0, 1 − 2 · its error² / b²)::

        level + b/2 · ((1 − (1 − a)^n) / a + d + d² + … + d^(h−1))

    for step h of a series of n totals, d damping the slope. From one year to two, the mean of that and of the same step a
    year before. With less than a year: the mean of what is known. A series that never fell below zero is not forecast
    below a tenth of its level.

    Returns
    -------
    Shape (n, T + 1, steps), in the unit of the totals; NaN where fewer than two totals are known or the series has
    ended.

    References
    ----------
    R. J. Hyndman and B. Billah, Unmasking the Theta method, International Journal of Forecasting 19 (2003) 287-290.
    """
    factors = season_factors(panel)
    back = max(min(_LOOK_BACK_YEARS * panel.season, panel.totals.shape[1]), panel.season)
    size = max(1, _CELLS // (factors.shape[1] * back))
    blocks = [slice(start, start + size) for start in range(0, len(panel.ids), size)]
    return np.concatenate([_block(panel, factors, block, back, steps) for block in blocks])


def _block(panel: Panel, factors: Floats, block: slice, back: int, steps: int) -> Floats:
    """Forecast some of the series."""
    totals, known, held = panel.totals[block], panel.known[block], factors[block]
    forecasts = np.full((*known.shape, steps), np.nan)
    live = known >= LEAST_KNOWN
    padded = np.concatenate([np.full((totals.shape[0], back), np.nan), totals], axis=1)
    # Whatever a series has after an origin is not in the window that ends there.
    windows = np.lib.stride_tricks.sliding_window_view(padded, back, axis=1)[live]
    origins = np.broadcast_to(np.arange(known.shape[1]), known.shape)[live][:, None]
    factor, season = held[live], panel.season
    plain = windows / np.take_along_axis(factor, (origins - back + np.arange(back)) % season, axis=1)
    never_below = np.fmin.accumulate(np.where(np.isnan(totals), np.inf, totals), axis=1) >= 0
    floored = np.concatenate([np.ones((totals.shape[0], 1), dtype=bool), never_below], axis=1)[live]
    ahead = _ahead(plain, panel.season, steps, floored)
    ahead *= np.take_along_axis(factor, (origins + np.arange(steps)) % season, axis=1)
    # With one year and not two, nobody can tell season from chance: half of what that year was like is believed.
    one_year = (known[live] >= season) & (known[live] < 2 * season)
    year_before = windows[one_year][:, back - season + np.arange(steps) % season]
    ahead[one_year] = (ahead[one_year] + year_before) / 2.0
    forecasts[live] = ahead
    return forecasts


def _ahead(plain: Floats, season: int, steps: int, floored: npt.NDArray[np.bool_]) -> Floats:
    """Forecasts without season from windows without season, shape (windows, steps); NaN pads windows on the left."""
    here = np.isfinite(plain)
    filled, counts = np.where(here, plain, 0.0), here.sum(axis=1)
    level, caught_up = _smoothed(filled, here, counts, season)
    damping = _DAMPING_A_YEAR ** (1.0 / season)
    damped = np.cumsum(np.concatenate([[0.0], damping ** np.arange(1, steps)]))
    drift = _HALF * _slopes(filled, here)[:, None] * (caught_up[:, None] + damped)
    theta = level[:, None] + drift
    theta = np.where(floored[:, None], np.maximum(theta, _LEAST_SHARE * level[:, None]), theta)
    run_rate = filled.sum(axis=1) / counts
    return np.asarray(np.where((counts < season)[:, None], run_rate[:, None], theta))


def _smoothed(
    filled: Floats, here: npt.NDArray[np.bool_], counts: npt.NDArray[np.int64], season: int
) -> tuple[Floats, Floats]:
    """The last level of simple exponential smoothing and how many steps it lags behind, means over the parameters tried."""
    first_year = here & (np.cumsum(here, axis=1) <= season)
    start = (filled * first_year).sum(axis=1) / first_year.sum(axis=1)
    levels = np.repeat(start[:, None], _SMOOTHING.size, axis=1)
    squares = np.zeros_like(levels)
    for column in range(filled.shape[1]):
        # Before a window begins the level stands at the mean of its first year, and nothing is missed.
        missed = np.where(here[:, column, None], filled[:, column, None] - levels, 0.0)
        squares += missed**2
        levels += _SMOOTHING * missed
    least = np.maximum(squares.min(axis=1, keepdims=True), _TINY)
    odds = (least / np.maximum(squares, least)) ** (counts[:, None] / 2.0)
    odds /= odds.sum(axis=1, keepdims=True)
    behind = (1.0 - (1.0 - _SMOOTHING) ** counts[:, None]) / _SMOOTHING
    return (odds * levels).sum(axis=1), (odds * behind).sum(axis=1)


def _slopes(filled: Floats, here: npt.NDArray[np.bool_]) -> Floats:
    """The slope a step of the least-squares line through each window, as far as it is not chance."""
    steps, counts = np.arange(filled.shape[1]), here.sum(axis=1)
    centred = np.where(here, steps - ((here * steps).sum(axis=1) / counts)[:, None], 0.0)
    across = np.maximum((centred**2).sum(axis=1), _TINY)
    slopes = (centred * filled).sum(axis=1) / across
    means = filled.sum(axis=1) / counts
    left = np.where(here, filled - means[:, None] - slopes[:, None] * centred, 0.0)
    error = (left**2).sum(axis=1) / np.maximum(counts - 2, 1) / across
    sure = np.maximum(slopes**2 - _DOUBT * error, 0.0)
    return np.asarray(np.divide(sure, slopes, out=np.zeros_like(slopes), where=sure > 0))
