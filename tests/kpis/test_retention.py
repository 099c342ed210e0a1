"""Retention: vectors by hand, rules of the cohort, and the same figures computed independently."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import ibis
import pytest

from salesnb.calendar import FiscalCalendar
from salesnb.errors import BadUsage
from salesnb.kpis import Query, Result, catalogue, rows, run
from salesnb.kpis.lineage import lineage

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "retention.json").read_text())["vectors"]
CALENDAR = FiscalCalendar()
PARTS = ("expansion_amount", "contraction_amount", "churn_amount")
AMOUNTS = ("retention_start_amount", "retention_net_amount", "retention_gross_amount", *PARTS)
QUARTER = {"start": dt.date(2026, 1, 1), "end": dt.date(2026, 4, 1)}


def ask(data: Any, *kpis: str, **more: Any) -> Result:
    return run(Query(kpis=kpis, **more), data, CALENDAR)


def sale(deal: Callable, key: str, account: str | None, amount: int, day: str, **more: Any) -> dict[str, Any]:
    return deal(key, amount=amount, account_id=account, closed_on=dt.date.fromisoformat(day), **more)


def begun(deal: Callable) -> dict[str, Any]:
    """Give a deal lost in January 2025: something is known of that quarter from its first month on."""
    return deal("0", "lost", account_id="a2", closed_on=dt.date(2025, 1, 15))


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["rule"] for vector in VECTORS])
def test_vectors(make_dataset: Callable, deal: Callable, vector: dict[str, Any]) -> None:
    made = [
        sale(deal, f"{name}{day}", name, amount, day)
        for name, amounts in vector["accounts"].items()
        for amount, day in zip(amounts, ("2025-02-10", "2026-02-10"), strict=True)
        if amount
    ]
    found = ask(make_dataset(begun(deal), *made), "nrr", "grr", *PARTS, **QUARTER)
    assert found.rows == (
        (
            float(Fraction(vector["nrr"])),
            float(Fraction(vector["grr"])),
            *(vector[name] for name in PARTS),
        ),
    )
    assert found.notices == ()


ORDERS_TOLD = "Retention is of the orders, not of the opportunities won."


def orders_of(accounts: dict[str, list[int]]) -> tuple[tuple[Any, ...], ...]:
    """Give an order of Ann's for each amount, and one of nothing in January 2025, so that something is known of it."""
    return (
        ("0", "a2", "r1", "Base", dt.date(2025, 1, 15), 0),
        *(
            (f"{name}{day}", name, "r1", "Base", dt.date.fromisoformat(day), amount)
            for name, amounts in accounts.items()
            for amount, day in zip(amounts, ("2025-02-10", "2026-02-10"), strict=True)
            if amount
        ),
    )


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["rule"] for vector in VECTORS])
def test_vectors_by_orders_beside_a_pipeline(
    make_dataset: Callable, deal: Callable, vector: dict[str, Any]
) -> None:
    pipeline = sale(deal, "1", "A", 999, "2025-02-10"), sale(deal, "2", "A", 1, "2026-02-10")
    data = make_dataset(*pipeline, orders=orders_of(vector["accounts"]))
    found = ask(data, "nrr", "grr", *PARTS, "won_amount", **QUARTER)
    told = float(Fraction(vector["nrr"])), float(Fraction(vector["grr"])), *(vector[name] for name in PARTS)
    assert found.rows == ((*told, 1),)
    assert found.notices == (ORDERS_TOLD,)


