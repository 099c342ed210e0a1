"""What people are told of a goal: a probability where it is worth one, else a range and why."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salesnb.outlook.distribution import Outcome, shown_probability

__all__ = ["LEAST_ORIGINS", "Chance", "chance", "shown_probabilities"]

Floats = npt.NDArray[np.float64]

# Distinct months at which a forecast was made whose result is known, over all series of the workspace.
LEAST_ORIGINS = 8


@dataclass(frozen=True, kw_only=True)
class Chance:
    """What is said of a target.

    Attributes
    ----------
    probability
        Of attaining it, within 0.01 to 0.99; None where no probability is shown.
    low, high
        The range that should hold the total in 80 of 100 cases, in the KPI's whole unit.
    reason
        Why there is no probability; empty where there is one.
    base_rate
        How often such targets were attained before, where that is said instead.
    """

    probability: float | None
    low: float
    high: float
    reason: str = ""
    base_rate: float | None = None


def chance(
    outcome: Outcome,
    target: float,
    *,
    origins: int,
    beaten_by_base_rate: float | None = None,
    unjudged: str = "",
) -> Chance:
    """What may be said of a target.

    Parameters
    ----------
    outcome
        The distribution of the period's total.
    target
        In the same unit.
    origins
        Distinct monthly origins in the pool that the spread was learned from; under 8 no probability is shown.
    beaten_by_base_rate
        The base rate, where the backtest says that probabilities do not beat it; it is shown in their place.
    unjudged
        Why it is not known whether they beat it; no probability is shown then.

    Examples
    --------
    >>> chance(Outcome.from_draws([80, 90, 110, 120]), 100, origins=5).reason
    'not enough history: 5 of the 8 months with a known result that a probability needs'
    """
    low, high = outcome.interval(0.8)
    if origins < LEAST_ORIGINS:
        need = f"{origins} of the {LEAST_ORIGINS} months with a known result that a probability needs"
        return Chance(probability=None, low=low, high=high, reason=f"not enough history: {need}")
    if unjudged:
        return Chance(probability=None, low=low, high=high, reason=unjudged)
    if beaten_by_base_rate is not None:
        why = "on the past, probabilities were no better than how often such targets were attained anyway"
        return Chance(probability=None, low=low, high=high, reason=why, base_rate=beaten_by_base_rate)
    return Chance(probability=shown_probability(outcome.probability_at_least(target)), low=low, high=high)


def shown_probabilities(probabilities: Floats) -> Floats:
    """``shown_probability`` of each."""
    return np.asarray(np.clip(probabilities, shown_probability(0.0), shown_probability(1.0)))
