"""Reviews of 40 teams, notebook and page, beside plain papermill in a loop and in a pool, and beside their cells alone.

Usage: python -m benchmarks.reviews [--quick] [--teams N] [--turns N] [--flat N]
"""

import argparse
import io
import json
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.measuring import Report, Run, in_turns, is_quick, measured, scratch, typical
from benchmarks.peers.papermill_in_a_loop import in_a_loop, in_a_pool

__all__ = ["cells", "main", "ours"]

_TEAMS, _QUICK_TEAMS = 40, 5
_TURNS, _QUICK_TURNS = 3, 1
_OPPORTUNITIES = 8_800
_WORKERS = 2
_FLAT, _QUICK_FLAT = 500, 20
_AIMS = {"vs_papermill_loop": 1 / 10, "vs_papermill_pool": 1 / 5, "vs_cells": 2.0}
_CELLS_MS = 150.0
# What memory may differ by from one look to the next.
_GROWTH = 1.05


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and give the exit code."""
    quick = is_quick(arguments)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few teams, one turn")
    parser.add_argument("--teams", type=int, default=_QUICK_TEAMS if quick else _TEAMS)
    parser.add_argument("--turns", type=int, default=_QUICK_TURNS if quick else _TURNS)
    parser.add_argument("--flat", type=int, default=_QUICK_FLAT if quick else _FLAT, help="reviews in a row")
    options = parser.parse_args(arguments)
    report = Report(benchmark="reviews", quick=quick)
    with scratch() as folder:
        made = measured(workspace, str(folder), options.teams)
        if made is None:
            return 1
        report.figures["whole_command_s"] = round(made.found["seconds"], 1)
        template, extracts = str(made.found["template"]), list(made.found["extracts"])
        for name in ("ours", "loop", "pool"):
            (folder / name).mkdir()
        tasks = {
            "salesnb": partial(measured, ours, template, extracts, str(folder / "ours")),
            "papermill in a pool": partial(
                measured, in_a_pool, template, extracts, str(folder / "pool"), _WORKERS
            ),
            "papermill in a loop": partial(measured, in_a_loop, template, extracts, str(folder / "loop")),
            "cells alone": partial(measured, cells, template, extracts),
        }
        runs = {name: typical(found) for name, found in in_turns(tasks, options.turns).items()}
        _tell(runs, len(extracts), report)
        flat = measured(flatness, template, extracts, str(folder / "flat"), options.flat)
        _tell_memory(flat, options.flat, report)
    return report.show(runs)


def workspace(folder: str, teams: int) -> Mapping[str, Any]:
    """Invent a company of so many teams and make its reviews, as a person does; gives what they were made of."""
    from dataclasses import replace

    from salesnb.actions.importing import import_data
    from salesnb.actions.making import make_plan
    from salesnb.actions.reviewing import ReviewRequest, review
    from salesnb.crm.generator import write_sample
    from salesnb.workbooks.templates import find_template, templates
    from salesnb.workspace import Settings, Workspace

    place = Path(folder) / "workspace"
    made = Workspace.create(place, replace(Settings(), company="Brightwater Instruments"))
    write_sample(Path(folder) / "files", opportunities=_OPPORTUNITIES, teams=teams)
    import_data(made, Path(folder) / "files", "sample")
    make_plan(made, "q3-2026", "2026-Q3", [("won_amount", "3000000")])
    began = time.perf_counter()
    outcome = review(made, ReviewRequest(plan="q3-2026", jobs=_WORKERS))
    seconds = time.perf_counter() - began
    found = sorted((outcome.folder / "extracts").glob("*.json"))
    return {
        "seconds": seconds,
        "template": find_template("kpi_review", templates(made.templates_dir)).path,
        "extracts": [str(path) for path in found if path.stem != "plan"],
    }


def ours(template: str, extracts: Sequence[str], out: str) -> Mapping[str, Any]:
    """Make them with salesnb, from nothing."""
    from salesnb.workbooks.jobs import RunHeader
    from salesnb.workbooks.runner import run_jobs

    header = RunHeader(plan="q3-2026", revision=1, as_of="2026-08-14", template="kpi_review")
    report = run_jobs(list(_jobs(template, extracts)), Path(out), header=header, workers=_WORKERS, force=True)
    return {"failed": len(report.failures)}


def _jobs(template: str, extracts: Sequence[str]) -> Iterator[Any]:
    from salesnb.workbooks.jobs import Job
    from salesnb.workbooks.paths import extract_name

    for number, extract in enumerate(extracts):
        slug = f"{Path(extract).stem}-{number}"
        yield Job(
            id=slug,
            name=slug,
            slug=slug,
            template=Path(template),
            parameters={"extract": extract_name(slug)},
            extract=Path(extract).read_bytes(),
            title=slug,
        )


def cells(template: str, extracts: Sequence[str]) -> Mapping[str, Any]:
    """Run the cells alone in one warm process, with all that they show made; half of it is what two cores need."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    sources = [
        "".join(cell["source"])
        for cell in json.loads(Path(template).read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code" and "parameters" not in cell["metadata"].get("tags", ())
    ]
    shell = InteractiveShell.instance()

    def once(extract: str) -> None:
        shell.user_ns["extract"] = extract
        for source in sources:
            with capture_output():
                shell.run_cell(source).raise_error()

    with redirect_stdout(io.StringIO()):
        once(extracts[0])
        wall, processor = time.perf_counter(), time.process_time()
        for extract in extracts:
            once(extract)
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
    return {"seconds": wall / _WORKERS, "milliseconds": 1000 * processor / len(extracts)}


