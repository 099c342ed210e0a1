import random

import numpy as np
import pytest

from salesnb.outlook.deals import NEVER
from salesnb.outlook.rest import fit_rates, moments, rest_of

FIRST = 730_000


@pytest.fixture(scope="module")
def company(invented):
    return invented(days=500, reps=6, seed=8)


def test_nothing_after_the_day_has_a_part_in_the_rates(company):
    as_of = FIRST + 300
    later = company.closed > as_of
    other = type(company)(
        **vars(company)
        | {
            "amount": np.where(later, 9e9, company.amount),
            "won": company.won & ~later,
            "closed": np.where(later, NEVER, company.closed),
            "expected": np.where(company.created > as_of, 1.0, company.expected),
        }
    )
    first, second = (fit_rates(deals, as_of) for deals in (company, other))
    assert first.hazards.won.tolist() == second.hazards.won.tolist()
    assert first.creation.per_day.tolist() == second.creation.per_day.tolist()
    assert first.sizes.mean.tolist() == second.sizes.mean.tolist()
    periods = (as_of, as_of + 1, as_of + 31)
    assert (
        moments(rest_of(first, company, *periods))[0].tolist()
        == moments(rest_of(second, other, *periods))[0].tolist()
    )


def test_mean_and_variance_are_those_of_a_simulation_in_plain_python(deals_of):
    """Two open deals of ages 0 and 3 and arrivals on two days, each day and each deal thrown for by itself."""
    rows = [("r", 100, 100 + age % 5, "won" if age % 3 else "lost", 300.0 + age, 300.0) for age in range(40)]
    deals = deals_of(*rows, ("r", 110, None, "open", 0, 500.0), ("r", 107, None, "open", 0, float("nan")))
    rates = fit_rates(deals, 110, half_life_days=1e12)
    rest = rest_of(rates, deals, 110, 111, 113)
    throw = random.Random(5)
    won, lost = rates.hazards.won.tolist(), rates.hazards.lost.tolist()
    season = rates.hazards.season_of(np.array([111, 112])).tolist()
    ratios, sizes = (
        rates.sizes.ratios.tolist(),
        [amount for _, _, _, status, amount, _ in rows if status == "won"],
    )
    every, own = rates.sizes.every.tolist(), float(rates.sizes.own[0])
    factor = float(rates.win_factor[0])

    def is_won(age, days):
        # The factor of a rep lies on the win hazard that is to come, as a whole.
        missed = 1.0
        still = 1.0
        for day in days:
            hazard = won[age + day] * season[day] if 0 <= age + day < len(won) else 0.0
            missed -= still * hazard
            still *= 1 - hazard - (lost[age + day] if 0 <= age + day < len(lost) else 0.0)
        return throw.random() < 1 - missed**factor

    def size():
        return throw.choice(sizes) if throw.random() < own else throw.choice(every)

    def one():
        total = 500 * throw.choice(ratios) * is_won(1, (0, 1)) + size() * is_won(4, (0, 1))
        for day in (0, 1):
            clock = -np.log1p(-_share(won, lost, season, range(day, 2), -day)) * 1.0
            mean = float(rates.creation.per_day[0]) * (1 - np.exp(-clock)) * factor
            total += sum(size() for _ in range(_poisson(mean, throw)))
        return total

    totals = [one() for _ in range(60_000)]
    mean, variance = moments(rest)
    assert np.mean(totals) == pytest.approx(mean[0], rel=0.02)
    assert np.var(totals) == pytest.approx(variance[0], rel=0.04)


def _share(won, lost, season, days, age):
    reached, still = 0.0, 1.0
    for day in days:
        hazard = won[age + day] * season[day] if age + day < len(won) else 0.0
        reached += still * hazard
        still *= 1 - hazard - (lost[age + day] if age + day < len(lost) else 0.0)
    return reached


def _poisson(mean, throw):
    count, reached = 0, throw.expovariate(1.0)
    while reached < mean:
        count, reached = count + 1, reached + throw.expovariate(1.0)
    return count


