"""Scenarios side by side: the same draws for all, and the best one's figure shrunk for having been picked.

Whoever takes the best of several uncertain figures takes, in part, the luckiest: of three equally good ones with an error of
sd 1 the best looks .85 better than it is, of five 1.16, of ten 1.54 (Smith and Winkler 2006, *The Optimizer's Curse*,
Management Science 52). The remedy is theirs: shrink each towards the mean of all by the share of error in what sets them apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from salesnb.allocation.forms import Floats
from salesnb.errors import BadInput

__all__ = ["Compared", "compare", "overstated"]

_LOW, _HIGH = 10, 90


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A scenario beside the others, in the unit of the outcome.

    Attributes
    ----------
    name
        Of the scenario.
    mean
        Of its outcome net of costs, over the draws.
    shrunk
        What to expect of it, given that it stands among others: mean of all plus what is believed of its distance.
    difference
        Mean difference from the first scenario, on the same draws.
    low, high
        Between which 80 % of the differences lie.
    share_better
        Share (0..1) of the draws in which it brings more than the first.
    share_best
        Share of the draws in which it brings most of all; ties are shared out.
    """

    name: str
    mean: float
    shrunk: float
    difference: float
    low: float
    high: float
    share_better: float
    share_best: float


def compare(outcomes: Mapping[str, Floats]) -> tuple[Compared, ...]:
    """Compare outcomes net of costs (d,) of scenarios in the same d draws of the curves, in the order given.

    Raises
    ------
    BadInput
        When there is none, or draws differ in number: then they are not the same draws.
    """
    if not outcomes:
        raise BadInput("There is no scenario to compare.", hint="Give at least one.")
    if len({len(item) for item in outcomes.values()}) != 1:
        raise BadInput("The scenarios have different numbers of draws.", hint="Use the same draws for all.")
    table = np.array([np.asarray(item, dtype=float) for item in outcomes.values()])
    best = table == table.max(axis=0)
    shares = (best / best.sum(axis=0)).mean(axis=1)
    shrunk = _shrunk(table)
    return tuple(
        _one(name, table[k] - table[0], float(table[k].mean()), float(shrunk[k]), float(shares[k]))
        for k, name in enumerate(outcomes)
    )


def _one(name: str, apart: Floats, mean: float, shrunk: float, share: float) -> Compared:
    low, high = np.percentile(apart, [_LOW, _HIGH])
    return Compared(
        name=name,
        mean=mean,
        shrunk=shrunk,
        difference=float(apart.mean()),
        low=float(low),
        high=float(high),
        share_better=float((apart > 0).mean()),
        share_best=share,
    )


def _shrunk(table: Floats) -> Floats:
    """Shrink means (k,) of scenarios in draws (k, d); what moves all alike sets none apart and is no error here."""
    count = len(table)
    means: Floats = table.mean(axis=1)
    if count == 1:
        return means
    apart = table - table.mean(axis=0)
    # Taking off the mean of all takes a share of 1/k of each one's error with it.
    error = float(apart.var(axis=1).mean()) * count / (count - 1)
    spread = float(means.var(ddof=1))
    believed = max(0.0, 1 - error / spread) if spread > 0 else 0.0
    shrunk: Floats = means.mean() + believed * (means - means.mean())
    return shrunk


def overstated(compared: tuple[Compared, ...]) -> float:
    """By how much the best scenario's mean overstates what to expect of it, in the unit of the outcome."""
    best = max(compared, key=lambda item: item.mean)
    return max(0.0, best.mean - best.shrunk)
