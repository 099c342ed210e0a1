from datetime import date

import numpy as np
import pytest

from salesnb.crm.generator import write_sample
from salesnb.kpis.curves import Tally, win_curve
from salesnb.outlook.deals import NEVER
from salesnb.outlook.hazards import Hazards, exposure, fit_hazards, month_of_quarter, win_shares

LONG = 1e12
FLAT = (1.0, 1.0, 1.0)


def fitted(deals, as_of, **options):
    return fit_hazards(
        exposure(deals.known(as_of), as_of), **{"half_life_days": LONG, "prior_deals": 0} | options
    )


# Six deals, known on day 110; the first that closed did so on day 100.
# A 100..100 won; B 100..102 won; C 100..102 lost; D 100..104 won; E 106 still open; F 90..103 lost.
SIX = (
    ("r", 100, 100, "won", 1, 1),
    ("r", 100, 102, "won", 1, 1),
    ("r", 100, 102, "lost", 0, 1),
    ("r", 100, 104, "won", 1, 1),
    ("r", 106, None, "open", 0, 1),
    ("r", 90, 103, "lost", 0, 1),
)


def test_hazards_are_those_worked_by_hand(deals_of):
    found = fitted(deals_of(*SIX), 110)
    # At risk: age 0 to 2 A B C D E, then without A; F is known from day 100, its age 10, to 13; E is of age 4 on day 110.
    at_risk = [5, 4, 4, 2, 2, 0, 0, 0, 0, 0, 1, 1, 1, 1]
    assert exposure(deals_of(*SIX), 110).at_risk.sum(axis=0).tolist() == at_risk
    assert found.won[:5] == pytest.approx([1 / 5, 0, 1 / 4, 0, 1 / 2])
    assert found.lost.tolist() == pytest.approx([0, 0, 1 / 4, 0, 0, *[0] * 8, 1])


def test_what_closed_before_the_data_begin_puts_no_survivor_at_risk_there(deals_of):
    # F was open for ten days before day 100, in which whatever else was lost is not in the data.
    seen = exposure(deals_of(*SIX), 110)
    assert seen.first == 100
    assert seen.at_risk[:, 5:10].sum() == 0


def test_shares_are_those_of_aalen_and_johansen(invented, monkeypatch):
    # They know neither months nor days of the week.
    monkeypatch.setattr("salesnb.outlook.hazards._season", lambda *_: FLAT)
    monkeypatch.setattr("salesnb.outlook.hazards.weekday_factors", lambda *_: np.ones(7))
    deals, as_of = invented(days=400, seed=4), 730_000 + 380
    known = deals.known(as_of)
    first = known.first_closed
    tallies = [
        Tally(
            age=int(min(closed, as_of) - created),
            outcome="open" if closed == NEVER else ("won" if won else "lost"),
            entered=max(first - int(created), 0),
        )
        for created, closed, won in zip(known.created, known.closed, known.won, strict=True)
    ]
    curve = win_curve(tallies, least=1)
    hazards = Hazards(**{part: getattr(fitted(deals, as_of), part) for part in ("won", "lost")}, season=FLAT)
    shares = win_shares(hazards, np.array([0, 20]), as_of + 1 + np.arange(60))
    assert shares[0, [0, 10, 59]] == pytest.approx([curve.won(age) for age in (0, 10, 59)])
    # A deal that is open at the end of age 19.
    assert shares[1, 29] == pytest.approx(curve.won_within(19, 30))


def test_a_half_life_ago_counts_half(deals_of):
    # Day 100: one deal of age 0 is won, the other open; ten days later again two, of which both are won.
    deals = deals_of(
        ("r", 100, 100, "won", 1, 1),
        ("r", 100, 101, "lost", 0, 1),
        ("r", 110, 110, "won", 1, 1),
        ("r", 110, 110, "won", 1, 1),
    )
    # (0.5 x 1 + 1 x 2) / (0.5 x 2 + 1 x 2)
    assert fitted(deals, 110, half_life_days=10).won[0] == pytest.approx(2.5 / 3)
    assert fitted(deals, 110).won[0] == pytest.approx(3 / 4)


def test_few_deals_at_an_age_lean_on_all_ages(deals_of):
    plain, leaning = fitted(deals_of(*SIX), 110), fitted(deals_of(*SIX), 110, prior_deals=2.0)
    # Three wins and two losses in 21 deal days.
    assert leaning.won[4] == pytest.approx((1 + 2 * 3 / 21) / (2 + 2))
    assert leaning.lost[13] == pytest.approx((1 + 2 * 2 / 21) / (1 + 2))
    assert plain.won[4] > leaning.won[4]


def test_deals_beyond_the_oldest_that_closed_are_never_won(deals_of):
    hazards = fitted(deals_of(*SIX, ("r", 20, None, "open", 0, 1)), 110)
    assert win_shares(hazards, np.array([14, 91, 10_000]), 111 + np.arange(50))[:, -1].tolist() == [0, 0, 0]


