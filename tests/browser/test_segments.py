"""Choosing segments as a person does: ticking, searching, naming, weighing, sorting; the screen and the plan's file."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from salesnb.actions.plan_session import PlanSession
from salesnb.actions.segment_picking import SegmentPicking
from salesnb.planning import Condition, add_segment
from salesnb.widgets.segment_filters import SegmentFilters
from salesnb.widgets.segment_table import SegmentScoring
from salesnb.workspace import Workspace
from tests.actions.segment_sample import MARKUP, RIGHT_TO_LEFT, workspace_of_deals

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return workspace_of_deals(tmp_path_factory.mktemp("segments") / "ws").root


@pytest.fixture
def picking(sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SegmentPicking:
    monkeypatch.setenv("JUPYTERHUB_USER", "Ann")
    folder = tmp_path / "ws"
    shutil.copytree(sample, folder)
    return SegmentPicking(PlanSession(Workspace.open(folder), "fy18"))


def kept(picking: SegmentPicking) -> dict:
    """The plan's file."""
    return json.loads(picking.session.workspace.plans().path("fy18").read_text("utf-8"))


def names(picking: SegmentPicking) -> list[str]:
    return [one["name"] for one in kept(picking)["segments"]]


def count_of(page: Page, dimension: str, value: str) -> int:
    row = page.get_by_role("region", name=dimension, exact=True).get_by_role("row").filter(has_text=value)
    return int(row.get_by_role("cell").nth(1).inner_text().replace(",", ""))


def test_a_tick_narrows_all_other_lists_and_a_named_filter_is_in_the_plan(
    drawn: Callable, picking: SegmentPicking
) -> None:
    page = drawn(SegmentFilters(picking), "segment_filters")
    before = {name: count_of(page, "team", name) for name in ("North", "South", "Coast")}
    page.get_by_role("checkbox", name="partner").check()
    page.get_by_role("button", name="source: partner").wait_for()
    after = {name: count_of(page, "team", name) for name in before}
    assert all(0 < after[name] < before[name] for name in before)
    # Its own list is not narrowed, so that a second value can be judged before it is ticked.
    assert count_of(page, "source", "event") > 0
    tick = page.get_by_role("checkbox", name="North", exact=True)
    tick.focus()
    page.keyboard.press("Space")
    expect(tick).to_be_checked()
    expect(tick).to_be_focused()
    total = page.get_by_role("status").locator("strong").nth(1)
    expect(total).to_have_text(str(after["North"]))
    assert picking.total().deals == after["North"]
    page.get_by_role("textbox", name="Name of the segment").fill("Partners, north")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Name of the segment")).to_have_value("")
    assert kept(picking)["segments"][0]["conditions"] == [
        {"dimension": "source", "values": ["partner"]},
        {"dimension": "team", "values": ["North"]},
    ]
    page.get_by_role("button", name="team: North").click()
    expect(tick).not_to_be_checked()
    page.get_by_role("button", name="Clear all").click()
    page.get_by_text("All deals.").wait_for()
    assert count_of(page, "team", "South") == before["South"]


def test_a_refused_name_stays_where_it_was_typed(drawn: Callable, picking: SegmentPicking) -> None:
    page = drawn(SegmentFilters(picking), "segment_filters")
    page.get_by_role("button", name="Each a segment by team").click()
    page.get_by_role("checkbox", name="event").check()
    field = page.get_by_role("textbox", name="Name of the segment")
    field.fill("North")
    page.get_by_role("button", name="Save as segment").click()
    page.get_by_role("alert").filter(has_text="There is a segment 'North' already").wait_for()
    expect(field).to_have_value("North")
    # Somebody else's save draws all anew; what is being typed stays, and the focus too.
    field.fill("North by events")
    hers = PlanSession(picking.session.workspace, "fy18")
    hers.change(
        lambda plan: add_segment(plan, "Hers", (Condition(dimension="team", values=("South",)),)), "x"
    )
    picking.session.look()
    page.evaluate("window.model.ask({})")
    expect(field).to_have_value("North by events")
    expect(field).to_be_focused()
    page.keyboard.press("Enter")
    expect(field).to_have_value("")
    assert names(picking) == ["Coast", "North", "South", "Hers", "North by events"]


def test_odd_values_are_shown_as_text_and_searched(drawn: Callable, picking: SegmentPicking) -> None:
    page = drawn(SegmentFilters(picking), "segment_filters")
    box = page.get_by_role("region", name="industry", exact=True)
    expect(box.get_by_text(MARKUP)).to_be_visible()
    expect(box.get_by_text(RIGHT_TO_LEFT)).to_be_visible()
    for name in (MARKUP, "two lines", "(none)"):
        box.get_by_role("checkbox", name=name).check()
    page.get_by_role("button", name="industry: ").filter(has_text="<img src=x").wait_for()
    assert page.title() == "Widget"
    assert page.locator("img").count() == 0
    page.get_by_text("More to filter by: account").click()
    page.get_by_role("searchbox", name="Search account").fill("account 13")
    expect(page.get_by_role("region", name="account", exact=True).get_by_role("checkbox")).to_have_count(1)
    page.get_by_role("checkbox", name="Account 13").check()
    # What was opened stays open when all is drawn anew.
    expect(page.get_by_role("checkbox", name="Account 13")).to_be_visible()
    page.get_by_role("button", name="Save as segment").click()
    page.get_by_text("Name of the segment").wait_for()
    assert kept(picking)["segments"][0]["conditions"][0] == {
        "dimension": "industry",
        "values": [MARKUP, "two\nlines", ""],
    }


