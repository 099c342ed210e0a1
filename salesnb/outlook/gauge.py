"""What tells the chance of any target of a period at once, so that a page can follow a target while it is moved."""

import math
from dataclasses import dataclass
from typing import Any

from salesnb.outlook.chances import LEAST_ORIGINS, Chance, chance
from salesnb.outlook.distribution import Outcome
from salesnb.outlook.track_record import LevelRecord

__all__ = ["BaseRates", "Gauge"]


@dataclass(frozen=True, kw_only=True)
class BaseRates:
    """How often targets were attained before, where probabilities did not beat that.

    Attributes
    ----------
    record
        What the past says of targets by how many times the usual they ask for.
    known
        What the months that are over brought of the period, in the KPI's whole unit.
    usual
        What the months left bring at the run rate.
    to_date
        What there is of the period by now.
    """

    record: LevelRecord
    known: float
    usual: float
    to_date: float

    def of(self, target: float) -> float | None:
        """Give how often targets like it were attained, 0..1; None where it is reached already.

        Examples
        --------
        >>> none = dict(coverage80=None, brier=None, base_rate_brier=None, mase=None, mase_seasonal_naive=None)
        >>> record = LevelRecord(series=1, origins=9, windows=9, predictions=18, attained=((0.5, 1.0), (1.5, 0.2)), **none)
        >>> rates = BaseRates(record=record, known=40, usual=60, to_date=50)
        >>> round(rates.of(100), 2), rates.of(50)
        (0.6, None)
        """
        if target <= self.to_date:
            return None
        return self.record.base_rate((target - self.known) / self.usual if self.usual > 0 else math.inf)


@dataclass(frozen=True, kw_only=True)
class Gauge:
    """The chance of any target of one place and period.

    Attributes
    ----------
    outcome
        The distribution of the total, as it is shown.
    origins
        Distinct months at which a forecast could be judged.
    base_rates
        What is shown in place of probabilities; None where these beat it.
    to_date
        What there is of the period by now, in the KPI's whole unit.
    unjudged
        Why it is not known (yet) whether probabilities beat how often targets were attained; empty where it is known.
    """

    outcome: Outcome
    origins: int
    base_rates: BaseRates | None
    to_date: float
    unjudged: str = ""

    def chance(self, target: float) -> Chance:
        """Say what may be said of a target; see `salesnb.outlook.chances.chance`."""
        rate = None if self.base_rates is None else self.base_rates.of(target)
        return chance(
            self.outcome,
            target,
            origins=self.origins,
            beaten_by_base_rate=rate,
            unjudged=self.unjudged,
        )

    def document(self) -> dict[str, Any]:
        """Give what a page computes the same from: ``js/chances.js``, held to this by ``tests/vectors/gauge.json``."""
        rates, said = self.base_rates, self.chance(math.inf)
        return {
            "quantiles": self.outcome.quantiles.tolist(),
            "low": said.low,
            "high": said.high,
            "toDate": float(self.to_date),
            "enough": self.origins >= LEAST_ORIGINS and not self.unjudged,
            "reason": said.reason,
            "base": None
            if rates is None
            else {
                "known": float(rates.known),
                "usual": float(rates.usual),
                "attained": [list(point) for point in rates.record.attained],
            },
        }
