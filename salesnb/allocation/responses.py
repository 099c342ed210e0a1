"""Many response curves at once, as arrays: lines side by side, each in one or more draws."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salesnb.allocation.curves import Curve
from salesnb.allocation.forms import FORMS, Floats, Form
from salesnb.errors import BadInput

__all__ = ["Responses"]

Flags = npt.NDArray[np.bool_]
Part = tuple[Form, slice | npt.NDArray[np.intp]]


@dataclass(frozen=True)
class Responses:
    """Curves of n lines in d draws; every array of parameters has the shape (d, n).

    A line has one form in all of its draws, so that ``parts`` holds each form once, with the columns that have it.
    """

    parts: tuple[Part, ...]
    height: Floats
    scale: Floats
    shape: Floats
    base: Floats

    @classmethod
    def of(cls, lines: Sequence[Sequence[Curve]]) -> "Responses":
        """Put together n lines of d draws each.

        Raises
        ------
        BadInput
            When lines have different numbers of draws, or a line mixes forms.
        """
        if len({len(line) for line in lines}) != 1 or not lines[0]:
            raise BadInput(
                "The response curves have different numbers of draws: "
                + ", ".join(str(len(line)) for line in lines[:8])
                + ".",
                hint="Give every segment as many draws, at least one.",
            )
        forms = [line[0].form for line in lines]
        mixed = [k for k, line in enumerate(lines) if any(curve.form != forms[k] for curve in line)]
        if mixed:
            raise BadInput("The draws of a response curve have different forms.", hint="Draw from one form.")
        parts = []
        for name in sorted(set(forms)):
            columns = np.flatnonzero([form == name for form in forms])
            parts.append((FORMS.get(name), slice(None) if len(columns) == len(forms) else columns))
        names = ("height", "scale", "shape", "base")
        arrays = (
            np.array([[getattr(c, name) for c in line] for line in lines], dtype=float).T for name in names
        )
        return cls(tuple(parts), *arrays)

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.height.shape[0])

    @property
    def lines(self) -> int:
        """Number of lines."""
        return int(self.height.shape[1])

    def only(self, columns: npt.NDArray[np.intp]) -> "Responses":
        """Keep some lines, in the order given."""
        parts: list[Part] = []
        for form, held in self.parts:
            has = np.zeros(self.lines, dtype=bool)
            has[held] = True
            mine = np.flatnonzero(has[columns])
            if len(mine):
                parts.append((form, slice(None) if len(mine) == len(columns) else mine))
        return Responses(
            tuple(parts),
            self.height[:, columns],
            self.scale[:, columns],
            self.shape[:, columns],
            self.base[:, columns],
        )

    def value(self, x: Floats) -> Floats:
        """Expected sales without the base, (d, n), for amounts (n,) or (d, n)."""
        return self.height * self._over("value", x / self.scale)

    def rise(self, x: Floats) -> Floats:
        """First derivative by the amount, (d, n); infinite where a curve starts vertically."""
        with np.errstate(all="ignore"):
            return self._steep(self.height / self.scale * self._over("rise", x / self.scale))

    def bend(self, x: Floats) -> Floats:
        """Second derivative by the amount, (d, n)."""
        with np.errstate(all="ignore"):
            return self._steep(self.height / self.scale**2 * self._over("bend", x / self.scale))

    def inflection(self) -> Floats:
        """Amounts (d, n) up to which the curves are convex; 0 where they are concave everywhere."""
        out = np.zeros_like(self.height)
        for form, held in self.parts:
            out[:, held] = form.inflection(self.shape[:, held])
        return out * self.scale

    def _steep(self, derivative: Floats) -> Floats:
        """Take 0 for the derivatives of a curve without height, of which 0 * infinity would be no number."""
        return np.where(self.height > 0, derivative, 0.0)

    def _over(self, what: str, z: Floats) -> Floats:
        if len(self.parts) == 1:
            return getattr(self.parts[0][0], what)(z, self.shape)  # type: ignore[no-any-return]
        out = np.zeros_like(self.height)
        for form, held in self.parts:
            out[:, held] = getattr(form, what)(z[:, held], self.shape[:, held])
        return out
