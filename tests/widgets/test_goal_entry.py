"""The widget of the goals without a browser: what a control of the page sends, and what it shows then."""

from pathlib import Path

import pytest

from salesnb.actions import goal_entry
from salesnb.actions.goal_prospects import Prospect
from salesnb.actions.plan_session import PlanSession
from salesnb.widgets import GoalEntry
from tests.actions.test_goal_entry import EVEN, made
from tests.widgets.test_allocation_sliders import page_asks


@pytest.fixture
def widget(tmp_path: Path) -> GoalEntry:
    return GoalEntry(made(tmp_path), "fy18")


def test_the_page_is_there_before_anything_is_worked_out(widget, monkeypatch):
    monkeypatch.setattr(goal_entry, "prospect_of", lambda *_: Prospect(gauge=EVEN, views="two views"))
    assert widget.shown["goal"]["outlook"] is None
    assert widget.shown["pending"] == ["won_amount"]
    page_asks(widget, do="work out", at="outlook", goal="won_amount", n=7)
    assert widget.shown["goal"]["outlook"]["gauge"]["low"] == EVEN.chance(0).low
    assert (widget.shown["pending"], widget.shown["heard"]) == ([], 7)


def test_what_is_asked_is_kept_and_what_is_refused_is_said_at_its_control(widget):
    page_asks(widget, do="target", at="target", text="360000", n=1)
    assert widget.session.plan.goals[0].target == 360_000_00
    assert widget.shown["goal"]["target"] == 360_000_00
    page_asks(widget, do="hold", at="hold East", node="East", text="400000", n=2)
    assert widget.said["at"] == "hold East"
    assert "40,000 too much" in widget.said["text"]
    assert widget.shown["heard"] == 2
    page_asks(widget, do="state", at="objectives", text="Win <b>back</b>", n=3)
    assert widget.said["text"] == ""
    assert widget.shown["objectives"][1]["text"] == "Win <b>back</b>"
    page_asks(widget, do="start", at="goals", kpi="won_count", n=4)
    assert "Nothing has been imported" in widget.said["text"] or "import" in widget.said["text"]


def test_a_plan_that_is_deleted_meanwhile_is_said_beside_the_control(widget):
    session = widget.session
    session.workspace.plans().path("fy18").unlink()
    page_asks(widget, do="owner", at="owner", text="Bea", n=1)
    assert widget.said["at"] == "owner"
    assert widget.said["text"]
    page_asks(widget, do="target", at="target", text="1", n=2)
    assert "Goal won_amount: owner Bea has not been kept yet." in widget.said["text"]
    session.again()
    assert session.workspace.plans().load("fy18").goals[0].owner == "Bea"


def test_what_another_widget_of_the_session_does_is_shown(widget):
    other = GoalEntry(widget.session)
    page_asks(other, do="owner", at="owner", text="Bea")
    assert widget.shown["goals"][0]["owner"] == "Bea"
    widget.close()
    page_asks(other, do="owner", at="owner", text="Cy")
    assert widget.shown["goals"][0]["owner"] == "Bea"
    assert isinstance(widget.session, PlanSession)
