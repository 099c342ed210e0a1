"""The sliders of an allocation in JupyterLab: what is dragged is in the plan's file, and outlives a killed kernel."""

import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from tests.browser.servers import jupyterlab
from tests.browser.test_sliders import place, sliders

pytestmark = pytest.mark.browser

SHOW = """from salesnb import Workspace
from salesnb.widgets import AllocationSliders

sliders = AllocationSliders(Workspace.open("."), "fy18")
sliders"""
DIE = "import os; os.kill(os.getpid(), 9)"


def test_what_is_dragged_in_jupyterlab_is_saved_in_the_plan(visit: Callable, tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    folder.mkdir()
    sliders(folder)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in (SHOW, DIE)])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "session.ipynb")
    with jupyterlab(folder, tmp_path / "home") as url:
        page = visit(f"{url}/lab/tree/session.ipynb?token=test&reset").page
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
        # Asked for earlier, a run asks back for a kernel.
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
        page.evaluate("void window.jupyterapp.commands.execute('notebook:run-cell')")
        page.get_by_role("slider", name="South").wait_for(timeout=60_000)
        page.mouse.move(*place(page, "South", 40_000_00))
        page.mouse.down()
        for amount in (45_000_00, 60_000_00):
            page.mouse.move(*place(page, "South", amount))
        page.mouse.up()
        page.get_by_role("button", name="Lock North").click()
        page.get_by_role("textbox", name="Why North is locked").wait_for()
        page.get_by_role("textbox", name="Why North is locked").fill("contract")
        page.keyboard.press("Tab")
        page.locator(".saved").filter(has_text="Saved: revision 4").wait_for()
        page.locator(".jp-CodeCell").nth(1).locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")
        page.get_by_text("have died").first.wait_for(timeout=60_000)
        kept = json.loads((folder / "plans" / "fy18.plan.json").read_text())
        names = {segment["id"]: segment["name"] for segment in kept["segments"]}
        amounts = {names[line["segment"]]: line["amount_minor"] for line in kept["allocation"]}
        assert sum(amounts.values()) == 100_000_00
        assert abs(amounts["South"] - 60_000_00) < 1_000_00
        held = [one for one in kept["limits"] if one["why"] == "contract"]
        assert [(names[one["segments"][0]], one["low_minor"]) for one in held] == [
            ("North", amounts["North"])
        ]
