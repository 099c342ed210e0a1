"""The sliders of a planning session in JupyterLab, from mouse event to painted change, beside plain ipywidgets.

Usage: python -m benchmarks.session [--quick] [--moves N] [--counts 10,50,200]
"""

import argparse
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measuring import Report, is_quick, scratch
from benchmarks.session_pages import MEASURE, OURS, THEIRS, notebook, opened, plan

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["main", "quantile"]

_COUNTS, _QUICK_COUNTS = (10, 50, 200), (10,)
_MOVES, _QUICK_MOVES = 150, 24
_FRAME_MS, _CHART_MS = 17.0, 100.0
_HEAP_MOVES, _QUICK_HEAP_MOVES, _WARM = 10_000, 1_000, 2_000
# What is left of a page's memory may differ by so much from one collection to the next.
_HEAP_GROWTH = 0.02
_MIB = 2**20


def quantile(values: Sequence[float], share: float) -> float:
    """The value that a share (0..1) of all do not exceed: of the values themselves, none between."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1))]


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and give the exit code."""
    quick = is_quick(arguments)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few segments and moves")
    parser.add_argument("--moves", type=int, default=_QUICK_MOVES if quick else _MOVES)
    counts = ",".join(map(str, _QUICK_COUNTS if quick else _COUNTS))
    parser.add_argument("--counts", default=counts, help=f"segments, such as {counts}")
    options = parser.parse_args(arguments)
    report = Report(benchmark="session", quick=quick)
    sizes = [int(one) for one in options.counts.split(",")]
    with scratch() as folder:
        _measure(folder, sizes, options.moves, _QUICK_HEAP_MOVES if quick else _HEAP_MOVES, report)
    return report.show({})


def _measure(folder: Path, sizes: Sequence[int], moves: int, heap_moves: int, report: Report) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        print(f"{'segments':>8}  {'':12}{'painted p50':>14}{'p95':>8}{'chart p50':>12}{'p95':>8}   ms")
        for count in sizes:
            ours = _ours(browser, folder / f"ours-{count}", count, moves, heap_moves * (count == sizes[-1]))
            theirs = _theirs(browser, folder / f"theirs-{count}", count, moves)
            _tell(count, ours, theirs, report, is_last=count == sizes[-1])
        browser.close()


def _ours(
    browser: "Browser", folder: Path, count: int, moves: int, heap_moves: int
) -> Mapping[str, list[float]]:
    plan(folder, count)
    notebook(folder, "ours.ipynb", OURS.format(count=count))
    with opened(browser, folder, "ours.ipynb") as page:
        track = page.get_by_role("slider").first
        track.wait_for(timeout=120_000)
        page.evaluate(MEASURE)
        track.scroll_into_view_if_needed()
        box, thumb = track.bounding_box(), track.locator(".thumb").bounding_box()
        found = _drag(page, (thumb["x"] + 8, thumb["y"] + 8), (box["x"], box["width"]), moves, "chart")
        return {**found, "heap": _heap(page, heap_moves) if heap_moves else []}


