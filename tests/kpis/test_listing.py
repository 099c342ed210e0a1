"""The rows behind a figure add up to it, whatever the KPI and however it is asked."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from statistics import quantiles
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesnb.calendar import FiscalCalendar
from salesnb.errors import BadUsage
from salesnb.kpis import Kpi, Query, Result, Target, catalogue, rows, run

# Every test imports data.
pytestmark = pytest.mark.slow


CALENDAR = FiscalCalendar()
MAKE = Callable[..., Any]
NAMES = tuple(name for name, _ in catalogue().items())
START, END = dt.date(2026, 1, 1), dt.date(2026, 4, 1)
QUOTA = Target(dimension="company", value="company", start=START, end=END, amount=5_000)
QUANTILE = {"median_deal": 0.5, "median_cycle_days": 0.5, "long_cycle_days": 0.9}


def day(month: int, date: int) -> dt.date:
    return dt.date(2026, month, date)


def share(data: Any, identity: str, kind: str, **parts: int) -> None:
    """Share a deal: each rep's part in hundredths."""
    sql = data.backend.con.execute
    sql(
        "CREATE TABLE IF NOT EXISTS credited(opportunity_id VARCHAR, rep_id VARCHAR, kind VARCHAR, share DOUBLE,"
        " amount BIGINT, expected_amount BIGINT)"
    )
    for rep, part in parts.items():
        sql(
            "INSERT INTO credited SELECT opportunity_id, ?, ?, ?, amount * ? // 100, expected_amount * ? // 100"
            " FROM opportunities WHERE opportunity_id = ?",
            [rep, kind, part / 100, part, part, identity],
        )


@pytest.fixture
def data(make_dataset: MAKE, deal: MAKE) -> Any:
    """Deals of two regions, one rep who moves, shared ones, open ones with and without a probability."""
    found = make_dataset(
        deal("1", amount=1_000, product="Plus"),
        deal("2", amount=333, rep_id="r2", closed_on=day(2, 10)),
        deal("3", amount=334, rep_id="r2", closed_on=day(3, 10), stage=None),
        deal("4", "lost", 50, rep_id="r3", account_id="a2"),
        deal("5", "lost", 70, closed_on=day(3, 1), created_on=None),
        deal("6", "open", 101, probability=0.5, expected_close_on=day(2, 20)),
        deal("7", "open", 99, rep_id="r3", product=None, created_on=day(3, 5)),
        deal("8", "open", 33, rep_id="r4", probability=0.333, expected_close_on=day(5, 1)),
        deal("9", amount=0, closed_on=day(1, 10)),
        deal("10", "open", 33, rep_id="r2", probability=0.333, created_on=day(2, 28)),
    )
    share(found, "1", "revenue", r1=60, r3=40)
    share(found, "6", "revenue", r1=50, r2=50)
    share(found, "2", "overlay", r3=100)
    return found


ASKED: dict[str, dict[str, Any]] = {
    "all": {},
    "quarter": {"start": START, "end": END},
    "earlier": {"as_of": day(2, 12)},
    "by team": {"by": ("team",)},
    "by rep and month": {"by": ("rep",), "grain": "month", "start": START, "end": END},
    "by stage": {"by": ("stage",)},
    "where": {"where": (("region", "East"), ("product", "Base"))},
    "nothing there": {"where": (("product", ""),)},
    "credit": {"credit": "credit", "by": ("team",)},
    "credit of one": {"credit": "credit", "where": (("team", "Coast"),)},
    "overlay": {"credit": "overlay", "by": ("region",)},
    "restated": {"restated": True, "by": ("team",), "grain": "quarter", "start": START, "end": END},
}


def value(kpi: Kpi, parts: dict[str, list[Any]], quotas: dict[str, int | None]) -> Any:
    """Compute a KPI from the columns of its listed rows."""
    if kpi.kind == "derived":
        known = {need: quotas[need] for need in kpi.needs if need in quotas}
        wanted = (need for need in kpi.needs if need not in quotas)
        return kpi.function(**known, **{need: value(catalogue().get(need), parts, quotas) for need in wanted})
    listed = [found for found in parts[kpi.name] if found is not None]
    if kpi.kind != "quantile":
        return sum(listed)
    if len(listed) < 2:
        return listed[0] if listed else None
    return quantiles(listed, n=10, method="inclusive")[round(QUANTILE[kpi.name] * 10) - 1]


def groups(listed: Result, width: int) -> dict[tuple[Any, ...], dict[str, list[Any]]]:
    found: dict[tuple[Any, ...], dict[str, list[Any]]] = {}
    kpis = [(place, column.name) for place, column in enumerate(listed.columns) if column.role == "kpi"]
    for row in listed.rows:
        parts = found.setdefault(row[:width], {name: [] for _, name in kpis})
        for place, name in kpis:
            parts[name].append(row[place])
    return found


# Every KPI in a quarter of the ways, and every way with one KPI while one works.
PAIRS = [
    pytest.param(name, asked, marks=[] if place == 3 * way else [pytest.mark.slow])
    for way, asked in enumerate(ASKED)
    for place, name in enumerate(NAMES)
    if place == 3 * way or (place + way) % 4 == 0
]


