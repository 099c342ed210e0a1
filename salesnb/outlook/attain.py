"""How likely a goal is attained: two views mixed and recalibrated, and the targets that chosen probabilities reach."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from salesnb.outlook.chances import Chance, chance
from salesnb.outlook.distribution import PROBABILITIES, Outcome, mix, shown_probability
from salesnb.outlook.recalibration import Recalibration

__all__ = ["BOTTOM_UP_WEIGHT", "LEVELS", "Attainment", "Level", "attain", "pooled"]

# How much of the mix is the bottom-up view, to start with.
BOTTOM_UP_WEIGHT = 0.5

# What people call a target by how likely it is reached, and how likely that is unless they choose otherwise.
LEVELS = (("commit", 0.9), ("target", 0.5), ("stretch", 0.2))
_CHANCES = tuple(share for _, share in LEVELS)
_SEVERAL = 1.5
_AS_IT_IS = Recalibration()
# The pool of two calibrated views is less sure than it may be: on a thousand invented companies .75 was said and .83
# came true. Larger log-odds mend it; with still larger ones the ranges of real deals hold too little.
_OF_THE_POOL = Recalibration(slope=1.12)


@dataclass(frozen=True, kw_only=True)
class Level:
    """A target that is attained with a chosen probability (0..1), in the KPI's whole unit."""

    name: str
    probability: float
    target: float


@dataclass(frozen=True, kw_only=True)
class Attainment:
    """What may be said of a goal.

    Attributes
    ----------
    target
        The goal's, in the KPI's whole unit.
    outcome
        The views mixed and recalibrated; it does not depend on the target.
    before
        P(attain) of the mix before recalibration, 0..1: what the record of predictions keeps, to learn from.
    chance
        What people may see: a probability within 0.01 to 0.99, or why there is none, and a range.
    levels
        Commit, target and stretch.
    by_view
        P(attain) of each view alone, 0..1.
    """

    target: float
    outcome: Outcome
    before: float
    chance: Chance
    levels: tuple[Level, ...]
    by_view: tuple[float, ...] = ()

    @property
    def band(self) -> tuple[float, float] | None:
        """Between which probabilities the views and what is made of them lie; None where no probability is shown."""
        said = self.chance.probability
        if said is None:
            return None
        every = (said, *map(shown_probability, self.by_view))
        return min(every), max(every)


def pooled(
    top_down: Outcome | None, bottom_up: Outcome | None, *, bottom_up_weight: float = BOTTOM_UP_WEIGHT
) -> Outcome:
    """Mix the two views; one that is alone stays as it is.

    The linear pool, with log-odds of attaining any target 1.12 times as large. Where the lowest total has a probability
    of its own, such as nothing at all for a rep with few deals, that stays as pooled, and the totals above it are
    sharpened among themselves: larger log-odds would make any target of a rep who wins in less than half of all months
    less probable still.

    Raises
    ------
    BadUsage
        When both views are missing, or the weight is not within 0 to 1.

    References
    ----------
    R. Ranjan and T. Gneiting, Combining probability forecasts, Journal of the Royal Statistical Society B 72 (2010)
    71-91: a linear pool of calibrated forecasts is not calibrated, and lacks sharpness.
    """
    weighted = ((1 - bottom_up_weight, top_down), (bottom_up_weight, bottom_up))
    views = [(weight, view) for weight, view in weighted if view is not None]
    return views[0][1] if len(views) == 1 else _sharper(mix(views))


def _sharper(pool: Outcome) -> Outcome:
    """Sharpen all but what the pool says of its lowest total, such as nothing."""
    lowest = pool.quantiles[0]
    there = pool.quantiles > lowest
    least = 1 - float(there.mean())
    # A single quantile is no total with a probability of its own.
    if least * PROBABILITIES.size < _SEVERAL:
        return _OF_THE_POOL.outcome(pool)
    if not there.any():
        return pool
    above = np.interp(least + (1 - least) * PROBABILITIES, PROBABILITIES[there], pool.quantiles[there])
    sharp = _OF_THE_POOL.outcome(Outcome(quantiles=above)).quantiles
    held = np.interp((PROBABILITIES - least) / (1 - least), PROBABILITIES, sharp)
    return Outcome(quantiles=np.where(least > PROBABILITIES, lowest, held))


def attain(
    target: float,
    *,
    top_down: Outcome | None,
    bottom_up: Outcome | None,
    origins: int,
    recalibration: Recalibration = _AS_IT_IS,
    bottom_up_weight: float = BOTTOM_UP_WEIGHT,
    beaten_by_base_rate: float | None = None,
    unjudged: str = "",
    chances: Sequence[float] = _CHANCES,
) -> Attainment:
    """Mix the two views of a period and ask them for a target.

    P(total >= target) of the pool is (1 - w) P1 + w P2, which `pooled` sharpens. The target enters only here: no view is made from it.

    Parameters
    ----------
    target
        In the KPI's whole unit.
    top_down, bottom_up
        The views; one may be missing, as the second is where nobody records open deals.
    origins
        Distinct months as of which the workspace's pool could be forecast and judged; below 8 there is no
        probability, only a range.
    recalibration
        What the workspace's resolved predictions taught; nothing by default.
    bottom_up_weight
        w, 0..1.
    beaten_by_base_rate
        The base rate, where on the past probabilities did not beat it; it is shown in their place.
    unjudged
        Why it is not known whether they did; no probability is shown then.
    chances
        The probabilities (0..1) with which commit, target and stretch are reached.

    Raises
    ------
    BadUsage
        When both views are missing, or the weight is not within 0 to 1.

    Examples
    --------
    >>> goal = attain(80, top_down=Outcome.certain(100), bottom_up=Outcome.certain(60), origins=12)
    >>> goal.chance.probability, goal.chance.low, goal.chance.high
    (0.5, 60.0, 100.0)
    >>> goal.band
    (0.01, 0.99)
    """
    mixed = pooled(top_down, bottom_up, bottom_up_weight=bottom_up_weight)
    outcome = recalibration.outcome(mixed)
    return Attainment(
        target=target,
        outcome=outcome,
        before=mixed.probability_at_least(target),
        chance=chance(
            outcome, target, origins=origins, beaten_by_base_rate=beaten_by_base_rate, unjudged=unjudged
        ),
        levels=tuple(
            Level(name=name, probability=share, target=outcome.reachable(share))
            for (name, _), share in zip(LEVELS, chances, strict=True)
        ),
        by_view=tuple(
            view.probability_at_least(target) for view in (top_down, bottom_up) if view is not None
        ),
    )
