"""What is open as of a date: created by then or nobody knows when, and not closed by then."""

from typing import Any

from salesnb.kpis.expressions import count_where, sum_where
from salesnb.kpis.kpi import AS_OF, AT_START, derived, measure, ratio

_CATALOGUE = "salesnb standard catalogue: as of a date; by period, of its last day or the as-of date if that is earlier"


@measure(
    label="Open deals", unit="count", basis=AS_OF, formula="number of open opportunities", source=_CATALOGUE
)
def open_count(deals: Any) -> Any:
    """Count open opportunities."""
    return count_where(deals.opportunity_id.notnull())


@measure(
    label="Open pipeline",
    unit="money",
    basis=AS_OF,
    formula="sum of expected_amount over open opportunities",
    source=_CATALOGUE,
)
def open_amount(deals: Any) -> Any:
    """Sum of the expected amounts of open opportunities, in minor units."""
    return sum_where(deals.expected_amount, deals.opportunity_id.notnull())


@measure(
    label="Weighted pipeline",
    unit="money",
    basis=AS_OF,
    kind="weighted",
    formula=(
        "sum of expected_amount x probability over open opportunities; where a probability is missing, the win rate of "
        "the stage so far (of all closed opportunities where no stage history is known), which is an estimate"
    ),
    source=_CATALOGUE,
)
def weighted_amount(deals: Any) -> Any:
    """Sum of the expected amounts of one probability and stage, in minor units; weighted after aggregation."""
    return sum_where(deals.expected_amount, deals.opportunity_id.notnull())


@measure(
    label="Open deals at the start",
    unit="count",
    basis=AT_START,
    formula="number of opportunities open on the day before the period",
    source=_CATALOGUE,
)
def open_at_start_count(deals: Any) -> Any:
    """Count opportunities that were open on the day before the period."""
    return count_where(deals.opportunity_id.notnull())


@measure(
    label="Open pipeline that can close in the period",
    unit="money",
    basis=AS_OF,
    within="expected_close_on",
    formula="sum of expected_amount over open opportunities expected to close in the period, or without that date",
    source=_CATALOGUE,
)
def closable_amount(deals: Any) -> Any:
    """Sum of the expected amounts of open opportunities that are expected to close in the period, in minor units."""
    expected = deals.expected_close_on
    inside = (expected >= deals.period_start) & (expected < deals.period_end)
    return sum_where(deals.expected_amount, expected.isnull() | inside)


@measure(
    label="Open deals without an expected close date",
    unit="count",
    basis=AS_OF,
    formula="number of open opportunities without an expected close date",
    source=_CATALOGUE,
    higher_is_better=False,
)
def open_undated_count(deals: Any) -> Any:
    """Count open opportunities whose expected close is not known."""
    return count_where(deals.expected_close_on.isnull())


@derived(
    label="Coverage",
    unit="ratio",
    formula=(
        "open pipeline expected to close in the period (all of it where that date is missing) / (goal - won to date); "
        "null once the goal is reached"
    ),
    source="metrickittools.com: open pipeline closable in the period / remaining quota",
)
def coverage(closable_amount: int, quota: int | None, won_amount: int) -> float | None:
    """How many times what is missing to the goal could still close in the period."""
    return _covered(closable_amount, quota, won_amount)


@derived(
    label="Coverage by all open deals",
    unit="ratio",
    formula="open pipeline / (goal - won to date); null once the goal is reached",
    source="metrickittools.com: coverage, of all that is open",
)
def coverage_all_open(open_amount: int, quota: int | None, won_amount: int) -> float | None:
    """How many times what is missing to the goal is open, whenever it is expected to close."""
    return _covered(open_amount, quota, won_amount)


def _covered(pipeline: int | None, quota: int | None, won: int) -> float | None:
    if quota is None or pipeline is None or quota <= won:
        return None
    return ratio(pipeline, quota - won)
