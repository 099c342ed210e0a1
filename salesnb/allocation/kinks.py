"""What it costs to move away from today's amounts, inside the interior point method.

A cost c * |x - t| is c * (up + down) with up - down = x - t and up, down >= 0. Its multiplier ``pull`` lies in (-c, c);
up and down are worked out of the Newton equations line by line, so that they add a term to the diagonal and nothing else.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from salesnb.allocation.forms import Floats
from salesnb.allocation.relaxation import Relaxation

__all__ = ["Kinks", "Moved", "room"]

# The share of the outcome from which on the cost of moving over a whole range counts.
_COUNTS = 1e-9
_TINY = 1e-300


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A change of the kinks' variables, and the shares of it until an amount or a multiplier is used up."""

    up: Floats
    down: Floats
    pull: Floats
    room: float
    dual_room: float


@dataclass(frozen=True, kw_only=True)
class Kinks:
    """Lines whose moves cost: positions in ``lines``, everything else of their length, in the method's units."""

    count: int
    lines: npt.NDArray[np.intp]
    cost: Floats
    today: Floats
    up: Floats
    down: Floats
    pulls: Floats
    missed: Floats

    @classmethod
    def of(cls, relaxed: Relaxation, size: Floats, worth: float, y: Floats) -> "Kinks":
        """Begin from the amounts ``y``, in units of each line's range."""
        lines = np.flatnonzero(relaxed.costs.moving * size > _COUNTS * worth)
        today = ((relaxed.costs.today - relaxed.low) / size)[lines]
        move = y[lines] - today
        away = np.maximum(np.abs(move), 0.1)
        up, down = np.where(move > 0, 2 * away, away), np.where(move > 0, away, 2 * away)
        return cls(
            count=len(size),
            lines=lines,
            cost=(relaxed.costs.moving * size / worth)[lines],
            today=today,
            up=up,
            down=down,
            pulls=np.zeros(len(lines)),
            missed=move - up + down,
        )

    @property
    def pairs(self) -> int:
        """How many distances with a multiplier there are."""
        return 2 * len(self.lines)

    def products(self) -> float:
        """Sum of the products of distance and multiplier."""
        if not self.pairs:
            return 0.0
        return float(self.up @ (self.cost + self.pulls) + self.down @ (self.cost - self.pulls))

    def off(self) -> float:
        """How far up - down is from the move at most."""
        return float(np.abs(self.missed).max(initial=0)) if self.pairs else 0.0

    def pull(self) -> Floats:
        """What the kinks add to each line's slope, (n,)."""
        return self._all(self.pulls)

    def weight(self) -> Floats:
        """What they add to the diagonal of the Newton equations, (n,)."""
        return self._all(1 / self._give())

    def push(self, y: Floats, aim: float) -> Floats:
        """What they add to its right-hand side, (n,)."""
        return self._all(self.pulls + self._rest(y, aim) / self._give())

    def change(self, y: Floats, dy: Floats, aim: float) -> Moved:
        """Follow a change of the amounts."""
        more, less = self.cost + self.pulls, self.cost - self.pulls
        pull = (self._rest(y, aim) - dy[self.lines]) / self._give()
        up = (aim - self.up * pull) / more - self.up
        down = (aim + self.down * pull) / less - self.down
        return Moved(
            up=up,
            down=down,
            pull=pull,
            room=min(room(self.up, up), room(self.down, down)),
            dual_room=min(room(more, pull), room(less, -pull)),
        )

    def after(self, moved: Moved, step: float, dual: float) -> "Kinks":
        """Take a share of a change; a full step leaves nothing missed."""
        return replace(
            self,
            up=self.up + step * moved.up,
            down=self.down + step * moved.down,
            pulls=self.pulls + dual * moved.pull,
            missed=self.missed * (1 - step),
        )

    def _give(self) -> Floats:
        return self.up / (self.cost + self.pulls) + self.down / (self.cost - self.pulls)

    def _rest(self, y: Floats, aim: float) -> Floats:
        missed = y[self.lines] - self.today - self.up + self.down
        return aim / (self.cost + self.pulls) - self.up - aim / (self.cost - self.pulls) + self.down - missed

    def _all(self, values: Floats) -> Floats:
        out = np.zeros(self.count)
        out[self.lines] = values
        return out


def room(distance: Floats, change: Floats) -> float:
    """Share of a change until a distance is used up; infinite when none shrinks."""
    fastest = float((change / (distance + _TINY)).min(initial=0.0))
    return -1.0 / fastest if fastest < 0 else np.inf
