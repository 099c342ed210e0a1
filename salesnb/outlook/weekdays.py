"""On which days of the week things happen, as far as that is not chance."""

import numpy as np

from salesnb.outlook.deals import Floats, Ints

__all__ = ["EVEN", "day_of_week", "weekday_factors"]

# As for a chi-squared test: counts are nearly normal from five expected on.
_LEAST_EVENTS = 5.0
EVEN: Floats = np.ones(7)
EVEN.setflags(write=False)


def day_of_week(days: Ints) -> Ints:
    """(days,): 0 for Monday to 6 for Sunday, of days numbered as :func:`salesnb.outlook.deals.day_number` does.

    Examples
    --------
    >>> from datetime import date
    >>> day_of_week(np.array([date(2026, 9, 11).toordinal()])).tolist()
    [4]
    """
    return np.asarray((days + 6) % 7)


def weekday_factors(days: Ints, happened: Floats, expected: Floats) -> Floats:
    """(7,): how much more often than expected something happens on Mondays to Sundays; their mean is 1.

    The ratios of sums less 1, times the share of the variance between them that is not noise of Poisson counts: max(0,
    1 − 4/6 · noise / variance), the positive-part estimate of James and Stein. Where all days are alike, or fewer than five
    events are expected on one of them, that is 1 throughout.

    Parameters
    ----------
    days
        (days,): calendar days.
    happened, expected
        (days,): events on each of them, and those expected if days of the week did not matter, up to a factor.

    Examples
    --------
    >>> days = np.arange(700)
    >>> weekday_factors(days, np.where(day_of_week(days) < 5, 700.0, 0.0), np.ones(700)).round(2).tolist()
    [1.4, 1.4, 1.4, 1.4, 1.4, 0.0, 0.0]
    """
    place = day_of_week(days)
    events = np.bincount(place, weights=happened, minlength=7)
    usual = np.bincount(place, weights=expected, minlength=7)
    usual = usual * (events.sum() / max(float(usual.sum()), 1e-12))
    if usual.min() < _LEAST_EVENTS:
        return EVEN
    ratios = events / usual
    away = ratios / ratios.mean() - 1
    between = float((away**2).sum()) / 6
    believed = max(0.0, 1 - 4 / 6 * float((1 / usual).mean()) / between) if between > 0 else 0.0
    return np.asarray(1 + believed * away)
