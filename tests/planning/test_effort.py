import pytest

from salesnb.planning import effort_per_deal


def test_activities_a_deal_are_a_ratio_of_sums_and_not_a_mean_of_ratios():
    """90 calls for 10 deals and 10 for 10: 5 a deal, whatever the order of the months."""
    assert effort_per_deal([90, 10], [10, 10]).per_deal == 5.0
    assert effort_per_deal([10, 90], [10, 90]).per_deal == 1.0


def test_the_spread_is_that_of_months_with_deals():
    """Eleven months of 0, 1, … 10 calls a deal: a tenth of the way is 1, nine tenths 9; a month without deals says nothing."""
    found = effort_per_deal([*range(11), 7], [*[1] * 11, 0])
    assert (found.low, found.high) == (pytest.approx(1.0), pytest.approx(9.0))


def test_few_months_have_no_spread_and_no_deals_no_figure():
    assert effort_per_deal([3] * 5, [1] * 5).low is None
    assert effort_per_deal([3, 4], [0, 0]) is None
