from datetime import date

import numpy as np
import pytest

from salesnb.outlook.creation import fit_creation, month_of_year
from salesnb.outlook.deals import Deals

FIRST = date(2023, 1, 1).toordinal()


def created_on(days, owner=None, owners=1):
    """Deals created on days, and one before all that closes on the first day, with which the data begin."""
    days = np.r_[FIRST - 5, days].astype(np.int64)
    owner = np.zeros(len(days), dtype=np.int64) if owner is None else np.r_[0, owner].astype(np.int64)
    closed = np.where(np.arange(len(days)) == 0, FIRST, np.iinfo(np.int64).max)
    zeros = np.zeros(len(days))
    names = tuple(f"r{number}" for number in range(owners))
    return Deals(
        owners=names, teams=("t",) * owners, owner=owner, created=days, closed=closed,
        won=zeros > 0, amount=zeros, expected=zeros,
    )  # fmt: skip


def test_a_rate_is_deals_through_days_with_recent_ones_weighing_more():
    # Two deals today, one a half-life ago, within three half-lives: worked by the geometric sum.
    found = fit_creation(created_on([FIRST + 30, FIRST + 30, FIRST + 20]), FIRST + 30, half_life_days=10)
    days = sum(0.5 ** (ago / 10) for ago in range(31))
    assert found.per_day == pytest.approx([2.5 / days])


def test_what_was_created_before_the_data_begin_does_not_count():
    with_early = created_on([FIRST - 2, FIRST - 1, FIRST + 9])
    found = fit_creation(with_early, FIRST + 9, half_life_days=1e12)
    assert found.per_day == pytest.approx([1 / 10])


def test_months_of_the_year_show_after_three_years_and_not_before_two():
    lengths = {
        month: (date(2023 + (month == 12), month % 12 + 1, 1) - date(2023, month, 1)).days
        for month in range(1, 13)
    }
    days = []
    for day in range(FIRST, FIRST + 3 * 365):
        month = date.fromordinal(day).month
        # Twice as many in November, half in August.
        days += [day] * {11: 20, 8: 5}.get(month, 10)
    long = fit_creation(created_on(days), FIRST + 3 * 365 - 1)
    assert sum(lengths.values()) == 365
    assert long.season[10] / long.season[0] == pytest.approx(2 ** (2 / 3), rel=0.05)
    assert long.season[7] / long.season[0] == pytest.approx(0.5 ** (2 / 3), rel=0.05)
    assert long.season.mean() == pytest.approx(1)
    assert fit_creation(created_on(days), FIRST + 22 * 30).season.tolist() == [1] * 12


def test_a_rate_that_grows_is_that_of_today_and_one_that_does_not_is_left():
    def told(growth):
        rng = np.random.default_rng(2)
        days = np.arange(730)
        counts = rng.poisson(8 * np.exp(growth * (days - 729)))
        found = fit_creation(created_on(np.repeat(FIRST + days, counts)), FIRST + 729)
        return found.growth, float(found.per_day[0])

    growth, per_day = told(0.001)
    assert growth == pytest.approx(0.001, abs=0.0002)
    # The days that were counted lie back by 60 / ln 2 on average, when there were 8 % fewer.
    assert per_day == pytest.approx(8, rel=0.04)
    assert told(0.0)[0] == pytest.approx(0, abs=0.0001)


def test_days_of_the_week_on_which_nothing_is_created_have_no_rate():
    days = np.repeat(FIRST + np.arange(364), 5)
    found = fit_creation(created_on(days[(days + 6) % 7 < 5]), FIRST + 363)
    assert found.on(np.arange(FIRST, FIRST + 7)).sum() == pytest.approx(7)
    assert found.weekday[5:] == pytest.approx([0, 0], abs=0.01)
    assert found.per_day[0] * 7 == pytest.approx(25, rel=0.02)


def test_months_belong_to_their_days():
    days = np.array([date(2026, 1, 31).toordinal(), date(2026, 12, 1).toordinal()])
    assert month_of_year(days).tolist() == [0, 11]


def monthly(counts, owners):
    days, owner = [], []
    for month, row in enumerate(counts):
        for number, count in enumerate(row):
            days += [_first(month) + 3] * int(count)
            owner += [number] * int(count)
    return created_on(days, np.array(owner), owners), _first(len(counts)) - 1


def _first(month):
    return date(2023 + month // 12, month % 12 + 1, 1).toordinal()


def test_counts_that_vary_as_poisson_are_not_over_dispersed():
    rng = np.random.default_rng(2)
    found = fit_creation(*monthly(rng.poisson(20, (60, 20)), 20))
    assert (found.dispersion, found.level_sd) == pytest.approx((0, 0), abs=0.04)


def test_spread_beyond_poisson_is_told_apart_into_everybodys_and_each_reps():
    rng = np.random.default_rng(7)
    common, own = rng.gamma(1 / 0.09, 0.09, (90, 1)), rng.gamma(1 / 0.1, 0.1, (90, 20))
    found = fit_creation(*monthly(rng.poisson(60 * common * own), 20))
    assert found.level_sd == pytest.approx(0.3, abs=0.06)
    assert found.dispersion == pytest.approx(0.1, abs=0.035)
