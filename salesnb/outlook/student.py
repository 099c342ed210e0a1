"""Student's t distribution for whole arrays at once, in numpy alone."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

__all__ = ["t_cdf", "t_quantile"]

Floats = npt.NDArray[np.float64]

_CELLS = 4000
# Beyond, it is the normal distribution to three digits.
_MOST = 200.0


def t_cdf(values: npt.ArrayLike, freedom: npt.ArrayLike) -> Floats:
    """P(t <= value) at given degrees of freedom, of 1 or more (rounded: to a tenth up to 10, a half up to 30, then to 5, at most 200).

    With t = sqrt(f) tan(a) the density becomes proportional to cos(a)^(f-1) on (-pi/2, pi/2), which is bounded and
    is integrated by Simpson's rule over 4,000 cells.

    Parameters
    ----------
    values, freedom
        Of shapes that broadcast.

    Examples
    --------
    >>> float(np.round(t_cdf(2.228, 10), 4)), float(np.round(t_cdf(1.0, 1), 4))
    (0.975, 0.75)
    """
    at, degrees = np.broadcast_arrays(np.asarray(values, dtype=np.float64), _rounded(freedom))
    angles = np.arctan(at / np.sqrt(degrees))
    found = np.empty(at.shape)
    for degree in np.unique(degrees):
        same = degrees == degree
        grid, below = _table(float(degree))
        found[same] = np.interp(angles[same], grid, below)
    return found


def t_quantile(probabilities: npt.ArrayLike, freedom: npt.ArrayLike) -> Floats:
    """The value below which t lies with a probability strictly between 0 and 1; see ``t_cdf``.

    Examples
    --------
    >>> float(np.round(t_quantile(0.975, 10), 3))
    2.228
    """
    at, degrees = np.broadcast_arrays(np.asarray(probabilities, dtype=np.float64), _rounded(freedom))
    found = np.empty(at.shape)
    for degree in np.unique(degrees):
        same = degrees == degree
        grid, below = _table(float(degree))
        found[same] = np.sqrt(degree) * np.tan(np.interp(at[same], below, grid))
    return found


def _rounded(freedom: npt.ArrayLike) -> Floats:
    """Degrees of freedom to a tenth up to 10, a half up to 30, then to 5, at most 200: many series share one table."""
    degrees = np.clip(np.asarray(freedom, dtype=np.float64), 1.0, _MOST)
    steps = np.where(degrees <= 10, 0.1, np.where(degrees <= 30, 0.5, 5.0))
    return np.asarray(np.round(degrees / steps) * steps)


@lru_cache(maxsize=256)
def _table(degree: float) -> tuple[Floats, Floats]:
    """Angles, and the probability below each; there are fewer than 200 degrees, and forecasts ask for each again."""
    grid = np.linspace(-np.pi / 2, np.pi / 2, _CELLS + 1)
    middles = (grid[:-1] + grid[1:]) / 2
    density, between = _density(grid, degree), _density(middles, degree)
    cells = density[:-1] + 4 * between + density[1:]
    below = np.concatenate([[0.0], np.cumsum(cells)])
    below /= below[-1]
    for shared in (grid, below):
        shared.flags.writeable = False
    return grid, below


def _density(angles: Floats, degree: float) -> Floats:
    return np.asarray(np.maximum(np.cos(angles), 0.0) ** (degree - 1))
