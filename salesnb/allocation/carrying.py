"""Curves of an average period, carried on into periods of a plan: by season, and by half of the trend.

Trends that go on at their full slope overshoot on average, so that half of it is taken (Gardner and McKenzie 1985,
*Forecasting Trends in Time Series*, Management Science 31).
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from salesnb.allocation.curves import Curve
from salesnb.allocation.fitting import Fit
from salesnb.allocation.forms import Floats
from salesnb.errors import BadInput

__all__ = ["carried", "curves_over"]

_DAMPED = 0.5


def carried(fitted: Fit, ahead: Sequence[int], *, trend: float = 1.0) -> Floats:
    """Give what season and trend make of curves of an average period of the last season, as factors (d, s, k).

    Parameters
    ----------
    ahead
        Periods (k,) after the last one of the history, which is 0; those before it are below.
    trend
        Which share of its slope the trend goes on with.
    """
    history, chain = fitted.history, fitted.chain
    draws = len(next(iter(fitted.fitted.values())).draws)
    factors = np.ones((draws, len(history.segments), len(ahead)))
    if chain is None:
        return factors
    steps = np.array(ahead)
    season = chain.season[:, (history.effort.shape[1] - 1 + steps) % chain.season.shape[1]]
    factors *= np.exp(season - np.log(np.exp(chain.season).mean(axis=1, keepdims=True)))[:, None, :]
    step = history.years[-1] - history.years[-2] if len(history.years) > 1 else 0.0
    slowed = step * np.where(steps > 0, trend * steps, steps)
    for column, row in enumerate(fitted.with_history):
        level, slope = chain.level[:, column, None], chain.trend[:, column, None]
        past = np.exp(level + slope * history.years + chain.shared)[:, -history.window :].mean(axis=1)
        factors[:, row] = np.exp(level + slope * slowed + season) / past[:, None]
    return factors


def curves_over(
    fitted: Fit, ahead: Sequence[int], *, trend: float = _DAMPED, stock: bool = False
) -> tuple[dict[str, tuple[Curve, ...]], dict[str, tuple[float, ...]]]:
    """Give each segment's draws for several periods together, and the share of its sales that each of them has.

    Amounts are for all the periods, spent evenly.

    Parameters
    ----------
    ahead, trend
        As in `carried`.
    stock
        Whether amounts are there in every period, as heads are, instead of being used up.

    Raises
    ------
    BadInput
        When there is no period.
    """
    if not ahead:
        raise BadInput("Curves are asked for over no period.", hint="Name at least one.")
    factors = carried(fitted, ahead, trend=trend)
    wider = 1 if stock else len(ahead)
    curves, shares = {}, {}
    for row, (name, one) in enumerate(fitted.fitted.items()):
        curves[name] = tuple(
            replace(curve, height=curve.height * whole, base=curve.base * whole, scale=curve.scale * wider)
            for curve, whole in zip(one.draws, factors[:, row].sum(axis=1).tolist(), strict=True)
        )
        mean = factors[:, row].mean(axis=0)
        shares[name] = tuple((mean / mean.sum()).tolist())
    return curves, shares
