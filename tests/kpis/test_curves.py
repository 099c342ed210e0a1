"""What a win curve promises: worked vectors, other libraries' figures, and what holds whatever the deals are."""

import json
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.errors import BadInput
from salesnb.kpis.curves import LEAST_AT_RISK, LOST, OPEN, WON, Tally, WinCurve, win_curve

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "win_curves.json").read_text(encoding="utf-8"))

deals = st.lists(
    st.builds(
        Tally,
        age=st.integers(0, 60),
        outcome=st.sampled_from([WON, LOST, OPEN]),
        count=st.integers(1, 9),
    ),
    min_size=1,
    max_size=40,
)


def tallies(rows: list[list[Any]]) -> list[Tally]:
    return [
        Tally(age=age, outcome=outcome, count=count, entered=entered[0] if entered else 0)
        for age, outcome, count, *entered in rows
    ]


def whole(rows: list[Tally]) -> WinCurve:
    """A curve told to the last deal, for what holds of estimates however few are behind them."""
    return win_curve(rows, least=1)


@pytest.mark.parametrize("name", ["by_hand", "entered_later"])
def test_shares_are_those_worked_by_hand_in_fractions(name: str) -> None:
    vector = VECTORS[name]
    found = [
        (step.age, step.at_risk, step.won.share, step.lost.share, step.open)
        for step in whole(tallies(vector["deals"])).steps
    ]
    expected = [(age, n, *(float(Fraction(part)) for part in parts)) for age, n, *parts in vector["steps"]]
    assert found == [pytest.approx(row, abs=1e-15) for row in expected]


def test_shares_are_those_of_scikit_survival_with_ties_and_open_deals() -> None:
    vector = VECTORS["scikit_survival"]
    curve = whole(tallies(vector["deals"]))
    assert [curve.won(age) for age in vector["ages"]] == pytest.approx(vector["won"], abs=1e-12)
    assert [curve.lost(age) for age in vector["ages"]] == pytest.approx(vector["lost"], abs=1e-12)


def test_variances_and_intervals_are_those_of_lifelines() -> None:
    vector = VECTORS["lifelines"]
    curve = whole(tallies(vector["deals"]))
    won = [(step.age, step.won) for step in curve.steps]
    found = [[age, one.share, one.variance, one.low, one.high] for age, one in won]
    assert found == [pytest.approx(row, rel=1e-9) for row in vector["rows"]]


def test_the_share_won_of_all_closed_tells_more_than_the_curve() -> None:
    curve = whole(tallies(VECTORS["by_hand"]["deals"]))
    naive = curve.won_count / (curve.won_count + curve.lost_count)
    assert (naive, curve.won(12)) == (pytest.approx(4 / 6), pytest.approx(33 / 70))


@given(deals)
def test_won_lost_and_open_add_up_to_one_at_every_age(rows: list[Tally]) -> None:
    for step in whole(rows).steps:
        assert step.won.share + step.lost.share + step.open == pytest.approx(1, abs=1e-12)
        assert step.left.share == pytest.approx(step.won.share + step.lost.share, abs=1e-12)


@given(deals, st.randoms())
def test_the_order_of_rows_and_how_they_are_split_change_nothing(
    rows: list[Tally], chance: random.Random
) -> None:
    split = [Tally(age=row.age, outcome=row.outcome, count=1) for row in rows for _ in range(int(row.count))]
    chance.shuffle(split)
    assert whole(split) == whole(rows)


@given(st.lists(st.floats(0.01, 3), min_size=2, max_size=20), st.randoms())
def test_the_order_of_weighted_rows_changes_nothing(weights: list[float], chance: random.Random) -> None:
    rows = [Tally(age=n % 4, outcome=(WON, LOST, OPEN)[n % 3], count=w) for n, w in enumerate(weights)]
    shuffled = rows.copy()
    chance.shuffle(shuffled)
    assert win_curve(shuffled, least=0) == win_curve(rows, least=0)


@given(deals)
def test_without_open_deals_a_share_is_the_plain_one_with_its_binomial_variance(rows: list[Tally]) -> None:
    closed = [row for row in rows if row.outcome != OPEN]
    count = sum(row.count for row in closed)
    for step in whole(closed).steps:
        for cause, estimate in ((WON, step.won), (LOST, step.lost)):
            plain = sum(row.count for row in closed if row.outcome == cause and row.age <= step.age) / count
            assert estimate.share == pytest.approx(plain, abs=1e-12)
            assert estimate.variance == pytest.approx(plain * (1 - plain) / count, abs=1e-12)


