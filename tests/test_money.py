"""Money: exact splitting, rounding and the reader's format."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.errors import BadInput
from salesnb.money import Formatter, apportion, minor_digits, plain, split, to_major, to_minor

WEIGHTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=40).filter(any)


@given(total=st.integers(-(10**15), 10**15), weights=WEIGHTS)
def test_parts_add_up_to_the_whole(total: int, weights: list[int]) -> None:
    keys = [f"{i:03d}" for i in range(len(weights))]
    assert sum(split(total, weights, keys)) == total


@given(total=st.integers(0, 10**15), weights=WEIGHTS)
def test_each_part_is_within_one_unit_of_its_exact_share(total: int, weights: list[int]) -> None:
    parts = split(total, weights, [f"{i:03d}" for i in range(len(weights))])
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(weight) * total / sum(weights)) < 1


@given(total=st.integers(-(10**9), 10**9), weights=WEIGHTS, order=st.randoms())
def test_split_does_not_depend_on_the_order_of_parts(total: int, weights: list[int], order) -> None:
    pairs = [(f"{i:03d}", weight) for i, weight in enumerate(weights)]
    expected = dict(
        zip([key for key, _ in pairs], split(total, weights, [key for key, _ in pairs]), strict=True)
    )
    order.shuffle(pairs)
    parts = split(total, [weight for _, weight in pairs], [key for key, _ in pairs])
    assert dict(zip([key for key, _ in pairs], parts, strict=True)) == expected


def test_the_remainder_goes_to_the_lowest_keys() -> None:
    assert split(102, [1, 1, 1, 1], ["d", "a", "c", "b"]) == (25, 26, 25, 26)


def test_zero_weight_gets_nothing() -> None:
    assert split(7, [0, 1, 0], ["a", "b", "c"]) == (0, 7, 0)


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [-1, 3]])
def test_weights_that_cannot_split_are_refused(weights: list[int]) -> None:
    with pytest.raises(BadInput):
        split(10, weights, [str(i) for i in range(len(weights))])


@pytest.mark.parametrize(
    ("text", "digits", "expected"),
    [
        ("1234.5", 2, (123450, False)),
        ("0.125", 2, (12, True)),
        ("0.135", 2, (14, True)),
        ("1200", 0, (1200, False)),
        ("1.2345", 3, (1234, True)),
        ("-3.10", 2, (-310, False)),
        (Decimal("1e3"), 2, (100000, False)),
    ],
)
def test_amounts_become_minor_units_half_even(text: str, digits: int, expected: tuple[int, bool]) -> None:
    assert to_minor(text, digits) == expected


@pytest.mark.parametrize("text", ["", "abc", "NaN", "Infinity", "1,5", "1e999999999999"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        to_minor(text, 2)


@given(minor=st.integers(-(2**62), 2**62), digits=st.integers(0, 4))
def test_minor_units_survive_a_round_trip(minor: int, digits: int) -> None:
    assert to_minor(to_major(minor, digits), digits) == (minor, False)
    assert to_minor(plain(minor, digits), digits) == (minor, False)


@pytest.mark.parametrize(("code", "digits"), [("USD", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("HUF", 2)])
def test_digits_follow_iso_4217(code: str, digits: int) -> None:
    assert minor_digits(code) == digits


@pytest.mark.parametrize("code", ["usd", "EURO", "", "E1R", "ÄÖÜ"])
def test_what_is_no_currency_code_is_refused(code: str) -> None:
    with pytest.raises(BadInput):
        minor_digits(code)


def test_figures_are_written_as_the_reader_does() -> None:
    american, german = Formatter("en_US", "USD"), Formatter("de_DE", "EUR")
    assert american.money(300_000_050) == "$3,000,000"
    assert american.money(-5, cents=True) == "-$0.05"
    assert german.money(300_000_050) == "3.000.000\xa0€"
    assert american.ratio(0.63149) == "63.1%"
    assert german.ratio(0.5, 0) == "50\xa0%"
    assert Formatter("tr_TR", "TRY").ratio(0.6315) == "%63,2"
    assert american.days(57.0) == "57"
    assert american.days(57.5) == "57.5"
    assert american.month("2017-11") == "Nov 2017"


def test_nothing_is_written_as_a_dash() -> None:
    formatter = Formatter()
    assert {formatter.value(None, unit) for unit in ("money", "count", "ratio", "days")} == {"–"}


def test_a_figure_just_below_a_million_is_shown_as_one_million() -> None:
    assert Formatter("en_US", "USD").compact(99_999_900) == "$1M"


def test_compact_money_has_three_figures() -> None:
    formatter = Formatter("en_US", "USD")
    shown = [formatter.compact(amount * 100) for amount in (0, 7, 456, 12_345, 1_234_567, -12_345_678)]
    assert shown == ["$0", "$7", "$456", "$12.3K", "$1.23M", "-$12.3M"]


def test_an_unknown_locale_is_named() -> None:
    with pytest.raises(BadInput, match="xx_YY"):
        Formatter("xx_YY", "USD").ratio(1)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=12).filter(any), st.integers(0, 10**6))
def test_no_part_shrinks_when_the_total_grows(weights: list[int], total: int) -> None:
    keys = [f"{place:03d}" for place in range(len(weights))]
    before, after = apportion(total, weights, keys), apportion(total + 1, weights, keys)
    assert (sum(before), sum(after)) == (total, total + 1)
    assert all(old <= new for old, new in zip(before, after, strict=True))


def test_heads_are_apportioned_as_by_webster() -> None:
    """FORMULAS C11: by largest remainder two territories would lose a head when a 26th is hired."""
    weights, keys = [1500, 1500, 900, 500, 500, 200], list("abcdef")
    assert split(25, weights, keys) == (7, 7, 4, 3, 3, 1)
    assert split(26, weights, keys) == (8, 8, 5, 2, 2, 1)
    assert apportion(25, weights, keys) == (8, 8, 4, 2, 2, 1)
    assert apportion(26, weights, keys) == (8, 8, 5, 2, 2, 1)


@pytest.mark.parametrize("code", ["XXQ", "euro", "eur", "", "€"])
def test_a_currency_that_does_not_exist_is_refused(code: str) -> None:
    with pytest.raises(BadInput):
        minor_digits(code)
