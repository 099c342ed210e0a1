"""What new periods brought against what the curves predicted, and what the curves say once they know."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from salesnb.allocation.carrying import carried
from salesnb.allocation.curves import Curve
from salesnb.allocation.fitting import Fit, fit
from salesnb.allocation.forms import Floats
from salesnb.allocation.history import History
from salesnb.counting import counted
from salesnb.errors import BadInput

__all__ = ["Change", "Comparison", "Realised", "predicted_against_actual", "updated"]

_LOW, _HIGH = 0.1, 0.9
# Noise of a period of a segment without history, as a share of what is expected, where no other segment tells it.
_NOISE = 0.2
# Of what was sold, below which a prediction in all was right.
_ALIKE = 0.005


@dataclass(frozen=True, kw_only=True)
class Realised:
    """A segment's new period.

    Attributes
    ----------
    segment, ahead
        Which, and the how-manieth period after the history (1 is the next).
    effort, actual
        What was spent and sold.
    predicted, low, high
        Mean of the prediction for that effort, and what 80 % of it lie between, a period's noise included.
    """

    segment: str
    ahead: int
    effort: float
    actual: float
    predicted: float
    low: float
    high: float

    @property
    def within(self) -> bool:
        """Whether it came as predicted."""
        return self.low <= self.actual <= self.high


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """How far off predictions of new periods were, over all segments.

    Attributes
    ----------
    rows
        Those of which effort and sales are known.
    off
        Sum of what single predictions missed, either way, as a share of what was sold.
    bias
        What was predicted in all over what was sold in all, less 1.
    share_within
        Share (0..1) of the periods that lie within the 80 %.
    """

    rows: tuple[Realised, ...]
    off: float
    bias: float
    share_within: float

    @classmethod
    def of(cls, rows: Sequence[Realised]) -> "Comparison":
        """Compare results; of none that were sold, nothing can be said.

        Raises
        ------
        BadInput
            When nothing was sold.
        """
        sold = sum(row.actual for row in rows)
        if not sold > 0:
            raise BadInput("The new periods have no sales with an effort.", hint="Give at least one period.")
        return cls(
            rows=tuple(rows),
            off=sum(abs(row.predicted - row.actual) for row in rows) / sold,
            bias=sum(row.predicted for row in rows) / sold - 1,
            share_within=float(np.mean([row.within for row in rows])),
        )

    @property
    def said(self) -> str:
        """Tell it in words."""
        too = (
            "as much"
            if abs(self.bias) < _ALIKE
            else f"{abs(self.bias):.0%} {'more' if self.bias > 0 else 'less'}"
        )
        than = "as" if abs(self.bias) < _ALIKE else "than"
        return (
            f"Predictions were {self.off:.0%} off, {too} in all {than} came; {self.share_within:.0%} of"
            f" {counted(len(self.rows), 'result', 'results')} lay within ranges that should hold 80 %."
        )


def predicted_against_actual(fitted: Fit, effort: Floats, sales: Floats) -> Comparison:
    """Hold new periods against what the curves predicted for their effort.

    Season and trend of the history are carried on.

    Parameters
    ----------
    effort, sales
        (s, k): a row a segment in the order of the history, a column a period right after it; NaN where not known.

    Raises
    ------
    BadInput
        When the shapes do not fit, or nothing was sold.
    """
    history = fitted.history.later(effort, sales)
    first = fitted.history.effort.shape[1]
    known = history.known[:, first:]
    effort, sales = history.effort[:, first:], history.sales[:, first:]
    if not known.any() or not sales[known].sum() > 0:
        raise BadInput("The new periods have no sales with an effort.", hint="Give at least one period.")
    rng = np.random.default_rng(np.random.SeedSequence(fitted.seed, spawn_key=(11,)))
    drawn = _predictions(fitted, np.where(known, effort, 0.0), rng)
    low, high = np.quantile(drawn, [_LOW, _HIGH], axis=0)
    mean = drawn.mean(axis=0)
    rows = tuple(
        Realised(
            segment=history.segments[row],
            ahead=column + 1,
            effort=float(effort[row, column]),
            actual=float(sales[row, column]),
            predicted=float(mean[row, column]),
            low=float(low[row, column]),
            high=float(high[row, column]),
        )
        for row, column in np.argwhere(known).tolist()
    )
    return Comparison.of(rows)


def _predictions(fitted: Fit, effort: Floats, rng: np.random.Generator) -> Floats:
    """Draws (d, s, k) of sales for efforts (s, k)."""
    curves = [one.draws for one in fitted.fitted.values()]
    expected = np.array([[curve.over(row) for curve in own] for own, row in zip(curves, effort, strict=True)])
    expected = expected.swapaxes(0, 1) * carried(fitted, range(1, effort.shape[1] + 1))
    noise = np.array([one.noise for one in fitted.fitted.values()])
    noise = np.where(noise > 0, noise, noise[noise > 0].mean() if (noise > 0).any() else _NOISE)
    scatter = noise[:, None] * rng.standard_normal(expected.shape)
    unrest = fitted.chain.unrest if fitted.chain is not None else np.zeros(len(expected))
    together = unrest[:, None, None] * rng.standard_normal((len(expected), 1, effort.shape[1]))
    return np.maximum(expected * (1 + scatter + together), 0.0)


@dataclass(frozen=True, kw_only=True)
class Change:
    """How new periods changed a segment's curve: before and after.

    Attributes
    ----------
    elasticity
        Median, low and high (80 %), each time.
    at_today
        Sales at the effort that was today's before, each time.
    """

    segment: str
    elasticity: tuple[tuple[float, float, float], tuple[float, float, float]]
    at_today: tuple[float, float]

    @property
    def said(self) -> str:
        """Tell it in words."""
        before, after = self.elasticity
        return (
            f"{self.segment}: 1 % more effort brings {after[0]:.2f} % more sales ({after[1]:.2f} to {after[2]:.2f}), where"
            f" {before[0]:.2f} ({before[1]:.2f} to {before[2]:.2f}) was expected before. Sales at the same effort:"
            f" {self.at_today[1] / self.at_today[0] - 1:+.0%}."
        )


def updated(fitted: Fit, effort: Floats, sales: Floats) -> tuple[Fit, Sequence[Change]]:
    """Fit again with new periods (s, k) at the end, and tell what changed, largest change of elasticity first.

    Raises
    ------
    BadInput
        When the shapes do not fit.
    """
    history: History = fitted.history.later(effort, sales)
    draws = len(next(iter(fitted.fitted.values())).draws)
    anew = fit(history, form=fitted.form, prior=fitted.prior, draws=draws, seed=fitted.seed)
    changes = [
        Change(
            segment=name,
            elasticity=(old.elasticity, new.elasticity),
            at_today=(_mean(old.draws, old.today), _mean(new.draws, old.today)),
        )
        for (name, old), new in zip(fitted.fitted.items(), anew.fitted.values(), strict=True)
    ]
    return anew, sorted(changes, key=lambda one: -abs(one.elasticity[1][0] - one.elasticity[0][0]))


def _mean(draws: Sequence[Curve], amount: float) -> float:
    return float(np.mean([curve.at(amount) for curve in draws]))
