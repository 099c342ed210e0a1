"""What was created, and what became of it: by the date of creation."""

from typing import Any

from salesnb.kpis.expressions import count_where, sum_where
from salesnb.kpis.kpi import CREATED, measure

_CATALOGUE = "salesnb standard catalogue: created in the period"


@measure(
    label="Deals created",
    unit="count",
    basis=CREATED,
    formula="number of opportunities created",
    source=_CATALOGUE,
)
def created_count(deals: Any) -> Any:
    """Count opportunities created."""
    return count_where(deals.created_on.notnull())


@measure(
    label="Pipeline created",
    unit="money",
    basis=CREATED,
    formula="sum of expected_amount over those created",
    source=_CATALOGUE,
)
def created_amount(deals: Any) -> Any:
    """Sum of the expected amounts of opportunities created, in minor units."""
    return sum_where(deals.expected_amount, deals.created_on.notnull())


@measure(
    label="Created and won to date",
    unit="count",
    basis=CREATED,
    formula="number of opportunities created in the period that were won by the as-of date",
    source=_CATALOGUE,
)
def cohort_won_count(deals: Any) -> Any:
    """Count those created in the period and won to date."""
    return count_where(deals.status == "won")


@measure(
    label="Created and closed to date",
    unit="count",
    basis=CREATED,
    formula="number of opportunities created in the period that were won or lost by the as-of date",
    source=_CATALOGUE,
)
def cohort_closed_count(deals: Any) -> Any:
    """Count those created in the period and closed to date."""
    return count_where(deals.status != "open")
