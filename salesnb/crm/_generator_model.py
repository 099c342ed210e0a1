"""How opportunities arise and end: rates by day, cycles, seasons; everything here is known truth."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from salesnb.crm._generator_company import RAMP_DAYS, Company, Rep
from salesnb.crm._generator_effort import Effort
from salesnb.crm.calibration import CALIBRATION

__all__ = ["CREATED_SEASON", "PRODUCT_TREND", "Model", "build_model"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# New opportunities by calendar month; wins follow two months later: the last quarter is the best.
CREATED_SEASON = (0.96, 1.0, 1.04, 1.0, 1.0, 1.0, 0.9, 0.88, 1.07, 1.14, 1.1, 0.91)
# Growth a year of a product's share, as an exponent, in the order of the calibration: the sixth fades.
PRODUCT_TREND = (0.0, 0.05, 0.05, 0.28, 0.0, -0.55, 0.0)
_WEEKDAY = (1.05, 1.1, 1.1, 1.05, 0.9, 0.06, 0.04)
_RECENT_FLOW_DAYS = 213
_RECENT_ODDS_DAYS = 243
_EASE_DAYS = 45
_FIRST_PACE = 0.25
# A little less than calibrated, so that the share of all open ones is not far off either.
_LONG_DEAD_SHARE = CALIBRATION.long_dead_share - 0.008


@dataclass(frozen=True, kw_only=True)
class Model:
    """Rates from which rows are drawn. Days count from ``origin``, the first on which anything was created.

    Attributes
    ----------
    origin, first_day, last_day
        The first of the days; the first on which anything closes; the last that the sample knows.
    flow
        (days, reps): opportunities created, up to a factor.
    product_mix
        (months, products): shares that add up to 1.
    win_odds
        (months, reps, products): probability of winning, given that it closes at all.
    stall
        Probability of never closing.
    won_ends, lost_ends
        (days, cycles): probability of closing 1, 2, … days after being created on a day, given how it ends.
    won_seen, lost_seen
        (days,): probability that such a close does not lie before ``first_day``.
    close_season
        Pull on wins of the first, second and third month of a quarter that gives the calibrated shares.
    month
        (days,): whole months since the origin's month.
    """

    origin: date
    first_day: date
    last_day: date
    flow: Floats
    product_mix: Floats
    win_odds: Floats
    stall: float
    won_ends: Floats
    lost_ends: Floats
    won_seen: Floats
    lost_seen: Floats
    close_season: tuple[float, float, float]
    month: Ints

    @property
    def days(self) -> int:
        """Number of days."""
        return len(self.flow)


def build_model(company: Company, effort: Effort, origin: date, last_day: date) -> Model:
    """Compose growth, seasons, people, stories and effort into rates."""
    longest = CALIBRATION.longest_cycle_days
    calendar = _Calendar.of(origin, (last_day - origin).days + 1 + longest)
    days = (last_day - origin).days + 1
    flow = _flow(company, effort, calendar, last_day, days)
    won, lost = _cycle(CALIBRATION.won_cycle_days, with_hump=True), _cycle(CALIBRATION.lost_cycle_days)
    season = _solve_close_season(flow.sum(axis=1), won, calendar)
    won_ends, won_seen = _ends(won, calendar.close_pull(season), days)
    lost_ends, lost_seen = _ends(lost, calendar.close_pull((1.0, 1.0, 1.0)), days)
    seen = CALIBRATION.win_rate * won_seen + (1 - CALIBRATION.win_rate) * lost_seen
    flow *= seen[:, None]
    mix = _product_mix(flow, calendar.month[:days])
    return Model(
        origin=origin,
        first_day=origin + timedelta(days=longest),
        last_day=last_day,
        flow=flow,
        product_mix=mix,
        win_odds=_win_odds(company, flow, mix, calendar.month[:days]),
        stall=_stall(flow.sum(axis=1)),
        won_ends=won_ends,
        lost_ends=lost_ends,
        won_seen=won_seen,
        lost_seen=lost_seen,
        close_season=season,
        month=calendar.month[:days],
    )


@dataclass(frozen=True, kw_only=True)
class _Calendar:
    """Facts about each day, beyond the last one too: what is open closes there."""

    month: Ints
    month_of_year: Ints
    weekday: Floats

    @classmethod
    def of(cls, origin: date, days: int) -> "_Calendar":
        every = np.datetime64(origin) + np.arange(days)
        months = every.astype("datetime64[M]").astype(np.int64)
        weekday = (every.astype("datetime64[D]").astype(np.int64) + 3) % 7
        return cls(month=months - months[0], month_of_year=months % 12, weekday=np.array(_WEEKDAY)[weekday])

    def close_pull(self, season: tuple[float, float, float]) -> Floats:
        return np.array(season)[self.month_of_year % 3] * self.weekday


def _flow(company: Company, effort: Effort, calendar: _Calendar, last_day: date, days: int) -> Floats:
    """Opportunities a day and rep."""
    ago = (days - 1) - np.arange(days)
    years = -ago / 365.25
    usual = np.array(CREATED_SEASON)[calendar.month_of_year[:days]] * calendar.weekday[:days]
    month = calendar.month[:days]
    by_team = [
        (1 + team.growth) ** years
        * _eased(1.0, team.recent_flow, ago, _RECENT_FLOW_DAYS)
        * effort.lift[month, place]
        for place, team in enumerate(company.teams)
    ]
    present = [_presence(rep, last_day, ago) for rep in company.reps]
    flow = np.stack(
        [by_team[rep.team] * here for rep, here in zip(company.reps, present, strict=True)], axis=1
    )
    flow *= usual[:, None]
    paces = np.array([rep.pace for rep in company.reps])
    return _keep_top_shares(flow * paces, paces)


def _presence(rep: Rep, last_day: date, ago: Ints) -> Floats:
    """0 before they come and after they go, rising in between."""
    tenure = (last_day - rep.start_on).days - ago
    gone = (last_day - rep.end_on).days >= ago if rep.end_on else np.zeros(len(ago), dtype=bool)
    ramp = np.clip(_FIRST_PACE + (1 - _FIRST_PACE) * tenure / RAMP_DAYS, _FIRST_PACE, 1.0)
    return np.where((tenure < 0) | gone, 0.0, ramp)


def _eased(before: float, after: float, ago: Ints | Floats, since: int) -> Floats:
    """Go from one level to another over some weeks."""
    share = np.clip((since - ago) / _EASE_DAYS, 0, 1)
    return before + (after - before) * share


def _keep_top_shares(flow: Floats, paces: Floats) -> Floats:
    """Scale the busiest reps until their shares of the whole are their paces, the calibrated shares."""
    top = np.argsort(-paces, kind="stable")[: len(CALIBRATION.top_rep_shares)]
    for _ in range(30):
        flow[:, top] *= paces[top] / (flow[:, top].sum(axis=0) / flow.sum())
    return flow


def _product_mix(flow: Floats, month: Ints) -> Floats:
    """Let shares drift such that their mean over all opportunities is the calibrated one."""
    weight = np.bincount(month, weights=flow.sum(axis=1))
    target = np.array([product.share for product in CALIBRATION.products])
    years = (np.arange(len(weight)) - len(weight) / 2) / 12
    drift: Floats = np.exp(np.outer(years, PRODUCT_TREND))
    base, mix = target.copy(), drift
    for _ in range(30):
        mix = base * drift
        mix /= mix.sum(axis=1, keepdims=True)
        base *= target / (weight @ mix / weight.sum())
    return mix


def _win_odds(company: Company, flow: Floats, mix: Floats, month: Ints) -> Floats:
    """Probability of winning, by month, rep and product; the mean of each product is as calibrated."""
    months = len(mix)
    mid_month_ago = (len(month) - 1) - np.array(
        [np.flatnonzero(month == place).mean() for place in range(months)]
    )
    by_team = np.stack(
        [_eased(0.0, team.recent_odds, mid_month_ago, _RECENT_ODDS_DAYS) for team in company.teams], axis=1
    )
    odds = by_team[:, [rep.team for rep in company.reps]] + np.array([rep.odds for rep in company.reps])
    weight = np.stack([np.bincount(month, weights=flow[:, rep]) for rep in range(flow.shape[1])], axis=1)
    return np.stack(
        [
            _with_mean(odds, weight * mix[:, [place]], product.win_rate)
            for place, product in enumerate(CALIBRATION.products)
        ],
        axis=2,
    )


def _with_mean(odds: Floats, weight: Floats, mean: float) -> Floats:
    """Shift log odds until their weighted mean probability is the one asked for (Newton)."""
    shift = float(np.log(mean / (1 - mean)))
    for _ in range(20):
        probability = 1 / (1 + np.exp(-(odds + shift)))
        slope = (weight * probability * (1 - probability)).sum()
        shift += float((mean * weight.sum() - (weight * probability).sum()) / slope)
    shifted: Floats = 1 / (1 + np.exp(-(odds + shift)))
    return shifted


def _stall(created: Floats) -> float:
    """Probability of never closing that leaves the calibrated share of long-dead opportunities."""
    longest = CALIBRATION.longest_cycle_days
    old = created[longest : len(created) - longest - 1].sum() / created.sum()
    return float(_LONG_DEAD_SHARE / ((1 - CALIBRATION.prospecting_share) * old))


def _cycle(quantiles: tuple[float, ...], *, with_hump: bool = False) -> Floats:
    """Probability of each cycle from 1 day to the longest, whose quantiles are those given."""
    levels, days = list(CALIBRATION.quantile_levels), list(quantiles)
    if with_hump:
        place = levels.index(0.5)
        levels.insert(place, CALIBRATION.won_within_14_days)
        days.insert(place, 14.5)
    longest = CALIBRATION.longest_cycle_days
    edges = np.arange(longest + 1) + 0.5
    below = np.interp(edges, np.maximum.accumulate(np.array(days)) + np.arange(len(days)) * 1e-9, levels)
    below[0], below[-1] = 0.0, 1.0
    return np.diff(below)


def _ends(cycle: Floats, pull: Floats, days: int) -> tuple[Floats, Floats]:
    """Bend the cycle towards the days on which deals close; tell how much of it falls into the sample."""
    longest = len(cycle)
    reached = np.lib.stride_tricks.sliding_window_view(pull[1:], longest)[:days]
    ends = cycle * reached
    ends /= ends.sum(axis=1, keepdims=True)
    early = np.arange(longest)[None, :] + 1 + np.arange(days)[:, None] < longest
    seen = np.where(early, 0.0, ends).sum(axis=1)
    ends = np.where(early & (seen[:, None] > 0), 0.0, ends)
    return ends / ends.sum(axis=1, keepdims=True), seen


def _solve_close_season(flow: Floats, cycle: Floats, calendar: _Calendar) -> tuple[float, float, float]:
    """Find the pull under which wins by month of the quarter have the calibrated shares."""
    target = np.array(CALIBRATION.month_of_quarter_wins)
    days, longest = len(flow), len(cycle)
    quarter = calendar.month_of_year[:days] % 3
    whole = np.arange(days) >= longest
    season = np.ones(3)
    for _ in range(12):
        ends, seen = _ends(cycle, calendar.close_pull((season[0], season[1], season[2])), days)
        wins = np.zeros(days + longest + 1)
        for cycle_days in range(1, longest + 1):
            wins[cycle_days : cycle_days + days] += flow * seen * ends[:, cycle_days - 1]
        by_month = np.array([wins[:days][whole & (quarter == place)].sum() for place in range(3)])
        season *= target / (by_month / by_month.mean())
        season /= season.mean()
    return float(season[0]), float(season[1]), float(season[2])
