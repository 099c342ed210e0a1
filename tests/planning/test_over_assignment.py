"""Over-assignment: three ways to write it, and how much is enough."""

import json
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb import planning
from salesnb.errors import BadInput
from salesnb.planning import Level, assigned_levels, choose_over_assignment, hedged

VECTOR = json.loads((Path(__file__).parents[1] / "vectors" / "planning_capacity.json").read_text())["hedges"]
DRAWS = st.lists(st.lists(st.floats(0.01, 3), min_size=3, max_size=3), min_size=1, max_size=40)


def test_hedges_of_levels_multiply():
    assert hedged(VECTOR["factors"]) - 1 == Fraction(str(VECTOR["over"]))


def test_a_quarter_more_is_a_factor_of_five_fourths_and_an_attainment_factor_of_four_fifths():
    level = Level(level="rep", base=80, quotas=100)
    assert (level.factor, level.over, level.attainment_factor) == (
        Fraction(5, 4),
        Fraction(1, 4),
        Fraction(4, 5),
    )


def test_without_a_goal_or_quotas_there_is_no_factor():
    assert Level(level="rep", base=0, quotas=100).over is None
    assert Level(level="rep", base=100, quotas=0).attainment_factor is None


def test_levels_of_a_cascade_are_told_from_the_top(plan):
    found = assigned_levels(plan, plan.goals[0])
    assert [(level.level, level.over) for level in found] == [("company", 0), ("region", 0), ("rep", 0)]


def test_given_quotas_above_the_goal_show_as_over_assignment(make_plan, make_tree):
    tree = make_tree(East=1, West=1)
    plan = make_plan(target=100_00, tree=tree, weights={"won_amount": {"rep:East1": 1, "rep:West1": 1}})
    given_plan = planning.keep_quotas(plan, "won_amount", tree, {"rep:East1": 60_00, "rep:West1": 60_00})
    assert [float(level.over) for level in assigned_levels(given_plan, plan.goals[0])] == [0.2, 0.2, 0.2]


def test_a_factor_that_is_not_above_zero_is_refused():
    with pytest.raises(BadInput, match="factor is -1"):
        hedged([1.05, -1])


@settings(max_examples=80, deadline=None)
@given(DRAWS, st.floats(0.05, 0.95), st.floats(0.2, 1))
def test_the_chosen_one_makes_plan_as_often_as_asked_and_a_little_less_does_not(draws, chance, follow):
    quotas, goal = (100, 50, 25), 175
    found = choose_over_assignment(draws, quotas, goal, chance=chance, follow=follow)
    totals = [sum(a * q for a, q in zip(row, quotas, strict=True)) for row in draws]

    def made(over):
        return sum(total * (1 + over) ** follow >= goal for total in totals) / len(draws)

    assert found.chance >= chance - 1e-9
    assert made(found.over * (1 + 1e-6) + 1e-6) >= chance - 1e-9
    if found.over > 1e-3:
        assert made(found.over * (1 - 1e-6) - 1e-6) < chance


@settings(max_examples=60, deadline=None)
@given(DRAWS)
def test_more_certainty_never_takes_less_over_assignment(draws):
    chances = (0.1, 0.5, 0.8, 0.9)
    found = [choose_over_assignment(draws, (1, 1, 1), 3, chance=chance).over for chance in chances]
    assert found == sorted(found)


def test_reps_who_sell_the_same_whatever_they_are_asked_for_are_helped_by_none():
    draws = [[0.8, 0.9]] * 5
    found = choose_over_assignment(draws, (1, 1), 2, chance=0.8, follow=0)
    assert found.over is None
    assert "do not follow" in found.why


def test_what_follows_only_in_part_costs_reps_their_quota():
    draws = [[1.2, 0.7], [1.05, 0.8]]
    half = choose_over_assignment(draws, (1, 1), 2, chance=0.9, follow=0.5)
    whole = choose_over_assignment(draws, (1, 1), 2, chance=0.9)
    assert half.over > whole.over
    assert (whole.share_at_quota, half.share_at_quota, half.share_without) == (0.5, 0.25, 0.5)


def test_correlated_reps_need_more_to_be_as_sure():
    random, loose, tight = Random(7), [], []
    for _ in range(2_000):
        loose.append([max(random.gauss(0.95, 0.4), 0) for _ in range(20)])
        shared = random.gauss(0, 0.4 * 0.2**0.5)
        tight.append([max(0.95 + shared + random.gauss(0, 0.4 * 0.8**0.5), 0) for _ in range(20)])
    needed = [choose_over_assignment(draws, [1] * 20, 20, chance=0.8).over for draws in (loose, tight)]
    assert needed[1] > needed[0] + 0.05


def test_where_nothing_is_sold_at_all_it_is_said():
    found = choose_over_assignment([[0.0], [0.0], [2.0]], (1,), 1, chance=0.9)
    assert (found.over, "nothing is sold" in found.why) == (None, True)


@pytest.mark.parametrize(
    ("draws", "options", "said"),
    [
        ([], {}, "0 draws"),
        ([[1.0]], {}, "do not fit"),
        ([[1.0, -0.5]], {}, "is -0.5"),
        ([[1.0, float("nan")]], {}, "is nan"),
        ([[1.0, 1.0]], {"chance": 1.0}, "asked for is 1"),
        ([[1.0, 1.0]], {"follow": 1.5}, "by 1.5"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_value(draws, options, said):
    with pytest.raises(BadInput, match=said):
        choose_over_assignment(draws, (1, 1), 2, **{"chance": 0.8, **options})


def test_what_is_attained_already_follows_no_quota():
    """Of 100 each rep has 50; what else comes is 40 together, and must become 50."""
    draws, known = [[0.7, 0.7], [0.8, 0.6]], [0.5, 0.5]
    found = choose_over_assignment(draws, [100, 100], 150, chance=0.9, known=known)
    assert found.over == pytest.approx((150 - 100) / (140 - 100) - 1)
    assert found.chance == 1
    plain = choose_over_assignment(draws, [100, 100], 150, chance=0.9)
    assert plain.over == pytest.approx(150 / 140 - 1)
    nothing_left = choose_over_assignment([[0.5, 0.5]], [100, 100], 150, chance=0.9, known=known)
    assert (nothing_left.over, "any more" in nothing_left.why) == (None, True)


def test_with_something_known_fewer_reps_are_at_a_raised_quota():
    draws = [[1.05, 0.9]]
    found = choose_over_assignment(draws, [100, 100], 200, chance=0.9, known=[0.9, 0.5])
    # The rest is .15 and .4, and must bring 60: 1.0909 times as much, against quotas of 1.0909.
    assert found.over == pytest.approx(60 / 55 - 1)
    assert (found.share_without, found.share_at_quota) == (0.5, 0.0)
