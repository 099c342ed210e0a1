"""How much the drivers of what is won vary from month to month, by the history of those asked for."""

from collections.abc import Iterable

import numpy as np

from salesnb.outlook.deals import NEVER, Deals, Floats, Ints
from salesnb.outlook.simulation import numbers_of

__all__ = ["measured_spreads"]

_STRETCH_DAYS, _STRETCHES, _LEAST_STRETCHES, _LEAST_DEALS = 30, 12, 4, 5
_MOST = 0.9


def measured_spreads(
    deals: Deals, as_of: int, *, owners: Iterable[str] | None = None, attrition: float | None = None
) -> dict[str, float | None]:
    """Standard deviation of each driver from month to month, as a share of its mean.

    Stretches of 30 days, at most the last twelve and no fewer than four with five deals each. That of attrition is the
    binomial one of the share of reps who leave in a year, in points.

    Parameters
    ----------
    deals
        Any; what was not known on the day is left out.
    as_of
        The day.
    owners
        Of whom; all by default.
    attrition
        Share of reps who leave in a year; None when it is not known.
    """
    chosen = numbers_of(deals.owners, owners)
    known = deals.known(as_of)
    mine = known.keep(np.isin(known.owner, chosen))
    closed = mine.keep(mine.closed != NEVER)
    won = mine.keep(mine.won)
    dated = won.keep(won.created != NEVER)
    span = max(as_of - known.first_closed + 1, 0)
    spreads = {
        "win rate": _spread(as_of - closed.closed, closed.won.astype(np.float64), span),
        "cycle": _spread(as_of - dated.closed, (dated.closed - dated.created).astype(np.float64), span),
        "deal size": _spread(as_of - won.closed, won.amount, span),
        "creation": _count_spread(as_of - mine.created[mine.created != NEVER], span),
    }
    return spreads | {"attrition": _binomial(attrition, len(chosen))}


def _binomial(share: float | None, count: int) -> float | None:
    return None if share is None or not 0 < share < 1 else float(np.sqrt(share * (1 - share) / max(count, 1)))


def _spread(ago: Ints, values: Floats, span: int) -> float | None:
    """Of the mean value in each stretch."""
    stretches = min(_STRETCHES, span // _STRETCH_DAYS)
    if stretches < _LEAST_STRETCHES:
        return None
    place = ago // _STRETCH_DAYS
    inside = (place >= 0) & (place < stretches)
    counts = np.bincount(place[inside], minlength=stretches)
    sums = np.bincount(place[inside], weights=values[inside], minlength=stretches)
    many = counts >= _LEAST_DEALS
    return _relative(sums[many] / counts[many]) if many.sum() >= _LEAST_STRETCHES else None


def _count_spread(ago: Ints, span: int) -> float | None:
    """Of the number in each stretch."""
    stretches = min(_STRETCHES, span // _STRETCH_DAYS)
    if stretches < _LEAST_STRETCHES:
        return None
    place = ago // _STRETCH_DAYS
    counts = np.bincount(place[(place >= 0) & (place < stretches)], minlength=stretches).astype(np.float64)
    return _relative(counts) if counts.mean() >= _LEAST_DEALS else None


def _relative(values: Floats) -> float | None:
    mean = float(values.mean())
    return min(float(values.std(ddof=1)) / mean, _MOST) if mean > 0 else None
