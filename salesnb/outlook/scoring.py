"""How good probabilities and ranges were, once it is known what happened."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = [
    "Tenth",
    "base_rates",
    "brier_score",
    "calibration_error",
    "coverage",
    "mean_scaled_error",
    "reliability",
]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]

_TENTHS = 10


@dataclass(frozen=True, kw_only=True)
class Tenth:
    """The predictions of one tenth, from ``start`` (0, 0.1, …, 0.9) to just under the next; the last holds 1 too.

    Attributes
    ----------
    count
        How many there are.
    predicted, happened
        Their mean probability, and the share of them that came true; None where there are none.
    """

    start: float
    count: int
    predicted: float | None
    happened: float | None


def brier_score(probabilities: Floats, hits: Flags) -> float | None:
    """Mean squared difference between probability and what happened (0 best, 0.25 for always one half); None of none.

    References
    ----------
    G. W. Brier, Verification of forecasts expressed in terms of probability, Monthly Weather Review 78 (1950) 1-3.

    Examples
    --------
    >>> round(brier_score(np.array([0.9, 0.2]), np.array([True, False])), 3)
    0.025
    """
    return _mean((probabilities - hits) ** 2)


def base_rates(hits: Flags, origins: Integers, resolved: Integers) -> Floats:
    """What one would say who knows nothing but how often it came true before: the share of hits known at each origin.

    Parameters
    ----------
    hits
        Of the predictions of one panel and one multiple, shape (m,).
    origins, resolved
        The steps at which each was made, and at which it was known what happened.

    Returns
    -------
    Shape (m,); one half where nothing was known yet.

    Examples
    --------
    >>> base_rates(np.array([True, False, True]), np.array([0, 1, 2]), np.array([1, 2, 3])).tolist()
    [0.5, 1.0, 0.5]
    """
    order = np.argsort(resolved, kind="stable")
    known = np.searchsorted(resolved[order], origins, side="right")
    summed = np.concatenate([[0.0], np.cumsum(hits[order])])[known]
    return np.where(known > 0, summed / np.maximum(known, 1), 0.5)


def reliability(probabilities: Floats, hits: Flags) -> tuple[Tenth, ...]:
    """What was predicted beside what happened, a line for each tenth of probability, with the count."""
    places = np.minimum((probabilities * _TENTHS).astype(np.int64), _TENTHS - 1)
    lines = []
    for number in range(_TENTHS):
        here = places == number
        lines.append(
            Tenth(
                start=number / _TENTHS,
                count=int(here.sum()),
                predicted=_mean(probabilities[here]),
                happened=_mean(hits[here].astype(np.float64)),
            )
        )
    return tuple(lines)


def calibration_error(probabilities: Floats, hits: Flags) -> float | None:
    """Mean distance between predicted and happened over the tenths, weighted by their counts (ECE, 0..1)."""
    lines = [line for line in reliability(probabilities, hits) if line.count]
    if not lines:
        return None
    apart = (line.count * abs((line.predicted or 0.0) - (line.happened or 0.0)) for line in lines)
    return sum(apart) / len(probabilities)


def coverage(totals: Floats, low: Floats, high: Floats) -> float | None:
    """Share of totals within their ranges, ends included (0..1); None of none."""
    return _mean(((totals >= low) & (totals <= high)).astype(np.float64))


def mean_scaled_error(totals: Floats, forecasts: Floats, scales: Floats) -> float | None:
    """MASE: mean of the absolute miss through its scale, over those that have a forecast and a scale above zero.

    Parameters
    ----------
    totals, forecasts
        Of windows, shape (m,).
    scales
        The mean absolute error that the naive forecast had made for the series until the origin.

    References
    ----------
    R. J. Hyndman and A. B. Koehler, Another look at measures of forecast accuracy, International Journal of Forecasting
    22 (2006) 679-688.
    """
    usable = np.isfinite(totals) & np.isfinite(forecasts) & (scales > 0)
    return _mean(np.abs(totals[usable] - forecasts[usable]) / scales[usable])


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if values.size else None
