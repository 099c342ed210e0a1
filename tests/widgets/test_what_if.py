"""The what-if's widget without a browser: what the page asks, and what it is shown."""

from pathlib import Path

import pytest

from salesnb.actions.plan_session import PlanSession
from salesnb.widgets import GoalEntry, ScenarioCompare, WhatIf
from salesnb.widgets.what_if import WhatIfPanel
from salesnb.workspace import Workspace
from tests.actions.held_back import come, held_back
from tests.actions.test_plan_session import made
from tests.actions.test_what_if import sold
from tests.widgets.test_allocation_sliders import page_asks


def test_before_it_is_seen_nothing_is_worked_out_and_a_plan_without_quotas_says_so(tmp_path: Path) -> None:
    panel = WhatIfPanel(PlanSession(made(tmp_path), "fy18"))
    assert panel.shown["state"] == "resting"
    page_asks(panel, do="start", at="start")
    assert panel.shown["state"] == "none"
    assert "No goal of the plan is cascaded" in panel.shown["why"]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return sold(tmp_path_factory.mktemp("what_if_widget"))


@pytest.mark.slow
def test_the_page_moves_drivers_and_deals_and_keeps_a_scenario(workspace: Workspace) -> None:
    what_if = WhatIf(workspace, "q3")
    panel, chart = what_if.panel, what_if.chart
    assert chart.children == ()
    page_asks(panel, do="start", at="start")
    assert panel.shown["state"] == "ready"
    assert panel.shown["before"] == panel.shown["after"]
    assert panel.shown["change"] == ""
    assert chart.children == (chart.figure,)
    assert not chart.after.visible
    assert chart.goal.x[0] == 500_000

    page_asks(panel, do="move", at="driver-win-rate", driver="win rate", step=-10, beat=7)
    assert panel.shown["beat"] == 7
    assert panel.shown["after"]["outlook"] != panel.shown["before"]["outlook"]
    assert chart.after.visible
    assert chart.after.x[50] < chart.before.x[50]
    page_asks(panel, do="move", at="driver-win-rate", driver="win rate", step=900, beat=8)
    assert panel.said["at"] == "driver-win-rate"
    assert "no step of win rate" in panel.said["text"]
    assert (panel.shown["beat"], panel.shown["drivers"][0]["at"]) == (8, -10)

    deal = panel.shown["deals"][0]["id"]
    page_asks(panel, do="decide", at="deals", deal=deal, fate="lost")
    assert panel.shown["deals"][0]["fate"] == "lost"
    page_asks(panel, do="keep", at="keep", name="Worse")
    assert panel.shown["note"] == "Kept as the scenario Worse, in revision 2 of the plan."
    assert panel.shown["scenarios"] == ["Worse"]
    assert [one.name for one in workspace.plans().load("q3").scenarios] == ["Worse"]
    page_asks(panel, do="reset")
    assert panel.shown["change"] == ""
    page_asks(panel, do="load", at="keep", scenario="Worse")
    assert panel.shown["deals"][0]["fate"] == "lost"
    page_asks(panel, do="goal", goal="created_count")
    assert panel.shown["state"] == "resting"
    page_asks(panel, do="start")
    assert "does not follow single deals" in panel.shown["why"]
    assert chart.children == ()
    what_if.close()


@pytest.mark.slow
def test_every_tab_shows_the_outlook_at_once_and_its_chance_when_the_past_was_tried(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = PlanSession(workspace, "q3")
    panel, sides, goals = WhatIfPanel(session), ScenarioCompare(session), GoalEntry(session)
    assert (panel.waits, sides.waits, goals.waits) == (0, 0, 0)
    with held_back(workspace, monkeypatch) as gate:
        page_asks(panel, do="start", at="start")
        page_asks(goals, do="work out", at="outlook", goal="won_amount", n=3)
        page_asks(sides, do="start", at="start")
        sides_of = lambda: sides.shown["columns"][0]["stand"]  # noqa: E731 -- asked as it is now
        for stand in (panel.shown["before"], sides_of()):
            assert stand["outlook"].startswith("$")
            assert "to" in stand["range"]
            assert "is being worked out" in stand["why"]
        gauge = goals.shown["goal"]["outlook"]["gauge"]
        assert (gauge["enough"], goals.shown["goals"][0]["chance"]) == (False, "…")
        assert "won_amount" not in goals.shown["pending"]
        assert panel.waits == 1
        page_asks(panel, do="move", at="driver-win-rate", driver="win rate", step=900, beat=1)
        page_asks(panel, do="await")
        assert panel.waits == 2
        assert panel.said["at"] == "driver-win-rate"
        page_asks(panel, do="move", at="driver-win-rate", driver="win rate", step=-5, beat=2)
        assert "is being worked out" in panel.shown["after"]["why"]
        gate.set()
        come()
    page_asks(panel, do="await")
    assert (panel.waits, sides.waits, goals.waits) == (0, 0, 0)
    for stand in (panel.shown["before"], panel.shown["after"], sides_of()):
        assert stand["chance"].endswith("%")
        assert stand["why"] == ""
    assert goals.shown["pending"][0] == "won_amount"
    assert goals.shown["heard"] == 3
    page_asks(goals, do="work out", at="outlook", goal="won_amount", n=4)
    assert goals.shown["goals"][0]["chance"].endswith("%")
    for one in (panel, sides, goals):
        one.close()
