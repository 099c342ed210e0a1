"""Import of opportunities from CSV with all checks, beside DuckDB's own ``read_csv`` into typed columns.

Usage: python -m benchmarks.imports [--quick] [--rows N] [--turns N] [--no-large]
"""

import argparse
import shutil
import sys
import time
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import IO

from benchmarks.measuring import Report, Run, in_turns, is_quick, measured, scratch, typical
from benchmarks.peers import read_csv
from salesnb.crm.dataset import read_only
from salesnb.crm.generator import write_sample
from salesnb.crm.importing import ImportSettings, import_source
from salesnb.crm.mapping import load_mapping

__all__ = ["main"]

_ROWS, _QUICK_ROWS, _LARGE = 1_000_000, 20_000, 10_000_000
_TURNS, _QUICK_TURNS = 5, 1
# Every hundredth row changes, in one of these columns.
_EVERY = 100
_CHANGED = (("name", " (renewed)"), ("expected_amount", "7"), ("lead_source", " 2"))
_STORAGE = "v1.5.0"


def main(arguments: list[str]) -> int:
    """Measure, print, and give the exit code."""
    quick = is_quick(arguments)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small size, one turn")
    parser.add_argument("--rows", type=int, default=_QUICK_ROWS if quick else _ROWS)
    parser.add_argument("--turns", type=int, default=_QUICK_TURNS if quick else _TURNS)
    parser.add_argument(
        "--large", action=argparse.BooleanOptionalAction, default=not quick, help="10 million"
    )
    options = parser.parse_args(arguments)
    report = Report(benchmark="import", quick=quick)
    with scratch() as folder:
        runs = _measure(folder, options.rows, options.turns, report)
        if options.large:
            runs |= _large(folder, report)
    return report.show(runs)


def _measure(folder: Path, rows: int, turns: int, report: Report) -> dict[str, Run]:
    """Compare with the peer; then import the same again, and with some rows changed."""
    source, changed, ids = _sources(folder, rows)
    data, database = folder / "data", folder / "peer.duckdb"
    tasks = {
        "salesnb import": partial(measured, load_fresh, source, data),
        "read_csv, types given": partial(measured, read_csv.load, source, database, detect=False),
        "read_csv, types found": partial(measured, read_csv.load, source, database, detect=True),
        "read_csv, types given, new storage": partial(
            measured, read_csv.load, source, database, detect=False, storage=_STORAGE
        ),
    }
    runs = {name: typical(found) for name, found in in_turns(tasks, turns).items()}
    ours, given, found, new = (runs.get(name) for name in tasks)
    report.ratios["vs_read_csv"] = _ratio(ours, min_by_seconds(given, found))
    report.figures |= {
        "rows": rows,
        "csv_mib": round((source / "opportunities.csv").stat().st_size / 2**20, 1),
        "vs_read_csv_new_storage": _ratio(ours, new),
        "processor_vs_read_csv": _ratio(ours, min_by_seconds(given, found), "cpu_seconds"),
        "stage_seconds": ours.found["stages"] if ours else {},
    }
    return {**runs, **_again(data, source, changed, ids, report, "")}


def _large(folder: Path, report: Report) -> dict[str, Run]:
    """Measure memory at ten million rows."""
    shutil.rmtree(folder / "data", ignore_errors=True)
    source, changed, ids = _sources(folder, _LARGE)
    first = measured(load_fresh, source, folder / "data")
    runs = {"10 million: salesnb import": first} if first else {}
    runs |= _again(folder / "data", source, changed, ids, report, "10 million: ")
    report.figures["peak_mib_10_million"] = round(
        max((r.peak_bytes for r in runs.values()), default=0) / 2**20
    )
    return runs


def _again(
    data: Path, source: Path, changed: Path, ids: set[str], report: Report, label: str
) -> dict[str, Run]:
    """Import the same files again, then those with changed rows, and hold what was found against what was changed."""
    same = measured(load_again, source, data)
    other = measured(load_again, changed, data)
    key = f"{label}re-import with 1 % changed"
    found = set(other.found["changed"]) if other else set()
    report.figures[f"{'large_' if label else ''}changed_rows"] = len(ids)
    report.figures[f"{'large_' if label else ''}changed_rows_found"] = len(found)
    if found != ids or (other and other.found["others"]):
        report.wrong.append(f"{key}: {len(found ^ ids)} rows are not told apart.")
    return {name: run for name, run in ((f"{label}re-import, unchanged", same), (key, other)) if run}


def load_fresh(source: Path, data: Path) -> dict[str, object]:
    """Import a source into a folder that has no data."""
    shutil.rmtree(data, ignore_errors=True)
    return load_again(source, data)


def load_again(source: Path, data: Path) -> dict[str, object]:
    """Import a source; tell what opportunities changed, how many other rows, and the seconds of each stage."""
    moments: list[tuple[str, float]] = []
    mapping, settings = load_mapping("sample"), ImportSettings(currency="USD")

    def note(stage: str) -> None:
        moments.append((stage, time.perf_counter()))

    note("looking through the files")
    report = import_source(source, mapping, settings, data, progress=note)
    note("end")
    stages = {stage: round(end - start, 2) for (stage, start), (_, end) in pairwise(moments)}
    with read_only(report.path) as connection:
        rows = connection.execute("SELECT table_name, row_key, change FROM changes").fetchall()
    changed = [key for table, key, change in rows if (table, change) == ("opportunities", "changed")]
    return {"stages": stages, "changed": changed, "others": len(rows) - len(changed)}


def _sources(folder: Path, rows: int) -> tuple[Path, Path, set[str]]:
    """Write the sample, and again with some rows changed; give the ids of those."""
    source, changed = folder / "source", folder / "changed"
    print(f"writing {rows:,} opportunities", file=sys.stderr, flush=True)
    write_sample(source, opportunities=rows)
    shutil.rmtree(changed, ignore_errors=True)
    shutil.copytree(source, changed, ignore=shutil.ignore_patterns("opportunities.csv"))
    ids: set[str] = set()
    with (
        (source / "opportunities.csv").open(encoding="utf-8") as before,
        (changed / "opportunities.csv").open("w", encoding="utf-8") as after,
    ):
        after.writelines(_with_changes(before, ids))
    return source, changed, ids


def _with_changes(lines: IO[str], ids: set[str]) -> Iterator[str]:
    """Change every hundredth row; the sample's own words need no quotes."""
    header = next(lines)
    names = header.rstrip("\n").split(",")
    yield header
    for number, line in enumerate(lines):
        if number % _EVERY:
            yield line
            continue
        name, more = _CHANGED[number // _EVERY % len(_CHANGED)]
        cells = line.rstrip("\n").split(",")
        cells[names.index(name)] += more
        ids.add(cells[0])
        yield ",".join(cells) + "\n"


def min_by_seconds(*runs: Run | None) -> Run | None:
    """Give the faster of the runs that there are."""
    return min((run for run in runs if run), key=lambda run: run.seconds, default=None)


def _ratio(ours: Run | None, peer: Run | None, figure: str = "seconds") -> float | None:
    if ours is None or peer is None:
        return None
    return round(float(getattr(ours, figure) / getattr(peer, figure)), 3)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
