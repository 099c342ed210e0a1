"""Amounts brought to whole smallest units (cents, hours, heads) so that sums and limits hold to the last one.

What comes out of a solver fits a total to nine digits or so, which is cents of a large budget. Each amount goes to the
unit below, those with the largest remainders get the rest of the total, and single units are moved until every limit
holds exactly, in whole numbers. With whole ends and nested groups there always is such an answer next to the exact one
(their matrix is totally unimodular: Hoffman and Kruskal 1956).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from salesnb.errors import Infeasible

__all__ = ["WholeLimit", "whole_units"]

_TRIED = 30


@dataclass(frozen=True, kw_only=True)
class WholeLimit:
    """low <= sum of weight * amount <= high, all in whole smallest units; None where there is no end."""

    weights: Mapping[Any, int]
    low: int | None
    high: int | None
    why: str

    def missing(self, come: int) -> int:
        """By how much a sum is below the low end (positive) or above the high one (negative); 0 within."""
        if self.low is not None and come < self.low:
            return self.low - come
        return self.high - come if self.high is not None and come > self.high else 0


def whole_units(
    amounts: Mapping[Any, float], limits: Sequence[WholeLimit], steps: Mapping[Any, int] | None = None
) -> dict[Any, int]:
    """Give whole amounts near exact ones that keep every limit.

    Parameters
    ----------
    amounts
        In the smallest unit, 0 or more; they keep to the limits but for rounding.
    steps
        Of which amounts are whole multiples; 1 for those that are not named.

    Raises
    ------
    Infeasible
        When no whole amounts near these keep a limit, and which.

    Examples
    --------
    >>> total = WholeLimit(weights={"North": 1, "South": 1, "West": 1}, low=100, high=100, why="total")
    >>> whole_units({"North": 33.4, "South": 33.3, "West": 33.3}, [total])
    {'North': 34, 'South': 33, 'West': 33}
    """
    return _Rounding(amounts, limits, steps or {}).run()


class _Rounding:
    def __init__(
        self, amounts: Mapping[Any, float], limits: Sequence[WholeLimit], steps: Mapping[Any, int]
    ) -> None:
        self.exact, self.limits = amounts, limits
        self.step = {key: steps.get(key, 1) for key in amounts}
        self.x = {
            key: math.floor(amount / self.step[key] + 1e-6) * self.step[key]
            for key, amount in amounts.items()
        }
        self.of: dict[Any, list[int]] = {key: [] for key in amounts}
        for place, limit in enumerate(limits):
            for key in limit.weights:
                self.of[key].append(place)
        self.come = [sum(w * self.x[key] for key, w in limit.weights.items()) for limit in limits]

    def run(self) -> dict[Any, int]:
        # Limits on one segment first: what is near an end by rounding alone then stays there.
        for place in sorted(range(len(self.limits)), key=lambda place: len(self.limits[place].weights)):
            self._fill(place)
        while (missing := self._worst()) is not None:
            if not self._mend(missing):
                raise Infeasible(
                    f"No whole amounts keep {self.limits[missing].why}.", hint="Widen a limit by a unit."
                )
        return self.x

    def _fill(self, place: int) -> None:
        """Give the largest remainders a unit, as long as this limit lacks some and no other is broken by it.

        Mending alone would do; this takes one sort for all the units of a total.
        """
        limit = self.limits[place]
        if not limit.missing(self.come[place]):
            return
        sign = 1 if limit.missing(self.come[place]) > 0 else -1
        for key in sorted(limit.weights, key=lambda key: sign * (self.x[key] - self.exact[key])):
            if not limit.missing(self.come[place]):
                return
            if self._gain([(key, sign)]) > 0:
                self._take([(key, sign)])

    def _worst(self) -> int | None:
        broken = [place for place, limit in enumerate(self.limits) if limit.missing(self.come[place])]
        return max(broken, key=lambda place: abs(self.limits[place].missing(self.come[place])), default=None)

    def _mend(self, place: int) -> bool:
        """Move one unit, or one against another, where that brings all limits nearer; False when nothing does."""
        limit = self.limits[place]
        sign = 1 if limit.missing(self.come[place]) > 0 else -1
        firsts = self._nearest(limit.weights, sign)
        ones = [[(key, sign)] for key in firsts]
        pairs = (
            [(key, sign), (other, -sign)]
            for key in firsts
            for other in self._nearest((k for k in self.x if k not in limit.weights), -sign)
        )
        for moves in (ones, pairs):
            best = max(moves, key=self._gain, default=None)
            if best is not None and self._gain(best) > 0:
                self._take(best)
                return True
        return False

    def _nearest(self, keys: Iterable[Any], sign: int) -> list[Any]:
        return sorted(keys, key=lambda key: sign * (self.x[key] - self.exact[key]))[:_TRIED]

    def _gain(self, moves: Sequence[tuple[Any, int]]) -> int:
        """By how much less the limits are broken after moves; below 0 where an amount would be negative."""
        change: dict[int, int] = {}
        for key, sign in moves:
            if self.x[key] + sign * self.step[key] < 0:
                return -1
            for place in self.of[key]:
                weight = self.limits[place].weights[key]
                change[place] = change.get(place, 0) + sign * self.step[key] * weight
        return sum(
            abs(self.limits[place].missing(self.come[place]))
            - abs(self.limits[place].missing(self.come[place] + by))
            for place, by in change.items()
        )

    def _take(self, moves: Sequence[tuple[Any, int]]) -> None:
        for key, sign in moves:
            self.x[key] += sign * self.step[key]
            for place in self.of[key]:
                self.come[place] += sign * self.step[key] * self.limits[place].weights[key]
