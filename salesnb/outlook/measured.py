"""Where the drivers of what is won stand: what a what-if starts from."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from salesnb.outlook.deals import NEVER, Deals
from salesnb.outlook.simulation import numbers_of

__all__ = ["Measured", "measured_drivers"]

_YEAR_DAYS, _MONTHS = 365, 12


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Drivers over the last twelve months; each None where there was nothing to measure.

    Attributes
    ----------
    months
        Over how many months, 12 at most: those since the first day on which a deal closed.
    win_rate
        Won through closed, 0..1.
    deal_size
        Mean amount won, in minor units.
    cycle_days
        Median days from creation to winning.
    created
        Deals created in an average month.
    """

    months: int
    win_rate: float | None
    deal_size: float | None
    cycle_days: float | None
    created: float | None


def measured_drivers(deals: Deals, as_of: int, *, owners: Iterable[str] | None = None) -> Measured:
    """Measure what some reps did in the year that ends with a day.

    Parameters
    ----------
    deals
        Any; what was not known on the day is left out.
    as_of
        The day.
    owners
        Of whom; all by default.
    """
    known = deals.known(as_of)
    days = int(np.clip(as_of + 1 - known.first_closed, 0, _YEAR_DAYS)) if len(known.owner) else 0
    since = as_of + 1 - days
    mine = known.keep(np.isin(known.owner, numbers_of(deals.owners, owners)))
    closed = mine.keep((mine.closed >= since) & (mine.closed != NEVER))
    won = closed.keep(closed.won)
    dated = won.keep(won.created != NEVER)
    created = int(((mine.created >= since) & (mine.created != NEVER)).sum())
    return Measured(
        months=round(days * _MONTHS / _YEAR_DAYS),
        win_rate=float(closed.won.mean()) if len(won.owner) else None,
        deal_size=float(won.amount.mean()) if len(won.owner) else None,
        cycle_days=float(np.median(dated.closed - dated.created)) if len(dated.owner) else None,
        created=created * _YEAR_DAYS / _MONTHS / days if created else None,
    )
