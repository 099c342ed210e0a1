"""Scales, ticks and labels that make room for each other."""

import math
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.charts.layout import bucket_text, spread, stride
from salesnb.charts.scale import Scale, plottable, signed, tick_texts, ticks
from salesnb.errors import BadInput
from salesnb.money import Formatter

FMT = Formatter("en_US", "USD")
numbers = st.floats(-1e24, 1e24).filter(lambda number: number == 0 or abs(number) > 1e-9)


@given(numbers, numbers, st.integers(1, 8))
def test_ticks_cover_what_is_drawn_in_few_round_steps(one: float, other: float, count: int) -> None:
    low, high = sorted((one, other))
    marks = ticks(low, high, count)
    slack = 1e-6 * max(abs(low), abs(high), 1e-300)
    assert marks[0] <= low + slack
    assert marks[-1] >= high - slack
    assert 2 <= len(marks) <= count + 3
    assert list(marks) == sorted(marks)


@given(st.integers(1, 10**12), st.integers(1, 8))
def test_steps_are_one_two_or_five_times_a_power_of_ten(high: int, count: int) -> None:
    step = ticks(0, high, count)[1]
    lead = step / 10 ** math.floor(math.log10(step) + 1e-9)
    assert round(lead, 6) in (1, 2, 5)


def test_counts_have_whole_ticks() -> None:
    assert ticks(0, 2, 5, whole=True) == (0, 1, 2)


def test_a_range_of_nothing_still_has_ticks() -> None:
    assert ticks(0, 0, 4)[0] == 0
    assert ticks(7, 7, 4)[-1] >= 7


def test_a_scale_maps_ends_to_ends() -> None:
    scale = Scale(low=-10, high=30, start=200, end=0)
    assert (scale(-10), scale(30), scale(10)) == (200, 0, 100)


def test_a_scale_over_values_begins_at_zero() -> None:
    assert Scale.over([5, None, 9], start=0, end=90)(0) == 0
    assert Scale.over([-5, 5], start=0, end=100)(0) == 50
    assert Scale.over([], start=0, end=100)(0) == 0


def test_every_kind_of_number_can_be_drawn() -> None:
    assert [plottable(value) for value in (1, 1.5, Decimal("2.5"), Fraction(1, 4))] == [1, 1.5, 2.5, 0.25]
    assert plottable(None) is None
    assert plottable(float("nan")) is None
    assert plottable(Decimal("NaN")) is None


@pytest.mark.parametrize("value", [math.inf, -math.inf, 10**400, 1e25, Decimal("Infinity")])
def test_what_cannot_be_drawn_is_said(value: float) -> None:
    with pytest.raises(BadInput, match="too large"):
        plottable(value)


def test_ticks_are_written_briefly() -> None:
    assert tick_texts([0, 150_000_000], "money", FMT) == ("$0", "$1.5M")
    assert tick_texts([0, 0.2], "ratio", FMT) == ("0%", "20%")
    assert tick_texts([0, 0.005], "ratio", FMT) == ("0.0%", "0.5%")
    assert tick_texts([0, 1500], "count", FMT) == ("0", "1,500")
    assert tick_texts([0, 2.5], "days", FMT) == ("0.0", "2.5")
    assert tick_texts([0, 0.05], "number", FMT) == ("0.00", "0.05")


def test_differences_carry_their_sign() -> None:
    assert [signed(value, "money", FMT) for value in (5_00, -5_00, 0, None)] == [
        "+$5",
        "-$5",
        "$0",
        FMT.money(None),
    ]


@given(st.lists(st.tuples(st.floats(0, 500), st.floats(1, 40)), max_size=12))
def test_spread_labels_never_cover_each_other(labels: list[tuple[float, float]]) -> None:
    wanted, sizes = [at for at, _ in labels], [size for _, size in labels]
    placed = spread(wanted, sizes, 0, 500)
    spans = sorted((at - size / 2, at + size / 2) for at, size in zip(placed, sizes, strict=True))
    assert all(before[1] <= after[0] + 1e-6 for before, after in pairwise(spans))
    if sum(sizes) <= 500 and spans:
        assert spans[0][0] >= -1e-6
        assert spans[-1][1] <= 500 + 1e-6


@given(st.lists(st.integers(0, 50), unique=True, max_size=6))
def test_labels_with_room_stay_where_they_want_to_be(places: list[int]) -> None:
    wanted = [place * 10 + 5.0 for place in places]
    assert spread(wanted, [9.0] * len(wanted), 0, 600) == pytest.approx(tuple(wanted))


def test_spread_keeps_the_order() -> None:
    placed = spread([50, 51, 49], [20, 20, 20], 0, 100)
    assert placed[2] < placed[0] < placed[1]


def test_months_are_named_and_other_labels_stay() -> None:
    assert bucket_text("2017-11", FMT) == "Nov 2017"
    assert bucket_text("2017-11", FMT, year=False) == "Nov"
    assert [bucket_text(label, FMT) for label in ("2017-Q4", "2017-W05", "2017-13", "x\ny")] == [
        "2017-Q4", "2017-W05", "2017-13", "x y",
    ]  # fmt: skip


def test_labels_that_would_touch_are_thinned() -> None:
    assert stride(["Jan", "Feb"], [0, 100], 11) == 1
    assert stride(["January", "February", "March"], [0, 20, 40], 11) > 1
    assert stride(["Jan"], [5], 11) == 1
