"""Hazards of winning and of losing by a deal's age, as competing risks, in which recent history weighs more."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from salesnb.outlook.deals import NEVER, Deals, Flags, Floats, Ints
from salesnb.outlook.weekdays import EVEN, day_of_week, weekday_factors

__all__ = [
    "HALF_LIFE_DAYS",
    "Exposure",
    "Hazards",
    "exposure",
    "fit_hazards",
    "month_of_quarter",
    "win_shares",
]

HALF_LIFE_DAYS = 120.0
# Where few deals were ever that old, the daily hazards lean on those of all ages as if so many more had been there.
_PRIOR_DEALS = 2.0
# Until history tells: how much months differ by their place in the quarter, and how much otherwise, as logarithms.
_PRIOR_SD, _PRIOR_FREEDOM = 0.15, 3.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Exposure:
    """What was at risk, won and lost on each calendar day at each age.

    Attributes
    ----------
    first, last
        The calendar days, both included.
    at_risk, won, lost
        (days, ages): deals of an age that were open as the day began, and those won and lost on it. A deal is of age
        0 on the day of its creation.
    """

    first: int
    last: int
    at_risk: Floats
    won: Floats
    lost: Floats

    def weights(self, half_life_days: float) -> Floats:
        """(days,): 1 on the last day, a half so many days before."""
        return np.asarray(0.5 ** ((self.last - np.arange(self.first, self.last + 1)) / half_life_days))


@dataclass(frozen=True, kw_only=True, eq=False)
class Hazards:
    """Probabilities of being won and of being lost on a day at an age, of a deal that was open until then.

    Attributes
    ----------
    won, lost
        (ages,): from age 0 on, in a month and on a day of the week without factors; beyond the last age nothing closes
        any more.
    season
        Factors on the hazard of winning in the first, second and third month of a quarter.
    quarter_start
        The first month (1..12) of any quarter.
    weekday
        (7,): factors on both hazards on Mondays to Sundays.
    """

    won: Floats
    lost: Floats
    season: tuple[float, float, float]
    quarter_start: int = 1
    weekday: Floats = field(default_factory=lambda: EVEN)

    def season_of(self, days: Ints) -> Floats:
        """(days,): the factors of the months on calendar days."""
        return np.array(self.season)[month_of_quarter(days, self.quarter_start)]

    def weekday_of(self, days: Ints) -> Floats:
        """(days,): the factors of the days of the week on calendar days."""
        return self.weekday[day_of_week(days)]


def exposure(deals: Deals, as_of: int) -> Exposure:
    """Count deals at risk, won and lost by calendar day and age, up to the end of the day ``as_of``.

    What closed before the first closed deal of the data is not in them, so deals that are older count from that day
    on (left truncation); open deals count to ``as_of`` (censoring). Deals without a created date have no age and are
    left out; closed before created counts as age 0.

    Parameters
    ----------
    deals
        As known on the day ``as_of``.
    """
    first = min(deals.first_closed, as_of)
    aged = deals.keep(deals.created != NEVER)
    closed = aged.closed <= as_of
    created = np.minimum(aged.created, aged.closed)
    age = np.minimum(aged.closed, as_of) - created
    ages = int(age[closed].max(initial=0)) + 1
    shape = (as_of - first + 1, ages)
    day = created - first + age
    return Exposure(
        first=first,
        last=as_of,
        at_risk=_at_risk(created - first, np.minimum(age, ages - 1), shape),
        won=_counted(day, age, aged.won & closed, shape),
        lost=_counted(day, age, ~aged.won & closed, shape),
    )


def _counted(day: Ints, age: Ints, wanted: Flags, shape: tuple[int, int]) -> Floats:
    """Count deals by calendar day and age."""
    place = day[wanted] * shape[1] + age[wanted]
    return np.bincount(place, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)


def _at_risk(created: Ints, age: Ints, shape: tuple[int, int]) -> Floats:
    """Count the deals at each age up to their last one, on the calendar day of that age."""
    days, ages = shape
    # Deals older than every age that counts are at risk at none of the days.
    recent = created + ages > 0
    row = created[recent] + ages - 1
    last = np.bincount(row * ages + age[recent], minlength=(days + ages - 1) * ages)
    reached = last.reshape(-1, ages)[:, ::-1].cumsum(axis=1)[:, ::-1]
    # Row r of ``reached`` was created on day r - (ages - 1); at age a its calendar day is that plus a.
    place = np.arange(days)[:, None] + ages - 1 - np.arange(ages)[None, :]
    return np.asarray(reached[place, np.arange(ages)[None, :]], dtype=np.float64)


def fit_hazards(
    seen: Exposure,
    *,
    half_life_days: float = HALF_LIFE_DAYS,
    prior_deals: float = _PRIOR_DEALS,
    quarter_start: int = 1,
) -> Hazards:
    """Estimate the hazards: h(a) = sum_d w_d events(d, a) / sum_d w_d f_d at_risk(d, a), with w_d = 0.5^(days ago / half-life).

    f_d are the factors of the day of the week and, of winning, of the month of the quarter: without them the days just
    gone, which weigh most, would make the hazards those of a strong or a weak month.

    Parameters
    ----------
    seen
        What was at risk and what ended.
    half_life_days
        What happened so many days before the last one counts half as much.
    prior_deals
        Added to those at risk at each age, with the hazards of all ages together.
    quarter_start
        The first month of a fiscal quarter.

    References
    ----------
    Prentice et al. (1978), The analysis of failure times in the presence of competing risks, Biometrics 34: the
    cause-specific hazard; its estimate by events through those at risk is Nelson's and Aalen's.
    """
    weight, days = seen.weights(half_life_days), np.arange(seen.first, seen.last + 1)
    ended = seen.won + seen.lost
    plain = _by_age(seen, ended, weight, weight, prior_deals)
    weekday = weekday_factors(days, ended.sum(axis=1), seen.at_risk @ plain)
    week = weekday[day_of_week(days)]
    usual = _by_age(seen, seen.won, weight, weight * week, prior_deals)
    season = _season(seen, week * (seen.at_risk @ usual), quarter_start)
    month = np.array(season)[month_of_quarter(days, quarter_start)]
    return Hazards(
        won=_by_age(seen, seen.won, weight, weight * week * month, prior_deals),
        lost=_by_age(seen, seen.lost, weight, weight * week, prior_deals),
        season=season,
        quarter_start=quarter_start,
        weekday=weekday,
    )


def _by_age(seen: Exposure, ended: Floats, weight: Floats, risk: Floats, prior_deals: float) -> Floats:
    """(ages,): weighted ends through those weighted at risk, pulled to that of all ages together."""
    ends, at_risk = weight @ ended, risk @ seen.at_risk
    every = ends.sum() / max(float(at_risk.sum()), 1.0)
    return np.asarray((ends + prior_deals * every) / np.maximum(at_risk + prior_deals, 1e-12))


def _season(seen: Exposure, usual: Floats, quarter_start: int) -> tuple[float, float, float]:
    """Wins of each month through those that ages and weekdays alone would give, by month of the quarter (log scale).

    An average of n months is pulled to 1 by n / (n + within / between): how much months of the same place differ,
    and how much the places do.
    """
    days = np.arange(seen.first, seen.last + 1)
    month = _month_number(days) - _month_number(days[:1])
    won = np.bincount(month, weights=seen.won.sum(axis=1))
    expected = np.bincount(month, weights=usual)
    trend = np.log((won + 1) / (expected + 1))
    share = np.bincount(month) / (365.25 / 12)
    share = share * 0.5 ** ((len(share) - 1 - np.arange(len(share))) / 24)
    place = month_of_quarter(days, quarter_start)[np.searchsorted(month, np.arange(len(share)))]
    trend = trend - (share * trend).sum() / share.sum()
    months = np.bincount(place, weights=share, minlength=3)
    mean = np.bincount(place, weights=share * trend, minlength=3) / np.maximum(months, 1e-9)
    within = _with_prior(float((share * (trend - mean[place]) ** 2).sum()), float(share.sum()) - 3)
    between = _with_prior(float((mean**2)[months > 0].sum()), int((months > 0).sum()) - 1)
    first, second, third = np.exp(mean * months / (months + within / between)).tolist()
    return first, second, third


def _with_prior(squares: float, freedom: float) -> float:
    freedom = max(freedom, 0.0)
    return (squares + _PRIOR_FREEDOM * _PRIOR_SD**2) / (freedom + _PRIOR_FREEDOM)


def month_of_quarter(days: Ints, quarter_start: int = 1) -> Ints:
    """(days,): 0, 1 or 2, the place of each day's month in its quarter."""
    return (_month_number(days) - (quarter_start - 1)) % 3


