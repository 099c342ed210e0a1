"""Response curves fitted from history, as draws: pooled between segments, steadied by published elasticities.

Each segment's curve is told by its elasticity at today's effort and the share of its sales that effort brings
(:mod:`salesnb.allocation.shapes`). Elasticities of segments are drawn towards their mean, with a variance that is learned, and
the mean towards published ones (:mod:`salesnb.allocation.published`), or towards somebody's judgement of the segment. Season,
trend and what else moved all segments are taken out. What comes out are draws, whose spread is what is not known.

References
----------
Personal selling .34: Albers, Mantrala and Sridhar 2010, Journal of Marketing Research 47. Advertising .12: Sethuraman, Tellis
and Briesch 2011, Journal of Marketing Research 48.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salesnb.allocation.curves import Curve
from salesnb.allocation.forms import Floats
from salesnb.allocation.history import Doubt, History, doubts
from salesnb.allocation.judgement import Judgement
from salesnb.allocation.lending import LENT, lend
from salesnb.allocation.published import SELLING, Elasticity
from salesnb.allocation.sampling import Chain, Known, Series, sample
from salesnb.allocation.shapes import LEAST, MOST, STEP, Shapes, grid
from salesnb.counting import counted
from salesnb.errors import BadInput

__all__ = ["Fit", "Fitted", "fit"]

Doubts = Mapping[str, tuple[Doubt, ...]]

# How sure a judgement is: standard deviations of its share, and of the logarithms of the others.
_JUDGED, _JUDGED_SHARE, _JUDGED_SLOPE, _JUDGED_LEVEL = 0.4, 0.15, 0.3, 0.1
# Of the variance of the elasticity, which data must take away for a curve to be theirs.
_LEARNED = 0.5
_EFFORTS = np.linspace(0, 2, 21)
_MIDDLE = 0.8


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A segment's curve as far as it is known, for an average period of the last season.

    Attributes
    ----------
    segment, today
        Its name, and today's effort.
    curve
        The draw in the middle of all.
    draws
        Equally likely curves (d,), to allocate with.
    points
        Pairs of effort and sales of the past, without season and trend.
    elasticity
        Median, and what 80 % lie between: per cent more sold for one per cent more than today's effort.
    learned
        Share (0..1) of the prior variance of the elasticity's logarithm that the data took away.
    noise
        Standard deviation of a period's sales, as a share of what is expected.
    source
        Where it is known from: ``history, 24 months``.
    doubts
        Why history cannot tell, if it cannot.
    """

    segment: str
    today: float
    curve: Curve
    draws: tuple[Curve, ...]
    points: tuple[tuple[float, float], ...]
    elasticity: tuple[float, float, float]
    learned: float
    noise: float
    source: str
    doubts: tuple[str, ...] = ()

    def interval(self, amounts: Floats, *, share: float = _MIDDLE) -> tuple[Floats, Floats]:
        """Give the ends between which the curve lies at amounts (n,) in a share (0..1) of the draws, point by point."""
        heights = np.array([curve.over(np.asarray(amounts, dtype=float)) for curve in self.draws])
        low, high = np.quantile(heights, [(1 - share) / 2, (1 + share) / 2], axis=0)
        return low, high

    def reached(self, amounts: Floats) -> list[tuple[float, float, float, float]]:
        """Give amount, sales, and what 80 % of the draws lie between, for each amount (n,), as a chart takes them."""
        amounts = np.asarray(amounts, dtype=float)
        low, high = self.interval(amounts)
        rows = np.column_stack([amounts, self.curve.over(amounts), low, high])
        return [(x, at, least, most) for x, at, least, most in rows.tolist()]

    @property
    def said(self) -> str:
        """Tell it in words."""
        middle, low, high = self.elasticity
        doubt = "".join(f" {why[0].upper()}{why[1:]}." for why in self.doubts)
        return (
            f"{self.segment}: 1 % more effort brings {middle:.2f} % more sales ({low:.2f} to {high:.2f} in 80 of 100"
            f" cases). Source: {self.source}.{doubt}"
        )


@dataclass(frozen=True, kw_only=True)
class Fit:
    """Curves of all segments, and what they were fitted with.

    Attributes
    ----------
    history, form, prior, seed
        As given.
    fitted
        By segment.
    chain
        The draws of what stands behind the curves, of the segments that have a history; None where none has.
    with_history
        Their rows in the history, in the order of the chain.
    """

    history: History
    form: str
    prior: Elasticity
    seed: int
    fitted: Mapping[str, Fitted]
    chain: Chain | None
    with_history: tuple[int, ...]

    @property
    def curves(self) -> dict[str, tuple[Curve, ...]]:
        """The draws of each segment, as `allocate` takes them."""
        return {name: one.draws for name, one in self.fitted.items()}


