"""What an allocation brings beside simpler ones: today's, an equal share for all, and shares in proportion."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from salesnb.allocation.answer import Allocation
from salesnb.allocation.curves import Curve
from salesnb.allocation.forms import Floats
from salesnb.allocation.limits import line_of
from salesnb.allocation.problem import Curves
from salesnb.allocation.responses import Responses
from salesnb.errors import BadInput

__all__ = ["Gain", "drawn_responses", "equal", "gain_over", "in_proportion", "lines_outcomes", "outcomes"]

_LOW, _HIGH = 10, 90


@dataclass(frozen=True, kw_only=True)
class Gain:
    """How much more an allocation brings than another, in the unit of the outcome.

    Attributes
    ----------
    mean
        Over the draws of the curves, which both are measured on (paired).
    low, high
        Between which 80 % of the draws lie.
    share_better
        Share (0..1) of the draws in which it brings more.
    """

    mean: float
    low: float
    high: float
    share_better: float

    @property
    def is_sure(self) -> bool:
        """Whether the 80 % lie on one side of nothing."""
        return self.low > 0 or self.high < 0


def gain_over(curves: Curves, best: Allocation, other: Mapping[Any, float]) -> Gain:
    """Compare an allocation with other amounts, draw by draw, without the costs.

    Draws that the allocation was found on flatter it; give curves of other draws for a fair comparison.

    Raises
    ------
    BadInput
        When the other amounts leave out a line or have one more.
    """
    if set(other) != set(curves):
        odd = sorted(str(line_of(key)) for key in set(other) ^ set(curves))
        raise BadInput(f"Both allocations must have the same segments; these differ: {', '.join(odd)}.")
    more = outcomes(curves, best.amounts) - outcomes(curves, other)
    low, high = np.percentile(more, [_LOW, _HIGH])
    return Gain(
        mean=float(more.mean()), low=float(low), high=float(high), share_better=float((more > 0).mean())
    )


def outcomes(curves: Curves, amounts: Mapping[Any, float]) -> Floats:
    """Give what amounts bring in each draw (d,) of the curves, without the costs."""
    return lines_outcomes(curves, amounts).sum(axis=1)  # type: ignore[no-any-return]


def lines_outcomes(curves: Curves, amounts: Mapping[Any, float]) -> Floats:
    """Give what each line's amount brings in each draw of the curves, (d, n)."""
    responses = drawn_responses(curves)
    return responses.base + responses.value(np.array([amounts[key] for key in curves], dtype=float))


def drawn_responses(curves: Curves) -> Responses:
    """Put curves together, each with as many draws as the one that has most."""
    drawn = [[item] if isinstance(item, Curve) else list(item) for item in curves.values()]
    widest = max(map(len, drawn))
    return Responses.of([line * widest if len(line) == 1 else line for line in drawn])


def equal(curves: Curves, totals: Mapping[str, float]) -> dict[Any, float]:
    """Share each resource's total equally over its lines."""
    return in_proportion(dict.fromkeys(curves, 1.0), totals)


def in_proportion(weights: Mapping[Any, float], totals: Mapping[str, float]) -> dict[Any, float]:
    """Share each resource's total over its lines in proportion to weights of 0 or more, such as last year's sales.

    Examples
    --------
    >>> in_proportion({"North": 3, "South": 1}, {"": 100})
    {'North': 75.0, 'South': 25.0}
    """
    sums: dict[str, float] = {}
    for key, weight in weights.items():
        resource = line_of(key).resource
        sums[resource] = sums.get(resource, 0.0) + weight
    empty = [name for name, whole in sums.items() if not whole > 0]
    if empty or min(weights.values(), default=0) < 0:
        raise BadInput(
            "The weights must be 0 or more, and one of each resource above 0.", hint="Change the weights."
        )
    return {
        key: totals[line_of(key).resource] * w / sums[line_of(key).resource] for key, w in weights.items()
    }
