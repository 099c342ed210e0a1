"""S-shaped curves and whole steps: the best of all boxes, by branch and bound.

The relaxed curves of a box bound what it holds. Boxes whose bound is no better than the best amounts found are left;
the most promising of the others is cut in two where the relaxed curve is furthest from the real one, or where an amount
is no whole step (Falk and Soland 1969, *An Algorithm for Separable Nonconvex Programming Problems*).
"""

import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from salesnb.allocation.boxed import Solved, keeps, solve_box
from salesnb.allocation.ceiling import Ceiling
from salesnb.allocation.forms import Floats
from salesnb.allocation.problem import Problem
from salesnb.allocation.relaxation import Relaxation
from salesnb.allocation.rounding import to_steps

__all__ = ["Found", "search"]

# What adding up loses at most, as a share of what all lines could bring.
_ROUNDING = 1e-9
_WHOLE = 1e-6
# What concave curves are solved to.
_CONCAVE = 1e-7
# No box is cut nearer to its end than this share of it.
_EDGE = 0.01


@dataclass(frozen=True, kw_only=True)
class Found:
    """The best amounts found.

    Attributes
    ----------
    x
        Amounts (n,), or None when no amounts that keep to all were found.
    value
        What they bring, net of costs, without the base.
    bound
        No amounts bring more.
    prices
        A price a row (m,), of the relaxed curves around ``x``.
    boxes
        How many boxes were looked into.
    in_time
        False when the time ran out before the gap was reached.
    base
        What is sold without any effort, which comes on top of value and bound.
    """

    x: Floats | None
    value: float
    bound: float
    prices: Floats
    boxes: int
    in_time: bool
    base: float


def search(problem: Problem, *, gap: float, seconds: float, clock: Callable[[], float]) -> Found:
    """Look for the best amounts until the bound is at most ``gap`` (a share of it) better."""
    return _Search(problem, gap).run(clock, clock() + seconds)


