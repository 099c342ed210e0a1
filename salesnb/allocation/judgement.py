"""Curves drawn from what people expect: sales at no effort, at today's, and at as much as anyone could use.

Decision calculus (Little 1970, *Models and Managers: The Concept of a Decision Calculus*; Lodish 1971, *CALLPLAN*): with
base = sales at none and ceiling = saturated - none, the Hill curve through today's point has its half at
today * (1 / r - 1)^(1 / slope), r = (sales today - none) / (saturated - none).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from salesnb.allocation.answer import Allocation
from salesnb.allocation.curves import Curve, hill
from salesnb.errors import BadInput

__all__ = ["ANSWERS", "Hinge", "Judgement", "hinges"]

ANSWERS = ("none", "now", "saturated")
# Of half of the way to a neighbour, so that no two answers meet.
_REACH = 0.98


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What somebody expects a segment to sell in the period, in the unit of the outcome.

    Attributes
    ----------
    none
        With no effort at all.
    now
        With today's effort.
    saturated
        With as much effort as could be of any use.
    effort
        Today's, in the unit of the resource.
    slope
        1 where every further unit brings less than the one before; above, where the first few bring little.
    by
        Who says so.

    Examples
    --------
    >>> curve = Judgement(none=20, now=60, saturated=100, effort=10).curve()
    >>> curve.at(0), curve.at(10), round(curve.at(1e9))
    (20.0, 60.0, 100)
    """

    none: float
    now: float
    saturated: float
    effort: float
    slope: float = 1.0
    by: str = ""

    def curve(self) -> Curve:
        """Give the curve through the three.

        Raises
        ------
        BadInput
            When they do not rise, or there is no effort today to fit them to.
        """
        if not 0 <= self.none < self.now < self.saturated:
            raise BadInput(
                f"Sales of {self.none:g} with no effort, {self.now:g} with today's and {self.saturated:g} at most do not"
                " rise.",
                hint="Each must be above the one before.",
            )
        if not self.effort > 0:
            raise BadInput(
                f"Today's effort is {self.effort:g}.",
                hint="Enter what is spent today, or what half of the way takes.",
            )
        reached = (self.now - self.none) / (self.saturated - self.none)
        half = self.effort * (1 / reached - 1) ** (1 / self.slope)
        source = f"judgement of {self.by}" if self.by else "judgement"
        return hill(
            ceiling=self.saturated - self.none, half=half, slope=self.slope, base=self.none, source=source
        )

    def doubted(self, doubt: float, count: int, rng: np.random.Generator) -> list[Curve]:
        """Give an even number of curves, as they would be were each answer off by about a share ``doubt`` of itself.

        Errors are normal and independent, cut off at half of the way to a neighbour so that the answers still rise; they
        come in pairs of opposite sign, so that the mean at no effort and at today's is what was answered.

        Raises
        ------
        BadInput
            When the answers make no curve, or the doubt is not between 0 and 1.
        """
        if not 0 <= doubt <= 1:
            raise BadInput(f"An answer cannot be off by a share of {doubt:g}.", hint="Use 0.2 for a fifth.")
        self.curve()
        said = np.array([self.none, self.now, self.saturated])
        gaps = np.diff(said) / 2
        widest = np.array([min(self.none, gaps[0]), gaps.min(), gaps[1]])
        half = np.clip(doubt * said * rng.standard_normal((count // 2, 3)), -_REACH * widest, _REACH * widest)
        return [self._told(*(said + sign * row)) for row in half for sign in (1, -1)] or [self.curve()]

    def _told(self, none: float, now: float, saturated: float) -> Curve:
        return replace(self, none=float(none), now=float(now), saturated=float(saturated)).curve()


@dataclass(frozen=True, kw_only=True)
class Hinge:
    """How much an allocation hinges on one answer.

    Attributes
    ----------
    segment, answer
        Whose, and which of :data:`ANSWERS`.
    moved
        Share (0..1) of all amounts that would lie elsewhere were the answer larger, or smaller, whichever moves more.
    lost
        What keeping to the allocation would cost then, in the unit of the outcome: the better one's aim less this one's.
    """

    segment: Any
    answer: str
    moved: float
    lost: float


def hinges(
    judgements: Mapping[Any, Judgement],
    solve: Callable[[Mapping[Any, Curve]], Allocation],
    *,
    by: float = 0.2,
    answers: Sequence[str] = ANSWERS,
    progress: Callable[[int], None] | None = None,
) -> list[Hinge]:
    """Change each answer by a share ``by`` up and down, allocate anew, and tell what moves; largest loss first.

    An answer is moved no further than half of its distance to its neighbours, so that the three still rise.

    Parameters
    ----------
    solve
        Allocates for curves; keeps to the same total and limits each time.
    progress
        Is told how many answers are done.
    """
    curves = {key: judgement.curve() for key, judgement in judgements.items()}
    kept = solve(curves)
    found = []
    for key, judgement in judgements.items():
        for answer in answers:
            tried = [
                _hinge(curves, kept, key, _moved(judgement, answer, sign * by), solve) for sign in (1, -1)
            ]
            moved, lost = max(one[0] for one in tried), max(one[1] for one in tried)
            found.append(Hinge(segment=key, answer=answer, moved=moved, lost=lost))
            if progress is not None:
                progress(len(found))
    return sorted(found, key=lambda hinge: -hinge.lost)


def _moved(judgement: Judgement, answer: str, by: float) -> Judgement:
    values = [getattr(judgement, name) for name in ANSWERS]
    place = ANSWERS.index(answer)
    least = (values[place - 1] + values[place]) / 2 if place else 0.0
    most = (values[place] + values[place + 1]) / 2 if place < len(ANSWERS) - 1 else float("inf")
    # No sales without effort cannot be moved by a share of themselves.
    unit = values[place] or values[place + 1]
    value = min(max(values[place] + by * unit, least), most)
    return replace(judgement, none=value) if place == 0 else replace(judgement, **{answer: value})


def _hinge(
    curves: Mapping[Any, Curve],
    kept: Allocation,
    key: Any,
    judgement: Judgement,
    solve: Callable[[Mapping[Any, Curve]], Allocation],
) -> tuple[float, float]:
    changed = {**curves, key: judgement.curve()}
    better = solve(changed)
    whole = sum(kept.amounts.values()) or 1.0
    moved = sum(abs(better.amounts[name] - kept.amounts[name]) for name in curves) / (2 * whole)
    stays = sum(curve.at(kept.amounts[name]) for name, curve in changed.items())
    return moved, max(0.0, better.outcome - stays)