def test_orders_count_where_they_were_sold_whoever_shares_in_deals(
    make_dataset: Callable, deal: Callable
) -> None:
    made = orders_of({"a1": [60, 30]}), ("9", "a1", "r3", "Plus", dt.date(2025, 3, 31), 40)
    data = make_dataset(deal("1"), orders=(*made[0], made[1]))
    share = (
        "SELECT '1' AS opportunity_id, 'r3' AS rep_id, 50::BIGINT AS amount, 50::BIGINT AS expected_amount"
    )
    data.backend.con.execute(f"CREATE TABLE credited AS {share}, 'revenue' AS kind, 0.5 AS share")
    for credit in (None, "owner", "credit"):
        found = ask(data, "retention_start_amount", "nrr", by=("team",), credit=credit, **QUARTER)
        assert found.rows == (("Coast", 40, 0.3), ("North", 60, 0.3), ("South", 0, None))
    families = ask(data, "retention_start_amount", by=("family",), where=(("team", "Coast"),), **QUARTER)
    assert families.rows == (("P", 40),)


def test_what_orders_do_not_say_retention_is_not_told_by(make_dataset: Callable, deal: Callable) -> None:
    data = make_dataset(deal("1"), orders=orders_of({"a1": [60, 30]}))
    said = ("Retention is of the orders, which have no channel: nothing is told of it by channel.",)
    found = ask(data, "nrr", "won_amount", by=("channel",), **QUARTER)
    assert (found.rows, found.notices) == ((("web", None, 100),), said)
    found = ask(data, "nrr", "won_amount", where=(("opportunities.channel", "web"),), **QUARTER)
    assert found.rows == ((None, 100),)


def test_months_of_retention_begin_with_the_first_order(make_dataset: Callable, deal: Callable) -> None:
    data = make_dataset(deal("1"), orders=orders_of({"a1": [60, 30]}))
    months = ask(data, "nrr", grain="month")
    assert months.column("month")[0] == "2025-01"
    assert months.rows[-2] == ("2026-02", 0.5)
    assert any("(orders are known from 2025-01-01 on)" in said for said in months.notices)
    assert ask(data, "won_amount", grain="month").column("month")[0] == "2026-01"


def test_what_it_is_made_of_names_the_table_that_is_read(make_dataset: Callable, deal: Callable) -> None:
    kpi, known = catalogue().get("nrr"), catalogue()
    beside = lineage(kpi, known, make_dataset(deal("1"), orders=orders_of({"a1": [60, 30]})))
    assert beside.all_columns == ("orders.account_id", "orders.amount", "orders.ordered_on")
    assert beside.bases == ("ordered_on",)
    for without in (None, make_dataset(deal("1"))):
        assert lineage(kpi, known, without).all_columns == ("account_id", "amount", "closed_on", "status")


def test_a_period_that_is_not_over_has_no_figure(make_dataset: Callable, deal: Callable) -> None:
    made = sale(deal, "1", "a1", 10, "2025-01-10"), sale(deal, "2", "a1", 10, "2026-01-10")
    data = make_dataset(*made, as_of=dt.date(2026, 3, 30))
    found = ask(
        data, "nrr", "churn_amount", grain="month", start=dt.date(2026, 1, 1), end=dt.date(2026, 4, 1)
    )
    assert found.rows == (("2026-01", 1.0, 0), ("2026-02", None, 0), ("2026-03", None, None))
    assert found.notices == ("Retention is not told of 2026-03: not over as of 2026-03-30.",)
    over = make_dataset(*made, as_of=dt.date(2026, 3, 31))
    assert ask(over, "churn_amount", **QUARTER).rows == ((0,),)


def test_without_a_year_of_history_there_is_no_figure(make_dataset: Callable, deal: Callable) -> None:
    data = make_dataset(sale(deal, "1", "a1", 10, "2025-02-10"), sale(deal, "2", "a1", 10, "2026-01-10"))
    found = ask(data, "nrr", "retention_start_amount", grain="month", start=dt.date(2026, 1, 1))
    assert found.rows == (("2026-01", None, None), ("2026-02", 0.0, 10), ("2026-03", None, 0))
    assert "2026-01: nothing is known of the year before" in found.notices[0]
    assert ask(data, "nrr", **QUARTER).rows == ((None,),)


