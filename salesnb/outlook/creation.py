"""How many deals will be created: a recent rate for each rep, a seasonal shape, and the spread of monthly counts."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from salesnb.outlook.deals import NEVER, Deals, Floats, Ints, add_up
from salesnb.outlook.weekdays import day_of_week, weekday_factors

__all__ = ["Creation", "fit_creation", "month_of_year"]

# Faster than that of the hazards: how many deals are made changes sooner than what becomes of them.
_HALF_LIFE_DAYS = 60.0
# A month of the year is believed as if it had been seen as usual in so many years more; below two years not at all.
_PRIOR_YEARS, _LEAST_MONTHS = 1.0, 24
# Growth is looked for in so many months; below a year it cannot be told from the season. Its squared error counts twice.
_GROWTH_MONTHS, _LEAST_GROWTH_MONTHS, _DOUBT = 24, 12, 2.0
_MONTH_DAYS = 365.25 / 12


@dataclass(frozen=True, kw_only=True, eq=False)
class Creation:
    """Deals created.

    Attributes
    ----------
    per_day
        (reps,): deals on an average day of the week, in a month without season.
    season
        (12,): factors of January to December, all 1 below two years of history.
    weekday
        (7,): factors of Monday to Sunday.
    growth
        A day, of everybody's rate as a logarithm, as far as it is not chance.
    dispersion
        Variance of a month's rate through its mean, squared: what a rep's monthly counts vary by beyond Poisson.
    level_sd
        Standard deviation of the logarithm of everybody's monthly count around its recent level.
    """

    per_day: Floats
    season: Floats
    weekday: Floats
    growth: float
    dispersion: float
    level_sd: float

    def on(self, days: Ints) -> Floats:
        """(days,): the factors of month and day of the week on calendar days."""
        return np.asarray(self.season[month_of_year(days)] * self.weekday[day_of_week(days)])


def month_of_year(days: Ints) -> Ints:
    """(days,): 0 for January to 11 for December.

    Examples
    --------
    >>> month_of_year(np.array([date(2026, 3, 31).toordinal(), date(2026, 4, 1).toordinal()])).tolist()
    [2, 3]
    """
    return _month_number(days) % 12


def _month_number(days: Ints) -> Ints:
    since_1970 = days - date(1970, 1, 1).toordinal()
    return np.asarray(since_1970.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64))


def fit_creation(deals: Deals, as_of: int, *, half_life_days: float = _HALF_LIFE_DAYS) -> Creation:
    """Estimate from the deals created from the first closed day of the data on, up to the end of the day ``as_of``.

    Deals created before are known only if they closed later, so that their number is too low. The rate of a rep is
    sum_d w_d n_d / sum_d w_d f_d with w_d = 0.5^(days ago / half-life) and f_d the factors of month, day of the week and
    growth: what was counted lies back by some months, and would be too low for a company that grows. The growth is that
    of the line through the logarithms of the whole months of up to two years, shrunk by max(0, 1 - 2 error^2 / growth^2);
    none below a year.

    Parameters
    ----------
    deals
        As known on the day ``as_of``.
    half_life_days
        A day so long ago counts half as much.
    """
    first = min(deals.first_closed, as_of)
    there = (deals.created != NEVER) & (deals.created >= first) & (deals.created <= as_of)
    created, owner = deals.created[there], deals.owner[there]
    days = np.arange(first, as_of + 1)
    weekday = weekday_factors(
        days, add_up(created - first, np.ones(len(created)), len(days)), np.ones(len(days))
    )
    week = weekday[day_of_week(days)]
    season = _season(created, days, week)
    usual = season[month_of_year(days)] * week
    weight = 0.5 ** ((as_of - days) / half_life_days)
    counted = np.bincount(owner, weights=weight[created - first], minlength=len(deals.owners))
    dispersion, level_sd = _spread(created, owner, len(deals.owners), days, usual)
    growth = _growth(created, days, usual)
    return Creation(
        # What was counted lies back by the weighted mean of its days; the rate has grown since.
        per_day=counted / float(weight @ (usual * np.exp(growth * (days - as_of)))),
        season=season,
        weekday=weekday,
        growth=growth,
        dispersion=dispersion,
        level_sd=level_sd,
    )


def _growth(created: Ints, days: Ints, usual: Floats) -> float:
    """Slope a day of the logarithm of the monthly rates, as far as it is not chance."""
    counts, lengths = (part[-_GROWTH_MONTHS:] for part in _whole_months(created, days, usual))
    if len(counts) < _LEAST_GROWTH_MONTHS or not lengths.min() > 0:
        return 0.0
    rate = np.log((counts + 0.5) / lengths)
    away = (np.arange(len(rate)) - (len(rate) - 1) / 2) * _MONTH_DAYS
    slope = float(away @ rate / (away @ away))
    left = rate - rate.mean() - slope * away
    error = float(left @ left) / (len(rate) - 2) / float(away @ away)
    return slope * max(0.0, 1.0 - _DOUBT * error / slope**2) if slope else 0.0


def _season(created: Ints, days: Ints, usual: Floats) -> Floats:
    """Each month of the year through a centred year around it, pulled to 1 while years are few."""
    counts, lengths = _whole_months(created, days, usual)
    if len(counts) < _LEAST_MONTHS:
        return np.ones(12)
    rate = counts / np.maximum(lengths, 1e-9)
    kernel = np.r_[0.5, np.ones(11), 0.5] / 12
    level = np.convolve(rate, kernel, mode="valid")
    ratio = (rate[6:-6] + 1e-9) / (level + 1e-9)
    first = int(_first_whole(days)) + 6
    place = (first + np.arange(len(ratio))) % 12
    seen = np.bincount(place, minlength=12)
    mean = np.bincount(place, weights=np.log(ratio), minlength=12) / np.maximum(seen, 1)
    factor = np.exp(mean * seen / (seen + _PRIOR_YEARS))
    return np.asarray(factor / factor.mean())


def _first_whole(days: Ints) -> int:
    """Number of the first month of which all days are there."""
    return int(_month_number(days[:1] - 1)[0]) + 1


def _whole_months(created: Ints, days: Ints, usual: Floats) -> tuple[Floats, Floats]:
    """Deals created in, and lengths in usual days of, the whole months."""
    first = _first_whole(days)
    last = int(_month_number(days[-1:] + 1)[0])
    span = max(last - first, 0)
    month, of_day = _month_number(created) - first, _month_number(days) - first
    inside, there = (month >= 0) & (month < span), (of_day >= 0) & (of_day < span)
    lengths = add_up(of_day[there], usual[there], span)
    return np.bincount(month[inside], minlength=span).astype(np.float64), lengths


def _spread(created: Ints, owner: Ints, owners: int, days: Ints, every: Floats) -> tuple[float, float]:
    """Spread of the monthly counts of reps, and of all together, beyond Poisson, against the month before (by moments)."""
    whole, usual = _whole_months(created, days, every)
    span = len(whole)
    if span < 2:
        return 0.0, 0.0
    month = _month_number(created) - _first_whole(days)
    inside = (month >= 0) & (month < span)
    by_owner = np.bincount(owner[inside] * span + month[inside], minlength=owners * span).reshape(
        owners, span
    )
    usual = np.maximum(usual, 1e-9)
    level = _beyond_poisson((whole / usual)[None, :], (1 / usual)[None, :])
    own = _beyond_poisson(by_owner / usual, np.broadcast_to(1 / usual, by_owner.shape))
    return max(own - level, 0.0), float(np.sqrt(level))


def _beyond_poisson(rate: Floats, scale: Floats) -> float:
    """Relative variance from one month to the next without that of Poisson counts; half of it belongs to each month."""
    change = rate[:, 1:] - rate[:, :-1]
    mean = (rate[:, 1:] + rate[:, :-1]) / 2
    poisson = rate[:, 1:] * scale[:, 1:] + rate[:, :-1] * scale[:, :-1]
    return float(max(((change**2 - poisson).sum()) / max(2 * (mean**2).sum(), 1e-12), 0.0))
