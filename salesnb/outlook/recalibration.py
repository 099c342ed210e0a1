"""Probabilities corrected by how earlier ones turned out, as far as there is evidence."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salesnb.errors import BadUsage
from salesnb.outlook.distribution import PROBABILITIES, Outcome

__all__ = ["Recalibration", "recalibrate"]

Floats = npt.NDArray[np.float64]

_PRIOR = 10.0
_STEEPEST, _FLATTEST = 10.0, 0.05
_ROUNDS = 50
_NEAREST = 1e-4


@dataclass(frozen=True, kw_only=True)
class Recalibration:
    """log-odds corrected = intercept + slope · log-odds; by default nothing changes."""

    intercept: float = 0.0
    slope: float = 1.0

    def probability(self, probability: float) -> float:
        """The corrected probability (0..1) of attaining a target.

        Examples
        --------
        >>> round(Recalibration(slope=0.5).probability(0.9), 3)
        0.75
        """
        corrected = _sigmoid(self.intercept + self.slope * _log_odds(np.array([probability])))
        return float(corrected[0])

    def outcome(self, outcome: Outcome) -> Outcome:
        """The distribution whose probabilities of attaining any target are the corrected ones."""
        if self == Recalibration():
            return outcome
        attained = _sigmoid((_log_odds(1.0 - PROBABILITIES) - self.intercept) / self.slope)
        return Outcome(quantiles=np.interp(1.0 - attained, PROBABILITIES, outcome.quantiles))


def recalibrate(
    probabilities: npt.ArrayLike, hits: npt.ArrayLike, *, weights: npt.ArrayLike = 1.0
) -> Recalibration:
    """Learn the correction from predictions that have been resolved: logistic regression with a ridge to the identity.

    It minimises Σ w · log-loss + 5 · (intercept² + (slope − 1)²), so that some forty predictions are needed before
    evidence and "change nothing" weigh the same. The slope stays within 0.05 to 10, so that a harder target never
    becomes more probable.

    Parameters
    ----------
    probabilities, hits
        Shape (m,): what was said (0..1), and whether it came true.
    weights
        Of each; those that share a result, such as several targets for one total, should share a weight of 1.

    Raises
    ------
    BadUsage
        When they do not have the same length, or a probability is not within 0 to 1.
    """
    said, true = np.asarray(probabilities, dtype=np.float64), np.asarray(hits, dtype=np.float64)
    if said.shape != true.shape or not ((said >= 0) & (said <= 1)).all():
        raise BadUsage("Each prediction needs a probability within 0 to 1 and whether it came true.")
    if not said.size:
        return Recalibration()
    inputs = np.stack([np.ones_like(said), _log_odds(said)], axis=1)
    found, identity = np.array([0.0, 1.0]), np.array([0.0, 1.0])
    weight = np.broadcast_to(np.asarray(weights, dtype=np.float64), said.shape)
    for _ in range(_ROUNDS):
        expected = _sigmoid(inputs @ found)
        slope = inputs.T @ (weight * (expected - true)) + _PRIOR * (found - identity)
        bend = (inputs * (weight * expected * (1.0 - expected))[:, None]).T @ inputs + _PRIOR * np.eye(2)
        step = np.linalg.solve(bend, slope)
        # A full step may overshoot where the start is far off; half a unit of log-odds a round cannot.
        found = found - step / max(1.0, float(np.abs(step).max()) / 0.5)
        if np.abs(step).max() < 1e-10:
            break
    return Recalibration(intercept=float(found[0]), slope=float(np.clip(found[1], _FLATTEST, _STEEPEST)))


def _log_odds(probabilities: Floats) -> Floats:
    held = np.clip(probabilities, _NEAREST, 1.0 - _NEAREST)
    return np.asarray(np.log(held / (1.0 - held)))


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(values, -700.0, 700.0))))
