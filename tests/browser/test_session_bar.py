"""The bar above a planning session: saved, undo, redo, and what somebody else did, as a person sees it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from salesnb.widgets.session_bar import SessionBar
from tests.actions.test_plan_session import aim, aims, made, opened

pytestmark = pytest.mark.browser


def test_a_change_is_said_to_be_saved_and_can_be_undone(drawn: Callable, tmp_path: Path) -> None:
    session = opened(made(tmp_path))
    session.change(aim("Grow"), "Objective Grow stated")
    page = drawn(SessionBar(session), "session_bar")
    expect(page.get_by_role("status")).to_contain_text(re.compile("Saved: revision 2, Ann, .* \\d\\d:\\d\\d"))
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_have_attribute("title", "Take back: Objective Grow stated")
    undo.click()
    expect(page.get_by_role("status")).to_contain_text("Saved: revision 3")
    expect(undo).to_be_disabled()
    assert aims(session.workspace.plans().load("fy18")) == []
    page.get_by_role("button", name="Redo").click()
    expect(page.get_by_role("status")).to_contain_text("revision 4")
    assert aims(session.workspace.plans().load("fy18")) == ["Grow"]


def test_what_somebody_else_saved_is_told_within_seconds(drawn: Callable, tmp_path: Path) -> None:
    workspace = made(tmp_path)
    mine, hers = opened(workspace), opened(workspace, "Bea")
    page = drawn(SessionBar(mine), "session_bar")
    hers.change(aim("Hers <b>bold</b>"), "Hers stated")
    told = page.get_by_role("alert").filter(
        has_text="Bea has saved the plan meanwhile: Hers stated. 1 change"
    )
    told.wait_for(timeout=8000)
    expect(told).to_contain_text("Hers <b>bold</b>")
    page.get_by_role("button", name="Seen").click()
    expect(told).to_have_count(0)


def test_a_change_that_could_not_be_kept_is_tried_again(drawn: Callable, tmp_path: Path) -> None:
    workspace = made(tmp_path)
    mine, hers = opened(workspace), opened(workspace, "Bea")
    hers.change(aim("Hers"), "Hers stated")
    with pytest.raises(RuntimeError):
        mine.change(aim("Mine"), "Mine stated")
    page = drawn(SessionBar(mine), "session_bar")
    expect(page.get_by_role("status")).to_contain_text("Not saved: Mine stated")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("status")).to_contain_text("Saved: revision 3")
    assert aims(workspace.plans().load("fy18")) == ["Hers", "Mine"]


def test_a_plan_is_proposed_and_approved(drawn: Callable, tmp_path: Path) -> None:
    session = opened(made(tmp_path))
    page = drawn(SessionBar(session), "session_bar")
    page.get_by_role("button", name="Propose").click()
    page.get_by_role("button", name="Approve").click()
    expect(page.locator(".status.approved")).to_have_text("approved")
    assert session.workspace.plans().load("fy18").status == "approved"


def test_a_kernel_that_does_not_answer_is_said(drawn: Callable, tmp_path: Path) -> None:
    page = drawn(SessionBar(opened(made(tmp_path))), "session_bar")
    page.evaluate("window.model.ask = async () => {}")
    page.get_by_role("alert").filter(has_text="The kernel does not answer").wait_for(timeout=20_000)


def test_minutes_are_shown_and_kept(drawn: Callable, tmp_path: Path) -> None:
    session = opened(made(tmp_path))
    session.change(aim("Grow"), "Objective Grow stated")
    page = drawn(SessionBar(session), "session_bar")
    page.get_by_role("button", name="Minutes").click()
    told = page.get_by_role("region", name="Minutes")
    expect(told).to_contain_text("Objective Grow stated (Ann)")
    (kept,) = (tmp_path / "plans" / "minutes").glob("*.md")
    expect(told).to_contain_text(f"plans/minutes/{kept.name}")
    page.get_by_role("button", name="Close").click()
    expect(told).to_have_count(0)
