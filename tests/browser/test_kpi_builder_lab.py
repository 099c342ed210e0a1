"""The form of a KPI in JupyterLab, with a kernel behind it: checks appear while they run, and the file is there."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

from salesnb.kpis.definition import Definition
from tests.actions.test_kpi_builder import imported, workspace  # noqa: F401 -- fixtures
from tests.browser.servers import jupyterlab

pytestmark = pytest.mark.browser

SHOW = """from salesnb import Workspace
from salesnb.widgets import KpiBuilder

KpiBuilder(Workspace.open("."))"""


def test_checks_appear_one_by_one_in_jupyterlab(visit: Callable, workspace, tmp_path: Path) -> None:  # noqa: F811
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SHOW)])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, workspace.root / "kpi.ipynb")
    with jupyterlab(workspace.root, tmp_path / "home") as url:
        page = visit(f"{url}/lab/tree/kpi.ipynb?token=test&reset").page
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
        page.evaluate("void window.jupyterapp.commands.execute('notebook:run-cell')")
        page.get_by_label("Label", exact=True).wait_for(timeout=60_000)
        # Keys that are commands of the notebook elsewhere.
        page.get_by_label("Label", exact=True).press_sequentially("dd Big wins aab")
        expect(page.locator(".preview .title")).to_have_text("dd Big wins aab, Mar 2026", timeout=30_000)
        page.evaluate(
            """() => {
              window.counts = [];
              const seen = () => window.counts.push(document.querySelectorAll(".checks li:not(.left)").length);
              new MutationObserver(seen).observe(document.querySelector(".salesnb"), { childList: true, subtree: true });
            }"""
        )
        page.get_by_role("button", name="Promote").click()
        expect(page.locator(".verdict")).to_contain_text("dd_big_wins_aab is a draft now", timeout=120_000)
        assert len({count for count in page.evaluate("window.counts") if 0 < count < 10}) >= 3
    kept = Definition.from_toml((workspace.kpis_dir / "dd_big_wins_aab.toml").read_text(), where="")
    assert kept.label == "dd Big wins aab"
