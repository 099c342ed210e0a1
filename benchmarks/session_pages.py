"""What the benchmark of the session shows in JupyterLab, and what it measures there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from playwright.sync_api import Browser, Page

from tests.browser.servers import jupyterlab

__all__ = ["MEASURE", "OURS", "THEIRS", "notebook", "opened", "plan"]

OURS = """import bqplot, numpy as np
from IPython.display import display
from salesnb import Workspace
from salesnb.widgets import AllocationSliders
sliders = AllocationSliders(Workspace.open("."), "fy18")
scales = {{"x": bqplot.LinearScale(), "y": bqplot.LinearScale()}}
bars = bqplot.Bars(x=np.arange({count}), y=sliders.board.brings(), scales=scales)
figure = bqplot.Figure(marks=[bars], axes=[bqplot.Axis(scale=one) for one in scales.values()])
figure.add_class("bench-chart")
sliders.observe(lambda _: setattr(bars, "y", sliders.board.brings()), "value")
display(figure, sliders)"""

THEIRS = """from benchmarks.peers.sliders_in_ipywidgets import sliders
sliders({count})"""

# From the event to the page's next frame, painted: what runs after a frame's callbacks is a message sent in one.
MEASURE = """
window.bench = { frames: [], inputs: [], charts: [], totals: [], scripts: [], at: 0, chart: 0, total: 0 };
const afterPaint = (call) => requestAnimationFrame(() => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => call(performance.now());
  port2.postMessage(0);
});
window.addEventListener("pointermove", (event) => {
  if (!event.buttons) return;
  const begun = performance.now();
  bench.at = begun;
  bench.chart = bench.total = 0;
  afterPaint((now) => { bench.frames.push(now - begun); bench.inputs.push(now - event.timeStamp); });
}, true);
// Behind the page's own handlers, which have all run by then.
window.addEventListener("pointermove", (event) => {
  if (event.buttons) bench.scripts.push(performance.now() - bench.at);
});
const watch = (node, name, list) => node && new MutationObserver(() => {
  if (!bench.at || bench[name]) return;
  bench[name] = 1;
  const begun = bench.at;
  afterPaint((now) => list.push(now - begun));
}).observe(node, { subtree: true, childList: true, characterData: true, attributes: true });
watch(document.querySelector(".bench-chart"), "chart", bench.charts);
watch(document.querySelector(".bench-total"), "total", bench.totals);
"""


def plan(folder: Path, count: int) -> None:
    """A workspace with a plan of so many segments with doubtful answers."""
    from tests.browser.test_sliders import sliders

    folder.mkdir(parents=True)
    sliders(folder, count).close()


def notebook(folder: Path, name: str, code: str) -> None:
    """Write a notebook of one cell."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    made.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(made, folder / name)


@contextmanager
def opened(browser: Browser, folder: Path, name: str) -> Iterator[Page]:
    """Open a notebook in JupyterLab and run its cell."""
    with jupyterlab(folder, folder / f".home-{name}") as url:
        context = browser.new_context(viewport={"width": 1280, "height": 1100})
        page = context.new_page()
        page.goto(f"{url}/lab/tree/{name}?token=test&reset")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=90_000)
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=90_000)
        page.evaluate("void window.jupyterapp.commands.execute('notebook:run-cell')")
        try:
            yield page
        finally:
            context.close()
