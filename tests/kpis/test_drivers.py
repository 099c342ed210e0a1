"""Drivers: effects add up to the change exactly, and known cases have known answers."""

from hypothesis import given
from hypothesis import strategies as st

from salesnb.kpis.drivers import EFFECTS, Drivers, decompose

SEGMENT = st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(0, 10**7)).map(
    lambda t: Drivers(closed=t[0] + t[1], won=t[0], amount=t[2] if t[0] else 0)
)
PERIOD = st.dictionaries(st.sampled_from("abcd"), SEGMENT, max_size=4)


def effects(before: dict[str, Drivers], after: dict[str, Drivers]) -> dict[str, int]:
    return {effect.name: effect.amount for effect in decompose(before, after)}


def total(period: dict[str, Drivers]) -> int:
    return sum(drivers.amount for drivers in period.values())


@given(before=PERIOD, after=PERIOD)
def test_effects_add_up_to_the_change(before: dict[str, Drivers], after: dict[str, Drivers]) -> None:
    found = effects(before, after)
    assert tuple(found) == EFFECTS
    assert sum(found.values()) == total(after) - total(before)


@given(period=PERIOD)
def test_no_change_has_no_effects(period: dict[str, Drivers]) -> None:
    assert set(effects(period, period).values()) == {0}


@given(before=PERIOD, after=PERIOD)
def test_turned_round_the_effects_turn_round(before: dict[str, Drivers], after: dict[str, Drivers]) -> None:
    there, back = effects(before, after), effects(after, before)
    assert all(abs(there[name] + back[name]) <= 1 for name in EFFECTS)


def test_twice_the_deals_at_the_same_rates_is_all_volume() -> None:
    before = {"a": Drivers(closed=10, won=5, amount=500)}
    after = {"a": Drivers(closed=20, won=10, amount=1000)}
    assert effects(before, after) == {"volume": 500, "win rate": 0, "deal size": 0, "mix": 0}


def test_one_factor_of_two_is_shared_by_shapley() -> None:
    """Rate .5 to .6 and size 100 to 120 at 10 deals: +100 and +100 alone, +20 together, so +110 each."""
    before = {"a": Drivers(closed=10, won=5, amount=500)}
    after = {"a": Drivers(closed=10, won=6, amount=720)}
    assert effects(before, after) == {"volume": 0, "win rate": 110, "deal size": 110, "mix": 0}


def test_a_shift_between_segments_is_all_mix() -> None:
    before = {"small": Drivers(closed=10, won=5, amount=50), "large": Drivers(closed=10, won=5, amount=500)}
    after = {"small": Drivers(closed=6, won=3, amount=30), "large": Drivers(closed=14, won=7, amount=700)}
    assert effects(before, after) == {"volume": 0, "win rate": 0, "deal size": 0, "mix": 180}


def test_a_segment_that_appears_is_volume_and_mix() -> None:
    before = {"old": Drivers(closed=10, won=5, amount=500)}
    after = before | {"new": Drivers(closed=10, won=5, amount=1500)}
    found = effects(before, after)
    assert (found["win rate"], found["deal size"]) == (0, 0)
    assert sum(found.values()) == 1500
