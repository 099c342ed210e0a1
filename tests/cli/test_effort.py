"""Effort from a table beside the deals: KPIs, planned and used in reviews, and the cost to serve, on figures that are known.

Each of two teams wins ten deals of 100 a month; East spends 500 a month, West 200, of 1,800 and 600 planned for the quarter.
"""

import csv
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from salesnb.actions.extracts import review_extracts
from salesnb.actions.facts import Facts
from salesnb.actions.naming import Names
from salesnb.cli import main
from salesnb.workspace import Workspace

# Every test imports data.
pytestmark = pytest.mark.slow

MAPPING = """
[opportunities]
file = "deals.csv"
columns = { opportunity_id = "id", rep_id = "rep", product = "product", stage = "stage", amount = "amount", created_on = "created", closed_on = "closed" }
[opportunities.status]
column = "stage"
won = ["won"]
lost = ["lost"]
[reps]
file = "reps.csv"
columns = { rep_id = "rep", name = "rep", team = "team" }
"""
MONTHS = [f"{year}-{month:02}" for year in (2022, 2023) for month in range(1, 13)][:23]
SPENT = {"East": 500, "West": 200}


def write(folder: Path, name: str, rows: list[list[object]]) -> None:
    with (folder / name).open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


def deals() -> list[list[object]]:
    """Ten won deals a month and rep, and a lost one."""
    rows: list[list[object]] = []
    for month in MONTHS:
        for rep in ("Ann", "Cy"):
            for number in range(11):
                day = f"{month}-{number + 1:02}"
                stage = "won" if number < 10 else "lost"
                rows.append([f"{rep}{day}", rep, "Base", stage, 100, day, day])
    # The data ends in the middle of a month.
    return [*rows, ["last", "Ann", "Base", "won", 100, "2023-12-05", "2023-12-05"]]


def effort() -> list[list[object]]:
    rows: list[list[object]] = []
    for month in [*MONTHS, "2023-12"]:
        for team, amount in SPENT.items():
            rows += [[month, team, "budget", amount], [month, team, "visits", 20], [month, team, "heads", 3]]
        rows.append([month, "Base", "budget", 40])
    return rows


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with effort, and a plan of the running quarter with a budget and heads for both teams."""
    folder = tmp_path_factory.mktemp("effort")
    write(folder, "deals.csv", [["id", "rep", "product", "stage", "amount", "created", "closed"], *deals()])
    write(folder, "reps.csv", [["rep", "team"], ["Ann", "East"], ["Cy", "West"]])
    write(folder, "effort.csv", [["period", "segment", "resource", "amount"], *effort()])
    (folder / "mapping.toml").write_text(MAPPING)
    made = folder / "w"
    assert main(["new", str(made)]) == 0
    settings = made / "salesnb.toml"
    settings.write_text(settings.read_text().replace('levels = ["region", "team"]', 'levels = ["team"]'))
    call = ["-C", str(made)]
    assert main([*call, "import", str(folder), "--mapping", str(folder / "mapping.toml")]) == 0
    assert main([*call, "plan", "new", "q4", "--period", "2023-Q4", "--goal", "won_amount=6000"]) == 0
    judged = ["--judge", "East=1000:3000:5000:1500", "--judge", "West=1000:3000:5000:600"]
    locks = ["--lock", "East=1800", "--lock", "West=600"]
    assert (
        main(
            [
                *call,
                "plan",
                "allocate",
                "q4",
                "--by",
                "team",
                "--total",
                "budget=2400",
                *judged,
                *locks,
                "--save",
            ]
        )
        == 0
    )
    heads = ["--judge", "East=1000:3000:5000:3", "--judge", "West=1000:3000:5000:3", "--resource", "heads"]
    locks = ["--lock", "East=4", "--lock", "West=3"]
    assert main([*call, "plan", "allocate", "q4", "--total", "heads=7 heads", *heads, *locks, "--save"]) == 0
    return made


def extracts(work: Path, by: str) -> dict[str, dict]:
    workspace = Workspace.open(work)
    plan = workspace.plans().load("q4")
    with workspace.dataset() as data:
        facts = Facts(
            data=data,
            calendar=workspace.calendar,
            names=Names(data=data, as_of=date(2023, 12, 5)),
            by=by,
            period=plan.period,
            as_of=date(2023, 12, 5),
        )
        return {found.name: found.content for found in review_extracts(workspace, plan, facts, "review")}


def test_kpis_are_told_by_team_and_quarter_and_say_of_which_months(run: Callable, work: Path) -> None:
    ran = run(
        "-C", work, "kpi", "query", "spend", "cost_per_won_deal", "return_on_spend", "--by", "team,quarter", "--format", "json",
        "--from", "2023-07-01",
    )  # fmt: skip
    told = {(row["team"], row["quarter"]): row for row in json.loads(ran.out)}
    assert told["East", "2023-Q3"]["spend"] == 1500
    assert told["East", "2023-Q3"]["cost_per_won_deal"] == 50
    assert told["West", "2023-Q4"] == told["West", "2023-Q4"] | {"spend": 400, "return_on_spend": 5.0}
    assert "Spending is known of 2023-07 to 2023-11" in ran.err
    assert "Spend of Base is of no team." in ran.err


def test_a_team_is_told_of_its_own_effort_alone_planned_for_the_months_that_are_over(work: Path) -> None:
    east = extracts(work, "team")["East"]["effort"]
    assert east["months"] == ["2023-10", "2023-11"]
    assert {line["segment"] for line in east["lines"]} == {"East"}
    lines = {line["resource"]: line for line in east["lines"]}
    assert lines["budget"] == {
        "resource": "budget", "segment": "East", "unit": "money", "counts": "", "planned": 1200_00, "used": 1000_00,
        "won_amount": 2000_00, "won_count": 20, "return": 2.0, "cost": 50_00.0,
    }  # fmt: skip
    # Heads are there all the time: neither added up over months nor cut to those that are over.
    assert (lines["heads"]["planned"], lines["heads"]["used"]) == (4, 3)
    assert (lines["visits"]["planned"], lines["visits"]["used"], lines["visits"]["return"]) == (
        None,
        40,
        50_00.0,
    )


def test_the_company_is_told_of_all_and_a_rep_of_nothing_that_is_the_team_s(work: Path) -> None:
    told = extracts(work, "company")
    (company,) = told.values()
    lines = {(line["segment"], line["resource"]): line for line in company["effort"]["lines"]}
    assert {segment for segment, _ in lines} == {"East", "West", "Base"}
    assert lines["Base", "budget"]["won_count"] == 40
    assert all("effort" not in content for content in extracts(work, "rep").values())


def test_cost_and_return_are_among_the_kpis_of_a_review(work: Path) -> None:
    headline = extracts(work, "team")["West"]["tables"]["headline"]
    now = dict(zip(headline["columns"], headline["rows"][0], strict=True))
    assert (now["cost_per_won_deal"], now["return_on_spend"]) == (20_00, 5.0)


def test_segments_are_scored_by_what_a_won_deal_costs(run: Callable, work: Path) -> None:
    ran = run("-C", work, "plan", "allocate", "q4", "--scores", "cost_to_serve=1", "--format", "json")
    told = {row["segment"]: row["values"] for row in json.loads(ran.out)}
    assert list(told) == ["West", "East"]
    assert [told[name]["cost to serve"] for name in ("East", "West")] == ["50.00", "20.00"]
