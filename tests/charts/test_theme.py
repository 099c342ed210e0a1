"""Colours can be read on both grounds and by people who are colour-blind."""

import re

import pytest

from salesnb.charts.theme import BOTH, DARK, LIGHT, colour, css_variables, fixed

NAMES = ("bg", "panel", "ink", "muted", "grid", "accent", "accent-soft", "good", "bad", "warn", "last")


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_a_theme_has_every_colour(palette: dict[str, str]) -> None:
    assert tuple(palette) == NAMES
    assert all(re.fullmatch(r"#[0-9a-f]{6}", value) for value in palette.values())


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["bg", "panel"])
@pytest.mark.parametrize("text", ["ink", "muted", "accent", "good", "bad", "warn"])
def test_text_can_be_read(palette: dict[str, str], ground: str, text: str) -> None:
    assert contrast(palette[text], palette[ground]) >= 4.5


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("shape", "least"), [("accent", 3), ("last", 3), ("accent-soft", 2)])
def test_shapes_can_be_seen(palette: dict[str, str], shape: str, least: float) -> None:
    assert contrast(palette[shape], palette["bg"]) >= least


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_a_highlight_stands_out_in_brightness_too(palette: dict[str, str]) -> None:
    assert contrast(palette["accent"], palette["accent-soft"]) >= 2


@pytest.mark.parametrize("shape", ["accent", "bad"])
def test_small_pictures_can_be_seen_on_either_ground(shape: str) -> None:
    assert contrast(BOTH[shape], LIGHT["bg"]) >= 3
    assert contrast(BOTH[shape], DARK["bg"]) >= 3


def test_the_page_gets_every_colour_light_dark_and_printed() -> None:
    light, dark, chosen, printed = css_variables().splitlines()
    for name in NAMES:
        assert f"--snb-{name}:{LIGHT[name]}" in light
        assert f"--snb-{name}:{DARK[name]}" in dark
        assert f"--snb-{name}:{DARK[name]}" in chosen
        assert f"--snb-{name}:{LIGHT[name]}" in printed
    assert dark.startswith("@media (prefers-color-scheme:dark)")
    assert printed.startswith("@media print")


def test_an_image_alone_needs_no_variables() -> None:
    assert fixed(f"{colour('ink')} {colour('accent-soft')}") == f"{LIGHT['ink']} {LIGHT['accent-soft']}"
