"""Calls as a person makes them, and what is kept afterwards."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from salesnb.actions.call_file import FILE, read_calls
from salesnb.widgets import Calls
from salesnb.workspace import Workspace
from tests.actions.test_what_if import sold

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)> " + "very long " * 12


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return sold(tmp_path_factory.mktemp("calls_page"))


@pytest.fixture(scope="module")
def calls(workspace: Workspace) -> Calls:
    return Calls(workspace, "q3")


@pytest.fixture
def page(calls: Calls, workspace: Workspace, drawn: Callable[..., Page]) -> Page:
    (workspace.plans_dir / FILE).unlink(missing_ok=True)
    calls.board.read()
    calls.show()
    page = drawn(calls, "calls")
    expect(page.locator("tbody").first).to_contain_text(" to $", timeout=120_000)
    return page


def node(calls: Calls) -> str:
    return str(calls.shown["lines"][1]["name"])


def test_a_call_is_typed_and_kept_with_enter(
    page: Page, calls: Calls, workspace: Workspace, barriers: Callable[..., list[str]]
) -> None:
    name = node(calls)
    page.get_by_label(f"Whose call of {name}").fill("Ann")
    page.get_by_label(f"Commit of {name}").fill("1.2m")
    page.get_by_label(f"Best case of {name}").fill("1,300,000")
    page.get_by_label(f"Note of {name}").fill(HOSTILE)
    page.keyboard.press("Enter")
    expect(page.get_by_text("The commit is").first).to_be_visible()
    expect(page.get_by_text("Ann's calls so far: not enough calls yet")).to_be_visible()
    (made,), _ = read_calls(workspace.plans_dir)
    assert (made.name, made.by, made.commit, made.best, made.note) == (
        name,
        "Ann",
        1_200_000_00,
        1_300_000_00,
        HOSTILE.strip(),
    )
    assert page.locator("img").count() == 0
    assert barriers(page) == []
    page.get_by_label(f"Commit of {name}").fill("1250000")
    page.get_by_role("button", name=f"Call {name}", exact=True).click()
    expect(page.get_by_text("2 calls")).to_be_visible()
    expect(page.get_by_label(f"Commit of {name}")).to_have_value("$1,250,000")
    assert [one.commit for one in read_calls(workspace.plans_dir)[0]] == [1_200_000_00, 1_250_000_00]


def test_what_cannot_be_read_is_said_and_what_was_typed_stays(
    page: Page, calls: Calls, workspace: Workspace
) -> None:
    name = node(calls)
    button = page.get_by_role("button", name=f"Call {name}", exact=True)
    expect(button).to_be_disabled()
    commit = page.get_by_label(f"Commit of {name}")
    commit.fill("quite a lot")
    button.click()
    expect(page.get_by_role("alert").filter(has_text="is not a number")).to_be_visible()
    commit.fill("500000")
    page.get_by_label(f"Best case of {name}").fill("400000")
    button.click()
    expect(page.get_by_role("alert").filter(has_text="The best case is below the commit")).to_be_visible()
    expect(commit).to_have_value("500000")
    assert read_calls(workspace.plans_dir) == ((), 0)
    commit.press("Escape")
    expect(commit).to_have_value("")
    expect(button).to_be_disabled()


def test_a_draft_outlives_a_redraw_with_the_focus_where_it_was(page: Page, calls: Calls) -> None:
    commit = page.get_by_label(f"Commit of {node(calls)}")
    commit.click()
    commit.press_sequentially("480")
    calls.board.call("company", "1000000", by="Bea")
    page.evaluate("window.model.ask({send: {do: 'look'}})")
    expect(page.get_by_label("Commit of").first).to_have_value("$1,000,000")
    expect(commit).to_be_focused()
    expect(commit).to_have_value("480")
