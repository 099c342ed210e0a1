"""What deals are won for: as a multiple of the value seen before, and by rep where nothing was seen."""

from dataclasses import dataclass, replace

import numpy as np

from salesnb.outlook.deals import Deals, Flags, Floats, Ints, add_up

__all__ = ["Sizes", "fit_sizes"]

_STEPS = 256
_MIDDLES = (np.arange(_STEPS) + 0.5) / _STEPS
# A rep's own deals count as much as those of all when there are so many of them.
_PRIOR_DEALS = 20.0
_LEAST_STRETCHES, _STRETCH_DAYS = 3, 30


@dataclass(frozen=True, kw_only=True, eq=False)
class Sizes:
    """Spread of deal sizes, in minor units.

    The amount of a rep's deal is one of the rep's own with the probability ``own``, else one of all.

    Attributes
    ----------
    ratios
        (steps,): amount won through expected amount, equally likely.
    every
        (steps,): amounts won by all, equally likely.
    own
        (reps,): how much the rep's own deals count.
    amounts, reached
        (deals won,): amounts by rep, and the sum of their weights up to and with each.
    edges
        (reps + 1,): where each rep's begin.
    mean, square
        (reps,): mean of the amount, and of its square.
    mean_sd
        Standard deviation of a month's average deal through its mean; None with fewer than three months.
    """

    ratios: Floats
    every: Floats
    own: Floats
    amounts: Floats
    reached: Floats
    edges: Ints
    mean: Floats
    square: Floats
    mean_sd: float | None

    def draw(self, rep: int, count: int, rng: np.random.Generator) -> Floats:
        """(count,): amounts of deals of one rep, in minor units."""
        low, high = self.edges[rep], self.edges[rep + 1]
        step = rng.integers(_STEPS, size=count)
        if high == low:
            return np.asarray(self.every[step])
        before = self.reached[low - 1] if low else 0.0
        place = np.searchsorted(self.reached[low:high], before + _MIDDLES * (self.reached[high - 1] - before))
        mine = self.amounts[low + np.minimum(place, high - low - 1)]
        return np.where(rng.random(count) < self.own[rep], mine[step], self.every[step])

    def times(self, factor: float) -> "Sizes":
        """Give the spread with every deal larger by a factor."""
        moved = {name: getattr(self, name) * factor for name in ("ratios", "every", "amounts", "mean")}
        return replace(self, square=self.square * factor**2, **moved)


def fit_sizes(deals: Deals, as_of: int, *, half_life_days: float) -> Sizes:
    """Collect the sizes of what was won up to the end of the day ``as_of``; recent deals weigh more.

    A rep's own amounts count by n / (n + 20), with n the number of deals that would tell as much as the weighted ones
    (Kish's effective size), those of all by the rest.

    Parameters
    ----------
    deals
        As known on the day ``as_of``.
    half_life_days
        What was won so many days before counts half as much.
    """
    won = deals.keep(deals.won & (deals.closed <= as_of))
    won = won.keep(np.lexsort((won.closed, won.amount, won.owner)))
    weight = 0.5 ** ((as_of - won.closed) / half_life_days)
    seen = (won.expected > 0) & (won.amount > 0)
    every = _evenly(won.amount, weight, otherwise=0.0)
    own, (mean, square) = _shares(won, weight), _moments(won, weight)
    return Sizes(
        ratios=_evenly(won.amount[seen] / won.expected[seen], weight[seen], otherwise=1.0),
        every=every,
        own=own,
        amounts=won.amount,
        reached=np.cumsum(weight),
        edges=np.searchsorted(won.owner, np.arange(len(won.owners) + 1)),
        mean=own * mean + (1 - own) * every.mean(),
        square=own * square + (1 - own) * (every**2).mean(),
        mean_sd=_mean_sd(won, as_of),
    )


def _by_rep(won: Deals, weights: Floats) -> Floats:
    return add_up(won.owner, weights, len(won.owners))


def _shares(won: Deals, weight: Floats) -> Floats:
    squares = _by_rep(won, weight**2)
    effective = _by_rep(won, weight) ** 2 / np.where(squares > 0, squares, 1.0)
    return effective / (effective + _PRIOR_DEALS)


def _moments(won: Deals, weight: Floats) -> tuple[Floats, Floats]:
    total = _by_rep(won, weight)
    total = np.where(total > 0, total, 1.0)
    return _by_rep(won, weight * won.amount) / total, _by_rep(won, weight * won.amount**2) / total


def _evenly(values: Floats, weight: Floats, *, otherwise: float) -> Floats:
    """(steps,): the values at the middles of equal parts of the weighted distribution, scaled to keep its mean."""
    if not len(values):
        return np.full(_STEPS, otherwise)
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order])
    place = np.searchsorted(reached, _MIDDLES * reached[-1])
    chosen = values[order][np.minimum(place, len(values) - 1)]
    mean = float((values * weight).sum() / weight.sum())
    return np.asarray(chosen * (mean / chosen.mean() if chosen.mean() > 0 else 1.0))


def _mean_sd(won: Deals, as_of: int) -> float | None:
    """Relative spread of the average deal between stretches of 30 days."""
    ago = (as_of - won.closed) // _STRETCH_DAYS
    counts, sums = np.bincount(ago), np.bincount(ago, weights=won.amount)
    many: Flags = counts > 0
    if many.sum() < _LEAST_STRETCHES or not sums.sum():
        return None
    means = sums[many] / counts[many]
    return float(means.std(ddof=1) / means.mean())
