"""Spending, the cost of a won deal and the return, on figures worked by hand and against sums made row by row."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesnb.calendar import FiscalCalendar
from salesnb.errors import BadUsage
from salesnb.kpis import Query, rows, run
from salesnb.kpis.effort_data import has_spend, is_money

KPIS = ("spend", "cost_per_won_deal", "return_on_spend")
JAN, FEB = dt.date(2026, 1, 20), dt.date(2026, 2, 20)
# North (Ann) wins 2 deals in January and 1 in February, Coast (Cid) 1 in January; amounts in cents.
DEALS = (
    {"opportunity_id": "1", "amount": 500_00}, {"opportunity_id": "2", "amount": 100_00},
    {"opportunity_id": "3", "amount": 900_00, "closed_on": FEB},
    {"opportunity_id": "4", "amount": 300_00, "rep_id": "r3"},
    {"opportunity_id": "5", "status": "lost", "amount": 0},
)  # fmt: skip
EFFORT = (
    ("2026-01", "North", "budget", 200.0), ("2026-02", "East/North", "budget", 100.0), ("2026-01", "Coast", "budget", 30.5),
    ("2026-01", "North", "hours", 90.0),
)  # fmt: skip


@pytest.fixture
def company(make_dataset: Callable, deal: Callable) -> Callable[..., Any]:
    """The maker of a company with effort; ``deals`` and ``as_of`` may be others."""

    def make(effort: Any = EFFORT, deals: Any = DEALS, as_of: dt.date = dt.date(2026, 3, 31)) -> Any:
        data = make_dataset(*(deal(one["opportunity_id"]) | one for one in deals), as_of=as_of)
        data.backend.con.execute(
            "CREATE TABLE effort (period VARCHAR, segment VARCHAR, resource VARCHAR, amount DOUBLE)"
        )
        for row in effort:
            data.backend.con.execute("INSERT INTO effort VALUES (?, ?, ?, ?)", row)
        return data

    return make


def told(data: Any, *by: str, kpis: tuple[str, ...] = KPIS, **more: Any) -> dict[Any, tuple[Any, ...]]:
    result = run(Query(kpis=kpis, by=by, **more), data, FiscalCalendar())
    width = len(result.columns) - len(kpis)
    return {row[:width] if width != 1 else row[0]: row[width:] for row in result.rows}


def notices(data: Any, **more: Any) -> str:
    return " ".join(run(Query(kpis=KPIS, **more), data, FiscalCalendar()).notices)


def test_by_team_spending_is_divided_by_the_deals_that_the_team_won(company: Callable) -> None:
    # North: 300 for 3 deals of 1,500; Coast: 30.50 for one of 300. Of South nothing is known.
    assert told(company(), "team") == {
        "North": (300_00, 100_00.0, 5.0),
        "Coast": (30_50, 30_50.0, 300 / 30.5),
        "South": (None, None, None),
    }


def test_above_teams_ratios_are_of_sums_and_not_means_of_ratios(company: Callable) -> None:
    assert told(company(), "region") == {
        "East": (300_00, 100_00.0, 5.0),
        "West": (30_50, 30_50.0, 300 / 30.5),
    }
    assert told(company()) == {(): (330_50, 330_50 / 4, 1800 / 330.5)}


def test_a_month_without_known_spending_counts_on_neither_side(company: Callable) -> None:
    """Coast's spending ends in January: what it wins in February would have been won for nothing."""
    late = {"opportunity_id": "9", "amount": 7_000_00, "rep_id": "r3", "closed_on": FEB}
    data = company(deals=(*DEALS, late))
    assert told(data, "team")["Coast"] == (30_50, 30_50.0, 300 / 30.5)
    assert told(data, "team", grain="month", start=dt.date(2026, 1, 1))["Coast", "2026-02"] == (None,) * 3


def test_without_a_won_deal_spending_has_neither_cost_nor_return(company: Callable) -> None:
    data = company((*EFFORT, ("2026-01", "South", "budget", 50.0)))
    assert told(data, "team")["South"] == (50_00, None, None)


def test_nothing_spent_costs_nothing_that_can_be_told(company: Callable) -> None:
    assert told(company([("2026-01", "North", "budget", 0.0)]), "team")["North"] == (0, None, None)


def test_without_effort_nothing_is_known_and_that_is_said(make_dataset: Callable, deal: Callable) -> None:
    data = make_dataset(deal("1"))
    assert told(data) == {(): (None, None, None)}
    assert "no effort is loaded" in notices(data)
    assert not has_spend(data)


def test_hours_and_heads_are_no_money(company: Callable) -> None:
    data = company([("2026-01", "North", "hours", 90.0), ("2026-01", "North", "marketing heads", 3.0)])
    assert not has_spend(data)
    assert told(data) == {(): (None, None, None)}


@pytest.mark.parametrize(
    ("resource", "expected"),
    [("Budget", True), ("ad_spend", True), ("campaigns", True), ("Werbung", True), ("budget hours", False),
     ("visits", False), ("sales heads", False)],
)  # fmt: skip
def test_a_resource_is_money_by_its_name(resource: str, *, expected: bool) -> None:
    assert is_money(resource) is expected


def test_a_quarter_is_spread_over_its_months_to_the_cent(company: Callable) -> None:
    data = company([("2026-Q1", "North", "budget", 100.0)])
    months = told(data, grain="month", start=dt.date(2026, 1, 1), end=dt.date(2026, 4, 1), kpis=("spend",))
    # 31, 28 and 31 of 90 days: 34.44, 31.11, 34.44 and a cent left over, which goes to the largest remainder.
    assert sum(value for (value,) in months.values()) == 100_00
    assert months["2026-02"] == (31_11,)


