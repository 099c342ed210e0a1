"""Totals of a period, drawn rep by rep under shocks that company and teams share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

import numpy as np

from salesnb.errors import UnknownName, nearest
from salesnb.outlook.deals import Deals, Floats, Ints, add_up
from salesnb.outlook.distribution import Outcome
from salesnb.outlook.rest import Rest
from salesnb.outlook.shocks import Shock

__all__ = ["DRAWS", "Simulation", "factors", "numbers_of", "simulate_rest", "stream"]

DRAWS = 2_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Simulation:
    """Totals of a period, simulated jointly for several reps.

    Attributes
    ----------
    owners, teams
        The reps, and the team of each.
    totals
        (reps, draws): won to date and in the rest of the period, in minor units.
    shock
        (draws,): logarithm of the factor of the company on the hazards of winning in each draw.
    wins, new_wins
        (reps, draws): deals won in the rest of the period, and how many of them are not created yet.
    """

    owners: tuple[str, ...]
    teams: tuple[str, ...]
    totals: Floats
    shock: Floats
    wins: Floats
    new_wins: Floats

    def draws_of(self, owners: Iterable[str] | None = None) -> Floats:
        """(draws,): the total of some reps, or of all; what they share makes it spread more than if they did not.

        Raises
        ------
        UnknownName
            When a rep was not simulated.
        """
        return np.asarray(self.totals[self.numbers(owners)].sum(axis=0))

    def numbers(self, owners: Iterable[str] | None = None) -> Ints:
        """Numbers of some reps, or of all.

        Raises
        ------
        UnknownName
            When a rep was not simulated.
        """
        return _among(self._places, owners)

    @cached_property
    def _places(self) -> dict[str, int]:
        # Every node of the tree asks; made anew each time, it took longer than all else of a large company.
        return {owner: place for place, owner in enumerate(self.owners)}

    def outcome(self, owners: Iterable[str] | None = None) -> Outcome:
        """The distribution of the total of some reps, or of all.

        Raises
        ------
        UnknownName
            When a rep was not simulated.
        """
        return Outcome.from_draws(self.draws_of(owners))


def numbers_of(known: tuple[str, ...], owners: Iterable[str] | None) -> Ints:
    """Numbers of some reps among those known, or of all.

    Raises
    ------
    UnknownName
        When one is not known.
    """
    return _among({owner: place for place, owner in enumerate(known)}, owners)


def _among(places: Mapping[str, int], owners: Iterable[str] | None) -> Ints:
    if owners is None:
        return np.arange(len(places))
    asked = list(owners)
    wrong = next((owner for owner in asked if owner not in places), None)
    if wrong is not None:
        raise UnknownName(f"There is no rep {wrong!r} in the outlook.", hint=nearest(wrong, tuple(places)))
    return np.array([places[owner] for owner in asked], dtype=np.int64)


def simulate_rest(
    rest: Rest,
    shock: Shock,
    deals: Deals,
    *,
    to_date: Floats,
    chosen: Ints | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Simulation:
    """Draw totals: see :func:`salesnb.outlook.pipeline.simulate`.

    Parameters
    ----------
    rest
        What may come.
    shock
        On the hazards of winning.
    deals
        Names the reps and their teams; no deal of it is looked at.
    to_date
        (reps,): won to date, in minor units.
    chosen
        Numbers of the reps to simulate; all by default.
    """
    chosen = np.arange(len(deals.owners)) if chosen is None else chosen
    streams = [stream(seed, "rep", deals.owners[number]) for number in chosen]
    common, factor_of = factors(shock, deals, chosen, streams, draws=draws, seed=seed)
    totals, wins, new_wins = (np.zeros((len(chosen), draws)) for _ in range(3))
    edges = np.searchsorted(rest.owner, np.arange(len(deals.owners) + 1))
    for place, (number, rng, factor) in enumerate(zip(chosen, streams, factor_of, strict=True)):
        amount, won = _of_open_deals(rest, slice(edges[number], edges[number + 1]), number, factor, rng)
        more, new_wins[place] = _arriving(rest, number, factor, rng)
        totals[place] = to_date[number] + amount + more
        wins[place] = won + new_wins[place]
    names = tuple(deals.owners[number] for number in chosen)
    return Simulation(
        owners=names,
        teams=tuple(deals.teams[number] for number in chosen),
        totals=totals,
        shock=common,
        wins=wins,
        new_wins=new_wins,
    )


def factors(
    shock: Shock, deals: Deals, chosen: Ints, streams: Sequence[np.random.Generator], *, draws: int, seed: int
) -> tuple[Floats, Floats]:
    """(draws,) logarithm of the company's factor on the hazards of winning; (reps, draws) factors of reps, all shocks in."""
    common, wide = shock.draw(draws, stream(seed, "company", ""))
    teams = {
        team: common + shock.team_sd * wide * stream(seed, "team", team).standard_normal(draws)
        for team in {deals.teams[number] for number in chosen}
    }
    found = np.empty((len(chosen), draws))
    for place, (number, rng) in enumerate(zip(chosen, streams, strict=True)):
        own = shock.rep_sd * wide * rng.standard_normal(draws)
        found[place] = np.exp(teams[deals.teams[number]] + own)
    return common, found


def stream(seed: int, kind: str, name: str) -> np.random.Generator:
    """Random numbers that depend on a name, and on no order."""
    return np.random.default_rng([seed, crc32(kind.encode()), crc32(name.encode()), len(name)])


def _of_open_deals(
    rest: Rest, deals: slice, number: int, factor: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """(draws,) twice: amount and number of open deals that are won."""
    clock, expected = rest.clock[deals], rest.expected[deals]
    # Single precision takes half the time and errs by less than a draw in a million.
    times = rng.standard_exponential((len(factor), len(clock)), dtype=np.float32)
    draw, deal = np.nonzero(times < np.outer(factor.astype(np.float32), clock.astype(np.float32)))
    value = expected[deal]
    amounts = value * rng.choice(rest.sizes.ratios, len(deal))
    unknown = np.isnan(value)
    if unknown.any():
        amounts[unknown] = rest.sizes.draw(number, int(unknown.sum()), rng)
    return _by_draw(draw, amounts, len(factor))


def _arriving(rest: Rest, number: int, factor: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """(draws,) twice: amount and number of wins of deals that are not created yet."""
    mean = rest.arriving[number] * factor
    if rest.dispersion > 0:
        mean = mean * rng.gamma(1 / rest.dispersion, rest.dispersion, len(factor))
    wins = rng.poisson(mean)
    draw = np.repeat(np.arange(len(factor)), wins)
    return _by_draw(draw, rest.sizes.draw(number, len(draw), rng), len(factor))


def _by_draw(draw: Ints, amounts: Floats, draws: int) -> tuple[Floats, Floats]:
    total = add_up(draw, amounts, draws)
    return total, np.bincount(draw, minlength=draws).astype(np.float64)
