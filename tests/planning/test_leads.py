"""Deals to create and pipeline to hold, worked back; the references are computed day by day without convolutions."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.calendar import FiscalCalendar, Period
from salesnb.errors import BadInput
from salesnb.planning import Cycle, Due, daily_wins, leads

START = date(2023, 1, 2)
# A fifth is won at once, a fifth after three days, a tenth after eight; two fifths are lost after five.
CYCLE = Cycle(
    won=(0.2, 0.2, 0.2, 0.4, 0.4, 0.4, 0.4, 0.4, 0.5),
    left=(0.2, 0.2, 0.2, 0.4, 0.4, 0.8, 0.8, 0.8, 0.9),
)


def week(n):
    start = START + timedelta(days=7 * n)
    return Period(label=f"2023-W{n + 1:02d}", start=start, end=start + timedelta(days=7))


def test_a_steady_pace_of_wins_takes_a_steady_pace_of_deals():
    """Three wins a day, half of the deals won: six deals a day, whenever they are created."""
    found = leads([3.0] * 70, START, CYCLE, [week(n) for n in range(-1, 10)])
    assert [round(lead.create, 9) for lead in found if lead.label > "2023-W00"] == [42.0] * 10


def test_pipeline_is_what_the_wins_to_come_take_and_nothing_at_the_end():
    found = leads([3.0] * 28, START, CYCLE, [week(n) for n in range(4)])
    assert found[-1].open_wins == 0
    assert found[-1].hold is None
    # Open as many as come in steadily: created a day times the days that deals stay open, on average.
    open_days = sum(1 - left for left in CYCLE.left)
    assert found[0].hold == pytest.approx(6 * open_days)


def test_what_is_created_too_late_or_too_early_is_not_told():
    labels = [lead.label for lead in leads([1.0] * 14, START, CYCLE, [week(n) for n in range(-4, 4)])]
    assert labels == ["2023-W00", "2023-W01", "2023-W02"]


@settings(max_examples=60)
@given(
    ages=st.lists(st.integers(0, 9), min_size=1, max_size=12).filter(any),
    wins=st.lists(st.floats(0, 20), min_size=5, max_size=30),
)
def test_it_agrees_with_a_count_day_by_day(ages, wins):
    total = 2 * sum(ages)
    won = tuple(sum(ages[: n + 1]) / total for n in range(len(ages)))
    cycle = Cycle(won=won, left=tuple(2 * share for share in won))
    share = [age / total for age in ages]
    days = range(-len(ages), len(wins))
    needed = {
        s: sum(wins[t] * share[t - s] for t in range(len(wins)) if 0 <= t - s < len(ages)) / won[-1]
        for s in days
    }
    inside = {s: sum(share[t - s] for t in range(len(wins)) if 0 <= t - s < len(ages)) for s in days}
    # Whatever is needed of all days is all the wins.
    assert sum(needed.values()) == pytest.approx(sum(wins), abs=1e-9)
    for lead in leads(wins, START, cycle, [week(0)]):
        create = sum(needed[s] / inside[s] for s in range(min(7, len(wins))) if inside[s] > 0)
        assert lead.create == pytest.approx(create, abs=1e-6)
        last = min(6, len(wins) - 1)
        of_open = sum(
            wins[t] * share[t - s] / won[-1]
            for s in range(-len(ages), last + 1)
            for t in range(last + 1, len(wins))
            if 0 <= t - s < len(ages)
        )
        assert lead.open_wins == pytest.approx(of_open, abs=1e-9)


def test_dues_become_deals_a_day():
    quarter = FiscalCalendar().period("2017-Q4")
    due = Due(label="2017-W39", last_day=quarter.start, amount=500, to_date=500)
    then = Due(label="2017-W40", last_day=quarter.start + timedelta(days=7), amount=1400, to_date=1900)
    assert daily_wins([due, then], quarter.start, 100.0) == (5.0, *[2.0] * 7)


@pytest.mark.parametrize(
    ("won", "left", "said"),
    [
        ((0.2, 0.1), (0.2, 0.3), "falls"),
        ((0.2, 0.3), (0.5, 0.3), "falls"),
        ((0.0, 0.0), (0.0, 0.5), "No deal is won"),
        ((), (), "No deal is won"),
    ],
)
def test_a_curve_that_cannot_be_is_refused(won, left, said):
    with pytest.raises(BadInput, match=said):
        Cycle(won=won, left=left)
