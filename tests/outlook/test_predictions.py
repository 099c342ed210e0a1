"""What is learned from predictions whose results are known."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.errors import BadInput
from salesnb.outlook.predictions import Prediction, learned, log_odds_of
from salesnb.outlook.recalibration import Recalibration, recalibrate

SAID = Prediction(
    plan="fy18",
    kpi="won_amount",
    node="West",
    level="team",
    period="2017-Q4",
    start=dt.date(2017, 10, 1),
    end=dt.date(2018, 1, 1),
    as_of=dt.date(2017, 10, 31),
    closed="2017-10",
    unit="money",
    target=100_000,
    log_odds=1.0,
    shown=True,
)


def test_without_results_nothing_is_corrected() -> None:
    assert learned([]) == Recalibration()


def test_log_odds_and_probability_are_each_others_inverse() -> None:
    assert replace(SAID, log_odds=log_odds_of(0.3)).probability == pytest.approx(0.3)
    assert replace(SAID, log_odds=log_odds_of(0.0)).probability == pytest.approx(0.0001)


def test_predictions_of_one_result_share_a_weight() -> None:
    once = [(SAID, False)]
    thrice = [(replace(SAID, plan=name), False) for name in ("a", "b", "c")]
    assert learned(thrice).intercept == pytest.approx(learned(once).intercept)


def test_results_of_one_period_tell_less_than_those_of_several() -> None:
    together = [(replace(SAID, node=f"n{number}"), False) for number in range(6)]
    apart = [(replace(SAID, period=f"20{number}-Q4"), False) for number in range(10, 16)]
    # Six alike count as 6 / (1 + .2 * 5) = 3.
    expected = recalibrate([SAID.probability] * 6, [False] * 6, weights=[0.5] * 6)
    assert learned(together) == expected
    assert learned(apart).intercept < learned(together).intercept < 0


@given(st.permutations([(replace(SAID, node=f"n{n}", log_odds=n / 2 - 1), n % 3 == 0) for n in range(7)]))
def test_the_order_of_lines_does_not_matter(resolved: list[tuple[Prediction, bool]]) -> None:
    found, expected = learned(resolved), learned(sorted(resolved, key=lambda one: one[0].node))
    assert (found.intercept, found.slope) == pytest.approx((expected.intercept, expected.slope))


def test_a_harder_target_never_becomes_more_probable() -> None:
    wrong = [
        (replace(SAID, node=f"n{n}", period=str(2000 + n), log_odds=n - 10.0), n < 10) for n in range(20)
    ]
    assert learned(wrong).slope > 0


def test_what_cannot_have_been_said_is_refused() -> None:
    with pytest.raises(BadInput, match="not over"):
        replace(SAID, as_of=SAID.end)
    with pytest.raises(BadInput, match="finite"):
        replace(SAID, log_odds=float("nan"))
