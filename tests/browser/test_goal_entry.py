"""The goals of a session as a person enters them: typed, dragged, locked; the screen and the plan's file agree."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from salesnb.actions import goal_entry
from salesnb.actions.goal_prospects import Prospect
from salesnb.outlook.gauge import Gauge
from salesnb.planning import Objective, Plan
from salesnb.widgets import GoalEntry
from salesnb.widgets.assets import script
from tests.actions.test_goal_entry import EVEN, made, planned, tree

pytestmark = pytest.mark.browser

VECTORS = Path(__file__).parents[1] / "vectors"
HOSTILE = "<img src=x onerror=document.title='pwned'> " + "very long " * 30


@pytest.fixture(autouse=True)
def even(monkeypatch: pytest.MonkeyPatch) -> None:
    """An outlook that is known: any total between $200,000 and $400,000 is as likely as another."""
    known = Prospect(gauge=EVEN, last_year=240_000_00, last_year_period="2016-Q4", views="two views")
    monkeypatch.setattr(goal_entry, "prospect_of", lambda *_: known)
    monkeypatch.setattr(goal_entry, "cause_words", lambda *_: "Its biggest cause is the deal size.")
    monkeypatch.setattr("salesnb.actions.plan_session.PlanSession.outlook", lambda *_: None)


@pytest.fixture
def widget(tmp_path: Path) -> GoalEntry:
    return GoalEntry(made(tmp_path), "fy18")


def kept(widget: GoalEntry) -> Plan:
    return widget.session.workspace.plans().load("fy18")


def dial(page: Page) -> Any:
    return page.get_by_role("meter", name="Probability of attaining the target")


def test_the_pages_chances_are_the_kernels(visit: Callable[..., Any], tmp_path: Path) -> None:
    cases = json.loads((VECTORS / "gauge.json").read_text())["cases"]
    page = tmp_path / "vectors.html"
    page.write_text(
        f"<!doctype html><title>.</title><script type=module>{script('chances')}\n"
        "window.chanceOf = chanceOf; window.reachable = reachable;</script>"
    )
    opened = visit(page.as_uri())
    for case in cases:
        places, totals = zip(*case["knots"], strict=True)
        gauge = {
            **{name: case[name] for name in ("enough", "base", "toDate")},
            "quantiles": np.interp(np.arange(500), places, totals).tolist(),
        }
        for target, probability, rate in case["chances"]:
            found = opened.page.evaluate("([g, t]) => chanceOf(g, t)", [gauge, target])
            expected = {"probability": probability, "baseRate": rate}
            assert found == pytest.approx(expected, abs=1e-12), (case["name"], target)
        for share, target in case["reachable"]:
            found = opened.page.evaluate("([g, p]) => reachable(g, p)", [gauge, share])
            assert found == pytest.approx(target, rel=1e-12, abs=1e-9), (case["name"], share)
    assert opened.errors == []


def test_the_gauge_moves_while_a_number_is_typed_and_enter_keeps_it(
    drawn: Callable, widget: GoalEntry
) -> None:
    page = drawn(widget, "goal_entry")
    expect(dial(page)).to_have_attribute("aria-valuetext", "50 %, hard, and within reach")
    field = page.get_by_label("Target", exact=True).first
    expect(field).to_have_value("$300,000")
    field.press("Control+a")
    field.press_sequentially("0.25m")
    expect(dial(page)).to_have_attribute("aria-valuetext", "75 %, hard, and within reach")
    expect(page.get_by_role("row", name="Last year, 2016-Q4")).to_contain_text("target +4.2 %")
    assert kept(widget).goals[0].target == 300_000_00
    field.press("Enter")
    expect(page.get_by_role("row", name="Won amount 2017-Q4")).to_contain_text("$250,000")
    assert kept(widget).goals[0].target == 250_000_00
    field.press("Control+a")
    field.press_sequentially("390000")
    field.press("Escape")
    expect(field).to_have_value("$250,000")
    expect(dial(page)).to_have_attribute("aria-valuetext", "75 %, hard, and within reach")
    assert kept(widget).revision == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1,2 Mio", "could be read in two ways"),
        ("many", "is not a number"),
        ("-5", "is below zero"),
        ("1.239", "more decimals than USD has"),
    ],
)
def test_what_is_no_target_is_said_beside_it_and_the_last_one_stays(
    drawn: Callable, widget: GoalEntry, text: str, words: str
) -> None:
    page = drawn(widget, "goal_entry")
    expect(dial(page)).to_be_visible()
    field = page.get_by_label("Target", exact=True).first
    field.fill(text)
    field.press("Enter")
    expect(page.locator(".form").get_by_role("alert")).to_contain_text(words)
    page.get_by_label("Owner", exact=True).focus()
    expect(field).to_have_value("$300,000")
    expect(dial(page)).to_have_attribute("aria-valuetext", "50 %, hard, and within reach")
    assert kept(widget).revision == 1


def test_a_german_reader_types_millions(drawn: Callable, tmp_path: Path) -> None:
    widget = GoalEntry(made(tmp_path, locale="de_DE"), "fy18")
    page = drawn(widget, "goal_entry")
    field = page.get_by_label("Target", exact=True).first
    field.fill("1,2 Mio")
    field.press("Enter")
    expect(page.get_by_role("row", name="Won amount 2017-Q4")).to_contain_text("1.200.000")
    assert kept(widget).goals[0].target == 1_200_000_00


def test_the_target_is_dragged_and_moved_by_keys(drawn: Callable, widget: GoalEntry) -> None:
    page = drawn(widget, "goal_entry")
    slider = page.get_by_role("slider", name="Target")
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.5, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, middle, steps=6)
    before = dial(page).get_attribute("aria-valuenow")
    assert kept(widget).revision == 1
    page.mouse.up()
    expect(page.get_by_role("row", name="Won amount 2017-Q4")).not_to_contain_text("$300,000")
    target = kept(widget).goals[0].target
    assert kept(widget).revision == 2
    assert target % 100 == 0
    assert before == str(round(100 * EVEN.chance(target).probability))
    slider.focus()
    for _ in range(3):
        slider.press("ArrowRight")
    slider.press("PageDown")
    page.wait_for_function("target => window.model.state.shown.goal.target < target", arg=target)
    assert kept(widget).revision == 3
    assert kept(widget).goals[0].target < target


def test_a_level_is_taken_and_an_unlikely_goal_says_why_and_what_is_reachable(
    drawn: Callable, widget: GoalEntry
) -> None:
    page = drawn(widget, "goal_entry")
    page.get_by_role("button", name="Commit, 90 %").click()
    expect(dial(page)).to_have_attribute("aria-valuenow", "90")
    page.wait_for_function("window.model.state.shown.goal.target === 22000000")
    field = page.get_by_label("Target", exact=True).first
    field.fill("390000")
    expect(page.get_by_text("Unlikely: 5 %.")).to_contain_text("Its biggest cause is the deal size.")
    page.get_by_label("Reachable with a chance of").select_option("0.8")
    page.locator("[data-level=reachable]").click()
    expect(dial(page)).to_have_attribute("aria-valuenow", "80")
    page.wait_for_function("window.model.state.shown.goal.target === 24000000")
    assert kept(widget).goals[0].target == 240_000_00


def test_a_quota_is_typed_locked_with_a_reason_and_freed(drawn: Callable, widget: GoalEntry) -> None:
    page = drawn(widget, "goal_entry")
    east = page.get_by_label("East, quota")
    east.fill("200k")
    east.press("Tab")
    expect(page.get_by_label("West, quota")).to_have_value("$100,000")
    page.get_by_label("Why East is locked").fill("agreed with Bea")
    page.get_by_label("Why East is locked").press("Enter")
    page.wait_for_function("window.model.state.shown.goal.tree.rows[1].lock?.why === 'agreed with Bea'")
    quota = {one.id: one for one in kept(widget).quotas}
    assert (quota["East"].amount, quota["East"].lock.why) == (200_000_00, "agreed with Bea")
    assert quota["West"].amount == 100_000_00
    west = page.get_by_label("West, quota")
    west.fill("150000")
    west.press("Enter")
    said = page.locator(".saying").get_by_role("alert")
    expect(said).to_contain_text("50,000 too much")
    expect(west).to_have_value("150000")
    page.get_by_label("West rep 1, commits to").click()
    expect(west).to_have_value("$100,000")
    page.get_by_role("button", name="Unlock East").click()
    expect(page.get_by_label("East, quota")).to_have_value("$150,000")
    expect(said).to_have_count(0)


def test_commitments_are_typed_and_an_empty_one_is_not_zero(drawn: Callable, widget: GoalEntry) -> None:
    page = drawn(widget, "goal_entry")
    first, second = (page.get_by_label(f"East rep {n}, commits to") for n in (1, 2))
    first.fill("70k")
    first.press("Tab")
    second.fill("0")
    second.press("Tab")
    row = page.locator("tr[data-node=East]")
    expect(row).to_contain_text("$70,000 2 of 2")
    expect(row).to_contain_text("−$80,000")
    expect(second).to_have_value("$0")
    second.fill("")
    second.press("Tab")
    expect(row).to_contain_text("$70,000 1 of 2")
    expect(row).not_to_contain_text("−$80,000")
    said = {one.node: one.amount for one in kept(widget).commitments}
    assert said == {"rep:East1": 70_000_00, "rep:East2": None}


def test_objectives_are_stated_and_the_goal_serves_another(drawn: Callable, widget: GoalEntry) -> None:
    page = drawn(widget, "goal_entry")
    page.get_by_label("Another objective").fill(HOSTILE)
    page.get_by_label("Another objective").press("Enter")
    expect(page.get_by_text("No goal serves the objective")).to_be_visible()
    page.locator("#goal-objective").select_option("objective-1")
    expect(page.get_by_text("No goal serves the objective 'Grow in the West'")).to_be_visible()
    page.get_by_role("button", name="Drop Grow in the West").click()
    expect(page.get_by_label("Objective", exact=True).first).to_have_value(HOSTILE.strip())
    assert [one.text for one in kept(widget).objectives] == [HOSTILE.strip()]
    assert kept(widget).goals[0].objective == "objective-1"
    assert page.title() == "Widget"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_is_being_typed_stays_when_somebody_else_saves(drawn: Callable, widget: GoalEntry) -> None:
    page = drawn(widget, "goal_entry")
    owner = page.get_by_label("Owner", exact=True)
    owner.fill("Cy in the making")
    other = GoalEntry(widget.session.workspace, "fy18")
    other.model.set_target("320000")
    widget.session.look()
    page.evaluate("window.model.send({do: 'select', at: 'goals', goal: 'won_amount', n: 1})")
    expect(page.get_by_label("Target", exact=True).first).to_have_value("$320,000")
    expect(owner).to_be_focused()
    expect(owner).to_have_value("Cy in the making")


def test_without_enough_history_there_is_a_range_and_no_gauge(
    drawn: Callable, widget: GoalEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = Gauge(outcome=EVEN.outcome, origins=5, base_rates=None, to_date=0)
    monkeypatch.setattr(goal_entry, "prospect_of", lambda *_: Prospect(gauge=few))
    page = drawn(widget, "goal_entry")
    expect(page.get_by_text("No probability is shown: not enough history: 5 of the 8")).to_be_visible()
    expect(page.get_by_text("$220,000 to $380,000 in 80 of 100 cases")).to_be_visible()
    expect(dial(page)).to_have_count(0)


def test_a_thousand_nodes_start_at_the_regions_and_are_opened_by_keyboard(
    drawn: Callable, tmp_path: Path
) -> None:
    widget = GoalEntry(made(tmp_path, planned(tree(10, 99))), "fy18")
    page = drawn(widget, "goal_entry")
    rows = page.locator(".tree tbody tr")
    expect(rows).to_have_count(11)
    east = page.locator("tr[data-node=East]").get_by_role("button", name="East", exact=False).first
    expect(east).to_have_attribute("aria-expanded", "false")
    east.press("Enter")
    expect(rows).to_have_count(110)
    page.get_by_role("button", name="rep", exact=True).click()
    expect(rows).to_have_count(1001)
    field = page.get_by_label("East rep 7, quota")
    field.fill("20000")
    field.press("Tab")
    expect(page.locator("tr[data-node='rep:East7'] .reason")).to_have_value("set by hand")
    quotas = {one.id: one for one in kept(widget).quotas}
    assert quotas["rep:East7"].amount == 20_000_00
    assert sum(one.amount for one in quotas.values() if one.parent == "East") == quotas["East"].amount
    page.get_by_role("button", name="region", exact=True).click()
    expect(rows).to_have_count(11)


def test_the_tab_can_be_walked_by_keyboard_and_every_control_has_a_name(
    drawn: Callable, widget: GoalEntry
) -> None:
    page = drawn(widget, "goal_entry", dark=True)
    expect(dial(page)).to_be_visible()
    nameless = page.evaluate(
        """[...document.querySelectorAll('input, button, select, [role=slider]')].filter((one) =>
            !(one.getAttribute('aria-label') || one.textContent.trim() ||
              document.querySelector(`label[for="${one.id}"]`))).map((one) => one.outerHTML)"""
    )
    assert nameless == []
    seen = []
    for _ in range(14):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.id")
        )
    assert seen[:3] == ["Objective", "Owner of Grow in the West", "Drop Grow in the West"]
    assert {"goal-target", "goal-period", "goal-owner", "goal-objective", "Target"} <= set(seen)


def test_a_hostile_name_is_text(drawn: Callable, tmp_path: Path) -> None:
    objectives = [Objective(id="grow", text=HOSTILE.strip(), owner=HOSTILE.strip())]
    widget = GoalEntry(made(tmp_path, planned(objectives=objectives)), "fy18")
    widget.model.set_owner(HOSTILE)
    widget.show()
    page = drawn(widget, "goal_entry")
    expect(dial(page)).to_be_visible()
    assert page.locator("img").count() == 0
    assert page.title() == "Widget"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
