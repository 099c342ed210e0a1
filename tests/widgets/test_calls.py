"""The calls' widget without a browser: what the page asks, and what it is shown."""

from pathlib import Path

import pytest

from salesnb.actions.call_file import read_calls
from salesnb.widgets import Calls
from tests.actions.test_plan_session import made
from tests.actions.test_what_if import sold
from tests.widgets.test_allocation_sliders import page_asks


def test_a_plan_without_quotas_says_that_there_is_nothing_to_call(tmp_path: Path) -> None:
    calls = Calls(made(tmp_path), "fy18")
    assert (calls.shown["state"], calls.shown["lines"]) == ("resting", [])
    page_asks(calls, do="start", at="start")
    assert calls.shown["state"] == "none"
    assert "No goal of the plan is cascaded" in calls.shown["why"]
    page_asks(calls, do="call", at="call-x", node="x", commit="1")
    assert calls.said["at"] == "call-x"
    assert read_calls(tmp_path / "plans") == ((), 0)


@pytest.mark.slow
def test_the_page_calls_and_is_told_of_other_sessions_calls(tmp_path: Path) -> None:
    workspace = sold(tmp_path)
    calls = Calls(workspace, "q3")
    assert calls.shown["lines"][0]["outlook"] == ""
    page_asks(
        calls, do="call", at="call-company", node="company", commit="480000", best="", note="hm", by="Ann"
    )
    first = calls.shown["lines"][0]
    assert (first["commit"], first["whose"], first["note"], len(first["calls"])) == (
        "$480,000",
        "Ann",
        "hm",
        1,
    )
    page_asks(calls, do="call", at="call-company", node="company", commit="10", best="5")
    assert "below the commit" in calls.said["text"]
    assert len(calls.shown["lines"][0]["calls"]) == 1
    Calls(workspace, "q3").board.call("company", "490000", by="Bea")
    page_asks(calls, do="look")
    assert calls.shown["lines"][0]["commit"] == "$490,000"
    page_asks(calls, do="start", at="start")
    first = calls.shown["lines"][0]
    assert calls.shown["state"] == "ready"
    assert " to $" in first["outlook"]
    assert "the outlook" in first["against"]
    assert first["bias"].startswith("not enough calls yet")
