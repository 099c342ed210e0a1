"""The comparison's widget without a browser: what the page asks, and what it is shown."""

from pathlib import Path

import pytest

from salesnb.widgets import ScenarioCompare
from tests.actions.test_scenario_board import compared
from tests.widgets.test_allocation_sliders import page_asks


@pytest.fixture
def compare(tmp_path: Path) -> ScenarioCompare:
    return ScenarioCompare(compared(tmp_path))


def names(compare: ScenarioCompare) -> list[str]:
    return [one["name"] for one in compare.shown["columns"]]


def test_the_page_names_copies_removes_and_adopts(compare):
    assert names(compare) == ["as planned", "Lean", "High"]
    page_asks(compare, do="rename", at="name-Lean", scenario="Lean", name="Lean year")
    page_asks(compare, do="copy", at="acts-Lean", scenario="Lean")
    assert compare.shown["note"] == "Lean year is copied."
    page_asks(compare, do="remove", at="acts-High", scenario="High")
    assert names(compare) == ["as planned", "Lean year", "Lean year (copy)"]
    page_asks(compare, do="adopt", at="acts-Lean", scenario="Lean")
    assert compare.session.plan.resources[0].total == 80_000_00
    assert compare.shown["note"] == "The plan takes what Lean year demands; undo brings it back."


def test_what_is_refused_is_said_beside_its_control_and_nothing_changes(compare):
    page_asks(compare, do="rename", at="name-Lean", scenario="Lean", name="High")
    assert compare.said == {"at": "name-Lean", "text": compare.said["text"]}
    assert "Another scenario is called 'High'" in compare.said["text"]
    page_asks(compare, do="aim", at="target-Lean", scenario="Lean", target="-3")
    assert compare.said["at"] == "target-Lean"
    assert compare.said["text"]
    assert compare.session.plan.revision == 1


def test_allocations_are_compared_when_asked(compare):
    assert compare.shown["compares"] == 1
    assert compare.shown["brings"] == []
    page_asks(compare, do="compare", at="bar")
    assert [one["title"] for one in compare.shown["brings"]][0] == "Allocation brings"
    assert compare.shown["columns"][1]["brings"]["difference"].startswith("-$")
    assert compare.shown["columns"][2]["brings"] == {}


def test_without_an_outlook_it_says_why_and_compares_all_the_same(compare):
    assert compare.shown["state"] == "resting"
    page_asks(compare, do="start", at="start")
    assert compare.shown["state"] == "none"
    assert "The goal won_amount is not cascaded" in compare.shown["why"]
    assert compare.shown["columns"][1]["differences"]
