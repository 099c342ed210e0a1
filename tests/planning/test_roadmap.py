from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.errors import BadInput
from salesnb.planning import basis_points, milestones, roadmap

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


def test_a_month_of_a_quarter_has_its_part_of_every_quota(plan):
    """300,000 by 15, 20 and 55 of 90: 16.67, 22.22 and 61.11 per cent."""
    (goal,) = plan.goals
    found = roadmap(plan, goal, ("2017-11",))
    assert found.quotas["company"].amount == 6_666_667
    assert [stone.label for stone in found.milestones["rep:East1"]] == ["2017-11"]
    assert found.milestones["rep:East1"][0].to_date == found.quotas["rep:East1"].amount == 2_222_222


def test_the_last_two_months_start_again_at_nothing(plan):
    (goal,) = plan.goals
    found = roadmap(plan, goal, ("2017-11", "2017-12"))
    assert [stone.to_date for stone in found.milestones["company"]] == [6_666_667, 25_000_000]
    assert found.quotas["company"].amount == 25_000_000


def test_without_milestones_no_part_of_a_quota_is_known(make_plan):
    plan = make_plan(season={})
    (goal,) = plan.goals
    assert roadmap(plan, goal).quotas["company"].amount == 30_000_000
    assert not roadmap(plan, goal).milestones
    assert not roadmap(plan, goal, ("2017-11",)).quotas


def test_a_month_beyond_the_goal_has_no_part(plan):
    assert not roadmap(plan, plan.goals[0], ("2018-01",)).quotas


@given(
    target=st.integers(0, 10**6),
    reps=st.lists(st.integers(0, 50), min_size=5, max_size=5).filter(any),
    season=st.lists(st.integers(0, 9), min_size=3, max_size=3),
)
def test_parts_add_up_over_nodes_in_each_month_and_over_months_in_each_node(make_plan, target, reps, season):
    names = ("rep:East1", "rep:East2", "rep:West1", "rep:West2", "rep:West3")
    months = ("2017-10", "2017-11", "2017-12")
    plan = make_plan(
        target=target,
        weights={"won_amount": dict(zip(names, reps, strict=True))},
        season={"won_amount": dict(zip(months, season, strict=True))},
    )
    (goal,) = plan.goals
    whole = roadmap(plan, goal)
    parts = {month: roadmap(plan, goal, (month,)).quotas for month in months}
    for quota in plan.quotas:
        assert whole.milestones[quota.id][-1].to_date == quota.amount
        assert sum(parts[month][quota.id].amount for month in months) == quota.amount
        below = [child.id for child in plan.quotas if child.parent == quota.id]
        for month in months:
            assert parts[month][quota.id].amount >= 0
            if below:
                assert sum(parts[month][child].amount for child in below) == parts[month][quota.id].amount
