"""How far each segment may move while the whole brings nearly as much: what managers can negotiate with.

With an amount held at v, the others are allocated anew; what is lost, L(v), is convex around the best where the curves
are concave. The ends of the leeway are where L reaches what may be lost. S-shaped curves may leave further amounts
beyond these ends; what is given is the stretch around the best that is sure.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from salesnb.allocation.answer import Allocation
from salesnb.allocation.boxed import solve_box
from salesnb.allocation.forms import Floats
from salesnb.allocation.problem import Problem
from salesnb.errors import BadInput

__all__ = ["Leeway", "leeway"]

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
    if not 0 < share < 1:
        raise BadInput(f"A share of {share:g} cannot be lost.", hint="Use 0.01 for one per cent.")
    problem = best.problem
    x = np.array([best.amounts[key] for key in problem.keys])
    top = float(problem.relaxed.actual(x).sum())
    floor = top - share * abs(best.net)
    found = {}
    for line, key in enumerate(problem.keys):
        low, high = (_end(problem, line, x, float(ends[line]), top, floor) for ends in problem.tight)
        found[key] = Leeway(amount=float(x[line]), low=low, high=high)
        if progress is not None:
            progress(line + 1)
    return found


def _end(problem: Problem, line: int, x: Floats, to: float, best: float, floor: float) -> float:
    """Where the loss reaches what may be lost, between the best amount and an end of its box.

    The loss grows about with the square of the distance, which gives the next guess; a bracket keeps it in.
    """
    at = float(x[line])
    if at == to or _held(problem, line, x, to) >= floor:
        return to
    near, far, guess = 0.0, 1.0, 0.5
    for _ in range(_TRIES):
        value = _held(problem, line, x, at + guess * (to - at))
        near, far = (guess, far) if value >= floor else (near, guess)
        if far - near <= _NEAR * far:
            break
        lost = max(best - value, 1e-300)
        aim = guess * float(np.sqrt((best - floor) / lost)) if np.isfinite(lost) else 0.0
        middle = (near + far) / 2
        guess = aim if near + 0.05 * (far - near) < aim < far - 0.05 * (far - near) else middle
    step = problem.steps[line]
    amount = at + near * (to - at)
    return float(round(amount / step) * step) if step else amount


def _held(problem: Problem, line: int, x: Floats, amount: float) -> float:
    """What the others bring at their best around ``x`` when one line is held at an amount; minus infinity if nothing."""
    relaxed = problem.relaxed
    low, high = relaxed.low.copy(), relaxed.high.copy()
    # Around amounts on the concave part of S-shaped curves these stay concave.
    turn = np.median(relaxed.responses.inflection(), axis=0)
    low, high = (
        np.where(x >= turn, np.maximum(low, np.minimum(turn, high)), low),
        np.where(x < turn, np.minimum(high, x), high),
    )
    low[line] = high[line] = amount
    solved = solve_box(relaxed.within(low, np.maximum(low, high)), problem.rows)
    return float(relaxed.actual(solved.x).sum()) if solved.kept else -np.inf
