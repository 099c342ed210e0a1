"""Text is made safe, measured, shortened and broken without losing or splitting anything."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.charts.text import aligned, clean, ellipsize, text_width, wrap

anything = st.text(alphabet=st.characters(exclude_categories=()), max_size=60)


@given(anything)
def test_clean_text_is_valid_xml_on_one_line(text: str) -> None:
    cleaned = clean(text)
    assert "\n" not in cleaned
    escaped = cleaned.replace("&", "&amp;").replace("<", "&lt;")
    assert (ET.fromstring(f"<t>{escaped}</t>".encode()).text or "") == cleaned


@pytest.mark.parametrize(
    "control", ["\x00", "\x1b", "\x9f", "\u202e", "\u2066", "\u200f", "\ufeff", "\ufffe", "\ud800"]
)
def test_clean_takes_out_what_hides_or_reorders_text(control: str) -> None:
    assert clean(f"a{control}b") == "ab"


def test_clean_keeps_figures_with_their_unit() -> None:
    assert clean("500.000\xa0€ \u2003 von\t1\u202f000") == "500.000\xa0€ von 1\u202f000"
    assert wrap("Ziel 500.000\xa0€", 60, 12) == ("Ziel", "500.000\xa0€")


def test_clean_keeps_letters_of_every_script_and_joined_emoji() -> None:
    text = "Łódź مبيعات 東京 👩\u200d👩\u200d👧"
    assert clean(text) == text


@given(anything, st.floats(5, 300), st.sampled_from([11, 12, 16]), st.booleans())
def test_shortened_text_fits_its_room(text: str, room: float, size: float, bold: bool) -> None:
    short = ellipsize(clean(text), max(room, size * 1.1), size, bold=bold)
    assert text_width(short, size, bold=bold) <= max(room, size * 1.1) + 0.02


@given(anything)
def test_text_that_fits_is_not_changed(text: str) -> None:
    cleaned = clean(text)
    assert ellipsize(cleaned, text_width(cleaned, 12), 12) == cleaned


def test_a_cut_never_splits_a_letter_from_its_marks() -> None:
    family, accent = "👩\u200d👩\u200d👧", "e\u0301"
    for room in range(12, 80):
        short = ellipsize(family * 3, room, 12).removesuffix("…")
        assert len(short) % len(family) == 0
        assert len(ellipsize(accent * 20, room, 12).removesuffix("…")) % 2 == 0


@given(st.lists(st.text(alphabet="abcdefg", min_size=1, max_size=12), max_size=30))
def test_lines_fit_and_say_everything_or_end_in_an_ellipsis(words: list[str]) -> None:
    text = " ".join(words)
    lines = wrap(text, 90, 12, lines=3)
    assert all(text_width(line, 12) <= 90.02 for line in lines)
    assert " ".join(lines) == text or any(line.endswith("…") for line in lines)
    assert len(lines) <= 3


def test_widths_grow_with_size_and_weight() -> None:
    assert text_width("Pipeline", 24) == 2 * text_width("Pipeline", 12)
    assert text_width("Pipeline", 12, bold=True) > text_width("Pipeline", 12)


def test_columns_line_up_whatever_the_script() -> None:
    lines = aligned([("東京", "$1"), ("West", "$20")]).splitlines()
    assert lines == ["東京   $1", "West  $20"]


def test_nothing_is_laid_out_as_nothing() -> None:
    assert aligned([]) == ""
