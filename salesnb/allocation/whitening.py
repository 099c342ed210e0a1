"""Months that resemble the month before: what is left over is made independent before it is compared with curves.

A deviation is as much as ``likeness`` times that of the known period before, and something new: AR(1), with gaps. Whitening
takes the first off and scales the rest, so that sums of squares count what the periods truly tell.
"""

from dataclasses import dataclass

import numpy as np

from salesnb.allocation.forms import Floats

__all__ = ["White", "whitened"]


@dataclass(frozen=True, kw_only=True)
class White:
    """A history whitened, without each segment's level.

    Attributes
    ----------
    weights
        (s, t, t): from deviations to independent ones; rows of unknown periods are 0.
    precision
        weights' weights, (s, t, t).
    size_of
        Logarithm of the determinant over known periods, (s,).
    one, count
        A constant whitened (s, t), and its square (s,).
    middle
        Time at which level and trend are independent, (s,).
    time, stretch
        Time from there whitened (s, t), and its square (s,).
    responses, size, tilt
        The responses whitened and without level (s, g, t), their squares, and what they share with time (s, g).
    """

    weights: Floats
    precision: Floats
    size_of: Floats
    one: Floats
    count: Floats
    middle: Floats
    time: Floats
    stretch: Floats
    responses: Floats
    size: Floats
    tilt: Floats

    def of(self, values: Floats) -> Floats:
        """Whiten values (s, t)."""
        out: Floats = np.matmul(self.weights, values[:, :, None])[:, :, 0]
        return out

    def level_of(self, white: Floats) -> Floats:
        """Give the level (s,) of whitened values."""
        level: Floats = (self.one * white).sum(axis=1) / self.count
        return level


def whitened(known: Floats, responses: Floats, years: Floats, likeness: float) -> White:
    """Whiten responses (s, g, t) of known periods (s, t), 1 or 0, for a likeness (0..1)."""
    segments, periods = known.shape
    weights, size_of = np.zeros((segments, periods, periods)), np.zeros(segments)
    for row in range(segments):
        at = np.flatnonzero(known[row])
        alike = np.concatenate([[0.0], likeness ** np.diff(at).astype(float)])
        new = 1 / np.sqrt(1 - alike**2)
        weights[row, at, at] = new
        weights[row, at[1:], at[:-1]] = -(alike * new)[1:]
        size_of[row] = np.log(new).sum()
    one = weights.sum(axis=2)
    count = (one**2).sum(axis=1)
    time = weights @ years
    middle = (one * time).sum(axis=1) / count
    time = time - middle[:, None] * one
    white = np.matmul(responses, weights.swapaxes(1, 2))
    level = np.einsum("sgt,st->sg", white, one) / count[:, None]
    white -= level[:, :, None] * one[:, None, :]
    return White(
        weights=weights,
        precision=weights.swapaxes(1, 2) @ weights,
        size_of=size_of,
        one=one,
        count=count,
        middle=middle,
        time=time,
        stretch=(time**2).sum(axis=1),
        responses=white,
        size=(white**2).sum(axis=2),
        tilt=np.einsum("sgt,st->sg", white, time),
    )
