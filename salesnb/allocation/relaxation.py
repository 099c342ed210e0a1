"""The smallest concave curves above response curves on a box of amounts, net of what amounts cost."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from salesnb.allocation.forms import Floats
from salesnb.allocation.responses import Responses

__all__ = ["Costs", "Relaxation"]

_HALVINGS = 52


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What amounts cost, in the unit of the outcome; every array has the shape (n,).

    Attributes
    ----------
    unit
        Of each unit of the resource.
    moving
        Of each unit that a line has more or less than ``today``.
    today
        Amounts of today.
    """

    unit: Floats
    moving: Floats
    today: Floats

    def of(self, x: Floats) -> Floats:
        """Cost a line."""
        return self.unit * x + self.moving * np.abs(x - self.today)

    def only(self, columns: npt.NDArray[np.intp]) -> "Costs":
        """Keep some lines."""
        return Costs(unit=self.unit[columns], moving=self.moving[columns], today=self.today[columns])

    def within(self, low: Floats, high: Floats) -> "Costs":
        """Add the cost of moving to that of a unit where today's amount lies beside the box, so that nothing kinks."""
        sign = np.where(self.today <= low, 1.0, np.where(self.today >= high, -1.0, 0.0))
        return Costs(
            unit=self.unit + sign * self.moving,
            moving=np.where(sign == 0, self.moving, 0.0),
            today=self.today,
        )


@dataclass(frozen=True, kw_only=True)
class Relaxation:
    """Mean over the draws of the concave envelope of each line on [low, high], minus costs.

    Attributes
    ----------
    responses
        n lines in d draws.
    weights
        Of the draws, (d,), adding up to 1.
    costs
        Of the lines.
    low, high
        The box, (n,).
    touch, chord
        From ``low`` to ``touch`` (d, n) the envelope is a straight line that rises by ``chord`` a unit; behind it the
        curve itself.
    start
        Height of the curves at ``low``, (d, n).
    """

    responses: Responses
    weights: Floats
    costs: Costs
    low: Floats
    high: Floats
    touch: Floats
    chord: Floats
    start: Floats

    @classmethod
    def on(
        cls, responses: Responses, weights: Floats, costs: Costs, low: Floats, high: Floats
    ) -> "Relaxation":
        """Relax every line on its box."""
        touch, chord, start = _envelope(responses, low, high)
        return cls(
            responses=responses,
            weights=weights,
            costs=costs,
            low=low,
            high=high,
            touch=touch,
            chord=chord,
            start=start,
        )

    def narrowed(self, line: int, low: float, high: float) -> "Relaxation":
        """Relax again with one line's box made smaller."""
        column = np.array([line])
        lows, highs = self.low.copy(), self.high.copy()
        lows[line], highs[line] = low, high
        touch, chord, start = self.touch.copy(), self.chord.copy(), self.start.copy()
        touch[:, column], chord[:, column], start[:, column] = _envelope(
            self.responses.only(column), lows[column], highs[column]
        )
        return replace(self, low=lows, high=highs, touch=touch, chord=chord, start=start)

    def within(self, low: Floats, high: Floats) -> "Relaxation":
        """Relax again on another box."""
        return Relaxation.on(self.responses, self.weights, self.costs, low, high)

    def only(self, columns: npt.NDArray[np.intp]) -> "Relaxation":
        """Keep some lines."""
        return replace(
            self,
            responses=self.responses.only(columns),
            costs=self.costs.only(columns),
            low=self.low[columns],
            high=self.high[columns],
            touch=self.touch[:, columns],
            chord=self.chord[:, columns],
            start=self.start[:, columns],
        )

    def pieces(self) -> tuple["Relaxation", npt.NDArray[np.intp]]:
        """Split lines where a straight piece meets the curve, so that each piece is smooth; with each one's line.

        A line fills its straight piece first, because that is never less steep than the curve behind it. Means of
        several draws stay whole: they bend in many places, by little.
        """
        touch = self.touch[0]
        split = np.flatnonzero((touch > self.low) & (touch < self.high))
        lines = np.arange(len(self.low))
        if not len(split) or len(self.weights) > 1:
            return self, lines
        lines = np.concatenate([lines, split])
        all_, count = self.only(lines), len(self.low)
        low, high, touches = all_.low.copy(), all_.high.copy(), all_.touch.copy()
        high[split], touches[:, split] = touch[split], np.inf
        low[count:] = touch[split]
        return replace(all_, low=low, high=high, touch=touches, costs=all_.costs.within(low, high)), lines

    def actual(self, x: Floats) -> Floats:
        """What each line really brings, net of costs, (n,)."""
        return self.weights @ self.responses.value(x) - self.costs.of(x)

    def value(self, x: Floats) -> Floats:
        """Height of the envelopes, net of costs, (n,)."""
        line = self.start + self.chord * (x - self.low)
        return self.weights @ np.where(x < self.touch, line, self.responses.value(x)) - self.costs.of(x)

    def slopes(self, x: Floats) -> tuple[Floats, Floats]:
        """First and second derivative of the envelopes without costs, (n,) each; the second is 0 or less."""
        rise, bend = self.responses.slopes(x)
        straight = x < self.touch
        rises = self.weights @ np.where(straight, self.chord, rise)
        return rises, self.weights @ np.where(straight, 0.0, np.minimum(bend, 0.0))

    def plain_slopes(self, x: Floats) -> tuple[Floats, Floats]:
        """Tell the same of curves that are concave on the whole box."""
        rise, bend = self.responses.slopes(x)
        return self.weights @ rise, self.weights @ bend

    def in_draws(self, x: Floats) -> tuple[Floats, Floats, Floats]:
        """Heights of the envelopes in each draw, their first and second derivatives, (d, n) each, without costs."""
        straight = x < self.touch
        height = np.where(straight, self.start + self.chord * (x - self.low), self.responses.value(x))
        rise, bend = self.responses.slopes(x)
        return height, np.where(straight, self.chord, rise), np.where(straight, 0.0, np.minimum(bend, 0.0))

    def sides(self, x: Floats) -> tuple[Floats, Floats]:
        """First derivatives net of costs to the right and to the left, (n,) each; they differ at today's amounts."""
        return self.beside(x, self.slopes(x)[0])

    def beside(self, x: Floats, rise: Floats) -> tuple[Floats, Floats]:
        """Tell the same from the envelopes' first derivatives."""
        rise = rise - self.costs.unit
        more, moving = x >= self.costs.today, self.costs.moving
        return rise - np.where(more, moving, -moving), rise - np.where(x > self.costs.today, moving, -moving)


