"""The what-if's widget without a browser: what the page asks, and what it is shown."""

from pathlib import Path

import pytest

from salesnb.actions.plan_session import PlanSession
from salesnb.widgets import WhatIf
from salesnb.widgets.what_if import WhatIfPanel
from salesnb.workspace import Workspace
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
