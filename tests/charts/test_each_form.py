"""What each form says and draws, on numbers that can be checked in the head."""

import re
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.charts import (
    Chart,
    bars,
    bullet,
    distribution,
    months_with_last_year,
    pacing,
    small_multiples,
    sparkline,
    stages,
    table,
    tornado,
    trend,
    waterfall,
)
from salesnb.charts.theme import colour
from salesnb.errors import BadInput, BadUsage
from salesnb.money import Formatter

SVG = "{http://www.w3.org/2000/svg}"
Q4 = {"start": date(2017, 10, 1), "end": date(2018, 1, 1)}


def rects(chart: Chart, fill: str, width: int = 720) -> list[tuple[float, float, float, float]]:
    """Give x, y, width and height of the rectangles of one colour."""
    root = ET.fromstring(chart.svg(width))
    return [
        tuple(float(element.attrib[key]) for key in ("x", "y", "width", "height"))  # type: ignore[misc]
        for element in root.iter(f"{SVG}rect")
        if element.attrib["fill"] == colour(fill)
    ]


def texts(chart: Chart, width: int = 720) -> list[str]:
    return [box.text for box in chart.drawing(width).boxes]


class TestBars:
    def test_lengths_are_in_proportion_from_zero(self) -> None:
        long, short = rects(bars("", [("A", 100), ("B", 25)]), "accent")
        assert short[2] == pytest.approx(long[2] / 4, abs=0.1)
        assert short[0] == long[0]

    def test_negative_values_extend_to_the_left_of_zero(self) -> None:
        up, down = rects(bars("", [("A", 100), ("B", -50)]), "accent")
        assert down[0] + down[2] == pytest.approx(up[0], abs=0.1)
        assert down[2] == pytest.approx(up[2] / 2, abs=0.1)

    def test_bars_are_ranked_and_unknown_values_come_last(self) -> None:
        chart = bars("", [("low", 1_00), ("none", None), ("high", 9_00), ("below", -1_00)])
        assert [row[0] for row in chart.figures()[1:]] == ["high", "low", "below", "none"]

    def test_the_order_stays_when_asked(self) -> None:
        chart = bars("", [("low", 1_00), ("high", 9_00)], ranked=False)
        assert [row[0] for row in chart.figures()[1:]] == ["low", "high"]

    def test_the_rest_is_counted_and_summed(self) -> None:
        chart = bars("", [(f"Rep {place}", 1_00) for place in range(60)], limit=15)
        assert "and 45 more, together $45" in texts(chart)
        assert "and 45 more, together $45" in chart.text()
        assert len(rects(chart, "accent")) == 15

    def test_ratios_are_counted_but_never_summed(self) -> None:
        chart = bars("", [(f"Rep {place}", 0.5) for place in range(20)], limit=5, unit="ratio")
        assert "and 15 more" in texts(chart)

    def test_one_left_over_is_drawn_rather_than_counted(self) -> None:
        chart = bars("", [(f"Rep {place}", 1_00) for place in range(6)], limit=5)
        assert len(rects(chart, "accent")) == 6

    def test_highlighted_ones_are_drawn_beyond_the_limit(self) -> None:
        chart = bars("", [(f"Rep {place}", 60 - place) for place in range(60)], limit=3, highlight=["Rep 43"])
        assert "Rep 43" in texts(chart)
        assert len(rects(chart, "accent")) == 1
        assert len(rects(chart, "accent-soft")) == 3

    def test_attainment_is_value_by_quota(self) -> None:
        chart = bars("", [("A", 90_00, 120_00), ("B", 5_00, 0), ("C", 5_00, None)])
        assert [row[3] for row in chart.figures()[1:]] == [
            "75.0%",
            Formatter().ratio(None),
            Formatter().ratio(None),
        ]
        assert "75%" in texts(chart)

    def test_long_names_are_cut_with_the_whole_name_behind(self) -> None:
        name = "Featherstonehaugh-Cholmondeley " * 4
        chart = bars("", [(name, 1)])
        assert any(text.endswith("…") for text in texts(chart))
        assert f"<title>{name.strip()}</title>" in chart.svg()