def test_a_period_that_starts_later_gets_what_the_days_before_do_not(company):
    rates, as_of = fit_rates(company, FIRST + 400), FIRST + 400
    whole = rest_of(rates, company, as_of, as_of + 1, as_of + 61)
    early = rest_of(rates, company, as_of, as_of + 1, as_of + 31)
    late = rest_of(rates, company, as_of, as_of + 31, as_of + 61)

    def chance(rest):
        return -np.expm1(-rest.clock / rates.win_factor[rest.owner])

    assert chance(early) + chance(late) == pytest.approx(chance(whole))
    assert early.arriving + late.arriving == pytest.approx(whole.arriving)


def test_a_period_that_is_over_brings_nothing_more(company):
    rates = fit_rates(company, FIRST + 400)
    mean, variance = moments(rest_of(rates, company, FIRST + 400, FIRST + 370, FIRST + 401))
    assert mean.tolist() == [0] * 6
    assert variance.tolist() == [0] * 6


def test_undated_open_deals_bring_nothing_until_they_have_an_age(deals_of):
    rows = [("r", 100, 100 + age % 5, "won", 300.0, 300.0) for age in range(40)]
    dated = deals_of(*rows)
    with_undated = deals_of(*rows, ("r", None, None, "open", 0, 1e9))
    found = [moments(rest_of(fit_rates(one, 104), one, 104, 105, 110))[0] for one in (dated, with_undated)]
    assert found[0].tolist() == found[1].tolist()


def test_who_wins_more_than_the_ages_of_the_deals_say_keeps_some_of_it(invented):
    deals = invented(days=600, reps=8, teams=4, a_day=1.0, seed=6)
    as_of = FIRST + 500
    # The first rep wins what others lose.
    better = type(deals)(**vars(deals) | {"won": deals.won | (deals.owner == 0)})
    factor = fit_rates(better, as_of).win_factor
    assert fit_rates(deals, as_of).win_factor == pytest.approx(np.ones(8), abs=0.15)
    assert factor.argmax() == 0
    assert 1.2 < factor[0] < 1.6
    # A colleague of the team has a little of it too, as far as one knows.
    assert better.teams[4] == better.teams[0]


def test_with_few_wins_a_rep_is_taken_for_an_average_one(deals_of):
    rows = [("Ada", 100, 103, "won", 1, 1)] * 300 + [("Ada", 100, 103, "lost", 0, 1)] * 300
    deals = deals_of(*rows, ("Bo", 100, 103, "won", 1, 1), teams={"Ada": "t", "Bo": "u"})
    ada, bo = fit_rates(deals, 110, half_life_days=1e12).win_factor
    # One win of half a win that was expected, pulled by thirty to the team's (1 + 30) / (0.5 + 30), which it alone makes.
    expected = 301 / 601
    team = (1 + 30) / (expected + 30)
    assert bo == pytest.approx((1 + 30 * team) / (expected + 30), rel=1e-3)
    assert ada == pytest.approx(1, abs=0.01)


def test_wins_expected_of_a_rep_are_hazards_of_the_days_weighed_as_they_are(invented):
    deals = invented(days=200, reps=3, teams=1, a_day=0.5, seed=2)
    as_of, half_life = FIRST + 180, 25.0
    rates, known = fit_rates(deals, as_of, half_life_days=half_life), deals.known(as_of)
    won, expected = [0.0] * 3, [0.0] * 3
    for owner, created, closed, is_won in zip(
        known.owner, known.created, known.closed, known.won, strict=True
    ):
        until = min(closed, as_of)
        for day in range(max(created, known.first_closed), until + 1):
            if day - created < len(rates.hazards.won):
                expected[owner] += 0.5 ** ((as_of - day) / half_life) * rates.hazards.won[day - created]
        won[owner] += is_won * 0.5 ** ((as_of - until) / half_life)
    scale = sum(won) / sum(expected)
    team = (sum(won) + 30) / (sum(expected) * scale + 30)
    by_hand = [(w + 30 * team) / (e * scale + 30) for w, e in zip(won, expected, strict=True)]
    assert rates.win_factor == pytest.approx(by_hand)
