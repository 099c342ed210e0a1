"""The benchmark of the cascade: ours and the peer add up, and what is wrong is found."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.cascade import _timed, ours, peer, question

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_line_of_figures_names_both_goals(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.cascade", "--nodes", "60", "--segments", "3"],
        cwd=ROOT,
        env={**os.environ, "QUICK": "1", "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["benchmark"], found["missing"]) == ("cascade", [])
    assert list(found["ratios"]) == ["vs_pandas_money", "vs_pandas_deals"]
    assert all(ratio > 0 for ratio in found["ratios"].values())


@pytest.mark.parametrize("ask", [ours, peer])
def test_both_answer_the_question_exactly(ask):
    assert ask(120, 4, 5_000)["wrong"] == []


def test_ours_is_within_a_unit_of_the_matrix_before_rounding():
    assert ours(120, 4, 5_000)["furthest"] <= 1


def test_an_answer_that_does_not_add_up_is_found():
    asked = question(40, 2)
    cells = {node: [1, 1] for node in asked["parents"]}
    told = _timed(lambda: cells, asked, 2)["wrong"]
    assert told[0] == "region 0000 is not the sum of what is below it"
