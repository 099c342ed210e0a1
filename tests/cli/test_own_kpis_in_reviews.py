"""From a promoted KPI to every team's page: figures, target, status, version; and again when it changes."""

import json
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

BIG = """
name = "big_wins"
label = "Large <b>deals</b> won"
expression = "count(where won and amount >= 1_200)"
unit = "count"
owner = "Ann"
"""
TORN = 'name = "torn"\nexpression = "count(where secter = \'x\')"\nunit = "count"\n'


def test_a_promoted_kpi_is_in_every_review_and_a_changed_one_runs_them_again(
    run: Any, planned: Path, tmp_path: Path
) -> None:
    (tmp_path / "big.toml").write_text(BIG, encoding="utf-8")
    (planned / "kpis" / "torn.toml").write_text(TORN, encoding="utf-8")
    query = run("-C", planned, "kpi", "query", "won_count", "--where", "team=Mia", "--format", "csv")
    assert query.code == 0
    assert run("-C", planned, "kpi", "promote", tmp_path / "big.toml", "--draft").code == 0
    figure = run("-C", planned, "kpi", "query", "big_wins", "--format", "csv").out.splitlines()[1]
    assert run("-C", planned, "kpi", "promote", "big_wins", "--expect", figure).code == 0
    # The goal of a plan may be a KPI of the workspace, and is the target in its row.
    assert run("-C", planned, "plan", "new", "big", "--period", "2017-Q3", "--goal", "big_wins=9").code == 0
    done = run("-C", planned, "review", "big", "--jobs", "2")
    assert done.code == 0, done.err
    assert "Left out: KPI torn" in done.err
    folder = planned / "reviews" / "big" / "latest"
    record = json.loads((folder / "run.json").read_text())
    assert (record["kpis"]["big_wins"]["version"], record["kpis"]["big_wins"]["status"]) == ("1", "certified")
    pages = [path.read_text() for path in folder.glob("*.html") if path.stem not in ("index", "plan")]
    assert len(pages) == 2
    for page in pages:
        for told in (
            "KPIs of this workspace",
            "Large &lt;b&gt;deals",
            "certified",
            "Target",
            "big_wins 1 (certified)",
        ):
            assert told in page, told
        assert "KPI torn, expression" in page
    targets = [
        json.loads(path.read_text())["own"]["targets"] for path in (folder / "extracts").glob("[!p]*.json")
    ]
    assert sum(found["big_wins"] for found in targets) == 9
    assert "0 made" in run("-C", planned, "review", "big", "--jobs", "2").err
    path = planned / "kpis" / "big_wins.toml"
    path.write_text(path.read_text().replace("1_200", "1_250"), encoding="utf-8")
    again = run("-C", planned, "review", "big", "--jobs", "2")
    assert again.code == 0
    assert "0 made" not in again.err
    page = next(path for path in folder.glob("*.html") if path.stem not in ("index", "plan")).read_text()
    assert "changed after it was certified" in page
    # The file is gone: the goal has no KPI any more, and the reviews are made all the same.
    path.unlink()
    assert run("-C", planned, "review", "big", "--jobs", "2").code == 0
