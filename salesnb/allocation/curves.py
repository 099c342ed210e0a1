"""A response curve: what a segment is expected to sell for an amount of a resource."""

import math
from dataclasses import dataclass

import numpy as np

from salesnb.allocation.forms import FORMS, Floats
from salesnb.errors import BadInput

__all__ = ["Curve", "exponential", "hill", "logarithmic", "power"]


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Expected sales of a period for an amount of a resource: base + height * form(amount / scale).

    Attributes
    ----------
    form
        A name of :data:`salesnb.allocation.forms.FORMS`: ``power``, ``exponential``, ``log`` or ``hill``.
    height
        In the unit of the outcome, 0 or more: the ceiling of a form that saturates.
    scale
        In the unit of the resource, above 0; of ``hill`` the amount that brings half of the ceiling.
    shape
        Of ``power`` the exponent (0..1), of ``hill`` the slope (above 1 it is S-shaped); 1 otherwise.
    base
        What is sold without any, in the unit of the outcome.
    source
        Where the curve is known from; ``judgement`` where there is no data.

    Raises
    ------
    BadInput
        When a number is not finite, negative or outside what the form allows.

    Examples
    --------
    >>> round(hill(ceiling=100, half=20, slope=2).at(20), 6)
    50.0
    >>> power(gain=-1, exponent=0.5)
    Traceback (most recent call last):
    ...
    salesnb.errors.BadInput: The response curve has a height of -1. Use a finite number of 0 or more.
    """

    form: str
    height: float
    scale: float = 1.0
    shape: float = 1.0
    base: float = 0.0
    source: str = "judgement"

    def __post_init__(self) -> None:
        form = FORMS.get(self.form)
        self._must("height", self.height, math.isfinite(self.height) and self.height >= 0, "of 0 or more")
        self._must("scale", self.scale, math.isfinite(self.scale) and self.scale > 0, "above 0")
        self._must("base", self.base, math.isfinite(self.base), "")
        fits = math.isfinite(self.shape) and bool(form.fits(np.array([self.shape]))[0])
        self._must("shape", self.shape, fits, f"that the form {self.form!r} allows")

    def _must(self, what: str, value: float, holds: bool, allowed: str) -> None:  # noqa: FBT001
        if not holds:
            raise BadInput(
                f"The response curve has a {what} of {value:g}.",
                hint=f"Use a finite number {allowed}".rstrip() + ".",
            )

    def at(self, amount: float) -> float:
        """Expected sales for an amount (0 or more) of the resource."""
        return float(self.over(np.array([amount], dtype=float))[0])

    def over(self, amounts: Floats) -> Floats:
        """Expected sales for amounts of any shape."""
        form, amounts = FORMS.get(self.form), np.asarray(amounts, dtype=float)
        return self.base + self.height * form.value(amounts / self.scale, np.full_like(amounts, self.shape))


def power(*, gain: float, exponent: float, base: float = 0, source: str = "judgement") -> Curve:
    """Give gain * amount^exponent: the exponent is the elasticity; never saturates."""
    return Curve(form="power", height=gain, shape=exponent, base=base, source=source)


def exponential(*, ceiling: float, scale: float, base: float = 0, source: str = "judgement") -> Curve:
    """Give ceiling * (1 - exp(-amount / scale))."""
    return Curve(form="exponential", height=ceiling, scale=scale, base=base, source=source)


def logarithmic(*, gain: float, scale: float, base: float = 0, source: str = "judgement") -> Curve:
    """Give gain * log(1 + amount / scale)."""
    return Curve(form="log", height=gain, scale=scale, base=base, source=source)


def hill(
    *, ceiling: float, half: float, slope: float = 1, base: float = 0, source: str = "judgement"
) -> Curve:
    """Give ceiling * amount^slope / (amount^slope + half^slope); S-shaped for slopes above 1."""
    return Curve(form="hill", height=ceiling, scale=half, shape=slope, base=base, source=source)