def test_an_undated_deal_has_no_age_and_a_late_entry_has_age_zero(deals_of):
    rows = (("r", None, None, "open", 0, 1), ("r", None, 104, "won", 1, 1), ("r", 109, 105, "won", 1, 1))
    plain, more = exposure(deals_of(*SIX), 110), exposure(deals_of(*SIX, *rows), 110)
    difference = more.at_risk - plain.at_risk
    assert (difference.sum(), difference[105 - 100, 0], more.won[105 - 100, 0]) == (1, 1, 1)


def test_winning_early_and_being_lost_add_up_to_leaving():
    hazards = Hazards(won=np.array([0.5, 0.1]), lost=np.array([0.25, 0.4]), season=FLAT)
    # 0.5, then of the quarter that is left 0.1; nothing at age 2.
    assert win_shares(hazards, np.array([0]), np.arange(3)).tolist() == [[0.5, 0.525, 0.525]]


def test_a_deal_that_is_created_later_starts_then():
    hazards = Hazards(won=np.array([0.5, 0.1]), lost=np.array([0.25, 0.4]), season=FLAT)
    assert win_shares(hazards, np.array([-2]), np.arange(4)).tolist() == [[0, 0, 0.5, 0.525]]


def test_a_month_of_the_quarter_multiplies_winning_and_a_day_never_wins_more_than_is_left():
    hazards = Hazards(won=np.full(9, 0.2), lost=np.full(9, 0.3), season=(0.5, 1.0, 9.0))
    days = np.array([date(2026, month, 1).toordinal() for month in (1, 2, 3)])
    assert win_shares(hazards, np.array([0]), days)[0] == pytest.approx(
        [0.1, 0.1 + 0.6 * 0.2, 0.22 + 0.6 * 0.5 * 0.7]
    )


def test_months_of_a_quarter_follow_the_fiscal_year():
    days = np.array([date(2026, month, 28).toordinal() for month in (1, 2, 3, 4)])
    assert month_of_quarter(days).tolist() == [0, 1, 2, 0]
    assert month_of_quarter(days, quarter_start=2).tolist() == [2, 0, 1, 2]


def test_quarter_ends_that_win_more_year_after_year_are_found(invented):
    deals = invented(days=1100, reps=30, seed=3)
    rng = np.random.default_rng(5)
    place = month_of_quarter(deals.closed)
    # A third of the wins of the first month are put off into the third.
    moved = deals.won & (place == 0) & (rng.random(len(place)) < 1 / 3)
    closed = np.where(moved, deals.closed + 60, deals.closed)
    late = type(deals)(**{**vars(deals), "closed": closed})
    first, second, third = fitted(late, 730_000 + 1000).season
    assert (first, second, third) == pytest.approx((0.7, 1.0, 1.3), abs=0.12)
    assert fitted(deals, 730_000 + 1000).season == pytest.approx(FLAT, abs=0.06)


def test_hazards_are_of_a_usual_month_whether_the_last_one_was_strong_or_weak(invented):
    deals = invented(days=1100, reps=60, seed=3)
    place = month_of_quarter(deals.closed)
    moved = deals.won & (place == 0) & (np.random.default_rng(5).random(len(place)) < 1 / 3)
    late = type(deals)(**{**vars(deals), "closed": np.where(moved, deals.closed + 60, deals.closed)})
    ends = [date(2001, month, 1).toordinal() - 1 for month in (4, 5, 6, 7, 8, 9)]
    told = [float(fitted(late, day, half_life_days=60).won[5:60].sum()) for day in ends]
    weak, strong = told[1] + told[4], told[0] + told[3]
    assert strong / weak == pytest.approx(1, abs=0.06)


def test_what_never_closes_on_weekends_is_not_expected_there(invented):
    deals = invented(days=1100, reps=30, seed=3)
    late = np.array([0, 0, 0, 0, 0, 2, 1])[(deals.closed + 6) % 7]
    found = fitted(
        type(deals)(**{**vars(deals), "closed": np.where(deals.closed == NEVER, NEVER, deals.closed + late)}),
        730_000 + 1000,
    )
    assert found.weekday[5:] == pytest.approx([0, 0], abs=0.02)
    assert found.weekday[0] > 1.5
    saturday = next(day for day in range(730_000, 730_007) if (day + 6) % 7 == 5)
    shares = win_shares(found, np.array([20]), saturday + np.arange(3))[0]
    assert shares[1] < 0.02 * shares[2]
    assert fitted(deals, 730_000 + 1000).weekday == pytest.approx(np.ones(7), abs=0.1)


def test_hazards_of_the_sample_come_near_its_truth(tmp_path):
    truth = write_sample(tmp_path, opportunities=8_000, seed=11)
    from benchmarks.goals_mixed_worlds import read_world

    deals, _ = read_world(tmp_path)
    as_of = truth.last_day.toordinal()
    found = fitted(deals, as_of)
    won, lost = (np.array(part) for part in truth.hazards())
    # The truth begins at a cycle of one day.
    put_in = Hazards(won=np.r_[0, won], lost=np.r_[0, lost], season=FLAT)
    days = as_of + 1 + np.arange(138)
    flat = Hazards(won=found.won, lost=found.lost, season=FLAT)
    mine = win_shares(flat, np.array([0, 60]), days)
    assert mine[:, [20, 60, 137]] == pytest.approx(
        win_shares(put_in, np.array([0, 60]), days)[:, [20, 60, 137]], abs=0.03
    )
