"""A long table of sliders: what is out of sight is spared, and is there and right once somebody comes to it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_sliders import amounts, sliders, until_kept

pytestmark = [pytest.mark.browser]

COUNT = 80


@pytest.fixture
def page(drawn: Callable[..., Page], tmp_path: Path) -> Page:
    page = drawn(sliders(tmp_path, names=COUNT), "allocation_sliders")
    page.get_by_label("Group by").select_option("nothing")
    expect(page.locator("tr[data-away]").first).to_be_attached()
    return page


def test_a_row_that_comes_into_sight_shows_what_it_has_by_then(page: Page) -> None:
    far = page.locator("tr[data-line='70']")
    assert far.get_attribute("data-away") is not None
    page.get_by_role("slider", name="Segment 000").focus()
    page.keyboard.press("End")
    until_kept(page)
    page.locator(".scroll").evaluate("(node) => { node.scrollTop = node.scrollHeight; }")
    expect(far).not_to_have_attribute("data-away", "")
    expect(far.locator("[data-part=change]")).to_contain_text("−$")
    shown = page.get_by_label("Segment 070, amount").input_value()
    assert round(float(shown.strip("$")) * 100) == page.evaluate("model.get('amounts')[70]")
    assert sum(amounts(page)) == 400_00 * COUNT


def test_tab_leads_through_every_row(page: Page) -> None:
    page.get_by_role("slider", name="Segment 000").focus()
    for n in range(COUNT):
        assert page.evaluate("document.activeElement.closest('tr').dataset.line") == str(n)
        expect(page.locator(f"tr[data-line='{n}'] [role=slider]")).to_be_focused()
        for _ in range(3):
            page.keyboard.press("Tab")
        # The row that the focus came to is in sight, and those around it follow.
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def test_what_is_typed_stays_while_its_row_is_out_of_sight(page: Page) -> None:
    field = page.get_by_label("Segment 003, amount")
    field.fill("52")
    scroll = page.locator(".scroll")
    scroll.evaluate("(node) => { node.scrollTop = node.scrollHeight; }")
    expect(page.locator("tr[data-line='0']")).to_have_attribute("data-away", "")
    page.keyboard.type("0")
    scroll.evaluate("(node) => { node.scrollTop = 0; }")
    assert field.input_value() == "520"
    page.keyboard.press("Enter")
    assert page.evaluate("model.get('amounts')[3]") == 520_00


def test_the_table_says_how_many_rows_it_has_and_what_its_parts_are(page: Page) -> None:
    table = page.get_by_role("table")
    assert table.get_attribute("aria-rowcount") == str(COUNT + 1)
    row = page.get_by_role("row").filter(has_text="Segment 002")
    expect(row.get_by_role("rowheader")).to_have_text("Segment 002")
    expect(row.get_by_role("cell")).to_have_count(6)
    expect(page.get_by_role("columnheader")).to_have_count(7)
