"""A KPI is built in a form as a person does it: with the keyboard alone, while answers come late, with hostile names."""

import os
import re
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from salesnb.kpis.definition import Definition
from salesnb.widgets import KpiBuilder
from tests.actions.test_kpi_builder import BIG, imported, workspace  # noqa: F401 -- fixtures

pytestmark = pytest.mark.browser

NAMED = """() => {
  const one = document.activeElement;
  return one.getAttribute("aria-label") ?? one.labels?.[0]?.textContent ?? one.textContent;
}"""


def reach(page: Page, name: str) -> None:
    """Go on with the Tab key until a control of that name has the focus."""
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(NAMED))
        if seen[-1] == name:
            return
    pytest.fail(f"{name} cannot be reached: {seen}")


def test_a_kpi_is_built_and_promoted_with_the_keyboard_alone(drawn, workspace):  # noqa: F811
    page = drawn(KpiBuilder(workspace), "kpi_builder")
    keys = page.keyboard
    reach(page, "What it is")
    keys.type("Number of d")
    reach(page, "Add a condition")
    keys.press("Enter")
    assert page.evaluate(NAMED) == "Subject of condition 1"
    keys.type("amount")
    reach(page, "Comparison of condition 1")
    keys.type("at l")
    reach(page, "Value of condition 1")
    keys.type("300")
    reach(page, "Label")
    keys.type("Big wins")
    reach(page, "and by")
    keys.type("rep")
    reach(page, "Who answers for it")
    keys.type("Ann Meyer")
    reach(page, "Add a figure")
    keys.press("Enter")
    assert page.evaluate(NAMED) == "Period of figure 1"
    keys.type("2026-03")
    keys.press("Tab")
    keys.type("2")
    expect(page.locator(".preview .figure")).to_have_text("2")
    expect(page.locator(".preview tbody tr").first).to_contain_text("Ann")
    reach(page, "Promote")
    keys.press("Enter")
    expect(page.locator(".verdict")).to_have_text(
        "big_wins is certified now: kpis/big_wins.toml, version 1.", timeout=60_000
    )
    expect(page.locator(".checks li.passed")).to_have_count(10)
    assert page.evaluate(NAMED) == "Promote"
    kept = Definition.from_toml((workspace.kpis_dir / "big_wins.toml").read_text(), where="")
    assert (kept.expression, kept.where, kept.unit) == ("count(where won)", "amount >= 300", "count")
    assert (kept.label, kept.owner, kept.expected[0].value) == ("Big wins", "Ann Meyer", "2")
    told = subprocess.run(
        [sys.executable, "-m", "salesnb", "-C", str(workspace.root), "kpi", "query", "big_wins", "--format", "csv"],
        capture_output=True, text=True, check=True, env=dict(os.environ),
    )  # fmt: skip
    assert told.stdout.split() == ["big_wins", "2"]


def test_values_that_there_are_are_found_and_taken(drawn, workspace):  # noqa: F811
    widget = KpiBuilder(workspace)
    page = drawn(widget, "kpi_builder")
    page.get_by_role("button", name="Add a condition").click()
    page.get_by_label("Subject of condition 1").select_option("rep")
    expect(page.get_by_label("Bob 3")).to_be_visible()
    # What is picked is not whole yet: that is said beside it, and the last good figure stays.
    expect(page.get_by_role("group", name="Condition 1", exact=True).get_by_role("alert")).to_have_text(
        "Pick or type a value."
    )
    expect(page.locator(".preview.old .figure")).to_have_text("$1K")
    expect(page.get_by_text("this is the last that could")).to_be_visible()
    page.get_by_label("Bob 3").press("Space")
    expect(page.get_by_label("Bob 3")).to_be_focused()
    expect(page.locator(".preview:not(.old) .figure")).to_have_text("$0")
    finder = page.get_by_label(re.compile("Find or type a value"))
    finder.fill("an")
    finder.press("Enter")
    expect(page.locator(".preview:not(.old) .figure")).to_have_text("$1K")
    assert widget.value.where == "rep in ('Bob', 'Ann')"
    finder.fill("Cid")
    finder.press("Enter")
    expect(page.locator(".condition [role=alert]")).to_contain_text("Cid")
    assert widget.value.where == "rep in ('Bob', 'Ann')"
    page.get_by_label("Cid").press("Space")
    expect(finder).to_be_focused()
    page.get_by_role("button", name="Remove condition 1").press("Enter")
    expect(page.get_by_role("button", name="Add a condition")).to_be_focused()
    expect(page.locator("pre").first).not_to_contain_text("where=")


