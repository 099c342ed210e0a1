"""The shock that reps share: how far past simulations missed, beyond what chance alone explains."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from salesnb.outlook.deals import NEVER, Deals, Floats, Ints
from salesnb.outlook.rest import Rates, moments, rest_of

__all__ = ["Miss", "Shock", "learn_shock", "misses", "months_before"]

# Before anything was learned: as if so many origins had missed by this much, spread over company, team and rep.
_PRIOR_ORIGINS = 3.0
_PRIOR_SD = (0.15, 0.10, 0.15)
# A drift of the misses is believed by n / (n + this); one of a year ago weighs half as much: fits of then knew little.
_PRIOR_DRIFT, _DRIFT_HALF_LIFE_DAYS = 4.0, 365.0
# Days in which deals must have closed before a simulation as of then is judged, and the most origins looked at.
_LEAST_DAYS, _MOST_ORIGINS = 60, 24
_LEAST_FREEDOM = 4.0
_SHORTER_DAYS = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Miss:
    """One past origin: what was expected then, its variance by chance alone, and what came; (reps,) each."""

    as_of: int
    expected: Floats
    variance: Floats
    actual: Floats


@dataclass(frozen=True, kw_only=True)
class Shock:
    """A factor on the hazards of winning, exp(drift + c + t + r): c hits all reps alike, t a team, r a rep.

    Attributes
    ----------
    drift
        Logarithm of the factor by which past expectations were too low.
    company_sd, team_sd, rep_sd
        Standard deviations of c, t and r.
    freedom
        Degrees of freedom of Student's t, which c, t and r share: few origins say little about their spread.
    origins
        Number of past origins behind it.
    """

    drift: float
    company_sd: float
    team_sd: float
    rep_sd: float
    freedom: float
    origins: int

    def draw(self, draws: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """(draws,) twice: the shock of the company with the drift, and the widening that all levels share."""
        wide = np.sqrt(self.freedom / rng.chisquare(self.freedom, draws))
        return self.drift + self.company_sd * wide * rng.standard_normal(draws), wide


def misses(deals: Deals, as_of: int, horizon_days: int, rates_at: Callable[[int], Rates]) -> tuple[Miss, ...]:
    """Simulate again, in expectation, as of the same day of each month before, with what was known then.

    Only origins whose horizon had ended by ``as_of`` are taken, at most the last 24, and none in the first 60 days in
    which deals closed.

    Parameters
    ----------
    rates_at
        Gives the rates fitted to what was known at the end of a day.
    """
    first = deals.first_closed
    found: list[Miss] = []
    known = deals.known(as_of)
    for back in range(1, 12 * 100):
        origin = months_before(as_of, back)
        if first == NEVER or origin < first + _LEAST_DAYS or len(found) == _MOST_ORIGINS:
            break
        # A month is up to three days shorter than another.
        days = min(horizon_days, as_of - origin)
        if days < horizon_days - _SHORTER_DAYS:
            continue
        period = (origin + 1, origin + 1 + days)
        expected, variance = moments(rest_of(rates_at(origin), known, origin, *period))
        actual = known.won_between(*period)
        found.append(Miss(as_of=origin, expected=expected, variance=variance, actual=actual))
    return tuple(found)


def months_before(day: int, months: int) -> int:
    """The same day some months before, or the last of that month; the last of a month stays the last.

    Examples
    --------
    >>> date.fromordinal(months_before(date(2017, 9, 30).toordinal(), 1))
    datetime.date(2017, 8, 31)
    """
    then = date.fromordinal(day)
    is_last = (then + timedelta(days=1)).day == 1
    number = then.year * 12 + then.month - 1 - months
    after = date((number + 1) // 12, (number + 1) % 12 + 1, 1)
    last = after - timedelta(days=1)
    return (last if is_last else last.replace(day=min(then.day, last.day))).toordinal()


def learn_shock(past: Sequence[Miss], team: Ints) -> Shock:
    """Split the misses into what company, teams and reps share, by the method of moments for nested variances.

    With e = actual - exp(drift) expected and m the expected, S = sum(e^2) - sum(variance) and Q = sum(m^2) are taken
    over origins of the company's sums (0), the teams' sums (1) and the reps (2); then
    c^2 = (S0 - S1) / (Q0 - Q1), c^2 + t^2 = (S1 - S2) / (Q1 - Q2), c^2 + t^2 + r^2 = S2 / Q2.
    Each is at least 0 and averaged with a prior that counts as three misses.

    Parameters
    ----------
    past
        Origins.
    team
        (reps,): number of each rep's team.

    References
    ----------
    Searle, Casella and McCulloch (1992), Variance Components, chapter 5: nested designs, estimation by moments.
    """
    n, teams, reps = len(past), len(np.unique(team)), len(team)
    drift = _drift(past)
    factor = float(np.exp(drift))
    sums = [_sums(past, factor, groups) for groups in (np.zeros_like(team), team, np.arange(reps))]
    company = _slope(sums[0], sums[1]) if teams > 1 else _slope(sums[1], sums[2])
    both = _slope(sums[1], sums[2]) if reps > teams else _slope(sums[2], (0.0, 0.0))
    every = _slope(sums[2], (0.0, 0.0))
    return Shock(
        drift=drift,
        company_sd=_with_prior(company, n, _PRIOR_SD[0]),
        team_sd=_with_prior(both - company, n * (teams - 1), _PRIOR_SD[1]),
        rep_sd=_with_prior(every - both, n * (reps - teams), _PRIOR_SD[2]),
        freedom=max(_PRIOR_ORIGINS + n, _LEAST_FREEDOM),
        origins=n,
    )


def _drift(past: Sequence[Miss]) -> float:
    """Log of what came through what was expected; recent origins weigh more, as they do in the fits themselves."""
    if not past:
        return 0.0
    ago = np.array([past[0].as_of - miss.as_of for miss in past])
    weight = 0.5 ** (ago / _DRIFT_HALF_LIFE_DAYS)
    actual = float(weight @ [miss.actual.sum() for miss in past])
    expected = float(weight @ [miss.expected.sum() for miss in past])
    if actual <= 0 or expected <= 0:
        return 0.0
    many = float(weight.sum() ** 2 / (weight**2).sum())
    return float(np.log(actual / expected)) * many / (many + _PRIOR_DRIFT)


def _sums(past: Sequence[Miss], factor: float, groups: Ints) -> tuple[float, float]:
    """S and Q of one level."""
    beyond = square = 0.0
    for miss in past:
        expected = np.bincount(groups, weights=factor * miss.expected)
        error = np.bincount(groups, weights=miss.actual) - expected
        # Chance grows with what is expected.
        beyond += float((error**2).sum()) - factor * float(miss.variance.sum())
        square += float((expected**2).sum())
    return beyond, square


def _slope(coarse: tuple[float, float], fine: tuple[float, float]) -> float:
    """Variance that the coarse level's sums show beyond those of the fine one."""
    squares = coarse[1] - fine[1]
    return max((coarse[0] - fine[0]) / squares, 0.0) if squares > 1e-9 * max(coarse[1], 1e-300) else 0.0


def _with_prior(variance: float, count: int, prior_sd: float) -> float:
    held = max(variance, 0.0) * count + prior_sd**2 * _PRIOR_ORIGINS
    return float(np.sqrt(held / (count + _PRIOR_ORIGINS)))
