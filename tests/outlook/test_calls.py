"""How far a person's calls were off: the median log ratio of call to result, each result once."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from salesnb.outlook.calls import Bias, Call, bias_of

ONE = Call(
    plan="p",
    node="EMEA",
    name="EMEA",
    level="region",
    kpi="won_amount",
    unit="money",
    period="2026-Q1",
    start=date(2026, 1, 1),
    end=date(2026, 4, 1),
    by="Ann",
    at=datetime(2026, 2, 1, tzinfo=UTC),
    as_of=date(2026, 1, 31),
    commit=100,
)


def called(period, commit, by="Ann"):
    return replace(ONE, period=period, commit=commit, by=by)


def came(**results):
    return {("EMEA", "won_amount", period.replace("_", "-")): amount for period, amount in results.items()}


def test_the_bias_is_the_median_ratio_and_known_from_three_results_on():
    calls = [called("Q1", 110), called("Q2", 120), called("Q3", 300), called("Q4", 1)]
    assert bias_of(calls, came(Q1=100, Q2=100), "Ann") == Bias(count=2, factor=None, kept=0)
    found = bias_of(calls, came(Q1=100, Q2=100, Q3=300), "Ann")
    assert (found.count, found.kept) == (3, 1)
    assert found.factor == pytest.approx(1.1)
    assert found.corrected(220) == pytest.approx(200)
    assert bias_of(calls, came(Q1=100), "Ann").corrected(220) is None


def test_two_halves_and_a_double_cancel_and_other_peoples_calls_do_not_count():
    calls = [called("Q1", 50), called("Q2", 200), called("Q3", 100), called("Q1", 900, by="Bea")]
    assert bias_of(calls, came(Q1=100, Q2=100, Q3=100), "Ann").factor == pytest.approx(1)
    assert bias_of(calls, came(Q1=100), "Bea").count == 1
    assert bias_of(calls, came(Q1=100), "Cid") == Bias(count=0, factor=None, kept=0)


def test_several_calls_of_a_result_count_once_and_the_last_is_the_one_that_was_to_be_reached():
    calls = [called("Q1", 400), called("Q1", 200), called("Q1", 100), called("Q2", 100), called("Q3", 100)]
    found = bias_of(calls, came(Q1=100, Q2=100, Q3=99), "Ann")
    assert (found.count, found.kept) == (3, 2)
    assert found.factor == pytest.approx(100 / 99)


def test_calls_and_results_of_nothing_have_no_ratio():
    calls = [called("Q1", 0), called("Q2", 100)]
    assert bias_of(calls, came(Q1=100, Q2=0), "Ann").count == 0
