"""Walking forward with both views."""

from dataclasses import replace

import numpy as np
import pytest

from salesnb.outlook.ahead import top_down_ahead
from salesnb.outlook.backtest import Trial, backtest
from salesnb.outlook.comparators import run_rate
from salesnb.outlook.deals import NEVER
from salesnb.outlook.panel import Panel
from salesnb.outlook.theta import forecast_steps
from salesnb.outlook.top_down import top_down
from salesnb.outlook.walking import Past, walked

FIRST = 730_000
MONTHS = 20


@pytest.fixture(scope="module")
def company(invented):
    deals = invented(days=30 * MONTHS, reps=6, teams=2, first=FIRST)
    return replace(deals, won=deals.won & (deals.closed < FIRST + 30 * MONTHS))


def _trial(deals, steps=1):
    starts = [FIRST + 30 * month for month in range(MONTHS + 1)]
    rows = [deals.won_between(start, end) for start, end in zip(starts, starts[1:], strict=False)]
    totals = np.stack(rows, axis=1)
    panel = Panel.from_series(
        {owner: (0, row.tolist()) for owner, row in zip(deals.owners, totals, strict=True)}
    )
    trial = Trial(
        name="rep", panel=panel, steps=steps, reference=run_rate(panel, steps), multiples=(0.8, 1.0, 1.2)
    )
    past = Past(deals=deals, owners={owner: (owner,) for owner in deals.owners}, starts=starts)
    return trial, past


def test_only_the_latest_origins_are_walked_and_each_is_told(company):
    seen = []
    trial, past = _trial(company)
    (found,) = walked([trial], past, most=4, told=lambda done, of: seen.append((done, of)))
    assert sorted(set(found.windows.origins.tolist())) == [16, 17, 18, 19]
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert found.predictions.hits.size == 3 * found.windows.totals.size


def test_what_is_walked_keeps_the_targets_and_results_of_the_plain_backtest(company):
    trial, past = _trial(company)
    (found,) = walked([trial], past, most=3)
    plain = backtest(trial)
    there = np.isin(plain.predictions.origins, [17, 18, 19])
    for name in ("series", "origins", "targets", "hits", "base_rates"):
        assert np.array_equal(getattr(found.predictions, name), getattr(plain.predictions, name)[there])
    assert not np.array_equal(found.predictions.probabilities, plain.predictions.probabilities[there])
    assert (found.windows.low80 <= found.windows.low50).all()
    assert (found.windows.high50 <= found.windows.high80).all()


def test_nothing_that_comes_after_an_origin_has_a_part_in_what_is_said_there(company):
    trial, past = _trial(company)
    (before,) = walked([trial], past, most=2)
    origin = 18
    start = past.starts[origin]
    # All that is not known at the origin turns out otherwise.
    late = company.closed >= start
    changed = replace(
        company,
        closed=np.where(late, NEVER, company.closed),
        won=company.won & ~late,
        expected=np.where(company.created >= start, 1.0, company.expected),
    )
    other, other_past = _trial(changed)
    (after,) = walked([other], other_past, most=2)

    def at(found):
        here = found.predictions.origins == origin
        return found.predictions.probabilities[here], found.predictions.targets[here]

    for one, two in zip(at(before), at(after), strict=True):
        assert np.array_equal(one, two)
    assert not np.array_equal(before.windows.totals, after.windows.totals)


def test_a_window_that_begins_later_is_told_as_such_windows_were_missed():
    rng = np.random.default_rng(3)
    panel = Panel.from_series({str(n): (0, (100 + 20 * rng.standard_normal(60)).tolist()) for n in range(5)})
    now, later = top_down_ahead(panel, 3), top_down_ahead(panel, 3, lead=6)
    assert np.array_equal(now.forecasts, top_down(panel, 3).forecasts, equal_nan=True)
    steps = forecast_steps(panel, 9)
    assert later.forecasts[:, -1] == pytest.approx(steps[:, -1, 6:].sum(axis=1))
    # What stood at an origin was said six steps earlier.
    assert later.forecasts[:, 40] == pytest.approx(steps[:, 34, 6:].sum(axis=1))
    low, high = later.outcome("0").interval(0.8)
    assert low < 300 < high
