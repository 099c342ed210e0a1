"""Cases whose answer is known from elsewhere: in closed form, or by trying everything."""

import itertools

import pytest

from salesnb.allocation import (
    Resource,
    Setting,
    allocate,
    between,
    budget,
    group,
    hill,
    lock,
    logarithmic,
    power,
)


def test_power_curves_of_one_exponent_share_in_proportion():
    gains = {"A": 2.0, "B": 3.0, "C": 5.5, "D": 0.3}
    for exponent in (0.2, 0.5, 0.8):
        best = allocate({name: power(gain=a, exponent=exponent) for name, a in gains.items()}, 1_000)
        # Equal marginals a * b * x^(b - 1) leave x in proportion to a^(1 / (1 - b)).
        parts = {name: a ** (1 / (1 - exponent)) for name, a in gains.items()}
        for name, part in parts.items():
            assert best.amounts[name] == pytest.approx(1_000 * part / sum(parts.values()), rel=1e-4)
        marginal = gains["A"] * exponent * best.amounts["A"] ** (exponent - 1)
        assert best.prices[0].worth == pytest.approx(marginal, rel=1e-4)
        assert best.gap < 1e-6


def test_logarithms_with_a_locked_and_a_bounded_segment():
    # gain / (scale + x) equal: with C locked at 20, B at most 30, A gets the rest.
    curves = {name: logarithmic(gain=10, scale=5) for name in "ABC"}
    best = allocate(curves, 100, [lock("C", 20), between("B", high=30)])
    assert best.amounts == pytest.approx({"A": 50, "B": 30, "C": 20}, abs=1e-6)
    assert best.prices[0].worth == pytest.approx(10 / 55, rel=1e-5)


def test_what_pays_stops_where_the_next_unit_earns_what_it_costs():
    # 3 / (2 sqrt x) = 0.25 at 36; 2 sqrt at 16.
    curves = {"A": power(gain=3, exponent=0.5), "B": power(gain=2, exponent=0.5)}
    for total in (None, 10_000):
        best = allocate(curves, Resource(total=total, spend="what pays", unit_cost=0.25))
        assert best.amounts == pytest.approx({"A": 36, "B": 16}, rel=1e-4)
        assert best.cost == pytest.approx(13, rel=1e-4)
        assert best.net == pytest.approx(3 * 6 + 2 * 4 - 13)
    short = allocate(curves, Resource(total=13, spend="what pays", unit_cost=0.25))
    assert short.amounts == pytest.approx({"A": 9, "B": 4}, rel=1e-4)
    assert short.prices[0].worth == pytest.approx(0.5 - 0.25, rel=1e-4)


def test_what_moving_costs_more_than_it_earns_stays():
    curves = {"A": power(gain=3, exponent=0.5), "B": power(gain=4, exponent=0.5)}
    today = {"A": 50.0, "B": 50.0}
    # Marginals today are .2121 and .2828: a move earns .0707 a unit at first.
    stays = allocate(curves, 100, setting=Setting(today=today, moving_cost={"": 0.04}))
    assert stays.amounts == pytest.approx(today, abs=1e-6)
    moves = allocate(curves, 100, setting=Setting(today=today, moving_cost={"": 0.01}))
    assert 36 < moves.amounts["A"] < 50
    a, b = moves.amounts["A"], moves.amounts["B"]
    assert 2 / b**0.5 - 1.5 / a**0.5 == pytest.approx(0.02, rel=1e-3)
    assert moves.cost == pytest.approx(0.01 * 2 * (50 - a), rel=1e-6)


def test_six_s_shaped_segments_share_twelve_heads_as_by_trying_all():
    curves = {
        name: hill(ceiling=ceiling, half=half, slope=slope)
        for name, ceiling, half, slope in (
            ("A", 40, 2.5, 3), ("B", 55, 4, 2.5), ("C", 20, 1.2, 2), ("D", 90, 6, 4), ("E", 33, 2, 1.5), ("F", 25, 3, 5),
        )
    }  # fmt: skip
    table = [[curve.at(k) for k in range(13)] for curve in curves.values()]
    splits = (s for s in itertools.product(range(13), repeat=6) if sum(s) == 12)
    most = max(sum(row[k] for row, k in zip(table, split, strict=True)) for split in splits)
    best = allocate(curves, Resource(total=12, step=1), gap=1e-9)
    assert all(amount == round(amount) for amount in best.amounts.values())
    assert sum(best.amounts.values()) == 12
    assert best.outcome == pytest.approx(most, abs=1e-9)
    assert best.bound >= most - 1e-9
    assert best.in_time


def test_several_resources_under_one_budget():
    # 3 sqrt x of money at 1, 5 sqrt h of hours at 4 each: x = 4 * 9/25 ... by marginals per unit of the budget.
    curves = {("money", "N"): power(gain=3, exponent=0.5), ("hours", "N"): power(gain=5, exponent=0.5)}
    resources = {name: Resource(total=1_000, spend="what pays") for name in ("money", "hours")}
    best = allocate(curves, resources, [budget({("money", "N"): 1, ("hours", "N"): 4}, most=244)])
    # 1.5 / sqrt x = 2.5 / (4 sqrt h): x = 5.76 h; 5.76 h + 4 h = 244.
    assert best.amounts[("hours", "N")] == pytest.approx(25, rel=1e-4)
    assert best.amounts[("money", "N")] == pytest.approx(144, rel=1e-4)


def test_overlapping_groups_both_hold():
    curves = {name: power(gain=1, exponent=0.5) for name in ("A", "B", "C", "D")}
    best = allocate(
        curves,
        100,
        [group(["A", "B"], name="Coast", low=60), group(["B", "C"], name="Key accounts", high=20)],
    )
    # By symmetry of B and C against A and D: A + B = 60, B + C = 20.
    a, b, c, d = best.amounts.values()
    assert (a + b, b + c, a + b + c + d) == pytest.approx((60, 20, 100))
    assert {price.why for price in best.prices} == {"total", "Coast at least 60", "Key accounts at most 20"}
    worth = {price.why: price.worth for price in best.prices}
    assert worth["Coast at least 60"] < 0 < worth["Key accounts at most 20"]
