"""What was won and lost: sums and counts by the date of closing."""

from typing import Any

from salesnb.kpis.expressions import count_where, days_between, sum_where
from salesnb.kpis.kpi import CLOSED, measure

_CATALOGUE = "salesnb standard catalogue: closed in the period"


@measure(
    label="Won amount",
    unit="money",
    basis=CLOSED,
    formula="sum of amount over won opportunities",
    source=_CATALOGUE,
)
def won_amount(deals: Any) -> Any:
    """Sum of the amounts won, in minor units."""
    return sum_where(deals.amount, deals.status == "won")


@measure(
    label="Deals won", unit="count", basis=CLOSED, formula="number of won opportunities", source=_CATALOGUE
)
def won_count(deals: Any) -> Any:
    """Count opportunities won."""
    return count_where(deals.status == "won")


@measure(
    label="Deals lost",
    unit="count",
    basis=CLOSED,
    formula="number of lost opportunities",
    source=_CATALOGUE,
    higher_is_better=False,
)
def lost_count(deals: Any) -> Any:
    """Count opportunities lost."""
    return count_where(deals.status == "lost")


@measure(
    label="Deals closed", unit="count", basis=CLOSED, formula="won_count + lost_count", source=_CATALOGUE
)
def closed_count(deals: Any) -> Any:
    """Count opportunities won or lost."""
    return count_where(deals.status != "open")


@measure(
    label="Won, at expected value",
    unit="money",
    basis=CLOSED,
    formula="sum of expected_amount over won opportunities",
    source=_CATALOGUE,
)
def won_expected_amount(deals: Any) -> Any:
    """Sum of the expected amounts of opportunities won, in minor units."""
    return sum_where(deals.expected_amount, deals.status == "won")


@measure(
    label="Closed, at expected value",
    unit="money",
    basis=CLOSED,
    formula="sum of expected_amount over won and lost opportunities",
    source=_CATALOGUE,
)
def closed_expected_amount(deals: Any) -> Any:
    """Sum of the expected amounts of opportunities won or lost, in minor units."""
    return sum_where(deals.expected_amount, deals.status != "open")


@measure(
    label="Median deal",
    unit="money",
    basis=CLOSED,
    kind="quantile",
    formula="median of amount over won opportunities, by linear interpolation",
    source=_CATALOGUE,
)
def median_deal(deals: Any) -> Any:
    """Median amount won, in minor units."""
    return deals.amount.quantile(0.5, where=deals.status == "won")


@measure(
    label="Median sales cycle",
    unit="days",
    basis=CLOSED,
    kind="quantile",
    formula="median of closed_on - created_on over won opportunities, by linear interpolation",
    source=_CATALOGUE,
    higher_is_better=False,
)
def median_cycle_days(deals: Any) -> Any:
    """Median days from creation to winning."""
    days = days_between(deals.closed_on, deals.created_on)
    return days.quantile(0.5, where=(deals.status == "won") & days.notnull())


@measure(
    label="Days to win, summed",
    unit="days",
    basis=CLOSED,
    formula="sum of closed_on - created_on over won opportunities with a created date",
    source=_CATALOGUE,
    higher_is_better=False,
)
def won_cycle_days(deals: Any) -> Any:
    """Sum of the days from creation to winning."""
    return sum_where(days_between(deals.closed_on, deals.created_on), deals.status == "won")


@measure(
    label="Deals won with a created date",
    unit="count",
    basis=CLOSED,
    formula="number of won opportunities with a created date",
    source=_CATALOGUE,
)
def won_dated_count(deals: Any) -> Any:
    """Count opportunities won whose creation is known."""
    return count_where((deals.status == "won") & deals.created_on.notnull())


@measure(
    label="Days in the pipeline, summed",
    unit="days",
    basis=CLOSED,
    formula="sum of closed_on - created_on over won and lost opportunities with a created date",
    source=_CATALOGUE,
    higher_is_better=False,
)
def exit_days(deals: Any) -> Any:
    """Sum of the days in the pipeline of all that left it."""
    return sum_where(days_between(deals.closed_on, deals.created_on), deals.status != "open")


@measure(
    label="Deals closed with a created date",
    unit="count",
    basis=CLOSED,
    formula="number of won and lost opportunities with a created date",
    source=_CATALOGUE,
)
def exit_dated_count(deals: Any) -> Any:
    """Count opportunities won or lost whose creation is known."""
    return count_where((deals.status != "open") & deals.created_on.notnull())


@measure(
    label="Nine of ten wins took no longer",
    unit="days",
    basis=CLOSED,
    kind="quantile",
    formula="0.9 quantile of closed_on - created_on over won opportunities, by linear interpolation",
    source=_CATALOGUE,
    higher_is_better=False,
)
def long_cycle_days(deals: Any) -> Any:
    """Days from creation to winning that nine of ten wins did not exceed."""
    days = days_between(deals.closed_on, deals.created_on)
    return days.quantile(0.9, where=(deals.status == "won") & days.notnull())