def test_without_a_period_the_reader_is_told_to_name_one(make_dataset: Callable, deal: Callable) -> None:
    found = ask(make_dataset(sale(deal, "1", "a1", 10, "2025-02-10")), "nrr")
    assert found.rows == ((None,),)
    assert "a first and a last day" in found.notices[0]


def test_an_account_counts_where_it_bought_then(make_dataset: Callable, deal: Callable) -> None:
    """60 from Ann's team and 40 from Cid's; what it buys now from Cid, 50, counts to both as it bought then."""
    data = make_dataset(
        begun(deal),
        sale(deal, "1", "a1", 60, "2025-02-10"),
        sale(deal, "2", "a1", 40, "2025-02-11", rep_id="r3"),
        sale(deal, "3", "a1", 50, "2026-02-10", rep_id="r3"),
    )
    found = ask(data, "retention_start_amount", "retention_net_amount", "grr", by=("team",), **QUARTER)
    assert found.rows == (("Coast", 40, 20, 0.5), ("North", 60, 30, 0.5), ("South", 0, 0, None))
    only = ask(data, "retention_net_amount", where=(("team", "Coast"),), **QUARTER)
    assert only.rows == ((20,),)


def test_a_moved_rep_s_accounts_stay_where_they_were(make_dataset: Callable, deal: Callable) -> None:
    data = make_dataset(
        begun(deal),
        sale(deal, "1", "a1", 60, "2025-02-20", rep_id="r2"),
        sale(deal, "2", "a1", 60, "2026-02-20", rep_id="r2"),
    )
    asked = {"by": ("team",), **QUARTER}
    assert ask(data, "nrr", **asked).rows == (("Coast", None), ("North", 1.0), ("South", None))
    assert ask(data, "nrr", restated=True, **asked).rows == (("Coast", None), ("North", None), ("South", 1.0))


def test_a_week_is_compared_with_the_one_52_weeks_before(make_dataset: Callable, deal: Callable) -> None:
    data = make_dataset(
        sale(deal, "0", "a2", 1, "2025-01-01"),
        sale(deal, "3", "a1", 90, "2025-02-09"),
        sale(deal, "4", "a1", 90, "2025-02-17"),
        sale(deal, "1", "a1", 10, "2025-02-10"),
        sale(deal, "2", "a1", 5, "2026-02-15"),
    )
    found = ask(data, "nrr", grain="week", start=dt.date(2026, 2, 9), end=dt.date(2026, 2, 16))
    assert found.rows == (("2026-W07", 0.5),)


def test_sales_without_an_account_are_left_out_and_said(make_dataset: Callable, deal: Callable) -> None:
    data = make_dataset(
        begun(deal),
        sale(deal, "1", None, 10, "2025-02-10"),
        sale(deal, "2", "a1", 10, "2025-02-10"),
        sale(deal, "3", None, 99, "2026-02-10"),
    )
    found = ask(data, *AMOUNTS, **QUARTER)
    assert found.rows == ((10, 0, 0, 0, 0, 10),)
    assert found.notices == ("Sales without an account are in no cohort of retention.",)


def test_the_accounts_behind_it_are_named_in_place_of_deals(make_dataset: Callable, deal: Callable) -> None:
    data = make_dataset(sale(deal, "1", "a1", 10, "2025-02-10"))
    with pytest.raises(BadUsage, match="accounts") as refused:
        rows("nrr", data, CALENDAR, Query(kpis=("nrr",), **QUARTER))
    assert "query retention_net_amount retention_start_amount --by account" in refused.value.hint


def test_retention_adds_up_over_groups_and_not_over_time() -> None:
    for name in AMOUNTS:
        kpi = catalogue().get(name)
        assert (kpi.additive, kpi.additive_over_time) == (True, False)


