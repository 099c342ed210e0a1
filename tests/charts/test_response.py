"""What the response form says and draws, on numbers that can be checked in the head."""

import re
from xml.etree import ElementTree as ET

import pytest

from salesnb.charts import Chart, Responded, response
from salesnb.charts.theme import colour

SVG = "{http://www.w3.org/2000/svg}"
ROWS = [(0, 100_00, 80_00, 120_00), (10, 200_00, 190_00, 210_00), (20, 240_00, 220_00, 260_00)]


def elements(chart: Chart, tag: str, **wanted: str) -> list[dict[str, str]]:
    found = ET.fromstring(chart.svg()).iter(f"{SVG}{tag}")
    return [one.attrib for one in found if all(one.attrib.get(key) == text for key, text in wanted.items())]


def points(path: str) -> list[tuple[float, float]]:
    pairs = (pair.split() for pair in re.findall(r"[-\d.]+ [-\d.]+", path))
    return [(float(x), float(y)) for x, y in pairs]


def texts(chart: Chart, width: int = 720) -> list[str]:
    return [box.text for box in chart.drawing(width).boxes]


def line(chart: Chart) -> list[tuple[float, float]]:
    (one,) = elements(chart, "path", **{"stroke-width": "2.5"})
    return points(one["d"])


def test_the_curve_is_drawn_to_scale() -> None:
    left, middle, right = line(response("", ROWS))
    assert middle[0] - left[0] == pytest.approx(right[0] - middle[0], abs=0.2)
    assert left[1] - middle[1] == pytest.approx(2.5 * (middle[1] - right[1]), abs=0.5)


def test_the_band_reaches_from_low_to_high() -> None:
    chart = response("", ROWS)
    (band,) = [one["d"] for one in elements(chart, "path") if "fill-opacity" in one]
    curve, edge = line(chart), points(band)
    unit = (curve[0][1] - curve[1][1]) / 100
    assert edge[0][1] == pytest.approx(curve[0][1] - 20 * unit, abs=0.3)
    assert edge[-1][1] == pytest.approx(curve[0][1] + 20 * unit, abs=0.3)
    bare = response("", [Responded(0, 1_00), Responded(5, 2_00)])
    assert not [one for one in elements(bare, "path") if "fill-opacity" in one]


def test_each_point_of_the_past_is_a_dot_where_it_was() -> None:
    chart = response("", ROWS, points=[(10, 200_00), (0, 240_00), (5, None)])
    dots = [(float(one["cx"]), float(one["cy"])) for one in elements(chart, "circle", fill=colour("muted"))]
    curve = line(chart)
    assert dots == [curve[1], (curve[0][0], curve[2][1])]


def test_todays_and_the_allocated_amount_are_marked_on_the_curve() -> None:
    chart = response("", ROWS, today=10, allocated=15)
    assert {"today 10", "allocated 15"} <= set(texts(chart))
    rings = [(float(one["cx"]), float(one["cy"])) for one in elements(chart, "circle", fill=colour("bg"))]
    curve = line(chart)
    assert rings[0] == curve[1]
    assert rings[1] == pytest.approx([(curve[1][k] + curve[2][k]) / 2 for k in (0, 1)], abs=0.1)


def test_the_source_is_always_said() -> None:
    assert "Source: judgement." in texts(response("", ROWS))
    chart = response("", ROWS, source="history, 24 months", note="Nordics only.")
    assert "Source: history, 24 months. Nordics only." in texts(chart)
    assert "Source: history, 24 months." in chart.text()


def test_figures_give_marked_and_round_amounts_with_intervals() -> None:
    chart = response("", ROWS, today=10, allocated=12, amount_name="Hours")
    assert chart.figures() == (
        ("Hours", "Sales", "80 % between"),
        ("0", "$100", "$80–$120"),
        ("5", "$150", "$135–$165"),
        ("10 today", "$200", "$190–$210"),
        ("12 allocated", "$208", "$196–$220"),
        ("15", "$220", "$205–$235"),
        ("20", "$240", "$220–$260"),
    )


def test_amounts_of_money_are_written_as_money() -> None:
    chart = response("", [(0, 1_00), (2_000_00, 9_00)], today=1_000_00, amount_unit="money")
    assert "today $1K" in texts(chart)
    assert "$2K" in texts(chart, 360)


def test_rows_may_come_in_any_order() -> None:
    assert response("", ROWS[::-1]).svg() == response("", ROWS).svg()
