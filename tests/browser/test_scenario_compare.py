"""Scenarios side by side as a person works with them, and what is in the plan afterwards."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from salesnb.planning import Scenario, keep_scenario
from salesnb.widgets import ScenarioCompare
from tests.actions.test_scenario_board import compared

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)> " + "very long " * 12


@pytest.fixture
def compare(tmp_path: Path) -> ScenarioCompare:
    return ScenarioCompare(compared(tmp_path))


@pytest.fixture
def page(compare: ScenarioCompare, drawn: Callable[..., Page]) -> Page:
    return drawn(compare, "scenario_compare")


def stored(compare: ScenarioCompare) -> list[Scenario]:
    return list(compare.session.workspace.plans().load("fy18").scenarios)


def test_a_scenario_is_renamed_in_its_heading(page: Page, compare: ScenarioCompare) -> None:
    name = page.get_by_label("Name of Lean")
    name.fill("Lean year")
    name.press("Enter")
    expect(page.get_by_label("Name of Lean year")).to_have_value("Lean year")
    assert [one.name for one in stored(compare)] == ["Lean year", "High"]
    name = page.get_by_label("Name of Lean year")
    name.fill("High")
    name.press("Tab")
    expect(page.get_by_role("alert").filter(has_text="Another scenario is called 'High'")).to_be_visible()
    assert [one.name for one in stored(compare)] == ["Lean year", "High"]


def test_a_scenario_is_copied_removed_and_made_the_plan(page: Page, compare: ScenarioCompare) -> None:
    page.get_by_role("button", name="Duplicate: Lean").click()
    expect(page.get_by_label("Name of Lean (copy)")).to_be_visible()
    page.get_by_role("button", name="Remove: High").click()
    expect(page.get_by_label("Name of High")).to_have_count(0)
    page.get_by_role("button", name="Make it the plan: Lean", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="The plan takes what Lean demands")).to_be_visible()
    plan = compare.session.workspace.plans().load("fy18")
    assert plan.resources[0].total == 80_000_00
    assert [one.name for one in plan.scenarios] == ["Lean", "Lean (copy)"]


def test_a_target_is_typed_and_what_cannot_be_read_is_said(page: Page, compare: ScenarioCompare) -> None:
    target = page.get_by_label("Target of Lean")
    expect(target).to_have_value("$300,000")
    target.fill("about a lot")
    target.press("Tab")
    expect(page.get_by_role("alert").filter(has_text="is not a number")).to_be_visible()
    target.fill("1.2m")
    target.press("Tab")
    expect(page.get_by_text("Target of won amount: $1,200,000 instead of $300,000.")).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text="is not a number")).to_have_count(0)
    expect(target).to_have_value("$1,200,000")
    assert stored(compare)[0].targets[0].target == 1_200_000_00


def test_allocations_are_compared_beside(page: Page, barriers: Callable[..., list[str]]) -> None:
    page.get_by_role("button", name="Compare allocations").click()
    row = page.get_by_role("row", name="Against the plan")
    expect(row.get_by_role("cell").nth(1)).to_contain_text("-$")
    expect(page.get_by_text("Having been picked as the best of 2")).to_be_visible()
    assert barriers(page) == []


def test_a_hostile_name_is_text_and_many_scenarios_scroll_within(
    compare: ScenarioCompare, drawn: Callable[..., Page]
) -> None:
    for number in range(6):
        text = f"{number} {HOSTILE}"
        compare.session.change(
            lambda plan, text=text: keep_scenario(plan, Scenario(id=text, name=text, text=text)), "More"
        )
    page = drawn(compare, "scenario_compare", dark=True)
    expect(page.get_by_label(f"Name of 5 {HOSTILE}".strip())).to_be_attached()
    assert page.locator("img").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_what_is_typed_is_kept_while_somebody_else_saves(page: Page, compare: ScenarioCompare) -> None:
    name = page.get_by_label("Name of Lean")
    name.click()
    name.press("End")
    name.press_sequentially(" and me")
    hers = compared_again(compare)
    hers.change(lambda plan: keep_scenario(plan, Scenario(id="Hers", name="Hers")), "Hers")
    compare.session.look()
    page.evaluate("window.model.ask({})")
    expect(page.get_by_label("Name of Hers")).to_be_visible()
    expect(name).to_be_focused()
    expect(name).to_have_value("Lean and me")


def compared_again(compare: ScenarioCompare):
    from salesnb.actions.plan_session import PlanSession

    session = PlanSession(compare.session.workspace, "fy18")
    session.author = "Bea"
    return session