class TestWaterfall:
    @given(st.integers(-(10**12), 10**12), st.lists(st.integers(-(10**12), 10**12), max_size=12))
    def test_effects_lead_exactly_from_start_to_end(self, start: int, effects: list[int]) -> None:
        end = start + sum(effects)
        chart = waterfall(
            "", ("a", start), [(str(place), amount) for place, amount in enumerate(effects)], ("b", end)
        )
        assert chart.figures()[-1][2] == chart.fmt.short(end, "money")
        if effects:
            assert chart.figures()[-2][2] == chart.figures()[-1][2]

    @given(st.integers(-(10**12), 10**12), st.lists(st.integers(-(10**6), 10**6)), st.integers().filter(bool))
    def test_one_cent_missing_is_refused(self, start: int, effects: list[int], missing: int) -> None:
        with pytest.raises(BadInput, match="miss the end by"):
            waterfall(
                "", ("a", start), [("x", amount) for amount in effects], ("b", start + sum(effects) + missing)
            )

    def test_ratios_may_miss_by_rounding_only(self) -> None:
        waterfall("", ("a", 0.1), [("x", 0.2)], ("b", 0.3), unit="ratio")
        with pytest.raises(BadInput):
            waterfall("", ("a", 0.1), [("x", 0.2)], ("b", 0.31), unit="ratio")

    def test_columns_are_as_high_as_their_amounts(self) -> None:
        chart = waterfall("", ("a", 100), [("up", 100), ("down", -150)], ("b", 50))
        start, end = rects(chart, "accent")
        (up,), (down,) = rects(chart, "good"), rects(chart, "bad")
        assert up[3] == pytest.approx(start[3], abs=0.2)
        assert down[3] == pytest.approx(1.5 * start[3], abs=0.2)
        assert end[3] == pytest.approx(0.5 * start[3], abs=0.2)

    def test_totals_are_cut_only_beside_small_effects_and_that_is_said(self) -> None:
        small = waterfall("", ("a", 1000_00), [("x", 10_00)], ("b", 1010_00))
        large = waterfall("", ("a", 1000_00), [("x", 900_00)], ("b", 1900_00))
        assert "not at zero" in small.svg()
        assert "not at zero" in small.svg(360)
        assert "not at zero" not in large.svg()


class TestTrend:
    def test_each_month_gets_the_same_month_a_year_before(self) -> None:
        series = [("2016-01", 1), ("2016-02", 2), ("2017-01", 3), ("2017-02", 4), ("2017-03", 5)]
        months = months_with_last_year(series, 3)
        assert [(month.label, month.value, month.last_year) for month in months] == [
            ("2017-01", 3, 1),
            ("2017-02", 4, 2),
            ("2017-03", 5, None),
        ]

    def test_lines_are_named_where_they_end(self) -> None:
        chart = trend("", [("2017-01", 10_00, 8_00)], names=("2017", "2016"))
        assert {"2017", "2016", "$10", "$8"} <= set(texts(chart))

    def test_the_month_that_is_not_over_is_marked(self) -> None:
        months = [("2017-11", 90_00), ("2017-12", 30_00)]
        chart = trend("", months, partial="2017-12")
        assert "$30 so far" in texts(chart)
        assert "Dec 2017 so far" in chart.text()
        assert 'stroke-dasharray="3 3"' in chart.svg()
        assert "stroke-dasharray" not in trend("", months).svg()

    def test_gaps_break_the_line(self) -> None:
        chart = trend("", [(str(place), value) for place, value in enumerate([1, 2, None, 3, 4])])
        lines = re.findall(rf'd="M([^"]+)" fill="none" stroke="{re.escape(colour("accent"))}"', chart.svg())
        assert len(lines) == 2

    def test_long_series_have_no_dot_at_every_point(self) -> None:
        def dots(count: int) -> int:
            return trend("", [(f"W{place}", place) for place in range(count)]).svg().count("<circle")

        assert (dots(24), dots(104)) == (24, 1)

    def test_the_scale_begins_at_zero(self) -> None:
        assert "0%" in texts(trend("", [("2017-01", 0.61), ("2017-02", 0.64)], unit="ratio"))


