"""Price, volume and mix: vectors by hand, and what must hold whatever the items are."""

import json
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.errors import BadUsage
from salesnb.kpis.price_mix import PRICE_EFFECTS, Item, exact_effects, explain_prices

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "price_mix.json").read_text())["vectors"]
UNITS = st.one_of(st.integers(-3, 60), st.fractions(-2, 20, max_denominator=4))
ITEM = st.builds(Item, units=UNITS, amount=st.integers(-(10**4), 10**7), unpriced=st.integers(-99, 99))
PERIOD = st.dictionaries(st.sampled_from("abcde"), ITEM, max_size=5)
METHOD = st.sampled_from(["shapley", "anchored"])


def items(period: dict[str, list[int]]) -> dict[str, Item]:
    return {name: Item(units=units, amount=amount) for name, (units, amount) in period.items()}


def totals(exact: dict[Any, tuple[Fraction, ...]]) -> tuple[Fraction, ...]:
    return tuple(sum(column, Fraction()) for column in zip(*exact.values(), strict=True))


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["rule"] for vector in VECTORS])
def test_vectors(vector: dict[str, Any]) -> None:
    before, after = items(vector["before"]), items(vector["after"])
    exact = exact_effects(before, after, method=vector["method"])
    assert dict(zip(PRICE_EFFECTS, totals(exact), strict=True)) == {
        name: Fraction(value) for name, value in vector["effects"].items()
    }
    for line, effects in vector["lines"].items():
        found = dict(zip(PRICE_EFFECTS, exact[line], strict=True))
        assert {name: found[name] for name in effects} == {n: Fraction(v) for n, v in effects.items()}


def test_in_cents_the_vector_still_adds_up() -> None:
    before, after = items(VECTORS[0]["before"]), items(VECTORS[0]["after"])
    cents = [
        {name: Item(units=item.units, amount=item.amount * 100) for name, item in period.items()}
        for period in (before, after)
    ]
    found = {effect.name: effect.amount for effect in explain_prices(*cents, method="anchored").effects}
    assert found == {
        "volume": 13333,
        "mix": -13333,
        "price": -4000,
        "new": 37500,
        "lost": -60000,
        "unpriced": 0,
    }


@given(before=PERIOD, after=PERIOD, method=METHOD)
def test_effects_add_up_by_item_and_in_total(before: Any, after: Any, method: str) -> None:
    change = explain_prices(before, after, method=method)
    for line in change.lines:
        assert line.before + sum(line.effects) == line.after
        assert line.before == before.get(line.key, Item()).total
        assert line.after == after.get(line.key, Item()).total
    assert change.before + sum(effect.amount for effect in change.effects) == change.after
    assert {line.key for line in change.lines} == {*before, *after}


@given(before=PERIOD, after=PERIOD, method=METHOD)
def test_no_figure_is_a_whole_unit_from_its_exact_value(before: Any, after: Any, method: str) -> None:
    exact = exact_effects(before, after, method=method)
    change = explain_prices(before, after, method=method)
    for line in change.lines:
        assert all(abs(a - b) < 1 for a, b in zip(line.effects, exact[line.key], strict=True))
    told = tuple(effect.amount for effect in change.effects)
    assert all(abs(a - b) < 1 for a, b in zip(told, totals(exact) or told, strict=True))


@given(before=PERIOD, after=PERIOD)
def test_turned_round_in_time_shapley_s_effects_change_their_signs(before: Any, after: Any) -> None:
    there, back = exact_effects(before, after), exact_effects(after, before)
    for key, (volume, mix, price, new, lost, unpriced) in there.items():
        assert back[key] == (-volume, -mix, -price, -lost, -new, -unpriced)


@given(before=PERIOD, after=PERIOD, scale=st.integers(2, 1000), method=METHOD)
def test_in_another_currency_every_effect_is_scaled(before: Any, after: Any, scale: int, method: str) -> None:
    def scaled(period: dict[str, Item]) -> dict[str, Item]:
        return {
            key: Item(units=item.units, amount=item.amount * scale, unpriced=item.unpriced * scale)
            for key, item in period.items()
        }

    plain = exact_effects(before, after, method=method)
    there = exact_effects(scaled(before), scaled(after), method=method)
    assert there == {key: tuple(effect * scale for effect in effects) for key, effects in plain.items()}