def test_late_answers_neither_pile_up_nor_take_back_what_is_typed(drawn, workspace):  # noqa: F811
    page = drawn(KpiBuilder(workspace), "kpi_builder")
    page.evaluate(
        """() => {
          window.sent = [];
          const ask = window.model.ask.bind(window.model);
          window.model.ask = (message) => window.sent.push(message.send);
          window.answer = () => Promise.all(window.sent.splice(0).map((send) => ask({ send })));
        }"""
    )
    label = page.get_by_label("Label", exact=True)
    label.press_sequentially("Big w", delay=20)
    page.wait_for_function("window.sent.length > 0")
    label.press_sequentially("ins of", delay=20)
    page.wait_for_timeout(600)
    # One question is open; those of the keys in between were not asked.
    assert page.evaluate("window.sent.map((one) => one.picks.label)") == ["Big w"]
    page.evaluate("window.answer()")
    expect(label).to_have_value("Big wins of")
    page.wait_for_function("window.sent.length > 0")
    assert page.evaluate("window.sent.map((one) => one.picks.label)") == ["Big wins of"]
    page.evaluate("window.answer()")
    expect(page.get_by_placeholder("big_wins_of")).to_be_visible()
    expect(label).to_have_value("Big wins of")
    # An answer to an older question changes nothing.
    page.evaluate(
        "window.model.take({ shown: { ...window.model.get('shown'), asked: [window.model.get('shown').asked[0], 1], picks: {} } })"
    )
    expect(label).to_have_value("Big wins of")


def test_a_hostile_name_is_text(drawn, workspace):  # noqa: F811
    hostile = "<img src=x onerror=\"document.title='gone'\">" * 3
    widget = KpiBuilder(workspace)
    page = drawn(widget, "kpi_builder")
    page.get_by_label("Label", exact=True).fill(hostile)
    expect(page.locator(".preview .title")).to_contain_text(hostile)
    page.get_by_label("Name", exact=True).fill("../../evil")
    expect(page.get_by_role("alert").filter(has_text="cannot be the name of a KPI")).to_be_visible()
    page.get_by_role("button", name="Promote").click()
    expect(page.get_by_role("alert").filter(has_text="It is not whole yet")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("fine_name")
    page.get_by_role("button", name="Keep as a draft").click()
    expect(page.locator(".verdict")).to_contain_text("fine_name is a draft now", timeout=60_000)
    assert page.title() == "Widget"
    assert page.locator("img").count() == 0
    assert [path.name for path in workspace.kpis_dir.glob("*.toml")] == ["fine_name.toml"]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_kpi_of_the_workspace_is_opened_and_changed(drawn, workspace):  # noqa: F811
    first = KpiBuilder(workspace).builder
    first.pick(BIG)
    first.promote()
    widget = KpiBuilder(workspace)
    page = drawn(widget, "kpi_builder", dark=True)
    page.get_by_label("Edit a KPI of the workspace").select_option("big_wins")
    expect(page.get_by_label("Value of condition 1")).to_have_value("300")
    expect(page.get_by_text("KPI big_wins", exact=True)).to_be_visible()
    page.get_by_label("Value of condition 1").fill("much")
    expect(page.locator(".condition [role=alert]")).to_contain_text("'much' is not a number")
    page.get_by_label("Value of condition 1").fill("500")
    page.get_by_label("Value of figure 1").fill("2")
    page.get_by_role("button", name="Promote").click()
    expect(page.locator(".checks li.failed")).to_contain_text("it should be 2 and is 1", timeout=60_000)
    expect(page.locator(".verdict")).to_contain_text("Nothing was written")
    page.get_by_label("Value of figure 1").fill("1")
    page.get_by_role("button", name="Promote").click()
    expect(page.locator(".verdict")).to_contain_text(
        "certified now: kpis/big_wins.toml, version 2", timeout=60_000
    )
    page.get_by_label("What it is", exact=True).select_option("formula")
    expect(page.get_by_label("Expression")).to_have_value("count(where won)")
    page.get_by_label("Only deals where").fill("")
    page.get_by_label("Expression").fill("count(where won) / won_cont")
    expect(page.locator(".field.bad")).to_contain_text("There is no KPI 'won_cont'")
