"""How far each segment may move while the whole brings nearly as much: what managers can negotiate with.

With an amount held at v, the others are allocated anew; what is lost, L(v), is convex around the best where the curves
are concave. The ends of the leeway are where L reaches what may be lost. S-shaped curves may leave further amounts
beyond these ends; what is given is the stretch around the best that is sure.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from salesnb.allocation.answer import Allocation
from salesnb.allocation.boxed import solve_box
from salesnb.allocation.forms import Floats
from salesnb.allocation.problem import Problem
from salesnb.errors import BadInput

__all__ = ["Leeway", "leeway", "leeways"]

_TRIES = 12
_NEAR = 0.02


@dataclass(frozen=True, kw_only=True)
class Leeway:
    """Between which amounts a line may be set, the others following, while no more than a share is lost.

    Attributes
    ----------
    amount
        The best one.
    low, high
        In the unit of the resource; each costs about the share that may be lost, or is where the limits end.
    """

    amount: float
    low: float
    high: float


def leeway(
    best: Allocation, *, share: float = 0.01, progress: Callable[[int], None] | None = None
) -> dict[Any, Leeway]:
    """Give each line's leeway around the best amounts, by the mean of the draws.

    Parameters
    ----------
    share
        Of the outcome that may be lost.
    progress
        Is told how many lines are done.

    Raises
    ------
    BadInput
        When the share that may be lost is not between 0 and 1.
    """
    found = {}
    for key, one in leeways(best, share=share):
        found[key] = one
        if progress is not None:
            progress(len(found))
    return found


def leeways(best: Allocation, *, share: float = 0.01) -> Iterator[tuple[Any, Leeway]]:
    """Give the same line by line, each when it is asked for: many lines take a while.

    Raises
    ------
    BadInput
        When the share that may be lost is not between 0 and 1.
    """
    if not 0 < share < 1:
        raise BadInput(f"A share of {share:g} cannot be lost.", hint="Use 0.01 for one per cent.")
    problem = best.problem
    x = np.array([best.amounts[key] for key in problem.keys])
    loss = _Loss(problem, x, float(problem.relaxed.actual(x).sum()), share * abs(best.net))
    for line, key in enumerate(problem.keys):
        low, high = (loss.reached(line, float(ends[line])) for ends in problem.tight)
        yield key, Leeway(amount=float(x[line]), low=low, high=high)


class _Loss:
    """What is lost when one line is held at an amount and the others are at their best around ``x``.

    Each line stays on its side of its turn, where S-shaped curves are concave.
    """

    def __init__(self, problem: Problem, x: Floats, top: float, most: float) -> None:
        self.problem, self.x, self.top, self.most = problem, x, top, most
        relaxed = problem.relaxed
        turns = relaxed.responses.inflection()
        # Behind the last draw's turn all draws are concave; few lines lie between the turns of their draws.
        last = turns.max(axis=0)
        turn = np.where(x >= last, last, np.median(turns, axis=0))
        low = np.where(x >= turn, np.maximum(relaxed.low, np.minimum(turn, relaxed.high)), relaxed.low)
        high = np.where(x < turn, np.minimum(relaxed.high, x), relaxed.high)
        self.relaxed = relaxed.within(low, np.maximum(low, high))
        self.far = self._about()

    def _about(self) -> Floats:
        """How far each line may move by how the curves bend: its own loss, and that of the others, who make room (n,)."""
        relaxed = self.relaxed
        bend = np.abs(relaxed.weights @ relaxed.responses.slopes(self.x)[1])
        free = (self.x > relaxed.low) & (self.x < relaxed.high) & (bend > 0)
        give = float((1 / bend[free]).sum()) if free.any() else 0.0
        stiff = bend + (1 / give if give > 0 else 0.0)
        out: Floats = np.sqrt(2 * self.most / np.maximum(stiff, 1e-300))
        return out

    def reached(self, line: int, to: float) -> float:
        """Where the loss reaches what may be lost, between the best amount and an end of its box.

        The loss grows about with the square of the distance, which gives the next guess; a bracket keeps it in.
        """
        at = float(self.x[line])
        if at == to:
            return to
        guess = min(1.0, float(self.far[line]) / abs(to - at))
        near, far = 0.0, np.inf
        for _ in range(_TRIES):
            lost = self.of(line, at + guess * (to - at))
            near, far = (guess, far) if lost <= self.most else (near, guess)
            if near == 1:
                return to
            if far - near <= _NEAR * far:
                break
            guess = self._next(guess, lost, near, min(far, 1.0), tried=far <= 1)
        step, amount = self.problem.steps[line], at + near * (to - at)
        return float(round(amount / step) * step) if step else amount

    def _next(self, guess: float, lost: float, near: float, far: float, *, tried: bool) -> float:
        """Give the next share of the way: inside the bracket, or its end where that was not tried."""
        aim = guess * float(np.sqrt(self.most / max(lost, 1e-300))) if np.isfinite(lost) else 0.0
        # A little nearer to the side that is not known, so that the bracket closes.
        aim *= 1 - _NEAR / 3 if lost > self.most else 1 + _NEAR / 3
        if not tried and aim >= far:
            return far
        inside = near + 0.02 * (far - near) < aim < far - 0.02 * (far - near)
        return aim if inside else (near + far) / 2

    def of(self, line: int, amount: float) -> float:
        """What is lost; infinite where the others cannot keep to the limits."""
        solved = solve_box(self.relaxed.narrowed(line, amount, amount), self.problem.rows)
        return self.top - float(self.relaxed.actual(solved.x).sum()) if solved.kept else np.inf