class TestPacing:
    def test_the_gap_is_measured_against_the_target_of_that_day(self) -> None:
        target = [(date(2017, 10, 31), 310_00), (date(2017, 12, 31), 1000_00)]
        behind = pacing("", [(date(2017, 10, 10), 60_00)], target, **Q4)
        assert "$40 behind" in texts(behind)
        ahead = pacing("", [(date(2017, 10, 31), 400_00)], target, **Q4)
        assert "$90 ahead" in texts(ahead)

    def test_a_gap_within_the_slack_is_on_pace_and_not_red(self) -> None:
        target = [(date(2017, 10, 31), 310_00)]
        drawn = [pacing("", [(date(2017, 10, 10), won)], target, slack=0.02, **Q4) for won in (97_00, 98_00)]
        assert ["on pace" in texts(chart) for chart in drawn] == [False, True]
        assert ["var(--snb-bad" in chart.svg() for chart in drawn] == [True, False]

    def test_the_target_grows_evenly_from_nothing_between_its_points(self) -> None:
        chart = pacing(
            "", [(date(2017, 10, 31), 0), (date(2017, 11, 15), 0)], [(date(2017, 11, 30), 61_00)], **Q4
        )
        assert [row[2] for row in chart.figures()[1:]] == ["$31", "$46", "$61"]

    def test_without_a_goal_only_the_actual_is_drawn(self) -> None:
        assert "Actual $5" in texts(pacing("", [(date(2017, 10, 10), 5_00)], [], **Q4))


class TestBullet:
    def test_every_mark_is_named(self) -> None:
        chart = bullet("", [("Won", 63_00, 100_00, 69_00, 58_00)])
        assert {"$63", "63% of $100 goal", "Goal $100", "Due by today $69", "Last year $58"} <= set(
            texts(chart)
        )

    def test_marks_of_several_are_named_once(self) -> None:
        chart = bullet("", [("A", 1_00, 2_00, 1_50, 1_00), ("B", 1_00, 2_00, 1_50, 1_00)])
        for name in ("goal", "due by today", "last year"):
            assert texts(chart).count(name) == 1

    def test_the_same_unit_shares_a_scale_and_another_has_its_own(self) -> None:
        chart = bullet("", [("A", 100_00), ("B", 50_00), ("Rate", 0.5, None, None, None, "ratio")])
        first, second, rate = rects(chart, "accent")
        assert second[2] == pytest.approx(first[2] / 2, abs=0.1)
        assert rate[2] == pytest.approx(first[2], abs=0.1)

    def test_a_goal_of_nothing_gives_no_attainment(self) -> None:
        assert bullet("", [("Won", 5_00, 0)]).figures()[1][3] == Formatter().ratio(None)


class TestStages:
    def test_weighted_amounts_lie_within_the_bars(self) -> None:
        chart = stages("", [("A", 2, 100_00, 25_00)])
        (amount,), weighted = rects(chart, "accent-soft")[1:], rects(chart, "accent")[-1]
        assert weighted[2] == pytest.approx(amount[2] / 4, abs=0.1)

    def test_columns_without_figures_are_left_out(self) -> None:
        assert stages("", [("A", 2, 100_00)]).figures()[0] == ("", "Deals", "Amount")

    def test_one_deal_is_singular(self) -> None:
        assert "1 deal" in texts(stages("", [("A", 1, 100_00)]), 360)


class TestSmallMultiples:
    def test_the_highest_point_of_any_month_lies_below_the_titles(self) -> None:
        chart = small_multiples("", [("A", [("a", 1), ("b", 1), ("c", 100)]), ("B", [("a", 2)])])
        (line,) = re.findall(rf'd="M([^"]+)" fill="none" stroke="{re.escape(colour("accent"))}"', chart.svg())
        title = next(box for box in chart.drawing(720).boxes if box.text.startswith("This year"))
        assert min(float(point.split()[1]) for point in line.split("L")) > title.bottom

    def test_panels_share_one_scale(self) -> None:
        chart = small_multiples("", [("A", [("a", 0), ("b", 100_00)]), ("B", [("a", 0), ("b", 50_00)])])
        lines = re.findall(rf'd="M([^"]+)" fill="none" stroke="{re.escape(colour("accent"))}"', chart.svg())
        rises = [float(line.split()[1].split("L")[0]) - float(line.split()[-1]) for line in lines]
        assert rises[1] == pytest.approx(rises[0] / 2, abs=0.2)

    def test_the_rest_is_counted(self) -> None:
        chart = small_multiples("", [(str(place), [("a", 1)]) for place in range(30)], limit=12)
        assert "and 18 more" in texts(chart)
        assert "and 18 more" in chart.text()


class TestSparkline:
    def test_first_lowest_highest_and_last_are_told(self) -> None:
        assert sparkline("", [4, 9, None, 2, 5], unit="count").figures()[1:] == (
            ("First", "4"),
            ("Lowest", "2"),
            ("Highest", "9"),
            ("Last", "5"),
        )


