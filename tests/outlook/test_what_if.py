"""A what-if: the same random numbers for every move, so that what differs is the move alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.outlook.deals import NEVER, Deals
from salesnb.outlook.distribution import PROBABILITIES, Outcome
from salesnb.outlook.measured import measured_drivers
from salesnb.outlook.pipeline import fit_pipeline, simulate
from salesnb.outlook.what_if import SameDraws, shifted

FIRST = 730_000
AS_OF = FIRST + 400
PERIOD = {"as_of": AS_OF, "start": AS_OF - 10, "end": AS_OF + 92}


@pytest.fixture(scope="module")
def company(invented):
    deals = invented(days=500, seed=8)
    return deals, fit_pipeline(deals, AS_OF, 91)


@pytest.fixture(scope="module")
def what_if(company):
    deals, pipeline = company
    return SameDraws(pipeline, deals, leave=0.2, **PERIOD)


def test_nothing_moved_is_no_effect_at_all(what_if):
    assert not what_if.effect({}).any()
    assert not what_if.effect({"win rate": 0.0}).any()


def test_it_is_the_simulation_that_the_outlook_is_made_from(company, what_if):
    deals, pipeline = company
    many = [simulate(pipeline, deals, seed=seed, **PERIOD).draws_of() for seed in range(4)]
    told, held = np.concatenate(many), what_if.totals()
    assert held.mean() == pytest.approx(told.mean(), rel=0.01)
    assert held.std() == pytest.approx(told.std(), rel=0.1)


@pytest.mark.slow
@settings(deadline=None, max_examples=20)
@given(
    driver=st.sampled_from(["win rate", "deal size", "creation"]),
    ends=st.tuples(st.integers(-50, 50), st.integers(-50, 50)),
)
def test_no_draw_falls_when_a_driver_helps(what_if, driver, ends):
    low, high = sorted(ends)
    before, after = (what_if.totals({driver: by / 100}) for by in (low, high))
    assert (after >= before).all()


def test_longer_cycles_and_leavers_cost(what_if):
    middle = PROBABILITIES.size // 2
    assert what_if.effect({"cycle": 0.2})[middle] < 0
    assert what_if.effect({"attrition": 0.3}).mean() < 0


def test_larger_deals_raise_what_is_to_come_and_not_what_is_won(company, what_if):
    deals, _ = company
    to_date = deals.won_between(PERIOD["start"], AS_OF + 1).sum()
    assert to_date > 0
    rest = what_if.totals() - to_date
    assert what_if.totals({"deal size": 0.5}) == pytest.approx(to_date + 1.5 * rest)


def test_a_deal_that_is_lost_takes_what_it_brought_and_no_other_deal_moves(company, what_if):
    deals, _ = company
    chances = what_if.chances()
    deal = max(chances, key=lambda number: chances[number] * deals.expected[number])
    base, lost, won = what_if.totals(), what_if.totals(lost=[deal]), what_if.totals(won=[deal])
    brought = base - lost
    assert (brought > 0).mean() == pytest.approx(chances[deal])
    assert ((brought > 0) | (won > base)).all()
    # In every draw a deal brings the same, won by chance or by supposition.
    assert won - lost == pytest.approx(np.where(brought > 0, brought, won - base))
    other = next(number for number in chances if number != deal)
    both = what_if.totals(lost=[deal, other])
    assert base - both == pytest.approx(brought + base - what_if.totals(lost=[other]))


def test_open_deals_have_the_chances_that_the_simulation_gives_them(company, what_if):
    deals, _ = company
    chances = what_if.chances()
    assert set(chances) <= set(np.flatnonzero((deals.created <= AS_OF) & (deals.closed > AS_OF)))
    assert all(0 <= chance <= 1 for chance in chances.values())


def test_only_the_reps_asked_for_are_moved(company):
    deals, pipeline = company
    mine = deals.owners[:2]
    some = SameDraws(pipeline, deals, owners=mine, **PERIOD)
    assert {deals.owner[number] for number in some.chances()} <= {0, 1}
    whole = SameDraws(pipeline, deals, **PERIOD)
    assert 0 < some.effect({"win rate": 0.2}).mean() < whole.effect({"win rate": 0.2}).mean()


def test_a_large_pipeline_is_moved_with_fewer_draws(company, monkeypatch):
    deals, pipeline = company
    monkeypatch.setattr("salesnb.outlook.what_if._CELLS", 300_000)
    few = SameDraws(pipeline, deals, **PERIOD)
    assert 250 <= few.draws < 2_000
    assert not few.effect({}).any()


def test_an_effect_moves_an_outcome_and_never_below_what_is_won():
    outcome = Outcome.from_draws(np.linspace(100, 200, 1_001))
    assert shifted(outcome, np.zeros(500), 90.0) is outcome
    assert shifted(outcome, np.full(500, 10.0), 90.0).quantile(0.5) == pytest.approx(160)
    assert shifted(outcome, np.full(500, -60.0), 90.0).quantiles.min() == 90
    assert shifted(outcome, np.full(500, -60.0), 150.0).quantiles.min() == outcome.quantiles[0]


def deals_of(*rows):
    """Deals of two reps: (owner, created, closed, won, amount)."""
    owner, created, closed, won, amount = (np.array(part) for part in zip(*rows, strict=True))
    return Deals(
        owners=("a", "b"),
        teams=("", ""),
        owner=owner,
        created=created,
        closed=closed,
        won=won.astype(bool),
        amount=amount.astype(float),
        expected=amount.astype(float),
    )


def test_drivers_are_measured_over_the_year_before():
    deals = deals_of(
        (0, 100, 130, 1, 1_000),
        (0, 600, 700, 1, 300),
        (0, 610, 730, 0, 999),
        (0, 650, 690, 1, 500),
        (0, 700, NEVER, 0, 800),
        (1, 700, 720, 1, 9_000),
    )
    found = measured_drivers(deals, 800, owners=["a"])
    assert (found.months, found.win_rate, found.deal_size) == (12, pytest.approx(2 / 3), 400)
    assert found.cycle_days == 70
    assert found.created == pytest.approx(4 / 12)


def test_drivers_of_a_short_past_are_measured_over_what_there_is():
    deals = deals_of((0, 100, 130, 1, 1_000), (0, 140, 189, 0, 10))
    found = measured_drivers(deals, 190)
    assert (found.months, found.win_rate) == (2, 0.5)
    assert found.created == pytest.approx(365 / 12 / 61)
    nobody = measured_drivers(deals, 190, owners=["b"])
    assert (nobody.win_rate, nobody.deal_size, nobody.cycle_days, nobody.created) == (None,) * 4
