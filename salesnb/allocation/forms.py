"""The forms that a response curve can have, in units of its scale: one class a form, added here."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

from salesnb.registry import Registry

__all__ = ["FORMS", "Floats", "Form"]

Floats = npt.NDArray[np.float64]


class Form(Protocol):
    """A curve that rises from 0 at z = 0, with z = amount / scale and a shape s, both arrays.

    Up to ``inflection`` the curve is convex, behind it concave; an inflection at 0 is concave everywhere.
    """

    def value(self, z: Floats, s: Floats) -> Floats:
        """Height of the curve, for z of 0 or more."""
        ...

    def slopes(self, z: Floats, s: Floats) -> tuple[Floats, Floats]:
        """First and second derivative by z, for z above 0."""
        ...

    def inflection(self, s: Floats) -> Floats:
        """Where the curve turns from convex to concave, in z."""
        ...

    def fits(self, s: Floats) -> npt.NDArray[np.bool_]:
        """Whether shapes are ones that the form allows."""
        ...


FORMS: Registry[Form] = Registry("form of a response curve")


class _Concave:
    """What forms share that are concave everywhere and have no shape: it stands at 1."""

    def inflection(self, s: Floats) -> Floats:
        return np.zeros_like(s)

    def fits(self, s: Floats) -> npt.NDArray[np.bool_]:
        return np.equal(s, 1)


class _Power(_Concave):
    """z^s with 0 < s <= 1: never saturates; s is the elasticity."""

    def value(self, z: Floats, s: Floats) -> Floats:
        return np.power(z, s)

    def slopes(self, z: Floats, s: Floats) -> tuple[Floats, Floats]:
        rise = s * np.power(z, s - 1)
        return rise, (s - 1) * rise / z

    def fits(self, s: Floats) -> npt.NDArray[np.bool_]:
        return (s > 0) & (s <= 1)


class _Exponential(_Concave):
    """1 - exp(-z): saturates."""

    def value(self, z: Floats, s: Floats) -> Floats:  # noqa: ARG002 - every form has a shape
        return -np.expm1(-z)

    def slopes(self, z: Floats, s: Floats) -> tuple[Floats, Floats]:  # noqa: ARG002
        rise = np.exp(-z)
        return rise, -rise


class _Logarithm(_Concave):
    """log(1 + z): grows ever more slowly, without an end."""

    def value(self, z: Floats, s: Floats) -> Floats:  # noqa: ARG002
        return np.log1p(z)

    def slopes(self, z: Floats, s: Floats) -> tuple[Floats, Floats]:  # noqa: ARG002
        rise = 1 / (1 + z)
        return rise, -rise * rise


class _Hill:
    """z^s / (1 + z^s): saturates; half of it at the scale; concave for s <= 1, S-shaped above."""

    def value(self, z: Floats, s: Floats) -> Floats:
        height: Floats = 1 - 1 / (1 + np.power(z, s))
        return height

    def slopes(self, z: Floats, s: Floats) -> tuple[Floats, Floats]:
        power = np.power(z, s)
        below = 1 / (1 + power)
        rise = s * power / z * below * below
        return rise, rise / z * (s - 1 - (s + 1) * power) * below

    def inflection(self, s: Floats) -> Floats:
        steep = np.maximum(s, 1)
        turn: Floats = np.power((steep - 1) / (steep + 1), 1 / steep)
        return turn

    def fits(self, s: Floats) -> npt.NDArray[np.bool_]:
        return (s > 0) & (s <= 20)


FORMS.add("power", _Power(), origin=__name__)
FORMS.add("exponential", _Exponential(), origin=__name__)
FORMS.add("log", _Logarithm(), origin=__name__)
FORMS.add("hill", _Hill(), origin=__name__)
