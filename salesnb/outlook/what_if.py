"""What a period would bring if drivers were others, or deals decided: simulated with every random number held."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from salesnb.outlook.deals import Deals, Flags, Floats, Ints
from salesnb.outlook.distribution import Outcome
from salesnb.outlook.levers import DRIVERS, moved_rates
from salesnb.outlook.pipeline import Pipeline
from salesnb.outlook.rest import Rates, Rest, rest_of
from salesnb.outlook.simulation import DRAWS, factors, numbers_of, stream

__all__ = ["LARGEST_MOVE", "SameDraws", "shifted"]

LARGEST_MOVE = 0.5
"""Drivers may be moved by so much of themselves, down and up."""
# So many random numbers are held; of a large company fewer draws are made, so that a move stays quick.
_CELLS, _LEAST_DRAWS = 3_000_000, 250
# Both the win rate and creation at their most, and some more for a shorter cycle.
_MOST_ARRIVALS = (1 + LARGEST_MOVE) ** 2 * 1.2


class SameDraws:
    """A period of some reps, simulated again and again with the same random numbers: what differs is the move alone.

    Where :func:`salesnb.outlook.pipeline.simulate` draws an amount for each deal that is won, here each deal has its
    amount in every draw whether it is won or not, and new deals arrive as a Poisson process whose clock a move lets
    run longer or shorter. So no draw falls when a driver helps, and a small move is not lost in luck.

    Parameters
    ----------
    pipeline, deals, as_of, start, end, owners, seed
        As :func:`salesnb.outlook.pipeline.simulate`.
    leave
        Share of the reps who leave in a year, as it is; None when it is not known.
    draws
        At most; fewer where there are very many open deals.

    Attributes
    ----------
    draws
        How many there are.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        deals: Deals,
        *,
        as_of: int,
        start: int,
        end: int,
        owners: Iterable[str] | None = None,
        leave: float | None = None,
        draws: int = DRAWS,
        seed: int = 0,
    ) -> None:
        chosen = numbers_of(deals.owners, owners)
        there = np.zeros(len(deals.owners), dtype=bool)
        there[chosen] = True
        self._rates, self._leave = pipeline.rates, leave
        self._days = {"as_of": as_of, "start": start, "end": end}
        self._numbers = np.flatnonzero(there[deals.owner])
        self._deals = deals.keep(self._numbers)
        self._chosen = chosen
        self._to_date = float(self._deals.won_between(start, min(as_of + 1, end))[chosen].sum())
        rest = self._rest(self._rates)
        # A longer cycle lets older deals close, so they have their random numbers too.
        oldest = self._rest(moved_rates(self._rates, "cycle", LARGEST_MOVE, days=1, leave=None))
        self._columns = np.union1d(rest.deal, oldest.deal)
        expected = float(rest.arriving[chosen].sum()) * _MOST_ARRIVALS
        arrivals = int(3 * expected + 10 * np.sqrt(expected) + 10)
        self.draws = int(np.clip(_CELLS // (len(self._columns) + arrivals), min(_LEAST_DRAWS, draws), draws))
        streams = [stream(seed, "what if", deals.owners[number]) for number in chosen]
        _, factor = factors(pipeline.shock, deals, chosen, streams, draws=self.draws, seed=seed)
        rng = stream(seed, "what if", "")
        self._hold_deals(rest, factor, rng)
        self._hold_new(rest, factor, arrivals, rng)
        self._base = Outcome.from_draws(self.totals()).quantiles

    def totals(
        self,
        moves: Mapping[str, float] | None = None,
        *,
        lost: Collection[int] = (),
        won: Collection[int] = (),
    ) -> Floats:
        """(draws,): the period's total in the KPI's whole unit, with drivers moved and deals decided.

        Parameters
        ----------
        moves
            By driver (:data:`salesnb.outlook.levers.DRIVERS`), by how much of itself; of attrition, points of the share
            that leaves in a year.
        lost, won
            Numbers of open deals (among all that were given) of which it is supposed that they are lost, or won within
            the period.
        """
        moved = {driver: by for driver, by in (moves or {}).items() if by}
        rates = self._rates
        for driver in DRIVERS:
            if driver in moved and driver != "deal size":
                days = self._days["end"] - 1 - self._days["as_of"]
                rates = moved_rates(rates, driver, moved[driver], days=days, leave=self._leave)
        rest = self._rest(rates)
        open_, new = self._of_deals(rest, lost, won), self._of_new(rest)
        return self._to_date + (1 + moved.get("deal size", 0.0)) * (open_ + new)

    def effect(
        self,
        moves: Mapping[str, float] | None = None,
        *,
        lost: Collection[int] = (),
        won: Collection[int] = (),
    ) -> Floats:
        """(500,): by how much the totals at :data:`PROBABILITIES` differ from those with nothing moved; see `totals`."""
        after = Outcome.from_draws(self.totals(moves, lost=lost, won=won))
        return np.asarray(after.quantiles - self._base)

    def chances(self) -> dict[int, float]:
        """Give the share of draws in which each open deal is won, nothing moved, by its number among all given."""
        rest = self._rest(self._rates)
        shares = self._won(rest).mean(axis=0)
        here = np.searchsorted(self._columns, rest.deal)
        return {int(self._numbers[deal]): float(shares[at]) for deal, at in zip(rest.deal, here, strict=True)}

    def _rest(self, rates: Rates) -> Rest:
        return rest_of(rates, self._deals, self._days["as_of"], self._days["start"], self._days["end"])

    def _hold_deals(self, rest: Rest, factor: Floats, rng: np.random.Generator) -> None:
        """Draw for every open deal when it would be won, and for how much."""
        deals, row = self._deals.keep(self._columns), self._rows(rest)
        shape = (self.draws, len(self._columns))
        times = rng.standard_exponential(shape, dtype=np.float32)
        # A deal is won when its time is up before its hazard to come is; the shock makes the time shorter.
        self._until = times / factor[row[deals.owner]].T.astype(np.float32)
        value = np.where(deals.expected > 0, deals.expected, np.nan)
        amounts = value * rng.choice(rest.sizes.ratios, shape)
        for column in np.flatnonzero(np.isnan(value)):
            amounts[:, column] = rest.sizes.draw(int(deals.owner[column]), self.draws, rng)
        self._amounts = amounts.astype(np.float32)

    def _hold_new(self, rest: Rest, factor: Floats, arrivals: int, rng: np.random.Generator) -> None:
        """Draw when wins of deals not created yet would arrive, on a clock of one a unit, and for how much."""
        busy = factor
        if rest.dispersion > 0:
            busy = factor * rng.gamma(1 / rest.dispersion, rest.dispersion, factor.shape)
        self._busy = busy
        shape = (self.draws, arrivals)
        self._arrives = np.cumsum(rng.standard_exponential(shape, dtype=np.float32), axis=1)
        reached = np.cumsum(busy * rest.arriving[self._chosen][:, None], axis=0)
        places = rng.random(shape) * reached[-1][:, None]
        whose = np.array([np.searchsorted(reached[:-1, draw], places[draw]) for draw in range(self.draws)])
        sizes = np.zeros(shape, dtype=np.float32)
        for place, number in enumerate(self._chosen):
            mine = whose == place
            sizes[mine] = rest.sizes.draw(int(number), int(mine.sum()), rng)
        self._new_amounts = sizes

    def _rows(self, rest: Rest) -> Ints:
        """(owners,): where each rep stands among those chosen."""
        rows = np.zeros(len(rest.arriving), dtype=np.int64)
        rows[self._chosen] = np.arange(len(self._chosen))
        return rows

    def _won(self, rest: Rest, lost: Collection[int] = (), won: Collection[int] = ()) -> Flags:
        """(draws, columns): which open deals are won."""
        clock = np.zeros(len(self._columns), dtype=np.float32)
        clock[np.searchsorted(self._columns, rest.deal)] = rest.clock
        mine = self._numbers[self._columns]
        clock[np.isin(mine, list(lost))] = 0
        clock[np.isin(mine, list(won))] = np.inf
        return np.asarray(self._until < clock)

    def _of_deals(self, rest: Rest, lost: Collection[int], won: Collection[int]) -> Floats:
        return _added(self._won(rest, lost, won), self._amounts)

    def _of_new(self, rest: Rest) -> Floats:
        clock = rest.arriving[self._chosen] @ self._busy
        arrived = self._arrives < clock[:, None].astype(np.float32)
        return _added(arrived, self._new_amounts)


def _added(chosen: Flags, amounts: npt.NDArray[np.float32]) -> Floats:
    """(draws,): sum of the amounts that are chosen in each draw."""
    return np.asarray((amounts * chosen).sum(axis=1, dtype=np.float64))


def shifted(outcome: Outcome, effect: Floats, least: float) -> Outcome:
    """Add an effect at each probability to a distribution; it never falls below what is won already, or its own least.

    Parameters
    ----------
    effect
        (500,), as :meth:`SameDraws.effect` gives it; where it is nothing the outcome stays as it is.
    least
        What there is for sure.
    """
    if not effect.any():
        return outcome
    moved = np.maximum.accumulate(outcome.quantiles + effect)
    return replace(outcome, quantiles=np.maximum(moved, min(least, float(outcome.quantiles[0]))))
