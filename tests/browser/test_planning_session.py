"""The planning session as people have it in front of them: in JupyterLab, in Notebook 7 and as an application."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from salesnb.actions.plan_session import PlanSession
from salesnb.actions.session_notebook import session_notebook
from salesnb.widgets.planning_session import TABS
from salesnb.workspace import Workspace
from tests.actions.test_plan_session import aim
from tests.browser.servers import application, jupyterlab, notebook7, run_all

pytestmark = pytest.mark.browser


@pytest.fixture
def planned(demo: Path, tmp_path: Path) -> Workspace:
    """A workspace of one's own with data, a plan and the session's notebook."""
    source = next(folder for folder in demo.parents if (folder / "salesnb.toml").is_file())
    folder = tmp_path / "workspace"
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("reviews"))
    workspace = Workspace.open(folder)
    session_notebook(workspace)
    return workspace


def kept(workspace: Workspace) -> dict:
    return json.loads((workspace.root / "plans" / "q3-2026.plan.json").read_text(encoding="utf-8"))


def restart(page: Page) -> None:
    """Restart the kernel, with the question that comes before it."""
    page.evaluate("void window.jupyterapp.commands.execute('kernelmenu:restart')")
    page.get_by_role("button", name="Confirm Kernel Restart").click()


def saved(page: Page) -> str:
    status = page.locator(".salesnb-session-bar .saved")
    status.wait_for(timeout=90_000)
    return status.inner_text()


def opened_tabs(page: Page) -> Iterator[str]:
    """Open one tab after the other, and wait until it is drawn."""
    tabs = page.locator(".salesnb-planning-session .lm-TabBar-tab")
    expect(tabs).to_have_text(list(TABS))
    for place, title in enumerate(TABS):
        tabs.nth(place).click()
        shown = page.locator(
            ".salesnb-planning-session .widget-tab-contents > .lm-Widget:not(.lm-mod-hidden)"
        )
        shown.locator(".salesnb button").first.wait_for(timeout=60_000)
        expect(shown.get_by_text("went wrong")).to_have_count(0)
        yield title


def raise_the_goal(page: Page) -> None:
    """Type another target."""
    page.locator(".salesnb-planning-session .lm-TabBar-tab", has_text="Goals").click()
    target = page.get_by_label("Target", exact=False).first
    target.fill("750000")
    target.press("Enter")
    expect(page.locator(".salesnb-session-bar .saved")).to_contain_text("revision 3", timeout=60_000)


def test_it_is_an_application_in_jupyterlab_and_outlives_the_kernel(
    visit: Callable, planned: Workspace, tmp_path: Path
) -> None:
    with jupyterlab(planned.root, tmp_path / "home") as url:
        page = visit(f"{url}/lab/tree/planning_session.ipynb?token=test&reset").page
        run_all(page)
        assert "Saved: revision 2" in saved(page)
        # The code is hidden.
        expect(page.locator(".jp-CodeCell .cm-content:visible")).to_have_count(0)
        page.get_by_role("button", name="Propose").click()
        expect(page.locator(".salesnb-session-bar .saved")).to_contain_text("revision 3")
        assert kept(planned)["status"] == "proposed"
        page.evaluate("void window.jupyterapp.commands.execute('docmanager:save')")
        page.wait_for_function("!document.querySelector('.jp-mod-dirty')")
        page.reload()
        page.locator(".salesnb-session-bar .saved").wait_for(timeout=60_000)
        page.get_by_role("button", name="Undo").click()
        expect(page.locator(".salesnb-session-bar .saved")).to_contain_text("revision 4")
        assert kept(planned)["status"] == "draft"
        restart(page)
        expect(page.get_by_role("alert").filter(has_text="The kernel does not answer")).to_be_visible(
            timeout=30_000
        )
        run_all(page)
        expect(page.locator(".salesnb-session-bar .saved")).to_contain_text("revision 4", timeout=60_000)
        page.get_by_role("button", name="Redo").click()
        expect(page.locator(".salesnb-session-bar .saved")).to_contain_text("revision 5")
        assert kept(planned)["status"] == "draft"


def test_it_runs_in_notebook_7(visit: Callable, planned: Workspace, tmp_path: Path) -> None:
    with notebook7(planned.root, tmp_path / "home") as url:
        page = visit(f"{url}/notebooks/planning_session.ipynb?token=test").page
        run_all(page)
        assert "Saved: revision 2" in saved(page)
        assert list(opened_tabs(page)) == list(TABS)
        raise_the_goal(page)
        assert kept(planned)["goals"][0]["amount_minor"] == 750_000_00


def test_it_runs_as_an_application_of_its_own(visit: Callable, planned: Workspace, tmp_path: Path) -> None:
    with application(planned.root, tmp_path / "home") as url:
        opened = visit(url, wait="commit")
        assert "Saved: revision 2" in saved(opened.page)
        assert list(opened_tabs(opened.page)) == list(TABS)
        raise_the_goal(opened.page)
        assert kept(planned)["goals"][0]["amount_minor"] == 750_000_00
        assert opened.cut == []
        assert opened.errors == []


def test_every_tab_opens_and_keeps_nobody_out(
    visit: Callable, barriers: Callable, planned: Workspace, tmp_path: Path
) -> None:
    with jupyterlab(planned.root, tmp_path / "home") as url:
        opened = visit(f"{url}/lab/tree/planning_session.ipynb?token=test&reset")
        run_all(opened.page)
        saved(opened.page)
        for title in opened_tabs(opened.page):
            assert barriers(opened.page, ".salesnb-planning-session .salesnb") == [], title


def test_a_second_session_is_told_and_overwrites_nothing(
    visit: Callable, planned: Workspace, tmp_path: Path
) -> None:
    with jupyterlab(planned.root, tmp_path / "home") as url:
        page = visit(f"{url}/lab/tree/planning_session.ipynb?token=test&reset").page
        run_all(page)
        saved(page)
        other = PlanSession(planned, "q3-2026")
        other.author = "Bea"
        other.change(aim("Hers"), "Hers stated")
        told = page.get_by_role("alert").filter(has_text="Bea has saved the plan meanwhile: Hers stated")
        told.wait_for(timeout=20_000)
        # What was shown of it is as it is now.
        expect(page.get_by_label("Objective", exact=True).nth(1)).to_have_value("Hers")
        page.get_by_role("button", name="Propose").click()
        expect(page.locator(".salesnb-session-bar .saved")).to_contain_text("revision 4")
        assert [one["text"] for one in kept(planned)["objectives"]][-1] == "Hers"
