"""Amounts brought to whole steps, and made better by moving single steps, with every row kept."""

import numpy as np

from salesnb.allocation.forms import Floats
from salesnb.allocation.problem import Problem

__all__ = ["to_steps"]

_MOVES = 200
_TINY = 1e-9


def to_steps(problem: Problem, x: Floats) -> Floats | None:
    """Bring amounts (n,) that are near a solution to whole steps that keep to the rows; None when that fails.

    Steps are cut down, then given one at a time to the line that earns most with it, and at last moved from line to
    line as long as that earns more. Lines without steps stay as they are.
    """
    return _Steps(problem, x).run()


class _Steps:
    def __init__(self, problem: Problem, x: Floats) -> None:
        self.relaxed, self.rows = problem.relaxed, problem.rows
        self.lines = np.flatnonzero(problem.steps)
        self.step = problem.steps[self.lines]
        self.x = x.copy()
        low = self.relaxed.low[self.lines]
        self.x[self.lines] = np.maximum(np.floor(x[self.lines] / self.step + 1e-6) * self.step, low)
        self.change = self.rows.matrix[:, self.lines] * self.step
        self.size = np.abs(self.rows.matrix) @ np.maximum(np.abs(self.relaxed.high), 1e-300) * _TINY

    def run(self) -> Floats | None:
        if not self._give():
            return None
        for _ in range(_MOVES):
            if not self._move():
                break
        return self.x

    def _give(self) -> bool:
        """Add steps until every row has what it needs, then while they pay."""
        while True:
            come = self.rows.matrix @ self.x
            short = come < self.rows.low - self.size
            allowed = self._room_above() & ~(
                (come[:, None] + self.change > (self.rows.high + self.size)[:, None]) & (self.change > 0)
            ).any(axis=0)
            helping = (self.change[short] > 0).any(axis=0) if short.any() else self._gains(1) > _TINY
            able = allowed & helping
            if not able.any():
                return not short.any()
            gains = np.where(able, self._gains(1) / self.step, -np.inf)
            best = int(np.argmax(gains))
            self.x[self.lines[best]] += self.step[best]

    def _move(self) -> bool:
        """Move the step that earns most from a line to another; False when none earns anything."""
        up = np.where(self._room_above(), self._gains(1), -np.inf)
        down = np.where(
            self.x[self.lines] - self.step >= self.relaxed.low[self.lines] - _TINY, self._gains(-1), -np.inf
        )
        gain = up[:, None] + down[None, :]
        np.fill_diagonal(gain, -np.inf)
        come = self.rows.matrix @ self.x
        for _ in range(20):
            best = np.unravel_index(int(np.argmax(gain)), gain.shape)
            if gain[best] <= _TINY * max(1.0, abs(float(self.relaxed.actual(self.x).sum()))):
                return False
            after = come + self.change[:, best[0]] - self.change[:, best[1]]
            if np.all((after >= self.rows.low - self.size) & (after <= self.rows.high + self.size)):
                self.x[self.lines[best[0]]] += self.step[best[0]]
                self.x[self.lines[best[1]]] -= self.step[best[1]]
                return True
            gain[best] = -np.inf
        return False

    def _room_above(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        return self.x[self.lines] + self.step <= self.relaxed.high[self.lines] + _TINY * self.step

    def _gains(self, sign: int) -> Floats:
        """What one step more, or less, brings each line."""
        moved = self.x.copy()
        moved[self.lines] = np.maximum(moved[self.lines] + sign * self.step, 0.0)
        return (self.relaxed.actual(moved) - self.relaxed.actual(self.x))[self.lines]
