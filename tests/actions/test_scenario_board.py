"""Scenarios side by side, the plan as it is first: what differs, and what can be done with each."""

from pathlib import Path

import pytest

from salesnb.actions.plan_session import PlanSession
from salesnb.actions.scenario_board import ScenarioBoard
from salesnb.actions.scenario_words import allocated_words, difference_words
from salesnb.errors import BadInput, BadUsage, UnknownName
from salesnb.planning import (
    DealFate,
    DriverMove,
    Scenario,
    ScenarioResource,
    ScenarioResponse,
    ScenarioTarget,
    keep_scenario,
)
from salesnb.workspace import Workspace
from tests.actions.test_allocating import AT, stated
from tests.actions.test_what_if import sold

LEAN = Scenario(
    id="Lean",
    name="Lean",
    resources=(ScenarioResource(resource="budget", unit="money", total=80_000_00),),
    responses=(ScenarioResponse(segment="West", factor_bp=8_000),),
)
HIGH = Scenario(
    id="High",
    name="High",
    targets=(ScenarioTarget(goal="won_amount", unit="money", target=330_000_00),),
    moves=(DriverMove(driver="win rate", by=0.1),),
    fates=(DealFate(deal="OPP-1", name="Acme", fate="won"),),
)


def compared(folder: Path) -> PlanSession:
    """A session of a plan with an allocation and two scenarios, without data."""
    (folder / "salesnb.toml").write_text('[workspace]\ncurrency = "USD"\n')
    workspace = Workspace.open(folder)
    plan = keep_scenario(keep_scenario(stated(), LEAN), HIGH)
    workspace.plans().save(plan, read_at=None, author="Ann", reason="New plan", at=AT)
    session = PlanSession(workspace, "fy18")
    session.author = "Ann"
    return session


@pytest.fixture
def board(tmp_path: Path) -> ScenarioBoard:
    return ScenarioBoard(compared(tmp_path))


def words(board: ScenarioBoard, name: str) -> list[str]:
    column = next(one for one in board.columns if one.name == name)
    return list(difference_words(board, column, board.session.workspace.settings.formatter))


def test_the_plan_stands_first_and_differences_are_said(board):
    assert [one.name for one in board.columns] == ["as planned", "Lean", "High"]
    assert words(board, "as planned") == []
    assert words(board, "Lean") == [
        "Resource budget: 100,000 → 80,000.",
        "West sells 80% of what its curve says.",
    ]
    assert words(board, "High") == [
        "Target of won amount: $330,000 instead of $300,000.",
        "win rate +10 %.",
        "Acme is won.",
    ]


def test_a_copy_of_the_plan_differs_in_nothing_until_the_plan_moves(board):
    board.keep_plan("Before")
    assert words(board, "Before") == ["Nothing differs from the plan."]
    board.adopt("High")
    assert words(board, "Before") == ["Target of won amount: $300,000 instead of $330,000."]
    board.adopt("Before")
    assert board.session.plan.goal("won_amount").target == 300_000_00


def test_what_is_done_is_in_the_plans_file_and_undone_as_one(board):
    plans = board.session.workspace.plans()
    board.rename("Lean", "Lean year")
    board.copy("Lean")
    board.remove("High")
    assert [one.name for one in plans.load("fy18").scenarios] == ["Lean year", "Lean year (copy)"]
    assert [one.reason for one in board.session.history[1:]] == [
        "Scenario Lean renamed Lean year",
        "Scenario Lean year copied",
        "Scenario High removed",
    ]
    board.adopt("Lean year")
    assert plans.load("fy18").resources[0].total == 80_000_00
    assert board.session.undo() == "Scenario Lean year made the plan"
    assert plans.load("fy18").resources[0].total == 100_000_00
    with pytest.raises(UnknownName):
        board.remove("Nobody's")


def test_a_scenario_is_given_another_target_as_typed(board):
    board.aim("Lean", "310000.50")
    assert words(board, "Lean")[0] == "Target of won amount: $310,000 instead of $300,000."
    assert board.session.plan.scenarios[0].targets[0].target == 310_000_50
    with pytest.raises(BadInput):
        board.aim("Lean", "a lot")
    assert board.session.plan.scenarios[0].targets[0].target == 310_000_50


def test_allocations_are_compared_on_the_same_draws_and_forgotten_once_they_no_longer_hold(board):
    shown = board.session.workspace.settings.formatter
    assert [one.name for one in board.allocated] == ["Lean"]
    assert allocated_words(board, shown) == ({}, ())
    board.compare()
    records, lines = allocated_words(board, shown)
    assert list(records) == ["as planned", "Lean"]
    assert records["Lean"]["difference"].startswith("-$")
    assert any(line.startswith("Best: as planned") for line in lines)
    board.rename("High", "Higher")
    assert board.sides is not None
    board.session.change(lambda plan: keep_scenario(plan, Scenario(id="Lean", name="Lean")), "Bare")
    assert board.sides is None
    with pytest.raises(BadUsage, match="No scenario of the plan touches the allocation"):
        board.compare()


@pytest.mark.slow
def test_the_outlook_stands_beside_each_with_what_it_supposes_and_its_target(tmp_path):
    session = PlanSession(sold(tmp_path), "q3")
    session.change(lambda plan: keep_scenario(plan, HIGH), "High")
    board = ScenarioBoard(session)
    assert [one.attainment for one in board.columns] == [None, None]
    board.start()
    plan, high = board.columns
    assert plan.attainment == board.what_if.before
    assert high.target == 330_000_00
    assert high.attainment.outcome.quantile(0.5) > plan.attainment.outcome.quantile(0.5)
    assert high.attainment.chance.probability >= plan.attainment.chance.probability
    told = words(board, "High")
    assert told[1].startswith("Win rate: ")
    assert " instead of " in told[1]
    assert "not open any more" in told[2]
    assert told[3].startswith("The outlook rises by $")
