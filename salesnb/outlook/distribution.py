"""What a period may bring, as a distribution of its total that can be asked, mixed and moved."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from salesnb.errors import BadUsage

__all__ = ["PROBABILITIES", "Outcome", "mix", "shown_probability"]

Floats = npt.NDArray[np.float64]

_STEPS = 500

# The middles of 500 equal parts of (0, 1), so that the mean of the quantiles at them is the mean of the total.
PROBABILITIES: Floats = (np.arange(_STEPS) + 0.5) / _STEPS
PROBABILITIES.setflags(write=False)

_LEAST_SHOWN, _MOST_SHOWN = 0.01, 0.99


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """The distribution of a period's total, in the KPI's own whole unit: minor units of money, or a count.

    Between two of its quantiles the total is spread evenly; outside the first and the last (which are at 0.1 and
    99.9 per cent) there is nothing. Several equal quantiles are a probability of exactly that total.

    Attributes
    ----------
    quantiles
        Totals at ``PROBABILITIES``, never falling (500 floats, read-only).

    Examples
    --------
    >>> even = Outcome.from_draws(np.linspace(0, 1000, 100_001))
    >>> round(even.probability_at_least(800), 3), round(even.reachable(0.8)), round(even.mean)
    (0.2, 200, 500)
    """

    quantiles: Floats

    def __post_init__(self) -> None:
        held = np.array(self.quantiles, dtype=np.float64)
        if held.shape != PROBABILITIES.shape or not np.isfinite(held).all() or (np.diff(held) < 0).any():
            raise BadUsage(f"An outcome needs {_STEPS} finite quantiles that never fall.")
        held.setflags(write=False)
        object.__setattr__(self, "quantiles", held)

    def __eq__(self, other: object) -> bool:
        """Compare the totals at all probabilities."""
        return isinstance(other, Outcome) and np.array_equal(self.quantiles, other.quantiles)

    def __hash__(self) -> int:
        return hash(self.quantiles.tobytes())

    def __repr__(self) -> str:
        """Show the middle and what holds 80 per cent."""
        low, high = self.interval(0.8)
        return f"Outcome(median {self.quantile(0.5):,.0f}, 80 % within {low:,.0f} to {high:,.0f})"

    @classmethod
    def from_draws(cls, draws: npt.ArrayLike) -> "Outcome":
        """The distribution of simulated totals.

        Parameters
        ----------
        draws
            Totals, shape (number of draws,), in any order.

        Raises
        ------
        BadUsage
            When there is no draw, or one that is not finite.
        """
        totals = np.asarray(draws, dtype=np.float64).ravel()
        if not totals.size or not np.isfinite(totals).all():
            raise BadUsage("An outcome needs at least one draw, and all of them finite.")
        # numpy.quantile gives the same, and takes twenty times as long for so many quantiles.
        places = PROBABILITIES * (totals.size - 1)
        return cls(quantiles=np.interp(places, np.arange(totals.size), np.sort(totals)))

    @classmethod
    def certain(cls, total: float) -> "Outcome":
        """The distribution of a total that is known."""
        return cls(quantiles=np.full(_STEPS, float(total)))

    def probability_at_least(self, target: float) -> float:
        """P(total >= target), 0..1, as computed; ``shown_probability`` gives what people may see."""
        return 1.0 - float(_below(self.quantiles, np.array([target]))[0])

    def quantile(self, probability: float) -> float:
        """The total that is not passed with this probability (0..1; beyond the ends the first or last quantile)."""
        return float(np.interp(_checked(probability), PROBABILITIES, self.quantiles))

    def interval(self, level: float) -> tuple[float, float]:
        """The totals between which the middle share ``level`` (0..1) of the probability lies."""
        tail = (1.0 - _checked(level)) / 2.0
        return self.quantile(tail), self.quantile(1.0 - tail)

    def reachable(self, probability: float) -> float:
        """The largest target that is attained with at least this probability (0..1).

        Commit, target and stretch levels are these at chosen probabilities, such as 0.9, 0.5 and 0.2.
        """
        return self.quantile(1.0 - _checked(probability))

    @cached_property
    def mean(self) -> float:
        """The expected total."""
        return float(self.quantiles.mean())

    def plus(self, amount: float) -> "Outcome":
        """The distribution when an amount that is certain, such as what is won to date, is added."""
        return Outcome(quantiles=self.quantiles + amount)

    def times(self, factor: float) -> "Outcome":
        """The distribution of the total times a factor of 0 or more.

        Raises
        ------
        BadUsage
            When the factor is negative.
        """
        if factor < 0:
            raise BadUsage("An outcome cannot be multiplied by a negative number.")
        return Outcome(quantiles=self.quantiles * factor)

    def floored(self, least: float) -> "Outcome":
        """The distribution when the total cannot fall below ``least``: what lay below it lies on it."""
        return Outcome(quantiles=np.maximum(self.quantiles, least))


def mix(parts: Sequence[tuple[float, Outcome]]) -> Outcome:
    """The linear pool of several views: P(total <= x) is the weighted mean of theirs.

    Parameters
    ----------
    parts
        Weights, which need not add up to 1, and outcomes in one unit.

    Raises
    ------
    BadUsage
        When a weight is negative or not finite, or none is above zero.

    Examples
    --------
    >>> either = mix([(1, Outcome.certain(100)), (3, Outcome.certain(200))])
    >>> either.probability_at_least(150)
    0.75
    """
    weights = np.array([weight for weight, _ in parts], dtype=np.float64)
    if not np.isfinite(weights).all() or (weights < 0).any() or not weights.sum() > 0:
        raise BadUsage("Weights of outcomes are finite, none negative, and at least one above zero.")
    used = [
        (weight, part) for weight, (_, part) in zip(weights / weights.sum(), parts, strict=True) if weight
    ]
    if len(used) == 1:
        return used[0][1]
    totals = np.unique(np.concatenate([part.quantiles for _, part in used]))
    before = sum(weight * _below(part.quantiles, totals) for weight, part in used)
    upto = sum(weight * _upto(part.quantiles, totals) for weight, part in used)
    # At a total that has a probability of its own the pooled probability steps up: both ends of the step are knots.
    knots = np.maximum.accumulate(np.stack([before, upto], axis=1).ravel())
    mixed = np.interp(PROBABILITIES, knots, np.repeat(totals, 2))
    return Outcome(quantiles=np.maximum.accumulate(mixed))


def shown_probability(probability: float) -> float:
    """What people may see of a probability: never less than 1 per cent, never more than 99.

    Examples
    --------
    >>> shown_probability(0.9999)
    0.99
    """
    return float(min(max(probability, _LEAST_SHOWN), _MOST_SHOWN))


def _checked(probability: float) -> float:
    if not 0.0 <= probability <= 1.0:
        raise BadUsage(f"A probability lies between 0 and 1, and {probability} does not.")
    return probability


def _below(quantiles: Floats, totals: Floats) -> Floats:
    """P(total < x) for each x: where several quantiles equal x, the first counts."""
    place = np.searchsorted(quantiles, totals, side="left")
    return _between(quantiles, totals, place)


def _upto(quantiles: Floats, totals: Floats) -> Floats:
    """P(total <= x) for each x: where several quantiles equal x, the last counts."""
    last = np.searchsorted(quantiles, totals, side="right") - 1
    exact = (last >= 0) & (quantiles[np.maximum(last, 0)] == totals)
    held = np.where(last == _STEPS - 1, 1.0, PROBABILITIES[np.maximum(last, 0)])
    return np.where(exact, held, _below(quantiles, totals))


def _between(quantiles: Floats, totals: Floats, place: npt.NDArray[np.intp]) -> Floats:
    """The probability at each x, of which ``place`` quantiles lie below, evenly between its neighbours."""
    inside = np.clip(place, 1, _STEPS - 1)
    low, high = quantiles[inside - 1], quantiles[inside]
    width = np.where(high > low, high - low, 1.0)
    share = np.clip(totals - low, 0.0, width) / width
    probability = PROBABILITIES[inside - 1] + share / _STEPS
    return np.where(place == 0, 0.0, np.where(place == _STEPS, 1.0, probability))
