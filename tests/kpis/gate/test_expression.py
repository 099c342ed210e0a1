"""What an expression does, told from its tree alone."""

from fractions import Fraction

import pytest

from salesnb.errors import BadInput
from salesnb.kpis import catalogue
from salesnb.kpis.gate.expression import averaged_ratios, denominators, is_null_of_nothing, of_zeros
from salesnb.kpis.gate.figures import read_figure
from salesnb.kpis.language.parsing import parse_expression
from salesnb.kpis.language.writing import normal_form


@pytest.mark.parametrize(
    ("text", "divided_by"),
    [
        ("sum(amount)", []),
        ("sum(amount) / 100", []),
        ("sum(amount) / count()", ["count()"]),
        ("-(1 - sum(amount) / (count() + 1)) * 2", ["count() + 1"]),
        ("a / (b / c)", ["b / c", "c"]),
        ("mean(amount)", ["mean(amount)"]),
    ],
)
def test_everything_but_numbers_that_is_divided_by_is_found(text: str, divided_by: list[str]) -> None:
    assert [normal_form(node) for node in denominators(parse_expression(text))] == divided_by


@pytest.mark.parametrize(
    ("text", "is_null"),
    [
        ("sum(amount) - count()", False),
        ("count_distinct(account_id)", False),
        ("median(amount)", True),
        ("1 - sum(amount) / count()", True),
        ("won_amount + won_count", False),
        ("won_amount * win_rate", True),
        ("median_deal", True),
        ("attainment", True),
    ],
)
def test_what_divides_or_ranks_is_null_of_nothing(text: str, is_null: bool) -> None:  # noqa: FBT001 -- a table
    assert is_null_of_nothing(parse_expression(text), catalogue()) == is_null


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("count() + 5", 5),
        ("count() / (count() + 2)", 0),
        ("2 * 3 - -1", 7),
        ("count() / count()", None),
        ("1 + mean(amount)", None),
    ],
)
def test_an_expression_of_zeros_is_computed_exactly(text: str, value: int | None) -> None:
    assert of_zeros(parse_expression(text)) == value


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(a / b + c / d) / 2", 2),
        ("0.5 * (win_rate + win_rate_value)", 2),
        ("(win_rate + win_rate_value) * 0.5 + 1", 2),
        ("-(a / b + c / d + e / f) / 3", 3),
        ("(a / b + c / b) / 2", 0),
        ("(a + c) / (b + d)", 0),
        ("win_rate - win_rate_value", 0),
        ("(won_amount + lost_count) / 2", 0),
    ],
)
def test_ratios_that_are_averaged_are_told_from_sums_and_differences(text: str, found: int) -> None:
    assert len(averaged_ratios(parse_expression(text), catalogue())) == found


@pytest.mark.parametrize(
    ("text", "value", "digits"),
    [
        ("17", Fraction(17), 0),
        ("1,234,567.5", Fraction(12345675, 10), 1),
        ("1_000", Fraction(1000), 0),
        ("-0.25", Fraction(-1, 4), 2),
        ("−3", Fraction(-3), 0),
        ("42 %", Fraction(42, 100), 2),
        ("42.50%", Fraction(425, 1000), 4),
    ],
)
def test_a_figure_is_read_as_people_write_it(text: str, value: Fraction, digits: int) -> None:
    assert read_figure(text) == (value, digits)


@pytest.mark.parametrize("text", ["", "12,34", "1.2.3", "1e5", "about 5", "5 percent", "nan", "٣"])
def test_what_is_no_figure_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="not a figure"):
        read_figure(text)
