"""The company's page."""

import re
from dataclasses import replace

import pytest

from salesnb.workbooks.index import IndexPage, IndexRow, render_index

ROWS = (
    IndexRow(
        name="Ann <b>",
        group="West",
        href="ann.html",
        won=71_00,
        goal=100_00,
        attainment=0.71,
        pace=0.96,
        trend=(1, 2),
    ),
    IndexRow(name="Bea", group="West", status="failed", reason="Cell 3 stopped with <x>"),
    IndexRow(name="Cid", group="East", href="cid.html", won=5_00),
)
PAGE = IndexPage(
    title="Reviews", company="Acme & Co", rows=ROWS, total=IndexRow(name="Acme", won=76_00), finding="Fine."
)


def test_rows_stand_in_their_groups_in_the_order_given():
    made = render_index(PAGE)
    names = re.findall(r"Ann &lt;b&gt;|Bea|Cid|>West<|>East<", made)
    assert names == [">West<", "Ann &lt;b&gt;", "Bea", ">East<", "Cid"]


def test_every_review_is_linked_and_a_failed_one_says_why():
    made = render_index(PAGE)
    assert re.findall(r'<a href="(\w+\.html)"', made) == ["ann.html", "cid.html"]
    assert "Cell 3 stopped with &lt;x&gt;" in made
    assert "1 review could not be made" in made


def test_without_failures_nothing_is_said_of_them():
    assert "could not be made" not in render_index(replace(PAGE, rows=ROWS[:1]))


def test_the_plan_is_linked_where_there_is_one():
    assert "plan.html" not in render_index(PAGE)
    assert 'href="plan.html"' in render_index(replace(PAGE, plan_href="plan.html"))


def test_the_page_needs_no_script_and_loads_nothing():
    made = render_index(PAGE)
    assert "<script" not in made
    assert not re.search(r'src="(?!data:)', made)


def test_figures_are_written_in_the_currency_and_none_is_a_dash():
    made = render_index(PAGE)
    assert "$71" in made
    assert "71.0%" in made
    assert "–" in made


@pytest.mark.parametrize(
    ("pace", "attainment", "words"),
    [
        (0.97, 0.5, "behind"),
        (0.99, 0.5, "on pace"),
        (1.03, 0.5, "ahead"),
        (1.2, 1.0, "goal reached"),
        # All is due before the end where the season says so, and nothing may be won yet.
        (0.9, 0.9, "behind"),
        (0.0, 0.0, "behind"),
    ],
)
def test_a_pace_is_put_into_words(pace, attainment, words):
    row = replace(ROWS[0], pace=pace, attainment=attainment)
    assert f"<small>{words}</small>" in render_index(replace(PAGE, rows=(row,), total=IndexRow(name="Acme")))


def test_a_goal_is_missed_only_once_the_period_is_over():
    row = replace(ROWS[0], pace=0.9, attainment=0.9, is_over=True)
    assert "<small>goal missed</small>" in render_index(
        replace(PAGE, rows=(row,), total=IndexRow(name="Acme"))
    )


def test_no_groups_no_headings():
    assert "rowgroup" not in render_index(replace(PAGE, rows=(replace(ROWS[0], group=""),)))
