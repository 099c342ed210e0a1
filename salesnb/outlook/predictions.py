"""What the outlook said of quotas, kept until their periods are over, and what it learns from how they turned out."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import exp, log

from salesnb.errors import BadInput
from salesnb.outlook.recalibration import Recalibration, recalibrate

__all__ = ["METHOD", "Prediction", "learned", "log_odds_of"]

METHOD = 1
"""Number of the way in which outlooks are made; log-odds of another way teach nothing of this one."""

# Reps have good and bad months together: n results of one period tell as much as n / (1 + .2 (n - 1)) would alone.
_ALIKE = 0.2
_NEAREST = 1e-4


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """One quota, and how likely the outlook held it to be attained before it was recalibrated.

    Attributes
    ----------
    plan, kpi, node, level
        Of the quota.
    period, start, end
        Its label, its first day, and the day after its last.
    as_of, closed
        The last day of which results were known, and the last month that was over by then, such as ``2017-11``.
    unit, target
        The quota, in minor units of money or as a count.
    log_odds
        Of attaining it, as both views said: the mix before recalibration.
    shown
        Whether there was history enough to show a probability.
    method
        ``METHOD`` of then.
    """

    plan: str
    kpi: str
    node: str
    level: str
    period: str
    start: date
    end: date
    as_of: date
    closed: str
    unit: str
    target: int
    log_odds: float
    shown: bool
    method: int = METHOD

    def __post_init__(self) -> None:
        """Refuse what cannot have been said."""
        if not (self.start < self.end and self.as_of < self.end and abs(self.log_odds) < float("inf")):
            raise BadInput("A prediction is of a period that is not over, and its log-odds are finite.")

    @property
    def key(self) -> tuple[str | int, ...]:
        """What there is one prediction of: a quota in a closed month, by one method."""
        return (self.plan, self.kpi, self.node, self.period, self.closed, self.method)

    @property
    def probability(self) -> float:
        """P(attain), 0..1."""
        return 1 / (1 + exp(-self.log_odds))


def log_odds_of(probability: float) -> float:
    """Log-odds of a probability (0..1), which count as at least 1 in 10,000 from either end.

    Examples
    --------
    >>> log_odds_of(0.5), round(log_odds_of(1.0), 2)
    (0.0, 9.21)
    """
    held = min(max(probability, _NEAREST), 1 - _NEAREST)
    return log(held / (1 - held))


def learned(resolved: Sequence[tuple[Prediction, bool]]) -> Recalibration:
    """Learn the correction from predictions whose results are known; without any nothing is corrected.

    Predictions of one result, made in several months or for several plans, share a weight of 1, and the n results of
    one period a weight of ``n / (1 + .2 (n - 1))``.

    Parameters
    ----------
    resolved
        Each with whether the quota was attained; in any order.
    """
    results = Counter(_result(said) for said, _ in resolved)
    nodes = defaultdict(set)
    for said, _ in resolved:
        nodes[said.kpi, said.period].add(said.node)
    weights = [
        1 / results[_result(said)] / (1 + _ALIKE * (len(nodes[said.kpi, said.period]) - 1))
        for said, _ in resolved
    ]
    return recalibrate(
        [said.probability for said, _ in resolved], [hit for _, hit in resolved], weights=weights or 1.0
    )


def _result(said: Prediction) -> tuple[str, str, str]:
    return said.kpi, said.period, said.node
