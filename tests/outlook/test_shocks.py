from datetime import date
from functools import partial

import numpy as np
import pytest

from salesnb.outlook.deals import NEVER
from salesnb.outlook.pipeline import fit_pipeline
from salesnb.outlook.rest import fit_rates
from salesnb.outlook.shocks import Miss, Shock, learn_shock, misses, months_before

FIRST = 730_000


def number(*day):
    return date(*day).toordinal()


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (number(2026, 3, 15), 1, number(2026, 2, 15)),
        (number(2026, 3, 30), 1, number(2026, 2, 28)),
        (number(2026, 3, 30), 2, number(2026, 1, 30)),
        (number(2026, 2, 28), 1, number(2026, 1, 31)),
        (number(2026, 1, 31), 1, number(2025, 12, 31)),
        (number(2026, 12, 10), 24, number(2024, 12, 10)),
    ],
)
def test_an_origin_is_the_same_day_of_a_month_before_and_its_end_stays_the_end(day, months, before):
    assert months_before(day, months) == before


def made_up(*, company, team, rep, drift=0.0, origins=4_000, seed=1):
    """Misses of two teams of three reps each with normal shocks, expected 100 and chance of variance 49 each."""
    rng, teams = np.random.default_rng(seed), np.array([0, 0, 0, 1, 1, 1])
    shocks = (
        company * rng.standard_normal((origins, 1))
        + (team * rng.standard_normal((origins, 2)))[:, teams]
        + rep * rng.standard_normal((origins, 6))
    )
    actual = 100 * np.exp(drift) * (1 + shocks) + 7 * np.exp(drift / 2) * rng.standard_normal((origins, 6))
    past = [
        Miss(as_of=origin, expected=np.full(6, 100.0), variance=np.full(6, 49.0), actual=one)
        for origin, one in enumerate(actual)
    ]
    return learn_shock(past, teams)


@pytest.mark.parametrize(("company", "team", "rep"), [(0.3, 0.2, 0.1), (0.1, 0.3, 0.2), (0.0, 0.0, 0.25)])
def test_what_company_teams_and_reps_share_is_told_apart(company, team, rep):
    found = made_up(company=company, team=team, rep=rep)
    assert (found.company_sd, found.team_sd, found.rep_sd) == pytest.approx((company, team, rep), abs=0.03)


def test_pure_chance_leaves_no_shock_once_it_was_seen_long_enough():
    found = made_up(company=0, team=0, rep=0)
    assert max(found.company_sd, found.team_sd, found.rep_sd) < 0.03


def test_a_lasting_miss_is_a_drift_and_no_shock():
    found = made_up(company=0, team=0, rep=0, drift=-0.4)
    assert found.drift == pytest.approx(-0.4, abs=0.01)
    assert found.company_sd < 0.05


def test_four_origins_that_miss_alike_are_believed_by_half():
    past = [
        Miss(as_of=k, expected=np.array([100.0]), variance=np.array([1.0]), actual=np.array([200.0]))
        for k in range(4)
    ]
    assert learn_shock(past, np.array([0])).drift == pytest.approx(np.log(2) / 2, abs=1e-5)


def test_recent_misses_say_more_of_the_drift_than_those_of_two_years_ago():
    one = np.array([100.0])
    past = [
        Miss(as_of=-30 * k, expected=one, variance=one / 100, actual=one * (2.0 if k < 12 else 0.5))
        for k in range(24)
    ]
    told = learn_shock(past, np.array([0])).drift
    # Unweighted, 24 misses would say log(1.25) · 24/28.
    assert told > np.log(1.4) * 0.8


def test_without_any_past_the_shock_is_the_prior_and_never_none():
    found = learn_shock([], np.array([0, 0, 1]))
    assert (found.company_sd, found.team_sd, found.rep_sd) == pytest.approx((0.15, 0.10, 0.15))
    assert (found.drift, found.freedom, found.origins) == (0, 4, 0)


def test_origins_are_those_whose_window_is_over_after_two_months_of_closing(invented):
    deals = invented(days=400)
    as_of = number(2000, 3, 31)
    first = deals.first_closed
    found = misses(deals, as_of, 31, partial(fit_rates, deals))
    assert [miss.as_of for miss in found] == [months_before(as_of, back) for back in range(1, len(found) + 1)]
    assert found[-1].as_of >= first + 60 > months_before(found[-1].as_of, 1)
    quarter = misses(deals, as_of, 91, partial(fit_rates, deals))
    assert quarter[0].as_of == number(1999, 12, 31)


def test_a_month_that_is_shorter_than_the_horizon_is_judged_by_the_days_it_has(invented):
    deals, as_of = invented(days=400), number(2000, 2, 29)
    found = misses(deals, as_of, 31, partial(fit_rates, deals))[0]
    assert found.as_of == number(2000, 1, 31)
    assert found.actual.tolist() == deals.won_between(number(2000, 2, 1), number(2000, 3, 1)).tolist()


def test_an_origin_knows_nothing_of_what_came_after_it(invented):
    deals = invented(days=400)
    as_of = number(2000, 3, 31)
    whole = misses(deals, as_of, 31, partial(fit_rates, deals))
    origin = whole[3].as_of
    again = misses(deals.known(origin + 31), as_of, 31, partial(fit_rates, deals.known(origin + 31)))[3]
    assert again.expected.tolist() == whole[3].expected.tolist()
    assert again.actual.tolist() == whole[3].actual.tolist()


def test_the_future_moves_nothing_that_is_fitted(invented):
    deals, as_of = invented(days=500), FIRST + 400
    later = deals.closed > as_of
    blind = type(deals)(
        **vars(deals) | {"closed": np.where(later, NEVER, deals.closed), "won": deals.won & ~later}
    )
    assert fit_pipeline(deals, as_of, 30).shock == fit_pipeline(blind, as_of, 30).shock


def test_bad_months_of_everybody_are_found_as_the_companys(invented):
    deals = invented(days=1000, reps=30, teams=5, seed=2)
    month = (deals.closed - FIRST) // 30
    bad = np.random.default_rng(3).normal(0, 0.5, int(month.max()) + 1)
    amount = deals.amount * np.exp(bad[month])
    shaken = fit_pipeline(type(deals)(**vars(deals) | {"amount": amount}), FIRST + 960, 30).shock
    calm = fit_pipeline(deals, FIRST + 960, 30).shock
    assert calm.company_sd < 0.12
    assert shaken.company_sd > 0.25
    assert shaken.company_sd > 2 * shaken.team_sd


def test_few_origins_make_the_tails_of_a_shock_longer():
    def tails(freedom):
        shock = Shock(drift=0, company_sd=1, team_sd=0, rep_sd=0, freedom=freedom, origins=0)
        return float((np.abs(shock.draw(100_000, np.random.default_rng(1))[0]) > 3).mean())

    # P(|t| > 3) with 4 degrees of freedom is 0.040, with a thousand 0.0028.
    assert (tails(4), tails(1_000)) == (pytest.approx(0.040, abs=0.003), pytest.approx(0.0028, abs=0.001))
