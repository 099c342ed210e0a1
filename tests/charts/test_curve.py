"""What the curve form says and draws, on numbers that can be checked in the head."""

import re
from xml.etree import ElementTree as ET

import pytest

from salesnb.charts import Aged, Chart, Line, curve, marked_ages
from salesnb.charts.curve import MOST_LINES
from salesnb.charts.theme import colour

SVG = "{http://www.w3.org/2000/svg}"
WON = Line(
    name="Won",
    steps=(Aged(5, 0.25, 0.2, 0.3), Aged(10, 0.5, 0.44, 0.56)),
    told_to=15,
    at_risk=((0, 100.0), (10, 60.0)),
)
LOST = Line(name="Lost", steps=(Aged(10, 0.25, 0.2, 0.3),), told_to=15, at_risk=WON.at_risk)


def path(chart: Chart, stroke: str) -> list[tuple[float, float]]:
    """Give the points of the line of one colour."""
    root = ET.fromstring(chart.svg())
    found = [
        element.attrib["d"]
        for element in root.iter(f"{SVG}path")
        if element.attrib.get("stroke") == colour(stroke)
        and float(element.attrib.get("stroke-width", 1)) >= 2
    ]
    pairs = (pair.split() for line in found for pair in re.findall(r"[-\d.]+ [-\d.]+", line))
    return [(float(x), float(y)) for x, y in pairs]


def bands(chart: Chart) -> list[str]:
    root = ET.fromstring(chart.svg())
    return [one.attrib["d"] for one in root.iter(f"{SVG}path") if "fill-opacity" in one.attrib]


def texts(chart: Chart, width: int = 720) -> list[str]:
    return [box.text for box in chart.drawing(width).boxes]


def test_a_line_is_level_between_the_ages_at_which_its_share_changes() -> None:
    points = path(curve("", [WON], ages=[0, 5, 10, 15, 20]), "accent")
    left, right = points[0][0], points[-1][0]
    day, zero = (right - left) / 15, points[0][1]
    half = zero - points[-1][1]
    ages = [round((x - left) / day) for x, _ in points]
    shares = [round((zero - y) / half / 2, 2) for _, y in points]
    assert list(zip(ages, shares, strict=True)) == [
        (0, 0),
        (5, 0),
        (5, 0.25),
        (10, 0.25),
        (10, 0.5),
        (15, 0.5),
    ]


def test_a_line_ends_where_it_is_told_to() -> None:
    early = Line(name="Young", steps=(Aged(5, 0.25),), told_to=10)
    chart = curve("", [WON, early], ages=[0, 5, 10, 15, 20])
    first, second = path(chart, "accent"), path(chart, "bad")
    assert second[-1][0] - second[0][0] == pytest.approx((first[-1][0] - first[0][0]) * 10 / 15, abs=0.2)


def test_one_or_two_lines_have_bands_and_more_have_none() -> None:
    assert len(bands(curve("", [WON], ages=[0, 20]))) == 1
    assert len(bands(curve("", [WON, LOST], ages=[0, 20]))) == 2
    assert bands(curve("", [WON, LOST, WON], ages=[0, 20])) == []


def test_a_line_without_intervals_has_no_band() -> None:
    assert bands(curve("", [Line(name="Won", steps=(Aged(5, 1.0),), told_to=9)], ages=[0, 9])) == []


def test_lines_are_named_with_their_last_share() -> None:
    found = texts(curve("", [WON, LOST], ages=[0, 20]))
    assert [text for text in found if text in {"Won", "50%", "Lost", "25%"}] == ["Won", "50%", "Lost", "25%"]


def test_counts_at_risk_stand_once_where_they_are_the_same_for_all() -> None:
    same = texts(curve("", [WON, LOST], ages=[0, 10, 20]))
    assert (same.count("100"), same.count("60")) == (1, 1)
    other = Line(name="East", steps=WON.steps, told_to=15, at_risk=((0, 30.0), (10, 20.0)))
    apart = texts(curve("", [WON, other], ages=[0, 10, 20]))
    assert apart.count("100") == apart.count("30") == 1
    assert apart.count("East") == 2


def test_six_lines_are_drawn_at_most_and_all_are_told() -> None:
    lines = [Line(name=f"Team {n}", steps=WON.steps, told_to=15) for n in range(9)]
    chart = curve("", lines, ages=[0, 10, 20])
    assert MOST_LINES == 6
    assert sum(text.startswith("Team") for text in texts(chart)) == 6
    assert chart.figures()[0][1:] == tuple(line.name for line in lines)


def test_figures_give_shares_with_intervals_as_far_as_they_are_told() -> None:
    chart = curve("", [WON], ages=[0, 5, 9, 10, 15, 16])
    assert chart.figures() == (
        ("", "Won"),
        ("0 days", "0%"),
        ("5 days", "25% (20–30)"),
        ("9 days", "25% (20–30)"),
        ("10 days", "50% (44–56)"),
        ("15 days", "50% (44–56)"),
    )


def test_steps_too_small_to_see_are_drawn_together_and_the_last_stays() -> None:
    fine = Line(name="Won", steps=tuple(Aged(n, n / 1000) for n in range(1, 501)), told_to=500)
    points = path(curve("", [fine], ages=[0, 500]), "accent")
    assert len(points) < 150
    top = min(y for _, y in points)
    assert points[-1][1] == top


def test_ages_on_the_axis_are_round_and_reach_the_last() -> None:
    assert marked_ages(138) == (0, 50, 100, 150)
    assert marked_ages(0) == (0, 1)
    assert marked_ages(1000)[-1] == 1000
