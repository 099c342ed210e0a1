"""Activities that a roadmap takes: how many a deal took in the past, with the spread from month to month."""

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["LEAST_MONTHS", "Effort", "effort_per_deal"]

# Of fewer months nothing is said of how they differ.
LEAST_MONTHS = 6
_LOW, _HIGH = 0.1, 0.9


@dataclass(frozen=True, kw_only=True)
class Effort:
    """Activities a deal.

    Attributes
    ----------
    per_deal
        Of all months together: a ratio of sums.
    low, high
        Between which eight of ten months lay; None where fewer than six had deals.
    """

    per_deal: float
    low: float | None = None
    high: float | None = None


def effort_per_deal(activities: Sequence[int], deals: Sequence[int]) -> Effort | None:
    """Tell how many activities a deal took, month by month.

    Parameters
    ----------
    activities, deals
        By month, as many of the one as of the other.

    Returns
    -------
    Effort or None
        None where there was no deal.

    Examples
    --------
    >>> effort_per_deal([30, 10], [10, 10])
    Effort(per_deal=2.0, low=None, high=None)
    """
    whole = sum(deals)
    if not whole:
        return None
    ratios = sorted(done / made for done, made in zip(activities, deals, strict=True) if made)
    per_deal = sum(activities) / whole
    if len(ratios) < LEAST_MONTHS:
        return Effort(per_deal=per_deal)
    return Effort(per_deal=per_deal, low=_quantile(ratios, _LOW), high=_quantile(ratios, _HIGH))


def _quantile(values: Sequence[float], probability: float) -> float:
    place = probability * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (place - below) * (values[above] - values[below])
