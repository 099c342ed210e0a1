"""The what-if as a person drives it, and what is in the plan afterwards."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from salesnb.actions.desk_file import FILE
from salesnb.actions.plan_session import PlanSession
from salesnb.planning import DealFate, Scenario, keep_scenario
from salesnb.widgets.what_if import WhatIfPanel
from salesnb.workspace import Workspace
from tests.actions.held_back import held_back
from tests.actions.test_what_if import sold

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)> " + "very long " * 12


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return sold(tmp_path_factory.mktemp("what_if_page"))


@pytest.fixture(autouse=True)
def nothing_supposed(workspace: Workspace) -> None:
    """What one test supposes is not there in the next."""
    (workspace.plans_dir / FILE).unlink(missing_ok=True)


@pytest.fixture(scope="module")
def panel(workspace: Workspace) -> WhatIfPanel:
    return WhatIfPanel(PlanSession(workspace, "q3"))


@pytest.fixture
def page(panel: WhatIfPanel, drawn: Callable[..., Page]) -> Page:
    panel.board.reset()
    panel.show()
    page = drawn(panel, "what_if")
    page.get_by_role("slider", name="Win rate").wait_for(timeout=120_000)
    return page


def large(page: Page, name: str) -> str:
    return page.get_by_role("region", name=re.compile(f"^{name}")).locator(".large").inner_text()


def test_a_slider_is_moved_by_keyboard_and_the_outlook_with_it(page: Page, panel: WhatIfPanel) -> None:
    was = large(page, "Outlook")
    assert large(page, "What if") == was
    slider = page.get_by_role("slider", name="Win rate")
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    expect(page.locator(".change")).to_contain_text("The outlook falls by $")
    expect(slider).to_be_focused()
    expect(slider).to_have_value("-5")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("; .* measured over 12 months"))
    assert panel.board.supposed.steps == {"win rate": -5}
    assert large(page, "Outlook") == was
    assert large(page, "What if") != was
    page.get_by_role("button", name="Reset Win rate").click()
    expect(page.locator(".change")).to_have_text("Move a driver or decide a deal.")
    assert large(page, "What if") == was
    expect(slider).to_have_value("0")


def test_a_slider_is_dragged_and_ends_where_it_is_let_go(page: Page, panel: WhatIfPanel) -> None:
    box = page.get_by_role("slider", name="Deal size").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    for part in range(20):
        page.mouse.move(box["x"] + box["width"] * (0.5 + part / 50), middle)
    page.mouse.up()
    slider = page.get_by_role("slider", name="Deal size")
    step = int(slider.input_value())
    assert step > 20
    expect(page.locator(".change")).to_contain_text("The outlook rises by $")
    page.wait_for_function(
        "() => window.model.get('shown').drivers[1].at === Number(document.getElementById('driver-deal-size').value)"
    )
    assert panel.board.supposed.steps == {"deal size": step}


def test_a_deal_is_lost_or_won_and_it_is_kept_as_a_scenario(page: Page, workspace: Workspace) -> None:
    deals = page.get_by_role("region", name="Largest open deals")
    boxes = deals.get_by_role("checkbox")
    expect(boxes).to_have_count(10)
    boxes.nth(0).click()
    expect(page.locator(".deals li").nth(0).locator(".fate")).to_have_text("lost")
    won = deals.get_by_role("button").nth(1)
    won.click()
    expect(won).to_have_attribute("aria-pressed", "true")
    name = page.get_by_label("Name")
    name.fill("Acme lost")
    boxes.nth(2).click()
    expect(page.locator(".deals li").nth(2).locator(".fate")).to_have_text("lost")
    expect(name).to_have_value("Acme lost")
    page.get_by_role("button", name="Keep as a scenario").click()
    expect(page.get_by_text("Kept as the scenario Acme lost")).to_be_visible()
    (kept,) = workspace.plans().load("q3").scenarios
    assert (kept.name, [one.fate for one in kept.fates]) == ("Acme lost", ["lost", "won", "lost"])
    page.get_by_role("button", name="Reset all").click()
    expect(boxes.nth(0)).to_be_checked()
    page.get_by_label("Set what a scenario supposes").select_option("Acme lost")
    expect(boxes.nth(0)).not_to_be_checked()
    expect(won).to_have_attribute("aria-pressed", "true")


def test_what_is_refused_is_said_and_a_hostile_name_is_text(page: Page, panel: WhatIfPanel) -> None:
    session = panel.session
    session.change(
        lambda plan: keep_scenario(
            plan, Scenario(id="h", name=HOSTILE, fates=(DealFate(deal="gone", name=HOSTILE, fate="lost"),))
        ),
        "A scenario",
    )
    page.evaluate("window.model.ask({})")
    page.get_by_label("Set what a scenario supposes").select_option(HOSTILE)
    expect(page.get_by_text("Not as it was kept")).to_contain_text("<img src=x onerror=alert(1)>")
    page.get_by_role("slider", name="Cycle").press("ArrowRight")
    page.get_by_label("Name").fill("   ")
    page.get_by_role("button", name="Keep as a scenario").click()
    expect(page.get_by_role("alert").filter(has_text="A scenario needs a name")).to_be_visible()
    assert page.locator("img").count() == 0


def test_another_sessions_save_moves_neither_focus_nor_what_is_supposed(
    page: Page, workspace: Workspace, panel: WhatIfPanel
) -> None:
    slider = page.get_by_role("slider", name="Win rate")
    slider.press("ArrowRight")
    expect(page.locator(".change")).to_contain_text("rises")
    hers = PlanSession(workspace, "q3")
    hers.author = "Bea"
    hers.change(lambda plan: keep_scenario(plan, Scenario(id="hers", name="Hers")), "Hers")
    panel.session.look()
    page.evaluate("window.model.ask({})")
    expect(slider).to_be_focused()
    expect(page.locator(".change")).to_contain_text("rises")


def test_it_fits_a_narrow_page_and_says_how_it_is_found(
    panel: WhatIfPanel, drawn: Callable[..., Page], barriers: Callable[..., list[str]]
) -> None:
    page = drawn(panel, "what_if", width=390, dark=True)
    page.get_by_role("slider", name="Win rate").wait_for(timeout=120_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_text("Method").click()
    expect(page.get_by_text("with the same random numbers as without it")).to_be_visible()
    assert barriers(page) == []


def test_drivers_are_moved_while_the_past_is_tried_and_the_chance_comes_by_itself(
    workspace: Workspace, drawn: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = WhatIfPanel(PlanSession(workspace, "q3"))
    with held_back(workspace, monkeypatch) as gate:
        page = drawn(panel, "what_if")
        now, then = (page.get_by_role("region", name=name) for name in (re.compile("^Outlook"), "What if"))
        expect(now).to_contain_text(
            "how far such outlooks were right on the past is being worked out", timeout=60_000
        )
        slider = page.get_by_role("slider", name="Win rate")
        slider.focus()
        page.keyboard.press("ArrowLeft")
        expect(page.locator(".change")).to_contain_text("The outlook falls by $")
        expect(then).to_contain_text("is being worked out")
        gate.set()
        for stand in (now, then):
            expect(stand).to_contain_text(re.compile(r"Chance to attain: \d+%"), timeout=60_000)
            expect(stand).not_to_contain_text("worked out")
    expect(slider).to_be_focused()
    expect(slider).to_have_value("-1")
    expect(page.locator(".change")).to_contain_text("the goal becomes less likely")
    panel.close()
