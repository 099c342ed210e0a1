"""The benchmark of goals: it reads what people have, scores it, and says what does not hold."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.goals_data import maven, read_series
from benchmarks.goals_worlds import try_worlds
from salesnb.errors import BadInput, MissingFile

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.goals", *arguments],
        cwd=ROOT,
        env={**os.environ, "QUICK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def write(folder, rows, header="unique_id,ds,y"):
    path = folder / "series.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def test_series_are_read_by_month_wherever_in_it_their_day_is(tmp_path):
    path = write(tmp_path, ["B,2020-02-29,3", "A,2020-01-31,1", "A,2020-02-01 00:00:00,2"])
    panel, cut = read_series(path, frequency="MS", season=12)
    assert (panel.ids, panel.first, cut) == (("A", "B"), 12 * 2020, 0)
    assert np.array_equal(panel.totals, [[1, 2], [np.nan, 3]], equal_nan=True)


def test_steps_may_be_numbers_and_quarters(tmp_path):
    numbered, _ = read_series(write(tmp_path, ["A,7,1", "A,8,2"]), frequency="M", season=12)
    assert numbered.first == 7
    quarters, _ = read_series(write(tmp_path, ["A,2019-10-01,1", "A,2020-01-01,2"]), frequency="Q", season=4)
    assert (quarters.first, quarters.totals.tolist()) == (4 * 2019 + 3, [[1, 2]])


def test_a_series_counts_from_behind_its_last_gap(tmp_path):
    path = write(tmp_path, ["A,2020-01-01,1", "A,2020-03-01,3", "A,2020-04-01,4", "B,2020-04-01,"])
    panel, cut = read_series(path, frequency="M", season=12)
    assert (panel.ids, panel.totals.tolist(), cut) == (("A",), [[3, 4]], 1)


@pytest.mark.parametrize(
    ("rows", "header", "frequency", "words"),
    [
        (["A,2020-01-01"], "unique_id,ds", "M", "no column y"),
        (["A,yesterday,1"], "unique_id,ds,y", "M", "line 2"),
        (["A,2020-01-01,many"], "unique_id,ds,y", "M", "line 2"),
        (["A,2020-01-01,1"], "unique_id,ds,y", "H", "frequency H is not known"),
        ([], "unique_id,ds,y", "M", "at least one"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, rows, header, frequency, words):
    with pytest.raises(BadInput, match=words):
        read_series(write(tmp_path, rows, header), frequency=frequency, season=12)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(MissingFile):
        read_series(tmp_path / "none.csv", frequency="M", season=12)


def test_maven_has_the_won_amount_of_each_level(shared_data):
    panels = maven(shared_data / "maven_crm")
    assert {level: panel.totals.shape for level, panel in panels.items()} == {
        "region": (3, 10),
        "manager": (6, 10),
        "rep": (30, 10),
    }
    assert {panel.totals.sum() for panel in panels.values()} == {10_005_534}


@pytest.mark.slow
def test_series_of_ones_own_are_scored_by_the_same_command(tmp_path):
    rng = np.random.default_rng(1)
    rows = [
        f"S{number},{2015 + month // 12}-{month % 12 + 1:02}-01,{(1 + month / 60 + 0.3 * (month % 12 > 8)) * 100 * rng.gamma(40, 1 / 40):.2f}"
        for number in range(20)
        for month in range(72)
    ]
    done = run("--series", str(write(tmp_path, rows)), "--freq", "M", "--horizon", "3", "--season", "12")
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["figures"]["brier_series"] < found["figures"]["base_rate_series"]
    assert found["figures"]["predictions_series"] == 20 * 20 * 5
    assert "series " in done.stdout
    assert run("--series", str(tmp_path / "none.csv")).returncode == 1


@pytest.mark.slow
def test_what_is_required_holds_on_the_public_series_and_on_maven(shared_data):
    done = run("--worlds", "0")
    found = json.loads(done.stdout.splitlines()[-1])
    figures = found["figures"]
    assert found["missing"] == []
    assert 0.75 <= figures["coverage80"] <= 0.85
    assert figures["brier_series"] < min(figures["base_rate_series"], 0.16)
    assert figures["mase"] < figures["mase_seasonal_naive"]
    assert figures["brier_maven"] < min(figures["base_rate_maven"], 0.20)
    assert figures["calibration_error"] <= 0.06
    assert figures["hidden_maven"] == figures["predictions_maven"] == 1911
    assert "not enough history" in done.stdout


@pytest.mark.slow
def test_invented_companies_have_goals_of_eight_teams_and_of_the_company():
    found = try_worlds(2)
    assert found.predictions == 2 * 9 * 5
    assert sum(line.count for line in found.tenths) == found.predictions
    assert 0.3 < found.predicted < 0.9