@given(before=PERIOD, after=PERIOD, method=METHOD)
def test_an_item_in_two_equal_halves_changes_no_total(before: Any, after: Any, method: str) -> None:
    def halved(period: dict[str, Item]) -> dict[Any, Item]:
        found: dict[Any, Item] = {}
        for key, item in period.items():
            for half in (1, 2) if key == "a" else (0,):
                part = 2 if half else 1
                found[key, half] = Item(
                    units=Fraction(item.units) / part,
                    amount=item.amount // part,
                    unpriced=item.unpriced // part,
                )
        return found

    even = [
        {k: Item(units=i.units, amount=i.amount * 2, unpriced=i.unpriced * 2) for k, i in p.items()}
        for p in (before, after)
    ]
    whole, halves = (exact_effects(*map(cut, even), method=method) for cut in (dict, halved))
    assert totals(halves) == totals(whole)


@given(before=PERIOD, after=PERIOD, order=st.permutations("abcde"), method=METHOD)
def test_the_order_of_items_changes_nothing(before: Any, after: Any, order: Any, method: str) -> None:
    def sort(period: dict[str, Item]) -> dict[str, Item]:
        return {key: period[key] for key in order if key in period}

    there = explain_prices(before, after, method=method)
    here = explain_prices(sort(before), sort(after), method=method)
    assert {line.key: line for line in here.lines} == {line.key: line for line in there.lines}


def brute_force(before: dict[str, Item], after: dict[str, Item]) -> tuple[Fraction, ...]:
    """Average over all orders of volume, mix and price, each order walked step by step."""
    orders = list(permutations(range(3)))
    effects = [Fraction()] * 3
    volumes = [
        sum((Fraction(item.units) for item in period.values()), Fraction()) for period in (before, after)
    ]

    def amount(state: list[int]) -> Fraction:
        mix, price = ((before, after)[late] for late in state[1:])
        whole = volumes[state[1]]
        return volumes[state[0]] * sum(
            (mix[k].units / whole * Fraction(price[k].amount) / price[k].units for k in before), Fraction()
        )

    for order in orders:
        state = [0, 0, 0]
        for factor in order:
            reached = amount(state)
            state[factor] = 1
            effects[factor] += (amount(state) - reached) / len(orders)
    return tuple(effects)


SOLD = st.builds(Item, units=st.integers(1, 50), amount=st.integers(0, 10**6))


@given(pairs=st.lists(st.tuples(SOLD, SOLD), min_size=1, max_size=4))
def test_shapley_is_the_average_over_all_orders(pairs: list[tuple[Item, Item]]) -> None:
    before, after = ({str(i): pair[end] for i, pair in enumerate(pairs)} for end in (0, 1))
    assert totals(exact_effects(before, after))[:3] == brute_force(before, after)


def test_a_poor_item_that_grows_counts_against_mix_as_does_a_rich_one_that_shrinks() -> None:
    """A unit brings 10 or 100: on average 55 before and 37 after, 46 in the middle."""
    before = {"poor": Item(units=10, amount=100), "rich": Item(units=10, amount=1000)}
    after = {"poor": Item(units=14, amount=140), "rich": Item(units=6, amount=600)}
    for method, average in (("shapley", 46), ("anchored", 55)):
        found = exact_effects(before, after, method=method)
        assert (found["poor"][1], found["rich"][1]) == (4 * (10 - average), -4 * (100 - average))


def test_what_has_no_price_is_told_apart() -> None:
    before = {"fee": Item(unpriced=50), "back": Item(units=2, amount=200), "free": Item(units=5, amount=0)}
    after = {"fee": Item(unpriced=80), "back": Item(units=-1, amount=-100), "free": Item(units=5, amount=10)}
    found = {effect.name: effect.amount for effect in explain_prices(before, after).effects}
    assert found == {"volume": 0, "mix": 0, "price": 10, "new": 0, "lost": 0, "unpriced": -270}


def test_only_returns_of_an_item_are_not_a_new_item() -> None:
    found = explain_prices({}, {"back": Item(units=-1, amount=-100)}).effects
    assert {effect.name: effect.amount for effect in found if effect.amount} == {"unpriced": -100}


def test_a_method_that_is_not_known_is_refused() -> None:
    with pytest.raises(BadUsage, match="bennet"):
        explain_prices({}, {}, method="bennet")