def fit(
    history: History, *, form: str = "hill", prior: Elasticity = SELLING, draws: int = 200, seed: int = 0
) -> Fit:
    """Fit curves.

    Parameters
    ----------
    form
        ``power``, ``exponential``, ``log``, ``hill`` (concave) or ``s-shaped`` (Hill of slope 1 to 3.2).
    prior
        What is known of elasticities: ``SELLING`` for people's time, ``ADVERTISING`` for money on campaigns.
    draws
        How many curves a segment.

    Raises
    ------
    BadInput
        When a segment has neither history nor judgement, or its sales do not add up to more than 0.
    UnknownName
        When there is no such form.

    Examples
    --------
    >>> effort = [[8, 12, 10, 9, 14, 11]]
    >>> sales = [[95, 128, 90, 98, 142, 94]]
    >>> one = fit(History(segments=["North"], effort=effort, sales=sales)).fitted["North"]
    >>> one.source, len(one.draws)
    ('history, 6 months, and published elasticities', 200)
    """
    if draws < 2:
        raise BadInput(f"{draws} draws tell nothing of what is not known.", hint="Use 200.")
    full, lent = lend(history)
    fitter = _Fitter(full, form, prior, seed, _doubts(history, lent))
    chain = fitter.chain(draws)
    fitted = {
        name: fitter.from_history(row, chain) if chain and row in fitter.rows else fitter.judged(row, draws)
        for row, name in enumerate(history.segments)
    }
    return Fit(
        history=history,
        form=form,
        prior=prior,
        seed=seed,
        fitted=fitted,
        chain=chain,
        with_history=tuple(fitter.rows),
    )


def _doubts(history: History, lent: frozenset[str]) -> Doubts:
    return {**doubts(history), **dict.fromkeys(lent, (Doubt(why=LENT),))}


