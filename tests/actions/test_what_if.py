"""What if: drivers and deals moved around where they are, the outlook with them, and kept as a scenario."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import salesnb
from salesnb.actions.desk_file import lay
from salesnb.actions.making import make_plan
from salesnb.actions.plan_session import PlanSession
from salesnb.actions.what_if import WhatIfBoard
from salesnb.actions.what_if_drivers import LaterHires, simulated_moves
from salesnb.actions.what_if_words import (
    change_words,
    deal_words,
    driver_value,
    measured_words,
    method_words,
    stand_of,
)
from salesnb.crm.generator import write_sample
from salesnb.errors import BadInput, BadUsage, UnknownName
from salesnb.outlook.levers import DRIVERS
from salesnb.planning import (
    RAMPED,
    Cohort,
    DealFate,
    DriverMove,
    PlannedHires,
    Scenario,
    edited,
    keep_scenario,
    set_goal,
)
from salesnb.workspace import Settings, Workspace

pytestmark = pytest.mark.slow


def sold(folder: Path) -> Workspace:
    """A workspace with three years of deals, as of September 11th, and plans of this quarter and the next."""
    write_sample(folder / "crm", opportunities=4_000, seed=5)
    made = Workspace.create(folder / "sales", Settings(company="Acme"))
    salesnb.import_data(made, folder / "crm", "sample")
    make_plan(
        made, "q3", "2026-Q3", [("won_amount", "500000"), ("created_count", "300"), ("won_count", "200")]
    )
    make_plan(made, "q4", "2026-Q4", [("won_amount", "400000")])
    make_plan(made, "past", "2026-Q1", [("won_amount", "1")])
    return made


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return sold(tmp_path_factory.mktemp("what_if"))


@pytest.fixture(scope="module")
def known(workspace):
    """One board of each plan, of which the outlook is worked out once."""
    return {name: WhatIfBoard(PlanSession(workspace, name)) for name in ("q3", "q4", "past")}


@pytest.fixture
def board(known):
    found = known["q3"]
    found.reset()
    found.choose("won_amount")
    return found


def test_with_nothing_moved_it_is_the_outlook_that_is_shown_elsewhere(board):
    session, goal = board.session, board.goal
    whole = session.plan.quotas_of(goal)[0]
    assert board.before == board.after == session.outlook(goal).attainment(whole)
    assert board.before == session.outlook(goal).node(whole).attainment
    shown = session.workspace.settings.formatter
    assert stand_of(board.after, goal, shown) == stand_of(board.before, goal, shown)
    assert change_words(board.before, board.after, goal, shown).startswith("The middle of the outlook stays")


def test_a_driver_moves_the_outlook_and_goes_back_to_where_it_was(board):
    was = board.before
    board.move("win rate", -20)
    lower = board.after
    assert (lower.outcome.quantiles <= was.outcome.quantiles + 1e-6).all()
    assert lower.outcome.quantile(0.5) < was.outcome.quantile(0.5)
    assert lower.chance.probability < was.chance.probability
    shown = board.session.workspace.settings.formatter
    assert "falls by $" in change_words(was, lower, board.goal, shown)
    board.move("win rate", 0)
    assert not board.supposed
    assert board.after == was


def test_nothing_falls_below_what_is_won(board):
    for driver in ("win rate", "deal size", "creation"):
        board.move(driver, -50)
    whole = board.session.plan.quotas_of(board.goal)[0]
    to_date = board.session.outlook(board.goal).node(whole).to_date
    assert board.after.outcome.quantiles.min() >= min(to_date, board.before.outcome.quantiles[0])


def test_deal_size_is_no_lever_of_a_goal_in_numbers_of_deals(board):
    session, plan = board.session, board.session.plan
    said = {
        goal.kpi: [one.driver for one in session.outlook(goal).levers(float(goal.target))]
        for goal in plan.goals
        if goal.kpi != "created_count"
    }
    assert sorted(said["won_amount"]) == sorted(DRIVERS)
    assert sorted(said["won_count"]) == sorted(set(DRIVERS) - {"deal size"})


def test_drivers_stand_where_they_were_measured(board):
    shown = board.session.workspace.settings.formatter
    drivers = {one.name: one for one in board.basis.drivers}
    assert list(drivers) == ["win rate", "deal size", "cycle", "creation", "attrition", "hires"]
    rate = drivers["win rate"]
    assert measured_words(rate, shown) == f"{shown.ratio(rate.measured)}, measured over 12 months"
    assert driver_value(rate, 0, shown) == shown.ratio(rate.measured)
    assert rate.value(10) == pytest.approx(rate.measured * 1.1)
    assert rate.value(rate.high) <= 1
    assert drivers["attrition"].value(drivers["attrition"].low) >= 0
    assert drivers["hires"].why_not.startswith("No hires are planned for the months of 2026-Q3")
    with pytest.raises(BadInput, match="hires cannot be moved"):
        board.move("hires", 1)


@pytest.mark.parametrize("step", [51, -51, 0.5, "3", True, None])
def test_a_step_that_there_is_not_is_refused_and_nothing_moves(board, step):
    board.move("cycle", 4)
    with pytest.raises(BadInput, match="is no step of cycle"):
        board.move("cycle", step)
    assert board.supposed.steps == {"cycle": 4}
    with pytest.raises(UnknownName, match="no driver 'luck'"):
        board.move("luck", 1)


def test_the_ten_largest_open_deals_are_listed_and_can_be_lost_or_won(board):
    deals = board.basis.deals
    assert len(deals) == 10
    assert [one.expected for one in deals] == sorted((one.expected for one in deals), reverse=True)
    assert all(one.title and one.rep for one in deals)
    likely = max(deals, key=lambda one: one.chance * one.expected)
    middle = board.before.outcome.quantile(0.5)
    board.decide(likely.id, "lost")
    lost = board.after.outcome.quantile(0.5)
    board.decide(likely.id, "won")
    won = board.after.outcome.quantile(0.5)
    assert lost < middle < won
    # What is lost and won together is about the deal's worth.
    assert won - lost == pytest.approx(likely.expected, rel=0.5)
    board.decide(likely.id, "open")
    assert not board.supposed
    with pytest.raises(UnknownName, match="not among those listed"):
        board.decide("OPP-x", "lost")
    with pytest.raises(BadUsage, match="no fate of a deal"):
        board.decide(likely.id, "postponed")
    assert "won in the period in" in deal_words(likely, board.session.workspace.settings.formatter)


def test_it_is_kept_as_a_scenario_and_set_again(board):
    deal = board.basis.deals[0]
    with pytest.raises(BadInput, match="Nothing is moved yet"):
        board.keep("Nothing")
    board.move("win rate", -10)
    board.move("attrition", 5)
    board.decide(deal.id, "lost")
    with pytest.raises(BadInput, match="needs a name"):
        board.keep("  ")
    assert board.free_name == "win rate -10 %, attrition +5 points and 1 more"
    after = board.after
    board.keep("Hard times")
    stored = board.session.workspace.plans().load("q3").scenarios
    assert stored == (
        Scenario(
            id="Hard times",
            name="Hard times",
            moves=(DriverMove(driver="win rate", by=-0.1), DriverMove(driver="attrition", by=0.05)),
            fates=(DealFate(deal=deal.id, name=deal.title, fate="lost"),),
        ),
    )
    assert board.session.history[-1].reason == "Scenario Hard times kept"
    board.reset()
    assert board.load("Hard times") == ()
    assert board.after.outcome == after.outcome
    board.move("attrition", 0)
    board.keep("Hard times")
    assert [one.moves for one in board.session.plan.scenarios] == [stored[0].moves[:1]]
    board.session.undo()
    board.session.undo()
    assert board.session.plan.scenarios == ()


def test_what_a_scenario_supposes_of_deals_that_are_closed_is_told(board):
    gone = DealFate(deal="OPP-gone", name="Acme", fate="won")
    far = DriverMove(driver="cycle", by=0.9)
    board.session.change(
        lambda plan: keep_scenario(plan, Scenario(id="s", name="S", moves=(far,), fates=(gone,))), "S"
    )
    assert board.load("S") == ("cycle +90 %", "Acme won")
    assert board.supposed.steps == {"cycle": 50}
    board.session.undo()


def test_a_deal_of_a_scenario_that_is_not_among_the_largest_is_listed_beside_them(board):
    small = next(one for one in board.basis.parts if one not in {deal.id for deal in board.deals})
    fate = DealFate(deal=small, name="Small", fate="won")
    board.session.change(lambda plan: keep_scenario(plan, Scenario(id="s", name="S", fates=(fate,))), "S")
    assert board.is_ready
    assert board.load("S") == ()
    assert small in {one.id for one in board.deals}
    assert len(board.deals) == 11
    assert board.after.outcome.mean > board.before.outcome.mean
    board.decide(small, "open")
    assert len(board.deals) == 10
    board.session.undo()


def test_a_goal_in_numbers_of_deals_has_no_deal_size(board):
    board.choose("won_count")
    size = next(one for one in board.basis.drivers if one.name == "deal size")
    assert size.why_not == "A goal in numbers of deals has no size."
    board.move("win rate", 10)
    assert board.after.outcome.quantile(0.5) > board.before.outcome.quantile(0.5)


def test_a_goal_whose_deals_are_not_followed_and_a_period_that_is_over_say_so(board, known):
    board.choose("created_count")
    with pytest.raises(BadUsage, match="does not follow single deals"):
        board.basis  # noqa: B018
    with pytest.raises(BadUsage, match="2026-Q1 is over"):
        known["past"].basis  # noqa: B018


def test_another_target_moves_the_gap_and_not_the_outlook(board):
    middle, chance = board.before.outcome.quantile(0.5), board.before.chance.probability
    goal = board.goal
    board.session.change(lambda plan: set_goal(plan, "won_amount", int(goal.target * 1.2)), "Higher")
    assert not board.is_ready
    assert board.before.outcome.quantile(0.5) == pytest.approx(middle)
    assert board.before.chance.probability < chance
    assert board.is_ready
    board.session.undo()


def test_hires_that_come_later_bring_less(known):
    board = known["q4"]
    session = board.session
    node = next(quota.id for quota in session.plan.quotas if quota.level != "rep" and quota.parent)
    session.change(
        lambda plan: edited(
            plan,
            assumptions=replace(plan.assumptions, hires=(PlannedHires(node=node, label="2026-10", heads=8),)),
        ),
        "Hires",
    )
    driver = next(one for one in board.basis.drivers if one.name == "hires")
    assert (driver.low, driver.high, driver.source) == (0, 3, "8 hires as planned")
    middles = []
    for months in range(4):
        board.move("hires", months)
        middles.append(board.after.outcome.quantile(0.5))
    assert middles == sorted(middles, reverse=True)
    assert middles[3] < middles[0]
    shown = session.workspace.settings.formatter
    assert driver_value(driver, 2, shown) == "2 months later"
    assert any("Hires that come later" in one for one in method_words(board.basis, shown))


def test_later_hires_take_new_deals_away_by_the_ramped_reps_that_are_missing(board):
    plan = edited(board.session.plan, assumptions=replace(board.session.plan.assumptions, ramp_bp=(5_000,)))
    later = LaterHires(
        plan=plan,
        cohorts=[Cohort(heads=4, tenure=RAMPED)],
        hires=[Cohort(heads=2, month=2)],
        left=(0.5, 1.0, 1.0),
    )
    # As planned 4 · 2.5 rep-months and 2 · (.5 + 1); a month later 2 · .5; later than the period none.
    assert later.factor(0) == 1
    assert later.factor(1) == pytest.approx(11 / 13)
    assert later.factor(5) == pytest.approx(10 / 13)
    moves = (DriverMove(driver="creation", by=0.3), DriverMove(driver="hires", by=1))
    assert simulated_moves(moves, later) == {"creation": pytest.approx(1.3 * 11 / 13 - 1)}
    assert simulated_moves(moves[:1], later) == {"creation": pytest.approx(0.3)}
    assert simulated_moves((), later) == {}


def test_a_probability_that_is_not_shown_says_why(board):
    attainment = board.before
    bare = replace(
        attainment, chance=replace(attainment.chance, probability=None, reason="not enough history: 5")
    )
    shown = board.session.workspace.settings.formatter
    told = stand_of(bare, board.goal, shown)
    assert (told.chance, told.why) == ("–", "not enough history: 5")
    assert change_words(bare, bare, board.goal, shown) == "The middle of the outlook stays where it is."


def test_effects_are_finite_at_every_end(board):
    for driver in board.basis.drivers:
        for step in {driver.low, driver.high} - {0}:
            board.reset()
            board.move(driver.name, step)
            assert np.isfinite(board.after.outcome.quantiles).all()


def test_what_is_supposed_is_there_again_after_a_restart(board):
    board.move("win rate", -20)
    board.decide(board.deals[0].id, "lost")
    anew = WhatIfBoard(PlanSession(Workspace.open(board.session.workspace.root), "q3"))
    assert anew.supposed == board.supposed
    assert (anew.moves, anew.fates) == (board.moves, board.fates)
    board.reset()
    assert not WhatIfBoard(board.session).supposed


@pytest.mark.parametrize(
    "left", [3, [], {"steps": 1}, {"steps": {"win rate": "x", "luck": 5}, "fates": {"gone": "lost", "b": []}}]
)
def test_what_cannot_be_supposed_any_more_supposes_nothing(board, left):
    lay(board.session, "what if", left)
    anew = WhatIfBoard(board.session)
    anew.choose("won_amount")
    assert (anew.moves, anew.fates) == ((), ())
    assert anew.after == anew.before
    board.reset()
