"""What deals are won for: as a multiple of the value seen before, and by rep where nothing was seen."""

from dataclasses import dataclass

import numpy as np

from salesnb.outlook.deals import Deals, Flags, Floats

__all__ = ["Sizes", "fit_sizes"]

_RATIO_STEPS, _SIZE_STEPS = 256, 128
# A rep's own deals count as much as those of all when there are so many of them.
_PRIOR_DEALS = 20.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Sizes:
    """Spread of deal sizes, as equally likely values.

    Attributes
    ----------
    ratios
        (steps,): amount won through expected amount.
    amounts
        (reps, steps): amount won, in minor units.
    log_sd
        Standard deviation of the logarithm of the amounts won, all reps together.
    mean_sd
        Standard deviation of a month's average deal through its mean; None with fewer than three months.
    """

    ratios: Floats
    amounts: Floats
    log_sd: float
    mean_sd: float | None


def fit_sizes(deals: Deals, as_of: int, *, half_life_days: float) -> Sizes:
    """Collect the sizes of what was won up to the end of the day ``as_of``; recent deals weigh more.

    A rep's amounts are a mixture of the own ones and those of all, by n / (n + 20) and the rest.

    Parameters
    ----------
    deals
        As known on the day ``as_of``.
    half_life_days
        What was won so many days before counts half as much.
    """
    won = deals.keep(deals.won & (deals.closed <= as_of))
    weight = 0.5 ** ((as_of - won.closed) / half_life_days)
    seen = (won.expected > 0) & (won.amount > 0)
    ratios = won.amount[seen] / won.expected[seen]
    return Sizes(
        ratios=_evenly(ratios, weight[seen], _RATIO_STEPS, otherwise=1.0),
        amounts=_by_rep(won, weight),
        log_sd=float(np.log(won.amount[won.amount > 0]).std()) if (won.amount > 0).any() else 0.0,
        mean_sd=_mean_sd(won, as_of),
    )


def _by_rep(won: Deals, weight: Floats) -> Floats:
    every = _evenly(won.amount, weight, _SIZE_STEPS, otherwise=0.0)
    order = np.argsort(won.owner, kind="stable")
    edges = np.searchsorted(won.owner[order], np.arange(len(won.owners) + 1))
    return np.stack(
        [
            _blend(won.amount[order[low:high]], weight[order[low:high]], every)
            for low, high in zip(edges[:-1], edges[1:], strict=True)
        ]
    )


def _blend(amounts: Floats, weight: Floats, every: Floats) -> Floats:
    if not len(amounts):
        return every
    prior = np.full(len(every), _PRIOR_DEALS / len(every))
    # Kish's number of deals that tell as much as the weighted ones.
    own = weight * weight.sum() / (weight**2).sum()
    return _evenly(np.r_[amounts, every], np.r_[own, prior], _SIZE_STEPS, otherwise=0.0)


def _evenly(values: Floats, weight: Floats, steps: int, *, otherwise: float) -> Floats:
    """(steps,): the values at the middles of equal parts of the weighted distribution, moved to keep its mean."""
    if not len(values):
        return np.full(steps, otherwise)
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order])
    place = np.searchsorted(reached, (np.arange(steps) + 0.5) / steps * reached[-1])
    chosen = values[order][np.minimum(place, len(values) - 1)]
    mean = float((values * weight).sum() / weight.sum())
    return np.asarray(chosen * (mean / chosen.mean() if chosen.mean() > 0 else 1.0))


def _mean_sd(won: Deals, as_of: int) -> float | None:
    """Relative spread of the average deal between stretches of 30 days."""
    ago = (as_of - won.closed) // 30
    counts, sums = np.bincount(ago), np.bincount(ago, weights=won.amount)
    many: Flags = counts > 0
    if many.sum() < 3 or not sums.sum():
        return None
    means = sums[many] / counts[many]
    return float(means.std(ddof=1) / means.mean())
