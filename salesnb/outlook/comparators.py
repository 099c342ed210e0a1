"""What a forecast must beat: the same window a year before, and the run rate."""

import numpy as np
import numpy.typing as npt

from salesnb.outlook.panel import Panel, later

__all__ = ["run_rate", "seasonal_naive"]

Floats = npt.NDArray[np.float64]


def seasonal_naive(panel: Panel, steps: int) -> Floats:
    """The total of the same ``steps`` steps a year before each window (of whole years: as long before as it takes).

    Returns
    -------
    Shape (n, T + 1), by the origin of the window; NaN where that is not in the panel.
    """
    lag = panel.season * -(-steps // panel.season)
    return later(panel.window_totals(steps), lag)


def run_rate(panel: Panel, steps: int, *, over: int = 3) -> Floats:
    """The mean total a step of the last ``over`` steps before each origin, times ``steps``; shape (n, T + 1)."""
    return np.asarray(panel.past_totals(over) / over * steps)
