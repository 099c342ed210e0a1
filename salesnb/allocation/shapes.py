"""Curves told by what can be known of them: the elasticity at today's effort, and the share of sales that effort brings.

With z = amount / today, a curve is level * (1 + share * (phi(z) - 1)) with phi(1) = 1, so that the elasticity at today's is
share * phi'(1). Each form has one curvature for a wanted phi'(1), the *steepness*; Hill has one for each slope.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from salesnb.allocation.curves import Curve
from salesnb.allocation.forms import FORMS, Floats
from salesnb.errors import UnknownName, nearest

__all__ = ["FITTED", "LEAST", "MOST", "STEP", "Shapes", "grid"]

LEAST, MOST = 0.005, 2.0
_ELASTICITIES, _SHARES = 44, np.array([0.06, 0.15, 0.25, 0.36, 0.5, 0.65, 0.8, 0.94])
_HALVINGS = 60
# Between elasticities of the grid, in their logarithm.
STEP = float(np.log(MOST / LEAST)) / (_ELASTICITIES - 1)


@dataclass(frozen=True, kw_only=True)
class _Fitted:
    """How a form bends: scale in units of today's amount, and shape, for a steepness and a slope."""

    form: str
    bent: Callable[[Floats, Floats], tuple[Floats, Floats]]
    steepness: tuple[float, float]
    slopes: tuple[float, ...] = (1.0,)


def _falling(curve: Callable[[Floats], Floats], wanted: Floats) -> Floats:
    """Where a curve that falls over (1e-6, 1e6) has the wanted values."""
    low, high = np.full_like(wanted, np.log(1e-6)), np.full_like(wanted, np.log(1e6))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        above = curve(np.exp(middle)) > wanted
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    found: Floats = np.exp((low + high) / 2)
    return found


def _of_rate(curve: Callable[[Floats], Floats], steep: Floats, slope: Floats) -> tuple[Floats, Floats]:
    return 1 / _falling(curve, steep), np.ones_like(slope)


def _exponential(rate: Floats) -> Floats:
    with np.errstate(over="ignore"):
        return rate / np.expm1(rate)


def _logarithm(rate: Floats) -> Floats:
    return rate / ((1 + rate) * np.log1p(rate))


def _hill(steep: Floats, slope: Floats) -> tuple[Floats, Floats]:
    left = steep / slope
    return np.power(left / (1 - left), 1 / slope), slope


FITTED = {
    "power": _Fitted(
        form="power", bent=lambda steep, slope: (np.ones_like(slope), steep), steepness=(0.004, 1.0)
    ),
    "exponential": _Fitted(form="exponential", bent=partial(_of_rate, _exponential), steepness=(0.004, 0.97)),
    # Slower than that a logarithm can hardly bend.
    "log": _Fitted(form="log", bent=partial(_of_rate, _logarithm), steepness=(0.11, 0.97)),
    "hill": _Fitted(form="hill", bent=_hill, steepness=(0.004, 0.97)),
    "s-shaped": _Fitted(form="hill", bent=_hill, steepness=(0.004, 0.97), slopes=(1.0, 1.5, 2.2, 3.2)),
}


@dataclass(frozen=True, kw_only=True)
class Shapes:
    """Shapes that a curve can have: arrays (g,) of elasticity, share (0..1) and slope, and what follows from them."""

    form: str
    elasticity: Floats
    share: Floats
    slope: Floats
    scale: Floats
    shape: Floats

    @classmethod
    def of(cls, name: str, elasticity: Floats, share: Floats, slope: Floats) -> "Shapes":
        """Bend curves; a steepness that the form cannot have becomes the nearest that it can, and the share follows."""
        fitted = FITTED[name]
        least, most = fitted.steepness
        steep = np.clip(elasticity / share, least, most * slope)
        scale, shape = fitted.bent(steep, slope)
        share = np.minimum(elasticity / steep, _SHARES[-1])
        return cls(
            form=fitted.form,
            elasticity=elasticity,
            share=share,
            slope=slope,
            scale=scale,
            shape=shape,
        )

    def relative(self, z: Floats) -> Floats:
        """Sales (g, t) as a multiple of today's, for amounts (t,) as a multiple of today's."""
        return 1 + self.share[:, None] * (self._height(z) / self._height(np.ones(1)) - 1)

    def _height(self, z: Floats) -> Floats:
        value = FORMS.get(self.form).value
        shape = np.broadcast_to(self.shape[:, None], (len(self.shape), len(z)))
        return value(z[None, :] / self.scale[:, None], shape)

    def curves(self, today: float, level: Floats, source: str) -> tuple[Curve, ...]:
        """Give curves of today's amount, and what is sold with it (g,)."""
        height = level * self.share / self._height(np.ones(1))[:, 0]
        base, scale = level * (1 - self.share), self.scale * today
        return tuple(
            Curve(
                form=self.form, height=float(h), scale=float(x), shape=float(k), base=float(b), source=source
            )
            for h, x, k, b in zip(height, scale, self.shape, base, strict=True)
        )


def grid(name: str) -> Shapes:
    """Give all shapes that a fit tries, elasticities at even steps of their logarithm.

    Raises
    ------
    UnknownName
        When there is no such form.
    """
    if name not in FITTED:
        raise UnknownName(f"No curve of the form {name!r} can be fitted.", hint=nearest(name, FITTED))
    fitted = FITTED[name]
    axes = (np.geomspace(LEAST, MOST, _ELASTICITIES), _SHARES, np.array(fitted.slopes))
    elasticity, share, slope = (axis.ravel() for axis in np.meshgrid(*axes, indexing="ij"))
    steep = elasticity / share
    can = (steep >= fitted.steepness[0]) & (steep <= fitted.steepness[1] * slope)
    return Shapes.of(name, elasticity[can], share[can], slope[can])