def test_a_month_of_which_only_some_weeks_are_known_does_not_count(company: Callable) -> None:
    """February 2026 is the weeks 5 (its Sunday), 6, 7, 8 and 9 (but its Sunday)."""
    weeks = [(f"2026-W0{week}", "North", "budget", 70.0) for week in (5, 6, 7, 8, 9)]
    assert told(company(weeks[1:]))[()] == (None, None, None)
    assert told(company(weeks))[()][0] == 10_00 + 3 * 70_00 + 60_00


def test_a_month_that_is_not_over_or_not_wholly_asked_for_does_not_count(company: Callable) -> None:
    assert told(company(as_of=dt.date(2026, 2, 27)))[()] == (230_50, 230_50 / 3, 900 / 230.5)
    asked = {"start": dt.date(2026, 1, 2), "end": dt.date(2026, 3, 1)}
    assert told(company(), **asked)[()] == (100_00, 100_00.0, 9.0)
    assert "2026-02: " in notices(company(), **asked)


def test_months_before_the_first_deal_that_is_known_do_not_count(company: Callable) -> None:
    assert told(company((*EFFORT, ("2025-11", "North", "budget", 5_000.0))), "team")["North"][0] == 300_00


def test_a_rep_counts_for_the_team_where_it_belongs_at_the_end_of_the_month(company: Callable) -> None:
    """Bob moves from North to South on 15 February."""
    effort = [("2026-01", "Bob", "budget", 10.0), ("2026-02", "r2", "budget", 20.0)]
    assert {team: found[0] for team, found in told(company(effort), "team").items()} == {
        "North": 10_00, "South": 20_00, "Coast": None,
    }  # fmt: skip
    restated = told(company(effort), "team", restated=True)
    assert restated["South"][0] == 30_00
    assert told(company(effort), "rep")["Bob"][0] == 30_00


def test_spending_of_a_product_is_of_the_product_and_of_no_team(company: Callable) -> None:
    data = company([("2026-01", "Base", "budget", 60.0)])
    assert told(data, "product")["Base"] == (60_00, 20_00.0, 15.0)
    assert told(data, "team")[None][0] == 60_00
    assert told(data)[()] == (60_00, 20_00.0, 15.0)
    assert (
        "Spend of Base is of no team." in run(Query(kpis=KPIS, by=("team",)), data, FiscalCalendar()).notices
    )


def test_a_filter_takes_the_spending_of_its_value_alone(company: Callable) -> None:
    assert told(company(), where=(("team", "Coast"),))[()] == (30_50, 30_50.0, 300 / 30.5)
    assert told(company(), where=(("region", "East"),), kpis=("spend",))[()] == (300_00,)


def test_what_cannot_be_read_is_said(company: Callable) -> None:
    data = company((*EFFORT, ("spring", "North", "budget", 5_000.0), ("2026-01", "North", "budget", None)))
    assert told(data)[()][0] == 330_50
    assert "Spend of spring is left out" in notices(data)


def test_an_owner_who_shares_a_deal_by_credit_is_told_by_credit(company: Callable) -> None:
    """Without shares credit is the same as owner."""
    assert told(company(), "team", credit="credit") == told(company(), "team")


def test_no_deals_are_behind_what_is_spent(company: Callable) -> None:
    with pytest.raises(BadUsage, match="is of spending by month"):
        rows("spend", company(), FiscalCalendar(), Query(kpis=("spend",)))


TEAM_OF = {
    "North": "North",
    "East/North": "North",
    "South": "South",
    "Coast": "Coast",
    "Ann": "North",
    "Elsewhere": None,
}
MONTHS = ("2026-01", "2026-02", "2026-03")
SPENT = st.lists(
    st.tuples(
        st.sampled_from(MONTHS), st.sampled_from(sorted(TEAM_OF)), st.sampled_from(["budget", "hours"]),
        st.integers(0, 10**7).map(lambda cents: cents / 100),
    ),
    max_size=12,
)  # fmt: skip
WON = st.lists(
    st.tuples(st.sampled_from(["r1", "r3", None]), st.sampled_from([1, 2, 3]), st.integers(0, 10**8)),
    max_size=10,
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spent=SPENT, won=WON)
def test_figures_are_those_of_a_sum_over_rows(company: Callable, spent: Any, won: Any) -> None:
    deals = [
        {"opportunity_id": str(place), "rep_id": rep, "amount": amount, "closed_on": dt.date(2026, month, 9)}
        for place, (rep, month, amount) in enumerate(won)
    ]
    # One closed deal in January, so that all months count.
    data = company(spent, (*deals, {"opportunity_id": "lost", "status": "lost", "amount": 0}))
    teams = {"r1": "North", "r3": "Coast", None: None}
    found = told(data, "team")
    for team in ("North", "South", "Coast", None):
        mine = [row for row in spent if TEAM_OF[row[1]] == team and row[2] == "budget"]
        known = {row[0] for row in mine}
        cents = sum(round(row[3] * 100) for row in mine)
        theirs = [amount for rep, month, amount in won if teams[rep] == team and f"2026-{month:02}" in known]
        expected = (
            cents if mine else None,
            cents / len(theirs) if theirs and cents else None,
            sum(theirs) / cents if theirs and cents else None,
        )
        assert found.get(team, (None,) * 3) == pytest.approx(expected), team
    parts = [value for value, *_ in found.values() if value is not None]
    assert told(data)[()][0] == (sum(parts) if parts else None)
