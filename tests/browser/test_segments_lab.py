"""The chart of the segment picker in JupyterLab, with a kernel behind it: what is brushed is picked and filtered."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, expect

from salesnb.actions.plan_session import PlanSession
from salesnb.actions.segment_picking import SegmentPicking
from tests.actions.segment_sample import workspace_of_deals
from tests.browser.servers import jupyterlab

pytestmark = pytest.mark.browser

SHOW = """from salesnb import Workspace
from salesnb.widgets import SegmentPicker

picker = SegmentPicker(Workspace.open("."), "fy18")
picker"""
MARKED = "<img src=x onerror=document.title='broken'>"


def brush(page: Page) -> None:
    """Drag over all of the chart, from corner to corner."""
    paper = page.locator(".bqplot .plotarea_events").bounding_box()
    left, top = paper["x"] + 3, paper["y"] + 3
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(left + paper["width"] / 2, top + paper["height"] / 2, steps=5)
    page.mouse.move(left + paper["width"] - 8, top + paper["height"] - 8, steps=5)
    page.mouse.up()


def test_what_is_brushed_in_the_chart_is_picked_and_filtered(visit: Callable, tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    picking = SegmentPicking(PlanSession(workspace_of_deals(folder), "fy18"))
    picking.each("team")
    picking.rename("North", MARKED)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SHOW)])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "session.ipynb")
    with jupyterlab(folder, tmp_path / "home") as url:
        page = visit(f"{url}/lab/tree/session.ipynb?token=test&reset").page
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
        # Asked for earlier, a run asks back for a kernel.
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
        page.evaluate("void window.jupyterapp.commands.execute('notebook:run-cell')")
        page.locator(".bqplot .axislabel").first.wait_for(timeout=90_000)
        names = page.locator(".bqplot .dot_text")
        expect(names.filter(has_text="Coast")).to_be_attached()
        expect(names.filter(has_text="<img src=x")).to_be_attached()
        page.locator(".bqplot").scroll_into_view_if_needed()
        brush(page)
        for team in ("Coast", "South", MARKED):
            expect(page.get_by_role("checkbox", name=f"Pick {team}")).to_be_checked()
        page.get_by_role("heading", name="What the picked segments cover").wait_for()
        page.locator(".jp-OutputArea select").first.select_option("source")
        expect(names.filter(has_text="partner")).to_be_attached()
        page.locator(".bqplot").scroll_into_view_if_needed()
        brush(page)
        page.get_by_role("button", name="source: ").wait_for()
        expect(page.get_by_role("checkbox", name="partner")).to_be_checked()
        expect(page.get_by_role("checkbox", name="event")).to_be_checked()
        # The same by keyboard: what is ticked has its outline in the chart.
        page.get_by_role("checkbox", name="event").focus()
        page.keyboard.press("Space")
        expect(page.get_by_role("button", name="source: ")).not_to_contain_text("event")
        assert "broken" not in page.title()
