"""Drivers: effects add up to the change exactly, and known cases have known answers."""

from fractions import Fraction
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.errors import BadUsage
from salesnb.kpis.drivers import EFFECTS, FACTORS, Drivers, decompose, explain_drivers

SEGMENT = st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(0, 10**7)).map(
    lambda t: Drivers(closed=t[0] + t[1], won=t[0], amount=t[2] if t[0] else 0)
)
METHOD = st.sampled_from(["shapley", "anchored"])
PERIOD = st.dictionaries(st.sampled_from("abcd"), SEGMENT, max_size=4)


def effects(before: dict[str, Drivers], after: dict[str, Drivers]) -> dict[str, int]:
    return {effect.name: effect.amount for effect in decompose(before, after) if effect.amount}


def total(period: dict[str, Drivers]) -> int:
    return sum(drivers.amount for drivers in period.values())


@given(before=PERIOD, after=PERIOD)
def test_effects_add_up_to_the_change(before: dict[str, Drivers], after: dict[str, Drivers]) -> None:
    found = decompose(before, after)
    assert tuple(effect.name for effect in found) == EFFECTS
    assert sum(effect.amount for effect in found) == total(after) - total(before)


@given(period=PERIOD)
def test_no_change_has_no_effects(period: dict[str, Drivers]) -> None:
    assert effects(period, period) == {}


@given(before=PERIOD, after=PERIOD, method=METHOD)
def test_a_segment_s_effects_add_up_to_its_own_change(before: Any, after: Any, method: str) -> None:
    found = explain_drivers(before, after, method=method)
    for line in found.lines:
        assert line.before + sum(line.effects) == line.after
        assert (line.before, line.after) == tuple(
            period[line.key].amount if line.key in period else 0 for period in (before, after)
        )
    for place, effect in enumerate(found.effects):
        assert effect.amount == sum(line.effects[place] for line in found.lines)


@given(before=PERIOD, after=PERIOD)
def test_turned_round_the_effects_turn_round(before: dict[str, Drivers], after: dict[str, Drivers]) -> None:
    there, back = effects(before, after), effects(after, before)
    assert all(abs(there.get(name, 0) + back.get(name, 0)) <= 1 for name in FACTORS)
    assert there.get("new", 0) == -back.get("lost", 0)


def brute_force(before: dict[str, Drivers], after: dict[str, Drivers]) -> dict[str, Fraction]:
    """Average the total's effects over all 24 orders, each walked step by step."""
    ends = (before, after)
    volumes = [sum(d.closed for d in end.values()) for end in ends]

    def size(key: str, late: int) -> Fraction:
        known = ends[late][key] if ends[late][key].won else ends[1 - late][key]
        return Fraction(known.amount, known.won) if known.won else Fraction()

    def amount(state: dict[str, int]) -> Fraction:
        mix, rate = ends[state["mix"]], ends[state["win rate"]]
        return volumes[state["volume"]] * sum(
            (
                Fraction(mix[key].closed, volumes[state["mix"]])
                * Fraction(rate[key].won, rate[key].closed)
                * size(key, state["deal size"])
                for key in before
            ),
            Fraction(),
        )

    found = dict.fromkeys(FACTORS, Fraction())
    orders = list(permutations(FACTORS))
    for order in orders:
        state = dict.fromkeys(FACTORS, 0)
        for factor in order:
            reached = amount(state)
            state[factor] = 1
            found[factor] += (amount(state) - reached) / len(orders)
    return found


CLOSED = st.tuples(st.integers(0, 9), st.integers(1, 9), st.integers(1, 10**6)).map(
    lambda t: Drivers(closed=t[0] + t[1], won=t[0], amount=t[2] if t[0] else 0)
)


@given(pairs=st.lists(st.tuples(CLOSED, CLOSED), min_size=1, max_size=3))
def test_shapley_is_the_average_over_all_orders(pairs: list[tuple[Drivers, Drivers]]) -> None:
    before, after = ({str(i): pair[end] for i, pair in enumerate(pairs)} for end in (0, 1))
    exact = brute_force(before, after)
    for effect in decompose(before, after)[: len(FACTORS)]:
        assert abs(effect.amount - exact[effect.name]) < 1


