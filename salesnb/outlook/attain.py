"""How likely a goal is attained: two views mixed, recalibrated, and the targets that chosen probabilities reach."""

from collections.abc import Callable
from dataclasses import dataclass

from salesnb.outlook.distribution import Outcome, mix, shown_probability
from salesnb.outlook.pipeline import LEAST_ORIGINS

__all__ = ["LEVELS", "Attainment", "Level", "attain"]

# What people call a target by how likely it is reached.
LEVELS = (("commit", 0.9), ("target", 0.5), ("stretch", 0.2))
_RANGE = 0.8


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
        The views mixed; it does not depend on the target.
    computed
        P(attain) after recalibration, 0..1, for the record of predictions.
    probability
        What people may see, within 0.01 to 0.99; None where history is too short.
    low, high
        The range that holds 80 per cent.
    levels
        Commit, target and stretch.
    reason
        Why there is no probability; empty where there is one.
    """

    target: float
    outcome: Outcome
    computed: float
    probability: float | None
    low: float
    high: float
    levels: tuple[Level, ...]
    reason: str = ""


def _as_it_is(probability: float) -> float:
    return probability


def attain(
    target: float,
    *,
    top_down: Outcome | None,
    bottom_up: Outcome | None,
    origins: int,
    recalibrate: Callable[[float], float] = _as_it_is,
    bottom_up_weight: float = 0.5,
) -> Attainment:
    """Mix the two views of a period and ask them for a target.

    P(total >= target) of the mix is (1 - w) P1 + w P2. The target enters only here: no view is made from it.

    Parameters
    ----------
    target
        In the KPI's whole unit.
    top_down, bottom_up
        The views; one may be missing, as the second is where nobody records open deals.
    origins
        Distinct months as of which the workspace's pool could be forecast and judged; below 8 there is no
        probability, only a range.
    recalibrate
        What the workspace's resolved predictions taught; as it is by default.
    bottom_up_weight
        w, 0..1.

    Raises
    ------
    BadUsage
        When both views are missing.

    Examples
    --------
    >>> goal = attain(80, top_down=Outcome.certain(100), bottom_up=Outcome.certain(60), origins=12)
    >>> goal.probability, goal.low, goal.high
    (0.5, 60.0, 100.0)
    """
    weighted = ((1 - bottom_up_weight, top_down), (bottom_up_weight, bottom_up))
    views = [(weight, view) for weight, view in weighted if view is not None]
    outcome = mix(views) if len(views) != 1 else views[0][1]
    computed = recalibrate(outcome.probability_at_least(target))
    low, high = outcome.interval(_RANGE)
    enough = origins >= LEAST_ORIGINS
    return Attainment(
        target=target,
        outcome=outcome,
        computed=computed,
        probability=shown_probability(computed) if enough else None,
        low=low,
        high=high,
        levels=tuple(
            Level(name=name, probability=share, target=outcome.reachable(share)) for name, share in LEVELS
        ),
        reason="" if enough else _too_short(origins),
    )


def _too_short(origins: int) -> str:
    months = "month" if origins == 1 else "months"
    return (
        f"not enough history: forecasts could be judged for {origins} {months} of the past, "
        f"and a probability needs {LEAST_ORIGINS}"
    )
