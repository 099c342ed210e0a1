"""What moves the probability of a goal most, and how much knowing more would be worth."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from salesnb.outlook.deals import Deals, Flags, Floats
from salesnb.outlook.hazards import Hazards
from salesnb.outlook.pipeline import Pipeline, simulate
from salesnb.outlook.rest import Rates
from salesnb.outlook.simulation import DRAWS, Simulation
from salesnb.outlook.spreads import measured_spreads

__all__ = ["DRIVERS", "Lever", "Worth", "moved_rates", "tornado", "worth_knowing"]

DRIVERS = ("win rate", "cycle", "deal size", "creation", "attrition")
# How far a driver is moved that history says too little of.
_TYPED_MOVE = 0.10
_PARTS = 10


@dataclass(frozen=True, kw_only=True)
class Lever:
    """What a driver does to the probability of a goal, all else as it is.

    Attributes
    ----------
    driver
        One of :data:`DRIVERS`.
    move
        By how much of itself it is moved down and up (0.1 is ten per cent); of attrition in points of the share of
        reps who leave in a year.
    measured
        Whether that is its own standard deviation from month to month, or 10 per cent for want of history.
    down, up
        P(attain), 0..1, with the driver moved.
    """

    driver: str
    move: float
    measured: bool
    down: float
    up: float

    @property
    def swing(self) -> float:
        """How far the probability moves between both ends."""
        return abs(self.up - self.down)


@dataclass(frozen=True, kw_only=True)
class Worth:
    """What knowing something now that the future will tell would be worth for a goal.

    Attributes
    ----------
    of
        What is known.
    certainty
        Share (0..1) of the goal's uncertainty P (1 - P) that it would take away in expectation: the fall of the
        expected Brier score.
    """

    of: str
    certainty: float


def tornado(
    pipeline: Pipeline,
    deals: Deals,
    target: float,
    *,
    as_of: int,
    start: int,
    end: int,
    owners: Iterable[str] | None = None,
    attrition: float | None = None,
    drivers: Sequence[str] = DRIVERS,
    draws: int = DRAWS,
    seed: int = 0,
) -> tuple[Lever, ...]:
    """Move each driver down and up by its own standard deviation, and simulate the goal with the same random numbers.

    The bottom-up view alone answers, for only it has drivers. A win rate moves wins at the cost of losses, so that as
    many deals close as before; a cycle stretches the ages at which they close; attrition takes away the new deals of
    those who leave, evenly over the days left, and leaves their open ones to whoever takes over.

    Parameters
    ----------
    target
        In minor units.
    attrition
        Share (0..1) of the reps who leave in a year; moved by 10 points where it is not known.
    drivers
        Which are moved; deal size moves nothing that is a count.

    Returns
    -------
    tuple of Lever
        Those that move the probability most first.
    """
    names = None if owners is None else tuple(owners)
    spreads = measured_spreads(deals, as_of, owners=names, attrition=attrition)

    def probability(driver: str, by: float) -> float:
        moved = replace(
            pipeline, rates=moved_rates(pipeline.rates, driver, by, days=end - 1 - as_of, leave=attrition)
        )
        simulation = simulate(
            moved, deals, as_of=as_of, start=start, end=end, owners=names, draws=draws, seed=seed
        )
        return float((simulation.draws_of() >= target).mean())

    levers = []
    for driver in drivers:
        measured = spreads[driver]
        move = _TYPED_MOVE if measured is None else measured
        down, up = probability(driver, -move), probability(driver, move)
        levers.append(Lever(driver=driver, move=move, measured=measured is not None, down=down, up=up))
    return tuple(sorted(levers, key=lambda lever: -lever.swing))


def moved_rates(rates: Rates, driver: str, by: float, *, days: int, leave: float | None) -> Rates:
    """Rates with one driver moved.

    Parameters
    ----------
    driver
        One of :data:`DRIVERS`.
    by
        A share of the driver itself (0.1 is ten per cent more), of attrition points of the share of reps who leave in a
        year.
    days
        Left in the period.
    leave
        Share of reps who leave in a year, as it is; None when it is not known, which counts as 0.
    """
    if driver == "win rate":
        return replace(rates, hazards=_with_wins(rates.hazards, 1 + by))
    if driver == "cycle":
        return replace(rates, hazards=_stretched(rates.hazards, 1 + by))
    if driver == "deal size":
        return replace(rates, sizes=rates.sizes.times(1 + by))
    factor = 1 + by if driver == "creation" else _staying(leave or 0.0, by, days)
    creation = rates.creation
    return replace(rates, creation=replace(creation, per_day=creation.per_day * factor))


def _with_wins(hazards: Hazards, factor: float) -> Hazards:
    """More or fewer of those that close are won; as many close, at the same ages."""
    every = hazards.won + hazards.lost
    won = np.minimum(hazards.won * factor, every)
    return replace(hazards, won=won, lost=every - won)


def _stretched(hazards: Hazards, factor: float) -> Hazards:
    """The same deals end the same way at ages longer by a factor: cumulative hazards H(a / factor)."""
    ages = int(np.ceil(len(hazards.won) * factor))
    edges = np.arange(ages + 1) / factor
    known = np.arange(len(hazards.won) + 1)

    def moved(hazard: Floats) -> Floats:
        return np.diff(np.interp(edges, known, np.r_[0.0, np.cumsum(hazard)]))

    return replace(hazards, won=moved(hazards.won), lost=moved(hazards.lost))


def _staying(leave: float, by: float, days: int) -> float:
    """New deals in the days left, through those with the attrition of the past: who left creates none."""
    years = np.arange(1, max(days, 1) + 1) / 365.25
    before, after = (1 - np.clip(share, 0.0, 0.99) for share in (leave, leave + by))
    return float((after**years).sum() / (before**years).sum())


def worth_knowing(simulation: Simulation, target: float) -> tuple[Worth, ...]:
    """What it would take away of a goal's uncertainty to know the open deals' wins, the new deals', or the shock.

    The expected Brier score without knowing is P (1 - P); knowing x it is E[P(x) (1 - P(x))]. The draws are cut into
    ten parts by x; what chance alone would make of their differences is taken out.

    Returns
    -------
    tuple of Worth
        The most valuable first; all 0 where the goal is certain.
    """
    hit = simulation.draws_of() >= target
    known = {
        "which open deals are won": (simulation.wins - simulation.new_wins).sum(axis=0),
        "how many new deals are won": simulation.new_wins.sum(axis=0),
        "how the whole company closes": simulation.shock,
    }
    found = [Worth(of=name, certainty=_explained(hit, values)) for name, values in known.items()]
    return tuple(sorted(found, key=lambda worth: -worth.certainty))


def _explained(hit: Flags, values: Floats) -> float:
    share = float(hit.mean())
    if not 0 < share < 1:
        return 0.0
    edges = np.unique(np.quantile(values, np.arange(1, _PARTS) / _PARTS))
    part = np.searchsorted(edges, values, side="right")
    counts = np.bincount(part)
    shares = np.bincount(part, weights=hit) / np.maximum(counts, 1)
    between = float((counts * (shares - share) ** 2).sum()) / len(hit)
    by_chance = share * (1 - share) * (np.count_nonzero(counts) - 1) / len(hit)
    return max(between - by_chance, 0.0) / (share * (1 - share))
