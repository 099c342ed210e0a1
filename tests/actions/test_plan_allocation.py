"""What the plan's page is told of its allocation: that of the plan, with band, worth, gains and curves, and no other."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from salesnb.actions.allocating import Asked, find_allocation
from salesnb.actions.plan_allocation import allocation_of_plan
from salesnb.actions.stating import Answers, Ends, Terms, judge, limit, state_resource
from salesnb.calendar import FiscalCalendar
from salesnb.planning import Goal, Plan, keep_amounts, new_plan
from salesnb.settings import Settings
from salesnb.workspace import Workspace

SETTINGS = Settings(currency="USD")
STAMP = {"who": "Ann", "at": datetime(2017, 9, 1, 9, 30, tzinfo=UTC)}
ANSWERS = (
    Answers(segment="North", none="100000", now="300000", saturated="500000", effort="40000"),
    Answers(segment="South", none="80000", now="200000", saturated="260000", effort="40000"),
    Answers(segment="West", none="0", now="90000", saturated="400000", effort="20000"),
)


def stated() -> Plan:
    quarter = FiscalCalendar().period("2017-Q4")
    goal = Goal(id="won_amount", kpi="won_amount", unit="money", target=300_000_00, period=quarter)
    plan = new_plan(name="fy18", period=quarter, currency="USD", goals=[goal])
    return judge(state_resource(plan, "budget=100000", SETTINGS, Terms()), ANSWERS, SETTINGS, **STAMP)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace without data."""
    (tmp_path / "salesnb.toml").write_text('[workspace]\ncurrency = "USD"\nlocale = "en_US"\n')
    return Workspace.open(tmp_path)


@pytest.fixture
def plan(workspace: Workspace) -> Plan:
    """A plan whose budget is allocated, South locked."""
    lock = Ends(segments=("South",), low="10000", high="10000", why="contract")
    posed = limit(stated(), [lock], SETTINGS, **STAMP)
    return find_allocation(workspace, posed, Asked(), read_at=1).plan


def test_lines_are_those_of_the_plan_within_their_bands(workspace: Workspace, plan: Plan) -> None:
    lines = allocation_of_plan(workspace, plan)["allocation"]["lines"]
    assert [line["planned"] for line in lines] == [line.amount for line in plan.allocation]
    assert all(line["low"] <= line["planned"] <= line["high"] for line in lines)
    south = next(line for line in lines if line["segment"] == "South")
    assert (south["low"], south["high"], south["worth"]) == (10_000_00, 10_000_00, None)
    assert south["limits"] == [{"what": "locked at $10,000", "by": STAMP["who"], "why": "contract"}]
    assert all(line["worth"] > 0 for line in lines if line["segment"] != "South")


def test_words_begin_with_how_good_it_is_and_name_no_option(workspace: Workspace, plan: Plan) -> None:
    said = allocation_of_plan(workspace, plan)["allocation"]["said"]
    assert said[0].startswith("Best found; at most 0.1% better exists. The next $1,000 is worth ")
    assert "--" not in " ".join(said)


def test_curves_rise_pass_today_and_planned_and_lie_within_their_range(
    workspace: Workspace, plan: Plan
) -> None:
    for curve in allocation_of_plan(workspace, plan)["allocation"]["curves"]:
        amounts, sales = [row[0] for row in curve["rows"]], [row[1] for row in curve["rows"]]
        assert amounts[0] == 0
        assert amounts[-1] > max(curve["today"], curve["planned"])
        assert sales == sorted(sales)
        assert all(low <= mean <= high for _, mean, low, high in curve["rows"])


def test_amounts_that_were_changed_by_hand_are_not_told_as_found_again(
    workspace: Workspace, plan: Plan
) -> None:
    moved = {(line.resource, line.segment): int(line.amount) for line in plan.allocation}
    first, last = next(iter(moved)), list(moved)[-1]
    moved[first], moved[last] = moved[first] - 100_00, moved[last] + 100_00
    found = allocation_of_plan(workspace, keep_amounts(plan, moved, plan.certificate))["allocation"]
    assert [line["planned"] for line in found["lines"]] == list(moved.values())
    assert found["gains"] == found["curves"] == []
    assert all(line["low"] is None and line["worth"] is None for line in found["lines"])
    assert found["said"][0].startswith("Best found when it was kept; at most 0.1% better existed.")


def test_what_was_found_for_the_worst_cases_is_found_again_for_them(workspace: Workspace) -> None:
    careful = find_allocation(workspace, stated(), Asked(worst=0.2), read_at=1).plan
    assert allocation_of_plan(workspace, careful)["allocation"]["curves"]


def test_without_a_proof_nothing_is_told(workspace: Workspace, plan: Plan) -> None:
    assert allocation_of_plan(workspace, replace(plan, certificate=None)) == {}
    assert allocation_of_plan(workspace, stated()) == {}
