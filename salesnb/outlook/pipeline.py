"""The bottom-up view: won to date, open deals and deals not yet created, simulated under a shock that reps share."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from salesnb.errors import BadInput
from salesnb.outlook.deals import Deals
from salesnb.outlook.hazards import HALF_LIFE_DAYS
from salesnb.outlook.rest import Rates, fit_rates, rest_of
from salesnb.outlook.shocks import Shock, learn_shock, misses
from salesnb.outlook.simulation import DRAWS, Simulation, numbers_of, simulate_rest

__all__ = ["Pipeline", "fit_pipeline", "simulate"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Pipeline:
    """What history says of the pipeline, as of a day, for a horizon: pooled over all reps, made once for all pages.

    Attributes
    ----------
    rates
        Hazards, creation, sizes.
    shock
        What past simulations missed by.
    horizon_days
        Length of the rest of the period for which the shock was learned.
    """

    rates: Rates
    shock: Shock
    horizon_days: int


def fit_pipeline(
    deals: Deals,
    as_of: int,
    horizon_days: int,
    *,
    half_life_days: float = HALF_LIFE_DAYS,
    quarter_start: int = 1,
    rates_at: Callable[[int], Rates] | None = None,
) -> Pipeline:
    """Fit everything to what was known at the end of a day; nothing later is looked at.

    Parameters
    ----------
    deals
        Of all reps.
    as_of
        The day, such as the last of a closed month.
    horizon_days
        Days from then to the end of the period.
    half_life_days
        What happened so many days before counts half as much.
    quarter_start
        The first month of a fiscal quarter, 1 to 12.
    rates_at
        Gives the rates fitted as of a day, where several pipelines of the same deals share them; by default they are
        fitted here.
    """

    def fitted(day: int) -> Rates:
        return fit_rates(deals, day, half_life_days=half_life_days, quarter_start=quarter_start)

    fit = rates_at or fitted
    past = misses(deals, as_of, max(horizon_days, 1), fit)
    return Pipeline(rates=fit(as_of), shock=learn_shock(past, deals.team_number), horizon_days=horizon_days)


def simulate(
    pipeline: Pipeline,
    deals: Deals,
    *,
    as_of: int,
    start: int,
    end: int,
    owners: Iterable[str] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Simulation:
    """Simulate a period: what was won in it to date, and what the days left bring.

    An open deal is won when an exponential time is shorter than its win hazard to come times the shock's factor; a
    Poisson number of wins arrives from deals that are not created yet. Each rep has a stream of random numbers of
    the own, by id, so that one rep's deals move nobody else's figures, and the shock has one that all share.

    Parameters
    ----------
    pipeline
        As fitted, on ``as_of`` or before.
    deals
        At least those of the reps asked for.
    as_of
        The last day whose results are known.
    start, end
        First day of the period, and the day after its last.
    owners
        Reps to simulate; all by default.
    draws
        How many.
    seed
        The same seed gives the same numbers.

    Raises
    ------
    BadInput
        When the period ends before it starts.
    UnknownName
        When a rep is not among the owners of the deals.
    """
    if end <= start:
        raise BadInput(
            "The period ends before it starts.", hint="Give the day after its last day as its end."
        )
    chosen = numbers_of(deals.owners, owners)
    there = np.zeros(len(deals.owners), dtype=bool)
    there[chosen] = True
    mine = deals.keep(there[deals.owner])
    return simulate_rest(
        rest_of(pipeline.rates, mine, as_of, start, end),
        pipeline.shock,
        deals,
        to_date=mine.won_between(start, min(as_of + 1, end)),
        chosen=chosen,
        draws=draws,
        seed=seed,
    )