def random_sales(deal: Callable, seed: int) -> list[dict[str, Any]]:
    """Give three hundred deals of twelve accounts over two years, some lost, some returned."""
    dice = Random(seed)
    return [
        sale(
            deal,
            str(index),
            f"a{dice.randint(1, 12)}",
            dice.choice([-7, 13, 101, 1009]),
            str(dt.date(2024, 6, 1) + dt.timedelta(days=dice.randint(0, 660))),
            status=dice.choice(["won", "won", "won", "lost"]),
            rep_id=f"r{dice.randint(1, 4)}",
            product=dice.choice(["Base", "Plus"]),
        )
        for index in range(300)
    ]


def by_hand(deals: list[dict[str, Any]], start: dt.date, end: dt.date) -> dict[str, Fraction]:
    """Compute the company's retention over a stretch of days in plain fractions."""
    sums: dict[bool, dict[str, int]] = {True: defaultdict(int), False: defaultdict(int)}
    for row in deals:
        for now in (True, False):
            first, last = (day if now else day.replace(year=day.year - 1) for day in (start, end))
            if row["status"] == "won" and first <= row["closed_on"] < last:
                sums[now][row["account_id"]] += row["amount"]
    cohort = {key: (then, sums[True].get(key, 0)) for key, then in sums[False].items() if then > 0}
    whole = Fraction(sum(then for then, _ in cohort.values()))
    return {
        "nrr": sum(now for _, now in cohort.values()) / whole,
        "grr": sum(min(then, now) for then, now in cohort.values()) / whole,
        "retention_start_amount": whole,
        "expansion_amount": Fraction(sum(max(now - then, 0) for then, now in cohort.values())),
        "churn_amount": Fraction(sum(then - now for then, now in cohort.values() if now <= 0)),
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_sales_agree_with_a_computation_by_hand(
    make_dataset: Callable, deal: Callable, seed: int
) -> None:
    made = random_sales(deal, seed)
    data = make_dataset(*made)
    for start, end in (
        (dt.date(2025, 7, 1), dt.date(2025, 10, 1)),
        (dt.date(2026, 1, 1), dt.date(2026, 2, 1)),
    ):
        expected = by_hand(made, start, end)
        found = ask(data, *expected, start=start, end=end).rows[0]
        assert found == tuple(pytest.approx(float(value)) for value in expected.values())


def test_parts_of_every_dimension_add_up_to_the_whole(make_dataset: Callable, deal: Callable) -> None:
    data = make_dataset(*random_sales(deal, 4))
    whole = ask(data, *AMOUNTS, **QUARTER).rows[0]
    start, net, gross, more, less, gone = whole
    assert (net, gross) == (start + more - less - gone, start - less - gone)
    for by in (("team",), ("rep", "product"), ("account",), ("sector",)):
        parts = ask(data, *AMOUNTS, by=by, **QUARTER)
        assert tuple(sum(parts.column(name)) for name in AMOUNTS) == whole
        for row in parts:
            start, net, gross, more, less, gone = row[len(by) :]
            assert (net, gross) == (start + more - less - gone, start - less - gone)


def test_the_engine_hands_over_a_row_a_group_however_many_accounts_there_are(
    make_dataset: Callable, deal: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [
        sale(deal, f"{name}{day}", f"a{name}", 10 + name, day, product=("Base", "Plus")[name % 2])
        for name in range(300)
        for day in ("2025-02-10", "2026-02-10")
    ]
    fetched: list[int] = []
    fetch = ibis.Table.to_pyarrow

    def counted(table: ibis.Table, **more: Any) -> Any:
        rows = fetch(table, **more)
        fetched.append(rows.num_rows)
        return rows

    data = make_dataset(begun(deal), *made)
    monkeypatch.setattr(ibis.Table, "to_pyarrow", counted)
    found = ask(data, "nrr", "retention_start_amount", by=("product",), **QUARTER)
    assert sum(found.column("retention_start_amount")) == sum(10 + name for name in range(300))
    assert 2 <= max(fetched) < 20