def test_the_table_is_sorted_weighed_and_kept(drawn: Callable, picking: SegmentPicking) -> None:
    picking.each("team")
    page = drawn(SegmentScoring(picking), "segment_table")
    rows = page.locator("tbody th button.open bdi")
    assert rows.all_inner_texts()[0] == "Coast"
    score = page.get_by_role("columnheader").filter(has_text="Score")
    expect(score).to_have_attribute("aria-sort", "descending")
    page.get_by_role("button", name="Segment", exact=True).click()
    page.get_by_role("button", name="Segment", exact=True).click()
    assert rows.all_inner_texts() == ["South", "North", "Coast"]
    expect(score).to_have_attribute("aria-sort", "none")
    page.get_by_role("button", name="Win rate").press("Enter")
    assert rows.all_inner_texts() == ["North", "Coast", "South"]
    weight = page.get_by_role("textbox", name="Weight of growth")
    weight.fill("two")
    page.keyboard.press("Tab")
    page.get_by_role("alert").filter(has_text='"two" is not a number').wait_for()
    expect(weight).to_have_value("two")
    weight.fill("2.5")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="not a number")).to_have_count(0)
    kept_weights = {one["criterion"]: one["value"] for one in kept(picking)["assumptions"]["segment_weights"]}
    assert kept_weights["growth"] == 2.5
    assert kept_weights["size"] == 1
    weight.fill("-3")
    page.keyboard.press("Enter")
    page.get_by_role("alert").filter(has_text="The weight of growth is -3").wait_for()
    expect(page.get_by_role("img").first).to_have_accessible_name(re.compile("Won by month"))


def test_a_segment_is_renamed_brought_in_and_only_then_not_removed(
    drawn: Callable, picking: SegmentPicking
) -> None:
    picking.each("team")
    page = drawn(SegmentScoring(picking), "segment_table")
    page.get_by_role("button", name="North").click()
    page.get_by_text("Not in the allocation").wait_for()
    page.get_by_role("textbox", name="Name", exact=True).fill(MARKUP)
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("button", name=MARKUP)).to_have_attribute("aria-expanded", "true")
    assert MARKUP in names(picking)
    page.get_by_role("button", name="Bring into the allocation").click()
    page.get_by_text("In the allocation: budget").wait_for(timeout=30_000)
    assert [one["segment"] for one in kept(picking)["response_curves"]] == ["North"]
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("alert").filter(has_text="it has a response curve for budget").wait_for()
    page.get_by_role("button", name="Take out of the allocation").click()
    page.get_by_text("Not in the allocation").wait_for()
    page.get_by_text("or answer three questions").click()
    page.get_by_label("How much it has").fill("some")
    page.get_by_role("button", name="Bring in with these answers").click()
    page.get_by_role("alert").filter(has_text='"some" is not a number').wait_for()
    expect(page.get_by_label("How much it has")).to_have_value("some")
    for label, text in (
        ("How much it has", "500"),
        ("What it sells with nothing", "10000"),
        ("What it sells with as much", "900,000"),
    ):
        page.get_by_label(label).fill(text)
    page.get_by_role("button", name="Bring in with these answers").click()
    page.get_by_text("In the allocation: budget").wait_for()
    assert kept(picking)["response_curves"][0]["judgement"]["saturated_minor"] == 900_000_00


def test_segments_are_picked_by_keyboard_and_what_they_share_is_told(
    drawn: Callable, picking: SegmentPicking
) -> None:
    picking.each("team")
    picking.each("source")
    page = drawn(SegmentScoring(picking), "segment_table")
    page.get_by_text("6 pairs share deals").wait_for()
    for name in ("North", "partner"):
        page.get_by_role("checkbox", name=f"Pick {name}").focus()
        page.keyboard.press("Space")
    page.get_by_text("1 pair shares deals").wait_for()
    expect(page.get_by_role("heading", name="What the picked segments cover")).to_be_visible()
    shared = page.get_by_role("table").filter(has_text="In two segments at once")
    expect(shared.get_by_role("rowheader")).to_have_text(["North and partner"])
    gap = page.get_by_title("Filter by it").first
    gap.click()
    assert picking.filters != {}
    picking.remove("partner")
    assert picking.chosen == {"North", "partner"}


@pytest.mark.parametrize("dark", [False, True])
def test_both_pages_are_accessible(drawn: Callable, picking: SegmentPicking, dark: bool) -> None:
    picking.each("team")
    picking.each("source")
    picking.toggle("team", 0)
    scoring = SegmentScoring(picking)
    scoring._handle_custom_msg({"do": "look", "segment": "North"}, [])
    for widget, name in ((SegmentFilters(picking), "segment_filters"), (scoring, "segment_table")):
        page = drawn(widget, name, dark=dark)
        unnamed = page.evaluate(
            "[...document.querySelectorAll('button, input, select')].filter((one) => !(one.textContent.trim() ||"
            " one.ariaLabel || one.labels?.length)).map((one) => one.outerHTML)"
        )
        assert unnamed == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
