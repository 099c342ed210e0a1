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
# The least amount, in a curve's scale, at which it is asked how steep it is: none is steeper than can be told there.
_LEAST = 1e-100


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
        if len(lines[0]) > 1 and any(curve.form != line[0].form for line in lines for curve in line):
            raise BadInput("The draws of a response curve have different forms.", hint="Draw from one form.")
        parts = tuple(
            (FORMS.get(name), _columns(np.flatnonzero([form == name for form in forms])))
            for name in dict.fromkeys(forms)
        )
        numbers = [(c.height, c.scale, c.shape, c.base) for line in lines for c in line]
        arrays = np.array(numbers, dtype=float).reshape(len(lines), len(lines[0]), 4).T
        return cls(parts, *map(np.ascontiguousarray, arrays))

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
                parts.append((form, _columns(mine)))
        return Responses(
            tuple(parts),
            self.height[:, columns],
            self.scale[:, columns],
            self.shape[:, columns],
            self.base[:, columns],
        )

    def value(self, x: Floats) -> Floats:
        """Expected sales without the base, (d, n), for amounts (n,) or (d, n)."""
        z, out = x / self.scale, np.zeros_like(self.height)
        for form, held in self.parts:
            out[:, held] = form.value(z[:, held], self.shape[:, held])
        return self.height * out

    def slopes(self, x: Floats) -> tuple[Floats, Floats]:
        """First and second derivative by the amount, (d, n) each; huge where a curve starts vertically."""
        z = np.maximum(x / self.scale, _LEAST)
        rise, bend = np.zeros_like(self.height), np.zeros_like(self.height)
        with np.errstate(all="ignore"):
            for form, held in self.parts:
                rise[:, held], bend[:, held] = form.slopes(z[:, held], self.shape[:, held])
            factor = self.height / self.scale
            return factor * rise, factor / self.scale * bend

    def inflection(self) -> Floats:
        """Amounts (d, n) up to which the curves are convex; 0 where they are concave everywhere."""
        out = np.zeros_like(self.height)
        for form, held in self.parts:
            out[:, held] = form.inflection(self.shape[:, held])
        return out * self.scale


def _columns(held: npt.NDArray[np.intp]) -> slice | npt.NDArray[np.intp]:
    """Give columns that stand side by side as a slice, which NumPy reads without copying."""
    together = len(held) and held[-1] - held[0] == len(held) - 1
    return slice(int(held[0]), int(held[-1]) + 1) if together else held
