"""A finished notebook in JupyterLab, opened by somebody who did not make it and whose JupyterLab does not trust it."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser.servers import jupyterlab

pytestmark = pytest.mark.browser

CHART = "data:image/svg+xml"


@pytest.fixture(scope="module")
def lab(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """JupyterLab on a copy of the run folder."""
    base = tmp_path_factory.mktemp("stranger")
    folder = Path(shutil.copytree(demo, base / "reviews"))
    with jupyterlab(folder, base) as url:
        yield url, folder


@pytest.mark.parametrize("kind", ["review", "plan"])
def test_every_chart_of_a_notebook_is_shown_untrusted(
    visit: Callable, lab: tuple[str, Path], review: Path, kind: str
) -> None:
    url, folder = lab
    name = f"{review.stem if kind == 'review' else 'plan'}.ipynb"
    cells = json.loads((folder / name).read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    charts = sum(CHART in "".join(output.get("data", {}).get("text/html", "")) for output in outputs)
    assert charts >= 3
    page = visit(f"{url}/lab/tree/{name}?token=test&reset").page
    page.wait_for_selector(".jp-Notebook .jp-OutputArea", state="attached", timeout=60_000)
    drawn = f"""() => new Set([...document.querySelectorAll('.jp-OutputArea-output img[src^="{CHART}"]')]
      .filter(img => img.complete && img.naturalWidth > 0).map(img => img.closest('.jp-OutputArea-output'))).size"""
    page.wait_for_function(f"({drawn})() >= {charts}", timeout=60_000)
    assert page.evaluate(drawn) == charts
    # Two amounts in dollars are no formula.
    assert page.locator(".jp-OutputArea-output mjx-container").count() == 0