class TestTable:
    COLUMNS = (("Region",), ("Won", "money", "bar"), ("Win rate", "ratio"))

    def test_cells_are_written_by_their_unit(self) -> None:
        chart = table("Two", self.COLUMNS, [("West", 1_200_00, 0.632), ("East", None, None)])
        assert chart.figures()[1:] == (
            ("West", "$1,200", "63.2%"),
            ("East", Formatter().count(None), Formatter().count(None)),
        )

    def test_rows_and_columns_are_headed_and_numbers_aligned(self) -> None:
        html = table("Two", self.COLUMNS, [("West", 1_200_00, 0.632)]).html()
        assert html.count('scope="col"') == 3
        assert html.count('scope="row"') == 1
        assert ">Two</caption>" in html
        assert html.count("text-align:right") == 4

    def test_every_row_is_as_wide_as_the_heading(self) -> None:
        html = table(
            "", self.COLUMNS, [("West", 1_00, 0.5), ("All", 1_00, 0.5)], total=True, note="Small print"
        ).html()
        cells = [len(re.findall(r"<t[hd]\b", row)) for row in re.findall(r"<tr.*?</tr>", html)]
        assert cells == [3, 4, 4, 1]
        assert 'colspan="4"' in html
        assert html.count('colspan="2"') == 1

    def test_a_total_has_no_bar_and_is_set_apart(self) -> None:
        html = table("", self.COLUMNS, [("West", 1_00, 0.5), ("All", 9_00, 0.5)], total=True).html()
        assert html.count("<img") == 1
        assert html.count("snb-total") == 1

    def test_a_row_of_the_wrong_length_is_refused(self) -> None:
        with pytest.raises(BadUsage, match="3 cells"):
            table("", self.COLUMNS, [("West", 1)])

    def test_a_table_is_not_an_image(self) -> None:
        chart = table("", self.COLUMNS, [])
        assert set(chart._repr_mimebundle_()) == {"text/plain", "text/html"}
        with pytest.raises(BadUsage, match="not drawn"):
            chart.svg()


class TestDistribution:
    def test_the_area_at_the_goal_or_above_is_the_probability(self) -> None:
        """Totals 0, 1, … 99, all as likely: 30 of 100 are 70 or more."""
        chart = distribution("", list(range(100)), goal=69.5, unit="count")
        reached, missed = (
            sum(width * height for _, _, width, height in rects(chart, fill))
            for fill in ("accent", "accent-soft")
        )
        assert reached / (reached + missed) == pytest.approx(0.3, abs=0.02)

    def test_what_is_certain_to_be_reached_is_drawn_as_reached(self) -> None:
        chart = distribution("", [70] * 9, goal=70, unit="count")
        assert rects(chart, "accent")
        assert not rects(chart, "accent-soft")

    def test_levels_and_marks_are_named_with_their_amounts(self) -> None:
        chart = distribution(
            "", [n * 100 for n in range(50, 90)], goal=70_00, to_date=20_00, reached=[("Even", 69_50)]
        )
        assert {"Goal $70", "To date $20", "$69.5", "Even"} <= set(texts(chart))
        assert "Half is below" in chart.text()

    def test_too_few_totals_leave_it_empty_and_falling_ones_are_refused(self) -> None:
        assert "nothing to show" in distribution("", [1, 2, 3]).text()
        with pytest.raises(BadInput, match="fall"):
            distribution("", [5, 4, 6, 7, 8])


class TestTornado:
    def test_the_widest_stands_first_and_widths_are_in_proportion(self) -> None:
        chart = tornado("", [("Narrow", 0.4, 0.5), ("Wide", 0.2, 0.6)], base=0.45, unit="ratio")
        assert [row[0] for row in chart.figures()[1:]] == ["Wide", "Narrow"]
        more = rects(chart, "accent")
        less = rects(chart, "accent-soft")
        assert more[0][2] + less[0][2] == pytest.approx(4 * (more[1][2] + less[1][2]), abs=0.5)

    def test_a_driver_that_hurts_has_its_more_to_the_left(self) -> None:
        chart = tornado("", [("Cycle", 0.6, 0.4)], base=0.5, unit="ratio")
        (more, *_), (less, *_) = rects(chart, "accent"), rects(chart, "accent-soft")
        assert more[0] < less[0]

    def test_what_is_not_known_is_left_out(self) -> None:
        assert [row[0] for row in tornado("", [("A", None, 0.5), ("B", 0.1, 0.2)]).figures()[1:]] == ["B"]
