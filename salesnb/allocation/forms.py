"""The forms that a response curve can have, in units of its scale: one class a form, added here."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

from salesnb.registry import Registry

__all__ = ["FORMS", "Floats", "Form"]

Floats = npt.NDArray[np.float64]


class Form(Protocol):
    """A curve that rises from 0 at z = 0, with z = amount / scale and a shape s.

    ``value``, ``rise`` and ``bend`` are the curve and its first two derivatives by z. Up to ``inflection`` the curve
    is convex, behind it concave; 0 is concave everywhere.
    """

    def value(self, z: Floats, s: Floats) -> Floats:
        """Height of the curve."""
        ...

    def rise(self, z: Floats, s: Floats) -> Floats:
        """First derivative by z; may be infinite at 0."""
        ...

    def bend(self, z: Floats, s: Floats) -> Floats:
        """Second derivative by z."""
        ...

    def inflection(self, s: Floats) -> Floats:
        """Where the curve turns from convex to concave, in z."""
        ...

    def fits(self, s: Floats) -> npt.NDArray[np.bool_]:
        """Whether shapes are ones that the form allows."""
        ...


FORMS: Registry[Form] = Registry("form of a response curve")


class _Power:
    """z^s with 0 < s <= 1: never saturates; s is the elasticity."""

    def value(self, z: Floats, s: Floats) -> Floats:
        return np.power(z, s)

    def rise(self, z: Floats, s: Floats) -> Floats:
        return s * np.power(z, s - 1)

    def bend(self, z: Floats, s: Floats) -> Floats:
        return s * (s - 1) * np.power(z, s - 2)

    def inflection(self, s: Floats) -> Floats:
        return np.zeros_like(s)

    def fits(self, s: Floats) -> npt.NDArray[np.bool_]:
        return (s > 0) & (s <= 1)


class _Exponential:
    """1 - exp(-z): saturates; its shape is not used and stands at 1."""

    def value(self, z: Floats, s: Floats) -> Floats:  # noqa: ARG002 - every form has a shape
        return -np.expm1(-z)

    def rise(self, z: Floats, s: Floats) -> Floats:  # noqa: ARG002
        return np.exp(-z)

    def bend(self, z: Floats, s: Floats) -> Floats:  # noqa: ARG002
        return -np.exp(-z)

    def inflection(self, s: Floats) -> Floats:
        return np.zeros_like(s)

    def fits(self, s: Floats) -> npt.NDArray[np.bool_]:
        return np.equal(s, 1)


class _Logarithm:
    """log(1 + z): grows ever more slowly, without an end; its shape is not used and stands at 1."""

    def value(self, z: Floats, s: Floats) -> Floats:  # noqa: ARG002
        return np.log1p(z)

    def rise(self, z: Floats, s: Floats) -> Floats:  # noqa: ARG002
        return 1 / (1 + z)

    def bend(self, z: Floats, s: Floats) -> Floats:  # noqa: ARG002
        return -1 / (1 + z) ** 2

    def inflection(self, s: Floats) -> Floats:
        return np.zeros_like(s)

    def fits(self, s: Floats) -> npt.NDArray[np.bool_]:
        return np.equal(s, 1)


class _Hill:
    """z^s / (1 + z^s): saturates; half of it at the scale; concave for s <= 1, S-shaped above."""

    def value(self, z: Floats, s: Floats) -> Floats:
        height: Floats = 1 - 1 / (1 + np.power(z, s))
        return height

    def rise(self, z: Floats, s: Floats) -> Floats:
        power = np.power(z, s)
        rise: Floats = s * np.power(z, s - 1) / (1 + power) ** 2
        return rise

    def bend(self, z: Floats, s: Floats) -> Floats:
        power = np.power(z, s)
        bend: Floats = s * np.power(z, s - 2) * (s - 1 - (s + 1) * power) / (1 + power) ** 3
        return bend

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
