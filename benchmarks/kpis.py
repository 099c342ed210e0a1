"""The standard KPIs by team and month, beside the same by hand in DuckDB and in pandas, over the same Parquet files.

Usage: python -m benchmarks.kpis [--quick] [--rows N] [--turns N] [--no-large] [--no-semantic-layer]
       [--folder FOLDER]
"""

import argparse
import json
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import kpis_asked
from benchmarks.measuring import (
    Report,
    Run,
    called,
    environment,
    in_turns,
    is_quick,
    measured,
    scratch,
    typical,
)
from benchmarks.peers import kpis_by_hand, kpis_in_pandas

__all__ = ["main"]

_ROWS, _QUICK_ROWS, _LARGE, _LIVE = 1_000_000, 20_000, 10_000_000, 10_000
_TURNS, _LARGE_TURNS, _QUICK_TURNS = 5, 3, 1
# The ends of 36 months, of which the last is told as of the last day in the data.
_FIRST, _MONTHS, _AS_OF = date(2023, 10, 1), 36, date(2026, 9, 11)
_BSL = "boring_semantic_layer"
_BSL_PACKAGES = ("boring-semantic-layer==0.3.18", "ibis-framework[duckdb]<12")


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and give the exit code."""
    quick = is_quick(arguments)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small size, one turn")
    parser.add_argument("--rows", type=int, default=_QUICK_ROWS if quick else _ROWS)
    parser.add_argument("--turns", type=int, default=_QUICK_TURNS if quick else _TURNS)
    parser.add_argument(
        "--large", action=argparse.BooleanOptionalAction, default=not quick, help="10 million"
    )
    parser.add_argument(
        "--semantic-layer",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="boring-semantic-layer too",
    )
    parser.add_argument("--folder", type=Path, help="where the data are, or are left for another run")
    options = parser.parse_args(arguments)
    report = Report(benchmark="kpis", quick=quick, absent=[] if options.semantic_layer else [_BSL])
    with _folder(options.folder) as folder:
        runs = _measure(folder, options.rows, options.turns, report)
        if options.large:
            runs |= _measure(folder, _LARGE, min(options.turns, _LARGE_TURNS), report)
        _measure_live(folder, report)
    return report.show(runs)


def _measure(folder: Path, rows: int, turns: int, report: Report) -> dict[str, Run]:
    """Compare with the peers at one size."""
    files, size = _files(folder, rows), f"{rows:,}"
    asked = (_FIRST, _MONTHS, _AS_OF)
    tasks = {
        f"{size}: salesnb": partial(measured, kpis_asked.ours, files, _FIRST, _MONTHS),
        f"{size}: DuckDB by hand": partial(measured, kpis_by_hand.ask, files, *asked),
        f"{size}: pandas": partial(measured, kpis_in_pandas.ask, files, *asked),
    }
    runs = {name: typical(found) for name, found in in_turns(tasks, turns).items()}
    mine, hand, pandas = (runs.get(name) for name in tasks)
    # The largest size counts, and is measured last.
    report.ratios |= {"vs_duckdb_by_hand": _ratio(mine, hand), "vs_pandas": _ratio(mine, pandas)}
    report.figures |= {
        f"vs_duckdb_by_hand_{rows}": _ratio(mine, hand),
        f"vs_pandas_{rows}": _ratio(mine, pandas),
        f"processor_vs_duckdb_by_hand_{rows}": _ratio(mine, hand, "cpu_seconds"),
        f"processor_vs_pandas_{rows}": _ratio(mine, pandas, "cpu_seconds"),
        f"peak_mib_{rows}": round(mine.peak_bytes / 2**20) if mine else None,
        f"seconds_{rows}": round(mine.seconds, 2) if mine else None,
        f"{_BSL}_seconds_{rows}": _in_bsl(files, turns, report),
    }
    for name, peer in (("by hand", hand), ("pandas", pandas)):
        if mine and peer:
            report.wrong += [f"{size}, {name}: {one}" for one in _differences(mine.found, peer.found)]
    return runs


def _measure_live(folder: Path, report: Report) -> None:
    """Measure how long a preview waits."""
    run = measured(kpis_asked.live, _imported(folder, _LIVE))
    found = run.found if run else {}
    report.figures |= {
        "live_ms_5_kpis_10000_rows": round(found["computed_ms"], 1) if found else None,
        "live_processor_ms_5_kpis_10000_rows": round(found["computed_processor_ms"], 1) if found else None,
        "kept_ms": round(found["kept_ms"], 3) if found else None,
    }


def _in_bsl(files: Path, turns: int, report: Report) -> float | None:
    """Ask boring-semantic-layer what it can tell, in an environment of its own; None where there is none."""
    if _BSL in report.absent:
        return None
    python = environment("bsl", _BSL_PACKAGES)
    script = Path(kpis_by_hand.__file__).with_name("kpis_in_bsl.py")
    done = called([str(python), str(script), str(files), str(turns)]) if python else None
    if done is None or done.returncode:
        print(done.stderr[-2000:] if done else f"{_BSL} cannot be installed.", file=sys.stderr)
        report.absent.append(_BSL)
        return None
    found = json.loads(done.stdout.splitlines()[-1])
    report.figures[f"{_BSL}_kpis"] = found["kpis"]
    return round(found["seconds"], 2)


def _differences(mine: Mapping[str, Any], peer: Mapping[str, Any]) -> list[str]:
    """List where figures differ: whole numbers at all, others by more than floats do; three are enough."""
    ours_by, theirs_by = _by_key(mine), _by_key(peer)
    found = [f"{key} is told by one only" for key in ours_by.keys() ^ theirs_by.keys()]
    for key in ours_by.keys() & theirs_by.keys():
        theirs = theirs_by[key]
        for name, value in ours_by[key].items():
            if not _same(value, theirs[name], slack=name == "weighted_amount"):
                found.append(f"{name} of {key} is {value}, and {theirs[name]}")
    return sorted(found)[:3]


def _by_key(answer: Mapping[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    rows = (dict(zip(answer["columns"], row, strict=True)) for row in answer["rows"])
    return {(row["team"], row["month"]): row for row in rows}


def _same(mine: Any, theirs: Any, *, slack: bool) -> bool:
    """Compare; a pipeline that the peers weight in floats may be rounded to the other side."""
    if mine is None or theirs is None or isinstance(mine, str):
        return bool(mine == theirs)
    return bool(abs(mine - theirs) <= max(1e-9 * abs(mine), 1e-9, 1 if slack else 0))


def _files(folder: Path, rows: int) -> Path:
    """Write the canonical tables of a sample as Parquet files."""
    import duckdb

    files = folder / f"parquet-{rows}"
    if files.is_dir():
        return files
    database, unfinished = _imported(folder, rows), folder / f"unfinished-{rows}"
    unfinished.mkdir(exist_ok=True)
    with duckdb.connect(str(database), read_only=True) as connection:
        for (name,) in connection.execute("SHOW TABLES").fetchall():
            connection.execute(f"COPY {name} TO '{unfinished / name}.parquet' (FORMAT parquet)")
    return unfinished.rename(files)


def _imported(folder: Path, rows: int) -> Path:
    """Import a sample, and give its database."""
    from salesnb.crm.generator import write_sample
    from salesnb.crm.importing import ImportSettings, import_source
    from salesnb.crm.mapping import load_mapping
    from salesnb.crm.snapshots import current_database

    data, source = folder / f"data-{rows}", folder / "source"
    if current_database(data) is None:
        print(f"writing and importing {rows:,} opportunities", file=sys.stderr, flush=True)
        write_sample(source, opportunities=rows)
        import_source(source, load_mapping("sample"), ImportSettings(currency="USD"), data)
        shutil.rmtree(source)
    database = current_database(data)
    if database is None:
        raise FileNotFoundError(data)
    return database


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is None:
        with scratch() as made:
            yield made
        return
    kept.mkdir(parents=True, exist_ok=True)
    yield kept


def _ratio(mine: Run | None, peer: Run | None, figure: str = "seconds") -> float | None:
    if mine is None or peer is None:
        return None
    return round(float(getattr(mine, figure) / getattr(peer, figure)), 3)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