def _month_number(days: Ints) -> Ints:
    since_1970 = days - date(1970, 1, 1).toordinal()
    return np.asarray(since_1970.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64))


def win_shares(hazards: Hazards, ages: Ints, days: Ints) -> Floats:
    """Probability that a deal of an age is won on one of the coming days.

    P = sum_j h_won(a + j) s_j prod_{i < j} (1 - h_won(a + i) s_i - h_lost(a + i) v_i), over the days j; v are the factors
    of the day of the week, s those times the factors of the month.

    Parameters
    ----------
    ages
        (n,): the age on the first of the days; negative for a deal that is created so many days later.
    days
        (m,): calendar days in a row.

    Returns
    -------
    Floats
        (n, m): the probability of being won by the end of each of the days.
    """
    age = ages[:, None] + np.arange(len(days))[None, :]
    inside = (age >= 0) & (age < len(hazards.won))
    age = np.where(inside, age, 0)
    week = hazards.weekday_of(days)
    lost = np.minimum(np.where(inside, hazards.lost[age] * week, 0.0), 1.0)
    won = np.where(inside, hazards.won[age] * (week * hazards.season_of(days)), 0.0)
    won = np.minimum(won, 1.0 - lost)
    still_open = np.cumprod(1.0 - won - lost, axis=1)
    before = np.concatenate([np.ones((len(ages), 1)), still_open[:, :-1]], axis=1)
    return np.cumsum(before * won, axis=1)
