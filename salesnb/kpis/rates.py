"""Rates, averages and velocity: ratios of sums."""

from fractions import Fraction

from salesnb.kpis.kpi import derived, ratio

_CATALOGUE = "salesnb standard catalogue: closed in the period"
_COHORT = "Varicent, Created Win Rate: four different win rates have four different names"


@derived(
    label="Win rate",
    unit="ratio",
    formula="won_count / (won_count + lost_count)",
    source=_CATALOGUE,
    of_pipeline=True,
    most=1.0,
)
def win_rate(won_count: int, closed_count: int) -> float | None:
    """Share of the opportunities closed that were won, by number."""
    return ratio(won_count, closed_count)


@derived(
    label="Win rate by value",
    unit="ratio",
    formula="expected_amount of the won / expected_amount of the won and lost",
    source=_COHORT,
    of_pipeline=True,
    most=1.0,
)
def win_rate_value(won_expected_amount: int, closed_expected_amount: int) -> float | None:
    """Share of the opportunities closed that were won, by the value they were expected to have."""
    return ratio(won_expected_amount, closed_expected_amount)


@derived(
    label="Win rate of those created",
    unit="ratio",
    formula="of the opportunities created in the period: won to date / all",
    source=_COHORT,
    most=1.0,
)
def win_rate_cohort(cohort_won_count: int, created_count: int) -> float | None:
    """Share of the opportunities created in the period that are won by now."""
    return ratio(cohort_won_count, created_count)


@derived(
    label="Win rate of those created and closed",
    unit="ratio",
    formula="of the opportunities created in the period: won to date / closed to date",
    source=_COHORT,
    most=1.0,
)
def win_rate_cohort_closed(cohort_won_count: int, cohort_closed_count: int) -> float | None:
    """Share of the opportunities created in the period and closed by now that were won."""
    return ratio(cohort_won_count, cohort_closed_count)


@derived(label="Average deal", unit="money", formula="won_amount / won_count", source=_CATALOGUE)
def average_deal(won_amount: int, won_count: int) -> float | None:
    """Mean amount won, in minor units."""
    return ratio(won_amount, won_count)


@derived(
    label="Mean sales cycle",
    unit="days",
    formula="mean of closed_on - created_on over won opportunities",
    source=_CATALOGUE,
    higher_is_better=False,
)
def mean_cycle_days(won_cycle_days: int, won_dated_count: int) -> float | None:
    """Mean days from creation to winning."""
    return ratio(won_cycle_days, won_dated_count)


@derived(
    label="Sales velocity",
    unit="money_per_day",
    formula=(
        "open_count at the start x win_rate x average_deal / mean days in the pipeline of all that left it "
        "(won and lost)"
    ),
    source="askcommit.com: by Little's law right only with the mean time of all exits, not of the won alone",
)
def sales_velocity(
    open_at_start_count: int,
    won_count: int,
    closed_count: int,
    won_amount: int,
    exit_days: int,
    exit_dated_count: int,
) -> float | None:
    """Money per day that the pipeline at the start would bring at the period's rates, in minor units."""
    if not (won_count and closed_count and exit_days and exit_dated_count) or open_at_start_count is None:
        return None
    rate, deal = Fraction(won_count, closed_count), Fraction(won_amount, won_count)
    return float(open_at_start_count * rate * deal / Fraction(exit_days, exit_dated_count))
