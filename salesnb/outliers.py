"""Amounts that are far from those beside them: slips in typing, or not."""

from collections.abc import Sequence
from statistics import median

__all__ = ["far_from_neighbours"]

_FAR = 10
_AROUND = 4


def far_from_neighbours(amounts: Sequence[int]) -> tuple[tuple[int, float], ...]:
    """Find the amounts that are ten times their neighbours or a tenth of them, the farthest first.

    Parameters
    ----------
    amounts
        Above zero, in the order of time. Neighbours are the nearest four of which those that were found already do not
        count: the farthest makes those beside it look odd.

    Returns
    -------
    tuple
        The place of each, and how many times its neighbours it is.

    Examples
    --------
    >>> far_from_neighbours([40, 38, 4100, 41, 39])
    ((2, 103.79746835443038),)
    """
    found: list[tuple[int, float]] = []
    left = list(range(len(amounts)))
    while len(left) > 1:
        ratios = [amounts[place] / _usual(amounts, left, index) for index, place in enumerate(left)]
        far = [max(ratio, 1 / ratio) for ratio in ratios]
        worst = far.index(max(far))
        if far[worst] < _FAR:
            break
        found.append((left.pop(worst), ratios[worst]))
    return tuple(found)


def _usual(amounts: Sequence[int], left: Sequence[int], index: int) -> float:
    """Give the median of the nearest in time."""
    near = sorted((other for other in range(len(left)) if other != index), key=lambda o: (abs(o - index), o))
    return median(amounts[left[other]] for other in near[:_AROUND])
