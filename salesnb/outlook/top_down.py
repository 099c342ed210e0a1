"""View 1: the total of a window forecast as a whole, with the spread that such forecasts had."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salesnb.errors import UnknownName, nearest
from salesnb.outlook.conformal import Spread, spread
from salesnb.outlook.distribution import PROBABILITIES, Outcome
from salesnb.outlook.panel import Panel
from salesnb.outlook.theta import forecast_totals

__all__ = ["TopDown", "top_down"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class TopDown:
    """Forecasts of the total of the next ``steps`` steps, of every series and made at every origin.

    Attributes
    ----------
    panel
        What was forecast.
    steps
        Length of the window that begins at the origin.
    forecasts
        Of its total, shape (n, T + 1), in the unit of the totals; NaN where too little was known.
    spread
        How far the total may lie from them.
    """

    panel: Panel
    steps: int
    forecasts: Floats
    spread: Spread

    def probability_at_least(self, targets: Floats) -> Floats:
        """P(total >= target) at each origin for targets of shape (n, T + 1); NaN where there is no forecast."""
        return self.spread.attained(self.forecasts, targets)

    def quantile(self, probability: float) -> Floats:
        """The total that is not passed with this probability (above 0, below 1), shape (n, T + 1)."""
        return self.spread.totals(self.forecasts, probability)

    def outcome(self, name: str, *, origin: int = -1) -> Outcome | None:
        """The distribution of the total of one series; None where there is no forecast.

        Parameters
        ----------
        name
            The series' id.
        origin
            How many steps of the calendar were known; all of them when left out.

        Raises
        ------
        UnknownName
            When the panel has no such series.
        """
        if name not in self.panel.ids:
            raise UnknownName(f"There is no series {name}.", hint=nearest(name, self.panel.ids))
        place = (self.panel.ids.index(name), origin)
        if not np.isfinite(self.forecasts[place]) or not self.spread.size[place] > 0:
            return None
        totals = self.spread.at(*place).totals(self.forecasts[place], PROBABILITIES)
        return Outcome(quantiles=np.maximum.accumulate(totals))


def top_down(panel: Panel, steps: int, *, forecasts: Floats | None = None) -> TopDown:
    """Forecast the total of the next ``steps`` steps of each series, at each origin as if it were today.

    Nothing that lies behind an origin has a part in what is said there.

    Parameters
    ----------
    panel
        The series and their peers.
    steps
        Length of the window, in steps of the panel.
    forecasts
        Point forecasts to use instead, shape (n, T + 1): for the nodes of a tree the sums of those of their parts, so that
        the tree adds up; their spread is still that of the node's own total, with whatever its parts share.
    """
    points = forecast_totals(panel, steps) if forecasts is None else forecasts
    return TopDown(panel=panel, steps=steps, forecasts=points, spread=spread(panel, points, steps))