@pytest.mark.parametrize(("name", "asked"), PAIRS)
def test_rows_of_every_kpi_add_up_to_its_figure(data: Any, name: str, asked: str) -> None:
    kpi, more = catalogue().get(name), ASKED[asked]
    query = Query(kpis=(name,), **more)
    try:
        listed = rows(name, data, CALENDAR, query)
    except BadUsage as refused:
        of_accounts = "--by account" in refused.hint
        of_activities = "counts activities" in refused.what
        of_spending = "is of spending" in refused.what
        assert of_spending == (kpi.kind == "effort"), refused
        assert of_activities == (kpi.kind == "activity"), refused
        without_deals = of_accounts or of_activities or of_spending
        assert without_deals or name in {"sales_velocity", "coverage", "coverage_all_open"}, refused
        assert of_accounts == (name in {"nrr", "grr"} or kpi.kind == "retention")
        return
    figures = run(query, data, CALENDAR)
    width = len(query.columns)
    found = groups(listed, width)
    empty = {column.name: [] for column in listed.columns if column.role == "kpi"}
    for row in figures.rows:
        expected = value(kpi, found.pop(row[:width], empty), {"quota": None, "quota_due": None})
        assert row[-1] == (None if expected is None else pytest.approx(expected, rel=1e-12)) or (
            row[-1] is None and expected == 0
        ), row
    assert not found


def test_rows_of_attainment_add_up_with_the_quota(data: Any) -> None:
    query = Query(kpis=("attainment",), start=START, end=END, targets=(QUOTA,))
    listed = rows("attainment", data, CALENDAR, query)
    ((told,),) = run(query, data, CALENDAR).rows
    assert sum(listed.column("won_amount")) / 5_000 == told


def test_a_dimension_that_rows_show_anyway_stands_there_once(data: Any) -> None:
    listed = rows("won_amount", data, CALENDAR, Query(kpis=("won_amount",), by=("stage",)))
    assert [column.name for column in listed.columns].count("stage") == 1


def test_rows_name_the_account_and_the_owner_after_their_ids(data: Any) -> None:
    listed = rows("lost_count", data, CALENDAR, Query(kpis=("lost_count",)))
    names = [column.name for column in listed.columns]
    assert names[:6] == ["opportunity_id", "name", "account_id", "account", "rep_id", "rep"]
    # Two reps have the name Cid, so the id stands with it.
    assert [row[2:6] for row in listed.rows] == [
        ("a2", "Beta", "r3", "Cid (r3)"),
        ("a1", "Alpha", "r1", "Ann"),
    ]


def test_rows_without_account_or_owner_name_none(make_dataset: MAKE, deal: MAKE) -> None:
    alone = make_dataset(deal("1", account_id=None, rep_id=None), deal("2", account_id="gone"))
    listed = rows("won_amount", alone, CALENDAR, Query(kpis=("won_amount",)))
    assert listed.column("account") == (None, "gone")
    assert listed.column("rep") == (None, "Ann")


def test_deals_whose_stage_then_is_not_known_are_labelled_and_told_once(
    make_dataset: MAKE, deal: MAKE
) -> None:
    data = make_dataset(deal("1", closed_on=day(3, 1)), deal("2", "open", stage="Offer"))
    query = Query(kpis=("open_amount",), by=("stage",), as_of=day(2, 1))
    for found in (run(query, data, CALENDAR), rows("open_amount", data, CALENDAR, query)):
        assert found.columns[0].blank == "Not known then"
        assert None in found.column("stage")
        (told,) = [notice for notice in found.notices if "stage" in notice]
        assert "2026-02-01" in told
    # Today everything is known, and a deal without a stage has none.
    now = run(Query(kpis=("open_amount",), by=("stage",)), data, CALENDAR)
    assert (now.columns[0].blank, now.notices) == ("", ())
    # Nothing has closed since, so that there is nothing to tell.
    early = run(replace(query, as_of=day(3, 2)), data, CALENDAR)
    assert not any("stage" in notice for notice in early.notices)


def test_rows_by_month_say_their_month(data: Any) -> None:
    listed = rows("won_amount", data, CALENDAR, Query(kpis=("won_amount",), by=("month", "team")))
    assert [(row[0], row[1], row[-1]) for row in listed.rows] == [
        ("2026-01", "North", 1_000),
        ("2026-02", "North", 333),
        ("2026-03", "South", 334),
    ]


def test_rows_of_a_weighted_pipeline_add_up_in_each_team(make_dataset: MAKE, deal: MAKE) -> None:
    # Half of 101 is rounded to 50 in each team; over both together it would be 51 and 50.
    halves = [deal(rep, "open", 101, probability=0.5, rep_id=rep) for rep in ("r1", "r3")]
    query = Query(kpis=("weighted_amount",), by=("team",))
    listed = rows("weighted_amount", make_dataset(*halves), CALENDAR, query)
    assert [(row[0], row[-1]) for row in listed.rows] == [("Coast", 50), ("North", 50)]


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    made=st.lists(
        st.tuples(
            st.integers(0, 10**6),
            st.sampled_from([None, 0.1, 0.333, 0.5, 1.0]),
            st.sampled_from(["r1", "r2", "r3"]),
        ),
        max_size=12,
    ),
    by=st.sampled_from([(), ("team",), ("rep",), ("region",)]),
)
def test_weighted_rows_add_up_in_every_group(make_dataset: MAKE, deal: MAKE, made: Any, by: Any) -> None:
    deals = [
        deal(str(place), "open", amount, probability=chance, rep_id=rep)
        for place, (amount, chance, rep) in enumerate(made)
    ]
    found = make_dataset(*deals, deal("w", "won"), deal("l", "lost"))
    query = Query(kpis=("weighted_amount",), by=by)
    listed = groups(rows("weighted_amount", found, CALENDAR, query), len(by))
    for row in run(query, found, CALENDAR).rows:
        parts = listed.get(row[:-1], {"weighted_amount": []})
        assert sum(parts["weighted_amount"]) == row[-1]
