"""View 1 for windows that begin some steps from now, such as the next year's."""

import numpy as np

from salesnb.outlook.panel import Panel, later
from salesnb.outlook.theta import forecast_steps
from salesnb.outlook.top_down import TopDown, top_down

__all__ = ["top_down_ahead"]


def top_down_ahead(panel: Panel, steps: int, *, lead: int = 0) -> TopDown:
    """Forecast the total of ``steps`` steps that begin ``lead`` steps from now.

    The spread is that of forecasts made as long before: at each origin what stands is what was said ``lead`` steps
    earlier of the window that begins there. At the last origin stands what is said now, of the window to come.

    Parameters
    ----------
    panel
        The series and their peers.
    steps, lead
        Length of the window, and how far away it begins, in steps of the panel.

    Returns
    -------
    TopDown
        Of use at its last origin.
    """
    if not lead:
        return top_down(panel, steps)
    ahead = np.asarray(forecast_steps(panel, lead + steps)[:, :, lead:].sum(axis=2))
    made = later(ahead, lead)
    made[:, -1] = ahead[:, -1]
    return top_down(panel, steps, forecasts=made)