@given(deals)
def test_shares_only_grow_and_lie_within_their_interval(rows: list[Tally]) -> None:
    before = 0.0
    for step in whole(rows).steps:
        assert step.won.share >= before
        before = step.won.share
        if step.won.low is not None and step.won.high is not None:
            assert 0 <= step.won.low <= step.won.share <= step.won.high <= 1


def test_a_higher_confidence_has_a_wider_interval() -> None:
    rows = tallies(VECTORS["scikit_survival"]["deals"])
    narrow, wide = (win_curve(rows, confidence=share, least=1).steps[3].won for share in (0.8, 0.95))
    assert wide.low < narrow.low < narrow.high < wide.high  # type: ignore[operator]


def test_a_share_of_nothing_or_all_has_no_interval() -> None:
    step = whole([Tally(age=3, outcome=WON, count=20)]).steps[0]
    assert (step.won.share, step.won.low, step.won.high) == (1.0, None, None)
    assert (step.lost.share, step.lost.low, step.lost.high) == (0.0, None, None)


def test_a_curve_ends_where_too_few_were_ever_that_old() -> None:
    rows = [Tally(age=5, outcome=WON, count=4), Tally(age=20, outcome=OPEN, count=1)]
    rows += [Tally(age=30, outcome=OPEN, count=9), Tally(age=25, outcome=LOST, count=1)]
    curve = win_curve(rows)
    assert LEAST_AT_RISK == 10
    # Eleven are open after day 5, ten after the open one of age 20, nine after the one lost on day 25.
    assert curve.told_to == 25
    assert (curve.at_risk(20), curve.at_risk(21), curve.at_risk(25), curve.at_risk(26)) == (11, 10, 10, 9)
    assert (curve.won(26), curve.lost(26), curve.left(26), curve.won_within(26, 1)) == (None,) * 4
    assert [step.age for step in curve.steps] == [5, 25]


def test_nothing_is_told_of_fewer_deals_than_are_needed() -> None:
    curve = win_curve([Tally(age=5, outcome=WON, count=9)])
    assert (curve.told_to, curve.steps, curve.won(0), curve.won_age()) == (None, (), None, None)
    assert (win_curve([]).told_to, win_curve([]).created) == (None, 0)


def test_the_chance_of_an_open_deal_is_that_of_those_still_open_at_its_age() -> None:
    curve = whole(tallies(VECTORS["by_hand"]["deals"]))
    # After day 2, 8/10 are open and 16/70 more are won by day 5; after day 8, 3/7 and 1/7 more by day 9.
    assert curve.won_within(2, 3) == pytest.approx(2 / 7)
    assert curve.won_within(2, 2) == 0
    assert curve.won_within(8, 100) == pytest.approx(1 / 3)
    assert curve.won_within(0, 12) == pytest.approx(33 / 70)


def test_no_deal_is_won_after_all_have_left() -> None:
    curve = whole([Tally(age=3, outcome=WON, count=6), Tally(age=4, outcome=LOST, count=6)])
    assert curve.won_within(4, 10) is None
    assert curve.won_within(3, 10) == 0


def test_ages_by_which_half_is_reached_are_told_where_they_are() -> None:
    curve = whole(tallies(VECTORS["by_hand"]["deals"]))
    assert (curve.won_age(), curve.won_age(0.9), curve.left_age()) == (5, 9, 8)
    assert curve.half_won_age() is None
    assert whole([Tally(age=7, outcome=WON), Tally(age=9, outcome=LOST)]).half_won_age() == 7
    assert whole([Tally(age=9, outcome=LOST, count=20)]).won_age() is None


def test_a_deal_that_was_known_only_later_is_not_at_risk_before() -> None:
    early = [Tally(age=10, outcome=WON, count=10), Tally(age=10, outcome=OPEN, count=10)]
    late = [Tally(age=50, outcome=OPEN, count=20, entered=30)]
    assert whole(early + late).won(10) == pytest.approx(0.5)
    assert whole([*early, Tally(age=50, outcome=OPEN, count=20)]).won(10) == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("tally", "confidence", "told"),
    [
        (Tally(age=-1, outcome=WON), 0.8, "cannot be"),
        (Tally(age=1, outcome="Won"), 0.8, "cannot be"),
        (Tally(age=1, outcome=WON, count=-2), 0.8, "cannot be"),
        (Tally(age=1, outcome=WON, entered=2), 0.8, "only after it ended"),
        (Tally(age=1, outcome=WON), 1.0, "confidence is 1.0"),
    ],
)
def test_what_cannot_be_is_refused(tally: Tally, confidence: float, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        win_curve([tally], confidence=confidence)
