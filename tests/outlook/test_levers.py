import numpy as np
import pytest

from salesnb.outlook.distribution import Outcome
from salesnb.outlook.hazards import Hazards, win_shares
from salesnb.outlook.levers import DRIVERS, moved_rates, tornado, worth_knowing
from salesnb.outlook.pipeline import fit_pipeline, simulate
from salesnb.outlook.simulation import Simulation

FIRST = 730_000
AS_OF = FIRST + 400
PERIOD = {"as_of": AS_OF, "start": AS_OF + 1, "end": AS_OF + 92}


@pytest.fixture(scope="module")
def company(invented):
    deals = invented(days=500, seed=8)
    return deals, fit_pipeline(deals, AS_OF, 91)


@pytest.fixture(scope="module")
def levers(company):
    deals, pipeline = company
    target = simulate(pipeline, deals, **PERIOD).outcome().quantile(0.5)
    return {lever.driver: lever for lever in tornado(pipeline, deals, target, attrition=0.3, **PERIOD)}


def test_every_driver_is_there_and_those_that_move_most_come_first(levers):
    assert set(levers) == set(DRIVERS)
    swings = [lever.swing for lever in levers.values()]
    assert swings == sorted(swings, reverse=True)


def test_more_wins_larger_deals_and_more_of_them_raise_a_chance_and_longer_cycles_and_leavers_lower_it(
    levers,
):
    for driver in ("win rate", "deal size", "creation"):
        assert levers[driver].down < 0.5 < levers[driver].up
    for driver in ("cycle", "attrition"):
        assert levers[driver].down > levers[driver].up


def test_a_driver_is_moved_by_what_was_measured_or_by_a_tenth(company, levers):
    deals, pipeline = company
    assert all(lever.measured for lever in levers.values())
    unknown = tornado(pipeline, deals, 1.0, **PERIOD)
    attrition = next(lever for lever in unknown if lever.driver == "attrition")
    assert (attrition.move, attrition.measured) == (0.10, False)


def test_the_order_of_the_tornado_does_not_hang_on_luck(company, levers):
    deals, pipeline = company
    target = simulate(pipeline, deals, **PERIOD).outcome().quantile(0.5)
    again = tornado(pipeline, deals, target, attrition=0.3, seed=9, **PERIOD)
    assert {lever.driver: lever.swing for lever in again} == pytest.approx(
        {driver: lever.swing for driver, lever in levers.items()}, abs=0.05
    )


def test_a_higher_win_rate_closes_as_many_deals(company):
    _, pipeline = company
    before, after = (
        pipeline.rates.hazards,
        moved_rates(pipeline.rates, "win rate", 0.2, days=90, leave=0.0).hazards,
    )
    assert after.won + after.lost == pytest.approx(before.won + before.lost)
    # Where a fifth more would be more than all that close, all are won.
    room = 1.2 * before.won < before.won + before.lost
    assert room.mean() > 0.5
    assert after.won[room] == pytest.approx(1.2 * before.won[room])
    assert after.lost[~room] == pytest.approx(0)


def test_a_longer_cycle_wins_as_many_at_ages_longer_by_the_factor(company):
    _, pipeline = company
    rates = pipeline.rates
    longer = moved_rates(rates, "cycle", 0.5, days=90, leave=0.0).hazards
    before, after = (
        win_shares(
            Hazards(won=one.won, lost=one.lost, season=(1.0, 1.0, 1.0)), np.array([0]), np.arange(1_500)
        )[0]
        for one in (rates.hazards, longer)
    )
    assert after[1_499] == pytest.approx(before[1_499], rel=0.02)
    assert after[149] == pytest.approx(before[99], rel=0.02)


def test_larger_deals_leave_what_is_won_to_date_as_it_is(company):
    deals, pipeline = company
    period = {"as_of": AS_OF, "start": AS_OF - 60, "end": AS_OF + 1}
    found = tornado(pipeline, deals, float(deals.won_between(AS_OF - 60, AS_OF + 1).sum()), **period)
    assert {(lever.down, lever.up) for lever in found} == {(1.0, 1.0)}


def test_a_year_of_attrition_takes_the_new_deals_of_those_who_left(company):
    _, pipeline = company
    before = pipeline.rates.creation.per_day
    after = moved_rates(pipeline.rates, "attrition", 0.5, days=365, leave=0.0).creation.per_day
    # The mean of 0.5^t over a year is 0.5 / ln 2.
    assert after / before == pytest.approx(np.full(12, 0.5 / np.log(2)), rel=0.01)


def made_up(new_wins, wins, shock, totals):
    one = {"owners": ("r",), "teams": ("t",)}
    return Simulation(totals=totals[None], wins=wins[None], new_wins=new_wins[None], shock=shock, **one)


def test_what_decides_the_goal_takes_all_uncertainty_away_and_what_does_not_takes_none():
    rng = np.random.default_rng(2)
    new, still_open, shock = (
        rng.poisson(6, 20_000) * 1.0,
        rng.poisson(6, 20_000) * 1.0,
        rng.normal(size=20_000),
    )
    worths = {
        worth.of: worth.certainty for worth in worth_knowing(made_up(new, new + still_open, shock, new), 7)
    }
    assert worths["how many new deals are won"] == pytest.approx(1, abs=0.001)
    assert worths["which open deals are won"] == pytest.approx(0, abs=0.005)
    assert worths["how the whole company closes"] == pytest.approx(0, abs=0.005)


def test_knowing_one_of_two_equal_parts_is_worth_what_the_brier_score_falls_by():
    rng = np.random.default_rng(4)
    first, second = rng.normal(size=(2, 200_000))
    found = worth_knowing(made_up(np.zeros(200_000), np.zeros(200_000), first, first + second), 0.0)
    # P(x) = Phi(x) is uniform, so that 1 - E[P (1 - P)] / 0.25 = 1/3; ten parts lose a little of it.
    assert found[0].of == "how the whole company closes"
    assert found[0].certainty == pytest.approx(1 / 3, abs=0.01)


def test_nothing_is_worth_knowing_of_a_goal_that_is_certain(company):
    deals, pipeline = company
    simulation = simulate(pipeline, deals, **PERIOD)
    assert {worth.certainty for worth in worth_knowing(simulation, 0.0)} == {0.0}
    assert isinstance(simulation.outcome(), Outcome)


def test_what_chance_alone_makes_of_few_draws_is_not_taken_for_knowledge():
    rng = np.random.default_rng(6)

    def noise():
        first, second = rng.normal(size=(2, 200))
        worths = worth_knowing(made_up(np.zeros(200), np.zeros(200), first, second), 0.0)
        return next(worth.certainty for worth in worths if worth.of == "how the whole company closes")

    # Without a correction nine free differences of 200 draws would be worth 9 / 200.
    assert np.mean([noise() for _ in range(100)]) < 0.02
