"""The templates that ship, run by papermill in a kernel, and their pages."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from extract_builder import World, deals, make_document
from plan_builder import make_plan_document

from salesnb.workbooks.html import PageInfo, render
from salesnb.workbooks.templates import read_template

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.notebook]


def run(
    template: str, document: dict[str, Any], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    """Run a template on an extract, as a run does, and give the finished notebook."""
    import papermill

    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    (folder / "extract.json").write_text(json.dumps(document))
    written = folder / "out.ipynb"
    papermill.execute_notebook(
        str(ROOT / "templates" / f"{template}.ipynb"),
        str(written),
        parameters={"extract": "extract.json"},
        cwd=str(folder),
        progress_bar=False,
        kernel_name="python3",
    )
    found: dict[str, Any] = json.loads(written.read_text())
    return found


@pytest.mark.parametrize("name", ["kpi_review", "plan"])
def test_a_template_runs_and_its_page_shows_neither_code_nor_errors(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = make_plan_document() if name == "plan" else make_document(World(deals=tuple(deals())))
    notebook = run(name, document, tmp_path, monkeypatch)
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", ())]
    assert {output["output_type"] for output in outputs} == {"execute_result"}
    page = render(notebook, PageInfo(title="West"))
    for stray in ("open_review", "open_plan", "extract.json", "Traceback", 'class="snb-error"', "<script"):
        assert stray not in page
    assert page.count("<h1") == 1
    assert page.count("<svg") >= 4


@pytest.mark.parametrize("name", ["kpi_review", "plan"])
def test_the_front_matter_names_the_one_parameter(name: str) -> None:
    template = read_template(ROOT / "templates" / f"{name}.ipynb")
    assert template.kind == name
    assert [(p.name, p.type, p.required) for p in template.parameters] == [("extract", "path", True)]


def test_templates_import_public_names_only() -> None:
    for path in (ROOT / "templates").glob("*.ipynb"):
        source = "\n".join("".join(cell["source"]) for cell in json.loads(path.read_text())["cells"])
        assert "from salesnb import open_" in source
        assert "salesnb." not in source