def _theirs(browser: "Browser", folder: Path, count: int, moves: int) -> Mapping[str, list[float]]:
    folder.mkdir()
    notebook(folder, "theirs.ipynb", THEIRS.format(count=count))
    with opened(browser, folder, "theirs.ipynb") as page:
        page.locator(".noUi-handle").nth(count - 1).wait_for(state="attached", timeout=120_000)
        page.evaluate(MEASURE)
        handle = page.locator(".noUi-handle").first
        handle.scroll_into_view_if_needed()
        at, bar = handle.bounding_box(), page.locator(".noUi-base").first.bounding_box()
        start = (at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
        return _drag(page, start, (bar["x"], bar["width"]), moves, "total")


def _drag(
    page: "Page", start: tuple[float, float], track: tuple[float, float], moves: int, last: str
) -> Mapping[str, list[float]]:
    """Drag a thumb to and fro; each step waits until all that it changes has come, which is the best case for either."""
    page.mouse.move(*start)
    page.mouse.down()
    left, width = track
    for n in range(moves):
        share = 0.2 + 0.5 * abs((n % 40) / 20 - 1)
        page.mouse.move(left + width * share + n % 3, start[1])
        page.wait_for_function(f"bench.{last}", timeout=30_000)
        page.wait_for_timeout(30)
    page.mouse.up()
    return page.evaluate(
        "({ frames: bench.frames, inputs: bench.inputs, charts: bench.charts, totals: bench.totals, scripts: bench.scripts })"
    )


_MOVING = """async (moves) => {
  const track = document.querySelector("[role=slider]");
  const box = track.getBoundingClientRect();
  const send = (kind, share) => track.dispatchEvent(new PointerEvent(kind, { clientX: box.left + box.width * share, clientY: box.top + 9, bubbles: true, buttons: 1 }));
  for (let n = 0; n < moves; n += 20) {
    if (n % 500 === 0) send("pointerdown", 0.3);
    for (let k = 0; k < 20; k += 1) send("pointermove", 0.2 + 0.5 * Math.abs(((n + k) % 400) / 200 - 1));
    if ((n + 20) % 500 === 0) send("pointerup", 0.3);
    await new Promise(requestAnimationFrame);
  }
}"""


def _heap(page: "Page", moves: int) -> list[float]:
    """The page's memory in MiB after a collection: before so many moves, half way, and after them."""
    client = page.context.new_cdp_session(page)

    def used() -> float:
        page.locator(".saved").filter(has_text="Saved").wait_for(timeout=120_000)
        for _ in range(3):
            client.send("HeapProfiler.collectGarbage")
        return float(client.send("Runtime.getHeapUsage")["usedSize"]) / _MIB

    page.evaluate("bench.frames = bench.inputs = bench.charts = bench.totals = bench.scripts = { push() {} }")
    page.evaluate(_MOVING, min(_WARM, moves))
    found = [used()]
    for _ in range(2):
        page.evaluate(_MOVING, moves // 2)
        found.append(used())
    return found


def _tell(
    count: int,
    ours: Mapping[str, list[float]],
    theirs: Mapping[str, list[float]],
    report: Report,
    *,
    is_last: bool,
) -> None:
    rows = (("salesnb", ours["frames"], ours["charts"]), ("ipywidgets", theirs["totals"], theirs["charts"]))
    p95: dict[str, tuple[float, float]] = {}
    for name, painted, charts in rows:
        told = [quantile(values, share) for values in (painted, charts) for share in (0.5, 0.95)]
        print(f"{count:>8}  {name:12}{told[0]:14.1f}{told[1]:8.1f}{told[2]:12.1f}{told[3]:8.1f}", flush=True)
        p95[name] = told[1], told[3]
        for key, value in zip(("painted_p50", "painted_p95", "chart_p50", "chart_p95"), told, strict=True):
            report.figures[f"{name}_{count}_{key}_ms"] = round(value, 1)
    for share in (0.5, 0.95):
        script = report.figures[f"salesnb_{count}_script_p{share * 100:.0f}_ms"] = round(
            quantile(ours["scripts"], share), 1
        )
        print(f"{'':>8}  the page's own time a move, p{share * 100:.0f}: {script}")
    report.figures[f"salesnb_{count}_input_p95_ms"] = round(quantile(ours["inputs"], 0.95), 1)
    (mine, chart), (other, _) = p95["salesnb"], p95["ipywidgets"]
    report.ratios["vs_ipywidgets" if is_last else f"vs_ipywidgets_{count}"] = float(f"{mine / other:.3g}")
    if not is_last:
        return
    _aim(f"sliders and totals at {count}, p95", mine, _FRAME_MS, report)
    _aim(f"charts computed in the kernel at {count}, p95", chart, _CHART_MS, report)
    if ours["heap"]:
        first, _, last = ours["heap"]
        report.figures["heap_mib"] = [round(one, 1) for one in ours["heap"]]
        print(
            f"memory of the page before, half way through and after the moves: {report.figures['heap_mib']} MiB"
        )
        if last > first * (1 + _HEAP_GROWTH):
            report.wrong.append(f"memory grew from {first:.1f} to {last:.1f} MiB")


def _aim(what: str, found: float, aim: float, report: Report) -> None:
    met = found <= aim
    print(f"aim: {what} within {aim:g} ms: {found:.1f}, {'met' if met else 'missed'}")
    if not met:
        report.wrong.append(f"{what}: {found:.1f} ms, not within {aim:g}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