def _envelope(responses: Responses, low: Floats, high: Floats) -> tuple[Floats, Floats, Floats]:
    """Where the straight line from ``low`` touches each curve, its rise, and the height at ``low``.

    It touches at infinity where it goes to the end of the box without touching before.
    """
    start = responses.value(low)
    touch, chord = np.broadcast_to(low, start.shape), np.zeros_like(start)
    bent = np.flatnonzero((responses.inflection() > low).any(axis=0) & (high > low))
    if len(bent):
        touch = touch.copy()
        touch[:, bent], chord[:, bent] = _touched(responses.only(bent), low[bent], high[bent], start[:, bent])
    return touch, chord, start


def _touched(responses: Responses, low: Floats, high: Floats, start: Floats) -> tuple[Floats, Floats]:
    """Halve the stretch behind each curve's turn until its tangent passes through the point at ``low``."""
    turn = responses.inflection()
    convex = turn > low
    near, far = np.where(convex, np.minimum(turn, high), low), np.where(convex, high, low)
    through = convex & _is_above(responses, low, start, far)
    for _ in range(_HALVINGS):
        middle = (near + far) / 2
        above = _is_above(responses, low, start, middle)
        near, far = np.where(above, middle, near), np.where(above, far, middle)
    touch = np.where(through, high, far)
    chord = (responses.value(touch) - start) / np.where(touch > low, touch - low, 1.0)
    return np.where(through, np.inf, touch), np.where(touch > low, chord, 0.0)


def _is_above(responses: Responses, low: Floats, start: Floats, x: Floats) -> npt.NDArray[np.bool_]:
    """Whether each curve's tangent at ``x`` passes below the point at ``low``, so that a line may rise further."""
    with np.errstate(invalid="ignore"):
        return responses.slopes(x)[0] * (x - low) > responses.value(x) - start
