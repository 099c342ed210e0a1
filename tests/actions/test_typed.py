"""Figures as people type them, in their own format."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.actions.typed import kept_figure, read_typed, typed_figure, typed_number
from salesnb.errors import BadInput
from salesnb.kpis.gate.figures import read_figure

LOCALES = st.sampled_from(["en_US", "de_DE", "fr_FR", "de_CH", "pl_PL"])


@pytest.mark.parametrize(
    ("text", "locale", "value"),
    [
        ("12,000", "en_US", 12_000),
        ("12.000", "de_DE", 12_000),
        ("-3,5", "de_DE", Fraction(-7, 2)),
        ("1,2 Mio", "de_DE", 1_200_000),
        ("1.2m", "en_US", 1_200_000),
        ("€ 40.000", "de_DE", 40_000),
        ("USD 40,000.50", "en_US", Fraction(80_001, 2)),
        ("12.5 k", "en_US", 12_500),
        ("1 234,5", "fr_FR", Fraction(2469, 2)),
    ],
)
def test_numbers_are_read_as_the_reader_writes_them(text, locale, value):
    assert read_typed(text, locale) == value


@pytest.mark.parametrize("text", ["", "abc", "1,2", "1.2.3", "12 apples", "NaN", "Infinity", "1e9", "9" * 60])
def test_what_is_no_number_or_could_be_two_is_refused(text):
    with pytest.raises(BadInput, match="is not a number"):
        read_typed(text, "en_US")


@given(st.decimals(-(10**12), 10**12, places=3), LOCALES)
def test_a_number_is_read_as_it_was_written(number, locale):
    assert read_typed(typed_number(Fraction(number), locale), locale) == number


@given(st.decimals(0, 10**9, places=2), st.booleans(), LOCALES)
def test_a_figure_keeps_its_digits_and_per_cents_whatever_the_format(number, share, locale):
    kept = f"{number:f}" + (" %" if share else "")
    again = kept_figure(typed_figure(kept, locale), locale)
    assert read_figure(again) == read_figure(kept)


def test_nothing_stays_nothing():
    assert [kept_figure(text, "de_DE") for text in ("nothing", " – ", "")] == ["nothing", "–", ""]
    assert typed_figure("nothing", "de_DE") == "nothing"
