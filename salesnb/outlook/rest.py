"""What the rest of a period may bring, before chance and shocks: rates fitted to history, laid over what is open."""

from dataclasses import dataclass

import numpy as np

from salesnb.outlook.creation import Creation, fit_creation
from salesnb.outlook.deals import NEVER, Deals, Floats, Ints, add_up
from salesnb.outlook.hazards import HALF_LIFE_DAYS, Exposure, Hazards, exposure, fit_hazards, win_shares
from salesnb.outlook.sizes import Sizes, fit_sizes

__all__ = ["Rates", "Rest", "fit_rates", "moments", "rest_of"]

# A rep's, and a team's, own hazard of winning counts as much as that of all when so many wins are expected of it.
_PRIOR_WINS = 30.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Rates:
    """What history says, as of a day.

    Attributes
    ----------
    win_factor
        (reps,): multiple of the hazard of winning of all.
    """

    as_of: int
    hazards: Hazards
    win_factor: Floats
    creation: Creation
    sizes: Sizes


@dataclass(frozen=True, kw_only=True, eq=False)
class Rest:
    """The rest of a period, rep by rep.

    Attributes
    ----------
    deal
        (open deals,): number of the deal among those that the rates were laid over.
    owner
        (open deals,): number of the rep, rising.
    clock
        (open deals,): the win hazard to come, -log(1 - P(won by the end)).
    expected
        (open deals,): value as seen today, in minor units; NaN where nobody knows.
    arriving
        (reps,): wins to expect of deals that are not created yet.
    created
        (reps,): deals to expect that are not created yet.
    dispersion
        Relative variance of a rep's number of new deals beyond Poisson.
    sizes
        Of deals won.
    """

    deal: Ints
    owner: Ints
    clock: Floats
    expected: Floats
    arriving: Floats
    created: Floats
    dispersion: float
    sizes: Sizes


def fit_rates(
    deals: Deals, as_of: int, *, half_life_days: float = HALF_LIFE_DAYS, quarter_start: int = 1
) -> Rates:
    """Fit hazards, reps' own factors, creation and sizes to what was known at the end of a day.

    Parameters
    ----------
    deals
        Any; what was not known on the day is left out.
    as_of
        The day.
    half_life_days
        What happened so many days before counts half as much.
    quarter_start
        The first month of a fiscal quarter.
    """
    known = deals.known(as_of)
    seen = exposure(known, as_of)
    hazards = fit_hazards(seen, half_life_days=half_life_days, quarter_start=quarter_start)
    return Rates(
        as_of=as_of,
        hazards=hazards,
        win_factor=_win_factor(known, seen, hazards, as_of, half_life_days),
        creation=fit_creation(known, as_of),
        sizes=fit_sizes(known, as_of, half_life_days=half_life_days),
    )


def _win_factor(deals: Deals, seen: Exposure, hazards: Hazards, as_of: int, half_life_days: float) -> Floats:
    """(reps,): wins through wins expected by age, pulled to the team's, and that to 1 (gamma prior, Poisson counts)."""
    aged = deals.keep(deals.created != NEVER)
    created = np.minimum(aged.created, aged.closed)
    until = np.minimum(aged.closed, as_of)
    # The weight of a deal's day at age a is 2^(a / half-life) times that of the day of its creation.
    rising = hazards.won * 2.0 ** (np.arange(len(hazards.won)) / half_life_days)
    risk = np.r_[0.0, np.cumsum(rising)]
    last = np.minimum(until - created, len(hazards.won) - 1) + 1
    before = np.clip(seen.first - created, 0, last)
    expected = 0.5 ** ((as_of - created) / half_life_days) * (risk[last] - risk[before])
    recent = 0.5 ** ((as_of - until) / half_life_days)
    reps = len(deals.owners)
    won = add_up(aged.owner, recent * aged.won, reps)
    risen = add_up(aged.owner, expected, reps)
    if risen.sum() > 0:
        risen = risen * (won.sum() / risen.sum())
    team = deals.team_number
    of_team = (np.bincount(team, weights=won) + _PRIOR_WINS) / (
        np.bincount(team, weights=risen) + _PRIOR_WINS
    )
    return np.asarray((won + _PRIOR_WINS * of_team[team]) / (risen + _PRIOR_WINS))


def rest_of(rates: Rates, deals: Deals, as_of: int, start: int, end: int) -> Rest:
    """Lay the rates over what is open at the end of the day ``as_of``, for the days after it within a period.

    Parameters
    ----------
    rates
        Fitted on that day or before.
    deals
        Any, of the same reps; what was not known on the day is left out.
    start, end
        First day of the period, and the day after its last.
    """
    days = np.arange(as_of + 1, max(end, as_of + 1))
    skipped = int(np.clip(start - (as_of + 1), 0, len(days)))
    numbers = _closing(deals, as_of, len(rates.hazards.won))
    still = deals.keep(numbers)
    distinct, place = np.unique(as_of + 1 - still.created, return_inverse=True)
    chance = _within(win_shares(rates.hazards, distinct, days), skipped)
    created, arriving = _new(rates, days, skipped)
    return Rest(
        deal=numbers,
        owner=still.owner,
        clock=-np.log1p(-np.minimum(chance, 1 - 1e-9))[place] * rates.win_factor[still.owner],
        expected=np.where(still.expected > 0, still.expected, np.nan),
        arriving=arriving * rates.win_factor,
        created=created,
        dispersion=rates.creation.dispersion,
        sizes=rates.sizes,
    )


def _closing(deals: Deals, as_of: int, ages: int) -> Ints:
    """Numbers of the deals open on a day that are young enough to close, by rep."""
    recent = (deals.created <= as_of) & (deals.created > as_of + 1 - ages) & (deals.closed > as_of)
    there = np.flatnonzero(recent)
    # The order of rows must not decide which random number a deal gets.
    return there[np.lexsort((deals.expected[there], deals.created[there], deals.owner[there]))]


def _within(shares: Floats, skipped: int) -> Floats:
    """Probability of being won on the last day or before, and not in the days skipped."""
    reached = np.concatenate([np.zeros((len(shares), 1)), shares], axis=1)
    return np.asarray(reached[:, -1] - reached[:, skipped])


def _new(rates: Rates, days: Ints, skipped: int) -> tuple[Floats, Floats]:
    """(reps,) twice: deals created on the days, and those of them that are won by the end."""
    usual = rates.creation.on(days)
    # A deal created on day j is of age 0 on it.
    won = _within(win_shares(rates.hazards, -np.arange(len(days)), days), skipped)
    per_day = rates.creation.per_day
    return per_day * float(usual.sum()), per_day * float(usual @ won)


def moments(rest: Rest) -> tuple[Floats, Floats]:
    """Mean and variance of what each rep wins in the rest of the period, without shocks; (reps,) each, minor units.

    Deals are won independently of each other, new ones arrive as a Poisson number with a gamma-distributed mean.
    """
    ratio, own_mean, own_square = rest.sizes.ratios, rest.sizes.mean, rest.sizes.square
    known = ~np.isnan(rest.expected)
    mean = np.where(known, rest.expected * ratio.mean(), own_mean[rest.owner])
    square = np.where(known, rest.expected**2 * (ratio**2).mean(), own_square[rest.owner])
    chance = -np.expm1(-rest.clock)
    reps = len(rest.arriving)
    total = add_up(rest.owner, chance * mean, reps) + rest.arriving * own_mean
    spread = add_up(rest.owner, chance * square - (chance * mean) ** 2, reps)
    spread = spread + rest.arriving * own_square + rest.dispersion * (rest.arriving * own_mean) ** 2
    return total, spread
