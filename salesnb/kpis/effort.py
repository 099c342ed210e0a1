"""What selling costs and brings: spending, the cost of a won deal, and the return, as ratios of sums.

Spending is the effort whose resource is money by its name, such as a budget or campaigns. Each function takes the months
of a group of which spending is known (`salesnb.kpis.effort_data`); where there are none nothing is known, which is not
nothing spent.
"""

from collections.abc import Sequence

from salesnb.kpis.effort_data import SpendMonth
from salesnb.kpis.kpi import CLOSED, EFFORT, measure, ratio

_SOURCE = "salesnb standard catalogue: used against planned, of the months of which spending is known"


@measure(
    label="Spend",
    unit="money",
    basis=CLOSED,
    kind=EFFORT,
    formula="sum of the effort whose resource is money, over whole months that are known",
    source=_SOURCE,
    higher_is_better=False,
)
def spend(months: Sequence[SpendMonth]) -> int:
    """Sum what was spent, in minor units; asked only of groups of which some month is known, and null for all others."""
    return sum(month.spent for month in months)


@measure(
    label="Cost per won deal",
    unit="money",
    basis=CLOSED,
    kind=EFFORT,
    formula="spend / number of opportunities won in the same months",
    source=_SOURCE,
    higher_is_better=False,
)
def cost_per_won_deal(months: Sequence[SpendMonth]) -> float | None:
    """What was spent for each won deal, in minor units; null where nothing was spent or won.

    Examples
    --------
    >>> january = SpendMonth(spent=900_00, won_count=1, won_amount=5_000_00)
    >>> february = SpendMonth(spent=300_00, won_count=5, won_amount=1_000_00)
    >>> cost_per_won_deal([january, february]), return_on_spend([january, february])
    (20000.0, 5.0)
    """
    return ratio(_spent(months), sum(month.won_count for month in months))


@measure(
    label="Return on spend",
    unit="ratio",
    basis=CLOSED,
    kind=EFFORT,
    formula="amount of the opportunities won in the same months / spend",
    source=_SOURCE,
)
def return_on_spend(months: Sequence[SpendMonth]) -> float | None:
    """Amount won for each unit of money spent; null where nothing was spent or won."""
    won = sum(month.won_count for month in months)
    return ratio(sum(month.won_amount for month in months), _spent(months)) if won else None


def _spent(months: Sequence[SpendMonth]) -> int | None:
    """Give what was spent, if anything: what costs nothing has neither a cost nor a return."""
    spent = sum(month.spent for month in months)
    return spent if spent > 0 else None
