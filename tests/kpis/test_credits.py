"""Shared deals: by credit parts add up to the company, counts count once, overlays stand apart; and restating."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesnb.calendar import FiscalCalendar, Period
from salesnb.errors import BadUsage
from salesnb.kpis import Query, Result, Target, catalogue, rows, run
from salesnb.money import split

# Every test imports data.
pytestmark = pytest.mark.slow


CALENDAR = FiscalCalendar()
MAKE = Callable[..., Any]
JANUARY, APRIL = dt.date(2026, 1, 1), dt.date(2026, 4, 1)


def ask(data: Any, *kpis: str, credit: str | None = "credit", **more: Any) -> Result:
    return run(Query(kpis=kpis, credit=credit, **more), data, CALENDAR)


def share(data: Any, identity: str, kind: str = "revenue", **shares: int) -> None:
    """Share a deal, as the import does: ``share(data, "1", r1=2, r3=1)``."""
    run_sql = data.backend.con.execute
    run_sql(
        "CREATE TABLE IF NOT EXISTS credited(opportunity_id VARCHAR, rep_id VARCHAR, kind VARCHAR, share DOUBLE,"
        " amount BIGINT, expected_amount BIGINT)"
    )
    amounts = run_sql(
        "SELECT amount, expected_amount FROM opportunities WHERE opportunity_id = ?", [identity]
    ).fetchone()
    reps, weights = list(shares), list(shares.values())
    parts = [split(amount, weights, reps) for amount in amounts]
    for place, rep in enumerate(reps):
        values = [identity, rep, kind, weights[place] / sum(weights), parts[0][place], parts[1][place]]
        run_sql("INSERT INTO credited VALUES (?, ?, ?, ?, ?, ?)", values)


@pytest.fixture
def shared(make_dataset: MAKE, deal: MAKE) -> Any:
    """Ann shares deal 1 with a Cid of the Coast, and deal 2 with Bob, who was of her team then."""
    data = make_dataset(
        deal("1", amount=101, product="Plus"),
        deal("2", amount=100),
        deal("3", "lost", 50),
        deal("4", "open", 70),
    )
    share(data, "1", r1=1, r3=1)
    share(data, "2", r1=1, r2=1)
    share(data, "4", r3=7, r4=3)
    return data


def test_parts_of_reps_and_teams_add_up_to_the_deals(shared: Any) -> None:
    assert ask(shared, "won_amount", "open_amount", by=("rep",), labels=False).rows == (
        ("r1", 101, 0),
        ("r2", 50, 0),
        ("r3", 50, 49),
        ("r4", 0, 21),
    )
    assert ask(shared, "won_amount", by=("team",)).rows == (("Coast", 50), ("North", 151), ("South", 0))
    assert ask(shared, "won_amount").rows == ((201,),)


def test_by_owner_credits_change_nothing(shared: Any) -> None:
    assert ask(shared, "won_amount", by=("team",), credit=None).rows == (
        ("Coast", 0),
        ("North", 201),
        ("South", 0),
    )
    assert ask(shared, "won_amount", by=("rep",), credit="owner", labels=False).rows[0] == ("r1", 201)


def test_a_shared_deal_counts_once_for_each_that_shares_and_once_for_the_company(shared: Any) -> None:
    names = ("won_count", "closed_count", "open_count", "average_deal", "median_deal")
    assert ask(shared, *names, by=("team",)).rows == (
        ("Coast", 1, 1, 1, 50.0, 50.0),
        ("North", 2, 3, 0, 75.5, 75.5),
        ("South", 0, 0, 0, None, None),
    )
    assert ask(shared, *names).rows == ask(shared, *names, credit="owner").rows == ((2, 3, 1, 100.5, 100.5),)


def test_what_no_rep_is_asked_for_is_the_same_by_credit(shared: Any) -> None:
    for by in ((), ("product",), ("channel",)):
        names = [name for name, kpi in catalogue().items() if not kpi.needs_target]
        assert ask(shared, *names, by=by).rows == ask(shared, *names, by=by, credit="owner").rows


def test_filters_by_rep_and_team_take_their_parts(shared: Any) -> None:
    assert ask(shared, "won_amount", "won_count", where=(("team", "Coast"),)).rows == ((50, 1),)
    assert ask(shared, "won_amount", by=("product",), where=(("rep", "Ann"),)).rows == (
        ("Base", 50),
        ("Plus", 51),
    )
    # Two reps of one name share a deal: it is one deal, whole.
    assert ask(shared, "open_amount", "open_count", where=(("rep", "Cid"),)).rows == ((70, 1),)


def test_rows_by_credit_list_the_parts_and_add_up(shared: Any) -> None:
    for name in ("won_amount", "won_count", "open_amount", "weighted_amount"):
        for by in (("rep",), ("team",), ("region", "product"), ()):
            query = Query(kpis=(name,), by=by, credit="credit", labels=False)
            listed, figures = rows(name, shared, CALENDAR, query), run(query, shared, CALENDAR)
            totals: dict[tuple[Any, ...], int] = {}
            for row in listed.rows:
                key = row[: len(by)]
                totals[key] = totals.get(key, 0) + row[-1]
            expected = {row[:-1]: row[-1] for row in figures.rows if row[-1]}
            assert (
                name == "weighted_amount"
                or {key: value for key, value in totals.items() if value} == expected
            )
    coast = rows(
        "won_amount",
        shared,
        CALENDAR,
        Query(kpis=("won_amount",), where=(("team", "Coast"),), credit="credit"),
    )
    listed = zip(
        *(coast.column(name) for name in ("opportunity_id", "rep", "amount", "won_amount")), strict=True
    )
    assert list(listed) == [("1", "Ann", 50, 50)]


def test_overlays_are_told_apart_from_the_deals(shared: Any) -> None:
    share(shared, "1", "overlay", r4=1)
    share(shared, "3", "overlay", r4=1)
    assert ask(shared, "won_amount", "win_rate", by=("rep",), credit="overlay", labels=False).rows == (
        ("r1", 0, None),
        ("r2", 0, None),
        ("r3", 0, None),
        ("r4", 101, 0.5),
    )
    assert ask(shared, "won_amount", credit="overlay").rows == ((101,),)
    assert ask(shared, "won_amount", by=("team",)).rows == (("Coast", 50), ("North", 151), ("South", 0))


def quotas(**amounts: int) -> tuple[Target, ...]:
    return tuple(
        Target(dimension="rep", value=rep, start=JANUARY, end=APRIL, amount=amount)
        for rep, amount in amounts.items()
    )


QUARTER = {"start": JANUARY, "end": APRIL, "labels": False}


def test_quotas_are_attained_by_credit(shared: Any) -> None:
    found = ask(
        shared,
        "won_amount",
        "attainment",
        "coverage",
        by=("rep",),
        credit=None,
        targets=quotas(r1=202, r3=100),
        **QUARTER,
    )
    assert found.rows[0] == ("r1", 201, 0.5, 0.0)
    assert found.rows[2] == ("r3", 0, 0.5, 49 / 50)
    assert "1 open deal has no expected close date" in found.notices[0]
    assert "attainment, coverage count shared deals by credit, the others by owner" in found.notices[1]
    alike = ask(shared, "won_amount", "attainment", by=("rep",), targets=quotas(r1=202, r3=100), **QUARTER)
    assert (alike.rows[2], alike.notices) == (("r3", 50, 0.5), ())
    owner = ask(shared, "attainment", by=("rep",), credit="owner", targets=quotas(r1=402), **QUARTER)
    assert owner.rows[0] == ("r1", 0.5)


def test_rows_of_attainment_are_the_parts(shared: Any) -> None:
    query = Query(kpis=("attainment",), where=(("rep", "r3"),), **QUARTER)
    assert sum(rows("attainment", shared, CALENDAR, query).column("won_amount")) == 50


def test_without_credits_nothing_more_is_asked(make_dataset: MAKE, deal: MAKE) -> None:
    plain, credit = make_dataset(deal("1")), make_dataset(deal("1"))
    credit.backend.con.execute(
        "CREATE TABLE credited(opportunity_id VARCHAR, rep_id VARCHAR, kind VARCHAR, share DOUBLE, amount BIGINT,"
        " expected_amount BIGINT)"
    )
    found = [
        ask(data, "won_amount", "open_count", by=("team",), credit=by).rows
        for data, by in ((plain, "owner"), (credit, "credit"), (plain, "credit"))
    ]
    assert found[0] == found[1] == found[2]
    assert ask(plain, "won_amount", credit="overlay").rows == ((0,),)


def test_a_credit_that_is_not_known_is_refused() -> None:
    with pytest.raises(BadUsage, match="owner, credit, overlay"):
        Query(kpis=("won_amount",), credit="split")


def test_a_rep_that_moved_leaves_the_past_as_it_was_unless_restated(make_dataset: MAKE, deal: MAKE) -> None:
    """Bob goes from North to South in the middle of the quarter."""
    data = make_dataset(
        deal("1", rep_id="r2", closed_on=dt.date(2026, 2, 14)),
        deal("2", rep_id="r2", amount=30, closed_on=dt.date(2026, 2, 15)),
        deal("3", "open", 7, rep_id="r2"),
    )
    then = ask(data, "won_amount", "open_amount", by=("team",)).rows
    assert then == (("Coast", 0, 0), ("North", 100, 0), ("South", 30, 7))
    restated = ask(data, "won_amount", "open_amount", by=("team",), restated=True).rows
    assert restated == (("Coast", 0, 0), ("North", 0, 0), ("South", 130, 7))
    before = ask(data, "won_amount", by=("team",), restated=True, as_of=dt.date(2026, 2, 14)).rows
    assert before == (("Coast", 0), ("North", 100), ("South", 0))
    months = ask(
        data, "open_amount", by=("team",), grain="month", start=JANUARY, end=APRIL, restated=True
    ).rows
    assert [row for row in months if row[0] == "South"] == [
        ("South", "2026-01", 137), ("South", "2026-02", 7), ("South", "2026-03", 7),
    ]  # fmt: skip
    listed = rows("won_amount", data, CALENDAR, Query(kpis=("won_amount",), by=("team",), restated=True))
    assert {row[0] for row in listed.rows} == {"South"}


def test_windows_are_shared_and_restated_too(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1", rep_id="r2"), deal("2", rep_id="r3"))
    share(data, "1", r2=1, r3=1)
    windows = (
        Period(label="a", start=JANUARY, end=APRIL),
        Period(label="b", start=JANUARY, end=dt.date(2026, 1, 5)),
    )
    found = ask(data, "won_amount", by=("team",), windows=windows, restated=True)
    assert [row for row in found.rows if row[-1]] == [("Coast", "a", 150), ("South", "a", 50)]


SHARES = st.dictionaries(st.sampled_from(("r1", "r2", "r3", "r4")), st.integers(1, 9), min_size=1)
DEALS = st.lists(
    st.tuples(
        st.sampled_from(("won", "lost", "open")),
        st.integers(0, 10**6),
        st.sampled_from(("r1", "r2", "r3", "r4", None)),
        st.integers(0, 100),
        st.one_of(st.none(), SHARES),
    ),
    max_size=20,
)


@pytest.mark.slow
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=DEALS)
def test_credited_sums_add_up_to_the_company_whoever_shares(
    make_dataset: MAKE, deal: MAKE, found: list[tuple[Any, ...]]
) -> None:
    data = make_dataset(
        *(
            deal(
                str(n), status, amount, rep_id=rep, created_on=dt.date(2025, 12, 1),
                closed_on=None if status == "open" else JANUARY + dt.timedelta(days=days),
            )
            for n, (status, amount, rep, days, _) in enumerate(found)
        ),
        as_of=dt.date(2026, 4, 30),
    )  # fmt: skip
    for n, (*_, shares) in enumerate(found):
        if shares:
            share(data, str(n), **shares)
    money = [
        n for n, kpi in catalogue().items() if kpi.additive and kpi.kind == "sum" and kpi.unit == "money"
    ]
    whole = ask(data, *money)
    assert whole.rows == ask(data, *money, credit="owner").rows
    for by in (("rep",), ("team",), ("region", "product"), ("team", "rep")):
        parts = ask(data, *money, by=by)
        assert [sum(parts.column(name)) for name in money] == list(whole.rows[0])
        assert all(value >= 0 for row in parts.rows for value in row[len(by) :])