class _Search:
    def __init__(self, problem: Problem, gap: float) -> None:
        self.problem, self.gap = problem, gap
        self.best: Floats | None = None
        self.value = -np.inf
        self.prices = np.zeros(len(problem.why))
        self.rounding = problem.scale * _ROUNDING
        # The highest bound of the boxes that were left because they are close enough.
        self.left = -np.inf
        # What the mean of the draws cannot exceed.
        self.above = np.inf
        self.boxes = 0
        self.order = itertools.count()
        self.open: list[tuple[float, int, Relaxation, Solved]] = []

    def run(self, clock: Callable[[], float], end: float) -> Found:
        self._begin()
        if self.open and self.problem.relaxed.responses.draws > 1:
            self._look_above()
        while self.open and clock() <= end and not self._is_close(min(-self.open[0][0], self.above)):
            _, _, relaxed, solved = heapq.heappop(self.open)
            for part in self._cut(relaxed, solved.x):
                self._look(part, solved.bound)
        bound = min(max(-self.open[0][0] if self.open else -np.inf, self.left), self.above)
        relaxed = self.problem.relaxed
        return Found(
            x=self.best,
            value=self.value,
            bound=max(bound, self.value),
            prices=self.prices,
            boxes=self.boxes,
            in_time=self._is_close(bound),
            base=float(relaxed.weights @ relaxed.responses.base.sum(axis=1)),
        )

    def _begin(self) -> None:
        """Look at the whole box; where the rows leave it no inside, also at the smallest box that they leave."""
        relaxed, (low, high) = self.problem.relaxed, self.problem.tight
        first = self._look(relaxed, np.inf)
        left = not (np.array_equal(low, relaxed.low) and np.array_equal(high, relaxed.high))
        if left and first - self.value > max(_CONCAVE * abs(first), self.rounding):
            self.open, self.left = [], -np.inf
            self._look(relaxed.within(low, high), first)

    def _look_above(self) -> None:
        """Bound the mean of the draws, and look around the amounts that the bound is reached with."""
        ceiling = Ceiling(self.problem)
        self.above, x = ceiling.bound(self.prices)
        relaxed = self.problem.relaxed
        self._climb(relaxed, Solved(x=x, prices=self.prices, bound=self.above, kept=False))
        # Lines that are past their turn stay there, where they are concave, and the others go no further.
        turn = np.median(relaxed.responses.inflection(), axis=0)
        low = np.where(x >= turn, np.clip(turn, relaxed.low, relaxed.high), relaxed.low)
        high = np.where(x >= turn, relaxed.high, x)
        self._offer(solve_box(relaxed.within(low, high), self.problem.rows))

    def _is_close(self, bound: float) -> bool:
        return bool(bound - self.value <= max(self.gap * abs(bound), self.rounding))

    def _look(self, relaxed: Relaxation, above: float) -> float:
        """Solve a box and give its bound; keep it when it may hold something better."""
        solved = solve_box(relaxed, self.problem.rows)
        self.boxes += 1
        bound = min(solved.bound, above)
        if bound == -np.inf:
            return bound
        self._offer(solved)
        if self._is_close(bound):
            self.left = max(self.left, bound)
            return bound
        if self.boxes == 1 or self.boxes % 8 == 0:
            self._climb(relaxed, solved)
        heapq.heappush(self.open, (-bound, next(self.order), relaxed, solved))
        return bound

    def _offer(self, solved: Solved) -> None:
        """Take amounts, brought to whole steps, when they are better than the best."""
        problem = self.problem
        x = to_steps(problem, solved.x) if problem.steps.any() else solved.x if solved.kept else None
        if x is None or not keeps(problem.rows, x):
            return
        value = float(problem.relaxed.actual(x).sum())
        if value > self.value:
            self.best, self.value, self.prices = x, value, solved.prices

    def _climb(self, relaxed: Relaxation, solved: Solved) -> None:
        """Solve the concave part around amounts: lines on a straight piece go to whichever end of it is nearer."""
        x, touch = solved.x, _straight_until(relaxed)
        inner = (x > relaxed.low) & (x < touch)
        up = x - relaxed.low > (np.minimum(touch, relaxed.high) - relaxed.low) / 2
        part = relaxed
        for line in np.flatnonzero(inner):
            low, high = relaxed.low[line], relaxed.high[line]
            ends = (min(touch[line], high), high) if up[line] else (low, low)
            part = part.narrowed(int(line), *ends)
        self._offer(solve_box(part, self.problem.rows))

    def _cut(self, relaxed: Relaxation, x: Floats) -> Iterator[Relaxation]:
        """Cut the box in two at the line that the relaxation flatters most, or that is no whole step.

        A box of which neither is true holds amounts that miss a row: it is cut where it is widest.
        """
        low, high, steps = relaxed.low, relaxed.high, self.problem.steps
        flattered = relaxed.value(x) - relaxed.actual(x)
        pitch = np.where(steps > 0, steps, 1.0)
        broken = np.where(steps > 0, np.abs(x / pitch - np.round(x / pitch)), 0.0)
        line = int(np.argmax(flattered))
        if flattered[line] <= self.rounding:
            line = int(np.argmax(broken)) if broken.max() > _WHOLE else int(np.argmax(high - low))
        room = high[line] - low[line]
        if steps[line]:
            if room < steps[line] / 2:
                return
            below = float(
                np.clip(
                    np.floor(x[line] / steps[line] + _WHOLE) * steps[line],
                    low[line],
                    high[line] - steps[line],
                )
            )
            above = below + steps[line]
        else:
            if room <= 0:
                return
            below = above = float(np.clip(x[line], low[line] + _EDGE * room, high[line] - _EDGE * room))
        yield relaxed.narrowed(line, low[line], below)
        yield relaxed.narrowed(line, above, high[line])


def _straight_until(relaxed: Relaxation) -> Floats:
    """Where the straight piece of each line ends in most draws, (n,)."""
    return np.median(relaxed.touch, axis=0)
