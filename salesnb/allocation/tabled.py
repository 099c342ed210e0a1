"""A curve in many draws as a table of its mean, which a page can read at every step of a drag.

Nodes stand at x = top * (k / cells)^bend, closer where curves are steep. Between two of them the mean is the cubic in
u = (x / top)^(1 / bend) that has its values and slopes (Hermite). Before the first one it is first value + rise * v^e with
v = u * cells, and e such that the slope at the first node is met: curves that start vertically have no slope at 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from salesnb.allocation.curves import Curve
from salesnb.allocation.forms import FORMS, Floats

__all__ = ["CLOSE", "Table", "tabulate"]

# The share of the mean's height by which a table may be off; grids are tried in this order until it is not.
CLOSE = 1e-5
_GRIDS = tuple((cells, bend) for cells in (32, 64, 128, 256, 512) for bend in (2, 4, 8, 16))
# Each cell is held against the mean at so many places within it.
_CHECKED = 3
# By so few draws a grid is chosen: fewer draws bend more than all.
_CHOSEN_BY = 16
# A slope is told no nearer to 0 than at this share of the top: some curves start vertically.
_LEAST = 1e-4
_BAND = (10, 90)


@dataclass(frozen=True, kw_only=True)
class Table:
    """The mean of a curve's draws over 0 to ``top``; it goes on in a straight line behind that.

    Attributes
    ----------
    top
        In the unit of the resource.
    bend
        The power by which nodes are closer near 0.
    values, slopes
        At the nodes, in the unit of the outcome: expected sales, and how much they rise in a cell at the node's slope.
    low, high
        At the nodes, between which eight of ten draws lie; empty for a single draw.
    """

    top: float
    bend: int
    values: Floats
    slopes: Floats
    low: Floats = field(default_factory=lambda: np.zeros(0))
    high: Floats = field(default_factory=lambda: np.zeros(0))

    def at(self, amounts: Floats) -> Floats:
        """Expected sales for amounts of 0 or more."""
        cell, t = self._place(amounts)
        first, last, rise, end = self._cell(cell)
        inner = first + t * (
            rise + t * (3 * (last - first) - 2 * rise - end + t * (2 * (first - last) + rise + end))
        )
        behind = np.maximum(amounts / self.top - 1, 0) * self.slopes[-1] * (len(self.values) - 1) / self.bend
        value: Floats = np.where(cell == 0, first + (last - first) * t ** self._exponent(), inner) + behind
        return value

    def slope(self, amounts: Floats) -> Floats:
        """What one more unit of the resource brings at amounts; no nearer to 0 than at a ten-thousandth of the top."""
        cell, t = self._place(np.maximum(amounts, _LEAST * self.top))
        first, last, rise, end = self._cell(cell)
        inner = rise + t * (
            2 * (3 * (last - first) - 2 * rise - end) + 3 * t * (2 * (first - last) + rise + end)
        )
        e = self._exponent()
        # In the first cell t is above 0; elsewhere what a t of 0 gives is not taken.
        per_cell = np.where(cell == 0, (last - first) * e * np.maximum(t, 1e-9) ** (e - 1), inner)
        cells = len(self.values) - 1
        slope: Floats = per_cell * cells / (self.bend * self.top * ((cell + t) / cells) ** (self.bend - 1))
        return slope

    def _place(self, amounts: Floats) -> tuple[npt.NDArray[np.intp], Floats]:
        cells = len(self.values) - 1
        u = np.minimum(amounts / self.top, 1) ** (1 / self.bend) * cells
        cell = np.minimum(u.astype(np.intp), cells - 1)
        return cell, u - cell

    def _cell(self, cell: npt.NDArray[np.intp]) -> tuple[Floats, Floats, Floats, Floats]:
        return self.values[cell], self.values[cell + 1], self.slopes[cell], self.slopes[cell + 1]

    def _exponent(self) -> float:
        rise = self.values[1] - self.values[0]
        return float(self.slopes[1] / rise) if rise > 0 else 1.0


def tabulate(draws: Sequence[Curve], top: float) -> Table:
    """Give the smallest table that is off by at most :data:`CLOSE` of the mean's height, or the closest of all.

    Draws have one form. Curves that turn within less than the last of 512 cells are off by more.

    Examples
    --------
    >>> from salesnb.allocation import hill
    >>> table = tabulate([hill(ceiling=90, half=20), hill(ceiling=110, half=20)], 100)
    >>> table.at(np.array([20.0])).round(2).tolist()
    [50.0]
    """
    some, found = _Mean(draws[:_CHOSEN_BY]), []
    for cells, bend in _GRIDS:
        found.append((_off(some, _table(some, top, cells, bend)), cells, bend))
        if found[-1][0] <= CLOSE:
            break
    _, cells, bend = min(found)
    every = _Mean(draws)
    table = _table(every, top, cells, bend)
    if len(draws) == 1:
        return table
    low, high = np.percentile(every.draws(top * (np.arange(cells + 1) / cells) ** bend), _BAND, axis=0)
    return replace(table, low=low, high=high)


class _Mean:
    """The draws of one line, as arrays (d, 1)."""

    def __init__(self, draws: Sequence[Curve]) -> None:
        self.form = FORMS.get(draws[0].form)
        numbers = np.array([(c.height, c.scale, c.shape, c.base) for c in draws])
        self.height, self.scale, self.shape, self.base = (column[:, None] for column in numbers.T)

    def draws(self, x: Floats) -> Floats:
        """Expected sales (d, m) for amounts (m,)."""
        z = x / self.scale
        sales: Floats = self.base + self.height * self.form.value(z, np.broadcast_to(self.shape, z.shape))
        return sales

    def slope(self, x: Floats) -> Floats:
        """What one more unit brings on average (m,), for amounts above 0."""
        z = x / self.scale
        rise, _ = self.form.slopes(z, np.broadcast_to(self.shape, z.shape))
        slope: Floats = (self.height / self.scale * rise).mean(axis=0)
        return slope


def _table(mean: _Mean, top: float, cells: int, bend: int) -> Table:
    u = np.arange(cells + 1) / cells
    x = top * u**bend
    slopes = np.zeros(cells + 1)
    slopes[1:] = mean.slope(x[1:]) * bend * top * u[1:] ** (bend - 1) / cells
    return Table(top=top, bend=bend, values=mean.draws(x).mean(axis=0), slopes=slopes)


def _off(mean: _Mean, table: Table) -> float:
    """By which share of the mean's height a table is off at most."""
    cells = len(table.values) - 1
    within = (np.arange(_CHECKED) + 0.5) / _CHECKED
    x = table.top * ((np.arange(cells)[:, None] + within).ravel() / cells) ** table.bend
    height = table.values[-1] - table.values[0]
    return float(np.abs(table.at(x) - mean.draws(x).mean(axis=0)).max() / height) if height > 0 else 0.0
