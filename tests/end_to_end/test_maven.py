"""The main job on real input, by the commands of the README, with figures traced to the reference."""

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow]

TEAMS = {"Cara Losch", "Celia Rouche", "Dustin Brinkmann", "Melvin Marxen", "Rocco Neubert", "Summer Sewald"}


def salesnb(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "salesnb", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def workspace(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("maven")
    salesnb("new", "mine", cwd=base)
    mine = base / "mine"
    printed = salesnb("import", shared_data / "maven_crm", "--mapping", "maven", cwd=mine).stdout
    assert (
        printed.splitlines()[0]
        == "opportunities: read 8800, loaded 8800, rejected 0, repaired 1480, warned 1588"
    )
    salesnb("plan", "new", "fy18", "--period", "2017-Q4", "--goal", "won_amount=3000000", cwd=mine)
    salesnb("review", "fy18", cwd=mine)
    return mine


@pytest.fixture(scope="module")
def reference(shared_data: Path) -> Callable[[str, str, str], float]:
    with (shared_data / "maven_crm" / "reference_kpis.csv").open(encoding="utf-8") as file:
        rows = {(row["grouping"], row["key"], row["kpi"]): row["value"] for row in csv.DictReader(file)}
    return lambda grouping, key, kpi: float(rows[grouping, key, kpi])


def extract_of(workspace: Path, team: str) -> dict:
    run = workspace / "reviews" / "fy18" / "latest"
    record = json.loads((run / "run.json").read_text(encoding="utf-8"))
    slug = next(row["slug"] for row in record["teams"] if row["name"] == team)
    return json.loads((run / "extracts" / f"{slug}.json").read_text(encoding="utf-8"))


def test_every_team_has_a_page_and_a_notebook(workspace: Path) -> None:
    run = workspace / "reviews" / "fy18" / "latest"
    record = json.loads((run / "run.json").read_text(encoding="utf-8"))
    assert {row["name"] for row in record["teams"]} >= TEAMS
    assert {row["status"] for row in record["teams"]} == {"ran"}
    for row in record["teams"]:
        assert (run / f"{row['slug']}.html").is_file()
        assert (run / f"{row['slug']}.ipynb").is_file()
    index = (run / "index.html").read_text(encoding="utf-8")
    assert all(f'href="{row["slug"]}.html"' in index for row in record["teams"])


def test_the_figures_of_a_review_are_those_of_the_reference(
    workspace: Path, reference: Callable[[str, str, str], float]
) -> None:
    extract = extract_of(workspace, "Celia Rouche")
    headline = extract["tables"]["headline"]
    this = dict(zip(headline["columns"], headline["rows"][0], strict=True))
    key = "Celia Rouche|2017Q4"
    assert this["won_amount"] == 100 * reference("manager_quarter", key, "won_amount")
    assert this["won_count"] == reference("manager_quarter", key, "won_count")
    assert this["win_rate"] == pytest.approx(reference("manager_quarter", key, "win_rate_count"), abs=1e-12)
    assert this["median_cycle_days"] == reference("manager_quarter", key, "median_cycle_won")
    assert this["open_count"] == reference("manager", "Celia Rouche", "open_count")


def test_the_reps_of_a_review_add_up_to_their_team(workspace: Path) -> None:
    for team in TEAMS:
        tables = extract_of(workspace, team)["tables"]
        reps, headline = tables["by_rep"], tables["headline"]
        for kpi in ("won_amount", "won_count", "open_amount"):
            total = sum(row[reps["columns"].index(kpi)] or 0 for row in reps["rows"])
            assert total == headline["rows"][0][headline["columns"].index(kpi)]


def test_no_team_s_files_hold_another_team_s_reps(workspace: Path) -> None:
    run = workspace / "reviews" / "fy18" / "latest"
    record = json.loads((run / "run.json").read_text(encoding="utf-8"))
    extracts = {team: extract_of(workspace, team) for team in TEAMS}
    reps = {
        team: {row[1] for row in extract["tables"]["by_rep"]["rows"]} for team, extract in extracts.items()
    }
    for row in record["teams"]:
        if row["name"] not in TEAMS:
            continue
        others = set().union(*(names for team, names in reps.items() if team != row["name"]))
        for path in (f"{row['slug']}.html", f"{row['slug']}.ipynb", f"extracts/{row['slug']}.json"):
            text = (run / path).read_text(encoding="utf-8")
            assert not [name for name in others if name in text]


def test_a_second_run_changes_nothing(workspace: Path) -> None:
    run = workspace / "reviews" / "fy18" / "latest"
    before = {path: path.stat().st_mtime_ns for path in run.resolve().rglob("*")}
    assert "7 unchanged" in salesnb("review", "fy18", cwd=workspace).stderr
    assert {path: path.stat().st_mtime_ns for path in run.resolve().rglob("*")} == before


@pytest.mark.notebook
def test_executed_workbooks_give_the_same_outputs_again(workspace: Path) -> None:
    run = workspace / "reviews" / "fy18" / "latest"
    notebooks = sorted(path.name for path in run.glob("*.ipynb"))[:2]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--nbval", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", ".", *notebooks],
        cwd=run, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]
    assert "passed" in done.stdout
