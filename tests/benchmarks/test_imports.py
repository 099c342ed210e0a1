"""Benchmarks keep the contract that others read: a table, and one line of JSON at the end."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def quick() -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.imports", "--rows", "2000"],
        cwd=ROOT,
        env={**os.environ, "QUICK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_last_line_is_json_with_the_ratio(quick):
    assert quick.returncode == 0, quick.stderr
    found = json.loads(quick.stdout.splitlines()[-1])
    assert set(found) == {"benchmark", "ratios", "figures", "missing"}
    assert (found["benchmark"], found["missing"]) == ("import", [])
    assert list(found["ratios"]) == ["vs_read_csv"]
    assert found["ratios"]["vs_read_csv"] > 0


def test_one_row_in_a_hundred_is_changed_and_found(quick):
    figures = json.loads(quick.stdout.splitlines()[-1])["figures"]
    assert (figures["rows"], figures["changed_rows"], figures["changed_rows_found"]) == (2_000, 20, 20)


def test_what_is_measured_stands_in_a_table(quick):
    table = quick.stdout.splitlines()[:-1]
    assert table[0].split() == ["seconds", "processor", "s", "peak", "MiB"]
    assert {"salesnb import", "read_csv, types given"} <= {line[:34].strip() for line in table}
    assert "smaller is better" in quick.stdout