@given(before=PERIOD, after=PERIOD, method=METHOD)
def test_a_segment_in_two_equal_halves_changes_no_total(before: Any, after: Any, method: str) -> None:
    doubled, halves = (
        [
            {
                key + half: Drivers(closed=d.closed * times, won=d.won * times, amount=d.amount * times)
                for key, d in period.items()
                for half in ends
            }
            for period in (before, after)
        ]
        for times, ends in ((2, [""]), (1, ["1", "2"]))
    )
    assert explain_drivers(*doubled, method=method).effects == explain_drivers(*halves, method=method).effects


@given(before=PERIOD, after=PERIOD, method=METHOD)
def test_the_order_of_segments_changes_nothing(before: Any, after: Any, method: str) -> None:
    def turned(period: dict[str, Drivers]) -> dict[str, Drivers]:
        return dict(reversed(period.items()))

    there = explain_drivers(before, after, method=method)
    here = explain_drivers(turned(before), turned(after), method=method)
    assert {line.key: line for line in here.lines} == {line.key: line for line in there.lines}


def test_twice_the_deals_at_the_same_rates_is_all_volume() -> None:
    before = {"a": Drivers(closed=10, won=5, amount=500)}
    after = {"a": Drivers(closed=20, won=10, amount=1000)}
    assert effects(before, after) == {"volume": 500}


def test_one_factor_of_two_is_shared_by_shapley() -> None:
    """Rate .5 to .6 and size 100 to 120 at 10 deals: +100 and +100 alone, +20 together, so +110 each."""
    before = {"a": Drivers(closed=10, won=5, amount=500)}
    after = {"a": Drivers(closed=10, won=6, amount=720)}
    assert effects(before, after) == {"win rate": 110, "deal size": 110}


def test_anchored_changes_the_win_rate_before_deal_size() -> None:
    """Rate .5 to .6 at size 100, then size 100 to 120 at 6 won: +100, then +120."""
    before = {"a": Drivers(closed=10, won=5, amount=500)}
    after = {"a": Drivers(closed=10, won=6, amount=720)}
    found = explain_drivers(before, after, method="anchored")
    assert {e.name: e.amount for e in found.effects if e.amount} == {"win rate": 100, "deal size": 120}


def test_a_shift_between_segments_is_all_mix_and_counts_for_both() -> None:
    """A closed deal brings 5 or 50, on average 27.5 before and 36.5 after, 32 in the middle; four of them move."""
    before = {"small": Drivers(closed=10, won=5, amount=50), "large": Drivers(closed=10, won=5, amount=500)}
    after = {"small": Drivers(closed=6, won=3, amount=30), "large": Drivers(closed=14, won=7, amount=700)}
    assert effects(before, after) == {"mix": 180}
    for method, average in (("shapley", 32), ("anchored", 27.5)):
        found = explain_drivers(before, after, method=method)
        mix = {line.key: line.effects[EFFECTS.index("mix")] for line in found.lines}
        assert mix == {"small": -4 * (5 - average), "large": 4 * (50 - average)}


def test_a_segment_at_one_end_only_is_new_or_lost() -> None:
    before = {"old": Drivers(closed=10, won=5, amount=500), "gone": Drivers(closed=3, won=1, amount=70)}
    after = {"old": Drivers(closed=10, won=5, amount=500), "new": Drivers(closed=10, won=5, amount=1500)}
    assert effects(before, after) == {"new": 1500, "lost": -70}


def test_a_segment_that_stopped_winning_is_no_lost_one() -> None:
    before = {"a": Drivers(closed=10, won=5, amount=500)}
    after = {"a": Drivers(closed=10, won=0, amount=0)}
    assert effects(before, after) == {"win rate": -500}


def test_a_method_that_is_not_known_is_refused() -> None:
    with pytest.raises(BadUsage, match="lmdi"):
        explain_drivers({}, {}, method="lmdi")