class _Fitter:
    """A history, and what is known beside it; ``rows`` are those that have data."""

    def __init__(self, history: History, form: str, prior: Elasticity, seed: int, doubted: Doubts) -> None:
        self.history, self.form, self.prior, self.shapes = history, form, prior, grid(form)
        self.rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(7,)))
        self.rows = [row for row in range(len(history.segments)) if self._has_data(row)]
        self.doubts = doubted

    def _has_data(self, row: int) -> bool:
        name, known = self.history.segments[row], self.history.known[row]
        sold = self.history.sales[row, known].sum()
        if known.any() and self.history.usual[row] > 0 and sold > 0:
            return True
        if name in self.history.judgements:
            return False
        why = "no sales" if known.any() and not sold > 0 else "no effort"
        raise BadInput(
            f"The history has {why}, and nobody's judgement.",
            where=name,
            hint="Say what it would sell at none, at today's and at as much effort as could be of use.",
        )

    def chain(self, draws: int) -> Chain | None:
        """Draw what the history says; nothing where there is none."""
        if not self.rows:
            return None
        history, rows = self.history, self.rows
        return sample(
            Series(
                sales=history.sales[rows],
                known=history.known[rows],
                responses=np.array([np.log(self.shapes.relative(self._effort(row))) for row in rows]),
                years=history.years,
                place=history.place,
            ),
            self._known(),
            draws=draws,
            rng=self.rng,
        )

    def _effort(self, row: int) -> Floats:
        """As a multiple of today's; where it would mislead, always today's, so that the data say nothing of the curve."""
        known = self.history.known[row]
        if any(doubt.misleads for doubt in self.doubts[self.history.segments[row]]):
            known = np.zeros_like(known)
        effort: Floats = np.where(known, self.history.effort[row], self.history.usual[row])
        out: Floats = effort / self.history.usual[row]
        return out

    def _known(self) -> Known:
        judged = [self.history.judgements.get(self.history.segments[row]) for row in self.rows]
        usual = [float(self.history.usual[row]) for row in self.rows]
        return Known(
            own=np.array([self._weights(one, at) for one, at in zip(judged, usual, strict=True)]),
            sizes=np.log(self.shapes.elasticity),
            pooled=np.array([one is None for one in judged]),
            centre=float(np.log(self.prior.median)),
            between=self.prior.between,
            within=self.prior.within,
        )

    def _weights(self, judgement: Judgement | None, today: float) -> Floats:
        """Logarithm (g,) of the weight of each shape beside what is pooled: by judgement, else the same for all shares."""
        shapes, weight = self.shapes, np.zeros(len(self.shapes.share))
        if judgement is not None:
            elasticity, share = _told(judgement.curve(), today)
            weight -= ((shapes.share - share) / _JUDGED_SHARE) ** 2 / 2
            weight -= (np.log(shapes.slope / judgement.slope) / _JUDGED_SLOPE) ** 2 / 2
        # Some elasticities have more shares and slopes than others, which must not count for them.
        _, place = np.unique(shapes.elasticity, return_inverse=True)
        weight -= np.log(np.bincount(place, weights=np.exp(weight)) + 1e-300)[place]
        if judgement is not None:
            weight -= (np.log(shapes.elasticity / elasticity) / _JUDGED) ** 2 / 2
        return weight

    def _drawn(self, places: npt.NDArray[np.intp]) -> Shapes:
        """Give shapes between those of the grid, so that draws are no steps."""
        shapes = self.shapes
        moved = np.exp(STEP * (self.rng.random(len(places)) - 0.5))
        return Shapes.of(
            self.form, shapes.elasticity[places] * moved, shapes.share[places], shapes.slope[places]
        )

    def from_history(self, row: int, chain: Chain) -> Fitted:
        """Tell a segment by its data."""
        history, place = self.history, self.rows.index(row)
        known = history.known[row]
        own = chain.level[:, place, None] + chain.trend[:, place, None] * history.years
        expected = np.exp(own + chain.shared)
        level = expected[:, -history.window :].mean(axis=1)
        alike = history.sales[row] * level.mean() / expected.mean(axis=0)
        spent = [] if self._is_lent(history.segments[row]) else history.effort[row, known].tolist()
        points = tuple(zip(spent, alike[known].tolist(), strict=False))
        noise = float(np.sqrt((chain.noise[:, place] ** 2).mean()))
        return self._fitted(row, self._drawn(chain.shape[:, place]), level, points, noise)

    def judged(self, row: int, draws: int) -> Fitted:
        """Tell a segment by what somebody expects."""
        judgement = self.history.judgements[self.history.segments[row]]
        today, curve = self._today(row), judgement.curve()
        weight = np.exp(self._weights(judgement, today))
        places = self.rng.choice(len(weight), size=draws, p=weight / weight.sum())
        level = curve.at(today) * np.exp(_JUDGED_LEVEL * self.rng.standard_normal(draws))
        return self._fitted(row, self._drawn(places), level, (), 0.0)

    def _today(self, row: int) -> float:
        usual = float(self.history.usual[row])
        return usual if usual > 0 else self.history.judgements[self.history.segments[row]].effort

    def _fitted(
        self, row: int, shapes: Shapes, level: Floats, points: tuple[tuple[float, float], ...], noise: float
    ) -> Fitted:
        name, today = self.history.segments[row], self._today(row)
        spread = _JUDGED if name in self.history.judgements else self.prior.spread
        learned = float(np.clip(1 - np.log(shapes.elasticity).var() / spread**2, 0, 1)) if points else 0.0
        curves = shapes.curves(today, level, self._source(name, len(points), learned))
        low, middle, high = np.quantile(shapes.elasticity, [0.1, 0.5, 0.9])
        return Fitted(
            segment=name,
            today=today,
            curve=_middle(curves, today),
            draws=curves,
            points=points,
            elasticity=(float(middle), float(low), float(high)),
            learned=learned,
            noise=noise,
            source=curves[0].source,
            doubts=tuple(doubt.why for doubt in self.doubts[name]),
        )

    def _is_lent(self, name: str) -> bool:
        return any(doubt.why == LENT for doubt in self.doubts[name])

    def _periods(self, count: int) -> str:
        return counted(count, self.history.period, self.history.period + "s")

    def _source(self, name: str, points: int, learned: float) -> str:
        judgement = self.history.judgements.get(name)
        by = judgement.curve().source if judgement else self.prior.source
        if self._is_lent(name):
            sold = int(self.history.known[self.history.segments.index(name)].sum())
            return f"the other segments, and {by}; its level from sales of {self._periods(sold)}"
        if not points:
            return by
        history = f"history, {self._periods(points)}"
        if any(doubt.misleads for doubt in self.doubts[name]):
            return f"{by}; its level from {history}"
        return history if not judgement and learned >= _LEARNED else f"{history}, and {by}"


def _told(curve: Curve, today: float) -> tuple[float, float]:
    """Elasticity at today's effort, and the share of sales that effort brings there."""
    at, step = curve.at(today), 1e-4
    rise = (curve.at(today * (1 + step)) - curve.at(today * (1 - step))) / (2 * step)
    return float(np.clip(rise / at, LEAST, MOST)), (at - curve.at(0)) / at


def _middle(curves: Sequence[Curve], today: float) -> Curve:
    """Give the curve that is nearest to the mean of all."""
    heights = np.array([curve.over(_EFFORTS * today) for curve in curves])
    return curves[int(((heights - heights.mean(axis=0)) ** 2).sum(axis=1).argmin())]
