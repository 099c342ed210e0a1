"""What there is to allocate, stated in the page, and how segments answer to it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from salesnb.actions.allocation_start import AllocationStart
from salesnb.widgets.allocation import AllocationStating
from salesnb.workspace import Workspace
from tests.actions.test_plan_session import made, opened

pytestmark = pytest.mark.browser


@pytest.fixture
def page(drawn: Callable, tmp_path: Path) -> Page:
    return drawn(AllocationStating(opened(made(tmp_path))), "allocation_stating")


def plan(folder: Path) -> dict:
    return json.loads((folder / "plans" / "fy18.plan.json").read_text())


def test_a_budget_is_stated_and_judged_with_the_keyboard(page: Page, tmp_path: Path) -> None:
    page.get_by_label("What", exact=True).focus()
    page.keyboard.type("budget")
    page.keyboard.press("Tab")
    page.keyboard.type("100k")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("To be allocated: budget $100,000")).to_be_visible()
    assert plan(tmp_path)["resources"][0]["amount_minor"] == 100_000_00
    page.get_by_role("textbox").first.focus()
    for answer in ("100000", "300000", "500000", "40000"):
        page.keyboard.press("Control+A")
        page.keyboard.type(answer)
        page.keyboard.press("Tab")
    page.get_by_role("button", name="Draw the curves").click()
    expect(page.get_by_role("table")).to_have_count(0)
    assert [curve["segment"] for curve in plan(tmp_path)["response_curves"]]


@pytest.mark.parametrize("text", ["lots", "1,2 Mio", "", "-5"])
def test_what_is_no_amount_is_said_beside_it_and_what_was_typed_stays(
    page: Page, tmp_path: Path, text: str
) -> None:
    page.get_by_label("What", exact=True).fill("budget")
    page.get_by_label("How much").fill(text)
    page.get_by_role("button", name="State it").click()
    expect(page.get_by_role("alert").filter(has_text=" ").first).to_be_visible()
    expect(page.get_by_label("How much")).to_have_value(text)
    assert plan(tmp_path)["revision"] == 1


def test_answers_that_do_not_rise_are_said_and_stay(page: Page, tmp_path: Path) -> None:
    page.get_by_label("What", exact=True).fill("budget")
    page.get_by_label("How much").fill("100000")
    page.get_by_role("button", name="State it").click()
    fields = page.locator("tbody tr").first.get_by_role("textbox")
    fields.first.wait_for()
    for place, answer in enumerate(("100000", "300000", "5", "40000")):
        fields.nth(place).fill(answer)
    page.get_by_role("button", name="Draw the curves").click()
    expect(page.get_by_role("alert").last).not_to_be_empty()
    expect(fields.nth(2)).to_have_value("5")
    assert plan(tmp_path)["revision"] == 2


def test_answers_are_read_in_the_readers_format(drawn: Callable, tmp_path: Path) -> None:
    made(tmp_path)
    (tmp_path / "salesnb.toml").write_text('[workspace]\ncurrency = "USD"\nlocale = "de_DE"\n')
    session = opened(Workspace.open(tmp_path))
    AllocationStart(session).state("budget", 100_000, "USD")
    page = drawn(AllocationStating(session), "allocation_stating")
    fields = page.locator("tbody tr").first.get_by_role("textbox")
    for place, text in enumerate(("100.000", "300.000,50", "1,2 Mio", "viel")):
        fields.nth(place).fill(text)
    page.get_by_role("button", name="Draw the curves").click()
    expect(page.get_by_role("alert").last).to_contain_text("viel")
    assert "response_curves" not in plan(tmp_path) or plan(tmp_path)["response_curves"] == []
    fields.nth(3).fill("40.000")
    page.get_by_role("button", name="Draw the curves").click()
    expect(page.get_by_role("table")).to_have_count(0)
    (judged,) = [curve.judged for curve in session.plan.response_curves]
    assert (judged.none_minor, judged.now_minor, judged.saturated_minor) == (
        100_000_00,
        300_000_50,
        1_200_000_00,
    )
    assert judged.effort == 40_000_00
