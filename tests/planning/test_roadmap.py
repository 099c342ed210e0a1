from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.errors import BadInput
from salesnb.planning import basis_points, milestones

WEIGHTS = st.dictionaries(
    st.builds("2017-{:02d}".format, st.integers(1, 12)),
    st.one_of(st.just(0), st.integers(0, 10**12), st.fractions(0, 10)),
    min_size=1,
)


def test_a_quarter_follows_the_season_of_the_year_before():
    """Last year 1.5, 2.0, 5.5 of 9: 1667, 2222 and 6111 basis points (16.67 %, 22.22 %, 61.11 %)."""
    found = milestones(900, {"2018-01": 15, "2018-02": 20, "2018-03": 55})
    assert [(m.weight_bp, m.amount, m.to_date) for m in found] == [
        (1667, 150, 150),
        (2222, 200, 350),
        (6111, 550, 900),
    ]


def test_months_that_weigh_the_same_differ_by_one_basis_point_at_most():
    points = basis_points({f"2017-{month:02d}": 1 for month in range(1, 13)})
    assert sorted(points.values()) == [833] * 8 + [834] * 4
    assert [label for label, weight in points.items() if weight == 834] == [
        "2017-01",
        "2017-02",
        "2017-03",
        "2017-04",
    ]


def test_weights_that_add_up_to_one_already_stay():
    assert basis_points({"2017-10": 3333, "2017-11": 3333, "2017-12": 3334}) == {
        "2017-10": 3333,
        "2017-11": 3333,
        "2017-12": 3334,
    }


def test_months_without_any_history_are_equal():
    assert basis_points({"2017-10": 0, "2017-11": 0}) == {"2017-10": 5000, "2017-11": 5000}


def test_months_come_in_order():
    assert [m.label for m in milestones(10, {"2018-01": 1, "2017-12": 1})] == ["2017-12", "2018-01"]


def test_the_unit_and_goal_are_kept():
    (stone,) = milestones(7, {"2017-10": 1}, unit="count", goal="won_count")
    assert (stone.unit, stone.goal) == ("count", "won_count")


@pytest.mark.parametrize(
    ("total", "weights", "said"),
    [
        (1, {}, "no months"),
        (-1, {"2017-10": 1}, "negative"),
        (1, {"2017-10": Fraction(-1, 2)}, "weight of 2017-10 is negative: -1/2"),
    ],
)
def test_bad_input_is_refused(total, weights, said):
    with pytest.raises(BadInput, match=said):
        milestones(total, weights)


@given(WEIGHTS)
def test_weights_sum_to_one_exactly(weights):
    points = basis_points(weights)
    assert sum(points.values()) == 10_000
    assert set(points) == set(weights)
    assert basis_points(points) == points


@given(st.integers(0, 10**15), WEIGHTS)
def test_milestones_add_up_to_the_total_exactly(total, weights):
    found = milestones(total, weights)
    reached = 0
    for stone in found:
        assert stone.amount >= 0
        reached += stone.amount
        assert stone.to_date == reached
    assert reached == total
