"""The benchmark of the KPIs: ours and the peers tell the same, and what they told is said as others read it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.kpis import _differences

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = ["team", "month", "won_count", "win_rate"]


@pytest.mark.slow
def test_ours_and_the_peers_tell_the_same(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.kpis", "--rows", "2000", "--no-semantic-layer"],
        cwd=ROOT,
        env={**os.environ, "QUICK": "1", "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["benchmark"], found["missing"]) == ("kpis", ["boring_semantic_layer"])
    assert list(found["ratios"]) == ["vs_duckdb_by_hand", "vs_pandas"]
    assert all(ratio > 0 for ratio in found["ratios"].values())
    assert {"live_ms_5_kpis_10000_rows", "kept_ms", "peak_mib_2000"} <= set(found["figures"])
    assert found["figures"]["kept_ms"] < found["figures"]["live_ms_5_kpis_10000_rows"]


def answer(*rows: tuple[object, ...]) -> dict[str, object]:
    return {"columns": COLUMNS, "rows": rows}


def test_floats_may_differ_in_their_last_digits_and_counts_not_at_all():
    mine = answer(("Alps", "2026-01", 3, 1 / 3), ("Alps", "2026-02", 0, None))
    assert (
        _differences(mine, answer(("Alps", "2026-01", 3, 0.333333333333), ("Alps", "2026-02", 0, None))) == []
    )
    assert len(_differences(mine, answer(("Alps", "2026-01", 4, 1 / 3), ("Alps", "2026-02", 0, 0.5)))) == 2


def test_a_group_that_one_alone_tells_is_wrong():
    mine = answer(("Alps", "2026-01", 3, 0.5))
    assert "told by one only" in _differences(mine, answer())[0]
