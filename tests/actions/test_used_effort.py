"""What segments were to have of a resource, what they had, and what came of it."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from salesnb.actions.stating import Answers, Terms, judge, state_resource
from salesnb.actions.used_effort import find_used
from salesnb.actions.used_effort_words import used_document, used_records
from salesnb.calendar import FiscalCalendar
from salesnb.cli import main
from salesnb.errors import BadInput
from salesnb.money import Formatter
from salesnb.planning import Condition, Goal, Plan, Segment, keep_amounts, keep_segments, new_plan
from salesnb.workspace import Workspace

# Every test imports data.
pytestmark = pytest.mark.slow

AT = datetime(2017, 9, 1, tzinfo=UTC)
DEALS = """id,owner,market,stage,amount,created,closed
1,Ann,North,Won,900,2017-09-01,2017-10-10
2,Ann,North,Won,300,2017-09-01,2017-11-30
3,Ann,South,Won,500,2017-09-01,2017-11-02
4,Ann,South,Lost,500,2017-09-01,2017-11-02
5,Ann,North,Won,7000,2017-09-01,2017-12-02
6,Ann,North,Won,8000,2017-09-01,2017-09-30
"""
EFFORT = """period,segment,resource,amount
2017-09,North,budget,999
2017-10,North,budget,40
2017-10,North,budget,10
2017-11,North,budget,50
2017-11,South,budget,25.50
2017-12,South,budget,77
2017-11,South,visits,77
2017-11,West,budget,77
"""
MAPPING = """
[opportunities]
file = "deals.csv"
columns = { opportunity_id = "id", rep_id = "owner", stage = "stage", amount = "amount", created_on = "created", closed_on = "closed" }
[opportunities.status]
column = "stage"
won = ["Won"]
lost = ["Lost"]
[effort]
file = "effort.csv"
columns = { period = "period", segment = "segment", resource = "resource", amount = "amount" }
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder: Path = tmp_path_factory.mktemp("used")
    source = folder / "crm"
    source.mkdir()
    for name, text in (("deals.csv", DEALS), ("effort.csv", EFFORT), ("mapping.toml", MAPPING)):
        (source / name).write_text(text)
    assert main(["new", str(folder / "mine")]) == 0
    call = ["-C", str(folder / "mine"), "import", str(source), "--mapping", str(source / "mapping.toml")]
    assert main(call) == 0
    return Workspace.open(folder / "mine")


@pytest.fixture
def plan(workspace: Workspace) -> Plan:
    """North and South with a budget of 300 for the quarter, of which North is to have 180."""
    quarter = FiscalCalendar().period("2017-Q4")
    goal = Goal(id="won_amount", kpi="won_amount", unit="money", target=3_000_00, period=quarter)
    made = new_plan(name="q4", period=quarter, currency="USD", goals=[goal])
    made = keep_segments(
        made,
        [
            Segment(id=name, name=name, conditions=(Condition(dimension="market", values=(name,)),))
            for name in ("North", "South")
        ],
    )
    made = state_resource(made, "budget=300", workspace.settings, Terms())
    answers = [
        Answers(segment="North", none="600", now="1800", saturated="3000", effort="150", doubt="0"),
        Answers(segment="South", none="300", now="600", saturated="900", effort="150", doubt="0"),
    ]
    made = judge(made, answers, workspace.settings, who="Ann", at=AT)
    return keep_amounts(made, {("budget", "North"): 180_00, ("budget", "South"): 120_00})


def test_only_months_that_are_over_and_known_count(workspace, plan):
    found = find_used(workspace, plan)
    # Data ends on 2 December, so that December is not over.
    assert (found.months, found.whole) == (("2017-10", "2017-11"), 3)
    north, south = found.lines
    assert (north.planned, north.due, north.used) == (180_00, 120_00, 100_00)
    assert (south.planned, south.due, south.used) == (120_00, 80_00, 25_50)


def test_sales_of_the_same_months_are_held_against_what_was_used(workspace, plan):
    north, south = find_used(workspace, plan).lines
    assert (north.won_amount, north.won_count) == (1_200_00, 2)
    assert north.return_on_spend == 12
    assert north.cost_per_won_deal == 50_00
    assert (south.won_amount, south.won_count, south.cost_per_won_deal) == (500_00, 1, 25_50)


def test_the_curve_says_what_was_to_be_expected_at_that_pace(workspace, plan):
    north = find_used(workspace, plan).lines[0]
    # 100 in two of three months is 150 in three, of which North sells 1,800 in three months and 1,200 in two.
    assert north.expected == north.low == north.high == 1_200_00


def test_of_people_the_months_are_averaged_and_all_are_due(workspace, plan):
    heads = [replace(item, unit="count", counts="heads", total=300) for item in plan.resources]
    lines = [
        replace(line, unit="count", amount=amount)
        for line, amount in zip(plan.allocation, (180, 120), strict=True)
    ]
    north = find_used(workspace, replace(plan, resources=tuple(heads), allocation=tuple(lines))).lines[0]
    # 50 in October and 50 in November.
    assert (north.planned, north.due, north.used) == (180, 180, 50)


def test_people_and_programs_read_the_same(workspace, plan):
    found = find_used(workspace, plan)
    record = used_records(found, Formatter("en_US", "USD"))[0]
    assert record["used"] == "$100"
    assert record["return"] == "12.00"
    assert record["cost per won deal"] == "$50"
    line = used_document(found, 2)["lines"][0]
    assert (line["used"], line["won_amount"], line["return_on_spend"]) == ("100.00", "1200.00", 12)


def test_without_effort_of_the_period_that_is_said(workspace, plan):
    early = FiscalCalendar().period("2016-Q4")
    with pytest.raises(BadInput, match="No effort of 2016-Q4 is loaded"):
        find_used(workspace, replace(plan, period=early))