def flatness(template: str, extracts: Sequence[str], out: str, count: int) -> Mapping[str, Any]:
    """Look at the memory of the processes that are not this one while so many reviews are made."""
    import psutil

    many = [extracts[n % len(extracts)] for n in range(count)]
    seen: list[dict[str, int]] = []
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.5):
            found: dict[str, int] = {}
            for child in psutil.Process().children(recursive=True):
                try:
                    kind = "kernel" if any("zygote" in part for part in child.cmdline()) else "worker"
                    found[kind] = max(found.get(kind, 0), child.memory_info().rss)
                except psutil.Error:
                    continue
            seen.append(found)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        ours(template, many, out)
    finally:
        done.set()
        watcher.join()
    return {"seen": seen}


def _tell(runs: Mapping[str, Run], count: int, report: Report) -> None:
    mine = runs.get("salesnb")
    floor = runs.get("cells alone")
    peers = {"vs_papermill_loop": "papermill in a loop", "vs_papermill_pool": "papermill in a pool"}
    for key, name in peers.items():
        peer = runs.get(name)
        report.ratios[key] = round(mine.seconds / peer.seconds, 3) if mine and peer else None
    if mine is None or floor is None:
        report.ratios["vs_cells"] = None
        return
    report.wrong += ["a review failed"] * bool(mine.found["failed"])
    report.ratios["vs_cells"] = round(mine.seconds / floor.found["seconds"], 2)
    report.figures["reviews"] = count
    report.figures["seconds"] = round(mine.seconds, 2)
    report.figures["floor_s"] = round(floor.found["seconds"], 2)
    report.figures["cells_ms"] = round(floor.found["milliseconds"], 1)
    for key, aim in _AIMS.items():
        ratio = report.ratios[key]
        if ratio is not None:
            print(f"aim: {key} at most {aim:.2f}: {ratio:.2f}, {'met' if ratio <= aim else 'missed'}")
    print(f"aim: cells of a review within {_CELLS_MS:g} ms: {report.figures['cells_ms']}")


def _tell_memory(flat: Run | None, count: int, report: Report) -> None:
    if flat is None:
        report.absent.append("memory")
        return
    seen = flat.found["seen"]
    for kind in ("worker", "kernel"):
        sizes = [found[kind] for found in seen if kind in found]
        if not sizes:
            continue
        # The first third is still growing into what it needs.
        early, late = max(sizes[: len(sizes) // 3 or 1]), max(sizes[-(len(sizes) // 3 or 1) :])
        report.figures[f"{kind}_mib"] = [round(early / 2**20), round(late / 2**20)]
        if late > early * _GROWTH:
            report.wrong.append(
                f"memory of a {kind} grew from {early / 2**20:.0f} to {late / 2**20:.0f} MiB over {count} reviews"
            )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
